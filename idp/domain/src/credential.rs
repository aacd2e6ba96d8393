//! Records by which a credential is judged.

use std::fmt;

/// A stored password: a hash in PHC string format with its parameters and salt.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordRecord(String);

impl PasswordRecord {
    /// A record read back from storage.
    pub fn from_stored(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text to store.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PasswordRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordRecord(…)")
    }
}
