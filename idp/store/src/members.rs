//! People in a tenant, and what they agreed to there: the tenant's scope.

use gatehouse_domain::email::EmailAddress;
use gatehouse_domain::identity::{MemberStatus, Role};
use gatehouse_domain::ids::{AppId, IdentityId, MemberId, TenantId};
use gatehouse_domain::login::Agreed;
use gatehouse_domain::time::Timestamp;
use sqlx::FromRow;
use uuid::Uuid;

use crate::error::StoreError;
use crate::row::{Insertion, Page, parse, role_words, roles, scopes};
use crate::tx::{Reads, WriteTx};

/// A person in a tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The row; the person's `sub` at the tenant's issuer.
    pub id: MemberId,
    /// The person.
    pub identity: IdentityId,
    /// Where the person stands.
    pub status: MemberStatus,
    /// The roles held.
    pub roles: Vec<Role>,
    /// The address that signs in at this tenant's issuer without being proven, in canonical form.
    pub login_address: Option<String>,
    /// The name by which the tenant knows the person.
    pub name: Option<String>,
    /// Counts changes of status, which end what was issued before.
    pub epoch: i32,
}

/// What became of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum MemberChange {
    /// Made; the epoch now.
    Done(i32),
    /// The tenant would be left without an active owner.
    LastOwner,
    /// There is no such member.
    Absent,
}

/// What became of an admission.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Admission {
    /// The person is in, under this row: a new one, or that of the time before.
    In(MemberId),
    /// The person was in, and nothing changed.
    Already,
    /// The person is shut out, and nothing changed.
    ShutOut,
}

/// Makes a person an active member who was asked to come: one who was never in, was invited, or left. Who is in already keeps what
/// they have, and who is suspended stays so.
///
/// # Errors
/// What the database said.
pub async fn admit(tx: &mut WriteTx, member: &Member, now: Timestamp) -> Result<Admission, StoreError> {
    let query = sqlx::query_as::<_, (Uuid,)>(ADMIT)
        .bind(member.id.uuid())
        .bind(member.identity.uuid())
        .bind(role_words(&member.roles))
        .bind(member.name.as_deref())
        .bind(now);
    if let Some((id,)) = tx.guard().optional(query).await? {
        return Ok(Admission::In(MemberId::from_uuid(id)));
    }
    let there = by_identity(tx, member.identity).await?;
    let active = there.is_some_and(|row| row.status == MemberStatus::Active);
    Ok(if active { Admission::Already } else { Admission::ShutOut })
}

/// Inserts a member (its `epoch` is not used: it starts at 1); `Taken` if the person is one already or the login address is
/// another's.
///
/// # Errors
/// What the database said.
pub async fn insert(tx: &mut WriteTx, member: &Member, now: Timestamp) -> Result<Insertion, StoreError> {
    let query = sqlx::query(INSERT)
        .bind(member.id.uuid())
        .bind(member.identity.uuid())
        .bind(member.status.as_str())
        .bind(role_words(&member.roles))
        .bind(member.login_address.as_deref())
        .bind(member.name.as_deref())
        .bind(now);
    tx.guard().execute(query).await.map(Insertion::of)
}

/// The member row of a person.
///
/// # Errors
/// What the database said.
pub async fn by_identity(tx: &mut impl Reads, identity: IdentityId) -> Result<Option<Member>, StoreError> {
    let query = sqlx::query_as::<_, Row>(BY_IDENTITY).bind(identity.uuid());
    tx.guard().optional(query).await?.map(Row::member).transpose()
}

/// The organisations that the person in scope belongs to, in whatever state short of removed.
///
/// # Errors
/// What the database said.
pub async fn tenants_of_person(tx: &mut impl Reads) -> Result<Vec<TenantId>, StoreError> {
    let rows = tx.guard().all(sqlx::query_as::<_, (Uuid,)>(TENANTS_OF_PERSON)).await?;
    Ok(rows.into_iter().map(|(tenant,)| TenantId::from_uuid(tenant)).collect())
}

/// The member of an id.
///
/// # Errors
/// What the database said.
pub async fn by_id(tx: &mut impl Reads, id: MemberId) -> Result<Option<Member>, StoreError> {
    let query = sqlx::query_as::<_, Row>(BY_ID).bind(id.uuid());
    tx.guard().optional(query).await?.map(Row::member).transpose()
}

/// The member who signs in with an address (canonical form) at this tenant's issuer.
///
/// # Errors
/// What the database said.
pub async fn by_login_address(tx: &mut impl Reads, address: &str) -> Result<Option<Member>, StoreError> {
    let query = sqlx::query_as::<_, Row>(BY_LOGIN_ADDRESS).bind(address);
    tx.guard().optional(query).await?.map(Row::member).transpose()
}

/// Members in the order of their ids.
///
/// # Errors
/// What the database said.
pub async fn list(tx: &mut impl Reads, page: Page) -> Result<Vec<Member>, StoreError> {
    let query = sqlx::query_as::<_, Row>(LIST).bind(page.after()).bind(page.limit());
    tx.guard().all(query).await?.into_iter().map(Row::member).collect()
}

/// Sets a member's status and roles. The epoch rises with a change of status; roles are read when used. The tenant row is locked,
/// so that two owners cannot leave at once.
///
/// # Errors
/// What the database said.
pub async fn update(
    tx: &mut WriteTx,
    id: MemberId,
    status: MemberStatus,
    roles: &[Role],
) -> Result<MemberChange, StoreError> {
    tx.guard().execute(sqlx::query(LOCK_TENANT)).await?;
    let stays_owner = status == MemberStatus::Active && roles.contains(&Role::Owner);
    let query = sqlx::query_as::<_, (i32,)>(UPDATE)
        .bind(id.uuid())
        .bind(status.as_str())
        .bind(role_words(roles))
        .bind(stays_owner);
    if let Some((epoch,)) = tx.guard().optional(query).await? {
        return Ok(MemberChange::Done(epoch));
    }
    let there = by_id(tx, id).await?.is_some();
    Ok(if there { MemberChange::LastOwner } else { MemberChange::Absent })
}

/// Takes a member out by the member's own wish. The last active owner stays, except in a tenant that was made for one person.
///
/// # Errors
/// What the database said.
pub async fn leave(tx: &mut WriteTx, id: MemberId) -> Result<MemberChange, StoreError> {
    tx.guard().execute(sqlx::query(LOCK_TENANT)).await?;
    if let Some((epoch,)) = tx.guard().optional(sqlx::query_as::<_, (i32,)>(LEAVE).bind(id.uuid())).await? {
        return Ok(MemberChange::Done(epoch));
    }
    let there = by_id(tx, id).await?.is_some_and(|member| member.status != MemberStatus::Removed);
    Ok(if there { MemberChange::LastOwner } else { MemberChange::Absent })
}

/// Whether a person is the one active owner of the tenant in scope.
///
/// # Errors
/// What the database said.
pub async fn is_only_owner(tx: &mut impl Reads, identity: IdentityId) -> Result<bool, StoreError> {
    let query = sqlx::query_as::<_, (bool,)>(IS_ONLY_OWNER).bind(identity.uuid());
    Ok(tx.guard().optional(query).await?.is_some_and(|(only,)| only))
}

/// Wipes what the tenant in scope knows of somebody who is out of it: name, login address, and what they agreed to. Whether there is
/// such a row.
///
/// # Errors
/// What the database said.
pub async fn forget(tx: &mut WriteTx, id: MemberId) -> Result<bool, StoreError> {
    let row = tx.guard().optional(sqlx::query_as::<_, (bool,)>(FORGET).bind(id.uuid())).await?;
    Ok(row.is_some_and(|(there,)| there))
}

/// Sets a member's name and login address; `Taken` if the address is another member's.
///
/// # Errors
/// What the database said.
pub async fn rename(
    tx: &mut WriteTx,
    id: MemberId,
    name: Option<&str>,
    login_address: Option<&str>,
) -> Result<Insertion, StoreError> {
    tx.guard().execute(sqlx::query(LOCK_TENANT)).await?;
    let query = sqlx::query(RENAME).bind(id.uuid()).bind(name).bind(login_address);
    tx.guard().execute(query).await.map(Insertion::of)
}

/// The addresses of a member that are nobody's proof.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TenantAddresses {
    /// What the tenant says is its member's address, by a domain of its own. It counts inside the tenant, while the claim on the domain
    /// holds, and nowhere else.
    pub asserted: Option<EmailAddress>,
    /// Where the tenant may write to; nothing is known about it.
    pub contact: Option<EmailAddress>,
}

/// The addresses of a member that are nobody's proof; `None` if there is no such member.
///
/// # Errors
/// What the database said.
pub async fn addresses(tx: &mut impl Reads, id: MemberId) -> Result<Option<TenantAddresses>, StoreError> {
    let query = sqlx::query_as::<_, (Option<String>, Option<String>)>(ADDRESSES).bind(id.uuid());
    let Some((asserted, contact)) = tx.guard().optional(query).await? else { return Ok(None) };
    let read = |text: Option<String>| text.map(|text| parse(&text, "address")).transpose();
    Ok(Some(TenantAddresses { asserted: read(asserted)?, contact: read(contact)? }))
}

/// Sets the addresses of a member that are nobody's proof; whether there is such a member.
///
/// # Errors
/// What the database said.
pub async fn set_addresses(
    tx: &mut WriteTx,
    id: MemberId,
    addresses: &TenantAddresses,
) -> Result<bool, StoreError> {
    let text = |address: &Option<EmailAddress>| address.as_ref().map(ToString::to_string);
    let query = sqlx::query(SET_ADDRESSES)
        .bind(id.uuid())
        .bind(text(&addresses.asserted))
        .bind(text(&addresses.contact));
    tx.guard().execute(query).await.map(|rows| rows > 0)
}

/// What a person agreed to let an app have; none if never asked.
///
/// # Errors
/// What the database said.
pub async fn consent(
    tx: &mut impl Reads,
    identity: IdentityId,
    app: AppId,
) -> Result<Option<Agreed>, StoreError> {
    let query =
        sqlx::query_as::<_, (Vec<String>, Vec<String>)>(CONSENT).bind(identity.uuid()).bind(app.uuid());
    let row = tx.guard().optional(query).await?;
    row.map(|(values, resources)| Ok(Agreed { scopes: scopes(&values)?, resources })).transpose()
}

/// Keeps what a person agreed to, in place of what was agreed before.
///
/// # Errors
/// What the database said.
pub async fn put_consent(
    tx: &mut WriteTx,
    identity: IdentityId,
    app: AppId,
    agreed: &Agreed,
    now: Timestamp,
) -> Result<(), StoreError> {
    let query = sqlx::query(PUT_CONSENT)
        .bind(identity.uuid())
        .bind(app.uuid())
        .bind(agreed.scopes.to_vec())
        .bind(&agreed.resources)
        .bind(now);
    tx.guard().execute(query).await.map(|_| ())
}

/// Forgets what a person agreed to; whether there was something.
///
/// # Errors
/// What the database said.
pub async fn drop_consent(tx: &mut WriteTx, identity: IdentityId, app: AppId) -> Result<bool, StoreError> {
    let query = sqlx::query(DROP_CONSENT).bind(identity.uuid()).bind(app.uuid());
    tx.guard().execute(query).await.map(|rows| rows > 0)
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    identity_id: Uuid,
    status: String,
    roles: Vec<String>,
    login_address: Option<String>,
    name: Option<String>,
    epoch: i32,
}

impl Row {
    fn member(self) -> Result<Member, StoreError> {
        Ok(Member {
            id: MemberId::from_uuid(self.id),
            identity: IdentityId::from_uuid(self.identity_id),
            status: parse(&self.status, "member status")?,
            roles: roles(&self.roles)?,
            login_address: self.login_address,
            name: self.name,
            epoch: self.epoch,
        })
    }
}

const ADDRESSES: &str = "SELECT asserted_address, contact_address FROM members WHERE id = $1";
const SET_ADDRESSES: &str = "UPDATE members SET asserted_address = $2, contact_address = $3 WHERE id = $1";
const INSERT: &str = "
    INSERT INTO members (id, identity_id, status, roles, login_address, name, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING";
// Somebody else may sign in by now with the address that a person signed in with who comes back.
const ADMIT: &str = "
    INSERT INTO members AS m (id, identity_id, status, roles, name, created_at)
    VALUES ($1, $2, 'active', $3, $4, $5)
    ON CONFLICT (tenant_id, identity_id) DO UPDATE
    SET status = 'active', roles = excluded.roles, name = coalesce(m.name, excluded.name), epoch = m.epoch + 1,
        login_address = CASE m.status WHEN 'removed' THEN NULL ELSE m.login_address END
    WHERE m.status IN ('invited', 'removed')
    RETURNING id";
const TENANTS_OF_PERSON: &str =
    "SELECT tenant_id FROM memberships WHERE status <> 'removed' ORDER BY tenant_id";
const BY_IDENTITY: &str =
    "SELECT id, identity_id, status, roles, login_address, name, epoch FROM members WHERE identity_id = $1";
const BY_ID: &str =
    "SELECT id, identity_id, status, roles, login_address, name, epoch FROM members WHERE id = $1";
const BY_LOGIN_ADDRESS: &str = "
    SELECT id, identity_id, status, roles, login_address, name, epoch FROM members
    WHERE login_address = $1 AND status <> 'removed'";
const LIST: &str = "
    SELECT id, identity_id, status, roles, login_address, name, epoch FROM members
    WHERE id > $1 ORDER BY id LIMIT $2";
const LOCK_TENANT: &str = "SELECT FROM tenants FOR NO KEY UPDATE";
const UPDATE: &str = "
    UPDATE members AS m SET status = $2, roles = $3, epoch = epoch + (status <> $2)::integer
    WHERE m.id = $1 AND (
        $4 OR NOT (m.status = 'active' AND 'owner' = ANY (m.roles))
        OR EXISTS (SELECT FROM members AS o WHERE o.id <> $1 AND o.status = 'active' AND 'owner' = ANY (o.roles)))
    RETURNING epoch";
const LEAVE: &str = "
    UPDATE members AS m SET status = 'removed', epoch = epoch + 1
    WHERE m.id = $1 AND m.status <> 'removed' AND (
        NOT (m.status = 'active' AND 'owner' = ANY (m.roles))
        OR EXISTS (SELECT FROM tenants WHERE personal)
        OR EXISTS (SELECT FROM members AS o WHERE o.id <> $1 AND o.status = 'active' AND 'owner' = ANY (o.roles)))
    RETURNING epoch";
const IS_ONLY_OWNER: &str = "
    SELECT EXISTS (SELECT FROM members AS m
            WHERE m.identity_id = $1 AND m.status = 'active' AND 'owner' = ANY (m.roles))
        AND NOT EXISTS (SELECT FROM members AS o
            WHERE o.identity_id <> $1 AND o.status = 'active' AND 'owner' = ANY (o.roles))";
const FORGET: &str = "
    WITH gone AS (
        UPDATE members SET name = NULL, login_address = NULL WHERE id = $1 AND status = 'removed' RETURNING identity_id
    ), agreed AS (
        DELETE FROM consents WHERE identity_id IN (SELECT identity_id FROM gone)
    )
    SELECT EXISTS (SELECT FROM gone)";
const RENAME: &str = "
    UPDATE members AS m SET name = $2, login_address = $3
    WHERE m.id = $1 AND NOT EXISTS (
        SELECT FROM members AS o WHERE o.id <> $1 AND o.login_address = $3 AND o.status <> 'removed')";
const CONSENT: &str = "SELECT scopes, resources FROM consents WHERE identity_id = $1 AND app_id = $2";
const DROP_CONSENT: &str = "DELETE FROM consents WHERE identity_id = $1 AND app_id = $2";
const PUT_CONSENT: &str = "
    INSERT INTO consents (identity_id, app_id, scopes, resources, granted_at) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (tenant_id, identity_id, app_id) DO UPDATE
    SET scopes = excluded.scopes, resources = excluded.resources, granted_at = excluded.granted_at";
