//! What is nobody's decision: the machinery failed, or is full.

use gatehouse_keys::password::PoolError;
use gatehouse_keys::seal::SealError;
use gatehouse_keys::signing::KeysError;
use gatehouse_store::StoreError;

/// Why a use case could not reach its answer. The cause goes to the log, never to the outside.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// A queue is full: the sender should come back.
    #[error("over capacity")]
    Busy,
    /// The database failed.
    #[error("the store failed")]
    Store(#[source] StoreError),
    /// A sealed value does not open.
    #[error("a sealed value does not open")]
    Seal(#[from] SealError),
    /// Signing failed.
    #[error("signing failed")]
    Keys(#[from] KeysError),
    /// A stored row contradicts itself.
    #[error("a stored {0} is not readable")]
    Inconsistent(&'static str),
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Busy | StoreError::Unreachable(_) => {
                tracing::warn!(%error, "the database does not keep up");
                Self::Busy
            }
            _ => Self::Store(error),
        }
    }
}

impl From<PoolError> for Fault {
    fn from(error: PoolError) -> Self {
        match error {
            PoolError::Busy => Self::Busy,
            _ => Self::Inconsistent("password record"),
        }
    }
}
