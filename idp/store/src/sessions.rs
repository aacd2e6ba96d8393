//! Sessions, in the scope of their person.

use gatehouse_domain::ids::{CredentialId, IdentityId, SessionId, TenantId};
use gatehouse_domain::session::Authority;
use gatehouse_domain::time::Timestamp;
use sqlx::FromRow;
use uuid::Uuid;

use crate::error::StoreError;
use crate::tx::{Reads, WriteTx};

/// A session as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredSession {
    /// The session.
    pub id: SessionId,
    /// Its person.
    pub identity: IdentityId,
    /// What it may do.
    pub authority: Authority,
    /// The credential that opened it.
    pub credential: CredentialId,
    /// The methods shown (RFC 8176).
    pub amr: Vec<String>,
    /// The class of authentication.
    pub acr: String,
    /// When the person last showed a credential.
    pub auth_time: Timestamp,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When it was last used.
    pub last_seen_at: Timestamp,
    /// When it ends if unused.
    pub idle_end: Timestamp,
    /// When it ends in any case.
    pub absolute_end: Timestamp,
    /// The epoch of the identity it was opened under.
    pub identity_epoch: i32,
    /// The tenants it has entered.
    pub entered: Vec<TenantId>,
}

/// Opens a session of the person in scope. It has entered no tenant yet: see [`enter_tenant`].
///
/// # Errors
/// What the database said.
pub async fn insert(tx: &mut WriteTx, session: &StoredSession) -> Result<(), StoreError> {
    let authority = match session.authority {
        Authority::Full => None,
        Authority::Tenant(tenant) => Some(tenant.uuid()),
    };
    let query = sqlx::query(INSERT)
        .bind(session.id.uuid())
        .bind(authority)
        .bind(session.credential.uuid())
        .bind(&session.amr)
        .bind(session.acr.as_str())
        .bind(session.auth_time)
        .bind(session.created_at)
        .bind(session.last_seen_at)
        .bind(session.idle_end)
        .bind(session.absolute_end)
        .bind(session.identity_epoch);
    tx.guard().execute(query).await.map(|_| ())
}

/// A session of the person in scope that is neither ended nor expired, nor older than a change that ended all.
///
/// # Errors
/// What the database said.
pub async fn read_live(
    tx: &mut impl Reads,
    id: SessionId,
    now: Timestamp,
) -> Result<Option<StoredSession>, StoreError> {
    let query = sqlx::query_as::<_, Row>(READ_LIVE).bind(id.uuid()).bind(now);
    Ok(tx.guard().optional(query).await?.map(Row::session))
}

/// Notes use and moves the idle end, at most once a minute; whether it did.
///
/// # Errors
/// What the database said.
pub async fn touch(
    tx: &mut WriteTx,
    id: SessionId,
    now: Timestamp,
    idle_end: Timestamp,
) -> Result<bool, StoreError> {
    let query = sqlx::query(TOUCH).bind(id.uuid()).bind(now).bind(idle_end);
    tx.guard().execute(query).await.map(|rows| rows > 0)
}

/// Renews a session after a fresh proof: time, methods, credential and ends.
///
/// # Errors
/// What the database said.
pub async fn renew(tx: &mut WriteTx, session: &StoredSession) -> Result<bool, StoreError> {
    let query = sqlx::query(RENEW)
        .bind(session.id.uuid())
        .bind(session.auth_time)
        .bind(&session.amr)
        .bind(session.acr.as_str())
        .bind(session.credential.uuid())
        .bind(session.last_seen_at)
        .bind(session.idle_end)
        .bind(session.absolute_end);
    tx.guard().execute(query).await.map(|rows| rows > 0)
}

/// Notes that a session has entered a tenant, once.
///
/// # Errors
/// What the database said.
pub async fn enter_tenant(
    tx: &mut WriteTx,
    id: SessionId,
    tenant: TenantId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let query = sqlx::query(ENTER).bind(id.uuid()).bind(tenant.uuid()).bind(now);
    tx.guard().execute(query).await.map(|rows| rows > 0)
}

/// Ends a session; the tenants it had entered, or `None` if it had ended before.
///
/// # Errors
/// What the database said.
pub async fn end(
    tx: &mut WriteTx,
    id: SessionId,
    reason: &'static str,
    now: Timestamp,
) -> Result<Option<Vec<TenantId>>, StoreError> {
    let query = sqlx::query_as::<_, (serde_json::Value,)>(END).bind(id.uuid()).bind(reason).bind(now);
    Ok(tx.guard().optional(query).await?.map(|(entered,)| tenants(&entered)))
}

/// Ends the other sessions of the person in scope; each with the tenants it had entered.
///
/// # Errors
/// What the database said.
pub async fn end_all_except(
    tx: &mut WriteTx,
    keep: Option<SessionId>,
    reason: &'static str,
    now: Timestamp,
) -> Result<Vec<(SessionId, Vec<TenantId>)>, StoreError> {
    let query = sqlx::query_as::<_, (Uuid, serde_json::Value)>(END_ALL)
        .bind(keep.map(SessionId::uuid))
        .bind(reason)
        .bind(now);
    let rows = tx.guard().all(query).await?;
    Ok(rows.into_iter().map(|(id, entered)| (SessionId::from_uuid(id), tenants(&entered))).collect())
}

/// The tenants named by the keys of a session's `entered`.
pub(crate) fn tenants(entered: &serde_json::Value) -> Vec<TenantId> {
    let Some(map) = entered.as_object() else { return Vec::new() };
    map.keys().filter_map(|key| Uuid::parse_str(key).ok()).map(TenantId::from_uuid).collect()
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    identity_id: Uuid,
    authority_tenant: Option<Uuid>,
    credential_id: Uuid,
    amr: Vec<String>,
    acr: String,
    auth_time: Timestamp,
    created_at: Timestamp,
    last_seen_at: Timestamp,
    idle_end: Timestamp,
    absolute_end: Timestamp,
    identity_epoch: i32,
    entered: serde_json::Value,
}

impl Row {
    fn session(self) -> StoredSession {
        StoredSession {
            id: SessionId::from_uuid(self.id),
            identity: IdentityId::from_uuid(self.identity_id),
            authority: authority(self.authority_tenant),
            credential: CredentialId::from_uuid(self.credential_id),
            amr: self.amr,
            acr: self.acr,
            auth_time: self.auth_time,
            created_at: self.created_at,
            last_seen_at: self.last_seen_at,
            idle_end: self.idle_end,
            absolute_end: self.absolute_end,
            identity_epoch: self.identity_epoch,
            entered: tenants(&self.entered),
        }
    }
}

pub(crate) fn authority(tenant: Option<Uuid>) -> Authority {
    tenant.map_or(Authority::Full, |tenant| Authority::Tenant(TenantId::from_uuid(tenant)))
}

const INSERT: &str = "
    INSERT INTO sessions (id, authority_tenant, credential_id, amr, acr, auth_time, created_at, last_seen_at, idle_end,
        absolute_end, identity_epoch)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
const READ_LIVE: &str = "
    SELECT s.id, s.identity_id, s.authority_tenant, s.credential_id, s.amr, s.acr, s.auth_time, s.created_at,
        s.last_seen_at, s.idle_end, s.absolute_end, s.identity_epoch, s.entered
    FROM sessions AS s JOIN identities AS i ON i.identity_id = s.identity_id
    WHERE s.id = $1 AND s.ended_at IS NULL AND s.idle_end > $2 AND s.absolute_end > $2
        AND i.status = 'active' AND i.epoch = s.identity_epoch";
const TOUCH: &str = "
    UPDATE sessions SET last_seen_at = $2, idle_end = least($3, absolute_end)
    WHERE id = $1 AND ended_at IS NULL AND last_seen_at <= $2 - interval '1 minute'";
const RENEW: &str = "
    UPDATE sessions SET auth_time = $2, amr = $3, acr = $4, credential_id = $5, last_seen_at = $6,
        absolute_end = greatest(absolute_end, $8), idle_end = least($7, greatest(absolute_end, $8))
    WHERE id = $1 AND ended_at IS NULL";
const ENTER: &str = "
    UPDATE sessions SET entered = entered || jsonb_build_object($2::uuid::text, jsonb_build_object('at', $3::timestamptz))
    WHERE id = $1 AND ended_at IS NULL AND NOT entered ? $2::uuid::text";
const END: &str = "
    UPDATE sessions SET ended_at = $3, ended_reason = $2 WHERE id = $1 AND ended_at IS NULL RETURNING entered";
const END_ALL: &str = "
    UPDATE sessions SET ended_at = $3, ended_reason = $2
    WHERE ended_at IS NULL AND id IS DISTINCT FROM $1
    RETURNING id, entered";
