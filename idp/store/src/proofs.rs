//! Proofs of mailboxes: begun with a mail, judged by a code or a link, spent once.

use gatehouse_domain::email::{EmailAddress, ProofPurpose};
use gatehouse_domain::ids::{IdentityId, ProofId};
use gatehouse_domain::secret::Digest;
use gatehouse_domain::time::Timestamp;
use uuid::Uuid;

use crate::error::StoreError;
use crate::guard::As;
use crate::tx::{Opener, Reads as _, WriteTx};

/// A proof to be begun.
#[derive(Debug, Clone, Copy)]
pub struct NewProof<'a> {
    /// The row.
    pub id: ProofId,
    /// What it is for.
    pub purpose: ProofPurpose,
    /// Whose it is, and then the person in scope; nobody's before there is an account, or if nobody has the address.
    pub identity: Option<IdentityId>,
    /// The address.
    pub address: &'a EmailAddress,
    /// The digest of the browser's pre-session secret; none in the demo world.
    pub browser: Option<Digest>,
    /// The keyed hash of the code.
    pub code: [u8; 32],
    /// The digest of the link's token.
    pub link: Digest,
    /// The id of the evidence row, if a claim becomes pending by it.
    pub evidence: Uuid,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// A proof as the browser that began it names it.
#[derive(Debug, Clone, Copy)]
pub struct ProofKey {
    /// The row.
    pub id: ProofId,
    /// The digest of the browser's pre-session secret; none in the demo world.
    pub browser: Option<Digest>,
}

/// What became of a try. It is counted and kept whatever the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Tried {
    /// The mailbox is proven.
    Proven,
    /// Not the right code.
    Wrong,
    /// Nothing is open: proven or spent before, expired, replaced, of another browser, or its tries are used up.
    Gone,
}

/// Begins a proof, in place of an earlier one of the same address and purpose.
///
/// # Errors
/// What the database said; a proof of somebody else than the person in scope is refused.
pub async fn begin(tx: &mut WriteTx, proof: &NewProof<'_>, now: Timestamp) -> Result<(), StoreError> {
    let query = sqlx::query_as::<_, (i32,)>(BEGIN)
        .bind(proof.id.uuid())
        .bind(proof.purpose.as_str())
        .bind(proof.identity.map(IdentityId::uuid))
        .bind(proof.address.canonical())
        .bind(proof.browser.map(|browser| browser.as_bytes().to_vec()))
        .bind(proof.code.as_slice())
        .bind(proof.link.as_bytes().as_slice())
        .bind(proof.evidence)
        .bind(now)
        .bind(proof.expires_at);
    tx.guard().optional(query).await.map(|_| ())
}

/// A code that was typed.
#[derive(Debug, Clone, Copy)]
pub struct Typed {
    /// Its keyed hash.
    pub code: [u8; 32],
    /// How many tries a proof has.
    pub tries: u16,
    /// How long a proven mailbox stays so.
    pub until: Timestamp,
}

/// Judges a typed code in a call of its own, so that the try stays counted whatever comes after.
///
/// # Errors
/// What the database said.
pub async fn try_code(
    cell: &Opener,
    proof: ProofKey,
    typed: &Typed,
    now: Timestamp,
) -> Result<Tried, StoreError> {
    read(cell.call("proofs.try", typed.tried(proof, now)).await?)
}

/// Judges a code in the transaction that began its proof: the demo world, which shows what it made.
///
/// # Errors
/// What the database said.
pub async fn show_code(
    tx: &mut WriteTx,
    proof: ProofKey,
    typed: &Typed,
    now: Timestamp,
) -> Result<Tried, StoreError> {
    read(tx.guard().optional(typed.tried(proof, now)).await?)
}

impl Typed {
    fn tried(&self, proof: ProofKey, now: Timestamp) -> As<'_, (String,)> {
        sqlx::query_as::<_, (String,)>(TRY)
            .bind(proof.id.uuid())
            .bind(proof.browser.map(|browser| browser.as_bytes().to_vec()))
            .bind(self.code.as_slice())
            .bind(i32::from(self.tries))
            .bind(now)
            .bind(self.until)
    }
}

/// Judges the token of a mailed link; a proven mailbox stays so until `until`.
///
/// # Errors
/// What the database said.
pub async fn follow(
    cell: &Opener,
    proof: ProofKey,
    link: &Digest,
    now: Timestamp,
    until: Timestamp,
) -> Result<Tried, StoreError> {
    let query = sqlx::query_as::<_, (String,)>(FOLLOW)
        .bind(proof.id.uuid())
        .bind(proof.browser.map(|browser| browser.as_bytes().to_vec()))
        .bind(link.as_bytes().as_slice())
        .bind(now)
        .bind(until);
    read(cell.call("proofs.follow", query).await?)
}

/// Spends a proven mailbox for its purpose, once; false if there is none of the person in scope.
///
/// # Errors
/// What the database said.
pub async fn spend(
    tx: &mut WriteTx,
    proof: ProofKey,
    purpose: ProofPurpose,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let query = sqlx::query_as::<_, (bool,)>(SPEND)
        .bind(proof.id.uuid())
        .bind(purpose.as_str())
        .bind(proof.browser.map(|browser| browser.as_bytes().to_vec()))
        .bind(now);
    Ok(tx.guard().optional(query).await?.is_some_and(|(spent,)| spent))
}

/// Ends every proof that is under way for the person in scope; how many there were.
///
/// # Errors
/// What the database said.
pub async fn void(tx: &mut WriteTx) -> Result<u64, StoreError> {
    let row = tx.guard().optional(sqlx::query_as::<_, (i64,)>(VOID)).await?;
    Ok(row.map_or(0, |(count,)| u64::try_from(count).unwrap_or(0)))
}

fn read(word: Option<(String,)>) -> Result<Tried, StoreError> {
    match word.map(|(word,)| word).as_deref() {
        Some("proven") => Ok(Tried::Proven),
        Some("wrong") => Ok(Tried::Wrong),
        Some("gone") => Ok(Tried::Gone),
        _ => Err(StoreError::Unreadable("proof outcome")),
    }
}

const BEGIN: &str = "SELECT 1 FROM proof_begin($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
const TRY: &str = "SELECT proof_try($1, $2, $3, $4, $5, $6)";
const FOLLOW: &str = "SELECT proof_follow($1, $2, $3, $4, $5)";
const SPEND: &str = "SELECT proof_spend($1, $2, $3, $4)";
const VOID: &str = "SELECT proofs_void()";
