//! People and their credentials, each in the person's own scope.

use gatehouse_domain::credential::PasswordRecord;
use gatehouse_domain::ids::{CredentialId, IdentityId, TenantId};
use gatehouse_domain::session::LiveSession;
use gatehouse_domain::time::Timestamp;
use uuid::Uuid;

use crate::error::StoreError;
use crate::row::Insertion;
use crate::tx::{Opener, Reads, WriteTx};

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

/// What is kept of a person apart from addresses and credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// The name.
    pub name: Option<String>,
    /// The language (BCP 47).
    pub locale: Option<String>,
    /// Since when there is the account.
    pub created_at: Timestamp,
    /// When it ends, if its person asked for that.
    pub delete_at: Option<Timestamp>,
}

/// The profile of the person in scope, unless the person is gone.
///
/// # Errors
/// What the database said.
pub async fn profile(tx: &mut impl Reads) -> Result<Option<Profile>, StoreError> {
    let query = sqlx::query_as::<_, (Option<String>, Option<String>, Timestamp, Option<Timestamp>)>(PROFILE);
    let row = tx.guard().optional(query).await?;
    Ok(row.map(|(name, locale, created_at, delete_at)| Profile { name, locale, created_at, delete_at }))
}

/// Sets name and language of the person in scope; whether there is the person.
///
/// # Errors
/// What the database said.
pub async fn set_profile(tx: &mut WriteTx, name: &str, locale: Option<&str>) -> Result<bool, StoreError> {
    let query = sqlx::query(SET_PROFILE).bind(name).bind(locale);
    tx.guard().execute(query).await.map(|rows| rows > 0)
}

/// Makes other changes of the person in scope wait until this transaction is over; whether the person is active. It comes first in a
/// transaction that changes anything of a person, for whoever is nobody's session: a mailed link, a proven mailbox, a job.
///
/// # Errors
/// What the database said.
pub async fn lock(tx: &mut WriteTx) -> Result<bool, StoreError> {
    held(tx, None).await
}

/// The same for a change that a session of the person makes: false as well if the session has ended, or the person's epoch was raised,
/// since the session was read (rule D9).
///
/// # Errors
/// What the database said.
pub async fn lock_for(tx: &mut WriteTx, by: &LiveSession) -> Result<bool, StoreError> {
    held(tx, Some(by)).await
}

async fn held(tx: &mut WriteTx, by: Option<&LiveSession>) -> Result<bool, StoreError> {
    let query = sqlx::query_as::<_, (bool,)>(LOCK)
        .bind(by.map(|session| session.id.uuid()))
        .bind(by.map(|session| session.identity_epoch));
    Ok(tx.guard().optional(query).await?.is_some_and(|(held,)| held))
}

/// Takes the password of the person in scope away; which one it was.
///
/// # Errors
/// What the database said.
pub async fn remove_password(tx: &mut WriteTx) -> Result<Option<CredentialId>, StoreError> {
    let row = tx.guard().optional(sqlx::query_as::<_, (Uuid,)>(REMOVE_PASSWORD)).await?;
    Ok(row.map(|(id,)| CredentialId::from_uuid(id)))
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
    let query = sqlx::query_as::<_, (Uuid,)>(PUT_PASSWORD)
        .bind(id.uuid())
        .bind(record.as_str())
        .bind(now)
        .bind(record.foreign().map(|foreign| i64::from(foreign.kib)))
        .bind(record.foreign().map(|foreign| foreign.shape.as_str()));
    let row = tx.guard().optional(query).await?;
    row.map(|(id,)| CredentialId::from_uuid(id)).ok_or(StoreError::Unreadable("credential"))
}

/// The dearest algorithm by which anybody's hash of another system is verified, with its parameters, as it was kept with the hash.
///
/// # Errors
/// What the database said.
pub async fn dearest_shape(cell: &Opener) -> Result<Option<String>, StoreError> {
    let row = cell.call("identities.dearest_shape", sqlx::query_as::<_, (Option<String>,)>(DEAREST)).await?;
    Ok(row.and_then(|(shape,)| shape))
}

/// Ends whatever rests on the person's state until now: sessions, codes and grants of before compare this number.
///
/// # Errors
/// What the database said.
pub async fn raise_epoch(tx: &mut WriteTx) -> Result<i32, StoreError> {
    let row = tx.guard().optional(sqlx::query_as::<_, (i32,)>(RAISE_EPOCH)).await?;
    row.map(|(epoch,)| epoch).ok_or(StoreError::Unreadable("identity"))
}

/// Deletes the person in scope, of whom nothing is left but credentials: no address and no membership. Whether it was so.
///
/// # Errors
/// What the database said.
pub async fn delete_if_bare(tx: &mut WriteTx) -> Result<bool, StoreError> {
    let row = tx.guard().optional(sqlx::query_as::<_, (bool,)>(DELETE_IF_BARE)).await?;
    Ok(row.is_some_and(|(deleted,)| deleted))
}

/// The tenants that the person in scope is somebody in, those shut out of or invited to among them.
///
/// # Errors
/// What the database said.
pub async fn memberships(tx: &mut impl Reads) -> Result<Vec<TenantId>, StoreError> {
    let rows = tx.guard().all(sqlx::query_as::<_, (Uuid,)>(MEMBERSHIPS)).await?;
    Ok(rows.into_iter().map(|(tenant,)| TenantId::from_uuid(tenant)).collect())
}

/// Notes when the person in scope is to be deleted; false if that was noted before.
///
/// # Errors
/// What the database said.
pub async fn ask_deletion(tx: &mut WriteTx, due: Timestamp) -> Result<bool, StoreError> {
    tx.guard().execute(sqlx::query(ASK_DELETION).bind(due)).await.map(|rows| rows > 0)
}

/// Keeps the person in scope; false if nothing was to be taken back, or it is too late.
///
/// # Errors
/// What the database said.
pub async fn cancel_deletion(tx: &mut WriteTx, now: Timestamp) -> Result<bool, StoreError> {
    tx.guard().execute(sqlx::query(CANCEL_DELETION).bind(now)).await.map(|rows| rows > 0)
}

/// Puts the end of the person in scope off; false if it is due at another time by now.
///
/// # Errors
/// What the database said.
pub async fn postpone_deletion(
    tx: &mut WriteTx,
    was_due: Timestamp,
    due: Timestamp,
) -> Result<bool, StoreError> {
    let query = sqlx::query(POSTPONE_DELETION).bind(was_due).bind(due);
    tx.guard().execute(query).await.map(|rows| rows > 0)
}

/// People whose time is over.
///
/// # Errors
/// What the database said.
pub async fn deletions_due(cell: &Opener, now: Timestamp, batch: u16) -> Result<Vec<IdentityId>, StoreError> {
    let query = sqlx::query_as::<_, (Uuid,)>(DELETIONS_DUE).bind(now).bind(i32::from(batch));
    let rows = cell.call_all("identities.deletions_due", query).await?;
    Ok(rows.into_iter().map(|(who,)| IdentityId::from_uuid(who)).collect())
}

/// Ends the person in scope, whose time is over and who is in no tenant any more. Whether it was so.
///
/// # Errors
/// What the database said.
pub async fn end(tx: &mut WriteTx, now: Timestamp) -> Result<bool, StoreError> {
    tx.guard().execute(sqlx::query(END).bind(now)).await.map(|rows| rows > 0)
}

const MEMBERSHIPS: &str = "SELECT tenant_id FROM memberships WHERE status <> 'removed' ORDER BY tenant_id";
const ASK_DELETION: &str =
    "UPDATE identities SET delete_at = $1 WHERE status = 'active' AND delete_at IS NULL";
const CANCEL_DELETION: &str =
    "UPDATE identities SET delete_at = NULL WHERE status = 'active' AND delete_at > $1";
const POSTPONE_DELETION: &str =
    "UPDATE identities SET delete_at = $2 WHERE status = 'active' AND delete_at = $1";
const DELETIONS_DUE: &str = "SELECT identity FROM deletions_due($1, $2)";
const END: &str = "
    UPDATE identities SET status = 'deleted', epoch = epoch + 1, name = NULL, locale = NULL, delete_at = NULL
    WHERE status = 'active' AND delete_at <= $1
        AND NOT EXISTS (SELECT FROM memberships WHERE status <> 'removed')";
const DELETE_IF_BARE: &str = "
    WITH bare AS (
        UPDATE identities SET status = 'deleted', epoch = epoch + 1, name = NULL, locale = NULL
        WHERE NOT EXISTS (SELECT FROM addresses WHERE state <> 'retired')
            AND NOT EXISTS (SELECT FROM memberships WHERE status <> 'removed')
            AND NOT EXISTS (SELECT FROM provider_links)
        RETURNING 1
    ), gone AS (
        DELETE FROM credentials WHERE EXISTS (SELECT FROM bare) RETURNING 1
    )
    SELECT EXISTS (SELECT FROM bare)";
const DEAREST: &str = "SELECT dearest_shape()";
const PROFILE: &str = "SELECT name, locale, created_at, delete_at FROM identities WHERE status <> 'deleted'";
const SET_PROFILE: &str = "UPDATE identities SET name = $1, locale = $2 WHERE status = 'active'";
const LOCK: &str = "SELECT person_lock($1, $2)";
const REMOVE_PASSWORD: &str = "DELETE FROM credentials WHERE kind = 'password' RETURNING id";
const RAISE_EPOCH: &str = "UPDATE identities SET epoch = epoch + 1 RETURNING epoch";
const INSERT: &str =
    "INSERT INTO identities (name, locale, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
const PASSWORD: &str = "SELECT id, secret, changed_at FROM credentials WHERE kind = 'password'";
const PUT_PASSWORD: &str = "
    INSERT INTO credentials (id, kind, secret, created_at, changed_at, foreign_kib, foreign_shape)
    VALUES ($1, 'password', $2, $3, $3, $4, $5)
    ON CONFLICT (identity_id) WHERE kind = 'password'
    DO UPDATE SET secret = excluded.secret, changed_at = excluded.changed_at
    RETURNING id";
