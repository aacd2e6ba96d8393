//! `gatehouse serve`: production.

use std::io;
use std::net::SocketAddr;
use std::path::Path;

use anyhow::Context as _;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::{clock, rng};
use crate::config::{Config, Profile, Sources, load};
use crate::listener::{Terms, acceptor, serve};
use crate::world::{bounds, settings};
use crate::{management, telemetry, wire};

/// Serves until told to stop.
pub(super) async fn run(file: &Path) -> anyhow::Result<()> {
    let config = load(&Sources::of_process(Profile::Serve, Some(file))?)?;
    telemetry::install_logs(&config.log, clock())?;
    let metrics = telemetry::install_metrics()?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let house = wire::wire(&config, settings(&config), clock(), rng()).await?;
    let tls = config.tls.as_ref().map(acceptor).transpose().context("tls.cert_file and tls.key_file")?;
    let listener = bind("listen", config.base.listen).await?;
    let manager = bind("management.listen", config.management.listen).await?;
    let (listen, management) = (listener.local_addr()?, manager.local_addr()?);
    if !house.idp.can_mail() {
        tracing::warn!(
            "no [mail] is configured: nobody can sign up or set a new password by mail, and no notices go out"
        );
    }
    let stop = CancellationToken::new();
    let jobs = house.start_jobs(stop.clone());
    let mut tasks = JoinSet::new();
    let terms = Terms::from(bounds(&config)).trusting(config.base.trusted_proxies.clone());
    tasks.spawn(serve(listener, tls, house.router(), terms, stop.clone()));
    tasks.spawn(management::serve(manager, house.readiness(), metrics, stop.clone()));
    tasks.spawn(async move { jobs.await? });
    tracing::info!(base = config.base.origin(), listen = %listen, management = %management, "serving");
    let early = tokio::select! {
        _ = interrupt.recv() => None,
        _ = terminate.recv() => None,
        ended = tasks.join_next() => ended,
    };
    if let Some(ended) = early {
        ended??;
        anyhow::bail!("a part of the server ended by itself");
    }
    tracing::info!("stopping");
    stop.cancel();
    finish(tasks, &config).await
}

/// Lets what is under way end, for as long as the configuration allows.
async fn finish(mut tasks: JoinSet<io::Result<()>>, config: &Config) -> anyhow::Result<()> {
    let all = async {
        while let Some(ended) = tasks.join_next().await {
            ended??;
        }
        anyhow::Ok(())
    };
    // The listener keeps to the bound by itself and says so; a moment more is for what ends after it.
    let bound = config.limits.shutdown_timeout + std::time::Duration::from_secs(1);
    if let Ok(ended) = timeout(bound, all).await {
        return ended;
    }
    tracing::warn!("some work did not end in time");
    Ok(())
}

async fn bind(key: &str, address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| format!("{key}: {address} cannot be listened on"))
}
