//! Time as a parameter: everything that expires asks a [`Clock`] it was given.

use std::fmt::Debug;

use chrono::{DateTime, SubsecRound, Utc};

/// An instant in UTC, with microsecond precision (what PostgreSQL keeps).
pub type Timestamp = DateTime<Utc>;

/// The source of the current time.
pub trait Clock: Send + Sync + Debug + 'static {
    /// The current instant, truncated to microseconds.
    fn now(&self) -> Timestamp;
}

/// The machine's clock; the only place that reads it.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        #[expect(clippy::disallowed_methods, reason = "the one sanctioned reading of the ambient clock")]
        let now = Utc::now();
        now.trunc_subsecs(6)
    }
}
