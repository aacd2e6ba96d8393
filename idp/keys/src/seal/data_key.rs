//! Data keys.

use aws_lc_rs::hkdf;
use gatehouse_domain::random::{self, Rng};
use gatehouse_domain::secret::Secret;
use zeroize::Zeroizing;

use super::cipher::Cipher;
use super::{Mac, Place, SealError};

/// A key of one tenant, person or cell, from which the sealing key and the keys of fingerprints are derived
/// (HKDF-SHA-256, RFC 5869). It leaves memory only wrapped by a [`super::Kek`].
pub struct DataKey {
    root: Zeroizing<[u8; 32]>,
    cipher: Cipher,
}

impl std::fmt::Debug for DataKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DataKey(…)")
    }
}

impl DataKey {
    /// Makes a new key.
    ///
    /// # Errors
    /// [`SealError::Library`].
    pub fn generate(rng: &dyn Rng) -> Result<Self, SealError> {
        Self::from_root(Zeroizing::new(random::bytes(rng)))
    }

    pub(super) fn from_root(root: Zeroizing<[u8; 32]>) -> Result<Self, SealError> {
        let cipher = Cipher::new(&*derive(&root, &[b"seal"])?)?;
        Ok(Self { root, cipher })
    }

    pub(super) fn root(&self) -> &[u8; 32] {
        &self.root
    }

    /// Encrypts a value for one place: version byte, nonce, ciphertext, tag (29 bytes more than `plain`).
    ///
    /// # Errors
    /// [`SealError::Library`].
    pub fn seal(&self, place: &Place, plain: &[u8]) -> Result<Vec<u8>, SealError> {
        let mut out = Vec::with_capacity(plain.len() + OVERHEAD);
        out.push(VERSION);
        self.cipher.seal(&place.associated_data(USAGE), plain, &mut out)?;
        Ok(out)
    }

    /// Decrypts what [`DataKey::seal`] made for the same place.
    ///
    /// # Errors
    /// [`SealError::Layout`] for bytes that were never sealed, [`SealError::Refused`] for another key, another place
    /// or changed bytes.
    pub fn open(&self, place: &Place, sealed: &[u8]) -> Result<Secret<Vec<u8>>, SealError> {
        match sealed.split_first() {
            Some((&VERSION, body)) => self.cipher.open(&place.associated_data(USAGE), body),
            _ => Err(SealError::Layout),
        }
    }

    /// Seals another data key under this one, for keys of narrower use (a person's in an event stream).
    ///
    /// # Errors
    /// [`SealError::Library`].
    pub fn wrap(&self, key: &Self, place: &Place) -> Result<Vec<u8>, SealError> {
        self.seal(place, key.root())
    }

    /// Opens what [`DataKey::wrap`] made for the same place.
    ///
    /// # Errors
    /// As [`DataKey::open`]; [`SealError::Layout`] if what was sealed is no key.
    pub fn unwrap_key(&self, wrapped: &[u8], place: &Place) -> Result<Self, SealError> {
        let root = self.open(place, wrapped)?;
        let root: [u8; 32] = root.expose().as_slice().try_into().map_err(|_| SealError::Layout)?;
        Self::from_root(Zeroizing::new(root))
    }

    /// The key of one context, such as a secret that only somebody else holds: without it, what is sealed under the derived
    /// key stays shut even to the holder of this one.
    ///
    /// # Errors
    /// [`SealError::Library`].
    pub fn derived(&self, context: &Secret<String>) -> Result<Self, SealError> {
        Self::from_root(derive(&self.root, &[b"key:", context.expose().as_bytes()])?)
    }

    /// The fingerprint key of one purpose; other purposes give unrelated keys.
    ///
    /// # Errors
    /// [`SealError::Library`].
    pub fn mac_key(&self, purpose: &str) -> Result<Mac, SealError> {
        Ok(Mac::new(&*derive(&self.root, &[b"mac:", purpose.as_bytes()])?))
    }
}

fn derive(root: &[u8; 32], info: &[&[u8]]) -> Result<Zeroizing<[u8; 32]>, SealError> {
    let mut out = Zeroizing::new([0; 32]);
    hkdf::Salt::new(hkdf::HKDF_SHA256, b"gatehouse data key 1")
        .extract(root)
        .expand(info, hkdf::HKDF_SHA256)
        .and_then(|okm| okm.fill(&mut *out))
        .map_err(|_| SealError::Library)?;
    Ok(out)
}

const VERSION: u8 = 1;
const OVERHEAD: usize = 1 + 12 + 16;
const USAGE: &[u8] = b"gatehouse value 1";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SystemRng;
    use proptest::prelude::*;

    fn key() -> DataKey {
        DataKey::generate(&SystemRng).unwrap()
    }

    fn refusal<T>(result: Result<T, SealError>) -> Option<SealError> {
        result.err()
    }

    proptest! {
        #[test]
        fn opens_at_its_place_only(plain in any::<Vec<u8>>(), row: u64, other: u64) {
            let (key, place) = (key(), Place::new("eu1", "factor", "seed", row));
            let sealed = key.seal(&place, &plain).unwrap();
            prop_assert_eq!(sealed.len(), plain.len() + OVERHEAD);
            let opened = key.open(&place, &sealed).unwrap();
            prop_assert_eq!(opened.expose(), &plain);
            let moved = key.open(&Place::new("eu1", "factor", "seed", other), &sealed);
            prop_assert_eq!(moved.is_ok(), row == other);
            for elsewhere in [
                Place::new("eu2", "factor", "seed", row),
                Place::new("eu1", "connection", "seed", row),
                Place::new("eu1", "factor", "label", row),
            ] {
                prop_assert_eq!(refusal(key.open(&elsewhere, &sealed)), Some(SealError::Refused));
            }
        }

        #[test]
        fn any_flipped_bit_is_refused(plain in prop::collection::vec(any::<u8>(), 0..40), at: prop::sample::Index, bit in 0..8_u8) {
            let (key, place) = (key(), Place::new("eu1", "factor", "seed", 1));
            let mut sealed = key.seal(&place, &plain).unwrap();
            let at = at.index(sealed.len());
            sealed[at] ^= 1 << bit;
            let expected = if at == 0 { SealError::Layout } else { SealError::Refused };
            prop_assert_eq!(refusal(key.open(&place, &sealed)), Some(expected));
        }

        #[test]
        fn truncated_values_are_refused(length in 0..OVERHEAD) {
            let (key, place) = (key(), Place::new("eu1", "factor", "seed", 1));
            let sealed = key.seal(&place, b"").unwrap();
            prop_assert!(key.open(&place, &sealed[..length]).is_err());
        }
    }

    #[test]
    fn another_key_is_refused() {
        let place = Place::new("eu1", "factor", "seed", 1);
        let sealed = key().seal(&place, b"seed").unwrap();
        assert_eq!(refusal(key().open(&place, &sealed)), Some(SealError::Refused));
    }

    #[test]
    fn a_derived_key_needs_its_context() {
        let (one, place) = (key(), Place::new("eu1", "grants", "current_sealed", 1));
        let derived = |from: &DataKey, context: &str| from.derived(&Secret::new(context.to_owned())).unwrap();
        let sealed = derived(&one, "shown").seal(&place, b"next").unwrap();
        assert_eq!(derived(&one, "shown").open(&place, &sealed).unwrap().expose(), b"next");
        for other in [derived(&one, "guessed"), derived(&key(), "shown"), one] {
            assert_eq!(refusal(other.open(&place, &sealed)), Some(SealError::Refused));
        }
    }

    #[test]
    fn equal_values_seal_differently() {
        let (key, place) = (key(), Place::new("eu1", "factor", "seed", 1));
        assert_ne!(key.seal(&place, b"seed").unwrap(), key.seal(&place, b"seed").unwrap());
    }

    #[test]
    fn fingerprints_depend_on_purpose_and_key_only() {
        let (one, two) = (key(), key());
        let tag = one.mac_key("throttle").unwrap().tag(b"ada@example.test");
        assert_eq!(one.mac_key("throttle").unwrap().tag(b"ada@example.test"), tag);
        assert_ne!(one.mac_key("code").unwrap().tag(b"ada@example.test"), tag);
        assert_ne!(two.mac_key("throttle").unwrap().tag(b"ada@example.test"), tag);
    }
}
