//! Every way the private cluster can refuse, one sentence each.

use std::io;
use std::path::{Path, PathBuf};

/// Why the private PostgreSQL cluster did not start, stop or answer.
#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    /// No server programs in any folder that was searched.
    #[error(
        "PostgreSQL 15 or newer is not installed: run `make setup`, or install the Debian package `postgresql`."
    )]
    NotInstalled,
    /// Only servers before version 15 were found.
    #[error(
        "PostgreSQL {found} in {} is too old: version 15 or newer is needed (Debian package `postgresql`).",
        folder.display()
    )]
    TooOld {
        /// The major version that was found.
        found: u32,
        /// Where.
        folder: PathBuf,
    },
    /// A server without the tools that make a cluster.
    #[error(
        "The PostgreSQL in {} lacks `{missing}`: install the complete Debian package `postgresql`.",
        folder.display()
    )]
    Incomplete {
        /// The folder with an incomplete set.
        folder: PathBuf,
        /// The program that is not there.
        missing: &'static str,
    },
    /// The data was written by a major version whose programs are gone.
    #[error(
        "The database in {} was made by PostgreSQL {wanted}, which is no longer installed: \
         install `postgresql-{wanted}`, or delete the folder to start afresh.",
        folder.display()
    )]
    OtherVersion {
        /// The folder with the data.
        folder: PathBuf,
        /// The major version that wrote it.
        wanted: u32,
    },
    /// A system program other than PostgreSQL is missing.
    #[error("`{program}` is missing: install the Debian package `{package}`.")]
    MissingProgram {
        /// The program.
        program: &'static str,
        /// The package that has it.
        package: &'static str,
    },
    /// Running as root without an account to step down to.
    #[error(
        "PostgreSQL does not run as root, and neither the user `postgres` nor the user `nobody` exists: \
         create one, or run as an ordinary user."
    )]
    NoAccount,
    /// Another process holds the data folder's lock.
    #[error("Another gatehouse is already running on {}: stop it first, or choose another folder with --data.", folder.display())]
    AlreadyRunning {
        /// The data folder.
        folder: PathBuf,
    },
    /// A server that no gatehouse watches over still uses the data.
    #[error("A PostgreSQL server left over from before (process {pid}) still uses {}: stop it with `kill -INT {pid}`.", folder.display())]
    LeftOver {
        /// Its process id.
        pid: i32,
        /// The folder with the data.
        folder: PathBuf,
    },
    /// The port asked for belongs to another program.
    #[error("Port {port} on 127.0.0.1 is in use by another program: choose another port for the database.")]
    PortInUse {
        /// The port.
        port: u16,
    },
    /// A file or folder could not be made, read or changed.
    #[error("Cannot {action} {}: {source}.", path.display())]
    File {
        /// What was tried, as a verb.
        action: &'static str,
        /// On which path.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A program could not be started, or failed.
    #[error("`{program}` failed: {reason}")]
    Program {
        /// The program.
        program: &'static str,
        /// Its last words.
        reason: String,
    },
    /// The server ended before it accepted a connection.
    #[error("PostgreSQL stopped while starting: {reason} (log: {})", log.display())]
    Died {
        /// The last line of its log.
        reason: String,
        /// The whole log.
        log: PathBuf,
    },
    /// The server did not accept a connection in time.
    #[error("PostgreSQL did not accept a connection within {seconds} s: {reason} (log: {})", log.display())]
    NotReady {
        /// How long was waited.
        seconds: u64,
        /// The last refusal.
        reason: String,
        /// The server's log.
        log: PathBuf,
    },
    /// The server outlived an orderly stop and was killed.
    #[error("PostgreSQL did not stop within {seconds} s and was killed; it recovers at the next start.")]
    NotStopped {
        /// How long was waited.
        seconds: u64,
    },
    /// A certificate could not be made.
    #[error("Cannot make the cluster's certificate: {0}.")]
    Certificate(#[from] rcgen::Error),
}

/// Attaches the attempted action and the path to an I/O error.
pub(super) fn file(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> ClusterError {
    move |source| ClusterError::File { action, path: path.to_path_buf(), source }
}
