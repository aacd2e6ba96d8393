//! What is remembered between the two phases.

use data_encoding::BASE64URL_NOPAD;
use gatehouse_domain::random::{Rng, bytes};
use gatehouse_domain::secret::Secret;
use gatehouse_domain::time::Timestamp;
use gatehouse_spi::upstream::Memo;
use serde::Deserialize;
use serde_json::json;

/// The secrets of one try, and what it was begun with.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Begun {
    /// The code verifier (RFC 7636, section 4.1).
    pub(crate) verifier: Secret<String>,
    /// The nonce (OIDC Core, section 3.1.2.1).
    pub(crate) nonce: Secret<String>,
    /// The issuer that the browser was sent to: the settings may have changed since.
    pub(crate) issuer: String,
    /// When it was sent.
    pub(crate) at: Timestamp,
}

impl Begun {
    pub(crate) fn new(rng: &dyn Rng, issuer: &str, at: Timestamp) -> Self {
        let random = || Secret::new(BASE64URL_NOPAD.encode(&bytes::<32>(rng)));
        Self { verifier: random(), nonce: random(), issuer: issuer.to_owned(), at }
    }

    pub(crate) fn write(&self) -> Memo {
        let Self { verifier, nonce, issuer, at } = self;
        let text = json!({
            "verifier": verifier.expose(), "nonce": nonce.expose(), "issuer": issuer, "at": at,
        });
        Memo(Secret::new(text.to_string().into_bytes()))
    }

    pub(crate) fn read(memo: &Memo) -> Option<Self> {
        serde_json::from_slice(memo.0.expose()).ok()
    }
}
