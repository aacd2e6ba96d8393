//! A private PostgreSQL cluster made of the system's programs: for `gatehouse dev` and for the tests.
//!
//! It listens on loopback only, speaks TLS only (a small authority of its own, so that clients use verify-full), runs
//! as an unprivileged user, and ends with the process that started it, however that ends.

mod account;
mod binaries;
mod certs;
mod error;
mod folder;
mod prepare;
mod process;

use std::ffi::OsString;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use gatehouse_domain::random::Rng;
use gatehouse_domain::secret::Secret;
use gatehouse_domain::time::Clock;
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use sqlx::{ConnectOptions as _, Connection as _};

pub use error::ClusterError;
use folder::Layout;
use process::Process;

/// The address every client uses; the certificate names it.
const HOST: &str = "127.0.0.1";
const SUPERUSER: &str = "postgres";
const READY: Duration = Duration::from_secs(60);
const LEFTOVER: Duration = Duration::from_secs(10);
/// Another program may take a free port between the choice and the server's own bind.
const PORT_TRIES: u32 = 5;

/// What to start.
#[derive(Debug, Clone)]
pub struct ClusterOptions {
    /// The folder that holds everything; made if it is missing. To reach it, an unprivileged account must be able to
    /// pass every folder above it; if not, the data itself goes to `/var/lib/gatehouse` behind a link.
    pub data_dir: PathBuf,
    /// The port on loopback; a free one if `None`.
    pub port: Option<u16>,
    /// `false` trades safety against a power cut for speed: for tests whose data nobody needs tomorrow.
    pub durable: bool,
    /// Further server settings, `name` and `value`; they win over the built-in ones.
    pub settings: Vec<(String, String)>,
    /// The folders to search for PostgreSQL's programs before Debian's own, as in the variable PATH.
    pub path: OsString,
    /// For the life of the certificates.
    pub clock: Arc<dyn Clock>,
    /// For the superuser's password.
    pub rng: Arc<dyn Rng>,
}

/// How to reach a running cluster as its superuser.
#[derive(Debug, Clone)]
pub struct Access {
    /// Always a loopback address that the certificate names.
    pub host: String,
    /// The TCP port.
    pub port: u16,
    /// The superuser.
    pub user: String,
    /// Its password.
    pub password: Secret<String>,
    /// The authority's certificate, PEM, for verify-full.
    pub ca_pem: PathBuf,
}

impl Access {
    /// Connection options for `database`, verify-full.
    pub fn options(&self, database: &str) -> PgConnectOptions {
        PgConnectOptions::new_without_pgpass()
            .host(&self.host)
            .port(self.port)
            .username(&self.user)
            .password(self.password.expose())
            .database(database)
            .ssl_mode(PgSslMode::VerifyFull)
            .ssl_root_cert(&self.ca_pem)
    }

    /// The same as a URL, for tools that take one.
    pub fn url(&self, database: &str) -> Secret<String> {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("sslmode", "verify-full")
            .append_pair("sslrootcert", &self.ca_pem.to_string_lossy())
            .finish();
        let (user, password, host, port) = (&self.user, self.password.expose(), &self.host, self.port);
        Secret::new(format!("postgres://{user}:{password}@{host}:{port}/{database}?{query}"))
    }
}

/// A running private cluster.
#[derive(Debug)]
pub struct Cluster {
    access: Access,
    layout: Layout,
    process: Process,
    _lock: File,
}

impl Cluster {
    /// Starts the cluster in `options.data_dir`, making it at the first start, and waits until it accepts connections.
    ///
    /// # Errors
    /// One sentence for each thing that can be wrong with the machine; see [`ClusterError`].
    pub async fn start(options: ClusterOptions) -> Result<Self, ClusterError> {
        let layout = Layout::new(&std::path::absolute(&options.data_dir).unwrap_or(options.data_dir.clone()));
        let prepared = {
            let (layout, options) = (layout.clone(), options.clone());
            tokio::task::spawn_blocking(move || prepare::prepare(&layout, &options))
                .await
                .map_err(|error| ClusterError::Program { program: "initdb", reason: error.to_string() })??
        };
        process::clear_leftover(&layout.data(), LEFTOVER).await?;
        let mut tries = PORT_TRIES;
        loop {
            let port = process::port(options.port)?;
            let process = Process::start(prepared.command(port, &options), &layout.log()).await?;
            let access = access(&layout, port, prepared.password.clone());
            match ready(&access, &process, &layout.log()).await {
                Ok(()) => return Ok(Self { access, layout, process, _lock: prepared.lock }),
                Err(ClusterError::PortInUse { .. }) if options.port.is_none() && tries > 1 => tries -= 1,
                Err(error) => return Err(error),
            }
        }
    }

    /// The cluster that some process keeps running in `data_dir`, if one does.
    ///
    /// # Errors
    /// If the superuser's password cannot be read.
    pub fn locate(data_dir: &Path) -> Result<Option<Access>, ClusterError> {
        let layout = Layout::new(&std::path::absolute(data_dir).unwrap_or(data_dir.to_path_buf()));
        let Some((_, port)) = process::running(&layout.data()) else { return Ok(None) };
        Ok(Some(access(&layout, port, layout.read_password()?)))
    }

    /// How to reach it.
    pub const fn access(&self) -> &Access {
        &self.access
    }

    /// Resolves when the server has ended, asked or not.
    pub async fn ended(&self) {
        self.process.ended().await;
    }

    /// Stops the server in order; open transactions are rolled back.
    ///
    /// # Errors
    /// [`ClusterError::NotStopped`] if it had to be killed.
    pub async fn stop(self) -> Result<(), ClusterError> {
        self.process.stop().await
    }

    /// Stops the server and deletes the cluster with all data.
    ///
    /// # Errors
    /// If a file cannot be deleted.
    pub async fn destroy(self) -> Result<(), ClusterError> {
        // What is deleted need not have been shut down in order.
        let _ = self.process.stop().await;
        self.layout.remove()
    }
}

fn access(layout: &Layout, port: u16, password: Secret<String>) -> Access {
    Access { host: HOST.to_owned(), port, user: SUPERUSER.to_owned(), password, ca_pem: layout.ca() }
}

/// Tries connections until one is accepted, the server ends, or time is up.
async fn ready(access: &Access, process: &Process, log: &Path) -> Result<(), ClusterError> {
    let mut refusal = String::new();
    let connected = async {
        while !process.has_ended() {
            match access.options("postgres").disable_statement_logging().connect().await {
                Ok(connection) => return connection.close().await.is_ok(),
                Err(error) => refusal = error.to_string(),
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        false
    };
    match tokio::time::timeout(READY, connected).await {
        Ok(true) => Ok(()),
        Ok(false) => Err(match process::last_words(log) {
            words if words.contains("in use") => ClusterError::PortInUse { port: access.port },
            reason => ClusterError::Died { reason, log: log.to_path_buf() },
        }),
        Err(_) => {
            Err(ClusterError::NotReady { seconds: READY.as_secs(), reason: refusal, log: log.to_path_buf() })
        }
    }
}

#[cfg(test)]
mod tests;
