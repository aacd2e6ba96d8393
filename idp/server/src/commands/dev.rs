//! `gatehouse dev`: everything for development, in one process tree.

use tokio::signal::unix::{SignalKind, signal};

use super::{clock, rng, say};
use crate::cli::Dev;
use crate::config::{Profile, Sources, load_log, search_path};
use crate::telemetry;
use crate::world::{Secrets, World, WorldOptions};

/// Starts the world, says where it is, and stops it at Ctrl-C.
pub(super) async fn run(options: Dev) -> anyhow::Result<()> {
    let sources = Sources::of_process(Profile::Dev, None)?;
    telemetry::install_logs(&load_log(&sources)?, clock())?;
    let metrics = telemetry::install_metrics()?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let world = WorldOptions {
        data: options.data.clone(),
        port: options.port,
        demo: !options.no_demo,
        path: search_path(),
        sources,
        clock: clock(),
        rng: rng(),
    };
    let starting = World::start(world, metrics);
    let world = tokio::select! {
        started = starting => started?,
        _ = interrupt.recv() => return Ok(()),
        _ = terminate.recv() => return Ok(()),
    };
    Secrets::note_port(&options.data, world.config.base.listen.port())?;
    say(&welcome(&world, &options));
    let broken = tokio::select! {
        _ = interrupt.recv() => false,
        _ = terminate.recv() => false,
        () = world.broken() => true,
    };
    world.stop().await?;
    anyhow::ensure!(
        !broken,
        "the database stopped by itself; its log is in {}",
        options.data.join("cluster").display()
    );
    Ok(())
}

fn welcome(world: &World, options: &Dev) -> String {
    let base = world.base();
    let mut text = format!(
        "\nGatehouse runs for DEVELOPMENT: plain http, secrets in {}. Never expose it.\n\n\
         \x20 Platform issuer   {base}\n\
         \x20 Discovery         {base}/.well-known/openid-configuration\n\
         \x20 Mailbox           {base}/dev/mail\n\
         \x20 Management        http://{}/health/ready\n",
        options.data.display(),
        world.management
    );
    if !options.no_demo {
        text.push_str(&format!(
            "\n\
             \x20 Try it            {base}/demo\n\
             \x20 Tenant acme       {base}/t/acme\n\
             \x20 Tenant globex     {base}/t/globex\n\n\
             \x20 alice@acme.test     owner of acme\n\
             \x20 bob@globex.test     owner of globex\n\
             \x20 carol@consult.test  member of both\n\
             \x20 Password of all     correct horse battery staple\n\n\
             \x20 App demo-web      public, code + PKCE, redirect {base}/demo/callback and http://127.0.0.1:*/callback\n\
             \x20 App demo-service  client credentials, secret demo-service-secret\n"
        ));
    }
    text.push_str("\nCtrl-C stops it.");
    text
}
