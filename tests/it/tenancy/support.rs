//! A cluster for the whole test binary, a template database in it, and a copy of that for each file.

use std::path::Path;
use std::sync::OnceLock;
use std::time::Duration;

use gatehouse_domain::secret::Secret;
use gatehouse_server::cluster::Access;
use gatehouse_store::{Passwords, Store, StoreOptions, bootstrap, migrate};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};
use tokio::sync::OnceCell;

use crate::support::cluster;

/// A database with the product's roles and tables.
pub(crate) struct Database {
    /// As superuser.
    pub(crate) admin: PgConnectOptions,
    /// As `gatehouse_app`.
    pub(crate) app: PgConnectOptions,
    /// As `gatehouse_migrator`.
    pub(crate) migrator: PgConnectOptions,
}

impl Database {
    /// A connection as superuser, to see what is really there.
    pub(crate) async fn admin(&self) -> PgConnection {
        PgConnection::connect_with(&self.admin).await.unwrap()
    }

    /// A bare connection as `gatehouse_app`, for statements that the store would never send.
    pub(crate) async fn app(&self) -> PgConnection {
        PgConnection::connect_with(&self.app).await.unwrap()
    }

    /// The store, with so many connections.
    pub(crate) async fn store(&self, pool_size: usize) -> Store {
        let patience = Duration::from_secs(20);
        Store::connect(StoreOptions { connect: self.app.clone(), pool_size, patience }).await.unwrap()
    }
}

/// An empty database without roles' grants or tables.
pub(crate) async fn bare(name: &str) -> Database {
    let access = access();
    create(access, name, "template1").await;
    database(access, name)
}

/// A database with everything migrated, a copy of the template.
pub(crate) async fn fresh(name: &str) -> Database {
    static TEMPLATE: OnceCell<()> = OnceCell::const_new();
    TEMPLATE
        .get_or_init(|| async {
            let template = bare("gatehouse_template").await;
            set_up(&template).await;
            migrate(&template.migrator).await.unwrap();
        })
        .await;
    create(access(), name, "gatehouse_template").await;
    let database = database(access(), name);
    set_up(&database).await;
    database
}

/// Makes roles and the database's grants, which a copy does not inherit.
pub(crate) async fn set_up(database: &Database) {
    let password = || Some(Secret::new(PASSWORD.to_owned()));
    let passwords =
        Passwords { migrator: password(), app: password(), sealer: password(), export: password() };
    bootstrap(&database.admin, &passwords).await.unwrap();
}

fn database(access: &Access, name: &str) -> Database {
    let admin = access.options(name);
    let of = |role| admin.clone().username(role).password(PASSWORD);
    Database { app: of("gatehouse_app"), migrator: of("gatehouse_migrator"), admin: admin.clone() }
}

async fn create(access: &Access, name: &str, template: &str) {
    static TURN: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
    let _turn = TURN.lock().await;
    let mut admin = PgConnection::connect_with(&access.options("postgres")).await.unwrap();
    let sql = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
    admin.execute(AssertSqlSafe(sql)).await.unwrap();
    let sql = format!("CREATE DATABASE {name} TEMPLATE {template}");
    admin.execute(AssertSqlSafe(sql)).await.unwrap();
}

/// A cluster of these tests alone: they set the roles' passwords.
fn access() -> &'static Access {
    static ACCESS: OnceLock<Access> = OnceLock::new();
    ACCESS.get_or_init(|| cluster::start(Path::new(env!("CARGO_TARGET_TMPDIR")).join("tenancy"), 200))
}

const PASSWORD: &str = "only for tests, on loopback";
