//! Refusals of a configuration: where, which key, what is expected. Values are never repeated: they may be secrets.

/// Why a configuration is not used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// The file is not TOML.
    #[error("{file}: {reason}")]
    Syntax {
        /// The file as it was named.
        file: String,
        /// What the parser said, without the text of the line.
        reason: String,
    },
    /// A key is unknown, missing or has a value of the wrong form.
    #[error("{at}: {expected}.")]
    Key {
        /// The file and the key, or the environment variable.
        at: String,
        /// What is expected, as a sentence without its full stop.
        expected: String,
    },
    /// A file could not be read.
    #[error("Cannot read {file}: {reason}.")]
    File {
        /// The file.
        file: String,
        /// What the system said.
        reason: String,
    },
}

/// The environment variable that overrides a dotted key.
pub(super) fn variable(key: &str) -> String {
    format!("{}{}", super::sources::PREFIX, key.replace('.', "__").to_uppercase())
}
