//! Subjects of the operator's providers as credentials of people: the person's scope.

use gatehouse_domain::connection::{FederatedKey, Source};
use gatehouse_domain::identity::IdentityStatus;
use gatehouse_domain::ids::{CredentialId, IdentityId, ProviderId};
use gatehouse_domain::secret::Digest;
use gatehouse_domain::time::Timestamp;
use sqlx::FromRow;
use uuid::Uuid;

use crate::error::StoreError;
use crate::row::{Insertion, parse};
use crate::tx::{Opener, Reads, WriteTx};

/// A subject of a provider that is a credential of the person in scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderLink {
    /// The credential.
    pub id: CredentialId,
    /// The provider.
    pub provider: ProviderId,
    /// The issuer identifier.
    pub issuer: String,
    /// The subject.
    pub subject: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last used.
    pub last_used_at: Option<Timestamp>,
}

/// Whose credential a subject is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProviderOwner {
    /// The person.
    pub identity: IdentityId,
    /// The credential.
    pub link: CredentialId,
    /// Whether they may sign in.
    pub status: IdentityStatus,
}

/// Whose credential a subject of a provider is, before a scope is known.
///
/// # Errors
/// What the database said.
pub async fn owner(
    cell: &Opener,
    provider: ProviderId,
    key: &Digest,
) -> Result<Option<ProviderOwner>, StoreError> {
    let query = sqlx::query_as::<_, (Uuid, Uuid, String)>(OWNER)
        .bind(provider.uuid())
        .bind(key.as_bytes().as_slice());
    let row = cell.call("provider_links.owner", query).await?;
    row.map(|(identity, link, status)| {
        Ok(ProviderOwner {
            identity: IdentityId::from_uuid(identity),
            link: CredentialId::from_uuid(link),
            status: parse(&status, "identity status")?,
        })
    })
    .transpose()
}

/// Makes a subject a credential of the person in scope; `Taken` if it is somebody's.
///
/// # Errors
/// What the database said.
pub async fn insert(tx: &mut WriteTx, link: &ProviderLink) -> Result<Insertion, StoreError> {
    let source = Source::Provider(link.provider);
    let key = FederatedKey { source, issuer: link.issuer.clone(), subject: link.subject.clone() }.digest();
    let query = sqlx::query(INSERT)
        .bind(link.id.uuid())
        .bind(link.provider.uuid())
        .bind(key.as_bytes().as_slice())
        .bind(link.issuer.as_str())
        .bind(link.subject.as_str())
        .bind(link.created_at);
    tx.guard().execute(query).await.map(Insertion::of)
}

/// The person's credentials at providers, the oldest first.
///
/// # Errors
/// What the database said.
pub async fn list(tx: &mut impl Reads) -> Result<Vec<ProviderLink>, StoreError> {
    let rows = tx.guard().all(sqlx::query_as::<_, Row>(LIST)).await?;
    Ok(rows.into_iter().map(Row::link).collect())
}

/// Notes that a credential was used; whether the person has it. Only after this, or after [`insert`], does the provider's word prove
/// an address in the same transaction.
///
/// # Errors
/// What the database said.
pub async fn touch(tx: &mut WriteTx, id: CredentialId, now: Timestamp) -> Result<bool, StoreError> {
    tx.guard().execute(sqlx::query(TOUCH).bind(id.uuid()).bind(now)).await.map(|rows| rows > 0)
}

/// Takes a credential away; whether the person had it.
///
/// # Errors
/// What the database said.
pub async fn remove(tx: &mut WriteTx, id: CredentialId) -> Result<bool, StoreError> {
    tx.guard().execute(sqlx::query(REMOVE).bind(id.uuid())).await.map(|rows| rows > 0)
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    provider_id: Uuid,
    issuer: String,
    subject: String,
    created_at: Timestamp,
    last_used_at: Option<Timestamp>,
}

impl Row {
    fn link(self) -> ProviderLink {
        ProviderLink {
            id: CredentialId::from_uuid(self.id),
            provider: ProviderId::from_uuid(self.provider_id),
            issuer: self.issuer,
            subject: self.subject,
            created_at: self.created_at,
            last_used_at: self.last_used_at,
        }
    }
}

const OWNER: &str = "SELECT identity, link, status FROM provider_owner($1, $2)";
const INSERT: &str = "
    INSERT INTO provider_links (id, provider_id, key, issuer, subject, created_at) VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT DO NOTHING";
const LIST: &str = "
    SELECT id, provider_id, issuer, subject, created_at, last_used_at FROM provider_links ORDER BY created_at, id";
const TOUCH: &str = "UPDATE provider_links SET last_used_at = $2 WHERE id = $1";
const REMOVE: &str = "DELETE FROM provider_links WHERE id = $1";
