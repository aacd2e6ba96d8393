//! People, their addresses and their credentials, each in the person's own scope.

use gatehouse_domain::credential::PasswordRecord;
use gatehouse_domain::email::EmailAddress;
use gatehouse_domain::identity::IdentityStatus;
use gatehouse_domain::ids::{AddressId, CredentialId, IdentityId};
use gatehouse_domain::secret::Digest;
use gatehouse_domain::time::Timestamp;
use sqlx::FromRow;
use uuid::Uuid;

use crate::error::StoreError;
use crate::row::{Insertion, parse};
use crate::tx::{Reads, WriteTx};

/// A person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The row.
    pub id: IdentityId,
    /// Whether the person may sign in.
    pub status: IdentityStatus,
    /// Counts changes that end sessions and tokens.
    pub epoch: i32,
    /// The person's name, where one is known.
    pub name: Option<String>,
    /// The language tag of the person's choice.
    pub locale: Option<String>,
}

/// How far an address is proven.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddressState {
    /// Said, not proven.
    Claimed,
    /// A proof is under way.
    Pending,
    /// Proven; no other identity of the cell has it.
    Verified,
    /// Was proven and is held for a while.
    Stale,
    /// Given up.
    Retired,
}

/// An address of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// The row.
    pub id: AddressId,
    /// The canonical form.
    pub address: String,
    /// The form that was typed, to which mail goes.
    pub typed: String,
    /// How far it is proven.
    pub state: AddressState,
    /// Whether it is the one shown.
    pub is_primary: bool,
}

/// What became of a try to prove an address. The try is counted in the transaction: commit whatever the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Proving {
    /// The address is verified, with its evidence.
    Verified,
    /// Not the right proof.
    Wrong,
    /// No proof is open: never begun, expired, spent, or its tries are used up.
    Gone,
    /// Another identity has verified the address meanwhile.
    Taken,
}

/// A try to prove an address.
#[derive(Debug, Clone)]
pub struct Attempt<'a> {
    /// The address.
    pub address: AddressId,
    /// The digest of what was shown.
    pub proof: Digest,
    /// The id of the evidence row.
    pub evidence: Uuid,
    /// How it was proven: `mailbox` or `dev`.
    pub method: &'static str,
    /// What else is worth keeping about it.
    pub details: &'a serde_json::Value,
    /// How many tries a proof has.
    pub tries: u16,
}

/// A stored password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Password {
    /// The row.
    pub id: CredentialId,
    /// The hash.
    pub record: PasswordRecord,
    /// When it was set.
    pub changed_at: Timestamp,
}

/// Inserts the person in scope (status and epoch are not used: active, 1).
///
/// # Errors
/// What the database said.
pub async fn insert(
    tx: &mut WriteTx,
    name: Option<&str>,
    locale: Option<&str>,
    now: Timestamp,
) -> Result<Insertion, StoreError> {
    let query = sqlx::query(INSERT).bind(name).bind(locale).bind(now);
    tx.guard().execute(query).await.map(Insertion::of)
}

/// The person in scope.
///
/// # Errors
/// What the database said.
pub async fn read(tx: &mut impl Reads) -> Result<Option<Identity>, StoreError> {
    let Some(row) = tx.guard().optional(sqlx::query_as::<_, Row>(READ)).await? else { return Ok(None) };
    Ok(Some(Identity {
        id: IdentityId::from_uuid(row.identity_id),
        status: parse(&row.status, "identity status")?,
        epoch: row.epoch,
        name: row.name,
        locale: row.locale,
    }))
}

/// Sets the name and language of the person in scope; whether there is one.
///
/// # Errors
/// What the database said.
pub async fn rename(tx: &mut WriteTx, name: Option<&str>, locale: Option<&str>) -> Result<bool, StoreError> {
    let query = sqlx::query(RENAME).bind(name).bind(locale);
    tx.guard().execute(query).await.map(|rows| rows > 0)
}

/// Sets the status of the person in scope and ends every session and token; the new epoch.
///
/// # Errors
/// What the database said.
pub async fn set_status(tx: &mut WriteTx, status: IdentityStatus) -> Result<Option<i32>, StoreError> {
    let query = sqlx::query_as::<_, (i32,)>(SET_STATUS).bind(status.as_str());
    Ok(tx.guard().optional(query).await?.map(|(epoch,)| epoch))
}

/// Ends every session and token of the person in scope; the new epoch.
///
/// # Errors
/// What the database said.
pub async fn bump_epoch(tx: &mut WriteTx) -> Result<Option<i32>, StoreError> {
    let query = sqlx::query_as::<_, (i32,)>(BUMP_EPOCH);
    Ok(tx.guard().optional(query).await?.map(|(epoch,)| epoch))
}

/// Adds a claimed address to the person in scope; `Taken` if the person has it already.
///
/// # Errors
/// What the database said.
pub async fn insert_claimed(
    tx: &mut WriteTx,
    id: AddressId,
    address: &EmailAddress,
    now: Timestamp,
) -> Result<Insertion, StoreError> {
    let query = sqlx::query(INSERT_CLAIMED)
        .bind(id.uuid())
        .bind(address.canonical())
        .bind(address.to_string())
        .bind(now);
    tx.guard().execute(query).await.map(Insertion::of)
}

/// The addresses of the person in scope, the primary one first.
///
/// # Errors
/// What the database said.
pub async fn addresses(tx: &mut impl Reads) -> Result<Vec<Address>, StoreError> {
    let rows = tx.guard().all(sqlx::query_as::<_, AddressRow>(ADDRESSES)).await?;
    rows.into_iter().map(AddressRow::address).collect()
}

/// The identity that has verified an address, in any scope: sign-in, linking and invitation ask this and nothing else may.
///
/// # Errors
/// What the database said.
pub async fn find_verified_owner(
    tx: &mut impl Reads,
    address: &EmailAddress,
) -> Result<Option<IdentityId>, StoreError> {
    let query = sqlx::query_as::<_, (Option<Uuid>,)>(VERIFIED_OWNER).bind(address.canonical());
    Ok(tx.guard().optional(query).await?.and_then(|(owner,)| owner).map(IdentityId::from_uuid))
}

/// Opens the proof of an address of the person in scope, in place of an earlier one; false if it has no such address or it
/// needs no proof.
///
/// # Errors
/// What the database said.
pub async fn begin_proof(
    tx: &mut WriteTx,
    address: AddressId,
    proof: &Digest,
    expires_at: Timestamp,
) -> Result<bool, StoreError> {
    let query = sqlx::query_as::<_, (bool,)>(BEGIN_PROOF)
        .bind(address.uuid())
        .bind(proof.as_bytes().as_slice())
        .bind(expires_at);
    Ok(tx.guard().optional(query).await?.is_some_and(|(begun,)| begun))
}

/// Spends a proof of the person in scope: the one writer of VERIFIED.
///
/// # Errors
/// What the database said.
pub async fn complete_proof(
    tx: &mut WriteTx,
    attempt: &Attempt<'_>,
    now: Timestamp,
) -> Result<Proving, StoreError> {
    let query = sqlx::query_as::<_, (String,)>(COMPLETE_PROOF)
        .bind(attempt.address.uuid())
        .bind(attempt.proof.as_bytes().as_slice())
        .bind(now)
        .bind(i32::from(attempt.tries))
        .bind(attempt.evidence)
        .bind(attempt.method)
        .bind(attempt.details);
    match tx.guard().optional(query).await?.as_ref().map(|(word,)| word.as_str()) {
        Some("verified") => Ok(Proving::Verified),
        Some("wrong") => Ok(Proving::Wrong),
        Some("taken") => Ok(Proving::Taken),
        Some("gone") => Ok(Proving::Gone),
        _ => Err(StoreError::Unreadable("proof outcome")),
    }
}

/// The password of the person in scope.
///
/// # Errors
/// What the database said.
pub async fn password(tx: &mut impl Reads) -> Result<Option<Password>, StoreError> {
    let row = tx.guard().optional(sqlx::query_as::<_, (Uuid, String, Timestamp)>(PASSWORD)).await?;
    Ok(row.map(|(id, secret, changed_at)| Password {
        id: CredentialId::from_uuid(id),
        record: PasswordRecord::from_stored(secret),
        changed_at,
    }))
}

/// Sets the password of the person in scope: a new row, or the hash of the one there, whose id is answered.
///
/// # Errors
/// What the database said.
pub async fn put_password(
    tx: &mut WriteTx,
    id: CredentialId,
    record: &PasswordRecord,
    now: Timestamp,
) -> Result<CredentialId, StoreError> {
    let query = sqlx::query_as::<_, (Uuid,)>(PUT_PASSWORD).bind(id.uuid()).bind(record.as_str()).bind(now);
    let row = tx.guard().optional(query).await?;
    row.map(|(id,)| CredentialId::from_uuid(id)).ok_or(StoreError::Unreadable("credential"))
}

/// Replaces a hash by one of the same password with newer parameters, unless the password has changed meanwhile.
///
/// # Errors
/// What the database said.
pub async fn rehash(
    tx: &mut WriteTx,
    old: &PasswordRecord,
    new: &PasswordRecord,
) -> Result<bool, StoreError> {
    let query = sqlx::query(REHASH).bind(old.as_str()).bind(new.as_str());
    tx.guard().execute(query).await.map(|rows| rows > 0)
}

/// Notes that a credential of the person in scope was used.
///
/// # Errors
/// What the database said.
pub async fn touch_used(tx: &mut WriteTx, id: CredentialId, now: Timestamp) -> Result<(), StoreError> {
    let query = sqlx::query(TOUCH_USED).bind(id.uuid()).bind(now);
    tx.guard().execute(query).await.map(|_| ())
}

#[derive(FromRow)]
struct Row {
    identity_id: Uuid,
    status: String,
    epoch: i32,
    name: Option<String>,
    locale: Option<String>,
}

#[derive(FromRow)]
struct AddressRow {
    id: Uuid,
    address: String,
    typed: String,
    state: String,
    is_primary: bool,
}

impl AddressRow {
    fn address(self) -> Result<Address, StoreError> {
        let state = match self.state.as_str() {
            "claimed" => AddressState::Claimed,
            "pending" => AddressState::Pending,
            "verified" => AddressState::Verified,
            "stale" => AddressState::Stale,
            "retired" => AddressState::Retired,
            _ => return Err(StoreError::Unreadable("address state")),
        };
        Ok(Address {
            id: AddressId::from_uuid(self.id),
            address: self.address,
            typed: self.typed,
            state,
            is_primary: self.is_primary,
        })
    }
}

const INSERT: &str =
    "INSERT INTO identities (name, locale, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
const READ: &str = "SELECT identity_id, status, epoch, name, locale FROM identities";
const RENAME: &str = "UPDATE identities SET name = $1, locale = $2";
const SET_STATUS: &str = "UPDATE identities SET status = $1, epoch = epoch + 1 RETURNING epoch";
const BUMP_EPOCH: &str = "UPDATE identities SET epoch = epoch + 1 RETURNING epoch";
const INSERT_CLAIMED: &str =
    "INSERT INTO addresses (id, address, typed, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
const ADDRESSES: &str =
    "SELECT id, address, typed, state, is_primary FROM addresses ORDER BY is_primary DESC, created_at, id";
const VERIFIED_OWNER: &str = "SELECT verified_owner($1)";
const BEGIN_PROOF: &str = "SELECT begin_proof($1, $2, $3)";
const COMPLETE_PROOF: &str = "SELECT complete_proof($1, $2, $3, $4, $5, $6, $7)";
const PASSWORD: &str = "SELECT id, secret, changed_at FROM credentials WHERE kind = 'password'";
const PUT_PASSWORD: &str = "
    INSERT INTO credentials (id, kind, secret, created_at, changed_at) VALUES ($1, 'password', $2, $3, $3)
    ON CONFLICT (identity_id) WHERE kind = 'password'
    DO UPDATE SET secret = excluded.secret, changed_at = excluded.changed_at
    RETURNING id";
const REHASH: &str = "UPDATE credentials SET secret = $2 WHERE kind = 'password' AND secret = $1";
const TOUCH_USED: &str = "UPDATE credentials SET last_used_at = $2 WHERE id = $1";
