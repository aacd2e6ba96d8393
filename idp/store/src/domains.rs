//! A tenant's claims on domains, in the tenant's scope. At most one tenant has a name in the directory; who has it is told there.

use gatehouse_domain::ids::{DomainId, TenantId};
use gatehouse_domain::tenant::{Challenge, DomainClaim, DomainEvidence, DomainName, DomainState};
use gatehouse_domain::time::Timestamp;
use sqlx::FromRow;
use uuid::Uuid;

use crate::error::StoreError;
use crate::row::{Insertion, parse};
use crate::tx::{Opener, Reads, WriteTx};

/// The tenant's claims, in the order of their names.
///
/// # Errors
/// What the database said.
pub async fn list(tx: &mut impl Reads) -> Result<Vec<DomainClaim>, StoreError> {
    let rows = tx.guard().all(sqlx::query_as::<_, Row>(LIST)).await?;
    rows.into_iter().map(Row::claim).collect()
}

/// The tenant's claim of an id.
///
/// # Errors
/// What the database said.
pub async fn by_id(tx: &mut impl Reads, id: DomainId) -> Result<Option<DomainClaim>, StoreError> {
    let row = tx.guard().optional(sqlx::query_as::<_, Row>(BY_ID).bind(id.uuid())).await?;
    row.map(Row::claim).transpose()
}

/// Adds a claim; `Taken` if the tenant has one on this domain already.
///
/// # Errors
/// What the database said.
pub async fn insert(tx: &mut WriteTx, claim: &DomainClaim, now: Timestamp) -> Result<Insertion, StoreError> {
    let (state, evidence, verified_at) = columns(claim.state);
    let query = sqlx::query(INSERT)
        .bind(claim.id.uuid())
        .bind(claim.name.as_str())
        .bind(state)
        .bind(evidence)
        .bind(verified_at)
        .bind(claim.challenge.as_ref().map(Challenge::as_str))
        .bind(claim.checked_at)
        .bind(now);
    tx.guard().execute(query).await.map(Insertion::of)
}

/// Sets where a claim stands; whether there is such a claim.
///
/// # Errors
/// What the database said.
pub async fn set_state(tx: &mut WriteTx, id: DomainId, state: DomainState) -> Result<bool, StoreError> {
    let (word, evidence, verified_at) = columns(state);
    let query = sqlx::query(SET_STATE).bind(id.uuid()).bind(word).bind(evidence).bind(verified_at);
    tx.guard().execute(query).await.map(|rows| rows > 0)
}

/// Puts a claim in the place of what it was; `false` if it changed since it was read, or is gone.
///
/// # Errors
/// What the database said.
pub async fn save(tx: &mut WriteTx, was: &DomainClaim, claim: &DomainClaim) -> Result<bool, StoreError> {
    let (state, evidence, verified_at) = columns(claim.state);
    let (old_state, _, old_verified_at) = columns(was.state);
    let query = sqlx::query(SAVE)
        .bind(claim.id.uuid())
        .bind(state)
        .bind(evidence)
        .bind(verified_at)
        .bind(claim.challenge.as_ref().map(Challenge::as_str))
        .bind(claim.checked_at)
        .bind(old_state)
        .bind(old_verified_at)
        .bind(was.challenge.as_ref().map(Challenge::as_str))
        .bind(was.checked_at);
    tx.guard().execute(query).await.map(|rows| rows > 0)
}

/// Removes a claim; whether it was there.
///
/// # Errors
/// What the database said.
pub async fn delete(tx: &mut WriteTx, id: DomainId) -> Result<bool, StoreError> {
    let query = sqlx::query(DELETE).bind(id.uuid());
    tx.guard().execute(query).await.map(|rows| rows > 0)
}

/// Claims of all tenants whose DNS is to be looked at now, those that waited longest first. Proofs are due
/// [`DomainClaim::RECHECK`] after they were last seen; how often the others are looked at is the caller's affair.
///
/// # Errors
/// What the database said.
pub async fn due(cell: &Opener, now: Timestamp, batch: u16) -> Result<Vec<(TenantId, DomainId)>, StoreError> {
    let query =
        sqlx::query_as::<_, (Uuid, Uuid)>(DUE).bind(now - DomainClaim::RECHECK).bind(i32::from(batch));
    let rows = cell.call_all("domains.due", query).await?;
    Ok(rows.into_iter().map(|(tenant, id)| (TenantId::from_uuid(tenant), DomainId::from_uuid(id))).collect())
}

const fn columns(state: DomainState) -> (&'static str, Option<&'static str>, Option<Timestamp>) {
    match state {
        DomainState::Pending => ("pending", None, None),
        DomainState::Lapsed => ("lapsed", None, None),
        DomainState::Released => ("released", None, None),
        DomainState::Verified(DomainEvidence::Operator, at) => ("verified", Some("operator"), Some(at)),
        DomainState::Verified(DomainEvidence::Dns, at) => ("verified", Some("dns"), Some(at)),
    }
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    name: String,
    state: String,
    evidence: Option<String>,
    verified_at: Option<Timestamp>,
    challenge: Option<String>,
    checked_at: Option<Timestamp>,
}

impl Row {
    fn claim(self) -> Result<DomainClaim, StoreError> {
        let state = match (self.state.as_str(), self.evidence.as_deref(), self.verified_at) {
            ("pending", _, _) => DomainState::Pending,
            ("lapsed", _, _) => DomainState::Lapsed,
            ("released", _, _) => DomainState::Released,
            ("verified", Some("operator"), Some(at)) => DomainState::Verified(DomainEvidence::Operator, at),
            ("verified", Some("dns"), Some(at)) => DomainState::Verified(DomainEvidence::Dns, at),
            _ => return Err(StoreError::Unreadable("domain state")),
        };
        let name: DomainName = parse(&self.name, "domain")?;
        let challenge = self.challenge.map(Challenge::from_stored);
        Ok(DomainClaim {
            id: DomainId::from_uuid(self.id),
            name,
            state,
            challenge,
            checked_at: self.checked_at,
        })
    }
}

const LIST: &str =
    "SELECT id, name, state, evidence, verified_at, challenge, checked_at FROM domains ORDER BY name";
const BY_ID: &str =
    "SELECT id, name, state, evidence, verified_at, challenge, checked_at FROM domains WHERE id = $1";
const INSERT: &str = "
    INSERT INTO domains (id, name, state, evidence, verified_at, challenge, checked_at, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING";
const SET_STATE: &str = "UPDATE domains SET state = $2, evidence = $3, verified_at = $4 WHERE id = $1";
const SAVE: &str = "
    UPDATE domains SET state = $2, evidence = $3, verified_at = $4, challenge = $5, checked_at = $6
    WHERE id = $1 AND state = $7 AND verified_at IS NOT DISTINCT FROM $8 AND challenge IS NOT DISTINCT FROM $9
        AND checked_at IS NOT DISTINCT FROM $10";
const DELETE: &str = "DELETE FROM domains WHERE id = $1";
const DUE: &str = "SELECT tenant, domain FROM due_domains($1, $2)";
