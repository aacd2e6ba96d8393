//! Where a tenant's mail server is: an address that may be called, or none.

use std::sync::Arc;

use gatehouse_flows::mail::Undelivered;
use tokio::sync::Semaphore;

use super::Server;
use crate::outside::Rule;

/// Names that are looked up at once; each takes a thread that blocks.
const AT_ONCE: usize = 32;
/// The ports at which mail servers take letters.
const PORTS: [u16; 4] = [25, 465, 587, 2525];

/// Looks names up, and tests every address that they lead to.
#[derive(Debug)]
pub(super) struct Lookup {
    rule: Rule,
    room: Arc<Semaphore>,
}

impl Lookup {
    pub(super) fn new(loopback: bool) -> Self {
        Self { rule: Rule { loopback }, room: Arc::new(Semaphore::new(AT_ONCE)) }
    }

    /// The address of a tenant's server: its connection goes there and to nothing that a second question would answer.
    pub(super) async fn tested(&self, server: &Server) -> Result<String, Undelivered> {
        let blocked = Undelivered::Later("blocked");
        if !self.rule.loopback && (server.is_plain() || !PORTS.contains(&server.settings.port)) {
            return Err(blocked);
        }
        let place = Arc::clone(&self.room).try_acquire_owned().map_err(|_| Undelivered::Later("busy"))?;
        let (host, port) = (server.place(), server.settings.port);
        // A task of its own: who gives up does not end the look-up, and its place is taken until it ends.
        let looked = tokio::spawn(async move {
            let found = tokio::net::lookup_host((host.as_str(), port)).await.map(Iterator::collect::<Vec<_>>);
            drop(place);
            found
        });
        let found = looked.await.map_err(|_| Undelivered::Later("unreachable"))?;
        let found = found.map_err(|_| Undelivered::Later("unreachable"))?;
        let here = |found: &[std::net::SocketAddr]| found.iter().all(|address| address.ip().is_loopback());
        if found.iter().any(|address| !self.rule.allows(address.ip())) || (server.is_plain() && !here(&found))
        {
            return Err(blocked);
        }
        found.first().map(|address| address.ip().to_string()).ok_or(Undelivered::Later("unreachable"))
    }
}
