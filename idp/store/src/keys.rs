//! Data keys and signing keys, wrapped and sealed by the room that may open them: the platform's in the directory, a tenant's in
//! its cell.

use gatehouse_domain::ids::KeyId;
use gatehouse_domain::oauth::{Alg, Owner};
use gatehouse_domain::time::Timestamp;
use sqlx::FromRow;
use uuid::Uuid;

use crate::error::StoreError;
use crate::row::{Both, Insertion, both, document};
use crate::tx::{Reads, WriteTx};

/// A data key, wrapped by the installation's key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataKey {
    /// The row.
    pub id: KeyId,
    /// The key that wraps it.
    pub kek_id: String,
    /// The wrapped key.
    pub wrapped: Vec<u8>,
}

/// Where a signing key stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    /// Published, not yet used.
    Next,
    /// In use.
    Current,
    /// No longer used, published until what it signed is over.
    Retired,
    /// Withdrawn: verifies nothing.
    Revoked,
}

/// A signing key, its private half sealed by the owner's data key.
#[derive(Debug, Clone, PartialEq)]
pub struct SigningKey {
    /// The row; the `kid`.
    pub id: KeyId,
    /// Its algorithm.
    pub alg: Alg,
    /// Where it stands.
    pub state: KeyState,
    /// Its public half (RFC 7517).
    pub public_jwk: serde_json::Value,
    /// Its private half, sealed.
    pub sealed: Vec<u8>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Since when it has been in use.
    pub current_at: Option<Timestamp>,
    /// When a retired key leaves the published set.
    pub gone_at: Option<Timestamp>,
}

/// The data key in use, if one was made.
///
/// # Errors
/// What the database said.
pub async fn data_key(tx: &mut impl Reads, owner: Owner) -> Result<Option<DataKey>, StoreError> {
    let query = sqlx::query_as::<_, (Uuid, String, Vec<u8>)>(DATA_KEY.of(tx, owner)?);
    let row = tx.guard().optional(query).await?;
    Ok(row.map(|(id, kek_id, wrapped)| DataKey { id: KeyId::from_uuid(id), kek_id, wrapped }))
}

/// Inserts a data key unless one is in use, and answers the one in use: of racing makers, all get the winner's.
///
/// # Errors
/// What the database said.
pub async fn data_key_or_insert(
    tx: &mut WriteTx,
    owner: Owner,
    made: &DataKey,
    now: Timestamp,
) -> Result<DataKey, StoreError> {
    let query = sqlx::query(INSERT_DATA_KEY.of(tx, owner)?)
        .bind(made.id.uuid())
        .bind(made.kek_id.as_str())
        .bind(made.wrapped.as_slice())
        .bind(now);
    tx.guard().execute(query).await?;
    data_key(tx, owner).await?.ok_or(StoreError::Unreadable("data key"))
}

/// The keys that verify now: next, current, and retired ones whose time is not over; newest first.
///
/// # Errors
/// What the database said.
pub async fn list_verifying(
    tx: &mut impl Reads,
    owner: Owner,
    now: Timestamp,
) -> Result<Vec<SigningKey>, StoreError> {
    let query = sqlx::query_as::<_, Row>(VERIFYING.of(tx, owner)?).bind(now);
    tx.guard().all(query).await?.into_iter().map(Row::key).collect()
}

/// Inserts a key as next or current; `Taken` if the owner has one of that algorithm and state.
///
/// # Errors
/// What the database said.
pub async fn insert_signing_key(
    tx: &mut WriteTx,
    owner: Owner,
    key: &SigningKey,
) -> Result<Insertion, StoreError> {
    let query = sqlx::query(INSERT_SIGNING_KEY.of(tx, owner)?)
        .bind(key.id.uuid())
        .bind(key.alg.as_str())
        .bind(key.state.as_str())
        .bind(&key.public_jwk)
        .bind(key.sealed.as_slice())
        .bind(key.created_at)
        .bind(key.current_at);
    tx.guard().execute(query).await.map(Insertion::of)
}

/// Makes a waiting key the current one and retires its predecessor, which leaves the published set at `gone_at`. False if the
/// key no longer waits: of racing rotations one wins.
///
/// # Errors
/// What the database said.
pub async fn promote(
    tx: &mut WriteTx,
    owner: Owner,
    id: KeyId,
    now: Timestamp,
    gone_at: Timestamp,
) -> Result<bool, StoreError> {
    let sql = Both { platform: PROMOTE_PLATFORM, tenant: PROMOTE_TENANT }.of(tx, owner)?;
    let query = sqlx::query_as::<_, (bool,)>(sql).bind(id.uuid()).bind(now).bind(gone_at);
    Ok(tx.guard().optional(query).await?.is_some_and(|(promoted,)| promoted))
}

/// Withdraws a key at once; whether it verified until now.
///
/// # Errors
/// What the database said.
pub async fn revoke(tx: &mut WriteTx, owner: Owner, id: KeyId, now: Timestamp) -> Result<bool, StoreError> {
    let query = sqlx::query(REVOKE.of(tx, owner)?).bind(id.uuid()).bind(now);
    tx.guard().execute(query).await.map(|rows| rows > 0)
}

impl KeyState {
    /// The word as stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Next => "next",
            Self::Current => "current",
            Self::Retired => "retired",
            Self::Revoked => "revoked",
        }
    }
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    alg: String,
    state: String,
    public_jwk: serde_json::Value,
    sealed: Vec<u8>,
    created_at: Timestamp,
    current_at: Option<Timestamp>,
    gone_at: Option<Timestamp>,
}

impl Row {
    fn key(self) -> Result<SigningKey, StoreError> {
        let state = match self.state.as_str() {
            "next" => KeyState::Next,
            "current" => KeyState::Current,
            "retired" => KeyState::Retired,
            "revoked" => KeyState::Revoked,
            _ => return Err(StoreError::Unreadable("key state")),
        };
        Ok(SigningKey {
            id: KeyId::from_uuid(self.id),
            alg: document(serde_json::Value::String(self.alg), "algorithm")?,
            state,
            public_jwk: self.public_jwk,
            sealed: self.sealed,
            created_at: self.created_at,
            current_at: self.current_at,
            gone_at: self.gone_at,
        })
    }
}

const DATA_KEY: Both = both!("SELECT id, kek_id, wrapped FROM " [data_keys] " WHERE retired_at IS NULL");
const INSERT_DATA_KEY: Both = both!(
    "INSERT INTO " [data_keys] " (id, kek_id, wrapped, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING");
const VERIFYING: Both = both!(
    "SELECT id, alg, state, public_jwk, sealed, created_at, current_at, gone_at FROM " [signing_keys] "
    WHERE state IN ('next', 'current') OR (state = 'retired' AND gone_at > $1) ORDER BY created_at DESC, id DESC");
const INSERT_SIGNING_KEY: Both = both!(
    "INSERT INTO " [signing_keys] " (id, alg, state, public_jwk, sealed, created_at, current_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING");
const PROMOTE_PLATFORM: &str = "SELECT directory.promote_key($1, $2, $3)";
const PROMOTE_TENANT: &str = "SELECT promote_key($1, $2, $3)";
const REVOKE: Both = both!(
    "UPDATE " [signing_keys] " SET state = 'revoked', gone_at = $2 WHERE id = $1 AND state <> 'revoked'");
