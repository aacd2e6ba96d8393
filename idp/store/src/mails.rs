//! Letters: queued with the change that they tell of, ended once.

use gatehouse_domain::ids::{MailId, TenantId};
use gatehouse_domain::time::Timestamp;
use sqlx::FromRow;
use uuid::Uuid;

use crate::error::StoreError;
use crate::tx::{Opener, Reads, WriteTx};

/// A letter to be queued.
#[derive(Debug, Clone, Copy)]
pub struct NewMail<'a> {
    /// The row.
    pub id: MailId,
    /// Whose letter it is; it must be the transaction's tenant.
    pub tenant: Option<TenantId>,
    /// What it is about.
    pub kind: &'a str,
    /// A keyed hash of the address.
    pub recipient: [u8; 32],
    /// The letter, sealed.
    pub sealed: &'a [u8],
}

/// A letter that waits to be sent.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Waiting {
    /// What it is about.
    pub kind: String,
    /// The letter, sealed.
    pub sealed: Vec<u8>,
    /// When it was queued.
    pub created_at: Timestamp,
}

/// How a letter ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailEnd {
    /// A mail server has taken it.
    Sent,
    /// A mail server will not have it.
    Refused(&'static str),
    /// It was given up.
    Dead(&'static str),
}

/// A letter that was sent, as far as it is still known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// Whose letter it was.
    pub tenant: Option<TenantId>,
    /// What it was about.
    pub kind: String,
    /// The keyed hash of the address.
    pub recipient: Vec<u8>,
}

/// A letter that was given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadMail {
    /// The row.
    pub id: MailId,
    /// Whose letter it is.
    pub tenant: Option<TenantId>,
    /// What it is about.
    pub kind: String,
    /// When it was queued.
    pub created_at: Timestamp,
    /// When it was given up.
    pub ended_at: Timestamp,
    /// Why: a closed word.
    pub fault: String,
    /// Whether its content is still there, so that it can start over.
    pub resumable: bool,
}

/// Queues a letter with the transaction.
///
/// # Errors
/// What the database said; a letter of another tenant is refused.
pub async fn post(tx: &mut WriteTx, mail: &NewMail<'_>, now: Timestamp) -> Result<bool, StoreError> {
    let query = sqlx::query_as::<_, (bool,)>(POST)
        .bind(mail.id.uuid())
        .bind(mail.tenant.map(TenantId::uuid))
        .bind(mail.kind)
        .bind(mail.recipient.as_slice())
        .bind(mail.sealed)
        .bind(now);
    Ok(tx.guard().optional(query).await?.is_some_and(|(posted,)| posted))
}

/// Queues a letter with the transaction, unless its reader was written to about the same after `since`; whether it was queued.
///
/// # Errors
/// What the database said; a letter of another tenant is refused.
pub async fn post_seldom(
    tx: &mut WriteTx,
    mail: &NewMail<'_>,
    since: Timestamp,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let query = sqlx::query_as::<_, (bool,)>(POST_SELDOM)
        .bind(mail.id.uuid())
        .bind(mail.tenant.map(TenantId::uuid))
        .bind(mail.kind)
        .bind(mail.recipient.as_slice())
        .bind(mail.sealed)
        .bind(now)
        .bind(since);
    Ok(tx.guard().optional(query).await?.is_some_and(|(posted,)| posted))
}

/// A letter of the tenant in scope, or of none, if it still waits.
///
/// # Errors
/// What the database said.
pub async fn waiting(tx: &mut impl Reads, id: MailId) -> Result<Option<Waiting>, StoreError> {
    let query = sqlx::query_as::<_, Waiting>(WAITING).bind(id.uuid());
    tx.guard().optional(query).await
}

/// Notes how a waiting letter of the tenant in scope ended, and what that says of the address (in its canonical form); false
/// if it waits no longer.
///
/// # Errors
/// What the database said.
pub async fn end(
    tx: &mut WriteTx,
    id: MailId,
    how: MailEnd,
    address: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let (state, fault) = match how {
        MailEnd::Sent => ("sent", None),
        MailEnd::Refused(fault) => ("refused", Some(fault)),
        MailEnd::Dead(fault) => ("dead", Some(fault)),
    };
    let query =
        sqlx::query_as::<_, (bool,)>(END).bind(id.uuid()).bind(state).bind(fault).bind(now).bind(address);
    Ok(tx.guard().optional(query).await?.is_some_and(|(ended,)| ended))
}

/// A letter that was sent, by the id in its return path.
///
/// # Errors
/// What the database said.
pub async fn sent(cell: &Opener, id: MailId) -> Result<Option<Sent>, StoreError> {
    let query = sqlx::query_as::<_, (Option<Uuid>, String, Vec<u8>)>(SENT).bind(id.uuid());
    let row = cell.call("mails.sent", query).await?;
    Ok(row.map(|(tenant, kind, recipient)| Sent { tenant: tenant.map(TenantId::from_uuid), kind, recipient }))
}

/// Notes that a sent letter of the tenant in scope came back; `address` (canonical) only if the report names the one it went
/// to. False if it is known as sent no longer.
///
/// # Errors
/// What the database said.
pub async fn bounced(
    tx: &mut WriteTx,
    id: MailId,
    fault: &str,
    address: Option<&str>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let query = sqlx::query_as::<_, (bool,)>(BOUNCED).bind(id.uuid()).bind(fault).bind(now).bind(address);
    Ok(tx.guard().optional(query).await?.is_some_and(|(noted,)| noted))
}

/// Letters that were given up, the newest first.
///
/// # Errors
/// What the database said.
pub async fn dead(cell: &Opener, most: u16) -> Result<Vec<DeadMail>, StoreError> {
    let query = sqlx::query_as::<_, DeadRow>(DEAD).bind(i32::from(most));
    let rows = cell.call_all("mails.dead", query).await?;
    Ok(rows.into_iter().map(DeadRow::mail).collect())
}

/// Lets a letter that was given up start over; false if there is none such, or its content is gone.
///
/// # Errors
/// What the database said.
pub async fn retry(cell: &Opener, id: MailId, now: Timestamp) -> Result<bool, StoreError> {
    let query = sqlx::query_as::<_, (bool,)>(RETRY).bind(id.uuid()).bind(now);
    Ok(cell.call("mails.retry", query).await?.is_some_and(|(queued,)| queued))
}

/// Wipes letters given up before `given_up` and deletes a batch of what ended before `ended`. Answers how many rows changed.
///
/// # Errors
/// What the database said.
pub async fn sweep(
    cell: &Opener,
    given_up: Timestamp,
    ended: Timestamp,
    batch: u16,
) -> Result<u64, StoreError> {
    let query = sqlx::query_as::<_, (i64,)>(SWEEP).bind(given_up).bind(ended).bind(i32::from(batch));
    let rows = cell.call("mails.sweep", query).await?;
    Ok(rows.map_or(0, |(count,)| u64::try_from(count).unwrap_or(0)))
}

#[derive(FromRow)]
struct DeadRow {
    id: Uuid,
    tenant: Option<Uuid>,
    kind: String,
    created_at: Timestamp,
    ended_at: Timestamp,
    fault: String,
    resumable: bool,
}

impl DeadRow {
    fn mail(self) -> DeadMail {
        DeadMail {
            id: MailId::from_uuid(self.id),
            tenant: self.tenant.map(TenantId::from_uuid),
            kind: self.kind,
            created_at: self.created_at,
            ended_at: self.ended_at,
            fault: self.fault,
            resumable: self.resumable,
        }
    }
}

const POST: &str = "SELECT mail_post($1, $2, $3, $4, $5, $6)";
const POST_SELDOM: &str = "SELECT mail_post_seldom($1, $2, $3, $4, $5, $6, $7)";
const WAITING: &str = "SELECT kind, sealed, created_at FROM mail_read($1)";
const END: &str = "SELECT mail_end($1, $2, $3, $4, $5)";
const SENT: &str = "SELECT tenant, kind, recipient FROM mail_sent($1)";
const BOUNCED: &str = "SELECT mail_bounced($1, $2, $3, $4)";
const DEAD: &str = "SELECT id, tenant, kind, created_at, ended_at, coalesce(fault, '') AS fault, resumable FROM mail_dead($1)";
const RETRY: &str = "SELECT mail_retry($1, $2)";
const SWEEP: &str = "SELECT sweep_mails($1, $2, $3)";
