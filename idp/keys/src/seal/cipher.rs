//! AES-256-GCM-SIV with a random nonce in front.

use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use gatehouse_domain::secret::Secret;

use super::SealError;

pub(super) struct Cipher(RandomizedNonceKey);

impl Cipher {
    pub(super) fn new(key: &[u8; 32]) -> Result<Self, SealError> {
        RandomizedNonceKey::new(&AES_256_GCM_SIV, key).map(Self).map_err(|_| SealError::Library)
    }

    /// Appends nonce, ciphertext and tag to `out`.
    pub(super) fn seal(&self, aad: &[u8], plain: &[u8], out: &mut Vec<u8>) -> Result<(), SealError> {
        let mut body = plain.to_vec();
        let (nonce, tag) =
            self.0.seal_in_place_separate_tag(Aad::from(aad), &mut body).map_err(|_| SealError::Library)?;
        out.extend_from_slice(nonce.as_ref());
        out.append(&mut body);
        out.extend_from_slice(tag.as_ref());
        Ok(())
    }

    /// Opens nonce, ciphertext and tag.
    pub(super) fn open(&self, aad: &[u8], sealed: &[u8]) -> Result<Secret<Vec<u8>>, SealError> {
        let (nonce, body) = sealed.split_first_chunk::<NONCE_LEN>().ok_or(SealError::Layout)?;
        let mut plain = body.to_vec();
        let length = self
            .0
            .open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(aad), &mut plain)
            .map_err(|_| SealError::Refused)?
            .len();
        plain.truncate(length);
        Ok(Secret::new(plain))
    }
}
