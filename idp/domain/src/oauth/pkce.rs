//! Proof key for code exchange, S256 only (RFC 7636).

use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

/// A `code_challenge`: base64url of a SHA-256, 43 characters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Challenge(String);

impl Challenge {
    /// Reads a challenge; anything that is not 32 bytes in unpadded base64url is none.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
        (bytes.len() == 32).then(|| Self(text.to_owned()))
    }

    /// The text to store.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A `code_verifier`: 43 to 128 unreserved characters (RFC 7636, section 4.1).
#[derive(Clone)]
pub struct Verifier(String);

impl Verifier {
    /// Reads a verifier.
    pub fn parse(text: &str) -> Option<Self> {
        let unreserved = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~');
        ((43..=128).contains(&text.len()) && text.bytes().all(unreserved)).then(|| Self(text.to_owned()))
    }

    /// The challenge that this verifier answers (RFC 7636, section 4.2).
    pub fn challenge(&self) -> Challenge {
        Challenge(BASE64URL_NOPAD.encode(&Sha256::digest(self.0.as_bytes())))
    }

    /// Whether this verifier answers a stored challenge; compared in constant time.
    pub fn answers(&self, challenge: &Challenge) -> bool {
        self.challenge().0.as_bytes().ct_eq(challenge.0.as_bytes()).into()
    }
}

impl std::fmt::Debug for Verifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Verifier(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_rfc_7636_appendix_b() {
        let verifier = Verifier::parse("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk").unwrap();
        let challenge = Challenge::parse("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM").unwrap();
        assert!(verifier.answers(&challenge));
        assert!(!Verifier::parse(&"a".repeat(43)).unwrap().answers(&challenge));
    }

    #[test]
    fn short_long_and_foreign_texts_are_refused() {
        assert!(Verifier::parse(&"a".repeat(42)).is_none());
        assert!(Verifier::parse(&"a".repeat(129)).is_none());
        assert!(Verifier::parse(&format!("{} ", "a".repeat(43))).is_none());
        assert!(Challenge::parse("").is_none());
        assert!(Challenge::parse(&"A".repeat(42)).is_none());
        assert!(Challenge::parse("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM=").is_none());
    }
}
