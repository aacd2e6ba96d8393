//! `gatehouse dev`: one world a folder, all of it stopped by Ctrl-C, found again at the next start.

use std::path::{Path, PathBuf};
use std::time::Duration;

use reqwest::Client;
use rustix::process::Signal;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Child;

use super::program::{gatehouse, refusal, said, signal};

/// How long a start may take, the first initdb included: the addresses are printed within a minute of the build.
const START: Duration = Duration::from_secs(60);
const STOP: Duration = Duration::from_secs(40);

struct Dev {
    child: Child,
    base: String,
}

async fn start(folder: &Path, data: &Path) -> Dev {
    let args = ["dev", "--port", "0", "--data", data.to_str().unwrap()];
    let mut child = gatehouse(folder, &args, &[]).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut base = None;
    let saying = async {
        while let Some(line) = lines.next_line().await.unwrap() {
            if let Some(found) = line.trim().strip_prefix("Platform issuer") {
                base = Some(found.trim().to_owned());
            }
            if line == "Ctrl-C stops it." {
                return;
            }
        }
    };
    tokio::time::timeout(START, saying).await.unwrap();
    Dev { child, base: base.unwrap() }
}

async fn interrupt(mut dev: Dev) {
    signal(&dev.child, Signal::INT);
    let ended = tokio::time::timeout(STOP, dev.child.wait()).await.unwrap();
    assert_eq!(ended.unwrap().code(), Some(0));
}

/// A folder without leftovers of an earlier run, wherever the database keeps its part.
fn emptied(name: &str) -> PathBuf {
    let data = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    if let Ok(elsewhere) = std::fs::read_link(data.join("cluster/postgres")) {
        std::fs::remove_dir_all(elsewhere).unwrap();
    }
    drop(std::fs::remove_dir_all(&data));
    data
}

/// The processes that name the folder, this one apart. A child that was just forked has its parent's command line until it
/// gives itself a title: it counts as its parent.
fn of_folder(data: &Path) -> Vec<String> {
    let place = data.join("cluster/postgres");
    let place = std::fs::read_link(&place).unwrap_or(place);
    let named = |process: &Path| -> Option<String> {
        let bytes = std::fs::read(process.join("cmdline")).ok()?;
        let line = String::from_utf8_lossy(&bytes).replace('\0', " ");
        line.contains(place.to_str().unwrap()).then_some(line)
    };
    let is_child = |process: &Path| {
        let status = std::fs::read_to_string(process.join("status")).unwrap_or_default();
        let parent = status.lines().find_map(|line| line.strip_prefix("PPid:")).map(str::trim);
        parent.is_some_and(|parent| named(&Path::new("/proc").join(parent)).is_some())
    };
    let processes = std::fs::read_dir("/proc").unwrap().filter_map(|entry| Some(entry.ok()?.path()));
    processes.filter(|process| !is_child(process)).filter_map(|process| named(&process)).collect()
}

#[tokio::test]
async fn a_world_is_one_at_a_time_stops_whole_and_is_found_again() {
    let data = emptied("dev-world");
    let folder = tempfile::tempdir().unwrap();
    let first = start(folder.path(), &data).await;
    assert_eq!(of_folder(&data).len(), 1, "the database runs: {:?}", of_folder(&data));
    let base = url::Url::parse(&first.base).unwrap();
    let port = base.port().unwrap().to_string();
    let taken = ["dev", "--port", &port, "--data", "other"];
    let refused = refusal(&gatehouse(folder.path(), &taken, &[]).output().await.unwrap());
    assert!(
        refused.starts_with(&format!("port {port} is in use; stop what uses it, or choose")),
        "{refused}"
    );
    let twice = ["dev", "--port", "0", "--data", data.to_str().unwrap()];
    let refused = refusal(&gatehouse(folder.path(), &twice, &[]).output().await.unwrap());
    assert!(refused.starts_with("Another gatehouse is already running on "), "{refused}");

    let before = facts(&first.base, folder.path(), &data).await;
    interrupt(first).await;
    assert_eq!(of_folder(&data), Vec::<String>::new(), "everything stopped");
    let tool = ["keys", "rotate", "--platform", "--data", data.to_str().unwrap()];
    let refused = refusal(&gatehouse(folder.path(), &tool, &[]).output().await.unwrap());
    assert!(refused.starts_with("no development world runs in "), "{refused}");

    let second = start(folder.path(), &data).await;
    assert_eq!(facts(&second.base, folder.path(), &data).await, before);
    interrupt(second).await;
    assert_eq!(of_folder(&data), Vec::<String>::new(), "everything stopped");
}

/// The ids of tenants, and the keys of every issuer.
async fn facts(base: &str, folder: &Path, data: &Path) -> (Vec<Value>, Vec<Value>) {
    let world = "version: 1\ntenants: [{ slug: acme, name: Acme }, { slug: globex, name: Globex }]\n";
    std::fs::write(folder.join("world.yaml"), world).unwrap();
    let args = ["apply", "world.yaml", "--dry-run", "--json", "--data", data.to_str().unwrap()];
    let applied: Value =
        serde_json::from_str(&said(&gatehouse(folder, &args, &[]).output().await.unwrap())).unwrap();
    let ids = applied["made"]["tenants"].as_array().unwrap().iter().map(|tenant| tenant["id"].clone());
    #[expect(clippy::disallowed_methods, reason = "tests speak to their own server")]
    let client = Client::builder().no_proxy().build().unwrap();
    let mut keys = Vec::new();
    for issuer in ["", "/t/acme", "/t/globex"] {
        let answered = client.get(format!("{base}{issuer}/.well-known/jwks.json")).send().await.unwrap();
        keys.push(answered.json().await.unwrap());
    }
    (ids.collect(), keys)
}
