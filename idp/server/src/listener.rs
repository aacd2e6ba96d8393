//! The public listener: HTTP/1.1, and HTTP/2 where TLS agreed on it, bounded in connections and in patience.
//!
//! Nothing here waits for a peer without a deadline. The protocol is never guessed from what a peer sends: plain TCP
//! speaks HTTP/1.1, TLS what ALPN agreed on (RFC 7301). A connection without a request under way ends after a while,
//! whatever else it sends, and no source address holds more than its share of connections.

mod admission;
mod connection;
mod descriptors;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use ipnet::IpNet;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use crate::config::Tls;
use admission::Admission;
use connection::{Guest, Visit};

/// How much a listener takes on.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Connections at once.
    pub connections: usize,
    /// How long a TLS handshake may take, and a request's head; with HTTP/1.1 also the pause between two requests.
    pub head_timeout: Duration,
    /// How long one request may take altogether.
    pub request_timeout: Duration,
    /// How long open requests may take to end at shutdown.
    pub shutdown_timeout: Duration,
}

/// What a connection may do: the bounds, and what follows from who is at the other end.
#[derive(Debug, Clone)]
pub struct Terms {
    /// The numbers that hold for everybody.
    pub bounds: Bounds,
    /// How long a connection may stay without a request under way. An answer has to be read in this time too.
    pub idle_timeout: Duration,
    /// Connections at once from one IPv4 address or one IPv6 /64.
    pub per_source: usize,
    /// Proxies. They bring many people over few connections: the share of one source does not bind them, and their
    /// pauses between requests may last for [`Terms::idle_timeout`] in HTTP/1.1 too.
    pub trusted: Vec<IpNet>,
}

impl Terms {
    /// The same terms, with these networks trusted as proxies.
    #[must_use]
    pub fn trusting(self, proxies: Vec<IpNet>) -> Self {
        Self { trusted: proxies, ..self }
    }
}

impl From<Bounds> for Terms {
    /// The usual terms for these bounds; no proxy is trusted.
    fn from(bounds: Bounds) -> Self {
        Self {
            bounds,
            idle_timeout: bounds.head_timeout.max(IDLE_TIMEOUT),
            per_source: (bounds.connections / SHARES).max(LEAST_SHARE),
            trusted: Vec::new(),
        }
    }
}

/// Reads the certificate chain and key of a listener.
///
/// # Errors
/// If a file cannot be read, or they do not fit together.
pub fn acceptor(tls: &Tls) -> io::Result<TlsAcceptor> {
    let bad = |error: &dyn std::fmt::Display| io::Error::new(io::ErrorKind::InvalidData, error.to_string());
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(&tls.cert_file)
        .map_err(|error| bad(&error))?
        .collect::<Result<_, _>>()
        .map_err(|error| bad(&error))?;
    let key = PrivateKeyDer::from_pem_file(&tls.key_file).map_err(|error| bad(&error))?;
    let mut config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(|error| bad(&error))?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// Serves a router until `stop` is cancelled, then lets open requests end. When it returns, no connection is left.
///
/// A connection over the bounds is closed at once and counted in `gatehouse_connections_refused_total`. Leaving it in
/// the kernel's queue instead would hide from peers, balancers and operators alike that the server is full.
///
/// # Errors
/// None of its own: a connection that cannot be accepted is logged, and the next one is waited for.
pub async fn serve(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    router: Router,
    terms: impl Into<Terms>,
    stop: CancellationToken,
) -> io::Result<()> {
    let mut terms: Terms = terms.into();
    terms.bounds.connections = descriptors::places(terms.bounds.connections);
    let bounds = terms.bounds;
    let admission = Arc::new(Admission::new(&terms));
    // Routes take their state here, once, and not at every request.
    let visit = Visit { router: router.with_state(()), tls, terms: Arc::new(terms) };
    let mut guests = JoinSet::new();
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            Some(ended) = guests.join_next() => log_failure(ended),
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => receive(&mut guests, &admission, &visit, (stream, peer), &stop),
                Err(error) => pause(&error).await,
            },
        }
    }
    // From here on the kernel refuses connections, so that a balancer goes elsewhere.
    drop(listener);
    let all = async {
        while let Some(ended) = guests.join_next().await {
            log_failure(ended);
        }
    };
    if tokio::time::timeout(bounds.shutdown_timeout, all).await.is_err() {
        tracing::warn!("some requests did not end in time");
        guests.shutdown().await;
    }
    Ok(())
}

/// Gives a connection a task of its own, or closes it.
fn receive(
    guests: &mut JoinSet<()>,
    admission: &Arc<Admission>,
    visit: &Visit,
    (stream, peer): (TcpStream, SocketAddr),
    stop: &CancellationToken,
) {
    let place = match admission.admit(peer.ip()) {
        Ok(place) => place,
        Err(refusal) => {
            metrics::counter!("gatehouse_connections_refused_total", "reason" => refusal.as_str())
                .increment(1);
            // A reset: an orderly end would leave the kernel remembering each refused connection for a minute.
            drop(stream.set_zero_linger());
            return;
        }
    };
    // Answers are small and whole: waiting to fill a packet only delays them.
    drop(stream.set_nodelay(true));
    // A token of its own: a connection asks it whenever it wakes, and would share the parent's lock with all others.
    let guest = Guest { visit: visit.clone(), peer, trusted: place.trusted(), stop: stop.child_token() };
    guests.spawn(async move {
        let _place = place;
        guest.attend(stream).await;
    });
}

/// After a failed accept: a connection that died in the queue costs nothing, a lack of descriptors needs a moment.
async fn pause(error: &io::Error) {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    if matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) {
        return;
    }
    tracing::warn!(%error, "a connection could not be accepted");
    tokio::time::sleep(ACCEPT_PAUSE).await;
}

fn log_failure(ended: Result<(), tokio::task::JoinError>) {
    if let Err(error) = ended {
        tracing::error!(%error, "the task of a connection failed");
    }
}

/// Longer than the minute for which common proxies keep a connection: they must be the ones to close it, or a
/// request of theirs may meet the close.
const IDLE_TIMEOUT: Duration = Duration::from_secs(75);
/// One source may hold one of so many equal shares of the connections.
const SHARES: usize = 8;
/// A share is never smaller: a browser opens half a dozen connections, an office behind one address many more.
const LEAST_SHARE: usize = 64;
const ACCEPT_PAUSE: Duration = Duration::from_millis(20);

#[cfg(test)]
mod tests;
