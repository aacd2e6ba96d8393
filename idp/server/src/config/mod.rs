//! Configuration: one TOML file, an environment override for every key, frozen once read.
//!
//! `GATEHOUSE_DATABASE__PORT` overrides `port` in `[database]`. Unknown keys are refused. A secret `x` can be given by
//! value or, as `x_file`, by the path of a file; giving both is refused.

mod base;
mod context;
mod database;
mod error;
mod keys;
mod limits;
mod log;
mod mail;
mod management;
mod outbound;
mod passwords;
mod sign_up;
mod sources;
mod tls;
mod value;

use std::net::SocketAddr;

use figment::Figment;
use figment::error::Kind;
use ipnet::IpNet;
use serde::Deserialize;
use url::Url;

pub use base::Base;
use context::Context;
pub use database::{Database, Migration, Transport};
pub use error::ConfigError;
pub use keys::Keys;
pub use limits::Limits;
pub use log::{Log, LogFormat};
pub use mail::{Mail, Operator};
pub use management::Management;
pub use outbound::Outbound;
pub use passwords::{Breached, Passwords};
pub use sign_up::SignUp;
pub use sources::{ConfigFile, Profile, ReadFile, Sources, search_path, variable};
pub use tls::Tls;
use value::{Many, One};

/// Stands where a secret would.
const HIDDEN: &str = "(hidden)";

/// Everything the server is told from outside, checked.
#[derive(Debug, Clone)]
pub struct Config {
    /// Which command it was read for; not a setting.
    pub profile: Profile,
    /// Public address and listener.
    pub base: Base,
    /// The public listener's certificate.
    pub tls: Option<Tls>,
    /// Health and metrics.
    pub management: Management,
    /// PostgreSQL.
    pub database: Database,
    /// Key-encryption keys.
    pub keys: Keys,
    /// Password hashing.
    pub passwords: Passwords,
    /// Bounds on requests.
    pub limits: Limits,
    /// Logging.
    pub log: Log,
    /// Calls to other servers.
    pub outbound: Outbound,
    /// Accounts that people make themselves.
    pub sign_up: SignUp,
    /// Letters.
    pub mail: Mail,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Raw {
    base_url: Option<One<Url>>,
    listen: Option<One<SocketAddr>>,
    trusted_proxies: Many<IpNet>,
    tls: tls::RawTls,
    management: management::RawManagement,
    database: database::RawDatabase,
    keys: keys::RawKeys,
    passwords: passwords::RawPasswords,
    limits: limits::RawLimits,
    log: log::RawLog,
    outbound: outbound::RawOutbound,
    sign_up: sign_up::RawSignUp,
    mail: mail::RawMail,
}

/// Reads and checks a configuration. Looks at nothing but `sources`.
///
/// # Errors
/// At the first key that is unknown, malformed, missing or unsafe for the profile.
pub fn load(sources: &Sources) -> Result<Config, ConfigError> {
    let figment = sources.merged()?;
    let raw = extract(&figment)?;
    let cx = Context { sources, figment: &figment };
    let tls = raw.tls.validate(&cx)?;
    let base =
        base::RawBase { base_url: raw.base_url, listen: raw.listen, trusted_proxies: raw.trusted_proxies };
    Ok(Config {
        profile: sources.profile,
        base: base.validate(&cx, tls.is_some())?,
        tls,
        management: raw.management.validate(),
        database: raw.database.validate(&cx)?,
        keys: raw.keys.validate(&cx)?,
        passwords: raw.passwords.validate(&cx)?,
        limits: raw.limits.validate(&cx)?,
        log: raw.log.validate(&cx)?,
        outbound: raw.outbound.validate(&cx)?,
        sign_up: raw.sign_up.validate(&cx)?,
        mail: raw.mail.validate(&cx)?,
    })
}

/// Reads and checks only what `gatehouse migrate` needs, which holds no keys.
///
/// # Errors
/// As [`load`], for the section `[database]`; unknown keys are refused everywhere.
pub fn load_migration(sources: &Sources) -> Result<Migration, ConfigError> {
    let figment = sources.merged()?;
    extract(&figment)?.database.migration(&Context { sources, figment: &figment })
}

/// Reads the section `[log]` alone: a world that is not up yet has to say what it does.
///
/// # Errors
/// As [`load`], for what the section needs.
pub fn load_log(sources: &Sources) -> Result<Log, ConfigError> {
    let figment = sources.merged()?;
    extract(&figment)?.log.validate(&Context { sources, figment: &figment })
}

fn extract(figment: &Figment) -> Result<Raw, ConfigError> {
    figment.extract().map_err(|error| {
        let mut path = error.path.clone();
        let expected = match &error.kind {
            Kind::UnknownField(field, known) => {
                if path.last() != Some(field) {
                    path.push(field.clone());
                }
                format!("unknown key; known here: {}", known.join(", "))
            }
            Kind::InvalidType(_, expected) | Kind::InvalidValue(_, expected) => {
                format!("expected {expected}")
            }
            Kind::Message(message) => message.clone(),
            _ => "not a value this key can have".to_owned(),
        };
        let key = path.join(".");
        ConfigError::Key { at: sources::named_place(error.metadata.as_ref(), &key), expected }
    })
}

/// What will be used, one `key = "value"` a line, secrets hidden.
pub fn render_effective(config: &Config) -> String {
    let mut lines = Vec::new();
    config.base.lines(&mut lines);
    if let Some(tls) = &config.tls {
        tls.lines(&mut lines);
    }
    config.management.lines(&mut lines);
    config.database.lines(&mut lines);
    config.keys.lines(&mut lines);
    config.passwords.lines(&mut lines);
    config.limits.lines(&mut lines);
    config.log.lines(&mut lines);
    config.outbound.lines(&mut lines);
    config.sign_up.lines(&mut lines);
    config.mail.lines(&mut lines);
    lines.iter().map(|(key, value)| format!("{key} = {value:?}\n")).collect()
}

#[cfg(test)]
mod tests;
