//! Envelope encryption: a key-encryption key wraps data keys, a data key seals values, and each sealed value is bound
//! to the place it is stored at, so that a row copied elsewhere does not open.
//!
//! The cipher is AES-256-GCM-SIV (RFC 8452): a repeated nonce reveals at most that two values at one place are equal.

mod cipher;
mod data_key;
mod kek;
mod mac;
mod place;

pub use data_key::DataKey;
pub use kek::{Kek, KekId, KekRing, WrappedKey};
pub use mac::Mac;
pub use place::Place;

/// Why something was not sealed or opened. Says nothing about the content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// The configured text or bytes are no key.
    #[error(
        "a key-encryption key is 32 random bytes, written as 64 hexadecimal or 43 to 44 base64 characters"
    )]
    NotAKek,
    /// A wrapped key names a key-encryption key that is not configured.
    #[error("the key-encryption key {0} is not configured")]
    UnknownKek(KekId),
    /// The sealed bytes are too short, or of a layout this version does not know.
    #[error("the sealed value has an unknown layout")]
    Layout,
    /// Another key, another place, or changed bytes; which of them is not told.
    #[error("the sealed value does not open here")]
    Refused,
    /// The cryptographic library failed.
    #[error("the cryptographic library failed")]
    Library,
}
