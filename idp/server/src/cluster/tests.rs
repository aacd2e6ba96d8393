//! The cluster as a whole, with the real programs.

use std::process::Command;

use gatehouse_domain::time::SystemClock;
use sqlx::Row as _;

use super::*;

/// Real randomness: nothing here depends on its value.
#[derive(Debug)]
pub(super) struct TestRng;

impl Rng for TestRng {
    fn fill(&self, out: &mut [u8]) {
        aws_lc_rs::rand::fill(out).unwrap();
    }
}

fn options(data_dir: &Path) -> ClusterOptions {
    ClusterOptions {
        data_dir: data_dir.to_path_buf(),
        port: None,
        durable: false,
        settings: vec![("max_connections".to_owned(), "21".to_owned())],
        path: OsString::new(),
        clock: Arc::new(SystemClock),
        rng: Arc::new(TestRng),
    }
}

async fn setting(connection: &mut sqlx::PgConnection, name: &str) -> String {
    sqlx::query("select current_setting($1)").bind(name).fetch_one(connection).await.unwrap().get(0)
}

async fn refuses_everybody_without_the_right_key(access: &Access) {
    let right = access.options("postgres");
    let without_ca = PgConnectOptions::new_without_pgpass()
        .host(&access.host)
        .port(access.port)
        .username(&access.user)
        .password(access.password.expose())
        .database("postgres")
        .ssl_mode(PgSslMode::VerifyFull);
    let refused = without_ca.connect().await.unwrap_err();
    assert!(matches!(refused, sqlx::Error::Tls(_) | sqlx::Error::Io(_)), "{refused}");

    let plain = right.clone().ssl_mode(PgSslMode::Disable).connect().await.unwrap_err();
    assert!(plain.to_string().contains("no encryption"), "{plain}");

    let wrong = right.password("wrong").connect().await.unwrap_err();
    assert!(wrong.to_string().contains("password authentication failed"), "{wrong}");
}

#[tokio::test(flavor = "multi_thread")]
async fn starts_keeps_its_data_and_lets_nobody_else_in() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path();
    assert!(Cluster::locate(folder).unwrap().is_none());

    let cluster = Cluster::start(options(folder)).await.unwrap();
    refuses_everybody_without_the_right_key(cluster.access()).await;
    let again = Cluster::start(options(folder)).await.unwrap_err();
    assert!(matches!(again, ClusterError::AlreadyRunning { .. }), "{again}");
    assert_eq!(Cluster::locate(folder).unwrap().unwrap().port, cluster.access().port);
    let mut connection = cluster.access().options("postgres").connect().await.unwrap();
    sqlx::query("create table kept (n int)").execute(&mut connection).await.unwrap();
    sqlx::query("insert into kept values (7)").execute(&mut connection).await.unwrap();
    assert_eq!(setting(&mut connection, "max_connections").await, "21");
    assert_eq!(setting(&mut connection, "unix_socket_directories").await, "");
    cluster.stop().await.unwrap();
    assert!(Cluster::locate(folder).unwrap().is_none());

    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let refused = Cluster::start(ClusterOptions { port: Some(port), ..options(folder) }).await.unwrap_err();
    assert!(refused.to_string().contains(&format!("Port {port} on 127.0.0.1 is in use")), "{refused}");

    let cluster = Cluster::start(options(folder)).await.unwrap();
    let mut connection = cluster.access().options("postgres").connect().await.unwrap();
    let kept: i32 = sqlx::query("select n from kept").fetch_one(&mut connection).await.unwrap().get(0);
    assert_eq!(kept, 7);
    cluster.destroy().await.unwrap();
    assert!(!folder.exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_setting_is_told_in_the_servers_words() {
    let root = tempfile::tempdir().unwrap();
    let mut bad = options(root.path());
    bad.settings.push(("shared_buffers".to_owned(), "lots".to_owned()));
    let refused = Cluster::start(bad).await.unwrap_err();
    assert!(refused.to_string().contains("shared_buffers"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clone_that_the_account_cannot_reach_keeps_its_data_elsewhere() {
    if !rustix::process::geteuid().is_root() {
        // Without stepping down there is nobody who could fail to reach it.
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let private = std::os::unix::fs::PermissionsExt::from_mode(0o700);
    std::fs::set_permissions(home.path(), private).unwrap();
    let folder = home.path().join("clone/.gatehouse");
    let cluster = Cluster::start(options(&folder)).await.unwrap();
    let elsewhere = std::fs::read_link(folder.join("postgres")).unwrap();
    assert!(elsewhere.starts_with("/var/lib/gatehouse"));
    cluster.stop().await.unwrap();

    std::fs::remove_dir_all(&elsewhere).unwrap();
    let cluster = Cluster::start(options(&folder)).await.unwrap();
    let elsewhere = std::fs::read_link(folder.join("postgres")).unwrap();
    cluster.destroy().await.unwrap();
    assert!(!elsewhere.exists());
    assert!(!folder.exists());
}

#[test]
fn the_child_is_told_when_the_thread_that_started_it_ends() {
    let account = account::Account::choose().unwrap();
    let mut child = std::thread::spawn(move || {
        let mut command: Command = account.command(Path::new("/bin/cat"));
        command.stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped());
        let mut child = command.spawn().unwrap();
        // One echoed line proves that the program runs and the signal is set, before this thread ends.
        let mut pipe = child.stdin.take().unwrap();
        std::io::Write::write_all(&mut pipe, b"up\n").unwrap();
        let mut line = String::new();
        let mut out = std::io::BufReader::new(child.stdout.take().unwrap());
        std::io::BufRead::read_line(&mut out, &mut line).unwrap();
        assert_eq!(line, "up\n");
        (child, pipe)
    })
    .join()
    .unwrap();
    let status = child.0.wait().unwrap();
    assert_eq!(std::os::unix::process::ExitStatusExt::signal(&status), Some(2));
}

#[test]
fn the_url_carries_verify_full() {
    let access = access(&Layout::new(Path::new("/d d")), 5, Secret::new("s".to_owned()));
    let url = access.url("x");
    assert_eq!(
        url.expose(),
        "postgres://postgres:s@127.0.0.1:5/x?sslmode=verify-full&sslrootcert=%2Fd+d%2Fca.pem"
    );
    let options: PgConnectOptions = url.expose().parse().unwrap();
    assert_eq!(options.get_host(), "127.0.0.1");
    assert!(!format!("{access:?}").contains("Secret(\""));
}
