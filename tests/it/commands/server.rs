//! `gatehouse serve` as a child: its addresses, its log, its end.

use std::net::SocketAddr;
use std::process::ExitStatus;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use reqwest::{Certificate, Client};
use rustix::process::Signal;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::installation::HOST;
use super::program::signal;

/// A running server.
pub(super) struct Server {
    child: Child,
    /// Where it listens.
    pub(super) listen: SocketAddr,
    /// Where health and metrics are.
    pub(super) management: SocketAddr,
    /// A client that knows its name and certificate, and follows no redirect.
    pub(super) client: Client,
    lines: Arc<Mutex<Vec<String>>>,
    reading: JoinHandle<()>,
}

impl Server {
    /// Starts it and waits until it says where it is.
    pub(super) async fn start(mut command: Command, certificate: &str) -> Self {
        let mut child = command.spawn().unwrap();
        let mut input = BufReader::new(child.stderr.take().unwrap()).lines();
        let lines = Arc::new(Mutex::new(Vec::new()));
        let (announce, announced) = oneshot::channel();
        let kept = Arc::clone(&lines);
        let reading = tokio::spawn(async move {
            let mut announce = Some(announce);
            while let Ok(Some(line)) = input.next_line().await {
                let parsed = serde_json::from_str::<Value>(&line).unwrap_or_default();
                kept.lock().unwrap().push(line);
                if parsed["message"] == "serving"
                    && let Some(announce) = announce.take()
                {
                    let address = |name: &str| parsed[name].as_str().unwrap().parse::<SocketAddr>().unwrap();
                    announce.send((address("listen"), address("management"))).unwrap();
                }
            }
        });
        let Ok((listen, management)) = announced.await else {
            panic!("it ended: {:?}", lines.lock().unwrap())
        };
        let trusted = Certificate::from_pem(certificate.as_bytes()).unwrap();
        #[expect(clippy::disallowed_methods, reason = "tests speak to their own server")]
        let client = Client::builder()
            .no_proxy()
            .tls_certs_only([trusted])
            .resolve(HOST, listen)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        Self { child, listen, management, client, lines, reading }
    }

    /// GET of a path, as JSON.
    pub(super) async fn json(&self, path: &str) -> Value {
        let answered = self.client.get(format!("https://{HOST}{path}")).send().await.unwrap();
        answered.json().await.unwrap()
    }

    /// POST of a form by a confidential app.
    pub(super) async fn post(&self, path: &str, app: (&str, &str), form: &[(&str, &str)]) -> Value {
        let request = self.client.post(format!("https://{HOST}{path}")).basic_auth(app.0, Some(app.1));
        request.form(form).send().await.unwrap().json().await.unwrap()
    }

    /// Stops it with SIGTERM; how it ended, and what it logged.
    pub(super) async fn stop(mut self) -> (ExitStatus, Vec<String>) {
        signal(&self.child, Signal::TERM);
        let ended = tokio::time::timeout(Duration::from_secs(10), self.child.wait()).await;
        let status = ended.unwrap_or_else(|_| panic!("it does not end: {:?}", self.lines.lock().unwrap()));
        self.reading.await.unwrap();
        let lines = self.lines.lock().unwrap().clone();
        (status.unwrap(), lines)
    }
}
