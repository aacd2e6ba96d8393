//! Invitations of the tenant in scope: made, sent again, and left once.

use gatehouse_domain::email::EmailAddress;
use gatehouse_domain::identity::Role;
use gatehouse_domain::ids::{IdentityId, InvitationId, MemberId, TenantId};
use gatehouse_domain::invitation::InvitationState;
use gatehouse_domain::secret::Digest;
use gatehouse_domain::time::Timestamp;
use sqlx::FromRow;
use uuid::Uuid;

use crate::error::StoreError;
use crate::row::{Insertion, Page, parse, role_words};
use crate::tx::{Reads, WriteTx};

/// An invitation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// The row.
    pub id: InvitationId,
    /// Who is invited, as it was typed.
    pub address: EmailAddress,
    /// As what.
    pub role: Role,
    /// The name by which the tenant will know the person.
    pub name: Option<String>,
    /// The member who invites; none for the operator.
    pub inviter: Option<MemberId>,
    /// Where it stands in storage; [`state_at`](Self::state_at) knows the time too.
    pub state: InvitationState,
    /// When it was made.
    pub created_at: Timestamp,
    /// When its link was last made.
    pub sent_at: Timestamp,
    /// Until when it can be accepted.
    pub expires_at: Timestamp,
    /// Who accepted or declined it.
    pub closed_by: Option<IdentityId>,
}

impl Invitation {
    /// Where it stands at a time.
    pub fn state_at(&self, now: Timestamp) -> InvitationState {
        match self.state {
            InvitationState::Pending if self.expires_at <= now => InvitationState::Expired,
            state => state,
        }
    }
}

/// An acceptance.
#[derive(Debug, Clone, Copy)]
pub struct Acceptance<'a> {
    /// Which.
    pub id: InvitationId,
    /// The digest of the link that was followed; none where a flow knows the invitation.
    pub link: Option<&'a Digest>,
    /// The person, who must have proven the address.
    pub identity: IdentityId,
    /// As what, as it was read and shown.
    pub role: Role,
    /// The roles of which an inviter must hold one now.
    pub grantors: &'a [Role],
}

/// Makes one; `Taken` if the address has a pending one. Its state is not used: it starts as pending.
///
/// # Errors
/// What the database said.
pub async fn insert(
    tx: &mut WriteTx,
    invitation: &Invitation,
    link: &Digest,
) -> Result<Insertion, StoreError> {
    let query = sqlx::query(INSERT)
        .bind(invitation.id.uuid())
        .bind(invitation.address.canonical())
        .bind(invitation.address.to_string())
        .bind(invitation.role.as_str())
        .bind(invitation.name.as_deref())
        .bind(invitation.inviter.map(MemberId::uuid))
        .bind(link.as_bytes().as_slice())
        .bind(invitation.created_at)
        .bind(invitation.sent_at)
        .bind(invitation.expires_at);
    tx.guard().execute(query).await.map(Insertion::of)
}

/// One by its id.
///
/// # Errors
/// What the database said.
pub async fn by_id(tx: &mut impl Reads, id: InvitationId) -> Result<Option<Invitation>, StoreError> {
    let query = sqlx::query_as::<_, Row>(BY_ID).bind(id.uuid());
    tx.guard().optional(query).await?.map(Row::invitation).transpose()
}

/// One by the digest of its link.
///
/// # Errors
/// What the database said.
pub async fn by_link(tx: &mut impl Reads, link: &Digest) -> Result<Option<Invitation>, StoreError> {
    let query = sqlx::query_as::<_, Row>(BY_LINK).bind(link.as_bytes().as_slice());
    tx.guard().optional(query).await?.map(Row::invitation).transpose()
}

/// The pending one of an address (canonical form), even if its time is over.
///
/// # Errors
/// What the database said.
pub async fn pending(tx: &mut impl Reads, address: &str) -> Result<Option<Invitation>, StoreError> {
    let query = sqlx::query_as::<_, Row>(PENDING).bind(address);
    tx.guard().optional(query).await?.map(Row::invitation).transpose()
}

/// The newest one of an address (canonical form), wherever it stands.
///
/// # Errors
/// What the database said.
pub async fn latest(tx: &mut impl Reads, address: &str) -> Result<Option<Invitation>, StoreError> {
    let query = sqlx::query_as::<_, Row>(LATEST).bind(address);
    tx.guard().optional(query).await?.map(Row::invitation).transpose()
}

/// Where invitations wait for an address that the person in scope has proven, at most so many.
///
/// # Errors
/// What the database said.
pub async fn of_person(
    tx: &mut impl Reads,
    now: Timestamp,
    most: u16,
) -> Result<Vec<(TenantId, InvitationId)>, StoreError> {
    let query = sqlx::query_as::<_, (Uuid, Uuid)>(OF_PERSON).bind(now).bind(i32::from(most));
    let rows = tx.guard().all(query).await?;
    Ok(rows.into_iter().map(|(at, id)| (TenantId::from_uuid(at), InvitationId::from_uuid(id))).collect())
}

/// All, in the order in which they were made.
///
/// # Errors
/// What the database said.
pub async fn list(tx: &mut impl Reads, page: Page) -> Result<Vec<Invitation>, StoreError> {
    let query = sqlx::query_as::<_, Row>(LIST).bind(page.after()).bind(page.limit());
    tx.guard().all(query).await?.into_iter().map(Row::invitation).collect()
}

/// Puts another link in place of the one before, and begins its time anew; false if it was answered or taken back, or the address
/// has another pending one.
///
/// # Errors
/// What the database said.
pub async fn resend(
    tx: &mut WriteTx,
    id: InvitationId,
    link: &Digest,
    (now, until): (Timestamp, Timestamp),
) -> Result<bool, StoreError> {
    let query = sqlx::query(RESEND).bind(id.uuid()).bind(link.as_bytes().as_slice()).bind(now).bind(until);
    tx.guard().execute(query).await.map(|rows| rows > 0)
}

/// Takes one back; false if it is not pending.
///
/// # Errors
/// What the database said.
pub async fn revoke(tx: &mut WriteTx, id: InvitationId, now: Timestamp) -> Result<bool, StoreError> {
    let query = sqlx::query(REVOKE).bind(id.uuid()).bind(now);
    tx.guard().execute(query).await.map(|rows| rows > 0)
}

/// Accepts one, once: it is pending, in time, the tenant is open, the person has proven its address, and who invited may still
/// give the role. False if any of that is not so.
///
/// # Errors
/// What the database said.
pub async fn accept(
    tx: &mut WriteTx,
    acceptance: &Acceptance<'_>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let query = sqlx::query(ACCEPT)
        .bind(acceptance.id.uuid())
        .bind(acceptance.link.map(|link| link.as_bytes().to_vec()))
        .bind(acceptance.identity.uuid())
        .bind(acceptance.role.as_str())
        .bind(role_words(acceptance.grantors))
        .bind(now);
    tx.guard().execute(query).await.map(|rows| rows > 0)
}

/// Declines one for the person who has proven its address; false if it is not pending, or not theirs.
///
/// # Errors
/// What the database said.
pub async fn decline(
    tx: &mut WriteTx,
    id: InvitationId,
    link: &Digest,
    identity: IdentityId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let query =
        sqlx::query(DECLINE).bind(id.uuid()).bind(link.as_bytes().as_slice()).bind(identity.uuid()).bind(now);
    tx.guard().execute(query).await.map(|rows| rows > 0)
}

/// Marks those whose time is over, at most so many; which they were.
///
/// # Errors
/// What the database said.
pub async fn expire(tx: &mut WriteTx, now: Timestamp, batch: u16) -> Result<Vec<InvitationId>, StoreError> {
    let query = sqlx::query_as::<_, (Uuid,)>(EXPIRE).bind(now).bind(i64::from(batch));
    Ok(tx.guard().all(query).await?.into_iter().map(|(id,)| InvitationId::from_uuid(id)).collect())
}

/// Deletes those that were answered, taken back or over before a time, at most so many; how many.
///
/// # Errors
/// What the database said.
pub async fn forget(tx: &mut WriteTx, before: Timestamp, batch: u16) -> Result<u64, StoreError> {
    let query = sqlx::query(FORGET).bind(before).bind(i64::from(batch));
    tx.guard().execute(query).await
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    typed: String,
    role: String,
    name: Option<String>,
    inviter: Option<Uuid>,
    state: String,
    created_at: Timestamp,
    sent_at: Timestamp,
    expires_at: Timestamp,
    closed_by: Option<Uuid>,
}

impl Row {
    fn invitation(self) -> Result<Invitation, StoreError> {
        Ok(Invitation {
            id: InvitationId::from_uuid(self.id),
            address: parse(&self.typed, "address")?,
            role: parse(&self.role, "role")?,
            name: self.name,
            inviter: self.inviter.map(MemberId::from_uuid),
            state: parse(&self.state, "invitation state")?,
            created_at: self.created_at,
            sent_at: self.sent_at,
            expires_at: self.expires_at,
            closed_by: self.closed_by.map(IdentityId::from_uuid),
        })
    }
}

const INSERT: &str = "
    INSERT INTO invitations (id, address, typed, role, name, inviter, digest, created_at, sent_at, expires_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING";
const BY_ID: &str = "
    SELECT id, typed, role, name, inviter, state, created_at, sent_at, expires_at, closed_by
    FROM invitations WHERE id = $1";
const BY_LINK: &str = "
    SELECT id, typed, role, name, inviter, state, created_at, sent_at, expires_at, closed_by
    FROM invitations WHERE digest = $1";
const PENDING: &str = "
    SELECT id, typed, role, name, inviter, state, created_at, sent_at, expires_at, closed_by
    FROM invitations WHERE address = $1 AND state = 'pending'";
const LATEST: &str = "
    SELECT id, typed, role, name, inviter, state, created_at, sent_at, expires_at, closed_by
    FROM invitations WHERE address = $1 ORDER BY id DESC LIMIT 1";
const OF_PERSON: &str = "SELECT tenant, invitation FROM own_invitations($1, $2)";
const LIST: &str = "
    SELECT id, typed, role, name, inviter, state, created_at, sent_at, expires_at, closed_by
    FROM invitations WHERE id > $1 ORDER BY id LIMIT $2";
const RESEND: &str = "
    UPDATE invitations AS i SET digest = $2, sent_at = $3, expires_at = $4, state = 'pending', closed_at = NULL
    WHERE i.id = $1 AND i.state IN ('pending', 'expired') AND NOT EXISTS (
        SELECT FROM invitations AS o WHERE o.address = i.address AND o.state = 'pending' AND o.id <> i.id)";
const REVOKE: &str = "
    UPDATE invitations SET state = 'revoked', closed_at = $2 WHERE id = $1 AND state = 'pending'";
const ACCEPT: &str = "
    UPDATE invitations AS i SET state = 'accepted', closed_at = $6, closed_by = $3
    WHERE i.id = $1 AND i.state = 'pending' AND i.expires_at > $6 AND i.role = $4
        AND ($2::bytea IS NULL OR i.digest = $2)
        AND verified_owner(i.address) = $3
        AND EXISTS (SELECT FROM tenants AS t WHERE t.status = 'active')
        AND (i.inviter IS NULL OR EXISTS (
            SELECT FROM members AS m WHERE m.id = i.inviter AND m.status = 'active' AND m.roles && $5::text[]))";
const DECLINE: &str = "
    UPDATE invitations AS i SET state = 'declined', closed_at = $4, closed_by = $3
    WHERE i.id = $1 AND i.digest = $2 AND i.state = 'pending' AND i.expires_at > $4
        AND verified_owner(i.address) = $3";
const EXPIRE: &str = "
    UPDATE invitations SET state = 'expired', closed_at = $1 WHERE id IN (
        SELECT id FROM invitations WHERE state = 'pending' AND expires_at <= $1 ORDER BY expires_at LIMIT $2
        FOR UPDATE SKIP LOCKED)
    RETURNING id";
const FORGET: &str = "
    DELETE FROM invitations WHERE id IN (
        SELECT id FROM invitations WHERE closed_at < $1 ORDER BY closed_at LIMIT $2 FOR UPDATE SKIP LOCKED)";
