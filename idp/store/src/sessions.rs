//! Sessions, in the scope of their person.

use std::collections::BTreeMap;

use gatehouse_domain::ids::{CredentialId, IdentityId, SessionId, TenantId};
use gatehouse_domain::session::{Authority, Evidence};
use gatehouse_domain::time::Timestamp;
use sqlx::FromRow;
use uuid::Uuid;

use crate::error::StoreError;
use crate::row::{document, to_document};
use crate::tx::{Opener, Reads, WriteTx};

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
    /// Browser and system in words, as its person recognises it.
    pub device: Option<String>,
    /// The network it was opened from, as coarse as in events.
    pub network: Option<String>,
}

impl StoredSession {
    /// The row of a session that has entered no tenant yet, column by column.
    pub(crate) fn document(&self) -> serde_json::Value {
        let authority = match self.authority {
            Authority::Full => None,
            Authority::Tenant(tenant) => Some(tenant.uuid()),
        };
        serde_json::json!({
            "identity_id": self.identity.uuid(),
            "id": self.id.uuid(),
            "authority_tenant": authority,
            "credential_id": self.credential.uuid(),
            "amr": self.amr,
            "acr": self.acr,
            "auth_time": self.auth_time,
            "created_at": self.created_at,
            "last_seen_at": self.last_seen_at,
            "idle_end": self.idle_end,
            "absolute_end": self.absolute_end,
            "identity_epoch": self.identity_epoch,
            "entered": {},
            "device": self.device,
            "network": self.network,
        })
    }
}

/// A live session as its person sees it beside others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedSession {
    /// The session.
    pub id: SessionId,
    /// What it may do.
    pub authority: Authority,
    /// Browser and system in words.
    pub device: Option<String>,
    /// The network it was opened from.
    pub network: Option<String>,
    /// When the person last showed a credential in it.
    pub auth_time: Timestamp,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When it was last used.
    pub last_seen_at: Timestamp,
}

/// The live sessions of the person in scope, the one used last first.
///
/// # Errors
/// What the database said.
pub async fn list(tx: &mut impl Reads, now: Timestamp) -> Result<Vec<ListedSession>, StoreError> {
    let rows = tx.guard().all(sqlx::query_as::<_, Row>(LIST).bind(now)).await?;
    Ok(rows.into_iter().map(Row::listed).collect())
}

/// Browser and system of sessions of the person in scope, live or over, as far as known.
///
/// # Errors
/// What the database said.
pub async fn devices(tx: &mut impl Reads, ids: &[SessionId]) -> Result<Vec<(SessionId, String)>, StoreError> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.uuid()).collect();
    let rows = tx.guard().all(sqlx::query_as::<_, (Uuid, String)>(DEVICES).bind(ids)).await?;
    Ok(rows.into_iter().map(|(id, device)| (SessionId::from_uuid(id), device)).collect())
}

/// Wipes from where the person in scope was signed in; in how many sessions.
///
/// # Errors
/// What the database said.
pub async fn forget_devices(tx: &mut WriteTx) -> Result<u64, StoreError> {
    tx.guard().execute(sqlx::query(FORGET_DEVICES)).await
}

/// Notes that a session is used now, which puts it before the browser's others.
///
/// # Errors
/// What the database said.
pub async fn touch(tx: &mut WriteTx, id: SessionId, now: Timestamp) -> Result<bool, StoreError> {
    let query = sqlx::query(TOUCH).bind(id.uuid()).bind(now);
    tx.guard().execute(query).await.map(|rows| rows > 0)
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    authority_tenant: Option<Uuid>,
    device: Option<String>,
    network: Option<String>,
    auth_time: Timestamp,
    created_at: Timestamp,
    last_seen_at: Timestamp,
}

impl Row {
    fn listed(self) -> ListedSession {
        ListedSession {
            id: SessionId::from_uuid(self.id),
            authority: authority(self.authority_tenant),
            device: self.device,
            network: self.network,
            auth_time: self.auth_time,
            created_at: self.created_at,
            last_seen_at: self.last_seen_at,
        }
    }
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

/// Keeps that a tenant's connection vouched for the person of a session: the tenant counts as entered by it from then on. Whether the
/// session lives.
///
/// # Errors
/// What the database said.
pub async fn vouch(
    tx: &mut WriteTx,
    id: SessionId,
    tenant: TenantId,
    evidence: &Evidence,
) -> Result<bool, StoreError> {
    let query = sqlx::query(VOUCH)
        .bind(id.uuid())
        .bind(tenant.uuid().to_string())
        .bind(to_document(evidence, "evidence")?)
        .bind(evidence.at);
    tx.guard().execute(query).await.map(|rows| rows > 0)
}

/// Ends the sessions of the person in scope, but for one; each that ended, with the tenants it had entered.
///
/// # Errors
/// What the database said.
pub async fn end_others(
    tx: &mut WriteTx,
    kept: Option<SessionId>,
    reason: &'static str,
    now: Timestamp,
) -> Result<Vec<(SessionId, Vec<TenantId>)>, StoreError> {
    let query = sqlx::query_as::<_, (Uuid, serde_json::Value)>(END_OTHERS)
        .bind(kept.map(SessionId::uuid))
        .bind(reason)
        .bind(now);
    let rows = tx.guard().all(query).await?;
    Ok(rows.into_iter().map(|(id, entered)| (SessionId::from_uuid(id), tenants(&entered))).collect())
}

/// Deletes a batch of sessions that were over before a time, and that no grant outlives; how many.
///
/// # Errors
/// What the database said.
pub async fn sweep(cell: &Opener, before: Timestamp, batch: u16) -> Result<u64, StoreError> {
    let query = sqlx::query_as::<_, (i64,)>(SWEEP).bind(before).bind(i32::from(batch));
    let row = cell.call("sessions.sweep", query).await?;
    Ok(row.map_or(0, |(count,)| u64::try_from(count).unwrap_or(0)))
}

/// The tenants named by the keys of a session's `entered`.
pub(crate) fn tenants(entered: &serde_json::Value) -> Vec<TenantId> {
    let Some(map) = entered.as_object() else { return Vec::new() };
    map.keys().filter_map(|key| Uuid::parse_str(key).ok()).map(TenantId::from_uuid).collect()
}

/// What tenants' connections said in a session. A tenant that was entered without them has none.
pub(crate) fn evidence(entered: &serde_json::Value) -> Result<BTreeMap<TenantId, Evidence>, StoreError> {
    let vouched = |value: &serde_json::Value| value.get("connection").is_some();
    let Some(map) = entered.as_object() else { return Ok(BTreeMap::new()) };
    map.iter()
        .filter(|(_, value)| vouched(value))
        .filter_map(|(key, value)| Uuid::parse_str(key).ok().map(|tenant| (tenant, value)))
        .map(|(tenant, value)| Ok((TenantId::from_uuid(tenant), document(value.clone(), "evidence")?)))
        .collect()
}

pub(crate) fn authority(tenant: Option<Uuid>) -> Authority {
    tenant.map_or(Authority::Full, |tenant| Authority::Tenant(TenantId::from_uuid(tenant)))
}

const LIST: &str = "
    SELECT s.id, s.authority_tenant, s.device, s.network, s.auth_time, s.created_at, s.last_seen_at
    FROM sessions AS s JOIN identities AS i ON i.identity_id = s.identity_id
    WHERE s.ended_at IS NULL AND s.idle_end > $1 AND s.absolute_end > $1 AND s.identity_epoch = i.epoch
    ORDER BY s.last_seen_at DESC, s.id";
const DEVICES: &str = "SELECT id, device FROM sessions WHERE id = ANY ($1) AND device IS NOT NULL";
const FORGET_DEVICES: &str = "UPDATE sessions SET device = NULL, network = NULL";
const SWEEP: &str = "SELECT sweep_sessions($1, $2)";
const TOUCH: &str =
    "UPDATE sessions SET last_seen_at = greatest(last_seen_at, $2) WHERE id = $1 AND ended_at IS NULL";
const VOUCH: &str = "
    UPDATE sessions SET entered = entered || jsonb_build_object($2::text, $3::jsonb)
    WHERE id = $1 AND ended_at IS NULL AND idle_end > $4 AND absolute_end > $4";
const END_OTHERS: &str = "SELECT session, entered FROM end_sessions($1, $2, $3)";
const END: &str = "
    UPDATE sessions SET ended_at = $3, ended_reason = $2 WHERE id = $1 AND ended_at IS NULL RETURNING entered";
