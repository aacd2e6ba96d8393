//! A PostgreSQL cluster for as long as the test binary runs.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::{Arc, mpsc};

use gatehouse_domain::time::SystemClock;
use gatehouse_keys::entropy::SystemRng;
use gatehouse_server::cluster::{Access, Cluster, ClusterOptions};

/// Starts a cluster in a thread of its own: each test has its own runtime, and the cluster must outlive them all.
pub(crate) fn start(data_dir: PathBuf, max_connections: u16) -> Access {
    let options = ClusterOptions {
        data_dir,
        port: None,
        durable: false,
        settings: vec![("max_connections".to_owned(), max_connections.to_string())],
        path: OsString::new(),
        clock: Arc::new(SystemClock),
        rng: Arc::new(SystemRng),
    };
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        runtime.unwrap().block_on(async {
            let cluster = Cluster::start(options).await.unwrap();
            sender.send(cluster.access().clone()).unwrap();
            cluster.ended().await;
        });
    });
    receiver.recv().unwrap()
}
