//! Drives workers: closed loop (as fast as answers come) or open loop (at a rate, whatever the answers do).

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use futures_util::future::{BoxFuture, join_all};

/// What one turn of a worker came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Turn {
    /// One correct operation.
    Done,
    /// The worker has nothing left to work with.
    Empty,
}

/// One connection that repeats one operation.
pub(crate) trait Worker: Send {
    /// Performs one operation; an error is an operation that was answered wrongly.
    fn turn(&mut self) -> BoxFuture<'_, anyhow::Result<Turn>>;
}

/// How operations are started.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Pace {
    Closed,
    /// Operations per second over all workers.
    Open(f64),
}

/// What came of a window.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) done: usize,
    pub(crate) failed: usize,
    pub(crate) first_fault: Option<String>,
    /// Sorted.
    pub(crate) micros: Vec<u32>,
    pub(crate) seconds: f64,
}

/// A worker that only fails is stopped early: a broken server must not fill the log.
const FAULTS: usize = 20;

/// Runs all workers for a while and waits for the last answer, so that every operation started is counted.
pub(crate) async fn drive(crew: Vec<Box<dyn Worker>>, pace: Pace, length: Duration) -> Tally {
    let start = Instant::now();
    let clock = Arc::new(AtomicU32::new(0));
    let runs = crew.into_iter().map(|worker| {
        let run = Run { start, end: start + length, pace, clock: Arc::clone(&clock) };
        tokio::spawn(run.work(worker))
    });
    let mut all = Tally::default();
    for part in join_all(runs).await {
        match part {
            Ok(part) => all.add(part),
            Err(error) => all.fault(&error.into()),
        }
    }
    all.seconds = start.elapsed().as_secs_f64();
    all.micros.sort_unstable();
    all
}

struct Run {
    start: Instant,
    end: Instant,
    pace: Pace,
    clock: Arc<AtomicU32>,
}

impl Run {
    async fn work(self, mut worker: Box<dyn Worker>) -> Tally {
        let mut tally = Tally::default();
        while let Some(begun) = self.next().await {
            match worker.turn().await {
                Ok(Turn::Done) => {
                    tally.done += 1;
                    tally.micros.push(u32::try_from(begun.elapsed().as_micros()).unwrap_or(u32::MAX));
                }
                Ok(Turn::Empty) => break,
                Err(error) => tally.fault(&error),
            }
            if tally.failed >= FAULTS {
                break;
            }
        }
        tally
    }

    /// When the next operation counts as begun. In the open loop that is the moment it was due, if the worker was still
    /// busy then; a worker that had to wait for the moment starts its watch on waking, which leaves out the timer.
    async fn next(&self) -> Option<Instant> {
        let now = Instant::now();
        let Pace::Open(rate) = self.pace else { return (now < self.end).then_some(now) };
        let ticket = f64::from(self.clock.fetch_add(1, Ordering::Relaxed));
        let due = self.start + Duration::from_secs_f64(ticket / rate);
        if due >= self.end {
            return None;
        }
        if due <= now {
            return Some(due);
        }
        tokio::time::sleep_until(due.into()).await;
        Some(Instant::now())
    }
}

impl Tally {
    fn fault(&mut self, error: &anyhow::Error) {
        self.failed += 1;
        self.first_fault.get_or_insert_with(|| format!("{error:#}"));
    }

    fn add(&mut self, part: Self) {
        self.done += part.done;
        self.failed += part.failed;
        self.micros.extend(part.micros);
        if let Some(fault) = part.first_fault {
            self.first_fault.get_or_insert(fault);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Answers slowly once, then at once, and ends after some turns.
    struct Slow {
        turns: usize,
        wait: Duration,
    }

    impl Worker for Slow {
        fn turn(&mut self) -> BoxFuture<'_, anyhow::Result<Turn>> {
            Box::pin(async {
                let Some(left) = self.turns.checked_sub(1) else { return Ok(Turn::Empty) };
                self.turns = left;
                tokio::time::sleep(std::mem::take(&mut self.wait)).await;
                if left % 2 == 1 {
                    anyhow::bail!("odd")
                }
                Ok(Turn::Done)
            })
        }
    }

    #[tokio::test]
    async fn right_and_wrong_answers_are_counted_apart() {
        let crew: Vec<Box<dyn Worker>> = vec![Box::new(Slow { turns: 10, wait: Duration::ZERO })];
        let tally = drive(crew, Pace::Closed, Duration::from_secs(5)).await;
        assert_eq!((tally.done, tally.failed, tally.first_fault.as_deref()), (5, 5, Some("odd")));
        assert_eq!(tally.micros.len(), 5);
    }

    #[tokio::test]
    async fn the_open_loop_counts_the_wait_behind_a_slow_answer() {
        let crew: Vec<Box<dyn Worker>> =
            vec![Box::new(Slow { turns: 1000, wait: Duration::from_millis(200) })];
        let tally = drive(crew, Pace::Open(1000.0), Duration::from_millis(100)).await;
        // All operations were due within 100 ms and could start only after 200.
        assert!(tally.micros.first().is_some_and(|least| *least >= 100_000), "{:?}", tally.micros.first());
    }
}
