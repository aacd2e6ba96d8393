//! A running demo world of a test's own.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};

use chrono::TimeDelta;
use gatehouse_domain::ids::TenantId;
use gatehouse_domain::time::Clock as _;
use gatehouse_flows::Lane;
use gatehouse_flows::apply::{ApplyOptions, Checked, NoSources, Trust};
use gatehouse_keys::entropy::SystemRng;
use gatehouse_server::cluster::Access;
use gatehouse_server::config::{Profile, Sources};
use gatehouse_server::telemetry;
use gatehouse_server::world::{Secrets, World as Server, WorldOptions};
use metrics_exporter_prometheus::PrometheusHandle;
use sqlx::{Connection as _, PgConnection};
use tokio::sync::Mutex;
use url::Url;

use super::{Agent, TestClock, cluster};

/// A demo world: its server, its database, its clock.
pub(crate) struct World {
    /// The base address.
    pub(crate) base: Url,
    /// Its time.
    pub(crate) clock: Arc<TestClock>,
    /// The server, for what no address offers.
    pub(crate) server: Server,
    database: String,
}

impl World {
    /// A demo world with everything at its defaults.
    pub(crate) async fn dev() -> Self {
        Self::with(&[]).await
    }

    /// A demo world with settings, as their environment variables name them.
    pub(crate) async fn with(settings: &[(&str, &str)]) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let database = format!("world_{}", COUNT.fetch_add(1, Ordering::SeqCst));
        drop_database(&database).await;
        let clock = Arc::new(TestClock::default());
        let options = WorldOptions {
            data: folder(),
            port: 0,
            demo: true,
            path: OsString::new(),
            sources: sources(settings),
            clock: Arc::clone(&clock) as _,
            rng: Arc::new(SystemRng),
        };
        let server = start(options, &database).await;
        let base = server.base().parse().unwrap();
        Self { base, clock, server, database }
    }

    /// Another server on the same database and clock, as a second node is; it has an address of its own.
    pub(crate) async fn twin(&self) -> Self {
        self.twin_with(&[]).await
    }

    /// The same, with settings.
    pub(crate) async fn twin_with(&self, settings: &[(&str, &str)]) -> Self {
        let options = WorldOptions {
            data: folder(),
            port: 0,
            demo: false,
            path: OsString::new(),
            sources: sources(settings),
            clock: Arc::clone(&self.clock) as _,
            rng: Arc::new(SystemRng),
        };
        let server = start(options, &self.database).await;
        let base = server.base().parse().unwrap();
        Self { base, clock: Arc::clone(&self.clock), server, database: self.database.clone() }
    }

    /// A browser of nobody yet.
    pub(crate) fn agent(&self) -> Agent {
        Agent::new(self.base.clone())
    }

    /// The issuer of a tenant.
    pub(crate) fn issuer(&self, slug: &str) -> String {
        format!("{}/t/{slug}", self.server.base())
    }

    /// The platform's issuer.
    pub(crate) fn platform(&self) -> String {
        self.server.base().to_owned()
    }

    /// Applies a file, as `gatehouse apply` does in a development world.
    pub(crate) async fn apply(&self, yaml: &str) {
        let file = Checked::read(yaml, "test", &NoSources, Trust::Dev).unwrap();
        self.server.house.idp.apply(&file, ApplyOptions::default()).await.unwrap();
    }

    /// A connection as superuser, to see what is really there.
    pub(crate) async fn admin(&self) -> PgConnection {
        PgConnection::connect_with(&access().options(&self.database)).await.unwrap()
    }

    /// The id of a tenant.
    pub(crate) async fn tenant(&self, slug: &str) -> TenantId {
        let mut admin = self.admin().await;
        let (id,): (uuid::Uuid,) = sqlx::query_as("SELECT id FROM directory.tenants WHERE slug = $1")
            .bind(slug)
            .fetch_one(&mut admin)
            .await
            .unwrap();
        TenantId::from_uuid(id)
    }

    /// How many events of a kind the log holds, over all streams.
    pub(crate) async fn events(&self, kind: &str) -> i64 {
        let mut admin = self.admin().await;
        let (count,): (i64,) = sqlx::query_as("SELECT count(*) FROM audit.events WHERE kind = $1")
            .bind(kind)
            .fetch_one(&mut admin)
            .await
            .unwrap();
        count
    }

    /// How many events of each kind each kind of stream holds, as `t code.issued`.
    pub(crate) async fn kinds(&self) -> BTreeMap<String, i64> {
        let sql = "SELECT stream_kind || ' ' || kind, count(*) FROM audit.events GROUP BY 1";
        let kinds: Vec<(String, i64)> = sqlx::query_as(sql).fetch_all(&mut self.admin().await).await.unwrap();
        kinds.into_iter().collect()
    }

    /// Moves the clock to the beginning of a window of counters, so that none ends during the test.
    pub(crate) fn new_window(&self, seconds: i64) {
        let into = self.clock.now().timestamp().rem_euclid(seconds);
        self.clock.advance(TimeDelta::seconds(seconds - into));
    }

    /// Lets the work behind the requests come to its end; what waits for a later time stays.
    pub(crate) async fn work_done(&self) {
        let sql = "SELECT count(*) FROM cell.jobs WHERE state = 'queued' AND run_at <= $1";
        let mut admin = self.admin().await;
        loop {
            for lane in Lane::ALL {
                for job in self.server.house.idp.claim_jobs(lane, 8).await.unwrap() {
                    self.server.house.idp.do_job(&job).await.unwrap();
                }
            }
            let due: i64 =
                sqlx::query_scalar(sql).bind(self.clock.now()).fetch_one(&mut admin).await.unwrap();
            if due == 0 {
                return;
            }
        }
    }
}

/// Roles belong to the cluster: two servers that set their passwords at once would disturb each other.
async fn start(options: WorldOptions, database: &str) -> Server {
    static TURN: Mutex<()> = Mutex::const_new(());
    let _turn = TURN.lock().await;
    Server::on_cluster(options, access(), database, metrics()).await.unwrap()
}

fn sources(settings: &[(&str, &str)]) -> Sources {
    let env = settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Sources {
        profile: Profile::Dev,
        defaults: BTreeMap::new(),
        file: None,
        env,
        cores: 2,
        read: |path| std::fs::read_to_string(path),
    }
}

/// One folder for all: the roles' passwords belong to the cluster, which all worlds share.
fn folder() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("worlds");
    std::fs::create_dir_all(&folder).unwrap();
    static SECRETS: OnceLock<()> = OnceLock::new();
    SECRETS.get_or_init(|| drop(Secrets::keep(&folder, &SystemRng).unwrap()));
    folder
}

async fn drop_database(name: &str) {
    let mut admin = PgConnection::connect_with(&access().options("postgres")).await.unwrap();
    let sql = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut admin).await.unwrap();
}

fn metrics() -> PrometheusHandle {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    HANDLE.get_or_init(|| telemetry::install_metrics().unwrap()).clone()
}

fn access() -> &'static Access {
    static ACCESS: OnceLock<Access> = OnceLock::new();
    ACCESS.get_or_init(|| cluster::start(folder().join("cluster"), 300))
}
