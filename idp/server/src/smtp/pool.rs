//! Connections that wait for the next letter. One comes back only after a letter was taken; whatever else happened to it, and
//! whoever gave up on it, closes it, so that no letter meets a dialogue in an unknown state.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use gatehouse_domain::secret::Digest;

use super::connection::Connection;

/// How long a connection waits: well below what servers bear.
const PATIENCE: Duration = Duration::from_secs(30);
/// How many wait, for one server and for all.
const OF_ONE: usize = 8;
const OF_ALL: usize = 256;

/// The connections that wait, by server.
#[derive(Debug, Default)]
pub(super) struct Pool(Mutex<HashMap<Digest, Vec<(Connection, Instant)>>>);

impl Pool {
    pub(super) fn take(&self, server: Digest) -> Option<Connection> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let of_one = all.get_mut(&server)?;
        of_one.retain(|(_, since)| since.elapsed() < PATIENCE);
        of_one.pop().map(|(connection, _)| connection)
    }

    pub(super) fn give_back(&self, server: Digest, connection: Connection) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for waiting in all.values_mut() {
            waiting.retain(|(_, since)| since.elapsed() < PATIENCE);
        }
        all.retain(|_, waiting| !waiting.is_empty());
        if all.values().map(Vec::len).sum::<usize>() >= OF_ALL {
            return;
        }
        let of_one = all.entry(server).or_default();
        if of_one.len() < OF_ONE {
            of_one.push((connection, Instant::now()));
        }
    }
}
