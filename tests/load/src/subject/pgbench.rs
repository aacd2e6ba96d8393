//! PostgreSQL's own load generator: what it costs the database to find one row and to keep one, with no server before it.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde::Serialize;

use super::psql::Psql;
use crate::measure::proc::Procs;
use crate::measure::stats::count;

/// CPU-seconds of the database per 1,000.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Rows {
    /// One row by its primary key.
    pub(crate) read: f64,
    /// One row, durable: a transaction of its own.
    pub(crate) insert: f64,
}

/// The program, and a database with its tables.
#[derive(Debug)]
pub(crate) struct Pgbench {
    program: PathBuf,
    database: Psql,
    procs: Procs,
}

/// One way to ask.
struct Load {
    script: &'static str,
    connections: u8,
}

/// A row of the table that is written has about the size of an event.
const TABLES: &str = "
CREATE SCHEMA IF NOT EXISTS yardstick;
CREATE TABLE IF NOT EXISTS yardstick.found (id bigint PRIMARY KEY, body text NOT NULL);
CREATE TABLE IF NOT EXISTS yardstick.kept (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT now(), body text NOT NULL DEFAULT repeat('.', 250));
INSERT INTO yardstick.found SELECT n, repeat('.', 250) FROM generate_series(1, 100000) AS n ON CONFLICT DO NOTHING;
VACUUM ANALYZE yardstick.found;
";
/// As many connections as lose nothing by waiting for each other.
const READ: Load = Load {
    script: "\\set id random(1, 100000)\nSELECT body FROM yardstick.found WHERE id = :id;\n",
    connections: 2,
};
/// More, because each waits for the disk.
const INSERT: Load = Load { script: "INSERT INTO yardstick.kept DEFAULT VALUES;\n", connections: 8 };
/// The shortest that the program offers.
const SECONDS: u8 = 1;

impl Pgbench {
    /// Finds the program beside the server's own, which on Debian are not on the PATH, and makes its tables.
    pub(crate) async fn prepare(database: &Psql, procs: Procs) -> anyhow::Result<Result<Self, String>> {
        let folder = database.query("SELECT setting FROM pg_config WHERE name = 'BINDIR'").await?;
        let program = match beside(Path::new(&folder)) {
            Ok(program) => program,
            Err(missing) => return Ok(Err(missing)),
        };
        let database = database.beside();
        database.query(TABLES).await.context("the tables of the yardsticks")?;
        Ok(Ok(Self { program, database, procs }))
    }

    /// Takes both once.
    pub(crate) async fn take(&self) -> anyhow::Result<Rows> {
        // A table that grows from one taking to the next would make the later ones dearer.
        self.database.query("TRUNCATE yardstick.kept").await?;
        Ok(Rows { read: self.cost(&READ).await?, insert: self.cost(&INSERT).await? })
    }

    async fn cost(&self, load: &Load) -> anyhow::Result<f64> {
        let arguments = [
            "--no-vacuum".to_owned(),
            // As the product asks: parsed once for each connection.
            "--protocol=prepared".to_owned(),
            format!("--client={}", load.connections),
            format!("--time={SECONDS}"),
            "--file=-".to_owned(),
        ];
        let before = self.procs.cpu()?;
        let told = self.database.feed(&self.program, &arguments, load.script).await?;
        let used = self.procs.cpu()?.since(before);
        let done = transactions(&told).with_context(|| format!("pgbench counted nothing: {told}"))?;
        Ok(used.database * 1000.0 / count(done))
    }
}

/// The program in the folder of the server's programs, or the sentence that says it is not there.
fn beside(folder: &Path) -> Result<PathBuf, String> {
    let program = folder.join("pgbench");
    if program.is_file() {
        return Ok(program);
    }
    Err(format!(
        "there is no pgbench in {}: one row read and one row kept are missing among the yardsticks",
        folder.display()
    ))
}

/// Reads `number of transactions actually processed: 8123`.
fn transactions(told: &str) -> Option<usize> {
    let number =
        told.lines().find_map(|line| line.strip_prefix("number of transactions actually processed:"))?;
    number.trim().split('/').next()?.parse().ok().filter(|done| *done > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_program_counted_is_read() {
        let told = "transaction type: -\nduration: 1 s\nnumber of transactions actually processed: 8123\n";
        assert_eq!(transactions(told), Some(8123));
        assert_eq!(transactions("number of transactions actually processed: 9/10\n"), Some(9));
        assert_eq!(transactions("number of transactions actually processed: 0\n"), None);
        assert_eq!(transactions("connection failed\n"), None);
    }

    #[test]
    fn a_missing_program_is_one_sentence() {
        assert_eq!(
            beside(Path::new("/nowhere")).unwrap_err(),
            "there is no pgbench in /nowhere: one row read and one row kept are missing among the yardsticks"
        );
    }
}
