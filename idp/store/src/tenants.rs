//! A tenant's own record and its domains, in the tenant's scope.

use gatehouse_domain::ids::DomainId;
use gatehouse_domain::policy::Policy;
use gatehouse_domain::tenant::{Branding, DisplayName, DomainName, TenantStatus};
use gatehouse_domain::time::Timestamp;
use sqlx::FromRow;
use uuid::Uuid;

use crate::error::StoreError;
use crate::row::{Insertion, document, parse, to_document};
use crate::tx::{Reads, WriteTx};

/// A tenant as its cell keeps it; slug and cell stand in the directory.
#[derive(Debug, Clone, PartialEq)]
pub struct TenantRecord {
    /// Its name for people.
    pub name: DisplayName,
    /// Whether it may be entered.
    pub status: TenantStatus,
    /// Whether it belongs to one person.
    pub personal: bool,
    /// Counts changes of status and policy.
    pub epoch: i32,
    /// Its rules for signing in.
    pub policy: Policy,
    /// Its looks.
    pub branding: Branding,
}

/// Whether a tenant's claim on a domain holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DomainState {
    /// Claimed, not proven.
    Pending,
    /// Proven, on this evidence and since then.
    Verified(DomainEvidence, Timestamp),
    /// Was proven; the proof is gone.
    Lapsed,
}

/// What a domain's proof rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DomainEvidence {
    /// The operator said so.
    Operator,
    /// A record in the domain's DNS.
    Dns,
}

/// A domain of a tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Domain {
    /// The row.
    pub id: DomainId,
    /// The domain.
    pub name: DomainName,
    /// Whether the claim holds.
    pub state: DomainState,
}

/// Makes the tenant in scope (its `epoch` is not used: it starts at 1).
///
/// # Errors
/// What the database said.
pub async fn insert(
    tx: &mut WriteTx,
    tenant: &TenantRecord,
    now: Timestamp,
) -> Result<Insertion, StoreError> {
    let query = sqlx::query(INSERT)
        .bind(tenant.name.as_str())
        .bind(status_word(tenant.status))
        .bind(tenant.personal)
        .bind(to_document(&tenant.policy, "policy")?)
        .bind(to_document(&tenant.branding, "branding")?)
        .bind(now);
    tx.guard().execute(query).await.map(Insertion::of)
}

/// The tenant in scope.
///
/// # Errors
/// What the database said.
pub async fn read(tx: &mut impl Reads) -> Result<Option<TenantRecord>, StoreError> {
    let row = tx.guard().optional(sqlx::query_as::<_, Row>(READ)).await?;
    row.map(Row::record).transpose()
}

/// Changes the tenant in scope; the epoch rises, and what was issued before ends, if the
/// status changes or the rules for entering become stricter. The new epoch, or `None` if there is no tenant.
///
/// # Errors
/// What the database said.
pub async fn update(
    tx: &mut WriteTx,
    name: &DisplayName,
    status: TenantStatus,
    policy: &Policy,
    branding: &Branding,
) -> Result<Option<i32>, StoreError> {
    let locked = sqlx::query_as::<_, (String, serde_json::Value)>(LOCK);
    let Some((old_status, old_policy)) = tx.guard().optional(locked).await? else { return Ok(None) };
    let old_policy: Policy = document(old_policy, "policy")?;
    let ends_grants = old_status != status_word(status) || policy.tightens(&old_policy);
    let query = sqlx::query_as::<_, (i32,)>(UPDATE)
        .bind(name.as_str())
        .bind(status_word(status))
        .bind(to_document(policy, "policy")?)
        .bind(to_document(branding, "branding")?)
        .bind(i32::from(ends_grants));
    Ok(tx.guard().optional(query).await?.map(|(epoch,)| epoch))
}

/// The tenant's domains, in the order of their names.
///
/// # Errors
/// What the database said.
pub async fn domains(tx: &mut impl Reads) -> Result<Vec<Domain>, StoreError> {
    let rows = tx.guard().all(sqlx::query_as::<_, DomainRow>(DOMAINS)).await?;
    rows.into_iter().map(DomainRow::domain).collect()
}

/// Adds a domain that the directory has reserved for the tenant.
///
/// # Errors
/// What the database said.
pub async fn insert_domain(
    tx: &mut WriteTx,
    domain: &Domain,
    now: Timestamp,
) -> Result<Insertion, StoreError> {
    let (state, evidence, verified_at) = domain.state.columns();
    let query = sqlx::query(INSERT_DOMAIN)
        .bind(domain.id.uuid())
        .bind(domain.name.as_str())
        .bind(state)
        .bind(evidence)
        .bind(verified_at)
        .bind(now);
    tx.guard().execute(query).await.map(Insertion::of)
}

/// Sets whether a domain's claim holds; whether there is such a domain.
///
/// # Errors
/// What the database said.
pub async fn update_domain(tx: &mut WriteTx, id: DomainId, state: DomainState) -> Result<bool, StoreError> {
    let (word, evidence, verified_at) = state.columns();
    let query = sqlx::query(UPDATE_DOMAIN).bind(id.uuid()).bind(word).bind(evidence).bind(verified_at);
    tx.guard().execute(query).await.map(|rows| rows > 0)
}

/// Removes a domain; whether it was there.
///
/// # Errors
/// What the database said.
pub async fn delete_domain(tx: &mut WriteTx, id: DomainId) -> Result<bool, StoreError> {
    let query = sqlx::query(DELETE_DOMAIN).bind(id.uuid());
    tx.guard().execute(query).await.map(|rows| rows > 0)
}

const fn status_word(status: TenantStatus) -> &'static str {
    match status {
        TenantStatus::Active => "active",
        TenantStatus::Suspended => "suspended",
    }
}

impl DomainState {
    const fn columns(self) -> (&'static str, Option<&'static str>, Option<Timestamp>) {
        match self {
            Self::Pending => ("pending", None, None),
            Self::Lapsed => ("lapsed", None, None),
            Self::Verified(DomainEvidence::Operator, at) => ("verified", Some("operator"), Some(at)),
            Self::Verified(DomainEvidence::Dns, at) => ("verified", Some("dns"), Some(at)),
        }
    }
}

#[derive(FromRow)]
struct Row {
    name: String,
    status: String,
    personal: bool,
    epoch: i32,
    policy: serde_json::Value,
    branding: serde_json::Value,
}

impl Row {
    fn record(self) -> Result<TenantRecord, StoreError> {
        Ok(TenantRecord {
            name: parse(&self.name, "tenant name")?,
            status: if self.status == "active" { TenantStatus::Active } else { TenantStatus::Suspended },
            personal: self.personal,
            epoch: self.epoch,
            policy: document(self.policy, "policy")?,
            branding: document(self.branding, "branding")?,
        })
    }
}

#[derive(FromRow)]
struct DomainRow {
    id: Uuid,
    name: String,
    state: String,
    evidence: Option<String>,
    verified_at: Option<Timestamp>,
}

impl DomainRow {
    fn domain(self) -> Result<Domain, StoreError> {
        let state = match (self.state.as_str(), self.evidence.as_deref(), self.verified_at) {
            ("pending", _, _) => DomainState::Pending,
            ("lapsed", _, _) => DomainState::Lapsed,
            ("verified", Some("operator"), Some(at)) => DomainState::Verified(DomainEvidence::Operator, at),
            ("verified", Some("dns"), Some(at)) => DomainState::Verified(DomainEvidence::Dns, at),
            _ => return Err(StoreError::Unreadable("domain state")),
        };
        Ok(Domain { id: DomainId::from_uuid(self.id), name: parse(&self.name, "domain")?, state })
    }
}

const INSERT: &str = "
    INSERT INTO tenants (name, status, personal, policy, branding, created_at) VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT DO NOTHING";
const READ: &str = "SELECT name, status, personal, epoch, policy, branding FROM tenants";
const UPDATE: &str = "
    UPDATE tenants SET name = $1, status = $2, policy = $3, branding = $4,
        epoch = epoch + $5::integer
    RETURNING epoch";
const LOCK: &str = "SELECT status, policy FROM tenants FOR UPDATE";
const DOMAINS: &str = "SELECT id, name, state, evidence, verified_at FROM domains ORDER BY name";
const INSERT_DOMAIN: &str = "
    INSERT INTO domains (id, name, state, evidence, verified_at, created_at) VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT DO NOTHING";
const UPDATE_DOMAIN: &str = "UPDATE domains SET state = $2, evidence = $3, verified_at = $4 WHERE id = $1";
const DELETE_DOMAIN: &str = "DELETE FROM domains WHERE id = $1";
