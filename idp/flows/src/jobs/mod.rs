//! Work behind the request: claimed from the queue, run in the tenant's own context, tried again with growing pauses.

mod backchannel;
mod session_ended;

use std::sync::PoisonError;

use chrono::TimeDelta;
use gatehouse_domain::time::Timestamp;
use gatehouse_store::jobs::{self, Ended, Job};
use gatehouse_store::{NoTrail, Page, Scope, Trail, directory};

use crate::{Fault, Idp, OutboundError};

pub(crate) use session_ended::SessionEnded;

/// How long a claimed job may take before another worker may have it.
const CLAIM: TimeDelta = TimeDelta::seconds(60);
/// How many jobs are claimed at once.
const BATCH: u16 = 16;
/// Tries before a job is given up: the pauses between them add up to about a day.
const TRIES: i32 = 12;
/// How long finished jobs are kept for looking at.
const KEPT: TimeDelta = TimeDelta::days(7);
/// How many tenants one round sweeps.
const TENANTS_SWEPT: u16 = 50;
/// How many rows one sweep deletes of a kind.
const SWEEP: u16 = 500;

/// Why a try of a job failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum JobFault {
    /// Machinery.
    #[error("machinery")]
    Machinery(#[from] Fault),
    /// The other side did not take it.
    #[error("{0}")]
    Outbound(#[from] OutboundError),
    /// It can never work.
    #[error("unreadable")]
    Unreadable,
}

impl From<gatehouse_store::StoreError> for JobFault {
    fn from(error: gatehouse_store::StoreError) -> Self {
        Self::Machinery(error.into())
    }
}

impl Idp {
    /// Runs the jobs that are due; how many were claimed.
    ///
    /// # Errors
    /// If the queue cannot be reached.
    pub async fn run_due_jobs(&self) -> Result<usize, Fault> {
        let now = self.now();
        let claimed = jobs::claim(self.pool()?, now, now + CLAIM, BATCH).await?;
        for job in &claimed {
            let how = match self.run_job(job).await {
                Ok(()) => Ended::Done,
                Err(fault) => {
                    let fault = reason(&fault);
                    tracing::warn!(job = %job.id, kind = %job.kind, attempt = job.attempt, fault, "a job failed");
                    if job.attempt >= TRIES || fault == UNREADABLE {
                        metrics::counter!("gatehouse_jobs_dead_total").increment(1);
                        Ended::Dead(fault)
                    } else {
                        Ended::Retry(next_try(self.now(), job.attempt), fault)
                    }
                }
            };
            jobs::end(self.pool()?, job, how).await?;
        }
        Ok(claimed.len())
    }

    /// Deletes what is over, and measures the queue.
    ///
    /// # Errors
    /// If the database cannot be reached.
    pub async fn tidy(&self) -> Result<(), Fault> {
        let now = self.now();
        let cell = self.pool()?;
        self.log_counted_refusals().await;
        jobs::sweep(cell, now, now - KEPT, SWEEP).await?;
        jobs::sweep_directory(self.store.directory(), now, SWEEP).await?;
        self.sweep_tenants(now).await?;
        let depth = jobs::depth(cell, now).await?;
        metrics::gauge!("gatehouse_jobs", "state" => "queued").set(gauge(depth.queued));
        metrics::gauge!("gatehouse_jobs", "state" => "due").set(gauge(depth.due));
        metrics::gauge!("gatehouse_jobs", "state" => "dead").set(gauge(depth.dead));
        Ok(())
    }

    /// Sweeps the next tenants in turn, so that all have theirs without a long pause for anybody.
    async fn sweep_tenants(&self, now: Timestamp) -> Result<(), Fault> {
        let after = *self.sweep_after.lock().unwrap_or_else(PoisonError::into_inner);
        let page = {
            let mut tx = self.store.directory().read(Scope::platform(), "sweep_list").await?;
            directory::list_tenants(&mut tx, Page { after, limit: TENANTS_SWEPT }).await?
        };
        for tenant in &page {
            let mut tx =
                self.store.cell(&tenant.cell)?.write(Scope::tenant(tenant.id), "sweep_tenant").await?;
            jobs::sweep_tenant(&mut tx, now, SWEEP).await?;
            tx.commit(Trail::none(NoTrail::Housekeeping)).await?;
        }
        let next = page.last().map(|tenant| tenant.id.uuid());
        *self.sweep_after.lock().unwrap_or_else(PoisonError::into_inner) = next;
        Ok(())
    }

    /// Waits until a job was queued by this process.
    pub async fn job_queued(&self) {
        self.job_bell.notified().await;
    }

    async fn run_job(&self, job: &Job) -> Result<(), JobFault> {
        match job.kind.as_str() {
            session_ended::KIND => self.session_ended(job).await,
            session_ended::EVICTED => self.session_evicted(job).await,
            backchannel::KIND => self.announce_logout(job).await,
            _ => Err(JobFault::Unreadable),
        }
    }
}

const UNREADABLE: &str = "unreadable";

const fn reason(fault: &JobFault) -> &'static str {
    match fault {
        JobFault::Machinery(_) => "machinery",
        JobFault::Outbound(OutboundError::Blocked) => "blocked",
        JobFault::Outbound(OutboundError::Unreachable) => "unreachable",
        JobFault::Outbound(OutboundError::BadAnswer) => "bad_answer",
        JobFault::Unreadable => UNREADABLE,
    }
}

/// Five seconds after the first failure, then twice as long each time, at most six hours.
fn next_try(now: Timestamp, attempt: i32) -> Timestamp {
    let doublings = u32::try_from(attempt.clamp(1, 20) - 1).unwrap_or(0);
    now + TimeDelta::seconds((5_i64 << doublings).min(6 * 3600))
}

fn gauge(count: i64) -> f64 {
    u32::try_from(count).map_or(f64::MAX, f64::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;

    #[test]
    fn pauses_grow_to_a_limit() {
        let after = |attempt| (next_try(DateTime::UNIX_EPOCH, attempt) - DateTime::UNIX_EPOCH).num_seconds();
        assert_eq!([after(1), after(2), after(3)], [5, 10, 20]);
        assert_eq!(after(20), 6 * 3600);
        assert_eq!(after(0), 5);
    }
}
