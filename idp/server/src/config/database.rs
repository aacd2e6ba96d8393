//! Section `[database]`: verified TLS or a local socket, nothing in between.

use std::path::{Path, PathBuf};

use gatehouse_domain::secret::Secret;
use serde::Deserialize;
use sqlx::postgres::{PgConnectOptions, PgSslMode};

use super::context::Context;
use super::error::ConfigError;
use super::value::One;

const EXAMPLES: [&str; 9] = [
    "changeme",
    "change-me",
    "password",
    "postgres",
    "secret",
    "gatehouse",
    "example",
    "gatehouse_app",
    "gatehouse_migrator",
];

/// How to reach PostgreSQL as the runtime role.
#[derive(Debug, Clone)]
pub struct Database {
    /// The way there.
    pub transport: Transport,
    /// The database's name.
    pub name: String,
    /// The login role.
    pub user: String,
    /// Its password; without one the server must know the caller by other means (a socket with peer authentication).
    pub password: Option<Secret<String>>,
    /// The most connections held at once.
    pub pool_size: u32,
    /// Where the password of `gatehouse_migrator` lies, for `gatehouse migrate` alone; nothing else reads it.
    pub migrator_password_file: Option<PathBuf>,
}

/// What `gatehouse migrate` works with: the server's role and, beside it, the one that may change tables.
#[derive(Debug, Clone)]
pub struct Migration {
    /// The database as the server knows it.
    pub database: Database,
    /// The password of `gatehouse_migrator`.
    pub migrator_password: Option<Secret<String>>,
}

/// The way to the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Transport {
    /// TCP with TLS, certificate and name verified.
    Tls {
        /// A name or address that the certificate names.
        host: String,
        /// TCP port.
        port: u16,
        /// The authority that signed the server's certificate, PEM.
        ca_file: PathBuf,
    },
    /// A Unix socket on this machine.
    Socket {
        /// The folder with the socket.
        folder: PathBuf,
        /// The port, which is part of the socket's name.
        port: u16,
    },
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawDatabase {
    host: Option<One<String>>,
    port: Option<One<u16>>,
    socket: Option<One<PathBuf>>,
    name: Option<One<String>>,
    user: Option<One<String>>,
    password: Option<Secret<String>>,
    password_file: Option<One<PathBuf>>,
    ca_file: Option<One<PathBuf>>,
    sslmode: Option<One<String>>,
    pool_size: Option<One<u32>>,
    migrator_password: Option<Secret<String>>,
    migrator_password_file: Option<One<PathBuf>>,
}

impl Migration {
    /// Connection options of the driver as `gatehouse_migrator`.
    pub fn options(&self) -> PgConnectOptions {
        self.database.login("gatehouse_migrator", self.migrator_password.as_ref())
    }
}

impl Database {
    /// Connection options of the driver as the runtime role.
    pub fn options(&self) -> PgConnectOptions {
        self.login(&self.user, self.password.as_ref())
    }

    fn login(&self, user: &str, password: Option<&Secret<String>>) -> PgConnectOptions {
        let options = PgConnectOptions::new_without_pgpass().username(user).database(&self.name);
        let options = match &self.transport {
            Transport::Tls { host, port, ca_file } => {
                options.host(host).port(*port).ssl_mode(PgSslMode::VerifyFull).ssl_root_cert(ca_file)
            }
            Transport::Socket { folder, port } => {
                options.socket(folder).port(*port).ssl_mode(PgSslMode::Disable)
            }
        };
        match password {
            Some(password) => options.password(password.expose()),
            None => options,
        }
    }

    pub(super) fn lines(&self, out: &mut Vec<(&'static str, String)>) {
        match &self.transport {
            Transport::Tls { host, port, ca_file } => {
                out.push(("database.host", host.clone()));
                out.push(("database.port", port.to_string()));
                out.push(("database.sslmode", "verify-full".to_owned()));
                out.push(("database.ca_file", ca_file.display().to_string()));
            }
            Transport::Socket { folder, port } => {
                out.push(("database.socket", folder.display().to_string()));
                out.push(("database.port", port.to_string()));
            }
        }
        out.push(("database.name", self.name.clone()));
        out.push(("database.user", self.user.clone()));
        let password = if self.password.is_some() { super::HIDDEN } else { "" };
        out.push(("database.password", password.to_owned()));
        out.push(("database.pool_size", self.pool_size.to_string()));
        if let Some(file) = &self.migrator_password_file {
            out.push(("database.migrator_password_file", file.display().to_string()));
        }
    }
}

impl RawDatabase {
    /// For the server and the tools that run as its role.
    pub(super) fn validate(self, cx: &Context<'_>) -> Result<Database, ConfigError> {
        cx.refuse_if(
            cx.serves() && self.migrator_password.is_some(),
            "database.migrator_password",
            "this password can change every table and belongs to `gatehouse migrate` alone: \
             give it there, or give database.migrator_password_file, which nothing else reads",
        )?;
        let database = self.database(cx)?;
        cx.refuse_if(
            cx.serves() && database.password.is_none() && matches!(database.transport, Transport::Tls { .. }),
            "database.password",
            "missing: a password, or database.password_file with a path",
        )?;
        Ok(database)
    }

    /// For `gatehouse migrate`: the server's own password may be missing, the migrator's may not.
    pub(super) fn migration(self, cx: &Context<'_>) -> Result<Migration, ConfigError> {
        let file = self.migrator_password_file.as_ref().map(|one| one.0.as_path());
        let migrator_password =
            own_password(cx, "database.migrator_password", self.migrator_password.clone(), file)?;
        let database = self.database(cx)?;
        cx.refuse_if(
            migrator_password.is_none() && matches!(database.transport, Transport::Tls { .. }),
            "database.migrator_password",
            "missing: the password of gatehouse_migrator, or database.migrator_password_file with a path",
        )?;
        cx.refuse_if(
            migrator_password
                .as_ref()
                .zip(database.password.as_ref())
                .is_some_and(|(one, other)| one.matches(other.expose().as_bytes())),
            "database.migrator_password",
            "the same as database.password: the server must not be able to change tables",
        )?;
        Ok(Migration { database, migrator_password })
    }

    fn database(self, cx: &Context<'_>) -> Result<Database, ConfigError> {
        let file = self.password_file.as_ref().map(|one| one.0.as_path());
        let password = own_password(cx, "database.password", self.password.clone(), file)?;
        let pool_size = self.pool_size.as_ref().map_or(default_pool(cx.sources.cores), |one| one.0);
        cx.refuse_if(
            !(1..=1000).contains(&pool_size),
            "database.pool_size",
            "expected a number from 1 to 1000",
        )?;
        let transport = self.transport(cx)?;
        let migrator_password_file = self.migrator_password_file.map(|one| cx.path(&one.0));
        let name = self.name.map_or_else(|| "gatehouse".to_owned(), |one| one.0);
        let user = self.user.map_or_else(|| "gatehouse_app".to_owned(), |one| one.0);
        Ok(Database { transport, name, user, password, pool_size, migrator_password_file })
    }

    fn transport(&self, cx: &Context<'_>) -> Result<Transport, ConfigError> {
        let port = self.port.as_ref().map_or(5432, |one| one.0);
        cx.refuse_if(
            self.sslmode.as_ref().is_some_and(|mode| mode.0 != "verify-full"),
            "database.sslmode",
            "only verify-full protects the connection: expected verify-full, or a local database.socket",
        )?;
        match (&self.host, &self.socket) {
            (Some(_), Some(_)) => {
                Err(cx.refuse("database.socket", "given besides database.host: keep one of them"))
            }
            (None, Some(One(folder))) => Ok(Transport::Socket { folder: cx.path(folder), port }),
            (None, None) => {
                Err(cx.refuse("database.host", "missing: the database's host, or database.socket"))
            }
            (Some(One(host)), None) => match &self.ca_file {
                Some(One(file)) => {
                    cx.read("database.ca_file", file)?;
                    Ok(Transport::Tls { host: host.clone(), port, ca_file: cx.path(file) })
                }
                None => Err(cx.refuse(
                    "database.ca_file",
                    "missing: the certificate (PEM) of the authority that signed the database server's",
                )),
            },
        }
    }
}

/// A password by value or by file that is nobody else's.
fn own_password(
    cx: &Context<'_>,
    key: &str,
    value: Option<Secret<String>>,
    file: Option<&Path>,
) -> Result<Option<Secret<String>>, ConfigError> {
    let password = cx.secret(key, value, file)?;
    let example = |given: &Secret<String>| EXAMPLES.iter().any(|known| given.matches(known.as_bytes()));
    cx.refuse_if(
        cx.serves() && password.as_ref().is_some_and(example),
        key,
        "this is an example's password: expected one of its own, such as 32 random characters",
    )?;
    Ok(password)
}

/// More connections than a few per processor only wait inside PostgreSQL instead of outside.
fn default_pool(cores: usize) -> u32 {
    u32::try_from(cores.saturating_mul(2).clamp(8, 16)).unwrap_or(8)
}
