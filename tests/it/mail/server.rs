//! The mail server of the tests, and worlds that use it.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use gatehouse_domain::ids::MailId;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;

use crate::support::World;

/// As long as anything here may take.
const LIMIT: Duration = Duration::from_secs(30);

/// A running server, and what it tells.
pub(crate) struct MailServer {
    pub(super) port: u16,
    lines: Lines<BufReader<ChildStdout>>,
    _process: Child,
}

impl MailServer {
    pub(super) async fn plain() -> Self {
        Self::with(&[]).await
    }

    pub(crate) async fn with(arguments: &[&str]) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut process = Command::new(folder.join(".venv/bin/python"))
            .arg(folder.join("mail/server.py"))
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let first: Value = serde_json::from_str(&lines.next_line().await.unwrap().unwrap()).unwrap();
        let port = u16::try_from(first["port"].as_u64().unwrap()).unwrap();
        Self { port, lines, _process: process }
    }

    /// The next thing that the server tells of, of a kind.
    pub(super) async fn next(&mut self, kind: &str) -> Value {
        let told = async {
            loop {
                let line = self.lines.next_line().await.unwrap().unwrap();
                let told: Value = serde_json::from_str(&line).unwrap();
                if told["event"] == kind {
                    return told;
                }
            }
        };
        timeout(LIMIT, told).await.unwrap_or_else(|_| panic!("no {kind} came"))
    }

    /// The next letter that the server took.
    pub(super) async fn letter(&mut self) -> Value {
        self.next("letter").await
    }

    /// The settings of a world that sends by it.
    pub(super) fn settings(&self) -> Vec<(&'static str, String)> {
        vec![
            ("GATEHOUSE_MAIL__HOST", "localhost".to_owned()),
            ("GATEHOUSE_MAIL__PORT", self.port.to_string()),
            ("GATEHOUSE_MAIL__TLS", "none".to_owned()),
            ("GATEHOUSE_MAIL__FROM", "login@id.example".to_owned()),
        ]
    }

    /// A demo world that sends by it, with further settings.
    pub(crate) async fn world(&self, more: &[(&'static str, &str)]) -> World {
        let mut all = self.settings();
        all.retain(|(name, _)| !more.iter().any(|(other, _)| other == name));
        all.extend(more.iter().map(|(name, value)| (*name, (*value).to_owned())));
        let all: Vec<(&str, &str)> = all.iter().map(|(name, value)| (*name, value.as_str())).collect();
        World::with(&all).await
    }
}

/// Queues a letter in a tenant's name, or the platform's.
pub(super) async fn queue(world: &World, tenant: Option<&str>, to: &str) -> MailId {
    let idp = &world.server.house.idp;
    let issuer = idp.issuer(tenant).await.unwrap().unwrap();
    idp.queue_test_mail(&issuer, &to.parse().unwrap()).await.unwrap()
}

/// A letter's row and its job: state, whether it has content, and the job's state, tries and last error.
pub(super) type Row = (String, bool, String, i32, Option<String>);

pub(super) async fn row(world: &World, id: MailId) -> Row {
    sqlx::query_as(
        "SELECT m.state, m.sealed IS NOT NULL, j.state, j.attempts - j.waited, j.last_error
         FROM cell.mails AS m JOIN cell.jobs AS j ON j.id = m.id WHERE m.id = $1",
    )
    .bind(id.uuid())
    .fetch_one(&mut world.admin().await)
    .await
    .unwrap()
}

/// Waits until a letter's row is as wanted.
pub(super) async fn until(world: &World, id: MailId, wanted: impl Fn(&Row) -> bool + Send + Sync) -> Row {
    let found = async {
        let mut look = tokio::time::interval(Duration::from_millis(50));
        loop {
            look.tick().await;
            let row = row(world, id).await;
            if wanted(&row) {
                return row;
            }
        }
    };
    match timeout(LIMIT, found).await {
        Ok(row) => row,
        Err(_) => panic!("the letter stays {:?}", row(world, id).await),
    }
}

/// Waits until so many tries of a letter have failed and nobody is at another.
pub(super) async fn rests(world: &World, id: MailId, tries: i32) {
    let sql = "SELECT state = 'queued' AND locked_until IS NULL AND last_error IS NOT NULL AND attempts - waited = $2
        FROM cell.jobs WHERE id = $1";
    let mut admin = world.admin().await;
    let mut look = tokio::time::interval(Duration::from_millis(50));
    let rested = async {
        loop {
            look.tick().await;
            let query = sqlx::query_scalar::<_, bool>(sql).bind(id.uuid()).bind(tries);
            if query.fetch_one(&mut admin).await.unwrap() {
                return;
            }
        }
    };
    if timeout(LIMIT, rested).await.is_err() {
        panic!("after {tries} tries the letter stays {:?}", row(world, id).await);
    }
}

/// The value of a header.
pub(super) fn header<'a>(letter: &'a Value, name: &str) -> Vec<&'a str> {
    let all = letter["headers"].as_array().unwrap().iter();
    all.filter(|pair| pair[0].as_str().unwrap().eq_ignore_ascii_case(name))
        .map(|pair| pair[1].as_str().unwrap())
        .collect()
}

/// An authority with a certificate for localhost, as files.
pub(super) struct Certificates {
    pub(super) authority: PathBuf,
    pub(super) certificate: PathBuf,
    pub(super) key: PathBuf,
    _folder: tempfile::TempDir,
}

impl Certificates {
    pub(super) fn new() -> Self {
        use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let own = KeyPair::generate().unwrap();
        let leaf = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        let leaf = leaf.signed_by(&own, &authority).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: String| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            path
        };
        Self {
            authority: write("ca.pem", authority.pem()),
            certificate: write("leaf.pem", leaf.pem()),
            key: write("key.pem", own.serialize_pem()),
            _folder: folder,
        }
    }
}
