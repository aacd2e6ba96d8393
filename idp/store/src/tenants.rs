//! A tenant's own record, in the tenant's scope.

use gatehouse_domain::policy::Policy;
use gatehouse_domain::tenant::{Branding, DisplayName, TenantStatus};
use gatehouse_domain::time::Timestamp;
use sqlx::FromRow;

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

const fn status_word(status: TenantStatus) -> &'static str {
    match status {
        TenantStatus::Active => "active",
        TenantStatus::Suspended => "suspended",
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

const INSERT: &str = "
    INSERT INTO tenants (name, status, personal, policy, branding, created_at) VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT DO NOTHING";
const READ: &str = "SELECT name, status, personal, epoch, policy, branding FROM tenants";
const UPDATE: &str = "
    UPDATE tenants SET name = $1, status = $2, policy = $3, branding = $4,
        epoch = epoch + $5::integer
    RETURNING epoch";
const LOCK: &str = "SELECT status, policy FROM tenants FOR UPDATE";
