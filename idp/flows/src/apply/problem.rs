//! What is wrong with a file, and where.

use std::fmt;

/// Why a file was refused: nothing of it was applied.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}, {problem}")]
pub struct BadFile {
    /// The file, as its caller names it.
    pub file: String,
    /// What is wrong, and where.
    pub problem: Problem,
}

/// What is wrong with a part of a file. Never holds a value that might be a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The line, from 1.
    pub line: u64,
    /// The key, with the keys above it.
    pub key: String,
    /// One sentence.
    pub text: String,
}

impl Problem {
    pub(super) fn at(line: u64, key: &str, text: &str) -> Self {
        Self { line, key: key.to_owned(), text: text.to_owned() }
    }

    /// Names the file.
    pub(super) fn in_file(self, file: &str) -> BadFile {
        BadFile { file: file.to_owned(), problem: self }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.key.is_empty() {
            return write!(f, "line {}: {}", self.line, self.text);
        }
        write!(f, "line {}: {}: {}", self.line, self.key, self.text)
    }
}
