//! The bounded queue between requests and hashing threads.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use gatehouse_domain::secret::Secret;
use tokio::sync::oneshot;
use zeroize::Zeroizing;

use super::foreign::Work;
use super::{Gauge, PoolError};

/// The output of a recipe for one password.
pub(super) type Output = Zeroizing<Vec<u8>>;

/// One hash to compute. The password is wiped when the job is dropped, done or not.
pub(super) struct Job {
    pub(super) work: Work,
    /// What a refusal works as well; none for a new hash.
    pub(super) judged: Option<Judged>,
    pub(super) given: Secret<String>,
    pub(super) reply: oneshot::Sender<Result<Output, PoolError>>,
}

/// How a password is judged, and what is worked if it is refused, the outputs thrown away.
pub(super) struct Judged {
    /// The output of the right password; none where every password is refused.
    pub(super) expected: Option<Vec<u8>>,
    /// So that the answer takes as long as any other no.
    pub(super) rest: Vec<Work>,
}

pub(super) struct Queue {
    state: Mutex<State>,
    ready: Condvar,
    limit: usize,
    pub(super) hashed: AtomicU64,
    pub(super) kib: AtomicU64,
    pub(super) skipped: AtomicU64,
}

struct State {
    jobs: VecDeque<Job>,
    open: bool,
}

impl Queue {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            state: Mutex::new(State { jobs: VecDeque::with_capacity(limit), open: true }),
            ready: Condvar::new(),
            limit,
            hashed: AtomicU64::new(0),
            kib: AtomicU64::new(0),
            skipped: AtomicU64::new(0),
        }
    }

    /// Queues a job, if there is room once those are gone that nobody waits for.
    pub(super) fn push(&self, job: Job) -> Result<(), PoolError> {
        let mut state = self.lock();
        if state.jobs.len() >= self.limit {
            let before = state.jobs.len();
            state.jobs.retain(|waiting| !waiting.reply.is_closed());
            self.count_skipped(before - state.jobs.len());
        }
        if state.jobs.len() >= self.limit {
            return Err(PoolError::Busy);
        }
        state.jobs.push_back(job);
        drop(state);
        self.ready.notify_one();
        Ok(())
    }

    /// Waits for the next job that somebody waits for; none once the pool is gone.
    pub(super) fn pop(&self) -> Option<Job> {
        let mut state = self.lock();
        loop {
            match state.jobs.pop_front() {
                Some(job) if job.reply.is_closed() => self.count_skipped(1),
                Some(job) => return Some(job),
                None if !state.open => return None,
                None => state = self.ready.wait(state).unwrap_or_else(PoisonError::into_inner),
            }
        }
    }

    /// Lets the threads end when the queue is empty.
    pub(super) fn close(&self) {
        self.lock().open = false;
        self.ready.notify_all();
    }

    pub(super) fn gauge(&self) -> Gauge {
        Gauge {
            queued: self.lock().jobs.len(),
            limit: self.limit,
            hashed: self.hashed.load(Ordering::Relaxed),
            kib: self.kib.load(Ordering::Relaxed),
            skipped: self.skipped.load(Ordering::Relaxed),
        }
    }

    fn count_skipped(&self, jobs: usize) {
        self.skipped.fetch_add(jobs as u64, Ordering::Relaxed);
    }

    /// No code that may panic runs under the lock, and a queue is whole between any two operations.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
