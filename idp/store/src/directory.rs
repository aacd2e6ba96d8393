//! The directory: where tenants live, and which names they hold. Everything in it is read and reserved in the platform scope.

use gatehouse_domain::ids::TenantId;
use gatehouse_domain::tenant::{DomainName, Slug, TenantRef};
use gatehouse_domain::time::Timestamp;
use sqlx::FromRow;
use uuid::Uuid;

use crate::error::StoreError;
use crate::row::{Insertion, Page, parse};
use crate::tx::{Reads, WriteTx};

#[derive(FromRow)]
struct Row {
    id: Uuid,
    slug: String,
    cell: String,
}

impl Row {
    fn place(self) -> Result<TenantRef, StoreError> {
        Ok(TenantRef {
            id: TenantId::from_uuid(self.id),
            slug: parse(&self.slug, "slug")?,
            cell: parse(&self.cell, "cell name")?,
        })
    }
}

/// The tenant of a slug.
///
/// # Errors
/// What the database said.
pub async fn tenant_by_slug(tx: &mut impl Reads, slug: &Slug) -> Result<Option<TenantRef>, StoreError> {
    let query = sqlx::query_as::<_, Row>(BY_SLUG).bind(slug.as_str());
    tx.guard().optional(query).await?.map(Row::place).transpose()
}

/// The tenant of an id.
///
/// # Errors
/// What the database said.
pub async fn tenant_by_id(tx: &mut impl Reads, id: TenantId) -> Result<Option<TenantRef>, StoreError> {
    let query = sqlx::query_as::<_, Row>(BY_ID).bind(id.uuid());
    tx.guard().optional(query).await?.map(Row::place).transpose()
}

/// Tenants in the order of their ids.
///
/// # Errors
/// What the database said.
pub async fn list_tenants(tx: &mut impl Reads, page: Page) -> Result<Vec<TenantRef>, StoreError> {
    let query = sqlx::query_as::<_, Row>(LIST).bind(page.after()).bind(page.limit());
    tx.guard().all(query).await?.into_iter().map(Row::place).collect()
}

/// Reserves an id and a slug for a tenant that is then made in its cell.
///
/// # Errors
/// What the database said.
pub async fn reserve_tenant(
    tx: &mut WriteTx,
    place: &TenantRef,
    personal: bool,
    now: Timestamp,
) -> Result<Insertion, StoreError> {
    let query = sqlx::query(RESERVE_TENANT)
        .bind(place.id.uuid())
        .bind(place.slug.as_str())
        .bind(place.cell.as_str())
        .bind(personal)
        .bind(now);
    tx.guard().execute(query).await.map(Insertion::of)
}

/// Gives up the place of a personal tenant that was reserved before a time; whether there was such. For places whose tenant was
/// never made.
///
/// # Errors
/// What the database said.
pub async fn release_personal(
    tx: &mut WriteTx,
    tenant: TenantId,
    before: Timestamp,
) -> Result<bool, StoreError> {
    let query = sqlx::query(RELEASE_PERSONAL).bind(tenant.uuid()).bind(before);
    tx.guard().execute(query).await.map(|rows| rows > 0)
}

/// Reserves a domain for a tenant: at most one tenant holds it. The holder may reserve it again.
///
/// # Errors
/// What the database said.
pub async fn reserve_domain(
    tx: &mut WriteTx,
    name: &DomainName,
    tenant: &TenantRef,
    now: Timestamp,
) -> Result<Insertion, StoreError> {
    let query = sqlx::query(RESERVE_DOMAIN)
        .bind(name.as_str())
        .bind(tenant.id.uuid())
        .bind(tenant.cell.as_str())
        .bind(now);
    tx.guard().execute(query).await?;
    let query = sqlx::query_as::<_, (Uuid,)>(DOMAIN_HOLDER).bind(name.as_str());
    let holder = tx.guard().optional(query).await?;
    let ours = holder.is_some_and(|(holder,)| holder == tenant.id.uuid());
    Ok(if ours { Insertion::Done } else { Insertion::Taken })
}

/// The tenant that holds a domain.
///
/// # Errors
/// What the database said.
pub async fn domain_holder(tx: &mut impl Reads, name: &DomainName) -> Result<Option<TenantRef>, StoreError> {
    let query = sqlx::query_as::<_, Row>(BY_DOMAIN).bind(name.as_str());
    tx.guard().optional(query).await?.map(Row::place).transpose()
}

/// Gives a domain up; whether the tenant held it.
///
/// # Errors
/// What the database said.
pub async fn release_domain(
    tx: &mut WriteTx,
    name: &DomainName,
    tenant: TenantId,
) -> Result<bool, StoreError> {
    let query = sqlx::query(RELEASE_DOMAIN).bind(name.as_str()).bind(tenant.uuid());
    tx.guard().execute(query).await.map(|rows| rows > 0)
}

const BY_SLUG: &str = "SELECT id, slug, cell FROM directory.tenants WHERE slug = $1";
const BY_ID: &str = "SELECT id, slug, cell FROM directory.tenants WHERE id = $1";
const BY_DOMAIN: &str = "
    SELECT t.id, t.slug, t.cell FROM directory.domains AS d JOIN directory.tenants AS t ON t.id = d.tenant_id
    WHERE d.name = $1";
const LIST: &str = "SELECT id, slug, cell FROM directory.tenants WHERE id > $1 ORDER BY id LIMIT $2";
const RESERVE_TENANT: &str = "
    INSERT INTO directory.tenants (id, slug, cell, personal, created_at) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT DO NOTHING";
const RELEASE_PERSONAL: &str = "DELETE FROM directory.tenants WHERE id = $1 AND personal AND created_at < $2";
const RESERVE_DOMAIN: &str = "
    INSERT INTO directory.domains (name, tenant_id, cell, reserved_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
const DOMAIN_HOLDER: &str = "SELECT tenant_id FROM directory.domains WHERE name = $1";
const RELEASE_DOMAIN: &str = "DELETE FROM directory.domains WHERE name = $1 AND tenant_id = $2";
