//! Section `[tls]`: the public listener's own certificate.

use std::path::PathBuf;

use serde::Deserialize;

use super::context::Context;
use super::error::ConfigError;
use super::value::One;

/// The public listener's certificate; without it a proxy ends TLS.
#[derive(Debug, Clone)]
pub struct Tls {
    /// The chain, PEM, leaf first.
    pub cert_file: PathBuf,
    /// The private key, PEM.
    pub key_file: PathBuf,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawTls {
    cert_file: Option<One<PathBuf>>,
    key_file: Option<One<PathBuf>>,
}

impl Tls {
    pub(super) fn lines(&self, out: &mut Vec<(&'static str, String)>) {
        out.push(("tls.cert_file", self.cert_file.display().to_string()));
        out.push(("tls.key_file", self.key_file.display().to_string()));
    }
}

impl RawTls {
    pub(super) fn validate(self, cx: &Context<'_>) -> Result<Option<Tls>, ConfigError> {
        match (self.cert_file, self.key_file) {
            (None, None) => Ok(None),
            (Some(One(cert)), Some(One(key))) => {
                cx.read("tls.cert_file", &cert)?;
                cx.read("tls.key_file", &key)?;
                Ok(Some(Tls { cert_file: cx.path(&cert), key_file: cx.path(&key) }))
            }
            (Some(_), None) => Err(cx.refuse("tls.key_file", "missing: tls.cert_file needs its private key")),
            (None, Some(_)) => Err(cx.refuse("tls.cert_file", "missing: tls.key_file needs its certificate")),
        }
    }
}
