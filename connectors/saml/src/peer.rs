//! The two sides of a connection.

use gatehouse_domain::connection::{BadSamlConfig, SamlConfig};
use url::Url;

use crate::keys::{BadKey, Pin, SpKeys};

/// Who we are towards one provider: names and addresses of this connection and of no other, so that what is meant for another
/// connection never fits here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceProvider {
    /// Our entity id, by convention the address of our metadata.
    pub entity_id: String,
    /// The assertion consumer service.
    pub acs: Url,
    /// The single logout service.
    pub slo: Option<Url>,
}

/// Why a connection cannot work as it is set up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadSetup {
    /// What the admin settled.
    #[error(transparent)]
    Config(#[from] BadSamlConfig),
    /// A certificate or key.
    #[error(transparent)]
    Key(#[from] BadKey),
}

/// Both sides, with the provider's keys read.
#[derive(Debug)]
pub(crate) struct Peer {
    pub(crate) config: SamlConfig,
    pub(crate) pins: Vec<Pin>,
    pub(crate) sp: ServiceProvider,
    pub(crate) keys: SpKeys,
}

impl Peer {
    /// A connection without a single key that signs is none (SAM-07).
    pub(crate) fn new(config: SamlConfig, sp: ServiceProvider, keys: SpKeys) -> Result<Self, BadSetup> {
        config.check()?;
        let pins = config.certificates.iter().map(Pin::new).collect::<Result<Vec<_>, _>>()?;
        Ok(Self { config, pins, sp, keys })
    }
}
