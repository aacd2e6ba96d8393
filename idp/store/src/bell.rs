//! The bell between processes: who queues a job wakes the workers of other nodes (LISTEN and NOTIFY).

use sqlx::postgres::{PgListener, PgPoolOptions};

use crate::error::StoreError;
use crate::tx::Opener;

/// A connection of its own that hears the bell. It connects anew when it breaks; what rang meanwhile is lost, and found by
/// the workers' next look.
#[derive(Debug)]
pub struct Bell(PgListener);

impl Opener {
    /// Begins to listen.
    ///
    /// # Errors
    /// If the database cannot be reached.
    pub async fn listen(&self) -> Result<Bell, StoreError> {
        let pool = PgPoolOptions::new().max_connections(1).connect_lazy_with(self.options());
        let mut listener = PgListener::connect_with(&pool).await.map_err(StoreError::Unreachable)?;
        listener.listen(CHANNEL).await.map_err(StoreError::Unreachable)?;
        Ok(Bell(listener))
    }

    /// Rings for the workers of a lane. Not in the transaction that queues: notifying commits stand in one line
    /// (PostgreSQL takes a lock for them until the commit is on the disk), and this one may be left out.
    ///
    /// # Errors
    /// If the database cannot be reached.
    pub async fn ring(&self, lane: &str) -> Result<(), StoreError> {
        self.call("jobs.ring", sqlx::query_as::<_, (Option<String>,)>(RING).bind(lane)).await?;
        Ok(())
    }
}

impl Bell {
    /// Waits for the next ring; answers the lane.
    ///
    /// # Errors
    /// If the database cannot be reached.
    pub async fn rung(&mut self) -> Result<String, StoreError> {
        Ok(self.0.recv().await.map_err(StoreError::Unreachable)?.payload().to_owned())
    }
}

const CHANNEL: &str = "gatehouse_jobs";
const RING: &str = "SELECT pg_notify('gatehouse_jobs', $1)::text";
