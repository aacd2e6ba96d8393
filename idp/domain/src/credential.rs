//! Records by which a credential is judged.

use std::fmt;

/// A stored password: a hash in PHC string format with its parameters and salt.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordRecord {
    text: String,
    foreign: Option<ForeignCost>,
}

/// What verifying a hash of another system costs, which is known as long as there is such a hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignCost {
    /// In KiB that argon2id would write in the same time.
    pub kib: u32,
    /// The algorithm with its parameters; nothing of the hash.
    pub shape: String,
}

impl PasswordRecord {
    /// A record read back from storage.
    pub fn from_stored(text: impl Into<String>) -> Self {
        Self { text: text.into(), foreign: None }
    }

    /// A hash that another system made, with what it costs; nothing for one that costs hardly anything.
    pub fn imported(text: impl Into<String>, foreign: Option<ForeignCost>) -> Self {
        Self { text: text.into(), foreign }
    }

    /// The text to store.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What it costs, if another system made it and it was not read back from storage.
    pub const fn foreign(&self) -> Option<&ForeignCost> {
        self.foreign.as_ref()
    }
}

impl fmt::Debug for PasswordRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordRecord(…)")
    }
}
