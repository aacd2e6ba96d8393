//! The one opener: every transaction of the product begins here, with its scope, and ends here, with its trail.

use std::time::{Duration, Instant};

use sqlx::FromRow;
use sqlx::postgres::{PgConnectOptions, PgRow};

use crate::error::StoreError;
use crate::guard::{As, Guard};
use crate::pool::Pool;
use crate::scope::Scope;
use crate::trail::Trail;

/// Opens transactions in one database: a cell's, or the directory's.
#[derive(Debug, Clone)]
pub struct Opener {
    pool: Pool,
}

/// A READ ONLY transaction. Dropping it ends it.
#[derive(Debug)]
pub struct ReadTx {
    guard: Guard,
    scope: Scope,
    _timer: Timer,
}

/// A transaction that may change rows. Dropped without [`WriteTx::commit`], nothing of it happened.
#[derive(Debug)]
pub struct WriteTx {
    guard: Guard,
    scope: Scope,
    _timer: Timer,
}

/// A transaction that can be read from: either kind.
pub trait Reads: Send {
    /// Whose rows it sees.
    fn scope(&self) -> Scope;

    /// Its connection, which only the store can use.
    fn guard(&mut self) -> &mut Guard;
}

impl Opener {
    pub(crate) fn new(name: &str, options: PgConnectOptions, size: usize, patience: Duration) -> Self {
        Self { pool: Pool::new(name, options, size, patience) }
    }

    /// How its connections are made.
    pub(crate) fn options(&self) -> PgConnectOptions {
        self.pool.options()
    }

    /// Opens a READ ONLY transaction of a scope; `name` names it in metrics.
    ///
    /// # Errors
    /// [`StoreError::Busy`] when no connection becomes free in time, or what the database said.
    pub async fn read(&self, scope: Scope, name: &'static str) -> Result<ReadTx, StoreError> {
        let timer = Timer::start(name);
        let guard = self.open(scope, true).await?;
        Ok(ReadTx { guard, scope, _timer: timer })
    }

    /// Opens a transaction that may change rows of a scope; `name` names it in metrics.
    ///
    /// # Errors
    /// [`StoreError::Busy`] when no connection becomes free in time, or what the database said.
    pub async fn write(&self, scope: Scope, name: &'static str) -> Result<WriteTx, StoreError> {
        let timer = Timer::start(name);
        let guard = self.open(scope, false).await?;
        Ok(WriteTx { guard, scope, _timer: timer })
    }

    async fn open(&self, scope: Scope, read_only: bool) -> Result<Guard, StoreError> {
        let mut guard = Guard::new(self.pool.take().await?);
        match guard.script(scope.opening(read_only), true).await {
            Ok(()) => return Ok(guard),
            // The pooled connection had died; the pool has forgotten the others, so this one is new.
            Err(StoreError::Unreachable(_)) => drop(guard),
            Err(error) => return Err(error),
        }
        let mut guard = Guard::new(self.pool.take().await?);
        guard.script(scope.opening(read_only), true).await?;
        Ok(guard)
    }

    /// The fast form: one function call that sets its own scope, committed by the server itself.
    pub(crate) async fn call<T>(&self, name: &'static str, query: As<'_, T>) -> Result<Option<T>, StoreError>
    where
        T: Send + Unpin + for<'r> FromRow<'r, PgRow>,
    {
        let _timer = Timer::start(name);
        Guard::new(self.pool.take().await?).optional(query).await
    }

    /// The fast form, for a function that returns many rows.
    pub(crate) async fn call_all<T>(&self, name: &'static str, query: As<'_, T>) -> Result<Vec<T>, StoreError>
    where
        T: Send + Unpin + for<'r> FromRow<'r, PgRow>,
    {
        let _timer = Timer::start(name);
        Guard::new(self.pool.take().await?).all(query).await
    }
}

impl WriteTx {
    /// Appends the trail and commits, in one round trip. When this returns `Ok`, both are durable.
    ///
    /// # Errors
    /// [`StoreError::Failed`] if a statement of the transaction had failed, or what the database said; nothing happened
    /// then, except that a connection broken during the commit leaves it open which.
    pub async fn commit(mut self, trail: Trail) -> Result<(), StoreError> {
        if !self.guard.sound() {
            return Err(StoreError::Failed);
        }
        self.guard.script(trail.closing(), false).await
    }
}

impl Reads for ReadTx {
    fn scope(&self) -> Scope {
        self.scope
    }

    fn guard(&mut self) -> &mut Guard {
        &mut self.guard
    }
}

impl Reads for WriteTx {
    fn scope(&self) -> Scope {
        self.scope
    }

    fn guard(&mut self) -> &mut Guard {
        &mut self.guard
    }
}

/// Measures a transaction from its opening to its end.
#[derive(Debug)]
struct Timer {
    name: &'static str,
    since: Instant,
}

impl Timer {
    fn start(name: &'static str) -> Self {
        Self { name, since: Instant::now() }
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        metrics::histogram!("gatehouse_store_transaction_seconds", "name" => self.name)
            .record(self.since.elapsed());
    }
}
