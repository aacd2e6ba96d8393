//! An identity provider on a database of its own, and eyes that see everything in it.

use std::num::NonZeroUsize;
use std::sync::Arc;

use gatehouse_domain::random;
use gatehouse_domain::secret::Secret;
use gatehouse_domain::tenant::CellName;
use gatehouse_domain::time::SystemClock;
use gatehouse_flows::apply::{Applied, ApplyError, ApplyOptions, BadFile, Checked, NoSources, Trust};
use gatehouse_flows::{Base, Idp, Outbound, OutboundError, Parts, Sending, Settings};
use gatehouse_keys::entropy::SystemRng;
use gatehouse_keys::password::{Cost, PasswordPool, PoolOptions};
use gatehouse_keys::seal::{Kek, KekRing};
use gatehouse_store::Store;
use gatehouse_store::events::{EventQueue, Limits};
use sqlx::{AssertSqlSafe, PgConnection};
use url::Url;

use crate::support::{Database, fresh};

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
        let idp = idp(&database).await;
        idp.register_cells().await.unwrap();
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

async fn idp(database: &Database) -> Idp {
    let store = Arc::new(database.store(4).await);
    let pool = store.cell(&CellName::pool()).unwrap().clone();
    let (events, _) = EventQueue::start(pool, Limits::default());
    let cost = Cost { memory_kib: 64, passes: 1, lanes: 1 };
    let options = PoolOptions { threads: NonZeroUsize::MIN, queue: 16, cost };
    let kek = Kek::from_bytes(&Secret::new(random::bytes::<32>(&SystemRng).to_vec())).unwrap();
    Idp::new(Parts {
        store,
        events,
        passwords: PasswordPool::start(options, Arc::new(SystemRng)).unwrap(),
        keks: KekRing::new(kek, Vec::new()),
        clock: Arc::new(SystemClock),
        rng: Arc::new(SystemRng),
        base: Base::parse("http://localhost:8080").unwrap(),
        outbound: Arc::new(NoWayOut),
        settings: Settings::default(),
    })
}

/// Nothing here calls anybody.
#[derive(Debug)]
struct NoWayOut;

impl Outbound for NoWayOut {
    fn fetch<'a>(&'a self, _url: &'a Url, _most: usize) -> Sending<'a, Vec<u8>> {
        Box::pin(async { Err(OutboundError::Blocked) })
    }

    fn post_field<'a>(&'a self, _url: &'a Url, _name: &'a str, _value: &'a str) -> Sending<'a, ()> {
        Box::pin(async { Err(OutboundError::Blocked) })
    }
}
