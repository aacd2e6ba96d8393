//! Everything before the server starts: programs, folders, certificates, access rules, the first initdb.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use gatehouse_domain::secret::Secret;

use super::account::{Account, not_started};
use super::binaries::{self, Binaries};
use super::certs::{self, ServerFiles};
use super::error::{ClusterError, file};
use super::folder::{Layout, write_for};
use super::{ClusterOptions, HOST, SUPERUSER};

/// TLS over loopback is the only way in; there is no line for a socket or for plain TCP.
const HBA: &str = "hostssl all all 127.0.0.1/32 scram-sha-256\nhostssl all all ::1/128 scram-sha-256\n";

const SETTINGS: [(&str, &str); 15] = [
    ("listen_addresses", HOST),
    ("unix_socket_directories", ""),
    ("password_encryption", "scram-sha-256"),
    ("ssl", "on"),
    ("ssl_min_protocol_version", "TLSv1.2"),
    ("shared_buffers", "128MB"),
    ("max_connections", "60"),
    ("idle_in_transaction_session_timeout", "60s"),
    ("max_wal_size", "1GB"),
    ("min_wal_size", "80MB"),
    ("wal_level", "minimal"),
    ("max_wal_senders", "0"),
    ("logging_collector", "off"),
    ("log_destination", "stderr"),
    // Statements can carry personal data; what went wrong is in the message.
    ("log_min_error_statement", "panic"),
];
const FAST: [(&str, &str); 3] =
    [("fsync", "off"), ("synchronous_commit", "off"), ("full_page_writes", "off")];

/// What starting the server needs.
#[derive(Debug)]
pub(super) struct Prepared {
    account: Account,
    binaries: Binaries,
    data: PathBuf,
    hba: PathBuf,
    tls: ServerFiles,
    pub(super) password: Secret<String>,
    pub(super) lock: File,
}

/// Makes or completes everything on disk; blocking.
pub(super) fn prepare(layout: &Layout, options: &ClusterOptions) -> Result<Prepared, ClusterError> {
    let account = Account::choose()?;
    let old = layout.home();
    let binaries = binaries::find(&options.path, layout.version().map(|major| (major, old.as_path())))?;
    let lock = layout.open(account, options.rng.as_ref())?;
    let password = layout.superuser_password(options.rng.as_ref())?;
    if layout.version().is_none() {
        init(layout, account, &binaries, &password, options.durable)?;
    }
    let tls = certs::ensure(layout, account, options.clock.now())?;
    let hba = layout.home().join("pg_hba.conf");
    write_for(&hba, HBA.as_bytes(), 0o600, account)?;
    Ok(Prepared { account, binaries, data: layout.data(), hba, tls, password, lock })
}

/// Runs initdb beside the data folder and renames the result, so that an interrupted run leaves nothing half-made.
fn init(
    layout: &Layout,
    account: Account,
    binaries: &Binaries,
    password: &Secret<String>,
    durable: bool,
) -> Result<(), ClusterError> {
    let fresh = layout.home().join("data.new");
    if fresh.exists() {
        fs::remove_dir_all(&fresh).map_err(file("delete", &fresh))?;
    }
    let handover = layout.home().join("password");
    write_for(&handover, password.expose().as_bytes(), 0o600, account)?;
    let mut command = account.command(&binaries.program("initdb"));
    command.arg("--pgdata").arg(&fresh).arg("--pwfile").arg(&handover);
    command.args(["--username", SUPERUSER, "--auth", "scram-sha-256", "--encoding", "UTF8"]);
    command.args(["--locale", "C.UTF-8", "--data-checksums"]);
    if !durable {
        command.arg("--no-sync");
    }
    let outcome = run("initdb", command);
    fs::remove_file(&handover).map_err(file("delete", &handover))?;
    outcome?;
    let data = layout.data();
    fs::rename(&fresh, &data).map_err(file("make the folder", &data))
}

fn run(program: &'static str, mut command: Command) -> Result<(), ClusterError> {
    let output = command.stdin(Stdio::null()).output().map_err(|error| not_started(&error))?;
    if output.status.success() {
        return Ok(());
    }
    let text = String::from_utf8_lossy(&output.stderr);
    let reason = text.lines().find(|line| line.contains("error:")).or_else(|| text.lines().last());
    Err(ClusterError::Program { program, reason: reason.unwrap_or("it said nothing").to_owned() })
}

impl Prepared {
    /// The command that becomes the server.
    pub(super) fn command(&self, port: u16, options: &ClusterOptions) -> Command {
        let mut command = self.account.command(&self.binaries.program("postgres"));
        command.arg("-D").arg(&self.data);
        let mut set = |name: &str, value: &str| {
            command.arg("-c").arg(format!("{name}={value}"));
        };
        for (name, value) in SETTINGS {
            set(name, value);
        }
        let path = |path: &Path| path.to_string_lossy().into_owned();
        set("port", &port.to_string());
        set("hba_file", &path(&self.hba));
        set("ssl_cert_file", &path(&self.tls.cert));
        set("ssl_key_file", &path(&self.tls.key));
        if !options.durable {
            for (name, value) in FAST {
                set(name, value);
            }
        }
        for (name, value) in &options.settings {
            set(name, value);
        }
        command
    }
}
