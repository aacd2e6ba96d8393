//! Names looked up, few at once, and every address they lead to tested.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::sync::Semaphore;

use super::guard::Rule;

/// Names that are looked up at once. Each takes a thread that blocks, and of those there are 512, which signing needs as well.
pub(super) const LOOKUPS: usize = 64;

/// No name is looked up because too many are already.
#[derive(Debug, thiserror::Error)]
#[error("too many names are being looked up")]
pub(super) struct Full;

/// Resolves a name once and hands on the addresses only if every one of them may be called: the connection goes to one of
/// these and to nothing that a second question would answer.
#[derive(Debug, Clone)]
pub(super) struct Tested {
    rule: Rule,
    room: Arc<Semaphore>,
}

impl Tested {
    /// Looks up at most so many names at once.
    pub(super) fn new(rule: Rule, lookups: usize) -> Self {
        Self { rule, room: Arc::new(Semaphore::new(lookups)) }
    }
}

impl Resolve for Tested {
    fn resolve(&self, name: Name) -> Resolving {
        let Self { rule, room } = self.clone();
        Box::pin(async move {
            let place = room.try_acquire_owned().map_err(|_| Full)?;
            // A task of its own: a caller that gives up does not end the look-up, and its place is taken until it ends.
            let looked = tokio::spawn(async move {
                let found = tokio::net::lookup_host((name.as_str(), 0)).await.map(Iterator::collect);
                drop(place);
                found as io::Result<Vec<SocketAddr>>
            });
            let found = looked.await??;
            if found.is_empty() || !found.iter().all(|address| rule.allows(address.ip())) {
                metrics::counter!("gatehouse_outbound_blocked_total").increment(1);
                return Err("the name leads to an address that is not called".into());
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}
