//! Where XML is worked on: off the executor, as much at once as there is room for.

use std::num::NonZeroUsize;
use std::sync::Arc;

use gatehouse_domain::connection::Denial;
use tokio::sync::Semaphore;

/// A bounded place for work on XML, shared by all connections.
#[derive(Debug, Clone)]
pub struct Work {
    admitted: Arc<Semaphore>,
    running: Arc<Semaphore>,
}

impl Work {
    /// So many messages at once, and so many more that wait.
    pub fn new(threads: NonZeroUsize, waiting: usize) -> Self {
        let threads = threads.get();
        Self {
            admitted: Arc::new(Semaphore::new(threads.saturating_add(waiting).min(Semaphore::MAX_PERMITS))),
            running: Arc::new(Semaphore::new(threads)),
        }
    }

    /// Runs a piece of work. Its places stay taken until it is over, also when nobody waits for it any more; a panic in it ends
    /// here.
    ///
    /// # Errors
    /// [`Denial::Busy`] if there is no room.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Denial> {
        let admitted = Arc::clone(&self.admitted).try_acquire_owned().map_err(|_| Denial::Busy)?;
        let running = Arc::clone(&self.running).acquire_owned().await.map_err(|_| Denial::Busy)?;
        let done = tokio::task::spawn_blocking(move || {
            let result = work();
            drop((running, admitted));
            result
        });
        done.await.map_err(|_| Denial::Invalid("saml_failed"))
    }
}
