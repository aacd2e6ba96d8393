//! The work queue: jobs enter with the change that asks for them, and workers claim them for a while.

use gatehouse_domain::ids::{JobId, TenantId};
use gatehouse_domain::time::Timestamp;
use sqlx::FromRow;
use uuid::Uuid;

use crate::error::StoreError;
use crate::tx::{Opener, Reads as _, WriteTx};

/// A job to be queued.
#[derive(Debug, Clone)]
pub struct NewJob<'a> {
    /// The row.
    pub id: JobId,
    /// The tenant in whose context it runs; it must be the transaction's.
    pub tenant: Option<TenantId>,
    /// What runs it.
    pub kind: &'static str,
    /// What it needs.
    pub payload: &'a serde_json::Value,
    /// Of equal jobs that wait under this name, one is kept.
    pub dedup: Option<&'a str>,
    /// What it goes to outside; of equal ones few run at once.
    pub target: Option<Uuid>,
    /// Not before.
    pub run_at: Timestamp,
}

/// Which jobs a worker wants, and for how long.
#[derive(Debug, Clone, Copy)]
pub struct Claim<'a> {
    /// Of these kinds.
    pub kinds: &'a [&'a str],
    /// The present.
    pub now: Timestamp,
    /// When the claim ends.
    pub until: Timestamp,
    /// At most so many.
    pub most: u16,
    /// At most so many of one tenant, and of one target, in the hands of all workers together.
    pub share: u16,
}

/// A claimed job.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// The row.
    pub id: JobId,
    /// The tenant in whose context it runs.
    pub tenant: Option<TenantId>,
    /// What runs it.
    pub kind: String,
    /// What it needs.
    pub payload: serde_json::Value,
    /// Which claim this is, from 1; it proves the claim.
    pub attempt: i32,
    /// How many of the claims before only put it off.
    pub waited: i32,
    /// When it was queued.
    pub created_at: Timestamp,
}

/// How full the queue is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Depth {
    /// Jobs that wait.
    pub queued: i64,
    /// Those whose time has come.
    pub due: i64,
    /// Jobs given up.
    pub dead: i64,
    /// Since when the oldest due job waits.
    pub oldest_due: Option<Timestamp>,
}

/// How a try of a job ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended<'a> {
    /// It is done.
    Done,
    /// It failed and is tried again at that time.
    Retry(Timestamp, &'a str),
    /// It failed for good.
    Dead(&'a str),
}

/// Queues a job with the transaction; false if an equal one waits already.
///
/// # Errors
/// What the database said; a job of another tenant is refused.
pub async fn enqueue(tx: &mut WriteTx, job: &NewJob<'_>, now: Timestamp) -> Result<bool, StoreError> {
    let query = sqlx::query_as::<_, (bool,)>(ENQUEUE)
        .bind(job.id.uuid())
        .bind(job.tenant.map(TenantId::uuid))
        .bind(job.kind)
        .bind(job.payload)
        .bind(job.dedup)
        .bind(job.target)
        .bind(job.run_at)
        .bind(now);
    Ok(tx.guard().optional(query).await?.is_some_and(|(queued,)| queued))
}

/// Claims due jobs; what a worker does not end by the end of the claim comes back. Fewer than asked for may come although more
/// are due: ask until none comes.
///
/// # Errors
/// What the database said.
pub async fn claim(cell: &Opener, claim: &Claim<'_>) -> Result<Vec<Job>, StoreError> {
    let query = sqlx::query_as::<_, Row>(CLAIM)
        .bind(claim.now)
        .bind(claim.until)
        .bind(claim.kinds)
        .bind(i32::from(claim.most))
        .bind(i32::from(claim.share));
    let rows = cell.call_all("jobs.claim", query).await?;
    Ok(rows.into_iter().map(Row::job).collect())
}

/// Ends a try of a claimed job; false if the claim is over and another worker has it.
///
/// # Errors
/// What the database said.
pub async fn end(cell: &Opener, job: &Job, how: Ended<'_>) -> Result<bool, StoreError> {
    let (state, due, fault) = match how {
        Ended::Done => ("done", None, None),
        Ended::Retry(at, fault) => ("queued", Some(at), Some(fault)),
        Ended::Dead(fault) => ("dead", None, Some(fault)),
    };
    let query = sqlx::query_as::<_, (bool,)>(END)
        .bind(job.id.uuid())
        .bind(job.attempt)
        .bind(state)
        .bind(due)
        .bind(fault);
    Ok(cell.call("jobs.end", query).await?.is_some_and(|(ended,)| ended))
}

/// Puts a claimed job off without counting it as tried; false if the claim is over and another worker has it.
///
/// # Errors
/// What the database said.
pub async fn wait(cell: &Opener, job: &Job, until: Timestamp) -> Result<bool, StoreError> {
    let query = sqlx::query_as::<_, (bool,)>(WAIT).bind(job.id.uuid()).bind(job.attempt).bind(until);
    Ok(cell.call("jobs.wait", query).await?.is_some_and(|(waits,)| waits))
}

/// How full the queue is.
///
/// # Errors
/// What the database said.
pub async fn depth(cell: &Opener, now: Timestamp) -> Result<Depth, StoreError> {
    let query = sqlx::query_as::<_, (i64, i64, i64, Option<Timestamp>)>(DEPTH).bind(now);
    let row = cell.call("jobs.depth", query).await?;
    let (queued, due, dead, oldest_due) = row.ok_or(StoreError::Unreadable("queue depth"))?;
    Ok(Depth { queued, due, dead, oldest_due })
}

/// Deletes a batch of what is over in the cell: flows, browsers, proofs, counters, done jobs. Answers how many rows went.
///
/// # Errors
/// What the database said.
pub async fn sweep(
    cell: &Opener,
    now: Timestamp,
    done_before: Timestamp,
    batch: u16,
) -> Result<u64, StoreError> {
    let query = sqlx::query_as::<_, (i64,)>(SWEEP).bind(now).bind(i32::from(batch)).bind(done_before);
    let rows = cell.call("cell.sweep", query).await?;
    Ok(rows.map_or(0, |(count,)| u64::try_from(count).unwrap_or(0)))
}

/// Deletes a batch of what is over in the tenant in scope: codes, revoked tokens, assertions. Answers how many rows went.
///
/// # Errors
/// What the database said.
pub async fn sweep_tenant(tx: &mut WriteTx, now: Timestamp, batch: u16) -> Result<u64, StoreError> {
    let query = sqlx::query_as::<_, (i64,)>(SWEEP_TENANT).bind(now).bind(i32::from(batch));
    let rows = tx.guard().optional(query).await?;
    Ok(rows.map_or(0, |(count,)| u64::try_from(count).unwrap_or(0)))
}

/// Deletes a batch of what is over in the directory. Answers how many rows went.
///
/// # Errors
/// What the database said.
pub async fn sweep_directory(directory: &Opener, now: Timestamp, batch: u16) -> Result<u64, StoreError> {
    let query = sqlx::query_as::<_, (i64,)>(SWEEP_DIRECTORY).bind(now).bind(i32::from(batch));
    let rows = directory.call("directory.sweep", query).await?;
    Ok(rows.map_or(0, |(count,)| u64::try_from(count).unwrap_or(0)))
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    tenant_id: Option<Uuid>,
    kind: String,
    payload: serde_json::Value,
    attempts: i32,
    waited: i32,
    created_at: Timestamp,
}

impl Job {
    /// Which try this is, from 1.
    pub const fn tries(&self) -> i32 {
        self.attempt - self.waited
    }
}

impl Row {
    fn job(self) -> Job {
        Job {
            id: JobId::from_uuid(self.id),
            tenant: self.tenant_id.map(TenantId::from_uuid),
            kind: self.kind,
            payload: self.payload,
            attempt: self.attempts,
            waited: self.waited,
            created_at: self.created_at,
        }
    }
}

const ENQUEUE: &str = "SELECT job_enqueue($1, $2, $3, $4, $5, $6, $7, $8)";
const CLAIM: &str =
    "SELECT id, tenant_id, kind, payload, attempts, waited, created_at FROM job_claim($1, $2, $3, $4, $5)";
const WAIT: &str = "SELECT job_wait($1, $2, $3)";
const END: &str = "SELECT job_end($1, $2, $3, $4, $5)";
const DEPTH: &str = "SELECT queued, due, dead, oldest_due FROM job_depth($1)";
const SWEEP: &str = "SELECT sweep_flows($1, $2) + sweep_counters($1, $2) + sweep_jobs($3, $2)";
const SWEEP_TENANT: &str = "SELECT sweep_tokens($1, $2)";
const SWEEP_DIRECTORY: &str = "SELECT directory.sweep($1, $2)";
