//! SQL as the superuser of the private cluster, through `psql`: its cost must not be the generator's connection pool's,
//! and nothing of it runs inside a measured window.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context as _, bail};
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

/// How to reach the database.
#[derive(Debug, Clone)]
pub(crate) struct Psql {
    port: String,
    database: String,
    password: String,
    authority: PathBuf,
}

/// The process and the port of a running cluster.
pub(crate) struct Postmaster {
    pub(crate) pid: u32,
    port: String,
    pub(crate) ready: bool,
}

/// Reads the file by which PostgreSQL announces itself.
pub(crate) fn postmaster(data: &Path) -> Option<Postmaster> {
    announced(&std::fs::read_to_string(data.join("cluster/postgres/data/postmaster.pid")).ok()?)
}

fn announced(text: &str) -> Option<Postmaster> {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let ready = lines.get(7).is_some_and(|status| *status == "ready");
    Some(Postmaster { pid: lines.first()?.parse().ok()?, port: (*lines.get(3)?).to_owned(), ready })
}

impl Psql {
    /// The database of the cluster under a data folder of `gatehouse dev`.
    pub(crate) async fn open(data: &Path) -> anyhow::Result<Self> {
        let running = postmaster(data).context("no running cluster in the data folder")?;
        let password = std::fs::read_to_string(data.join("cluster/superuser.password"))
            .context("the superuser's password")?;
        let mut psql = Self {
            port: running.port,
            database: "postgres".to_owned(),
            password: password.trim().to_owned(),
            authority: data.join("cluster/ca.pem"),
        };
        let names = psql
            .query("SELECT datname FROM pg_database WHERE datname <> 'postgres' AND NOT datistemplate ORDER BY 1")
            .await?;
        psql.database = names.lines().next().context("the cluster has no database of ours")?.to_owned();
        Ok(psql)
    }

    /// One statement's answer, unaligned and without a heading.
    pub(crate) async fn query(&self, sql: &str) -> anyhow::Result<String> {
        self.script(sql, &[]).await
    }

    /// Runs a script with variables; the first error ends it.
    pub(crate) async fn script(&self, sql: &str, variables: &[(&str, String)]) -> anyhow::Result<String> {
        let options = ["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1"];
        let variables = variables.iter().map(|(name, value)| format!("--set={name}={value}"));
        let arguments: Vec<String> = options.map(str::to_owned).into_iter().chain(variables).collect();
        self.feed(Path::new("psql"), &arguments, sql).await
    }

    /// The database of the cluster that holds nothing of the product's.
    pub(crate) fn beside(&self) -> Self {
        Self { database: "postgres".to_owned(), ..self.clone() }
    }

    /// Runs one of PostgreSQL's programs on this database, with a script as its input; answers its output.
    pub(crate) async fn feed(
        &self,
        program: &Path,
        arguments: &[String],
        script: &str,
    ) -> anyhow::Result<String> {
        let name = program.file_name().unwrap_or_default().to_string_lossy();
        let mut command = Command::new(program);
        command
            .args(arguments)
            .envs([("PGHOST", "127.0.0.1"), ("PGUSER", "postgres"), ("PGSSLMODE", "verify-full")])
            .envs([("PGPORT", &self.port), ("PGDATABASE", &self.database), ("PGPASSWORD", &self.password)])
            .env("PGSSLROOTCERT", &self.authority)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        let mut child = command.spawn().with_context(|| format!("{name} cannot be started"))?;
        let mut input = child.stdin.take().with_context(|| format!("{name} takes no input"))?;
        input.write_all(script.as_bytes()).await?;
        drop(input);
        let output = child.wait_with_output().await?;
        if !output.status.success() {
            bail!("{name}: {}", String::from_utf8_lossy(&output.stderr).trim());
        }
        Ok(String::from_utf8(output.stdout)?.trim().to_owned())
    }

    /// Bytes of write-ahead log ever written.
    pub(crate) async fn wal_bytes(&self) -> anyhow::Result<f64> {
        Ok(self.query("SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn").await?.parse()?)
    }

    /// Tokens for apps themselves that the event log holds.
    pub(crate) async fn token_events(&self) -> anyhow::Result<usize> {
        let sql =
            "SELECT count(*) FROM audit.events WHERE kind = 'token.issued' AND at > now() - interval '1 day'";
        Ok(self.query(sql).await?.parse()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_announcement_is_read() {
        let found = announced("71\n/data\n1763700000\n41234\n\n127.0.0.1\n  1 2\nready   \n").unwrap();
        assert_eq!((found.pid, found.port.as_str(), found.ready), (71, "41234", true));
        assert!(announced("71\n/data\n").is_none());
    }
}
