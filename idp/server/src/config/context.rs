//! What every section's validation may ask.

use std::path::{Path, PathBuf};

use figment::Figment;
use gatehouse_domain::secret::Secret;

use super::error::ConfigError;
use super::sources::{Profile, Sources, place};

/// The sources as merged, and the words for a refusal.
pub(super) struct Context<'a> {
    pub(super) sources: &'a Sources,
    pub(super) figment: &'a Figment,
}

impl Context<'_> {
    pub(super) fn serves(&self) -> bool {
        self.sources.profile == Profile::Serve
    }

    /// A refusal at `key`, wherever it was set.
    pub(super) fn refuse(&self, key: &str, expected: impl Into<String>) -> ConfigError {
        ConfigError::Key { at: place(self.figment, key), expected: expected.into() }
    }

    /// Refuses if `wrong` holds.
    pub(super) fn refuse_if(&self, wrong: bool, key: &str, expected: &str) -> Result<(), ConfigError> {
        if wrong { Err(self.refuse(key, expected)) } else { Ok(()) }
    }

    /// A path from a setting; relative ones start at the file's folder.
    pub(super) fn path(&self, path: &Path) -> PathBuf {
        self.sources.folder().join(path)
    }

    /// The content of a file that `key` names, without the line end that editors leave.
    pub(super) fn read(&self, key: &str, path: &Path) -> Result<Secret<String>, ConfigError> {
        let path = self.path(path);
        let text = (self.sources.read)(&path)
            .map_err(|error| self.refuse(key, format!("cannot read {}: {error}", path.display())))?;
        let text = Secret::new(text);
        let trimmed = text.expose().trim_end_matches(['\r', '\n']).to_owned();
        Ok(Secret::new(trimmed))
    }

    /// A secret by value or by file; both at once are refused.
    pub(super) fn secret(
        &self,
        key: &str,
        value: Option<Secret<String>>,
        file: Option<&Path>,
    ) -> Result<Option<Secret<String>>, ConfigError> {
        let file_key = format!("{key}_file");
        match (value, file) {
            (Some(_), Some(_)) => {
                Err(self.refuse(key, format!("given twice, by value and by `{file_key}`: keep one of them")))
            }
            (None, Some(path)) => self.read(&file_key, path).map(Some),
            (value, None) => Ok(value),
        }
    }
}
