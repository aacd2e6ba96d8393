//! Section `[outbound]`: calls to other servers.

use serde::Deserialize;

use super::context::Context;
use super::error::ConfigError;
use super::value::One;

/// Rules for calls that leave the server.
#[derive(Debug, Clone)]
pub struct Outbound {
    /// Whether loopback addresses and plain HTTP may be called; in development only.
    pub allow_loopback: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawOutbound {
    allow_loopback: Option<One<bool>>,
}

impl Outbound {
    pub(super) fn lines(&self, out: &mut Vec<(&'static str, String)>) {
        out.push(("outbound.allow_loopback", self.allow_loopback.to_string()));
    }
}

impl RawOutbound {
    pub(super) fn validate(self, cx: &Context<'_>) -> Result<Outbound, ConfigError> {
        let allow_loopback = self.allow_loopback.map_or(!cx.serves(), |one| one.0);
        cx.refuse_if(
            cx.serves() && allow_loopback,
            "outbound.allow_loopback",
            "for `gatehouse dev` only: here a tenant's settings could reach this machine's own services",
        )?;
        Ok(Outbound { allow_loopback })
    }
}
