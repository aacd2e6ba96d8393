//! The yardsticks, taken between the measurements of the same run.

use std::fs::File;
use std::io::{Seek as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use argon2::{Algorithm, Argon2, Block, Params, Version};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use serde::Serialize;
use tokio::io::{AsyncBufReadExt as _, BufReader};

use super::drive::{Pace, Worker, drive};
use super::hello::Greeter;
use super::proc::{Procs, thread_seconds};
use super::stats::{Spread, count, percentile};
use crate::subject::child::Child;
use crate::subject::pgbench::{Pgbench, Rows};
use crate::walk::Link;

/// One taking of all yardsticks: CPU-seconds per 1,000, and milliseconds for the disk.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Sample {
    /// With as many hashes at once as there are cores, as the server works when it is busy: they share the caches.
    pub(crate) argon2: f64,
    /// One hash at a time.
    pub(crate) argon2_alone: f64,
    pub(crate) es256: f64,
    pub(crate) hello: f64,
    pub(crate) fdatasync_ms: f64,
    /// What the database alone takes; none without a database, or without pgbench.
    pub(crate) rows: Option<Rows>,
}

/// All takings of a run.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Yardsticks {
    pub(crate) argon2: Spread,
    pub(crate) argon2_alone: Spread,
    pub(crate) es256: Spread,
    pub(crate) hello: Spread,
    pub(crate) fdatasync_ms: Spread,
    pub(crate) read: Option<Spread>,
    pub(crate) insert: Option<Spread>,
}

/// Beyond this spread of the CPU yardsticks the machine was too busy with others to judge by.
const NOISY: f64 = 0.25;
const CONNECTIONS: usize = 32;

impl Yardsticks {
    pub(crate) fn of(samples: &[Sample]) -> Option<Self> {
        let spread = |part: fn(&Sample) -> f64| Spread::of(samples.iter().map(part));
        Some(Self {
            argon2: spread(|sample| sample.argon2)?,
            argon2_alone: spread(|sample| sample.argon2_alone)?,
            es256: spread(|sample| sample.es256)?,
            hello: spread(|sample| sample.hello)?,
            fdatasync_ms: spread(|sample| sample.fdatasync_ms)?,
            read: Spread::of(samples.iter().filter_map(|sample| Some(sample.rows?.read))),
            insert: Spread::of(samples.iter().filter_map(|sample| Some(sample.rows?.insert))),
        })
    }

    /// Whether the run cannot be relied upon. The disk and what waits for it are reported and not judged: their latency
    /// is the neighbours'.
    pub(crate) fn noisy(&self) -> bool {
        [self.argon2, self.es256, self.hello].iter().any(|spread| spread.width() > NOISY)
    }
}

/// Takes all yardsticks once; `folder` is on the disk of the database.
pub(crate) async fn take(
    length: Duration,
    folder: &Path,
    pgbench: Option<&Pgbench>,
) -> anyhow::Result<Sample> {
    let folder = folder.to_path_buf();
    let (argon2, argon2_alone, es256, fdatasync_ms) = tokio::task::spawn_blocking(move || {
        anyhow::Ok((
            hashes_at_once(length)?,
            hashes(length)?,
            signatures(length / 2)?,
            syncs(length / 2, &folder)?,
        ))
    })
    .await??;
    let rows = match pgbench {
        Some(pgbench) => Some(pgbench.take().await?),
        None => None,
    };
    Ok(Sample { argon2, argon2_alone, es256, hello: hello(length).await?, fdatasync_ms, rows })
}

/// Repeats for a while; CPU-seconds of this thread per 1,000.
fn repeat(length: Duration, mut once: impl FnMut() -> anyhow::Result<()>) -> anyhow::Result<f64> {
    let (begun, before) = (Instant::now(), thread_seconds()?);
    let mut rounds = 0;
    while begun.elapsed() < length {
        once()?;
        rounds += 1;
    }
    Ok((thread_seconds()? - before) * 1000.0 / count(rounds))
}

/// The mean over one thread for each core.
fn hashes_at_once(length: Duration) -> anyhow::Result<f64> {
    let cores = std::thread::available_parallelism()?.get();
    let threads: Vec<_> = (0..cores).map(|_| std::thread::spawn(move || hashes(length))).collect();
    let mut sum = 0.0;
    for thread in threads {
        sum += thread.join().map_err(|_| anyhow::anyhow!("a hashing thread failed"))??;
    }
    Ok(sum / count(cores))
}

/// argon2id at the product's cost, its memory allocated once.
fn hashes(length: Duration) -> anyhow::Result<f64> {
    let argon2 = password_hash()?;
    let mut memory = vec![Block::default(); argon2.params().block_count()];
    let mut out = [0; 32];
    let mut once = || {
        argon2
            .hash_password_into_with_memory(
                b"correct horse battery staple",
                b"0123456789abcdef",
                &mut out,
                &mut memory,
            )
            .map_err(|error| anyhow::anyhow!("argon2: {error}"))
    };
    once()?;
    repeat(length, once)
}

/// The hash every password sign-in pays: m=19456, t=2, p=1 (RFC 9106).
pub(crate) fn password_hash() -> anyhow::Result<Argon2<'static>> {
    let params = Params::new(19_456, 2, 1, Some(32)).map_err(|error| anyhow::anyhow!("argon2: {error}"))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// ES256 over as many bytes as an access token has.
fn signatures(length: Duration) -> anyhow::Result<f64> {
    let random = SystemRandom::new();
    let key =
        EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).map_err(|_| anyhow::anyhow!("no key"))?;
    let message = [7; 320];
    repeat(length, || {
        let signature = key.sign(&random, &message).map_err(|_| anyhow::anyhow!("no signature"))?;
        std::hint::black_box(signature.as_ref());
        Ok(())
    })
}

/// The median of what one fdatasync of 8 KiB takes, in milliseconds.
fn syncs(length: Duration, folder: &Path) -> anyhow::Result<f64> {
    let path: PathBuf = folder.join("fdatasync");
    let mut file = File::create(&path)?;
    let mut micros = Vec::new();
    let begun = Instant::now();
    while begun.elapsed() < length {
        file.rewind()?;
        file.write_all(&[7; 8192])?;
        let before = Instant::now();
        file.sync_data()?;
        micros.push(u32::try_from(before.elapsed().as_micros())?);
    }
    std::fs::remove_file(&path)?;
    micros.sort_unstable();
    percentile(&micros, 0.5).context("no sync ended in time")
}

/// The hello server under this generator.
async fn hello(length: Duration) -> anyhow::Result<f64> {
    let mut command = tokio::process::Command::new(std::env::current_exe()?);
    command.arg("hello").stdout(std::process::Stdio::piped());
    let mut child = Child::start(command)?;
    let out = child.stdout().context("no output of hello")?;
    let line = BufReader::new(out).lines().next_line().await?.context("hello said nothing")?;
    let addr = SocketAddr::from((Ipv4Addr::LOCALHOST, line.trim().parse::<u16>()?));
    let crew = || {
        let link = || Box::new(Greeter(Link::new(addr, "localhost"))) as Box<dyn Worker>;
        std::iter::repeat_with(link).take(CONNECTIONS).collect()
    };
    drive(crew(), Pace::Closed, length / 4).await;
    let procs = Procs { app: child.pid(), postmaster: None };
    let before = procs.cpu()?;
    let tally = drive(crew(), Pace::Closed, length).await;
    let used = procs.cpu()?.since(before);
    child.stop().await?;
    anyhow::ensure!(tally.failed == 0 && tally.done > 0, "hello failed: {:?}", tally.first_fault);
    Ok(used.app * 1000.0 / count(tally.done))
}
