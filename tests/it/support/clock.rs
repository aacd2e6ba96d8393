//! A clock that runs, and can be moved ahead.

use std::sync::atomic::{AtomicI64, Ordering};

use chrono::TimeDelta;
use gatehouse_domain::time::{Clock, SystemClock, Timestamp};

/// The machine's clock and what a test added to it.
#[derive(Debug, Default)]
pub(crate) struct TestClock {
    ahead: AtomicI64,
}

impl TestClock {
    /// Moves the clock ahead.
    pub(crate) fn advance(&self, by: TimeDelta) {
        self.ahead.fetch_add(by.num_microseconds().unwrap(), Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        SystemClock.now() + TimeDelta::microseconds(self.ahead.load(Ordering::SeqCst))
    }
}
