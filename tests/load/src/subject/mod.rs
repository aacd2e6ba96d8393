//! The servers that are measured.

pub(crate) mod child;
pub(crate) mod gatehouse;
pub(crate) mod load;
pub(crate) mod peer;
pub(crate) mod pgbench;
pub(crate) mod psql;
pub(crate) mod statements;
pub(crate) mod world;

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::time::{Duration, Instant};

use anyhow::bail;

use crate::measure::proc::Procs;
use crate::walk::{Ask, Link};
use psql::Psql;
use world::World;

/// A running server and how to look into it.
#[derive(Debug, Clone)]
pub(crate) struct Subject {
    pub(crate) name: &'static str,
    pub(crate) world: World,
    pub(crate) procs: Procs,
    /// None for a server without a database.
    pub(crate) database: Option<Psql>,
}

/// How long a start took.
#[derive(Debug, Clone, Copy, serde::Serialize)]
pub(crate) struct Start {
    /// From the start of the process to its first token, in seconds.
    pub(crate) to_first_token: f64,
    /// The same without the start of the private database, where one is started along.
    pub(crate) without_database: Option<f64>,
}

/// A free port of the loopback interface.
pub(crate) fn free_port() -> anyhow::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

/// Repeats a request until it is answered with 200.
pub(crate) async fn answered(
    addr: SocketAddr,
    host: &str,
    ask: &Ask,
    patience: Duration,
) -> anyhow::Result<()> {
    let begun = Instant::now();
    let mut link = Link::new(addr, host);
    loop {
        let answer = link.send(ask.clone()).await;
        if answer.as_ref().is_ok_and(|answer| answer.status == 200) {
            return Ok(());
        }
        if begun.elapsed() > patience {
            match answer {
                Ok(answer) => bail!("{} still answers {}: {}", ask.target(), answer.status, answer.excerpt()),
                Err(error) => return Err(error.context(format!("{} is not answered", ask.target()))),
            }
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}
