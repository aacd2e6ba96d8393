//! Unfinished sign-ins: rows bound to a browser, found by digest, finished once.

use gatehouse_domain::ids::{FlowId, TenantId};
use gatehouse_domain::secret::Digest;
use gatehouse_domain::time::Timestamp;
use sqlx::FromRow;
use uuid::Uuid;

use crate::error::StoreError;
use crate::guard::As;
use crate::tx::{Opener, Reads as _, WriteTx};

/// A flow to be started.
#[derive(Debug, Clone)]
pub struct NewFlow<'a> {
    /// The row.
    pub id: FlowId,
    /// The digest of its handle.
    pub digest: Digest,
    /// The digest of the browser's pre-session secret.
    pub browser: Digest,
    /// The tenant whose issuer it runs at; none at the platform's.
    pub tenant: Option<TenantId>,
    /// What it is for.
    pub purpose: &'static str,
    /// What it remembers between requests.
    pub state: &'a serde_json::Value,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// A flow as it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Flow {
    /// The row.
    pub id: FlowId,
    /// The tenant.
    pub tenant: Option<TenantId>,
    /// What it is for.
    pub purpose: String,
    /// What it remembers between requests.
    pub state: serde_json::Value,
    /// Counts its changes.
    pub revision: i32,
    /// When it was started.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// How it ended, if it did.
    pub outcome: Option<serde_json::Value>,
    /// When it ended, if it did.
    pub finished_at: Option<Timestamp>,
}

/// What a flow's handle finds.
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub enum FlowFound {
    /// The flow, in its browser.
    Here(Box<Flow>),
    /// A flow of another browser; nothing of it is told, and it is not spent.
    OtherBrowser,
    /// None, or one that expired.
    Nothing,
}

/// A step of a flow.
#[derive(Debug, Clone, Copy)]
pub struct FlowKey {
    /// The digest of its handle.
    pub digest: Digest,
    /// The digest of the browser's pre-session secret.
    pub browser: Digest,
    /// The revision that was read.
    pub revision: i32,
}

/// What became of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum FlowSaved {
    /// Saved; the revision now.
    Now(i32),
    /// The flow changed meanwhile, ended, expired, or is another browser's.
    Stale,
}

/// Starts a flow.
///
/// # Errors
/// What the database said.
pub async fn insert(cell: &Opener, flow: &NewFlow<'_>, now: Timestamp) -> Result<(), StoreError> {
    let query = sqlx::query_as::<_, (i32,)>(INSERT)
        .bind(flow.id.uuid())
        .bind(flow.digest.as_bytes().as_slice())
        .bind(flow.browser.as_bytes().as_slice())
        .bind(flow.tenant.map(TenantId::uuid))
        .bind(flow.purpose)
        .bind(flow.state)
        .bind(now)
        .bind(flow.expires_at);
    cell.call("flow.insert", query).await.map(|_| ())
}

/// The flow of a handle, in one round trip.
///
/// # Errors
/// What the database said.
pub async fn read(
    cell: &Opener,
    handle: &Digest,
    browser: &Digest,
    now: Timestamp,
) -> Result<FlowFound, StoreError> {
    let query = sqlx::query_as::<_, Row>(READ)
        .bind(handle.as_bytes().as_slice())
        .bind(browser.as_bytes().as_slice())
        .bind(now);
    match cell.call("flow.read", query).await? {
        None => Ok(FlowFound::Nothing),
        Some(row) if !row.same_browser => Ok(FlowFound::OtherBrowser),
        Some(row) => {
            row.flow().map(|flow| FlowFound::Here(Box::new(flow))).ok_or(StoreError::Unreadable("flow"))
        }
    }
}

/// Saves a step: the tenant, and what the flow remembers.
///
/// # Errors
/// What the database said.
pub async fn save(
    cell: &Opener,
    key: &FlowKey,
    tenant: Option<TenantId>,
    state: &serde_json::Value,
    now: Timestamp,
) -> Result<FlowSaved, StoreError> {
    Ok(FlowSaved::of(cell.call("flow.save", saving(key, tenant, state, now)).await?))
}

/// Saves a step with the rest of a transaction, which is not to be committed if the step is stale.
///
/// # Errors
/// What the database said.
pub async fn save_in(
    tx: &mut WriteTx,
    key: &FlowKey,
    tenant: Option<TenantId>,
    state: &serde_json::Value,
    now: Timestamp,
) -> Result<FlowSaved, StoreError> {
    Ok(FlowSaved::of(tx.guard().optional(saving(key, tenant, state, now)).await?))
}

fn saving<'a>(
    key: &'a FlowKey,
    tenant: Option<TenantId>,
    state: &'a serde_json::Value,
    now: Timestamp,
) -> As<'a, (Option<i32>,)> {
    sqlx::query_as::<_, (Option<i32>,)>(SAVE)
        .bind(key.digest.as_bytes().as_slice())
        .bind(key.browser.as_bytes().as_slice())
        .bind(key.revision)
        .bind(tenant.map(TenantId::uuid))
        .bind(state)
        .bind(now)
}

impl FlowSaved {
    fn of(row: Option<(Option<i32>,)>) -> Self {
        row.and_then(|(revision,)| revision).map_or(Self::Stale, Self::Now)
    }
}

/// Finishes a flow, exactly once: of racing requests one gets `true`.
///
/// # Errors
/// What the database said.
pub async fn finish(
    tx: &mut WriteTx,
    key: &FlowKey,
    outcome: &serde_json::Value,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let query = sqlx::query_as::<_, (bool,)>(FINISH)
        .bind(key.digest.as_bytes().as_slice())
        .bind(key.browser.as_bytes().as_slice())
        .bind(key.revision)
        .bind(outcome)
        .bind(now);
    Ok(tx.guard().optional(query).await?.is_some_and(|(done,)| done))
}

#[derive(FromRow)]
struct Row {
    same_browser: bool,
    id: Option<Uuid>,
    tenant_id: Option<Uuid>,
    purpose: Option<String>,
    state: Option<serde_json::Value>,
    revision: Option<i32>,
    created_at: Option<Timestamp>,
    expires_at: Option<Timestamp>,
    finished_at: Option<Timestamp>,
    outcome: Option<serde_json::Value>,
}

impl Row {
    fn flow(self) -> Option<Flow> {
        Some(Flow {
            id: FlowId::from_uuid(self.id?),
            tenant: self.tenant_id.map(TenantId::from_uuid),
            purpose: self.purpose?,
            state: self.state?,
            revision: self.revision?,
            created_at: self.created_at?,
            expires_at: self.expires_at?,
            outcome: self.outcome,
            finished_at: self.finished_at,
        })
    }
}

const INSERT: &str = "SELECT 1 FROM flow_insert($1, $2, $3, $4, $5, $6, $7, $8)";
const READ: &str = "
    SELECT same_browser, id, tenant_id, purpose, state, revision, created_at, expires_at, finished_at, outcome
    FROM flow_read($1, $2, $3)";
const SAVE: &str = "SELECT flow_save($1, $2, $3, $4, $5, $6)";
const FINISH: &str = "SELECT flow_finish($1, $2, $3, $4, $5)";
