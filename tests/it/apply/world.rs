//! An identity provider on a database of its own, and eyes that see everything in it.

use gatehouse_flows::apply::{Applied, ApplyError, ApplyOptions, BadFile, Checked, NoSources, Trust};
use gatehouse_flows::{Idp, Settings};
use gatehouse_store::Store;
use sqlx::{AssertSqlSafe, PgConnection};

use crate::support::{Database, fresh, provider};

pub(super) const PRUNE: ApplyOptions = ApplyOptions { dry_run: false, prune: true };
pub(super) const DRY: ApplyOptions = ApplyOptions { dry_run: true, prune: true };

/// The world of one test.
pub(super) struct World {
    pub(super) idp: Idp,
    database: Database,
}

impl World {
    pub(super) async fn new(name: &str) -> Self {
        let database = fresh(name).await;
        let (idp, _) = provider(&database, Settings::default()).await;
        Self { idp, database }
    }

    /// Applies a file as development does.
    pub(super) async fn apply(&self, text: &str) -> Applied {
        self.run(text, Trust::Dev, ApplyOptions::default()).await.unwrap()
    }

    pub(super) async fn run(
        &self,
        text: &str,
        trust: Trust,
        options: ApplyOptions,
    ) -> Result<Applied, ApplyError> {
        self.idp.apply(&read(text, trust).unwrap(), options).await
    }

    /// A store of its own beside the provider's.
    pub(super) async fn store(&self) -> Store {
        self.database.store(1).await
    }

    /// A connection that sees every row.
    pub(super) async fn admin(&self) -> PgConnection {
        self.database.admin().await
    }

    /// One number of the whole database.
    pub(super) async fn count(&self, what: &str) -> i64 {
        let sql = format!("SELECT count(*) FROM {what}");
        sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut self.admin().await).await.unwrap()
    }

    /// Every value of one text column.
    pub(super) async fn texts(&self, sql: &str) -> Vec<String> {
        sqlx::query_scalar(AssertSqlSafe(sql.to_owned())).fetch_all(&mut self.admin().await).await.unwrap()
    }

    /// Every row of every table of ours, for comparing two moments.
    pub(super) async fn everything(&self) -> Vec<String> {
        let mut admin = self.admin().await;
        let tables: Vec<String> = sqlx::query_scalar(
            "SELECT c.oid::regclass::text FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
             WHERE n.nspname IN ('directory', 'cell', 'audit') AND c.relkind IN ('r', 'p') AND NOT c.relispartition
             ORDER BY 1",
        )
        .fetch_all(&mut admin)
        .await
        .unwrap();
        assert!(tables.len() > 20, "{tables:?}");
        let each = tables.iter().map(|table| format!("SELECT '{table} ' || t::text FROM {table} AS t"));
        let sql = each.collect::<Vec<_>>().join(" UNION ALL ") + " ORDER BY 1";
        sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(&mut admin).await.unwrap()
    }
}

pub(super) fn read(text: &str, trust: Trust) -> Result<Checked, BadFile> {
    Checked::read(text, "gate.yaml", &NoSources, trust)
}
