//! Subjects of a tenant's connections as credentials of its members: the tenant's scope. A person sees their own across tenants.

use gatehouse_domain::connection::FederatedKey;
use gatehouse_domain::ids::{ConnectionId, CredentialId, IdentityId, MemberId, TenantId};
use gatehouse_domain::secret::Digest;
use gatehouse_domain::time::Timestamp;
use sqlx::FromRow;
use uuid::Uuid;

use crate::error::StoreError;
use crate::row::Insertion;
use crate::tx::{Reads, WriteTx};

/// A subject of a connection, and whose credential it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The credential.
    pub id: CredentialId,
    /// The connection.
    pub connection: ConnectionId,
    /// The issuer identifier or entity id.
    pub issuer: String,
    /// The subject.
    pub subject: String,
    /// The person.
    pub identity: IdentityId,
    /// The member that the person is in the tenant.
    pub member: MemberId,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last used.
    pub last_used_at: Option<Timestamp>,
}

impl Link {
    /// The digest of issuer and subject.
    fn key(&self, tenant: TenantId) -> Digest {
        let source = gatehouse_domain::connection::Source::Connection(tenant, self.connection);
        FederatedKey { source, issuer: self.issuer.clone(), subject: self.subject.clone() }.digest()
    }
}

/// A credential of the person in scope at some tenant's connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OwnLink {
    /// The tenant.
    pub tenant: TenantId,
    /// The credential.
    pub id: CredentialId,
    /// The connection.
    pub connection: ConnectionId,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Whose credential a subject of a connection is. Issuer and subject are compared by their digest.
///
/// # Errors
/// What the database said.
pub async fn find(
    tx: &mut impl Reads,
    connection: ConnectionId,
    key: &Digest,
) -> Result<Option<Link>, StoreError> {
    let query = sqlx::query_as::<_, Row>(FIND).bind(connection.uuid()).bind(key.as_bytes().as_slice());
    Ok(tx.guard().optional(query).await?.map(Row::link))
}

/// Makes a subject the credential of a member; `Taken` if it is somebody's.
///
/// # Errors
/// [`StoreError::OutOfScope`] without a tenant; what the database said.
pub async fn insert(tx: &mut WriteTx, link: &Link) -> Result<Insertion, StoreError> {
    let tenant = tx.scope().tenant_id().ok_or(StoreError::OutOfScope)?;
    let query = sqlx::query(INSERT)
        .bind(link.id.uuid())
        .bind(link.connection.uuid())
        .bind(link.key(tenant).as_bytes().as_slice())
        .bind(link.issuer.as_str())
        .bind(link.subject.as_str())
        .bind(link.identity.uuid())
        .bind(link.member.uuid())
        .bind(link.created_at);
    tx.guard().execute(query).await.map(Insertion::of)
}

/// Notes that a credential was used; whether it is there.
///
/// # Errors
/// What the database said.
pub async fn touch(tx: &mut WriteTx, id: CredentialId, now: Timestamp) -> Result<bool, StoreError> {
    tx.guard().execute(sqlx::query(TOUCH).bind(id.uuid()).bind(now)).await.map(|rows| rows > 0)
}

/// The credentials of a person at the tenant's connections, the oldest first.
///
/// # Errors
/// What the database said.
pub async fn of_person(tx: &mut impl Reads, identity: IdentityId) -> Result<Vec<Link>, StoreError> {
    let rows = tx.guard().all(sqlx::query_as::<_, Row>(OF_PERSON).bind(identity.uuid())).await?;
    Ok(rows.into_iter().map(Row::link).collect())
}

/// Takes a credential away, with what is known of its sessions at the upstream; whose it was.
///
/// # Errors
/// What the database said.
pub async fn remove(tx: &mut WriteTx, id: CredentialId) -> Result<Option<IdentityId>, StoreError> {
    let query = sqlx::query_as::<_, (Uuid,)>(REMOVE).bind(id.uuid());
    Ok(tx.guard().optional(query).await?.map(|(identity,)| IdentityId::from_uuid(identity)))
}

/// The credentials of the person in scope at all tenants' connections, the oldest first.
///
/// # Errors
/// What the database said.
pub async fn own(tx: &mut impl Reads) -> Result<Vec<OwnLink>, StoreError> {
    let rows = tx.guard().all(sqlx::query_as::<_, (Uuid, Uuid, Uuid, Timestamp)>(OWN)).await?;
    let own = |(tenant, id, connection, created_at)| OwnLink {
        tenant: TenantId::from_uuid(tenant),
        id: CredentialId::from_uuid(id),
        connection: ConnectionId::from_uuid(connection),
        created_at,
    };
    Ok(rows.into_iter().map(own).collect())
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    connection_id: Uuid,
    issuer: String,
    subject: String,
    identity_id: Uuid,
    member_id: Uuid,
    created_at: Timestamp,
    last_used_at: Option<Timestamp>,
}

impl Row {
    fn link(self) -> Link {
        Link {
            id: CredentialId::from_uuid(self.id),
            connection: ConnectionId::from_uuid(self.connection_id),
            issuer: self.issuer,
            subject: self.subject,
            identity: IdentityId::from_uuid(self.identity_id),
            member: MemberId::from_uuid(self.member_id),
            created_at: self.created_at,
            last_used_at: self.last_used_at,
        }
    }
}

const FIND: &str = "
    SELECT id, connection_id, issuer, subject, identity_id, member_id, created_at, last_used_at FROM connection_links
    WHERE connection_id = $1 AND key = $2";
const INSERT: &str = "
    INSERT INTO connection_links (id, connection_id, key, issuer, subject, identity_id, member_id, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING";
const TOUCH: &str = "UPDATE connection_links SET last_used_at = $2 WHERE id = $1";
const OF_PERSON: &str = "
    SELECT id, connection_id, issuer, subject, identity_id, member_id, created_at, last_used_at FROM connection_links
    WHERE identity_id = $1 ORDER BY created_at, id";
const REMOVE: &str = "DELETE FROM connection_links WHERE id = $1 RETURNING identity_id";
const OWN: &str = "
    SELECT tenant_id, link_id, connection_id, created_at FROM linked_connections ORDER BY created_at, link_id";
