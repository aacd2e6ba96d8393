//! Gatehouse itself: `gatehouse dev` with a data folder of the run's own. Everything about its start is here, everything
//! about its tables in `load.sql`.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use tokio::process::Command;
use url::Url;

use super::child::Child;
use super::load::Set;
use super::psql::{self, Psql};
use super::world::{Tenants, World};
use super::{Start, Subject, answered, free_port};
use crate::measure::proc::Procs;
use crate::walk::Ask;

/// How Gatehouse is started.
#[derive(Debug, Clone)]
pub(crate) struct Options {
    pub(crate) program: PathBuf,
    pub(crate) data: PathBuf,
    pub(crate) set: Set,
    /// Further settings, as environment variables.
    pub(crate) settings: Vec<(String, String)>,
}

/// A first start makes a cluster and migrates it.
const PATIENCE: Duration = Duration::from_secs(120);

/// Starts Gatehouse, fills it at the first time, and waits until it answers.
pub(crate) async fn start(options: &Options) -> anyhow::Result<(Child, Subject)> {
    let (child, world, _) = launch(options, free_port()?).await?;
    let database = Psql::open(&options.data).await?;
    options.set.load(&database).await?;
    let host = world.host();
    answered(world.addr, &host, &world.client_credentials(0), PATIENCE).await.context("no first token")?;
    let subject = subject_of(options, &child, world, database)?;
    Ok((child, subject))
}

/// Starts a filled Gatehouse that has ended, at the address it had, and asks it for no token.
pub(crate) async fn resume(options: &Options, port: u16) -> anyhow::Result<(Child, Subject)> {
    database_gone(&options.data).await?;
    let (child, world, _) = launch(options, port).await?;
    let database = Psql::open(&options.data).await?;
    let subject = subject_of(options, &child, world, database)?;
    Ok((child, subject))
}

fn subject_of(options: &Options, child: &Child, world: World, database: Psql) -> anyhow::Result<Subject> {
    let postmaster = psql::postmaster(&options.data).context("the cluster is gone")?;
    let procs = Procs { app: child.pid(), postmaster: Some(postmaster.pid) };
    Ok(Subject { name: "gatehouse", world, procs, database: Some(database) })
}

/// Starts a filled Gatehouse again, only to see how long that takes to the first token.
pub(crate) async fn start_again(options: &Options) -> anyhow::Result<Start> {
    database_gone(&options.data).await?;
    let begun = Instant::now();
    let (child, world, database_ready) = launch(options, free_port()?).await?;
    let host = world.host();
    answered(world.addr, &host, &world.client_credentials(0), PATIENCE).await?;
    let now = begun.elapsed();
    child.stop().await?;
    let without = now.saturating_sub(database_ready).as_secs_f64();
    Ok(Start { to_first_token: now.as_secs_f64(), without_database: Some(without) })
}

/// Starts the process and waits for the platform's metadata; also says when its database was ready.
async fn launch(options: &Options, port: u16) -> anyhow::Result<(Child, World, Duration)> {
    let mut command = Command::new(&options.program);
    command.arg("dev").arg("--port").arg(port.to_string()).arg("--data").arg(&options.data);
    if options.set.is_loaded() {
        command.arg("--no-demo");
    }
    let log = std::fs::File::create(options.data.with_extension("log")).context("the server's log")?;
    command.stdout(Stdio::from(log.try_clone()?)).stderr(Stdio::from(log));
    command.env("GATEHOUSE_LOG__FILTER", "warn");
    command.env("GATEHOUSE_MANAGEMENT__LISTEN", format!("127.0.0.1:{}", free_port()?));
    // The generator stands where a proxy would, and says where each person sits.
    command.env("GATEHOUSE_TRUSTED_PROXIES", "127.0.0.1/32");
    command.envs(options.settings.iter().map(|(name, value)| (name, value)));
    let begun = Instant::now();
    let mut child = Child::start(command)?;
    let ready = database_ready(&mut child, &options.data, begun).await?;
    let world = World {
        addr: ([127, 0, 0, 1], port).into(),
        base: Url::parse(&format!("http://localhost:{port}"))?,
        tenants: options.set.tenants(),
    };
    let metadata = Ask::get("/.well-known/openid-configuration");
    answered(world.addr, &world.host(), &metadata, PATIENCE).await?;
    Ok((child, world, ready))
}

/// Waits for a database that lost its Gatehouse: it ends by itself, after its last checkpoint.
async fn database_gone(data: &Path) -> anyhow::Result<()> {
    let begun = Instant::now();
    while psql::postmaster(data).is_some() {
        anyhow::ensure!(begun.elapsed() < PATIENCE, "the database outlived its Gatehouse");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    Ok(())
}

async fn database_ready(child: &mut Child, data: &Path, begun: Instant) -> anyhow::Result<Duration> {
    while !child.ended() && begun.elapsed() < PATIENCE {
        if psql::postmaster(data).is_some_and(|found| found.ready) {
            return Ok(begun.elapsed());
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    let log = std::fs::read_to_string(data.with_extension("log")).unwrap_or_default();
    bail!("gatehouse dev brought up no database: {}", log.lines().last().unwrap_or("it said nothing"))
}

impl Set {
    fn tenants(&self) -> Tenants {
        if self.is_loaded() {
            Tenants::Bench { tenants: self.size().tenants, persons: self.size().persons }
        } else {
            Tenants::Demo
        }
    }
}
