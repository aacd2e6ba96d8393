//! npm oidc-provider, in memory, set up by `tests/bench/peer.mjs`.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use tokio::process::Command;
use url::Url;

use super::child::Child;
use super::world::{Tenants, World};
use super::{Start, Subject, answered, free_port};
use crate::measure::proc::Procs;

/// Starts the peer and waits for its first token.
pub(crate) async fn start(script: &Path) -> anyhow::Result<(Child, Subject, Start)> {
    let port = free_port()?;
    let mut command = Command::new("node");
    command.arg(script).arg(port.to_string()).env("NODE_ENV", "production");
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let begun = Instant::now();
    let child = Child::start(command)?;
    let world = World {
        addr: ([127, 0, 0, 1], port).into(),
        base: Url::parse(&format!("http://127.0.0.1:{port}"))?,
        tenants: Tenants::Single,
    };
    answered(world.addr, &world.host(), &world.client_credentials(0), Duration::from_secs(30)).await?;
    let start = Start { to_first_token: begun.elapsed().as_secs_f64(), without_database: None };
    let procs = Procs { app: child.pid(), postmaster: None };
    Ok((child, Subject { name: "oidc-provider", world, procs, database: None }, start))
}
