//! Passwords: Argon2id (RFC 9106) on threads of its own, so that hashing neither starves other requests nor takes
//! more memory than was set aside for it.

mod breached;
mod foreign;
mod judge;
mod level;
mod phc;
mod pool;
mod queue;
mod worker;

use std::fmt;
use std::num::NonZeroUsize;

pub use breached::{BadList, Filter, Known, SHIPPED_PASSWORDS, range_key, range_lists};
pub use foreign::{BadHash, BadShape, FirebaseHash, Shape};
pub use judge::{judge, normalised};
pub use pool::PasswordPool;

/// The longest password that is hashed, in bytes, as it was typed and in form C.
pub const MAX_PASSWORD: usize = 4096;

/// What one hash costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// Memory, in KiB.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub passes: u32,
    /// Lanes; they are worked on one after the other.
    pub lanes: u32,
}

impl Cost {
    /// The most that is accepted from the configuration or from storage: 128 MiB, 10 passes, 8 lanes, and 1 GiB
    /// written in all, so that a forged or imported record cannot stop the pool.
    pub const LIMIT: Self = Self { memory_kib: 128 * 1024, passes: 10, lanes: 8 };

    /// Whether Argon2 is defined for it and it keeps within [`Cost::LIMIT`].
    pub fn is_acceptable(&self) -> bool {
        let (memory, passes) = (u64::from(self.memory_kib), u64::from(self.passes));
        (1..=Self::LIMIT.passes).contains(&self.passes)
            && (1..=Self::LIMIT.lanes).contains(&self.lanes)
            && (8 * self.lanes..=Self::LIMIT.memory_kib).contains(&self.memory_kib)
            && memory * passes <= 1024 * 1024
    }

    /// What it writes in all, in KiB.
    pub const fn kib(&self) -> u32 {
        self.memory_kib.saturating_mul(self.passes)
    }

    /// What is worked after a hash that took as long as writing so many KiB, so that both together take about as long as one at this cost;
    /// none if that took as long by itself. What Argon2 takes is, nearly, its memory times its passes.
    fn after(self, kib: u32) -> Option<Self> {
        let missing = self.kib().checked_sub(kib)?;
        let passes = missing.div_ceil(self.memory_kib);
        let memory_kib = missing.checked_div(passes)?;
        let rest = Self { memory_kib, passes, lanes: self.lanes };
        rest.is_acceptable().then_some(rest)
    }
}

impl Default for Cost {
    /// The first recommendation of OWASP's password storage guide: 19 MiB, 2 passes, 1 lane.
    fn default() -> Self {
        Self { memory_kib: 19_456, passes: 2, lanes: 1 }
    }
}

/// The size of a pool.
#[derive(Debug, Clone, Copy)]
pub struct PoolOptions {
    /// Threads, each with its own memory of [`Cost::memory_kib`].
    pub threads: NonZeroUsize,
    /// Requests that may wait, at least one for each thread; the next one is told [`PoolError::Busy`].
    pub queue: usize,
    /// What new hashes cost.
    pub cost: Cost,
}

impl Default for PoolOptions {
    /// As many threads as cores, and half a second's worth of requests waiting for each (24 at the default cost).
    fn default() -> Self {
        let threads = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        Self { threads, queue: threads.get() * 24, cost: Cost::default() }
    }
}

/// A password hash as stored: a PHC string `$argon2id$v=19$m=…,t=…,p=…$salt$hash`, or what another system made, until its person signs
/// in.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// A hash read back from storage; judged when something is verified against it.
    pub fn from_stored(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text to store.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

/// What a password is verified against.
#[derive(Debug, Clone, Copy)]
pub enum Against<'a> {
    /// The hash of a known person.
    Hash(&'a PasswordHash),
    /// The hash of somebody who may not enter: the right password is found to be right, after the work of a wrong one.
    Shut(&'a PasswordHash),
    /// The pool's decoy, for a person who is unknown or has no password: the same work, always a mismatch.
    Decoy,
}

/// Whether the password was right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Right.
    Match,
    /// Right, but hashed at another cost than the current one or by another system: hash it again and store that.
    MatchNeedsUpgrade,
    /// Wrong.
    Mismatch,
}

/// How busy a pool is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gauge {
    /// Requests that wait.
    pub queued: usize,
    /// Requests that may wait.
    pub limit: usize,
    /// Passwords hashed since the start.
    pub hashed: u64,
    /// The work since the start, in KiB that argon2id would have written in its time.
    pub kib: u64,
    /// Requests skipped since the start, because nobody waited for the answer any more.
    pub skipped: u64,
}

/// Why there is no verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PoolError {
    /// The queue is full: answer 503 and let the sender come back.
    #[error("too many passwords are being checked")]
    Busy,
    /// The password exceeds [`MAX_PASSWORD`].
    #[error("the password is too long")]
    TooLong,
    /// The stored hash is not one this product made or accepts.
    #[error("the stored password hash is damaged or exceeds the accepted cost")]
    Corrupt,
    /// The configured cost is undefined or exceeds [`Cost::LIMIT`].
    #[error("the configured password cost is not acceptable")]
    BadCost,
    /// The operating system gave no thread.
    #[error("the password threads could not be started")]
    NoThread,
    /// The hash failed inside the library.
    #[error("the password hash failed")]
    Library,
}
