//! Section `[limits]`: what one client may take.

use std::time::Duration;

use serde::Deserialize;

use super::context::Context;
use super::error::ConfigError;
use super::value::One;

/// Bounds on requests.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Password tries of one network (/24 or /48) in ten minutes, before it has to wait.
    pub password_tries_per_network: u32,
    /// The same for one address.
    pub password_tries_per_network_and_address: u32,
    /// Password tries for one address in ten minutes, from all browsers that never signed it in.
    pub password_tries_per_address: u32,
    /// Password tries at one tenant's issuer in ten minutes, from such browsers.
    pub password_tries_per_tenant: u32,
    /// Password tries at all issuers in ten minutes, from such browsers.
    pub password_tries_global: u32,
    /// Mails that one network asks for in an hour.
    pub mails_per_network: u32,
    /// Mails to one address in an hour that one source asks for.
    pub mails_per_source_and_address: u32,
    /// Mails to one address in an hour, from all browsers that never signed it in.
    pub mails_per_address: u32,
    /// Mails in an hour that such browsers ask for at one tenant's issuer.
    pub mails_per_tenant: u32,
    /// Mails in an hour that such browsers ask for at all issuers.
    pub mails_global: u32,
    /// Mailed codes that one source tries for one address in an hour.
    pub code_tries_per_source_and_address: u32,
    /// Mailed codes that are tried for one address in an hour, from all browsers that never signed it in.
    pub code_tries_per_address: u32,
    /// How long a client may take to send the head of a request.
    pub head_timeout: Duration,
    /// How long one request may take altogether.
    pub request_timeout: Duration,
    /// Connections held at once.
    pub connections: usize,
    /// How long running requests may finish after a stop was asked for.
    pub shutdown_timeout: Duration,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawLimits {
    password_tries_per_network: Option<One<u32>>,
    password_tries_per_network_and_address: Option<One<u32>>,
    password_tries_per_address: Option<One<u32>>,
    password_tries_per_tenant: Option<One<u32>>,
    password_tries_global: Option<One<u32>>,
    mails_per_network: Option<One<u32>>,
    mails_per_source_and_address: Option<One<u32>>,
    mails_per_address: Option<One<u32>>,
    mails_per_tenant: Option<One<u32>>,
    mails_global: Option<One<u32>>,
    code_tries_per_source_and_address: Option<One<u32>>,
    code_tries_per_address: Option<One<u32>>,
    head_seconds: Option<One<u32>>,
    request_seconds: Option<One<u32>>,
    connections: Option<One<usize>>,
    shutdown_seconds: Option<One<u32>>,
}

impl Limits {
    pub(super) fn lines(&self, out: &mut Vec<(&'static str, String)>) {
        out.push(("limits.password_tries_per_network", self.password_tries_per_network.to_string()));
        out.push((
            "limits.password_tries_per_network_and_address",
            self.password_tries_per_network_and_address.to_string(),
        ));
        out.push(("limits.password_tries_per_address", self.password_tries_per_address.to_string()));
        out.push(("limits.password_tries_per_tenant", self.password_tries_per_tenant.to_string()));
        out.push(("limits.password_tries_global", self.password_tries_global.to_string()));
        out.push(("limits.mails_per_network", self.mails_per_network.to_string()));
        out.push(("limits.mails_per_source_and_address", self.mails_per_source_and_address.to_string()));
        out.push(("limits.mails_per_address", self.mails_per_address.to_string()));
        out.push(("limits.mails_per_tenant", self.mails_per_tenant.to_string()));
        out.push(("limits.mails_global", self.mails_global.to_string()));
        out.push((
            "limits.code_tries_per_source_and_address",
            self.code_tries_per_source_and_address.to_string(),
        ));
        out.push(("limits.code_tries_per_address", self.code_tries_per_address.to_string()));
        out.push(("limits.head_seconds", self.head_timeout.as_secs().to_string()));
        out.push(("limits.request_seconds", self.request_timeout.as_secs().to_string()));
        out.push(("limits.connections", self.connections.to_string()));
        out.push(("limits.shutdown_seconds", self.shutdown_timeout.as_secs().to_string()));
    }
}

impl RawLimits {
    pub(super) fn validate(self, cx: &Context<'_>) -> Result<Limits, ConfigError> {
        let seconds = |key: &str, given: Option<One<u32>>, default: u32| {
            let value = given.map_or(default, |one| one.0);
            cx.refuse_if(!(1..=600).contains(&value), key, "expected a number of seconds from 1 to 600")?;
            Ok(Duration::from_secs(u64::from(value)))
        };
        let head_timeout = seconds("limits.head_seconds", self.head_seconds, 10)?;
        let request_timeout = seconds("limits.request_seconds", self.request_seconds, 30)?;
        let shutdown_timeout = seconds("limits.shutdown_seconds", self.shutdown_seconds, 20)?;
        let tries = |key: &str, given: Option<One<u32>>, default: u32| {
            let value = given.map_or(default, |one| one.0);
            cx.refuse_if(value == 0, key, "expected a number, at least 1")?;
            Ok(value)
        };
        let password_tries_per_network =
            tries("limits.password_tries_per_network", self.password_tries_per_network, 150)?;
        let password_tries_per_network_and_address = tries(
            "limits.password_tries_per_network_and_address",
            self.password_tries_per_network_and_address,
            10,
        )?;
        let connections = self.connections.map_or(8192, |one| one.0);
        cx.refuse_if(
            !(1..=1_000_000).contains(&connections),
            "limits.connections",
            "expected a number from 1 to 1000000",
        )?;
        let password_tries_per_address =
            tries("limits.password_tries_per_address", self.password_tries_per_address, 100)?;
        Ok(Limits {
            mails_per_network: tries("limits.mails_per_network", self.mails_per_network, 60)?,
            mails_per_source_and_address: tries(
                "limits.mails_per_source_and_address",
                self.mails_per_source_and_address,
                5,
            )?,
            mails_per_address: tries("limits.mails_per_address", self.mails_per_address, 20)?,
            mails_per_tenant: tries("limits.mails_per_tenant", self.mails_per_tenant, 2_000)?,
            mails_global: tries("limits.mails_global", self.mails_global, 20_000)?,
            code_tries_per_source_and_address: tries(
                "limits.code_tries_per_source_and_address",
                self.code_tries_per_source_and_address,
                10,
            )?,
            code_tries_per_address: tries("limits.code_tries_per_address", self.code_tries_per_address, 50)?,
            password_tries_per_tenant: tries(
                "limits.password_tries_per_tenant",
                self.password_tries_per_tenant,
                3_000,
            )?,
            password_tries_global: tries("limits.password_tries_global", self.password_tries_global, 30_000)?,
            password_tries_per_address,
            password_tries_per_network,
            password_tries_per_network_and_address,
            head_timeout,
            request_timeout,
            connections,
            shutdown_timeout,
        })
    }
}
