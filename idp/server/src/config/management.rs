//! Section `[management]`: the listener for health and metrics.

use std::net::{Ipv4Addr, SocketAddr};

use serde::Deserialize;

use super::value::One;

/// The management listener.
#[derive(Debug, Clone)]
pub struct Management {
    /// Where it binds; it has no authentication, so never a public address.
    pub listen: SocketAddr,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawManagement {
    listen: Option<One<SocketAddr>>,
}

impl Management {
    pub(super) fn lines(&self, out: &mut Vec<(&'static str, String)>) {
        out.push(("management.listen", self.listen.to_string()));
    }
}

impl RawManagement {
    pub(super) fn validate(self) -> Management {
        Management { listen: self.listen.map_or(SocketAddr::from((Ipv4Addr::LOCALHOST, 9090)), |one| one.0) }
    }
}
