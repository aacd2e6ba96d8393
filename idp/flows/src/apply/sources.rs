//! Where secrets come from.

use std::fmt::Display;

use gatehouse_domain::secret::Secret;

use super::fields::{Fields, Place};
use super::problem::Problem;

/// Files and the environment, as the caller has them: this room reads neither.
pub trait Sources {
    /// The content of a file that the configuration names, or why it cannot be read, in a sentence.
    ///
    /// # Errors
    /// The sentence.
    fn file(&self, path: &str) -> Result<Secret<String>, String>;

    /// The value of an environment variable, if it is set.
    fn variable(&self, name: &str) -> Option<Secret<String>>;
}

/// No files and no environment: for a file that is part of the product.
#[derive(Debug, Clone, Copy)]
pub struct NoSources;

impl Sources for NoSources {
    fn file(&self, _path: &str) -> Result<Secret<String>, String> {
        Err("no files are read here".to_owned())
    }

    fn variable(&self, _name: &str) -> Option<Secret<String>> {
        None
    }
}

/// How strictly a file is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    /// As production does.
    Serve,
    /// As `gatehouse dev` does: short client secrets and plain http are fine, and nobody has to accept an invitation.
    Dev,
}

/// The secret under `key`, `key_file` or `key_env`: exactly one of them, or none.
pub(super) fn secret<'a>(
    fields: &'a Fields<'_>,
    key: &str,
    sources: &dyn Sources,
) -> Result<Option<(&'a Place<'a>, Secret<String>)>, Problem> {
    let (file, variable) = (format!("{key}_file"), format!("{key}_env"));
    let given: Vec<_> =
        [key, &file, &variable].into_iter().filter_map(|name| Some((name, fields.get(name)?))).collect();
    let (name, place) = match given.as_slice() {
        [] => return Ok(None),
        [one] => *one,
        [_, (_, second), ..] => {
            return Err(second.refuse(format_args!("only one of {key}, {file} and {variable} can be given")));
        }
    };
    let value = if name == file {
        let unreadable = |reason: String| place.refuse(format_args!("the file cannot be read: {reason}"));
        sources.file(place.text()?).map_err(unreadable).map(|text| trimmed(&text))?
    } else if name == variable {
        sources.variable(place.text()?).ok_or_else(|| place.refuse("this environment variable is not set"))?
    } else {
        place.secret()?.clone()
    };
    bounded(place, &value)?;
    Ok(Some((place, value)))
}

fn bounded(place: &Place<'_>, value: &Secret<String>) -> Result<(), Problem> {
    let refuse = |text: &dyn Display| Err(place.refuse(text));
    match value.expose() {
        text if text.is_empty() => refuse(&"the secret is empty"),
        text if text.len() > 4096 => refuse(&"the secret is longer than 4096 bytes"),
        text if text.contains('\0') => refuse(&"the secret has a zero byte"),
        _ => Ok(()),
    }
}

/// A file's last line end is not part of the secret.
fn trimmed(text: &Secret<String>) -> Secret<String> {
    let text = text.expose();
    let text = text.strip_suffix('\n').unwrap_or(text);
    Secret::new(text.strip_suffix('\r').unwrap_or(text).to_owned())
}
