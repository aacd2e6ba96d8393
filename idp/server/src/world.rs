//! The development world: a private database, keys and demo data in one folder, and the server on loopback.

mod ready;
mod secrets;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use chrono::TimeDelta;
use gatehouse_domain::random::Rng;
use gatehouse_domain::time::Clock;
use gatehouse_flows::Settings;
use gatehouse_flows::login::Prefill;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::cluster::{Access, Cluster, ClusterOptions};
use crate::config::{self, Config, Profile, Sources};
use crate::listener::{self, Bounds};
use crate::wire::{self, House};
use crate::{demo, management};

pub use ready::prepare_database;
pub use secrets::Secrets;

/// How a world is to be started.
#[derive(Debug)]
pub struct WorldOptions {
    /// The folder that keeps everything between starts.
    pub data: PathBuf,
    /// The port on loopback; 0 for any free one.
    pub port: u16,
    /// Whether the demo world is made.
    pub demo: bool,
    /// Where PostgreSQL's programs are looked for, beside Debian's folders.
    pub path: std::ffi::OsString,
    /// Settings from the environment.
    pub sources: Sources,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The randomness.
    pub rng: Arc<dyn Rng>,
}

/// A running world.
#[derive(Debug)]
pub struct World {
    /// What runs in it.
    pub house: House,
    /// Its configuration.
    pub config: Config,
    /// The address of the management listener.
    pub management: SocketAddr,
    cluster: Option<Cluster>,
    stop: CancellationToken,
    tasks: Vec<JoinHandle<io::Result<()>>>,
}

impl World {
    /// Starts a world with a database cluster of its own.
    ///
    /// # Errors
    /// What stands in the way, in one sentence.
    pub async fn start(options: WorldOptions, metrics: PrometheusHandle) -> anyhow::Result<Self> {
        std::fs::create_dir_all(&options.data)
            .with_context(|| format!("the folder {} cannot be made", options.data.display()))?;
        let listener = bind(options.port).await?;
        let cluster = Cluster::start(ClusterOptions {
            data_dir: options.data.join("cluster"),
            port: None,
            durable: true,
            settings: Vec::new(),
            path: options.path.clone(),
            clock: Arc::clone(&options.clock),
            rng: Arc::clone(&options.rng),
        })
        .await?;
        let access = cluster.access().clone();
        Self::on(options, listener, &access, "gatehouse", Some(cluster), metrics).await
    }

    /// Starts a world in a database of a running cluster.
    ///
    /// # Errors
    /// What stands in the way, in one sentence.
    pub async fn on_cluster(
        options: WorldOptions,
        access: &Access,
        database: &str,
        metrics: PrometheusHandle,
    ) -> anyhow::Result<Self> {
        std::fs::create_dir_all(&options.data)?;
        let listener = bind(options.port).await?;
        Self::on(options, listener, access, database, None, metrics).await
    }

    async fn on(
        options: WorldOptions,
        listener: TcpListener,
        access: &Access,
        database: &str,
        cluster: Option<Cluster>,
        metrics: PrometheusHandle,
    ) -> anyhow::Result<Self> {
        let secrets = Secrets::keep(&options.data, options.rng.as_ref())?;
        prepare_database(access, database, &secrets).await?;
        let port = listener.local_addr()?.port();
        let config = dev_config(options.sources, access, database, &secrets, port)?;
        let prefill = if options.demo { Prefill::DemoPeople } else { Prefill::Nobody };
        let settings = Settings { prefill, ..settings(&config) };
        let house = wire::wire(&config, settings, options.clock, options.rng).await?;
        if options.demo {
            house.idp.make_demo_world().await.context("the demo world could not be made")?;
        }
        let stop = CancellationToken::new();
        let router = demo::with_demo(house.router(), &house);
        let bounds = bounds(&config);
        let manager =
            TcpListener::bind(config.management.listen).await.context("the management port is in use")?;
        let management = manager.local_addr()?;
        let tasks = vec![
            tokio::spawn(listener::serve(listener, None, router, bounds, stop.clone())),
            tokio::spawn(management::serve(manager, house.readiness(), metrics, stop.clone())),
            house.start_jobs(stop.clone()),
        ];
        Ok(Self { house, config, management, cluster, stop, tasks })
    }

    /// The base address.
    pub fn base(&self) -> &str {
        self.config.base.origin()
    }

    /// Resolves when the database has died by itself.
    pub async fn broken(&self) {
        match &self.cluster {
            Some(cluster) => cluster.ended().await,
            None => std::future::pending().await,
        }
    }

    /// Stops everything: requests first, the database last.
    ///
    /// # Errors
    /// If something would not stop.
    pub async fn stop(self) -> anyhow::Result<()> {
        self.stop.cancel();
        for task in self.tasks {
            task.await??;
        }
        drop(self.house);
        if let Some(cluster) = self.cluster {
            cluster.stop().await?;
        }
        Ok(())
    }
}

/// The configuration of a world that runs already, for the tools.
///
/// # Errors
/// If nothing runs there, or the folder is no world.
pub fn running(data: &Path, mut sources: Sources) -> anyhow::Result<Config> {
    let access = Cluster::locate(&data.join("cluster"))?.with_context(|| {
        format!("no development world runs in {}; start it with `gatehouse dev`", data.display())
    })?;
    let secrets = Secrets::read(data)?;
    let port = Secrets::port(data).unwrap_or(8080);
    sources.profile = Profile::Dev;
    dev_config(sources, &access, "gatehouse", &secrets, port)
}

/// How much a listener takes on.
pub(crate) fn bounds(config: &Config) -> Bounds {
    Bounds {
        connections: config.limits.connections,
        head_timeout: config.limits.head_timeout,
        request_timeout: config.limits.request_timeout,
        shutdown_timeout: config.limits.shutdown_timeout,
    }
}

/// What use cases take from the configuration.
pub(crate) fn settings(config: &Config) -> Settings {
    Settings {
        limits: gatehouse_flows::Limits {
            per_network: config.limits.password_tries_per_network,
            per_network_and_address: config.limits.password_tries_per_network_and_address,
            per_address: config.limits.password_tries_per_address,
            mails_per_network: config.limits.mails_per_network,
            mails_per_source_and_address: config.limits.mails_per_source_and_address,
            mails_per_address: config.limits.mails_per_address,
            per_tenant: config.limits.password_tries_per_tenant,
            of_all: config.limits.password_tries_global,
            mails_per_tenant: config.limits.mails_per_tenant,
            mails_of_all: config.limits.mails_global,
            codes_per_source_and_address: config.limits.code_tries_per_source_and_address,
            codes_per_address: config.limits.code_tries_per_address,
        },
        sign_up: gatehouse_flows::PlatformSignUp {
            who: config.sign_up.platform,
            personal_tenant: config.sign_up.personal_tenant,
        },
        prefill: Prefill::Nobody,
        mails_per_minute: config.mail.per_tenant_per_minute,
        stale_after: TimeDelta::days(i64::from(config.mail.stale_after_days)),
    }
}

async fn bind(port: u16) -> anyhow::Result<TcpListener> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    TcpListener::bind(address)
        .await
        .with_context(|| format!("port {port} is in use; stop what uses it, or choose another with --port"))
}

fn dev_config(
    mut sources: Sources,
    access: &Access,
    database: &str,
    secrets: &Secrets,
    port: u16,
) -> anyhow::Result<Config> {
    for (key, value) in [
        ("base_url", format!("http://localhost:{port}")),
        ("listen", format!("127.0.0.1:{port}")),
        ("management.listen", "127.0.0.1:0".to_owned()),
        ("database.host", access.host.clone()),
        ("database.port", access.port.to_string()),
        ("database.name", database.to_owned()),
        ("database.user", "gatehouse_app".to_owned()),
        ("database.password", secrets.app.expose().clone()),
        ("database.ca_file", access.ca_pem.display().to_string()),
        ("keys.kek", secrets.kek.expose().clone()),
        ("outbound.allow_loopback", "true".to_owned()),
    ] {
        sources.defaults.entry(key.to_owned()).or_insert(value);
    }
    Ok(config::load(&sources)?)
}
