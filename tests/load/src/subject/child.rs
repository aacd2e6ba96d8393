//! A program started for the run: ended by its process id, and with the run however that ends.

use std::process::Stdio;
use std::time::Duration;

use anyhow::Context as _;
use rustix::process::{Pid, Signal, kill_process};
use tokio::process::{ChildStdout, Command};

/// How long an orderly end may take; a database writes its checkpoint meanwhile.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running program.
#[derive(Debug)]
pub(crate) struct Child {
    inner: tokio::process::Child,
    pid: u32,
}

impl Child {
    pub(crate) fn start(mut command: Command) -> anyhow::Result<Self> {
        let name = command.as_std().get_program().to_string_lossy().into_owned();
        let inner = command
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("{name} cannot be started"))?;
        let pid = inner.id().context("the program has ended already")?;
        Ok(Self { inner, pid })
    }

    pub(crate) const fn pid(&self) -> u32 {
        self.pid
    }

    pub(crate) const fn stdout(&mut self) -> Option<ChildStdout> {
        self.inner.stdout.take()
    }

    /// Whether the program has ended by itself.
    pub(crate) fn ended(&mut self) -> bool {
        !matches!(self.inner.try_wait(), Ok(None))
    }

    /// Ends the program without warning, as a crash would.
    pub(crate) async fn kill(mut self) -> anyhow::Result<()> {
        anyhow::ensure!(!self.ended(), "the program ended before it was killed");
        self.inner.kill().await.context("the program cannot be killed")
    }

    /// Asks the program to end and waits for it.
    pub(crate) async fn stop(mut self) -> anyhow::Result<()> {
        if !self.ended()
            && let Some(pid) = i32::try_from(self.pid).ok().and_then(Pid::from_raw)
        {
            kill_process(pid, Signal::TERM)?;
        }
        if tokio::time::timeout(PATIENCE, self.inner.wait()).await.is_err() {
            self.inner.kill().await?;
        }
        Ok(())
    }
}
