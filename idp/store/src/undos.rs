//! What a mailed link takes back: a change of the main address, or the end of the account. Single use, found by what the link's token
//! hashes to.

use gatehouse_domain::ids::{AddressId, IdentityId};
use gatehouse_domain::secret::Digest;
use gatehouse_domain::time::Timestamp;
use sqlx::FromRow;
use uuid::Uuid;

use crate::error::StoreError;
use crate::tx::{Opener, Reads, WriteTx};

/// A link that is still good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Undo {
    /// Whose.
    pub identity: IdentityId,
    /// What it takes back.
    pub undoes: Undoes,
    /// When that was done.
    pub done_at: Timestamp,
    /// Until when it is good.
    pub expires_at: Timestamp,
}

/// What a link takes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Undoes {
    /// A change of the main address.
    Address {
        /// The main address before.
        old: AddressId,
        /// The main address since.
        new: AddressId,
    },
    /// The wish to end the account.
    Deletion,
}

/// Keeps a link for a change of the person in scope, from one main address to another that no link keeps.
///
/// # Errors
/// What the database said.
pub async fn put(
    tx: &mut WriteTx,
    token: &Digest,
    (old, new): (AddressId, AddressId),
    now: Timestamp,
    until: Timestamp,
) -> Result<(), StoreError> {
    let query = sqlx::query_as::<_, (i32,)>(PUT)
        .bind(token.as_bytes().as_slice())
        .bind(old.uuid())
        .bind(new.uuid())
        .bind(now)
        .bind(until);
    tx.guard().optional(query).await.map(|_| ())
}

/// Keeps a link by which the person in scope, who is to be deleted, stays.
///
/// # Errors
/// What the database said.
pub async fn put_deletion(
    tx: &mut WriteTx,
    token: &Digest,
    now: Timestamp,
    until: Timestamp,
) -> Result<(), StoreError> {
    let query =
        sqlx::query_as::<_, (i32,)>(PUT_DELETION).bind(token.as_bytes().as_slice()).bind(now).bind(until);
    tx.guard().optional(query).await.map(|_| ())
}

/// Makes the links by which the person in scope stays worthless; how many there were.
///
/// # Errors
/// What the database said.
pub async fn void_deletion(tx: &mut WriteTx) -> Result<i64, StoreError> {
    let row = tx.guard().optional(sqlx::query_as::<_, (i64,)>(VOID_DELETION)).await?;
    Ok(row.map_or(0, |(count,)| count))
}

/// Makes the links of the person in scope worthless that would put an address first which was proven after the one given; how many
/// there were.
///
/// # Errors
/// What the database said.
pub async fn void_later(tx: &mut WriteTx, than: AddressId) -> Result<i64, StoreError> {
    let row = tx.guard().optional(sqlx::query_as::<_, (i64,)>(VOID_LATER).bind(than.uuid())).await?;
    Ok(row.map_or(0, |(count,)| count))
}

/// The link of a token, if it is still good. Looking at it spends nothing.
///
/// # Errors
/// What the database said.
pub async fn find(cell: &Opener, token: &Digest, now: Timestamp) -> Result<Option<Undo>, StoreError> {
    let query = sqlx::query_as::<_, Row>(FIND).bind(token.as_bytes().as_slice()).bind(now);
    Ok(cell.call("undos.find", query).await?.map(Row::undo))
}

/// Spends a link of the person in scope, once; of several at the same time one is told true.
///
/// # Errors
/// What the database said.
pub async fn spend(tx: &mut WriteTx, token: &Digest, now: Timestamp) -> Result<bool, StoreError> {
    let query = sqlx::query_as::<_, (bool,)>(SPEND).bind(token.as_bytes().as_slice()).bind(now);
    Ok(tx.guard().optional(query).await?.is_some_and(|(spent,)| spent))
}

/// Until when an address of the person in scope must stay, because a link would make it the main one again.
///
/// # Errors
/// What the database said.
pub async fn kept_until(
    tx: &mut impl Reads,
    address: AddressId,
    now: Timestamp,
) -> Result<Option<Timestamp>, StoreError> {
    let query = sqlx::query_as::<_, (Option<Timestamp>,)>(KEPT_UNTIL).bind(address.uuid()).bind(now);
    Ok(tx.guard().optional(query).await?.and_then(|(until,)| until))
}

#[derive(FromRow)]
struct Row {
    identity: Uuid,
    old_address: Option<Uuid>,
    new_address: Option<Uuid>,
    done_at: Timestamp,
    expires_at: Timestamp,
}

impl Row {
    fn undo(self) -> Undo {
        Undo {
            identity: IdentityId::from_uuid(self.identity),
            undoes: match (self.old_address, self.new_address) {
                (Some(old), Some(new)) => {
                    Undoes::Address { old: AddressId::from_uuid(old), new: AddressId::from_uuid(new) }
                }
                _ => Undoes::Deletion,
            },
            done_at: self.done_at,
            expires_at: self.expires_at,
        }
    }
}

const PUT: &str = "SELECT 1 FROM undo_put($1, $2, $3, $4, $5)";
const PUT_DELETION: &str = "SELECT 1 FROM undo_put_deletion($1, $2, $3)";
const VOID_DELETION: &str = "SELECT undo_void_deletion()";
const VOID_LATER: &str = "SELECT undo_void_later($1)";
const FIND: &str = "SELECT identity, old_address, new_address, done_at, expires_at FROM undo_find($1, $2)";
const SPEND: &str = "SELECT undo_spend($1, $2)";
const KEPT_UNTIL: &str = "SELECT undo_kept_until($1, $2)";
