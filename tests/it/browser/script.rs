//! Runs a script of `tests/browser` or `tests/interop` and reads what it found.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::time::timeout;

/// The folder `tests/`.
fn home() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Where pictures of pages go: below cargo's own output folder.
pub(crate) fn screenshots() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("screenshots")
}

/// A script and what runs it.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Script {
    /// By the system's Node.js, with the packages of `tests/node_modules`.
    Node(&'static str),
    /// By the Python of `tests/.venv`.
    Python(&'static str),
}

/// What a script printed: the checks that held, in order.
#[derive(Debug, Deserialize)]
pub(crate) struct Found {
    ok: bool,
    checks: Vec<String>,
}

impl Found {
    /// A check that the test relies on: a script which no longer makes it must not pass unseen.
    #[track_caller]
    pub(crate) fn held(&self, check: &str) {
        assert!(
            self.checks.iter().any(|held| held == check),
            "not checked: {check}; checked: {:?}",
            self.checks
        );
    }
}

impl Script {
    fn command(self) -> Command {
        let (program, file) = match self {
            Self::Node(file) => (PathBuf::from("node"), file),
            Self::Python(file) => (home().join(".venv/bin/python"), file),
        };
        let mut command = Command::new(program);
        command.arg(home().join(file)).kill_on_drop(true);
        command
    }

    /// Runs the script to its end; `limit` is a second bound behind the script's own.
    pub(crate) async fn run(self, input: &Value, limit: Duration) -> Found {
        let running = self.command().arg(input.to_string()).stdin(Stdio::null()).output();
        let output = timeout(limit, running)
            .await
            .unwrap_or_else(|_| panic!("{self:?} has not ended within {limit:?}"))
            .unwrap_or_else(|error| {
                panic!("{self:?} does not start (make test installs what it needs): {error}")
            });
        let said = String::from_utf8_lossy(&output.stdout);
        let reason = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{self:?} failed: {reason}");
        let last = said.lines().last().unwrap_or_else(|| panic!("{self:?} said nothing: {reason}"));
        let found: Found =
            serde_json::from_str(last).unwrap_or_else(|error| panic!("{self:?} said {last}: {error}"));
        assert!(found.ok, "{self:?} is not content: {last}");
        found
    }
}

/// npm oidc-provider on a loopback port; it ends with this value.
#[derive(Debug)]
pub(crate) struct Peer {
    /// Its issuer.
    pub(crate) issuer: String,
    _process: Child,
    _stdin: ChildStdin,
    _stdout: Lines<BufReader<ChildStdout>>,
}

impl Peer {
    /// Starts one with keys of its own.
    pub(crate) async fn start() -> Self {
        let mut command = Script::Node("interop/peer.mjs").command();
        // On its error stream it only warns, about its own development settings.
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut process = command.spawn().expect("node starts");
        let stdin = process.stdin.take().expect("piped");
        let mut stdout = BufReader::new(process.stdout.take().expect("piped")).lines();
        let issuer = timeout(Duration::from_secs(20), async {
            loop {
                let line =
                    stdout.next_line().await.expect("readable").expect("the peer listens before it ends");
                if let Ok(Value::Object(said)) = serde_json::from_str(&line)
                    && let Some(Value::String(issuer)) = said.get("issuer")
                {
                    break issuer.clone();
                }
            }
        });
        let issuer = issuer.await.expect("the peer listens within 20 s");
        Self { issuer, _process: process, _stdin: stdin, _stdout: stdout }
    }
}
