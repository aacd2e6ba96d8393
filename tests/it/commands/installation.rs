//! An installation: a database, a folder with the configuration and its secrets, and the program's commands on them.

use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::OnceLock;

use data_encoding::BASE64;
use gatehouse_domain::random;
use gatehouse_keys::entropy::SystemRng;
use gatehouse_server::cluster::Access;
use rcgen::{CertificateParams, KeyPair};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use tempfile::TempDir;
use tokio::sync::Mutex;

use super::program::{gatehouse, said};
use super::server::Server;
use crate::support::cluster;

/// The name that people reach it by.
pub(super) const HOST: &str = "id.example.test";
/// Roles are the whole cluster's, so all installations of these tests have the same passwords.
pub(super) const APP_PASSWORD: &str = "canary-of-the-app-role";
pub(super) const MIGRATOR_PASSWORD: &str = "canary-of-the-migrator-role";

/// An installation of one test.
pub(super) struct Installation {
    folder: TempDir,
    database: String,
    /// The certificate that the listener shows, PEM.
    pub(super) certificate: String,
    /// The key-encryption key as it stands in its file.
    pub(super) kek: String,
}

impl Installation {
    /// With an empty database and everything written that production needs.
    pub(super) async fn empty(name: &str) -> Self {
        let database = format!("commands_{name}");
        let mut admin = PgConnection::connect_with(&access().options("postgres")).await.unwrap();
        for sql in [
            format!("DROP DATABASE IF EXISTS {database} WITH (FORCE)"),
            format!("CREATE DATABASE {database} TEMPLATE template0"),
        ] {
            sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut admin).await.unwrap();
        }
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec![HOST.to_owned()]).unwrap();
        let certificate = params.self_signed(&key).unwrap().pem();
        let kek = BASE64.encode(&random::bytes::<32>(&SystemRng));
        let made = Self { folder: tempfile::tempdir().unwrap(), database, certificate, kek };
        made.write("tls.pem", &made.certificate);
        made.write("tls.key", &key.serialize_pem());
        made.write("kek", &made.kek);
        made.write("app.password", &format!("{APP_PASSWORD}\n"));
        made.write("migrator.password", &format!("{MIGRATOR_PASSWORD}\n"));
        made.write("administrator", access().url(&made.database).expose());
        made.write("gatehouse.toml", &made.configuration());
        made
    }

    /// Migrated, with its roles.
    pub(super) async fn migrated(name: &str) -> Self {
        let made = Self::empty(name).await;
        said(&made.bootstrap().await);
        made
    }

    /// The configuration file's text.
    pub(super) fn configuration(&self) -> String {
        let Access { host, port, ca_pem, .. } = access();
        format!(
            "base_url = \"https://{HOST}\"\n\
             listen = \"127.0.0.1:0\"\n\
             [tls]\ncert_file = \"tls.pem\"\nkey_file = \"tls.key\"\n\
             [management]\nlisten = \"127.0.0.1:0\"\n\
             [database]\nhost = \"{host}\"\nport = {port}\nca_file = \"{}\"\nname = \"{}\"\n\
             password_file = \"app.password\"\nmigrator_password_file = \"migrator.password\"\npool_size = 4\n\
             [keys]\nkek_file = \"kek\"\n\
             [passwords]\nthreads = 1\n\
             [limits]\nshutdown_seconds = 5\n",
            ca_pem.display(),
            self.database
        )
    }

    /// A path in its folder.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file into its folder.
    pub(super) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    /// Runs a command with `--config` behind it.
    pub(super) async fn run(&self, args: &[&str], env: &[(&str, &str)]) -> Output {
        let config = self.path("gatehouse.toml");
        let mut all = args.to_vec();
        all.extend(["--config", config.to_str().unwrap()]);
        gatehouse(self.folder.path(), &all, env).output().await.unwrap()
    }

    /// `migrate` with the administrator's login; one at a time, since roles are the cluster's.
    pub(super) async fn bootstrap(&self) -> Output {
        static TURN: Mutex<()> = Mutex::const_new(());
        let _turn = TURN.lock().await;
        self.run(&["migrate", "--bootstrap-file", self.path("administrator").to_str().unwrap()], &[]).await
    }

    /// Starts the server.
    pub(super) async fn serve(&self, env: &[(&str, &str)]) -> Server {
        let config = self.path("gatehouse.toml");
        let args = ["serve", "--config", config.to_str().unwrap()];
        Server::start(gatehouse(self.folder.path(), &args, env), &self.certificate).await
    }

    /// Ends every connection to the database and lets no new one in.
    pub(super) async fn cut_off(&self) {
        let mut admin = PgConnection::connect_with(&access().options("postgres")).await.unwrap();
        let name = &self.database;
        let sql = format!(
            "ALTER DATABASE {name} ALLOW_CONNECTIONS false;
             SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
        );
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut admin).await.unwrap();
    }

    /// A connection as superuser.
    pub(super) async fn admin(&self) -> PgConnection {
        PgConnection::connect_with(&access().options(&self.database)).await.unwrap()
    }
}

/// A cluster of these tests alone: they set the roles' passwords.
pub(super) fn access() -> &'static Access {
    static ACCESS: OnceLock<Access> = OnceLock::new();
    ACCESS.get_or_init(|| cluster::start(Path::new(env!("CARGO_TARGET_TMPDIR")).join("commands"), 100))
}
