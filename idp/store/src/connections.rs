//! A tenant's own upstreams and what they know us by, in the tenant's scope.

use gatehouse_domain::connection::{Connection, ConnectionSettings, UpstreamStatus};
use gatehouse_domain::ids::ConnectionId;
use gatehouse_domain::tenant::UpstreamName;
use gatehouse_domain::time::Timestamp;
use sqlx::FromRow;
use uuid::Uuid;

use crate::error::StoreError;
use crate::row::{Insertion, document, parse, to_document};
use crate::tx::{Reads, WriteTx};

/// What a secret of ours at an upstream is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretPurpose {
    /// The client secret (RFC 6749, section 2.3.1).
    ClientSecret,
    /// The private key by which a client shows who it is (RFC 7523).
    ClientKey,
    /// The service provider's key, which signs requests and opens what is encrypted for us.
    ServiceKey,
    /// The key that takes its place.
    NextServiceKey,
}

impl SecretPurpose {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::ClientSecret, Self::ClientKey, Self::ServiceKey, Self::NextServiceKey];

    /// The word that stands in storage.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ClientSecret => "client_secret",
            Self::ClientKey => "client_key",
            Self::ServiceKey => "sp_key",
            Self::NextServiceKey => "sp_key_next",
        }
    }

    pub(crate) fn read(word: &str) -> Result<Self, StoreError> {
        let known = Self::ALL.into_iter().find(|purpose| purpose.as_str() == word);
        known.ok_or(StoreError::Unreadable("purpose of a secret"))
    }
}

/// A secret of ours at an upstream.
#[derive(Clone, PartialEq, Eq)]
pub struct UpstreamSecret {
    /// Another at every change: what is sealed belongs to it.
    pub id: Uuid,
    /// What it is for.
    pub purpose: SecretPurpose,
    /// The secret, sealed.
    pub sealed: Vec<u8>,
}

impl std::fmt::Debug for UpstreamSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "UpstreamSecret({}, {})", self.id, self.purpose.as_str())
    }
}

/// Adds a connection (its `epoch` is not used: it starts at 1); `Taken` if the tenant has one of that name.
///
/// # Errors
/// What the database said.
pub async fn insert(
    tx: &mut WriteTx,
    connection: &Connection,
    now: Timestamp,
) -> Result<Insertion, StoreError> {
    let query = sqlx::query(INSERT)
        .bind(connection.id.uuid())
        .bind(connection.name.as_str())
        .bind(to_document(&connection.settings, "connection")?)
        .bind(connection.status.as_str())
        .bind(now);
    tx.guard().execute(query).await.map(Insertion::of)
}

/// The connection of an id.
///
/// # Errors
/// What the database said.
pub async fn by_id(tx: &mut impl Reads, id: ConnectionId) -> Result<Option<Connection>, StoreError> {
    let row = tx.guard().optional(sqlx::query_as::<_, Row>(BY_ID).bind(id.uuid())).await?;
    row.map(Row::connection).transpose()
}

/// The connection of a name.
///
/// # Errors
/// What the database said.
pub async fn by_name(tx: &mut impl Reads, name: &UpstreamName) -> Result<Option<Connection>, StoreError> {
    let row = tx.guard().optional(sqlx::query_as::<_, Row>(BY_NAME).bind(name.as_str())).await?;
    row.map(Row::connection).transpose()
}

/// The tenant's connections, in the order of their names.
///
/// # Errors
/// What the database said.
pub async fn list(tx: &mut impl Reads) -> Result<Vec<Connection>, StoreError> {
    let rows = tx.guard().all(sqlx::query_as::<_, Row>(LIST)).await?;
    rows.into_iter().map(Row::connection).collect()
}

/// Sets what a connection is and whether it may be used. The epoch rises where anything changes, so that what was begun before is not
/// finished by other rules. The epoch now, or `None` if there is no such connection.
///
/// # Errors
/// What the database said.
pub async fn update(
    tx: &mut WriteTx,
    id: ConnectionId,
    settings: &ConnectionSettings,
    status: UpstreamStatus,
) -> Result<Option<i32>, StoreError> {
    let query = sqlx::query_as::<_, (i32,)>(UPDATE)
        .bind(id.uuid())
        .bind(to_document(settings, "connection")?)
        .bind(status.as_str());
    Ok(tx.guard().optional(query).await?.map(|(epoch,)| epoch))
}

/// Removes a connection that nobody is linked by, with its secrets; whether it went.
///
/// # Errors
/// What the database said.
pub async fn delete(tx: &mut WriteTx, id: ConnectionId) -> Result<bool, StoreError> {
    tx.guard().execute(sqlx::query(DELETE).bind(id.uuid())).await.map(|rows| rows > 0)
}

/// Whether somebody is linked by a connection: then its issuer or entity id does not change, and it is not removed. The connection
/// is locked, so that nobody becomes so before this transaction ends.
///
/// # Errors
/// What the database said.
pub async fn has_links(tx: &mut WriteTx, id: ConnectionId) -> Result<bool, StoreError> {
    tx.guard().execute(sqlx::query(LOCK).bind(id.uuid())).await?;
    let row = tx.guard().optional(sqlx::query_as::<_, (bool,)>(HAS_LINKS).bind(id.uuid())).await?;
    Ok(row.is_some_and(|(has,)| has))
}

/// Sets a secret of a connection, in place of one for the same purpose.
///
/// # Errors
/// What the database said.
pub async fn put_secret(
    tx: &mut WriteTx,
    id: ConnectionId,
    secret: &UpstreamSecret,
    now: Timestamp,
) -> Result<(), StoreError> {
    drop_secret(tx, id, secret.purpose).await?;
    let query = sqlx::query(PUT_SECRET)
        .bind(secret.id)
        .bind(id.uuid())
        .bind(secret.purpose.as_str())
        .bind(secret.sealed.as_slice())
        .bind(now);
    tx.guard().execute(query).await.map(|_| ())
}

/// Takes a secret of a connection away; whether there was one.
///
/// # Errors
/// What the database said.
pub async fn drop_secret(
    tx: &mut WriteTx,
    id: ConnectionId,
    purpose: SecretPurpose,
) -> Result<bool, StoreError> {
    let query = sqlx::query(DROP_SECRET).bind(id.uuid()).bind(purpose.as_str());
    tx.guard().execute(query).await.map(|rows| rows > 0)
}

/// The secrets of a connection.
///
/// # Errors
/// What the database said.
pub async fn secrets(tx: &mut impl Reads, id: ConnectionId) -> Result<Vec<UpstreamSecret>, StoreError> {
    let rows = tx.guard().all(sqlx::query_as::<_, SecretRow>(SECRETS).bind(id.uuid())).await?;
    rows.into_iter().map(SecretRow::secret).collect()
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    name: String,
    settings: serde_json::Value,
    status: String,
    epoch: i32,
}

impl Row {
    fn connection(self) -> Result<Connection, StoreError> {
        Ok(Connection {
            id: ConnectionId::from_uuid(self.id),
            name: parse(&self.name, "connection name")?,
            settings: document(self.settings, "connection")?,
            status: status(&self.status),
            epoch: self.epoch,
        })
    }
}

#[derive(FromRow)]
pub(crate) struct SecretRow {
    id: Uuid,
    purpose: String,
    sealed: Vec<u8>,
}

impl SecretRow {
    pub(crate) fn secret(self) -> Result<UpstreamSecret, StoreError> {
        Ok(UpstreamSecret { id: self.id, purpose: SecretPurpose::read(&self.purpose)?, sealed: self.sealed })
    }
}

/// Anything but the one word for it may not be used.
pub(crate) fn status(word: &str) -> UpstreamStatus {
    if word == UpstreamStatus::Active.as_str() { UpstreamStatus::Active } else { UpstreamStatus::Disabled }
}

const INSERT: &str = "
    INSERT INTO connections (id, name, settings, status, created_at) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT DO NOTHING";
const BY_ID: &str = "SELECT id, name, settings, status, epoch FROM connections WHERE id = $1";
const BY_NAME: &str = "SELECT id, name, settings, status, epoch FROM connections WHERE name = $1";
const LIST: &str = "SELECT id, name, settings, status, epoch FROM connections ORDER BY name";
const UPDATE: &str = "
    UPDATE connections SET settings = $2, status = $3,
        epoch = epoch + (settings <> $2 OR status <> $3)::integer
    WHERE id = $1 RETURNING epoch";
const DELETE: &str = "
    DELETE FROM connections AS c
    WHERE c.id = $1 AND NOT EXISTS (SELECT FROM connection_links AS l WHERE l.connection_id = c.id)";
const LOCK: &str = "SELECT FROM connections WHERE id = $1 FOR UPDATE";
const HAS_LINKS: &str = "SELECT EXISTS (SELECT FROM connection_links WHERE connection_id = $1)";
const PUT_SECRET: &str = "
    INSERT INTO connection_secrets (id, connection_id, purpose, sealed, created_at) VALUES ($1, $2, $3, $4, $5)";
const DROP_SECRET: &str = "DELETE FROM connection_secrets WHERE connection_id = $1 AND purpose = $2";
const SECRETS: &str =
    "SELECT id, purpose, sealed FROM connection_secrets WHERE connection_id = $1 ORDER BY purpose";
