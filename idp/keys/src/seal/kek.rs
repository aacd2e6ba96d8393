//! Key-encryption keys and what they wrap.

use std::fmt;

use aws_lc_rs::digest;
use data_encoding::{BASE64, BASE64_NOPAD, BASE64URL, BASE64URL_NOPAD, HEXLOWER, HEXLOWER_PERMISSIVE};
use gatehouse_domain::secret::Secret;
use zeroize::Zeroizing;

use super::cipher::Cipher;
use super::{DataKey, Place, SealError};

/// A key-encryption key: comes from the configuration, wraps data keys, and never touches data.
pub struct Kek {
    id: KekId,
    cipher: Cipher,
}

impl Kek {
    /// Takes 32 bytes.
    ///
    /// # Errors
    /// [`SealError::NotAKek`] for any other length, and for 32 equal bytes.
    pub fn from_bytes(bytes: &Secret<Vec<u8>>) -> Result<Self, SealError> {
        let key: &[u8; 32] = bytes.expose().as_slice().try_into().map_err(|_| SealError::NotAKek)?;
        let [first, rest @ ..] = key;
        if rest.iter().all(|byte| byte == first) {
            return Err(SealError::NotAKek);
        }
        Ok(Self { id: KekId::of(key), cipher: Cipher::new(key)? })
    }

    /// Takes 32 bytes as hexadecimal or base64 text (either alphabet, padded or not); white space around it is
    /// ignored.
    ///
    /// # Errors
    /// [`SealError::NotAKek`].
    pub fn from_text(text: &Secret<String>) -> Result<Self, SealError> {
        let text = text.expose().trim().as_bytes();
        let spellings = match text.len() {
            64 => vec![HEXLOWER_PERMISSIVE],
            44 => vec![BASE64, BASE64URL],
            43 => vec![BASE64_NOPAD, BASE64URL_NOPAD],
            _ => return Err(SealError::NotAKek),
        };
        let bytes = spellings.iter().find_map(|spelling| spelling.decode(text).ok());
        Self::from_bytes(&Secret::new(bytes.ok_or(SealError::NotAKek)?))
    }

    /// The name under which wrapped keys refer to this key.
    pub fn id(&self) -> KekId {
        self.id
    }

    /// Encrypts a data key for the place of its row.
    ///
    /// # Errors
    /// [`SealError::Library`].
    pub fn wrap(&self, key: &DataKey, place: &Place) -> Result<WrappedKey, SealError> {
        let mut out = Vec::with_capacity(WRAPPED_LEN);
        out.push(VERSION);
        out.extend_from_slice(&self.id.0);
        self.cipher.seal(&place.associated_data(USAGE), key.root(), &mut out)?;
        Ok(WrappedKey(out))
    }

    /// Decrypts a data key that this very key wrapped for the same place.
    ///
    /// # Errors
    /// [`SealError::UnknownKek`] if another key wrapped it, [`SealError::Layout`], [`SealError::Refused`].
    pub fn unwrap_key(&self, wrapped: &WrappedKey, place: &Place) -> Result<DataKey, SealError> {
        let (id, body) = wrapped.parts()?;
        if id != self.id {
            return Err(SealError::UnknownKek(id));
        }
        let root = self.cipher.open(&place.associated_data(USAGE), body)?;
        let root: &[u8; 32] = root.expose().as_slice().try_into().map_err(|_| SealError::Layout)?;
        DataKey::from_root(Zeroizing::new(*root))
    }
}

/// The current key-encryption key, and older ones that only read.
pub struct KekRing {
    current: Kek,
    older: Vec<Kek>,
}

impl fmt::Debug for KekRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KekRing(…)")
    }
}

impl KekRing {
    /// Wraps with `current`, reads with all.
    pub fn new(current: Kek, older: Vec<Kek>) -> Self {
        Self { current, older }
    }

    /// The key that wraps.
    pub fn current(&self) -> &Kek {
        &self.current
    }

    /// See [`Kek::wrap`].
    ///
    /// # Errors
    /// [`SealError::Library`].
    pub fn wrap(&self, key: &DataKey, place: &Place) -> Result<WrappedKey, SealError> {
        self.current.wrap(key, place)
    }

    /// See [`Kek::unwrap_key`]; the wrapped key says which of the ring's keys it needs.
    ///
    /// # Errors
    /// [`SealError::UnknownKek`] if the ring lacks it, [`SealError::Layout`], [`SealError::Refused`].
    pub fn unwrap_key(&self, wrapped: &WrappedKey, place: &Place) -> Result<DataKey, SealError> {
        let id = wrapped.kek_id()?;
        std::iter::once(&self.current)
            .chain(&self.older)
            .find(|kek| kek.id == id)
            .ok_or(SealError::UnknownKek(id))?
            .unwrap_key(wrapped, place)
    }

    /// Whether the current key wrapped this one, so that a rotation has nothing to do.
    pub fn is_current(&self, wrapped: &WrappedKey) -> bool {
        wrapped.kek_id() == Ok(self.current.id)
    }
}

/// The public name of a key-encryption key: the first 8 bytes of a labelled SHA-256 of it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct KekId([u8; 8]);

impl KekId {
    fn of(key: &[u8; 32]) -> Self {
        let mut context = digest::Context::new(&digest::SHA256);
        context.update(b"gatehouse kek id 1");
        context.update(key);
        let mut id = [0; 8];
        for (out, byte) in id.iter_mut().zip(context.finish().as_ref()) {
            *out = *byte;
        }
        Self(id)
    }
}

impl fmt::Display for KekId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&HEXLOWER.encode(&self.0))
    }
}

impl fmt::Debug for KekId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A data key as stored: version byte, id of the key-encryption key, nonce, ciphertext, tag.
#[derive(Clone, PartialEq, Eq)]
pub struct WrappedKey(Vec<u8>);

impl WrappedKey {
    /// Bytes read back from storage; judged when unwrapped.
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The bytes to store.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The key-encryption key this one needs.
    ///
    /// # Errors
    /// [`SealError::Layout`] if the bytes are no wrapped key.
    pub fn kek_id(&self) -> Result<KekId, SealError> {
        self.parts().map(|(id, _)| id)
    }

    fn parts(&self) -> Result<(KekId, &[u8]), SealError> {
        let (version, rest) = self.0.split_first().ok_or(SealError::Layout)?;
        let (id, body) = rest.split_first_chunk::<8>().ok_or(SealError::Layout)?;
        if *version != VERSION || self.0.len() != WRAPPED_LEN {
            return Err(SealError::Layout);
        }
        Ok((KekId(*id), body))
    }
}

impl fmt::Debug for WrappedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WrappedKey(…)")
    }
}

const VERSION: u8 = 1;
const WRAPPED_LEN: usize = 1 + 8 + 12 + 32 + 16;
const USAGE: &[u8] = b"gatehouse key 1";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SystemRng;
    use gatehouse_domain::random;

    fn kek() -> Kek {
        Kek::from_bytes(&Secret::new(random::bytes::<32>(&SystemRng).to_vec())).unwrap()
    }

    fn key() -> DataKey {
        DataKey::generate(&SystemRng).unwrap()
    }

    fn place(row: u8) -> Place {
        Place::new("eu1", "tenant", "data_key", row)
    }

    #[test]
    fn a_wrapped_key_opens_what_it_sealed_before() {
        let (kek, key) = (kek(), key());
        let wrapped = kek.wrap(&key, &place(1)).unwrap();
        assert_eq!(wrapped.as_bytes().len(), WRAPPED_LEN);
        let sealed = key.seal(&place(2), b"value").unwrap();
        let stored = WrappedKey::from_bytes(wrapped.as_bytes().to_vec());
        let again = kek.unwrap_key(&stored, &place(1)).unwrap();
        assert!(again.open(&place(2), &sealed).unwrap().matches(b"value"));
    }

    #[test]
    fn another_place_or_any_changed_byte_is_refused() {
        let kek = kek();
        let wrapped = kek.wrap(&key(), &place(1)).unwrap();
        assert_eq!(kek.unwrap_key(&wrapped, &place(2)).err(), Some(SealError::Refused));
        for at in 0..WRAPPED_LEN {
            let mut bytes = wrapped.as_bytes().to_vec();
            bytes[at] ^= 0x10;
            assert!(kek.unwrap_key(&WrappedKey::from_bytes(bytes), &place(1)).is_err(), "byte {at}");
        }
        for length in 0..WRAPPED_LEN {
            let short = WrappedKey::from_bytes(wrapped.as_bytes()[..length].to_vec());
            assert_eq!(kek.unwrap_key(&short, &place(1)).err(), Some(SealError::Layout));
        }
    }

    #[test]
    fn a_ring_reads_older_keys_and_names_missing_ones() {
        let (old, new, stranger) = (kek(), kek(), kek());
        let wrapped = old.wrap(&key(), &place(1)).unwrap();
        let foreign = stranger.wrap(&key(), &place(1)).unwrap();
        let ring = KekRing::new(new, vec![old]);
        let key = ring.unwrap_key(&wrapped, &place(1)).unwrap();
        assert!(!ring.is_current(&wrapped));
        assert!(ring.is_current(&ring.wrap(&key, &place(1)).unwrap()));
        assert_eq!(ring.unwrap_key(&foreign, &place(1)).err(), Some(SealError::UnknownKek(stranger.id())));
    }

    #[test]
    fn every_spelling_of_a_key_is_the_same_key() {
        let bytes: Vec<u8> = (0..32_u8).map(|byte| byte.wrapping_mul(37).wrapping_add(250)).collect();
        let id = Kek::from_bytes(&Secret::new(bytes.clone())).unwrap().id();
        for spelling in [HEXLOWER, BASE64, BASE64_NOPAD, BASE64URL, BASE64URL_NOPAD] {
            let text = format!(" {}\n", spelling.encode(&bytes));
            assert_eq!(Kek::from_text(&Secret::new(text)).unwrap().id(), id);
        }
        let upper = HEXLOWER.encode(&bytes).to_uppercase();
        assert_eq!(Kek::from_text(&Secret::new(upper)).unwrap().id(), id);
    }

    #[test]
    fn what_is_no_key_is_refused() {
        for text in ["", "changeme", &"0".repeat(64), &"g".repeat(64), &"A".repeat(43), &"1".repeat(62)] {
            assert_eq!(
                Kek::from_text(&Secret::new(text.to_owned())).err(),
                Some(SealError::NotAKek),
                "{text}"
            );
        }
    }
}
