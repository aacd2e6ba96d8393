//! The server as a direct child: started, watched, stopped.

use std::fs::{self, OpenOptions};
use std::net::{Ipv4Addr, TcpListener};
use std::os::fd::OwnedFd;
use std::os::unix::fs::OpenOptionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};
use tokio::sync::watch;

use super::account::not_started;
use super::error::{ClusterError, file};

const STOP: Duration = Duration::from_secs(30);
const KILL: Duration = Duration::from_secs(5);

/// A running child. Dropping it asks the child to stop and does not wait.
#[derive(Debug)]
pub(super) struct Process {
    handle: Arc<OwnedFd>,
    exited: watch::Receiver<bool>,
}

impl Process {
    /// Starts `command` with its output in `log`, in a process group of its own so that a Ctrl-C in the terminal
    /// reaches gatehouse first.
    pub(super) async fn start(mut command: Command, log: &Path) -> Result<Self, ClusterError> {
        let out = OpenOptions::new()
            .create(true)
            .write(true)
            .truncate(true)
            .mode(0o600)
            .open(log)
            .map_err(file("write", log))?;
        let err = out.try_clone().map_err(file("write", log))?;
        command.stdin(Stdio::null()).stdout(out).stderr(err).process_group(0);
        let (announce, started) = tokio::sync::oneshot::channel();
        let (ended, exited) = watch::channel(false);
        // The kernel's parent-death signal follows the thread that started the child: this one lives as long as
        // the child, whatever becomes of the async runtime.
        std::thread::Builder::new()
            .name("postgres".to_owned())
            .spawn(move || {
                let child = command.spawn().and_then(|child| {
                    let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
                    let pid = pid.ok_or(std::io::ErrorKind::InvalidData)?;
                    Ok((child, pidfd_open(pid, PidfdFlags::empty())?))
                });
                match child {
                    Ok((mut child, handle)) => {
                        let _ = announce.send(Ok(Arc::new(handle)));
                        let _ = child.wait();
                        let _ = ended.send(true);
                    }
                    Err(error) => {
                        let _ = announce.send(Err(not_started(&error)));
                    }
                }
            })
            .map_err(|error| not_started(&error))?;
        let handle = started
            .await
            .map_err(|_| ClusterError::Program { program: "postgres", reason: "not started".to_owned() })??;
        Ok(Self { handle, exited })
    }

    /// Whether the child has ended.
    pub(super) fn has_ended(&self) -> bool {
        *self.exited.borrow()
    }

    /// Resolves when the child has ended.
    pub(super) async fn ended(&self) {
        let mut exited = self.exited.clone();
        // The sender only goes away with the watching thread, which is an end too.
        let _ = exited.wait_for(|ended| *ended).await;
    }

    fn signal(&self, signal: Signal) {
        // A child that is already gone is what a signal is for.
        let _ = pidfd_send_signal(&self.handle, signal);
    }

    /// Fast shutdown: open transactions are rolled back, a checkpoint is written.
    pub(super) async fn stop(&self) -> Result<(), ClusterError> {
        self.signal(Signal::INT);
        if tokio::time::timeout(STOP, self.ended()).await.is_ok() {
            return Ok(());
        }
        self.signal(Signal::QUIT);
        if tokio::time::timeout(KILL, self.ended()).await.is_err() {
            self.signal(Signal::KILL);
            self.ended().await;
        }
        Err(ClusterError::NotStopped { seconds: STOP.as_secs() })
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if !self.has_ended() {
            self.signal(Signal::INT);
        }
    }
}

/// A loopback port: the one asked for, if it is free, or any free one.
pub(super) fn port(wanted: Option<u16>) -> Result<u16, ClusterError> {
    let refused = |_| ClusterError::PortInUse { port: wanted.unwrap_or(0) };
    let probe = TcpListener::bind((Ipv4Addr::LOCALHOST, wanted.unwrap_or(0))).map_err(refused)?;
    Ok(probe.local_addr().map_err(refused)?.port())
}

/// The server whose data directory is `data`: its process id and port, if it lives.
pub(super) fn running(data: &Path) -> Option<(i32, u16)> {
    let text = fs::read_to_string(data.join("postmaster.pid")).ok()?;
    let mut lines = text.lines();
    let pid: i32 = lines.next()?.trim().parse().ok()?;
    let port = lines.nth(2).and_then(|line| line.trim().parse().ok()).unwrap_or(0);
    // A server's working folder is its data directory: the number alone may since belong to another program.
    let cwd = fs::read_link(format!("/proc/{pid}/cwd")).ok()?;
    (cwd == data.canonicalize().ok()?).then_some((pid, port))
}

/// Waits for a server that outlived its gatehouse and is stopping, then clears what a dead one left.
pub(super) async fn clear_leftover(data: &Path, patience: Duration) -> Result<(), ClusterError> {
    let gone = async {
        while running(data).is_some() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    if tokio::time::timeout(patience, gone).await.is_err()
        && let Some((pid, _)) = running(data)
    {
        return Err(ClusterError::LeftOver { pid, folder: data.to_path_buf() });
    }
    let stale = data.join("postmaster.pid");
    if stale.exists() {
        fs::remove_file(&stale).map_err(file("delete", &stale))?;
    }
    Ok(())
}

/// The line of a log that says why the server ended.
pub(super) fn last_words(log: &Path) -> String {
    let text = fs::read(log).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
    let told = |mark: &str| {
        text.lines()
            .find(|line| line.contains(mark))
            .map(|line| line.split(mark).last().unwrap_or(line).trim())
    };
    told("could not bind")
        .map(|_| "the address is in use")
        .or_else(|| told("FATAL:"))
        .or_else(|| told("ERROR:"))
        .or_else(|| text.lines().last())
        .unwrap_or("it said nothing")
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_is_refused_and_none_means_any() {
        let held = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let taken = held.local_addr().unwrap().port();
        assert!(matches!(port(Some(taken)), Err(ClusterError::PortInUse { port }) if port == taken));
        assert_ne!(port(None).unwrap(), 0);
    }

    #[tokio::test]
    async fn a_stale_pid_file_is_cleared_and_a_foreign_process_is_no_server() {
        let data = tempfile::tempdir().unwrap();
        let pid = data.path().join("postmaster.pid");
        fs::write(&pid, format!("{}\n/x\n0\n5432\n", std::process::id())).unwrap();
        assert_eq!(running(data.path()), None);
        clear_leftover(data.path(), Duration::ZERO).await.unwrap();
        assert!(!pid.exists());
    }
}
