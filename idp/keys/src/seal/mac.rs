//! Keyed fingerprints.

use aws_lc_rs::hmac;

/// HMAC-SHA-256 (RFC 2104) under a key derived for one purpose.
///
/// For what must be compared but not read back, and is too guessable for a plain hash: addresses in throttle
/// counters, short codes.
pub struct Mac(hmac::Key);

impl Mac {
    pub(super) fn new(key: &[u8; 32]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, key))
    }

    /// The fingerprint of `bytes`.
    pub fn tag(&self, bytes: &[u8]) -> [u8; 32] {
        let mut out = [0; 32];
        out.copy_from_slice(hmac::sign(&self.0, bytes).as_ref());
        out
    }

    /// The first half of the fingerprint as a number, for names and masks of the size of a UUID.
    pub fn number(&self, bytes: &[u8]) -> u128 {
        self.tag(bytes).iter().take(16).fold(0, |number, byte| (number << 8) | u128::from(*byte))
    }

    /// Whether `tag` is the fingerprint of `bytes`, in constant time.
    pub fn matches(&self, bytes: &[u8], tag: &[u8]) -> bool {
        hmac::verify(&self.0, bytes, tag).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4231, test case 2, has a key of 4 bytes; HMAC pads keys with zeros, so 32 bytes give the same answer.
    #[test]
    fn agrees_with_rfc_4231() {
        let mut key = [0; 32];
        key[..4].copy_from_slice(b"Jefe");
        let tag = Mac::new(&key).tag(b"what do ya want for nothing?");
        assert_eq!(
            data_encoding::HEXLOWER.encode(&tag),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
        assert!(Mac::new(&key).matches(b"what do ya want for nothing?", &tag));
        assert!(!Mac::new(&key).matches(b"what do ya want for nothing!", &tag));
        assert!(!Mac::new(&key).matches(b"what do ya want for nothing?", &tag[..16]));
    }
}
