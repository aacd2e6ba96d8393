//! Forward-only migrations: plain SQL files, carried in the program, each in its own transaction.

use gatehouse_domain::secret::Digest;
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};

use crate::error::BootError;

/// One file of `migrations/`.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// The folder: `base`, `directory` or `cell`.
    pub set: &'static str,
    /// The number within the folder.
    pub version: i32,
    /// The rest of the file's name.
    pub name: &'static str,
    sql: &'static str,
}

/// How a migration stands in a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It ran.
    Applied,
    /// It will run.
    Pending,
    /// Another text ran under its number.
    Changed,
}

/// A line of `gatehouse migrate --plan`.
#[derive(Debug, Clone, Copy)]
pub struct Planned {
    /// The migration.
    pub migration: Migration,
    /// How it stands.
    pub standing: Standing,
}

macro_rules! migrations {
    ($($set:literal $version:literal $digits:literal $name:literal),+ $(,)?) => {
        &[$(Migration {
            set: $set,
            version: $version,
            name: $name,
            sql: include_str!(concat!("../../../migrations/", $set, "/", $digits, "_", $name, ".sql")),
        }),+]
    };
}

/// Every migration, in the order in which they run.
pub const MIGRATIONS: &[Migration] = migrations![
    "base" 1 "0001" "scope",
    "directory" 1 "0001" "directory",
    "directory" 2 "0002" "providers",
    "cell" 1 "0001" "tenants",
    "cell" 2 "0002" "people",
    "cell" 3 "0003" "browsers",
    "cell" 4 "0004" "tokens",
    "cell" 5 "0005" "audit",
    "cell" 6 "0006" "work",
    "cell" 7 "0007" "sign_in",
    "cell" 8 "0008" "proofs",
    "cell" 9 "0009" "mail",
    "cell" 10 "0010" "import",
    "cell" 11 "0011" "invitations",
    "cell" 12 "0012" "account",
    "cell" 13 "0013" "wide_counters",
    "cell" 14 "0014" "deletion",
    "cell" 15 "0015" "first_steps",
    "cell" 16 "0016" "lapses",
    "cell" 17 "0017" "upstreams",
    "cell" 18 "0018" "provider_links",
    "cell" 19 "0019" "reading_again",
];

impl std::fmt::Display for Migration {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{:04}_{}", self.set, self.version, self.name)
    }
}

/// How every migration stands, without changing anything.
///
/// # Errors
/// What the database said.
pub async fn plan(migrator: &PgConnectOptions) -> Result<Vec<Planned>, BootError> {
    let mut connection = PgConnection::connect_with(migrator).await.map_err(BootError::Unreachable)?;
    become_owner(&mut connection).await?;
    standing(&mut connection).await
}

/// Runs what is pending, as `gatehouse_migrator`, and makes the event log's partitions of the next 24 months. Answers what ran.
///
/// # Errors
/// The first failure; what ran before it stays.
pub async fn migrate(migrator: &PgConnectOptions) -> Result<Vec<Migration>, BootError> {
    let mut connection = PgConnection::connect_with(migrator).await.map_err(BootError::Unreachable)?;
    become_owner(&mut connection).await?;
    let step = |name: &str| BootError::step(name);
    connection.execute(TURN).await.map_err(step("waiting for another migration"))?;
    connection.execute(LEDGER).await.map_err(step("making the table of migrations"))?;
    let mut ran = Vec::new();
    for planned in standing(&mut connection).await? {
        match planned.standing {
            Standing::Applied => {}
            Standing::Changed => return Err(BootError::Changed { name: planned.migration.to_string() }),
            Standing::Pending => {
                apply(&mut connection, &planned.migration).await?;
                ran.push(planned.migration);
            }
        }
    }
    connection.execute(PARTITIONS).await.map_err(step("making the event log's partitions"))?;
    connection.close().await.map_err(BootError::Unreachable)?;
    Ok(ran)
}

/// The migrations that a database lacks; needs no right but reading the table of migrations.
///
/// # Errors
/// What the database said.
pub(crate) async fn pending(connection: &mut PgConnection) -> Result<Vec<Migration>, BootError> {
    let mut pending = Vec::new();
    for planned in standing(connection).await? {
        match planned.standing {
            Standing::Applied => {}
            Standing::Pending => pending.push(planned.migration),
            Standing::Changed => return Err(BootError::Changed { name: planned.migration.to_string() }),
        }
    }
    Ok(pending)
}

async fn become_owner(connection: &mut PgConnection) -> Result<(), BootError> {
    connection.execute(OWNER).await.map_err(BootError::step("becoming gatehouse_owner"))?;
    Ok(())
}

async fn standing(connection: &mut PgConnection) -> Result<Vec<Planned>, BootError> {
    let step = || BootError::step("reading the table of migrations");
    let known: bool = sqlx::query_scalar(KNOWN).fetch_one(&mut *connection).await.map_err(step())?;
    let applied: Vec<(String, i32, Vec<u8>)> = if known {
        sqlx::query_as(APPLIED).fetch_all(&mut *connection).await.map_err(step())?
    } else {
        Vec::new()
    };
    let planned = MIGRATIONS.iter().map(|migration| {
        let ran =
            applied.iter().find(|(set, version, _)| set == migration.set && *version == migration.version);
        let standing = match ran {
            None => Standing::Pending,
            Some((_, _, digest)) if digest.as_slice() == migration.digest().as_bytes() => Standing::Applied,
            Some(_) => Standing::Changed,
        };
        Planned { migration: *migration, standing }
    });
    Ok(planned.collect())
}

async fn apply(connection: &mut PgConnection, migration: &Migration) -> Result<(), BootError> {
    let step = || BootError::step(&format!("migration {migration}"));
    connection.execute("BEGIN").await.map_err(step())?;
    let sql = format!("{LIMITS}; {}", migration.sql);
    connection.execute(sqlx::raw_sql(AssertSqlSafe(sql))).await.map_err(step())?;
    sqlx::query(RECORD)
        .bind(migration.set)
        .bind(migration.version)
        .bind(migration.name)
        .bind(migration.digest().as_bytes().as_slice())
        .execute(&mut *connection)
        .await
        .map_err(step())?;
    connection.execute("COMMIT").await.map_err(step())?;
    tracing::info!(migration = %migration, "applied");
    Ok(())
}

impl Migration {
    fn digest(&self) -> Digest {
        Digest::of(self.sql.as_bytes())
    }
}

const OWNER: &str = "SET ROLE gatehouse_owner";
/// Functions that run with their caller's rights name cell tables without a schema, as the store does.
const LIMITS: &str =
    "SET LOCAL lock_timeout = '5s'; SET LOCAL search_path = cell, pg_temp; SET LOCAL ROLE gatehouse_owner";
const TURN: &str = "SET lock_timeout = '60s'; SELECT pg_advisory_lock(7449355580421665895)";
/// The owner writes this table under forced row security, so it has a policy of its own.
const LEDGER: &str = "
    DO $$ BEGIN
        IF to_regclass('gatehouse.migrations') IS NULL THEN
            CREATE SCHEMA gatehouse;
            CREATE TABLE gatehouse.migrations (
                set_name text NOT NULL, version integer NOT NULL, name text NOT NULL, digest bytea NOT NULL,
                applied_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (set_name, version));
            CREATE POLICY ledger ON gatehouse.migrations FOR ALL TO gatehouse_owner USING (true) WITH CHECK (true);
        END IF;
    END $$";
const KNOWN: &str = "SELECT to_regclass('gatehouse.migrations') IS NOT NULL";
const APPLIED: &str = "SELECT set_name, version, digest FROM gatehouse.migrations";
const RECORD: &str =
    "INSERT INTO gatehouse.migrations (set_name, version, name, digest) VALUES ($1, $2, $3, $4)";
const PARTITIONS: &str = "SELECT audit.ensure_partitions(current_date, 25)";
