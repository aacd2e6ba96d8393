//! Work behind the request: claimed from the queue, run in the tenant's own context, tried again with growing pauses.

mod backchannel;
mod bells;
mod claims;
mod deletions;
mod lapses;
mod queue;
mod session_ended;
mod tidy;

use std::time::Duration;

use chrono::TimeDelta;
use gatehouse_domain::time::Timestamp;
use gatehouse_spi::OutboundError;
use gatehouse_store::jobs::{self, Claim, Ended, Job};

use crate::{Fault, Idp, mail, mailbox, notices};

pub(crate) use session_ended::SessionEnded;

/// How long a try of a job may take.
const LONGEST: Duration = Duration::from_secs(40);
/// How long a claimed job may take before another worker may have it: long enough that the first has given up.
const CLAIM: TimeDelta = TimeDelta::seconds(60);
/// Tries before a job is given up: the pauses between them add up to about a day.
const TRIES: i32 = 12;
/// Announcements of one tenant, and to one app, that run at once.
const ANNOUNCED_AT_ONCE: u16 = 4;
/// Letters of one tenant that are on their way at once: whoever's mail server is slow delays only their own.
const MAILED_AT_ONCE: u16 = 4;

/// A kind of work with workers of its own, so that none waits for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    /// What the database alone answers.
    Inside,
    /// What waits for an address that somebody else chose, and may wait long.
    Announcements,
    /// Letters, which wait for mail servers.
    Mail,
}

impl Lane {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Inside, Self::Announcements, Self::Mail];

    /// How many of its jobs one process runs at once.
    pub const fn at_once(self) -> usize {
        match self {
            Self::Inside => 8,
            Self::Announcements => 32,
            Self::Mail => 64,
        }
    }

    const fn as_str(self) -> &'static str {
        match self {
            Self::Inside => "inside",
            Self::Announcements => "announcements",
            Self::Mail => "mail",
        }
    }

    const fn share(self) -> u16 {
        match self {
            Self::Inside => u16::MAX,
            Self::Announcements => ANNOUNCED_AT_ONCE,
            Self::Mail => MAILED_AT_ONCE,
        }
    }

    const fn kinds(self) -> &'static [&'static str] {
        match self {
            Self::Inside => &[
                session_ended::KIND,
                session_ended::EVICTED,
                mailbox::EVICTED,
                notices::NEW_DEVICE,
                notices::REFUSED_TRIES,
            ],
            Self::Announcements => &[backchannel::KIND],
            Self::Mail => &[mail::KIND],
        }
    }
}

/// Why a try of a job failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum JobFault {
    /// Machinery.
    #[error("machinery")]
    Machinery(#[from] Fault),
    /// The other side did not take it.
    #[error("{0}")]
    Outbound(#[from] OutboundError),
    /// A letter was not sent.
    #[error("{0}")]
    Mail(#[from] mail::NotSent),
    /// It took too long.
    #[error("late")]
    Late,
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
    /// Claims due jobs of a lane, at most `room` of them; each is to be handed to [`Idp::do_job`] at once, in a task of its own.
    /// Fewer than there is room for may come although more are due: claim until none comes.
    ///
    /// # Errors
    /// If the queue cannot be reached.
    pub async fn claim_jobs(&self, lane: Lane, room: usize) -> Result<Vec<Job>, Fault> {
        let now = self.now();
        let most = u16::try_from(room).unwrap_or(u16::MAX);
        let claim = Claim { kinds: lane.kinds(), now, until: now + CLAIM, most, share: lane.share() };
        Ok(jobs::claim(self.pool()?, &claim).await?)
    }

    /// Runs a claimed job and notes how it ended.
    ///
    /// # Errors
    /// If the queue cannot be reached: the job comes back when its claim is over.
    pub async fn do_job(&self, job: &Job) -> Result<(), Fault> {
        let tried = tokio::time::timeout(LONGEST, self.run_job(job)).await;
        let how = match tried.unwrap_or(Err(JobFault::Late)) {
            Ok(()) => Ended::Done,
            Err(JobFault::Mail(mail::NotSent::Wait(turn))) => {
                jobs::wait(self.pool()?, job, turn).await?;
                return Ok(());
            }
            Err(fault) => {
                let forever = fault.is_forever();
                let fault = reason(&fault);
                tracing::warn!(job = %job.id, kind = %job.kind, attempt = job.attempt, fault, "a job failed");
                if job.tries() >= TRIES || forever {
                    if job.kind == mail::KIND {
                        self.give_up_mail(job, fault).await?;
                    }
                    metrics::counter!("gatehouse_jobs_dead_total").increment(1);
                    Ended::Dead(fault)
                } else {
                    Ended::Retry(next_try(self.now(), job.tries()), fault)
                }
            }
        };
        jobs::end(self.pool()?, job, how).await?;
        Ok(())
    }

    async fn run_job(&self, job: &Job) -> Result<(), JobFault> {
        match job.kind.as_str() {
            session_ended::KIND => self.session_ended(job).await,
            session_ended::EVICTED => self.session_evicted(job).await,
            mailbox::EVICTED => self.claim_evicted(job).await,
            notices::NEW_DEVICE => self.tell_new_device(job).await,
            notices::REFUSED_TRIES => self.tell_refused_tries(job).await,
            backchannel::KIND => self.announce_logout(job).await,
            mail::KIND => Ok(self.send_mail(job).await?),
            _ => Err(JobFault::Unreadable),
        }
    }
}

impl JobFault {
    /// Whether another try would fail the same way.
    const fn is_forever(&self) -> bool {
        matches!(self, Self::Unreadable | Self::Mail(mail::NotSent::Never(_)))
    }
}

const fn reason(fault: &JobFault) -> &'static str {
    match fault {
        JobFault::Machinery(_) | JobFault::Mail(mail::NotSent::Machinery(_)) => "machinery",
        JobFault::Mail(mail::NotSent::Wait(_)) => "wait",
        JobFault::Mail(mail::NotSent::Later(fault) | mail::NotSent::Never(fault)) => fault,
        JobFault::Outbound(OutboundError::Blocked) => "blocked",
        JobFault::Outbound(OutboundError::Unreachable) => "unreachable",
        JobFault::Outbound(OutboundError::BadAnswer) => "bad_answer",
        JobFault::Outbound(OutboundError::Busy) => "busy",
        JobFault::Late => "late",
        JobFault::Unreadable => "unreadable",
    }
}

/// Five seconds after the first failure, then twice as long each time, at most six hours.
fn next_try(now: Timestamp, attempt: i32) -> Timestamp {
    let doublings = u32::try_from(attempt.clamp(1, 20) - 1).unwrap_or(0);
    now + TimeDelta::seconds((5_i64 << doublings).min(6 * 3600))
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;

    #[test]
    fn a_claim_outlives_its_try() {
        let ends = TimeDelta::from_std(LONGEST).unwrap();
        assert!(CLAIM >= ends + TimeDelta::seconds(15), "with time to note how it ended");
    }

    #[test]
    fn pauses_grow_to_a_limit() {
        let after = |attempt| (next_try(DateTime::UNIX_EPOCH, attempt) - DateTime::UNIX_EPOCH).num_seconds();
        assert_eq!([after(1), after(2), after(3)], [5, 10, 20]);
        assert_eq!(after(20), 6 * 3600);
        assert_eq!(after(0), 5);
    }
}
