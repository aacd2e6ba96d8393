//! The rule that nothing slow happens inside a transaction, checked in debug and test builds.

#[cfg(debug_assertions)]
use std::collections::HashMap;
#[cfg(debug_assertions)]
use std::sync::{LazyLock, Mutex, PoisonError};

#[cfg(debug_assertions)]
static OPEN: LazyLock<Mutex<HashMap<tokio::task::Id, usize>>> = LazyLock::new(Mutex::default);

/// Asserts that the current task holds no transaction: called before hashing, signing a batch or going out to the network.
/// Does nothing in release builds and outside of tasks.
pub fn outside() {
    #[cfg(debug_assertions)]
    {
        let open = tokio::task::try_id().and_then(|task| lock().get(&task).copied()).unwrap_or(0);
        debug_assert_eq!(open, 0, "slow work while a transaction is open");
    }
}

/// Counts a guard for the task that opened it.
#[derive(Debug)]
pub(crate) struct Mark {
    #[cfg(debug_assertions)]
    task: Option<tokio::task::Id>,
}

impl Mark {
    pub(crate) fn set() -> Self {
        #[cfg(debug_assertions)]
        {
            let task = tokio::task::try_id();
            if let Some(task) = task {
                *lock().entry(task).or_default() += 1;
            }
            Self { task }
        }
        #[cfg(not(debug_assertions))]
        Self {}
    }
}

#[cfg(debug_assertions)]
impl Drop for Mark {
    fn drop(&mut self) {
        let Some(task) = self.task else { return };
        let mut open = lock();
        if let Some(count) = open.get_mut(&task) {
            *count -= 1;
            if *count == 0 {
                open.remove(&task);
            }
        }
    }
}

#[cfg(debug_assertions)]
fn lock() -> std::sync::MutexGuard<'static, HashMap<tokio::task::Id, usize>> {
    OPEN.lock().unwrap_or_else(PoisonError::into_inner)
}
