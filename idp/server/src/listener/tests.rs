//! Real sockets on loopback: who is closed, who is refused, who is served.

use std::future::pending;
use std::net::Ipv4Addr;
use std::time::Instant;

use axum::routing::{get, post};
use http_body_util::{BodyExt as _, Empty};
use hyper::Request;
use hyper::body::Bytes;
use hyper::client::conn::http2::{self, SendRequest};
use hyper_util::rt::{TokioExecutor, TokioIo};
use metrics_exporter_prometheus::PrometheusBuilder;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::*;

const SHORT: Duration = Duration::from_millis(150);
const LONG: Duration = Duration::from_secs(60);
/// A test that waits for something waits no longer.
const BOUND: Duration = Duration::from_secs(10);
const GET: &[u8] = b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n";
/// The connection preface of HTTP/2 with an empty SETTINGS frame (RFC 9113, section 3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00";

/// A server on loopback, and what its `/held` waits for.
struct Served {
    address: SocketAddr,
    stop: CancellationToken,
    task: JoinHandle<io::Result<()>>,
    reached: Arc<Notify>,
    release: Arc<Notify>,
}

/// Patient in everything; a test shortens what it is about.
fn patient() -> Terms {
    let bounds =
        Bounds { connections: 100, head_timeout: LONG, request_timeout: LONG, shutdown_timeout: LONG };
    Terms { idle_timeout: LONG, ..Terms::from(bounds) }
}

fn patient_but(change: impl FnOnce(&mut Terms)) -> Terms {
    let mut terms = patient();
    change(&mut terms);
    terms
}

impl Served {
    async fn start(terms: Terms, tls: Option<TlsAcceptor>) -> Self {
        let (reached, release) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let held = {
            let (reached, release) = (Arc::clone(&reached), Arc::clone(&release));
            move || async move {
                reached.notify_one();
                release.notified().await;
                "held"
            }
        };
        let router = Router::new()
            .route("/", get(|| async { "well" }))
            .route("/echo", post(|body: String| async { body }))
            .route("/large", get(|| async { vec![0_u8; 32 << 20] }))
            .route("/never", get(pending::<()>))
            .route("/held", get(held));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let stop = CancellationToken::new();
        let task = tokio::spawn(serve(listener, tls, router, terms, stop.clone()));
        Self { address, stop, task, reached, release }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    async fn stopped(self) {
        self.stop.cancel();
        within(self.task).await.unwrap().unwrap();
    }
}

async fn within<F: Future>(future: F) -> F::Output {
    tokio::time::timeout(BOUND, future).await.expect("in time")
}

/// Everything until the other end closes; a reset counts as a close.
async fn rest(stream: &mut (impl AsyncRead + Unpin)) -> Vec<u8> {
    let mut all = Vec::new();
    drop(within(stream.read_to_end(&mut all)).await);
    all
}

/// One answer with a `content-length`, as text.
async fn answer(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<String> {
    let mut text = String::new();
    loop {
        let mut some = [0; 1024];
        let count = within(stream.read(&mut some)).await?;
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        text.push_str(&String::from_utf8_lossy(&some[..count]));
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        if length.is_none_or(|length| body.len() >= length.parse().unwrap()) {
            return Ok(text);
        }
    }
}

async fn ask(stream: &mut (impl AsyncRead + AsyncWrite + Unpin), request: &[u8]) -> io::Result<String> {
    stream.write_all(request).await?;
    answer(stream).await
}

/// A certificate for `localhost`: what the server takes, and a client that trusts it and offers `protocol`.
fn tls(protocol: &str) -> (TlsAcceptor, TlsConnector) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let files = Tls { cert_file: folder.path().join("cert.pem"), key_file: folder.path().join("key.pem") };
    std::fs::write(&files.cert_file, made.cert.pem()).unwrap();
    std::fs::write(&files.key_file, made.signing_key.serialize_pem()).unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(made.cert.der().clone()).unwrap();
    let mut client = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    client.alpn_protocols = vec![protocol.as_bytes().to_vec()];
    (acceptor(&files).unwrap(), TlsConnector::from(Arc::new(client)))
}

async fn secured(served: &Served, client: &TlsConnector) -> TlsStream<TcpStream> {
    let name = ServerName::try_from("localhost").unwrap();
    within(client.connect(name, served.connect().await)).await.unwrap()
}

type H2 = (SendRequest<Empty<Bytes>>, JoinHandle<hyper::Result<()>>);

async fn h2(served: &Served, client: &TlsConnector) -> H2 {
    let io = TokioIo::new(secured(served, client).await);
    let (sender, connection) = within(http2::handshake(TokioExecutor::new(), io)).await.unwrap();
    (sender, tokio::spawn(connection))
}

async fn status(sender: &mut SendRequest<Empty<Bytes>>, path: &str, headers: usize) -> u16 {
    let mut request = Request::get(format!("https://localhost{path}"));
    for number in 0..headers {
        request = request.header(format!("x-{number}"), "1");
    }
    let response = within(sender.send_request(request.body(Empty::new()).unwrap())).await.unwrap();
    let status = response.status().as_u16();
    within(response.into_body().collect()).await.unwrap();
    status
}

#[tokio::test]
async fn a_silent_connection_is_closed() {
    let served = Served::start(patient_but(|terms| terms.bounds.head_timeout = SHORT), None).await;
    assert_eq!(rest(&mut served.connect().await).await, b"");
    served.stopped().await;
}

#[tokio::test]
async fn half_a_head_is_closed_however_it_grows() {
    let served = Served::start(patient_but(|terms| terms.bounds.head_timeout = SHORT), None).await;
    let mut stream = served.connect().await;
    stream.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\nx: ").await.unwrap();
    let begun = Instant::now();
    let closed = async {
        let mut some = [0; 1024];
        loop {
            match tokio::time::timeout(SHORT / 10, stream.read(&mut some)).await {
                Ok(Ok(0) | Err(_)) => return,
                Ok(Ok(_)) => {}
                // Still open: one byte more, which must not buy any time.
                Err(_) => drop(stream.write_all(b"x").await),
            }
        }
    };
    within(closed).await;
    assert!(begun.elapsed() >= SHORT, "closed early");
    served.stopped().await;
}

#[tokio::test]
async fn a_connection_is_kept_for_more_requests_and_closed_when_idle() {
    let served = Served::start(patient_but(|terms| terms.bounds.head_timeout = SHORT), None).await;
    let mut stream = served.connect().await;
    for _ in 0..3 {
        assert!(ask(&mut stream, GET).await.unwrap().ends_with("well"));
    }
    let post = b"POST /echo HTTP/1.1\r\nhost: localhost\r\ncontent-length: 4\r\n\r\necho";
    assert!(ask(&mut stream, post).await.unwrap().ends_with("echo"));
    assert_eq!(rest(&mut stream).await, b"");
    served.stopped().await;
}

#[tokio::test]
async fn a_proxy_may_pause_for_longer() {
    let terms = patient_but(|terms| {
        terms.bounds.head_timeout = SHORT;
        terms.idle_timeout = SHORT * 4;
    });
    let served = Served::start(terms.trusting(vec!["127.0.0.0/8".parse().unwrap()]), None).await;
    let mut stream = served.connect().await;
    ask(&mut stream, GET).await.unwrap();
    let begun = Instant::now();
    rest(&mut stream).await;
    assert!(begun.elapsed() >= SHORT * 3, "{:?}", begun.elapsed());
    served.stopped().await;
}

#[tokio::test]
async fn an_answer_that_nobody_reads_is_given_up() {
    let terms = patient_but(|terms| {
        terms.per_source = 1;
        terms.idle_timeout = SHORT;
        terms.bounds.head_timeout = SHORT;
        terms.bounds.request_timeout = SHORT;
    });
    let served = Served::start(terms, None).await;
    let mut stuck = served.connect().await;
    stuck.write_all(b"GET /large HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    within(stuck.readable()).await.unwrap();
    let again = async {
        // Refused as long as the first connection holds the one place.
        while ask(&mut served.connect().await, GET).await.is_err() {}
    };
    within(again).await;
    assert!(rest(&mut stuck).await.len() < 32 << 20);
    served.stopped().await;
}

#[tokio::test]
async fn plain_tcp_speaks_no_http2() {
    let served = Served::start(patient(), None).await;
    let mut stream = served.connect().await;
    stream.write_all(PREFACE).await.unwrap();
    let answered = rest(&mut stream).await;
    assert!(!answered.starts_with(b"\x00"), "{answered:?}");
    served.stopped().await;
}

#[tokio::test]
async fn a_handshake_that_never_comes_is_closed() {
    let (acceptor, _) = tls("h2");
    let terms = patient_but(|terms| terms.bounds.head_timeout = SHORT);
    let served = Served::start(terms, Some(acceptor)).await;
    assert_eq!(rest(&mut served.connect().await).await, b"");
    served.stopped().await;
}

#[tokio::test]
async fn http2_without_requests_is_closed() {
    let (acceptor, client) = tls("h2");
    let terms = patient_but(|terms| {
        terms.bounds.head_timeout = SHORT;
        terms.bounds.request_timeout = SHORT;
    });
    let served = Served::start(terms, Some(acceptor)).await;
    let mut silent = secured(&served, &client).await;
    rest(&mut silent).await;
    // A polite beginning, and then nothing: not even an acknowledgement of what the server sends.
    let mut polite = secured(&served, &client).await;
    polite.write_all(PREFACE).await.unwrap();
    assert!(!rest(&mut polite).await.is_empty());
    served.stopped().await;
}

#[tokio::test]
async fn http2_is_closed_when_idle_and_not_during_a_request() {
    let (acceptor, client) = tls("h2");
    let terms = patient_but(|terms| {
        terms.idle_timeout = SHORT;
        terms.bounds.request_timeout = SHORT * 4;
    });
    let served = Served::start(terms, Some(acceptor)).await;
    let (mut sender, connection) = h2(&served, &client).await;
    assert_eq!(status(&mut sender, "/", 0).await, 200);
    let begun = Instant::now();
    assert_eq!(status(&mut sender, "/never", 0).await, 503);
    assert!(begun.elapsed() >= SHORT * 4, "answered early");
    assert_eq!(status(&mut sender, "/", 0).await, 200);
    within(connection).await.unwrap().unwrap();
    assert!(sender.is_closed());
    served.stopped().await;
}

#[tokio::test]
async fn tls_without_http2_speaks_http1() {
    let (acceptor, client) = tls("http/1.1");
    let served = Served::start(patient(), Some(acceptor)).await;
    let mut stream = secured(&served, &client).await;
    assert!(ask(&mut stream, GET).await.unwrap().starts_with("HTTP/1.1 200"));
    served.stopped().await;
}

#[tokio::test]
async fn a_source_over_its_share_is_refused_until_one_of_its_connections_ends() {
    let recorder = PrometheusBuilder::new().build_recorder();
    let metrics = recorder.handle();
    let _recording = metrics::set_default_local_recorder(&recorder);
    let served = Served::start(patient_but(|terms| terms.per_source = 2), None).await;
    let (mut first, mut second) = (served.connect().await, served.connect().await);
    ask(&mut first, GET).await.unwrap();
    ask(&mut second, GET).await.unwrap();
    assert_eq!(rest(&mut served.connect().await).await, b"");
    let text = metrics.render();
    assert!(text.contains("gatehouse_connections_refused_total{reason=\"source\"} 1"), "{text}");
    assert!(text.contains("gatehouse_connections 2"), "{text}");
    drop(first);
    let again = async {
        // The server notices the end in its own time.
        while ask(&mut served.connect().await, GET).await.is_err() {}
    };
    within(again).await;
    assert!(ask(&mut second, GET).await.unwrap().ends_with("well"));
    served.stopped().await;
}

#[tokio::test]
async fn a_proxy_is_bound_by_the_whole_only() {
    let recorder = PrometheusBuilder::new().build_recorder();
    let metrics = recorder.handle();
    let _recording = metrics::set_default_local_recorder(&recorder);
    let terms = patient_but(|terms| {
        terms.per_source = 1;
        terms.bounds.connections = 2;
    });
    let served = Served::start(terms.trusting(vec!["127.0.0.0/8".parse().unwrap()]), None).await;
    let (mut first, mut second) = (served.connect().await, served.connect().await);
    ask(&mut first, GET).await.unwrap();
    ask(&mut second, GET).await.unwrap();
    assert_eq!(rest(&mut served.connect().await).await, b"");
    let text = metrics.render();
    assert!(text.contains("gatehouse_connections_refused_total{reason=\"full\"} 1"), "{text}");
    served.stopped().await;
}

#[tokio::test]
async fn a_head_has_a_size_and_a_number_of_headers() {
    let served = Served::start(patient(), None).await;
    let large = format!("GET / HTTP/1.1\r\nhost: localhost\r\nx: {}\r\n\r\n", "x".repeat(65 * 1024));
    let many =
        (0..101).fold("GET / HTTP/1.1\r\n".to_owned(), |head, number| head + &format!("x{number}: 1\r\n"));
    for head in [large, many + "\r\n"] {
        let text = ask(&mut served.connect().await, head.as_bytes()).await.unwrap();
        assert!(text.starts_with("HTTP/1.1 431"), "{text}");
    }
    let fitting = format!("GET / HTTP/1.1\r\nhost: localhost\r\nx: {}\r\n\r\n", "x".repeat(60 * 1024));
    let text = ask(&mut served.connect().await, fitting.as_bytes()).await.unwrap();
    assert!(text.starts_with("HTTP/1.1 200"), "{text}");
    served.stopped().await;
}

#[tokio::test]
async fn http2_bounds_the_number_of_headers_too() {
    let (acceptor, client) = tls("h2");
    let served = Served::start(patient(), Some(acceptor)).await;
    let (mut sender, connection) = h2(&served, &client).await;
    assert_eq!(status(&mut sender, "/", 101).await, 431);
    assert_eq!(status(&mut sender, "/", 90).await, 200);
    served.stopped().await;
    within(connection).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_stop_lets_an_open_request_end_and_takes_no_other() {
    let served = Served::start(patient(), None).await;
    let (mut idle, mut stream) = (served.connect().await, served.connect().await);
    ask(&mut idle, GET).await.unwrap();
    stream.write_all(b"GET /held HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    within(served.reached.notified()).await;
    served.stop.cancel();
    assert_eq!(rest(&mut idle).await, b"");
    served.release.notify_one();
    assert!(answer(&mut stream).await.unwrap().ends_with("held"));
    let address = served.address;
    served.stopped().await;
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn a_stop_waits_no_longer_than_it_may() {
    let served = Served::start(patient_but(|terms| terms.bounds.shutdown_timeout = SHORT), None).await;
    let mut stream = served.connect().await;
    stream.write_all(b"GET /held HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    within(served.reached.notified()).await;
    served.stopped().await;
    assert_eq!(rest(&mut stream).await, b"");
}
