//! Sessions, in the scope of their person.

use gatehouse_domain::ids::{CredentialId, IdentityId, SessionId, TenantId};
use gatehouse_domain::session::Authority;
use gatehouse_domain::time::Timestamp;
use uuid::Uuid;

use crate::error::StoreError;
use crate::tx::{Reads as _, WriteTx};

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
        })
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

/// The tenants named by the keys of a session's `entered`.
pub(crate) fn tenants(entered: &serde_json::Value) -> Vec<TenantId> {
    let Some(map) = entered.as_object() else { return Vec::new() };
    map.keys().filter_map(|key| Uuid::parse_str(key).ok()).map(TenantId::from_uuid).collect()
}

pub(crate) fn authority(tenant: Option<Uuid>) -> Authority {
    tenant.map_or(Authority::Full, |tenant| Authority::Tenant(TenantId::from_uuid(tenant)))
}

const END: &str = "
    UPDATE sessions SET ended_at = $3, ended_reason = $2 WHERE id = $1 AND ended_at IS NULL RETURNING entered";
