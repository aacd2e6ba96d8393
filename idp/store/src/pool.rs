//! A pool that never hands on a connection whose state is unknown.
//!
//! sqlx's own pool returns a connection whenever its handle is dropped, whatever the server is in the middle of
//! (transact-rs/sqlx #4385, #4393). Here a connection comes back only when its guard says that it is idle; else it is closed.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection as _, PgConnection};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::error::StoreError;

/// Connections of one role to one database.
#[derive(Debug, Clone)]
pub(crate) struct Pool {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    name: String,
    options: PgConnectOptions,
    patience: Duration,
    size: usize,
    permits: Arc<Semaphore>,
    idle: Mutex<Vec<(PgConnection, Instant)>>,
}

/// A connection taken from the pool. Dropped, it is closed; only [`Slot::give_back`] keeps it.
#[derive(Debug)]
pub(crate) struct Slot {
    connection: PgConnection,
    pool: Pool,
    _permit: OwnedSemaphorePermit,
}

impl Pool {
    pub(crate) fn new(name: &str, options: PgConnectOptions, size: usize, patience: Duration) -> Self {
        let permits = Arc::new(Semaphore::new(size));
        let inner = Inner { name: name.to_owned(), options, patience, size, permits, idle: Mutex::default() };
        Self { inner: Arc::new(inner) }
    }

    pub(crate) fn options(&self) -> PgConnectOptions {
        self.inner.options.clone()
    }

    /// Takes an idle connection, or opens one; waits its turn for at most the pool's patience.
    pub(crate) async fn take(&self) -> Result<Slot, StoreError> {
        let permits = Arc::clone(&self.inner.permits);
        let permit = match timeout(self.inner.patience, permits.acquire_owned()).await {
            Ok(Ok(permit)) => permit,
            Ok(Err(_)) | Err(_) => return Err(StoreError::Busy),
        };
        self.gauge();
        if let Some(connection) = self.rested().await {
            return Ok(Slot { connection, pool: self.clone(), _permit: permit });
        }
        let opened = timeout(self.inner.patience, PgConnection::connect_with(&self.inner.options)).await;
        match opened {
            Ok(Ok(connection)) => Ok(Slot { connection, pool: self.clone(), _permit: permit }),
            Ok(Err(error)) => Err(StoreError::Unreachable(error)),
            Err(_) => Err(StoreError::Busy),
        }
    }

    /// Closes what lies idle, because one of them turned out to be dead.
    pub(crate) fn forget_idle(&self) {
        self.lock().clear();
    }

    /// An idle connection; one that rested for long is asked first whether it still lives.
    async fn rested(&self) -> Option<PgConnection> {
        loop {
            let (mut connection, since) = self.lock().pop()?;
            if since.elapsed() < TRUSTED {
                return Some(connection);
            }
            if matches!(timeout(PING, connection.ping()).await, Ok(Ok(()))) {
                return Some(connection);
            }
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<(PgConnection, Instant)>> {
        self.inner.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn gauge(&self) {
        let used = self.inner.size.saturating_sub(self.inner.permits.available_permits());
        let used = u32::try_from(used).unwrap_or(u32::MAX);
        metrics::gauge!("gatehouse_store_pool_in_use", "pool" => self.inner.name.clone()).set(used);
    }
}

impl Slot {
    /// The connection itself.
    pub(crate) fn connection(&mut self) -> &mut PgConnection {
        &mut self.connection
    }

    /// The pool it came from.
    pub(crate) fn pool(&self) -> &Pool {
        &self.pool
    }

    /// Returns a connection that is known to be idle: no transaction, no statement under way.
    pub(crate) fn give_back(self) {
        let Self { connection, pool, _permit } = self;
        pool.lock().push((connection, Instant::now()));
        drop(_permit);
        pool.gauge();
    }
}

/// How long an idle connection is trusted without asking it.
const TRUSTED: Duration = Duration::from_secs(5);
/// How long an idle connection may take to answer.
const PING: Duration = Duration::from_secs(2);
