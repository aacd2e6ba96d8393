//! Private signing keys and the tokens they sign.

use std::fmt;

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair,
};
use data_encoding::BASE64URL_NOPAD;
use gatehouse_domain::ids::KeyId;
use gatehouse_domain::secret::Secret;
use serde::Serialize;

use crate::jwk::{Jwk, Members};
use gatehouse_domain::oauth::Alg;

/// Why a key was not made, or nothing was signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeysError {
    /// The stored bytes are no private key of the expected algorithm.
    #[error("the stored private key is not a usable {0} key")]
    BadPrivateKey(&'static str),
    /// The claims do not serialize to a JSON object.
    #[error("the claims do not serialize to a JSON object")]
    Claims,
    /// The cryptographic library failed.
    #[error("the cryptographic library failed")]
    Library,
}

/// A parsed private key: parsing costs two thirds of a signature, so keep it, in an `Arc`, for as long as it signs.
pub struct SigningKey {
    kid: KeyId,
    alg: Alg,
    pair: Pair,
    jwk: Jwk,
    headers: Vec<(&'static str, String)>,
}

impl SigningKey {
    /// Makes a new key.
    ///
    /// Blocks: RSA takes a tenth of a second to several seconds of CPU, so call this in `spawn_blocking`.
    ///
    /// # Errors
    /// [`KeysError::Library`].
    pub fn generate(alg: Alg, kid: KeyId) -> Result<Self, KeysError> {
        let failed = |_| KeysError::Library;
        let pair = match alg {
            Alg::ES256 => {
                Pair::Es256(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).map_err(failed)?)
            }
            Alg::EdDSA => Pair::EdDsa(Ed25519KeyPair::generate().map_err(failed)?),
            Alg::RS256 => Pair::Rs256(RsaKeyPair::generate(KeySize::Rsa2048).map_err(failed)?),
        };
        Self::new(alg, kid, pair)
    }

    /// Reads what [`SigningKey::to_pkcs8`] gave.
    ///
    /// # Errors
    /// [`KeysError::BadPrivateKey`].
    pub fn from_pkcs8(alg: Alg, kid: KeyId, pkcs8: &Secret<Vec<u8>>) -> Result<Self, KeysError> {
        let (bytes, bad) = (pkcs8.expose(), |_| KeysError::BadPrivateKey(alg.as_str()));
        let pair = match alg {
            Alg::ES256 => {
                Pair::Es256(EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, bytes).map_err(bad)?)
            }
            Alg::EdDSA => Pair::EdDsa(Ed25519KeyPair::from_pkcs8_maybe_unchecked(bytes).map_err(bad)?),
            Alg::RS256 => Pair::Rs256(RsaKeyPair::from_pkcs8(bytes).map_err(bad)?),
        };
        Self::new(alg, kid, pair)
    }

    /// The private key for sealing, as PKCS#8 version 1 (RFC 5208), which every parser reads.
    ///
    /// # Errors
    /// [`KeysError::Library`].
    pub fn to_pkcs8(&self) -> Result<Secret<Vec<u8>>, KeysError> {
        let failed = |_| KeysError::Library;
        let bytes = match &self.pair {
            Pair::Es256(pair) => pair.to_pkcs8v1().map_err(failed)?.as_ref().to_vec(),
            Pair::EdDsa(pair) => pair.to_pkcs8v1().map_err(failed)?.as_ref().to_vec(),
            Pair::Rs256(pair) => pair.as_der().map_err(failed)?.as_ref().to_vec(),
        };
        Ok(Secret::new(bytes))
    }

    /// The key's name.
    pub fn kid(&self) -> KeyId {
        self.kid
    }

    /// The key's algorithm.
    pub fn alg(&self) -> Alg {
        self.alg
    }

    /// The public half.
    pub fn public_jwk(&self) -> Jwk {
        self.jwk.clone()
    }

    /// Signs claims as a compact JWT (RFC 7519) with exactly the headers `alg`, `kid` and `typ`.
    ///
    /// `typ` is one of the registered types, as `JWT`, `at+jwt` or `logout+jwt`.
    ///
    /// # Errors
    /// [`KeysError::Claims`], [`KeysError::Library`].
    pub fn sign_jwt(&self, typ: &str, claims: &impl Serialize) -> Result<String, KeysError> {
        let payload = serde_json::to_vec(claims).map_err(|_| KeysError::Claims)?;
        if payload.first() != Some(&b'{') {
            return Err(KeysError::Claims);
        }
        let mut token = String::with_capacity(256 + payload.len() * 4 / 3 + self.signature_text_len());
        match self.headers.iter().find(|(known, _)| *known == typ) {
            Some((_, header)) => token.push_str(header),
            None => token.push_str(&header(self.alg, &self.jwk, typ)?),
        }
        token.push('.');
        BASE64URL_NOPAD.encode_append(&payload, &mut token);
        let signature = self.sign(token.as_bytes())?;
        token.push('.');
        BASE64URL_NOPAD.encode_append(&signature, &mut token);
        Ok(token)
    }

    fn new(alg: Alg, kid: KeyId, pair: Pair) -> Result<Self, KeysError> {
        let members = match &pair {
            Pair::Es256(pair) => Members::from_point(pair.public_key().as_ref()),
            Pair::EdDsa(pair) => pair.public_key().as_ref().try_into().ok().map(|x| Members::Ed25519 { x }),
            Pair::Rs256(pair) => Some(Members::Rsa {
                n: pair.public_key().modulus().big_endian_without_leading_zero().to_vec(),
                e: pair.public_key().exponent().big_endian_without_leading_zero().to_vec(),
            }),
        };
        let members = members.ok_or(KeysError::Library)?;
        members.parse().map_err(|_| KeysError::BadPrivateKey(alg.as_str()))?;
        let jwk = Jwk::new(kid.to_string(), alg, members);
        let headers = COMMON_TYPES
            .iter()
            .map(|typ| Ok((*typ, header(alg, &jwk, typ)?)))
            .collect::<Result<_, KeysError>>()?;
        Ok(Self { kid, alg, pair, jwk, headers })
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeysError> {
        let signed = match &self.pair {
            Pair::Es256(pair) => {
                pair.sign(&SystemRandom::new(), message).map(|signature| signature.as_ref().to_vec())
            }
            Pair::EdDsa(pair) => pair.try_sign(message).map(|signature| signature.as_ref().to_vec()),
            Pair::Rs256(pair) => {
                let mut out = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut out).map(|()| out)
            }
        };
        signed.map_err(|_| KeysError::Library)
    }

    fn signature_text_len(&self) -> usize {
        match self.alg {
            Alg::ES256 | Alg::EdDSA => 86,
            Alg::RS256 => 342,
        }
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({} {})", self.alg.as_str(), self.kid)
    }
}

enum Pair {
    Es256(EcdsaKeyPair),
    EdDsa(Ed25519KeyPair),
    Rs256(RsaKeyPair),
}

#[derive(Serialize)]
struct Header<'a> {
    alg: Alg,
    kid: &'a str,
    typ: &'a str,
}

fn header(alg: Alg, jwk: &Jwk, typ: &str) -> Result<String, KeysError> {
    let json = serde_json::to_vec(&Header { alg, kid: jwk.kid(), typ }).map_err(|_| KeysError::Claims)?;
    Ok(BASE64URL_NOPAD.encode(&json))
}

/// The types whose headers are prepared once: ID tokens, access tokens (RFC 9068), logout tokens (OIDC Back-Channel
/// Logout, section 2.4).
const COMMON_TYPES: [&str; 3] = ["JWT", "at+jwt", "logout+jwt"];

#[cfg(test)]
mod tests {
    use super::*;
    use jsonwebtoken::jwk::Jwk as OtherJwk;
    use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Validation, decode, decode_header};
    use serde_json::{Value, json};
    use uuid::Uuid;

    const ALL: [(Alg, Algorithm); 3] =
        [(Alg::ES256, Algorithm::ES256), (Alg::EdDSA, Algorithm::EdDSA), (Alg::RS256, Algorithm::RS256)];

    fn kid() -> KeyId {
        KeyId::from_uuid(Uuid::from_u128(7))
    }

    fn claims() -> Value {
        json!({"iss": "https://id.example", "sub": "ada", "aud": "app", "exp": 4_000_000_000_u64, "ü": [1, null]})
    }

    #[test]
    fn an_independent_library_verifies_our_tokens() {
        for (alg, theirs) in ALL {
            let key = SigningKey::generate(alg, kid()).unwrap();
            let token = key.sign_jwt("at+jwt", &claims()).unwrap();
            let jwk: OtherJwk =
                serde_json::from_value(serde_json::to_value(key.public_jwk()).unwrap()).unwrap();
            let mut validation = Validation::new(theirs);
            validation.set_audience(&["app"]);
            let read = decode::<Value>(&token, &DecodingKey::from_jwk(&jwk).unwrap(), &validation).unwrap();
            assert_eq!(read.claims, claims());
            assert_eq!(read.header.kid, Some(kid().to_string()));
            assert_eq!(read.header.typ.as_deref(), Some("at+jwt"));
        }
    }

    #[test]
    fn a_stored_key_signs_as_before_and_others_can_read_it() {
        for (alg, theirs) in ALL {
            let key = SigningKey::generate(alg, kid()).unwrap();
            let stored = key.to_pkcs8().unwrap();
            let again = SigningKey::from_pkcs8(alg, kid(), &stored).unwrap();
            assert_eq!(again.public_jwk(), key.public_jwk());
            let encoding = match alg {
                Alg::ES256 => EncodingKey::from_ec_der(stored.expose()),
                Alg::EdDSA => EncodingKey::from_ed_der(stored.expose()),
                Alg::RS256 => continue,
            };
            let theirs = OtherJwk::from_encoding_key(&encoding, theirs).unwrap();
            let ours = serde_json::to_value(key.public_jwk()).unwrap();
            assert_eq!(serde_json::to_value(theirs).unwrap()["x"], ours["x"]);
        }
    }

    #[test]
    fn a_key_of_another_algorithm_is_refused() {
        let stored = SigningKey::generate(Alg::ES256, kid()).unwrap().to_pkcs8().unwrap();
        for alg in [Alg::EdDSA, Alg::RS256] {
            assert_eq!(
                SigningKey::from_pkcs8(alg, kid(), &stored).err(),
                Some(KeysError::BadPrivateKey(alg.as_str()))
            );
        }
        let junk = Secret::new(b"junk".to_vec());
        assert!(ALL.iter().all(|(alg, _)| SigningKey::from_pkcs8(*alg, kid(), &junk).is_err()));
    }

    #[test]
    fn prepared_and_fresh_headers_have_the_same_form() {
        let key = SigningKey::generate(Alg::EdDSA, kid()).unwrap();
        for typ in ["JWT", "logout+jwt", "token-introspection+jwt"] {
            let header = decode_header(key.sign_jwt(typ, &claims()).unwrap()).unwrap();
            assert_eq!(header.typ.as_deref(), Some(typ));
            assert_eq!(header.alg, Algorithm::EdDSA);
        }
    }

    #[test]
    fn claims_must_be_an_object() {
        let key = SigningKey::generate(Alg::EdDSA, kid()).unwrap();
        assert_eq!(key.sign_jwt("JWT", &"text"), Err(KeysError::Claims));
        assert_eq!(key.sign_jwt("JWT", &[1, 2]), Err(KeysError::Claims));
    }

    /// RFC 8037, appendix A.4: the signature of a known key over a known input.
    #[test]
    fn agrees_with_rfc_8037() {
        let seed = BASE64URL_NOPAD.decode(b"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A").unwrap();
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed).unwrap();
        let key = SigningKey::new(Alg::EdDSA, kid(), Pair::EdDsa(pair)).unwrap();
        let jwk = serde_json::to_value(key.public_jwk()).unwrap();
        assert_eq!(jwk["x"], "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo");
        let signature = key.sign(b"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc").unwrap();
        assert_eq!(
            BASE64URL_NOPAD.encode(&signature),
            "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
        );
    }

    #[test]
    fn debug_and_public_half_show_nothing_private() {
        for (alg, _) in ALL {
            let key = SigningKey::generate(alg, kid()).unwrap();
            assert_eq!(format!("{key:?}"), format!("SigningKey({} {})", alg.as_str(), kid()));
            let jwk = serde_json::to_value(key.public_jwk()).unwrap();
            assert!(["d", "p", "q", "dp", "dq", "qi", "k"].iter().all(|name| jwk.get(name).is_none()));
        }
    }
}
