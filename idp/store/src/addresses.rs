//! Addresses of people: claimed, proven, let go. Every move leaves a row of evidence.

use chrono::TimeDelta;
use gatehouse_domain::email::{AddressState, ClaimedBy, EmailAddress, LeftBecause, ProofPurpose, ProvenBy};
use gatehouse_domain::ids::{AddressId, CredentialId, IdentityId};
use gatehouse_domain::time::Timestamp;
use sqlx::FromRow;
use uuid::Uuid;

use crate::error::StoreError;
use crate::proofs::ProofKey;
use crate::row::{Insertion, parse};
use crate::tx::{Opener, Reads, WriteTx};

/// An address of the person in scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// The row.
    pub id: AddressId,
    /// As it was typed; mail goes there.
    pub address: EmailAddress,
    /// What is known about it.
    pub state: AddressState,
    /// Whether mail and tokens use it first.
    pub primary: bool,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it was last proven.
    pub verified_at: Option<Timestamp>,
    /// Since when letters to it are refused; none while they get through.
    pub refused_at: Option<Timestamp>,
}

/// A claim to be written.
#[derive(Debug, Clone, Copy)]
pub struct Claim<'a> {
    /// The row.
    pub id: AddressId,
    /// The address.
    pub address: &'a EmailAddress,
    /// Who says so.
    pub by: ClaimedBy,
    /// The id of the evidence row.
    pub evidence: Uuid,
    /// What else is worth keeping about it.
    pub details: &'a serde_json::Value,
}

/// A proven mailbox that is to make an address verified.
#[derive(Debug, Clone, Copy)]
pub struct Proving<'a> {
    /// The claim.
    pub address: AddressId,
    /// The proof.
    pub proof: ProofKey,
    /// What the proof was for.
    pub purpose: ProofPurpose,
    /// The keyed hash by which a released address is known.
    pub mark: [u8; 32],
    /// How long a lapsed or released address is kept from others.
    pub cool_off: TimeDelta,
    /// The id of the evidence row.
    pub evidence: Uuid,
    /// How it was proven.
    pub by: ProvenBy,
    /// What else is worth keeping about it.
    pub details: &'a serde_json::Value,
}

/// A provider's word that is to make an address verified.
#[derive(Debug, Clone, Copy)]
pub struct ProviderWord<'a> {
    /// The claim.
    pub address: AddressId,
    /// The credential by which the provider vouched.
    pub link: CredentialId,
    /// The keyed hash by which a released address is known.
    pub mark: [u8; 32],
    /// How long a lapsed or released address is kept from others.
    pub cool_off: TimeDelta,
    /// The id of the evidence row.
    pub evidence: Uuid,
    /// Provider, issuer, subject and hosted domain.
    pub details: &'a serde_json::Value,
}

/// What became of a proven mailbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Proved {
    /// The address is verified. Whoever's proof of it had lapsed long ago gave way.
    Verified(Option<IdentityId>),
    /// Nothing was proven, or there is no such claim.
    Gone,
    /// Another identity has verified the address.
    Taken,
    /// Another identity let go of the address not long ago.
    Held,
}

/// What became of letting go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Released {
    /// The address is nobody's.
    Done,
    /// The person has no such address.
    Absent,
    /// It is the only proven one.
    Last,
}

/// The owner of a proven address, as mail to it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailbox {
    /// The person.
    pub identity: IdentityId,
    /// The address as it was proven; mail goes there and never to what somebody typed.
    pub address: EmailAddress,
    /// The person's language.
    pub locale: Option<String>,
    /// The person's name.
    pub name: Option<String>,
}

/// Adds an address to the person in scope; `Taken` if the person has it already.
///
/// # Errors
/// What the database said.
pub async fn claim(tx: &mut WriteTx, claim: &Claim<'_>, now: Timestamp) -> Result<Insertion, StoreError> {
    let query = sqlx::query_as::<_, (bool,)>(CLAIM)
        .bind(claim.id.uuid())
        .bind(claim.address.canonical())
        .bind(claim.address.to_string())
        .bind(claim.evidence)
        .bind(claim.by.as_str())
        .bind(claim.details)
        .bind(now);
    let made = tx.guard().optional(query).await?.is_some_and(|(made,)| made);
    Ok(if made { Insertion::Done } else { Insertion::Taken })
}

/// The addresses of the person in scope, the first of them first; those given up are not among them.
///
/// # Errors
/// What the database said.
pub async fn list(tx: &mut impl Reads) -> Result<Vec<Address>, StoreError> {
    let rows = tx.guard().all(sqlx::query_as::<_, Row>(LIST)).await?;
    rows.into_iter().map(Row::address).collect()
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

/// Where mail about an address goes, if somebody who may sign in has proven it.
///
/// # Errors
/// What the database said.
pub async fn mailbox(cell: &Opener, address: &EmailAddress) -> Result<Option<Mailbox>, StoreError> {
    let query = sqlx::query_as::<_, MailboxRow>(MAILBOX).bind(address.canonical());
    let row = cell.call("addresses.mailbox", query).await?;
    row.map(|row| {
        Ok(Mailbox {
            identity: IdentityId::from_uuid(row.identity),
            address: parse(&row.typed, "address")?,
            locale: row.locale,
            name: row.name,
        })
    })
    .transpose()
}

/// Makes a claim of the person in scope verified by the proof of its mailbox. This and [`prove_by_provider`] write that state, and
/// nothing else does.
///
/// # Errors
/// What the database said.
pub async fn prove(tx: &mut WriteTx, proving: &Proving<'_>, now: Timestamp) -> Result<Proved, StoreError> {
    let query = sqlx::query_as::<_, (String, Option<Uuid>)>(PROVE)
        .bind(proving.address.uuid())
        .bind(proving.proof.id.uuid())
        .bind(proving.purpose.as_str())
        .bind(proving.proof.browser.map(|browser| browser.as_bytes().to_vec()))
        .bind(proving.mark.as_slice())
        .bind(now - proving.cool_off)
        .bind(proving.evidence)
        .bind(proving.by.as_str())
        .bind(proving.details)
        .bind(now);
    outcome(tx.guard().optional(query).await?.as_ref())
}

fn outcome(row: Option<&(String, Option<Uuid>)>) -> Result<Proved, StoreError> {
    match row.map(|(word, superseded)| (word.as_str(), *superseded)) {
        Some(("verified", superseded)) => Ok(Proved::Verified(superseded.map(IdentityId::from_uuid))),
        Some(("gone", _)) => Ok(Proved::Gone),
        Some(("taken", _)) => Ok(Proved::Taken),
        Some(("held", _)) => Ok(Proved::Held),
        _ => Err(StoreError::Unreadable("proof outcome")),
    }
}

/// Makes a claim of the person in scope verified by the word of a provider that is an authority over the address. The link must have
/// been made or used in this transaction.
///
/// # Errors
/// What the database said.
pub async fn prove_by_provider(
    tx: &mut WriteTx,
    word: &ProviderWord<'_>,
    now: Timestamp,
) -> Result<Proved, StoreError> {
    let query = sqlx::query_as::<_, (String, Option<Uuid>)>(PROVE_BY_PROVIDER)
        .bind(word.address.uuid())
        .bind(word.link.uuid())
        .bind(word.mark.as_slice())
        .bind(now - word.cool_off)
        .bind(word.evidence)
        .bind(word.details)
        .bind(now);
    outcome(tx.guard().optional(query).await?.as_ref())
}

/// Takes the claims of everybody else on an address that this transaction has just proven; whose they were.
///
/// # Errors
/// What the database said; any other transaction is refused.
pub async fn evict_claims(
    tx: &mut WriteTx,
    address: &EmailAddress,
    now: Timestamp,
) -> Result<Vec<IdentityId>, StoreError> {
    let query = sqlx::query_as::<_, (Uuid,)>(EVICT).bind(address.canonical()).bind(now);
    Ok(tx.guard().all(query).await?.into_iter().map(|(victim,)| IdentityId::from_uuid(victim)).collect())
}

/// Lets go of an address of the person in scope. A proven one is kept from others until `free`.
///
/// # Errors
/// What the database said.
pub async fn release(
    tx: &mut WriteTx,
    id: AddressId,
    mark: &[u8; 32],
    why: LeftBecause,
    evidence: Uuid,
    (now, free): (Timestamp, Timestamp),
) -> Result<Released, StoreError> {
    let query = sqlx::query_as::<_, (String,)>(RELEASE)
        .bind(id.uuid())
        .bind(mark.as_slice())
        .bind(evidence)
        .bind(why.as_str())
        .bind(now)
        .bind(free);
    match tx.guard().optional(query).await?.as_ref().map(|(word,)| word.as_str()) {
        Some("released") => Ok(Released::Done),
        Some("absent") => Ok(Released::Absent),
        Some("last") => Ok(Released::Last),
        _ => Err(StoreError::Unreadable("release outcome")),
    }
}

/// An address that goes with its person.
#[derive(Debug, Clone, Copy)]
pub struct Erased {
    /// The row.
    pub id: AddressId,
    /// The keyed hash by which it is known from now on.
    pub mark: [u8; 32],
    /// The id of the evidence row.
    pub evidence: Uuid,
}

/// Lets go of every address of the person in scope, who is deleted in this transaction, and wipes what they were. Proven ones are
/// kept from others until `free`.
///
/// # Errors
/// What the database said; it refuses if the person stays, or has an address more.
pub async fn erase_all(
    tx: &mut WriteTx,
    erased: &[Erased],
    (now, free): (Timestamp, Timestamp),
) -> Result<(), StoreError> {
    let ids: Vec<Uuid> = erased.iter().map(|address| address.id.uuid()).collect();
    let marks: Vec<Vec<u8>> = erased.iter().map(|address| address.mark.to_vec()).collect();
    let evidence: Vec<Uuid> = erased.iter().map(|address| address.evidence).collect();
    let query =
        sqlx::query_as::<_, (i32,)>(ERASE_ALL).bind(ids).bind(marks).bind(evidence).bind(now).bind(free);
    tx.guard().optional(query).await.map(|_| ())
}

/// A row of the ledger: when an address came into which state, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// The address.
    pub address: AddressId,
    /// When.
    pub at: Timestamp,
    /// Into which state.
    pub state: String,
    /// How: a closed word.
    pub method: String,
}

/// The ledger of the person in scope, oldest first.
///
/// # Errors
/// What the database said.
pub async fn evidence(tx: &mut impl Reads) -> Result<Vec<Evidence>, StoreError> {
    let rows = tx.guard().all(sqlx::query_as::<_, (Uuid, Timestamp, String, String)>(EVIDENCE)).await?;
    let row =
        |(address, at, state, method)| Evidence { address: AddressId::from_uuid(address), at, state, method };
    Ok(rows.into_iter().map(row).collect())
}

/// Makes a proven address of the person in scope the first one; false if it is not proven.
///
/// # Errors
/// What the database said.
pub async fn make_primary(tx: &mut WriteTx, id: AddressId) -> Result<bool, StoreError> {
    let query = sqlx::query_as::<_, (bool,)>(MAKE_PRIMARY).bind(id.uuid());
    Ok(tx.guard().optional(query).await?.is_some_and(|(done,)| done))
}

/// Claims that stand unproven since before a time, and whose they are.
///
/// # Errors
/// What the database said.
pub async fn unproven(
    cell: &Opener,
    before: Timestamp,
    batch: u16,
) -> Result<Vec<(IdentityId, AddressId)>, StoreError> {
    let query = sqlx::query_as::<_, (Uuid, Uuid)>(UNPROVEN).bind(before).bind(i32::from(batch));
    let rows = cell.call_all("addresses.unproven", query).await?;
    Ok(rows.into_iter().map(|(who, id)| (IdentityId::from_uuid(who), AddressId::from_uuid(id))).collect())
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    typed: String,
    state: String,
    is_primary: bool,
    created_at: Timestamp,
    verified_at: Option<Timestamp>,
    refused_at: Option<Timestamp>,
}

impl Row {
    fn address(self) -> Result<Address, StoreError> {
        Ok(Address {
            id: AddressId::from_uuid(self.id),
            address: parse(&self.typed, "address")?,
            state: parse(&self.state, "address state")?,
            primary: self.is_primary,
            created_at: self.created_at,
            verified_at: self.verified_at,
            refused_at: self.refused_at,
        })
    }
}

#[derive(FromRow)]
struct MailboxRow {
    identity: Uuid,
    typed: String,
    locale: Option<String>,
    name: Option<String>,
}

const CLAIM: &str = "SELECT claim_address($1, $2, $3, $4, $5, $6, $7)";
const LIST: &str = "
    SELECT id, typed, state, is_primary, created_at, verified_at, refused_at FROM addresses WHERE state <> 'retired'
    ORDER BY is_primary DESC, verified_at NULLS LAST, created_at, id";
const VERIFIED_OWNER: &str = "SELECT verified_owner($1)";
const MAILBOX: &str = "SELECT identity, typed, locale, name FROM verified_mailbox($1)";
const PROVE: &str = "SELECT outcome, superseded FROM prove_mailbox($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
const PROVE_BY_PROVIDER: &str =
    "SELECT outcome, superseded FROM prove_by_provider($1, $2, $3, $4, $5, $6, $7)";
const EVICT: &str = "SELECT victim FROM evict_claims($1, $2)";
const RELEASE: &str = "SELECT release_address($1, $2, $3, $4, $5, $6)";
const ERASE_ALL: &str = "SELECT 1 FROM erase_addresses($1, $2, $3, $4, $5)";
const EVIDENCE: &str = "
    SELECT address_id, at, state, method FROM address_evidence
    ORDER BY at, array_position(ARRAY['claimed', 'pending', 'verified', 'stale', 'retired'], state), id";
const MAKE_PRIMARY: &str = "SELECT make_primary($1)";
const UNPROVEN: &str = "SELECT identity, address FROM unproven_claims($1, $2)";
