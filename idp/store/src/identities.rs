//! People, their addresses and their credentials, each in the person's own scope.

use gatehouse_domain::credential::PasswordRecord;
use gatehouse_domain::email::EmailAddress;
use gatehouse_domain::ids::{AddressId, CredentialId, IdentityId};
use gatehouse_domain::secret::Digest;
use gatehouse_domain::time::Timestamp;
use uuid::Uuid;

use crate::error::StoreError;
use crate::row::Insertion;
use crate::tx::{Reads, WriteTx};

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

const INSERT: &str =
    "INSERT INTO identities (name, locale, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
const INSERT_CLAIMED: &str =
    "INSERT INTO addresses (id, address, typed, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
const VERIFIED_OWNER: &str = "SELECT verified_owner($1)";
const BEGIN_PROOF: &str = "SELECT begin_proof($1, $2, $3)";
const COMPLETE_PROOF: &str = "SELECT complete_proof($1, $2, $3, $4, $5, $6, $7)";
const PASSWORD: &str = "SELECT id, secret, changed_at FROM credentials WHERE kind = 'password'";
const PUT_PASSWORD: &str = "
    INSERT INTO credentials (id, kind, secret, created_at, changed_at) VALUES ($1, 'password', $2, $3, $3)
    ON CONFLICT (identity_id) WHERE kind = 'password'
    DO UPDATE SET secret = excluded.secret, changed_at = excluded.changed_at
    RETURNING id";
