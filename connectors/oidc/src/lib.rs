//! Sign-in through OpenID Connect and OAuth 2 upstreams.
//!
//! One [`Oidc`] is one upstream with its settings and its secret; [`Documents`] is what all of them remember of upstreams' public
//! documents. The protocol's libraries build requests and verify signatures; every claim is judged here, by types of our own, because
//! the library takes more than we do (`azp` unverified, truth as text) and less than Microsoft's templated issuers need.
#![warn(missing_docs)]

mod apple;
mod begin;
mod callback;
mod claims;
mod codes;
mod discovery;
mod github;
mod id_token;
mod jwks;
mod jws;
mod logout;
mod memo;
mod outcome;
mod token;
mod userinfo;

use std::sync::Arc;

use gatehouse_domain::connection::{Assertion, ClientAuth, OidcConfig, Preset, Source, Trace};
use gatehouse_domain::secret::Secret;
use gatehouse_spi::upstream::{Ask, Judged, Memo, Reply, Step, Upstream, World};

pub use codes::CODES;
pub use discovery::Documents;
pub use logout::{LoggedOut, LogoutAsk};

/// What we authenticate by to an upstream.
#[derive(Debug, Clone)]
pub enum ClientCredential {
    /// A secret that the upstream gave us.
    Secret(Secret<String>),
    /// A key of ours, whose public half the upstream knows; Apple's, which Apple made.
    Key(ClientKey),
}

/// A private key that signs our assertions.
#[derive(Debug, Clone)]
pub struct ClientKey {
    /// The name under which the upstream knows it.
    pub kid: Option<String>,
    /// What it signs with.
    pub alg: ClientAlg,
    /// The key, as PKCS #8 in PEM (RFC 7468, section 10).
    pub pem: Secret<String>,
}

/// What a client's key signs with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientAlg {
    /// RSA with PKCS #1 padding, for servers that know nothing else.
    RS256,
    /// ECDSA on P-256.
    ES256,
    /// Ed25519.
    EdDSA,
}

/// One upstream.
#[derive(Debug, Clone)]
pub struct Oidc {
    config: Arc<OidcConfig>,
    credential: ClientCredential,
    source: Source,
    documents: Documents,
}

/// What is configured does not fit what we authenticate by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the upstream's way of authentication needs {0}")]
pub struct WrongCredential(&'static str);

impl Oidc {
    /// An upstream. `source` says whose it is: nothing of one owner's upstream is used for another's.
    ///
    /// # Errors
    /// If the credential is not of the kind that the settings need.
    pub fn new(
        config: Arc<OidcConfig>,
        credential: ClientCredential,
        source: Source,
        documents: Documents,
    ) -> Result<Self, WrongCredential> {
        let key = matches!(config.settings().preset, Preset::Apple { .. })
            || config.auth() == ClientAuth::PrivateKeyJwt;
        match (&credential, key) {
            (ClientCredential::Secret(_), true) => Err(WrongCredential("a private key")),
            (ClientCredential::Key(_), false) => Err(WrongCredential("a client secret")),
            _ => Ok(Self { config, credential, source, documents }),
        }
    }

    fn is_github(&self) -> bool {
        self.config.settings().preset == Preset::GitHub
    }
}

impl Upstream for Oidc {
    async fn begin(&self, ask: &Ask, world: World<'_>) -> Judged<(Step, Memo)> {
        let mut trace = Trace::default();
        let outcome = if self.is_github() {
            self.begin_github(ask, world, &mut trace)
        } else {
            self.begin_oidc(ask, world, &mut trace).await
        };
        Judged { outcome, trace }
    }

    async fn resume(&self, ask: &Ask, memo: Memo, reply: Reply, world: World<'_>) -> Judged<Assertion> {
        let mut trace = Trace::default();
        let outcome = if self.is_github() {
            self.resume_github(ask, &memo, &reply, world, &mut trace).await
        } else {
            self.resume_oidc(ask, &memo, &reply, world, &mut trace).await
        };
        Judged { outcome, trace }
    }
}

#[cfg(test)]
mod tests;
