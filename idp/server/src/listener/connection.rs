//! One connection, from its handshake to its end.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulConnection;
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tower::Service as _;

use super::Terms;

/// What all connections of a listener share.
#[derive(Clone)]
pub(super) struct Visit {
    pub(super) router: Router,
    pub(super) tls: Option<TlsAcceptor>,
    pub(super) terms: Arc<Terms>,
}

/// One connection's other end.
pub(super) struct Guest {
    pub(super) visit: Visit,
    pub(super) peer: SocketAddr,
    pub(super) trusted: bool,
    pub(super) stop: CancellationToken,
}

impl Guest {
    /// Serves the connection to its end.
    pub(super) async fn attend(self, stream: TcpStream) {
        let Some(tls) = &self.visit.tls else {
            return self.speak_http1(TokioIo::new(stream)).await;
        };
        let shaking = timeout(self.visit.terms.bounds.head_timeout, tls.accept(stream));
        let stream = tokio::select! {
            () = self.stop.cancelled() => return,
            shaken = shaking => match shaken {
                Ok(Ok(stream)) => stream,
                Ok(Err(_)) | Err(_) => return,
            },
        };
        if stream.get_ref().1.alpn_protocol() == Some(b"h2") {
            return self.speak_http2(TokioIo::new(stream)).await;
        }
        self.speak_http1(TokioIo::new(stream)).await;
    }

    async fn speak_http1<I: hyper::rt::Read + hyper::rt::Write + Unpin + Send + 'static>(&self, io: I) {
        let activity = Arc::new(Activity::new());
        // The number of headers stays at hyper's default, `MAX_HEADERS`: setting it would cost an allocation each.
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(self.patience())
            .max_header_size(MAX_HEAD)
            .max_buf_size(MAX_BUFFER)
            .serve_connection(io, self.answers(&activity));
        self.keep(connection, &activity).await;
    }

    async fn speak_http2<I: hyper::rt::Read + hyper::rt::Write + Unpin + Send + 'static>(&self, io: I) {
        let activity = Arc::new(Activity::new());
        // The bounds on reset streams and on continuations stay at what hyper and h2 keep up to date.
        let connection = http2::Builder::new(TokioExecutor::new())
            .timer(TokioTimer::new())
            .keep_alive_interval(PING_INTERVAL)
            .keep_alive_timeout(PING_TIMEOUT)
            .max_header_list_size(MAX_HEAD_LIST)
            .max_concurrent_streams(MAX_STREAMS)
            .serve_connection(io, self.answers(&activity));
        self.keep(connection, &activity).await;
    }

    /// How long to wait for the first request, and in HTTP/1.1 for each further one.
    fn patience(&self) -> Duration {
        if self.trusted { self.visit.terms.idle_timeout } else { self.visit.terms.bounds.head_timeout }
    }

    fn answers(
        &self,
        activity: &Arc<Activity>,
    ) -> impl Service<
        Request<Incoming>,
        Response = Response,
        Error = Infallible,
        Future: Future<Output = Result<Response, Infallible>> + Send + 'static,
    > + Send
    + 'static {
        let (router, activity, peer) = (self.visit.router.clone(), Arc::clone(activity), self.peer);
        let bound = self.visit.terms.bounds.request_timeout;
        service_fn(move |mut request: Request<Incoming>| {
            let open = activity.begin();
            // HTTP/2 bounds the size of the head and not the number of headers.
            let answering = (request.headers().len() <= MAX_HEADERS).then(|| {
                request.extensions_mut().insert(ConnectInfo(peer));
                router.clone().call(request.map(Body::new))
            });
            async move {
                let _open = open;
                let Some(answering) = answering else {
                    return Ok(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE.into_response());
                };
                match timeout(bound, answering).await {
                    Ok(answered) => answered,
                    Err(_) => Ok(StatusCode::SERVICE_UNAVAILABLE.into_response()),
                }
            }
        })
    }

    /// Drives a connection until it ends by itself, was quiet for too long, or the server stops; then it gets the
    /// time of one request to end in order, and is dropped.
    async fn keep<C: GracefulConnection<Error = hyper::Error> + Send>(
        &self,
        connection: C,
        activity: &Activity,
    ) {
        let bounds = self.visit.terms.bounds;
        let mut connection = pin!(connection);
        let idle = self.visit.terms.idle_timeout;
        let mut deadline = pin!(sleep_until(activity.began + self.patience().min(idle)));
        let mut ending = false;
        loop {
            tokio::select! {
                biased;
                ended = connection.as_mut() => {
                    if let Err(error) = ended {
                        tracing::debug!(%error, "a connection ended early");
                    }
                    return;
                }
                () = self.stop.cancelled(), if !ending => {}
                () = deadline.as_mut() => {
                    if ending {
                        tracing::debug!("a connection did not end in time");
                        return;
                    }
                    if let Some(later) = activity.due(Instant::now(), idle) {
                        deadline.as_mut().reset(later);
                        continue;
                    }
                }
            }
            ending = true;
            connection.as_mut().graceful_shutdown();
            deadline.as_mut().reset(Instant::now() + bounds.request_timeout + bounds.head_timeout);
        }
    }
}

/// Which requests a connection has under way, and when the last one ended.
#[derive(Debug)]
struct Activity {
    began: Instant,
    open: AtomicUsize,
    /// Milliseconds from `began` to the end of the last request; 0 before there was one.
    last: AtomicU64,
}

impl Activity {
    fn new() -> Self {
        Self { began: Instant::now(), open: AtomicUsize::new(0), last: AtomicU64::new(0) }
    }

    fn begin(self: &Arc<Self>) -> Open {
        self.open.fetch_add(1, Ordering::Relaxed);
        Open(Arc::clone(self))
    }

    /// When to look again whether the connection is idle; nothing if it is, or has lived long enough.
    fn due(&self, now: Instant, idle: Duration) -> Option<Instant> {
        if now.duration_since(self.began) >= MAX_AGE {
            return None;
        }
        // Acquire, with the release in `Open::drop`: without an open request, the end of the last one is seen.
        if self.open.load(Ordering::Acquire) > 0 {
            return Some(now + idle);
        }
        let last = self.last.load(Ordering::Relaxed);
        let due = self.began + Duration::from_millis(last) + idle;
        (last > 0 && due > now).then_some(due)
    }
}

/// A request under way.
struct Open(Arc<Activity>);

impl Drop for Open {
    fn drop(&mut self) {
        let passed = u64::try_from(self.0.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.0.last.store(passed.max(1), Ordering::Relaxed);
        self.0.open.fetch_sub(1, Ordering::Release);
    }
}

/// Bytes of a request's head.
const MAX_HEAD: usize = 64 * 1024;
/// The same in HTTP/2, where each header counts for 32 bytes more (RFC 9113, section 6.5.2).
const MAX_HEAD_LIST: u32 = 64 * 1024;
/// Somewhat more than a head, so that one that is too large is answered with 431.
const MAX_BUFFER: usize = MAX_HEAD + 8 * 1024;
/// Headers of a request.
const MAX_HEADERS: usize = 100;
/// Requests at once over one HTTP/2 connection; RFC 9113, section 6.5.2, advises against fewer than 100.
const MAX_STREAMS: u32 = 100;
const PING_INTERVAL: Duration = Duration::from_secs(20);
const PING_TIMEOUT: Duration = Duration::from_secs(20);
/// A connection in steady use is renewed after this, so that it follows a new certificate or another balance.
const MAX_AGE: Duration = Duration::from_secs(3600);

#[cfg(test)]
mod tests {
    use super::*;

    const IDLE: Duration = Duration::from_secs(60);

    #[test]
    fn a_connection_without_a_request_is_due() {
        let activity = Arc::new(Activity::new());
        assert_eq!(activity.due(activity.began + Duration::from_secs(1), IDLE), None);
    }

    #[test]
    fn an_open_request_keeps_a_connection_and_its_end_starts_the_wait() {
        let activity = Arc::new(Activity::new());
        let (first, second) = (activity.begin(), activity.begin());
        let late = activity.began + Duration::from_secs(100);
        assert_eq!(activity.due(late, IDLE), Some(late + IDLE));
        drop(first);
        assert_eq!(activity.due(late, IDLE), Some(late + IDLE));
        drop(second);
        assert_eq!(activity.due(late, IDLE), None);
        let due = activity.due(activity.began + Duration::from_secs(1), IDLE).unwrap();
        assert!(due > activity.began + IDLE && due < late, "{due:?}");
    }

    #[test]
    fn an_old_connection_is_due_whatever_it_does() {
        let activity = Arc::new(Activity::new());
        let _open = activity.begin();
        assert_eq!(activity.due(activity.began + MAX_AGE, IDLE), None);
    }
}
