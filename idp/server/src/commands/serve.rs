//! `gatehouse serve`: production.

use std::path::Path;

use anyhow::Context as _;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use super::{clock, rng};
use crate::config::{Profile, Sources, load};
use crate::listener::{acceptor, serve};
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
    let tls = config.tls.as_ref().map(acceptor).transpose().context("the TLS certificate cannot be used")?;
    let listen = config.base.listen;
    let listener =
        TcpListener::bind(listen).await.with_context(|| format!("{listen} cannot be listened on"))?;
    let manager = config.management.listen;
    let manager =
        TcpListener::bind(manager).await.with_context(|| format!("{manager} cannot be listened on"))?;
    let stop = CancellationToken::new();
    let open = tokio::spawn(serve(listener, tls, house.router(), bounds(&config), stop.clone()));
    let inner = tokio::spawn(management::serve(manager, house.readiness(), metrics, stop.clone()));
    let jobs = house.start_jobs(stop.clone());
    tracing::info!(base = config.base.origin(), listen = %listen, "serving");
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    stop.cancel();
    open.await??;
    jobs.await??;
    inner.await??;
    Ok(())
}
