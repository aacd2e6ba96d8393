//! Section `[keys]`: the key-encryption key and its predecessors.

use std::path::PathBuf;

use data_encoding::{BASE64, BASE64_NOPAD, BASE64URL, BASE64URL_NOPAD, HEXLOWER_PERMISSIVE};
use gatehouse_domain::secret::Secret;
use serde::Deserialize;
use zeroize::Zeroizing;

use super::context::Context;
use super::error::ConfigError;
use super::value::{Many, One};

const EXPECTED: &str =
    "expected 32 random bytes in base64 or hexadecimal, such as `head -c 32 /dev/urandom | base64`";

/// The keys that wrap every data key.
#[derive(Debug, Clone)]
pub struct Keys {
    /// Wraps new data keys; 32 bytes.
    pub kek: Secret<Vec<u8>>,
    /// Open data keys that were wrapped before; never wrap.
    pub previous_keks: Vec<Secret<Vec<u8>>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawKeys {
    kek: Option<Secret<String>>,
    kek_file: Option<One<PathBuf>>,
    previous_keks: Many<Secret<String>>,
    previous_kek_files: Many<PathBuf>,
}

impl Keys {
    pub(super) fn lines(&self, out: &mut Vec<(&'static str, String)>) {
        out.push(("keys.kek", super::HIDDEN.to_owned()));
        let previous = vec![super::HIDDEN; self.previous_keks.len()];
        out.push(("keys.previous_keks", previous.join(",")));
    }
}

impl RawKeys {
    pub(super) fn validate(self, cx: &Context<'_>) -> Result<Keys, ConfigError> {
        let file = self.kek_file.as_ref().map(|one| one.0.as_path());
        let Some(kek) = cx.secret("keys.kek", self.kek, file)? else {
            return Err(cx.refuse("keys.kek", format!("missing: the key-encryption key, {EXPECTED}")));
        };
        let kek = decode(cx, "keys.kek", kek.expose())?;
        let mut previous_keks = Vec::new();
        for text in &self.previous_keks.0 {
            previous_keks.push(decode(cx, "keys.previous_keks", text.expose())?);
        }
        for path in &self.previous_kek_files.0 {
            let text = cx.read("keys.previous_kek_files", path)?;
            previous_keks.push(decode(cx, "keys.previous_kek_files", text.expose())?);
        }
        Ok(Keys { kek, previous_keks })
    }
}

fn decode(cx: &Context<'_>, key: &str, text: &str) -> Result<Secret<Vec<u8>>, ConfigError> {
    let text = text.trim().as_bytes();
    let forms = [&HEXLOWER_PERMISSIVE, &BASE64, &BASE64_NOPAD, &BASE64URL, &BASE64URL_NOPAD];
    let bytes = forms
        .iter()
        .filter_map(|form| form.decode(text).ok().map(Zeroizing::new))
        .find(|bytes| bytes.len() == 32)
        .map(|bytes| Secret::new(bytes.to_vec()))
        .ok_or_else(|| cx.refuse(key, EXPECTED))?;
    let kinds = (0..=u8::MAX).filter(|kind| bytes.expose().contains(kind)).count();
    // 32 random bytes with fewer than 16 different values do not happen; an example such as all zeros does.
    cx.refuse_if(cx.serves() && kinds < 16, key, &format!("this is an example's key: {EXPECTED}"))?;
    Ok(bytes)
}
