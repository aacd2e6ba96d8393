//! A tenant's own mail server, in the tenant's scope.

use gatehouse_domain::mail::MailServer;
use gatehouse_domain::time::Timestamp;
use uuid::Uuid;

use crate::error::StoreError;
use crate::row::{document, to_document};
use crate::tx::{Reads, WriteTx};

/// A mail server as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailSender {
    /// Another at every change: what is sealed belongs to it.
    pub id: Uuid,
    /// The server.
    pub server: MailServer,
    /// The password, sealed.
    pub sealed: Option<Vec<u8>>,
}

/// The mail server of the tenant in scope.
///
/// # Errors
/// What the database said.
pub async fn of_tenant(tx: &mut impl Reads) -> Result<Option<MailSender>, StoreError> {
    let query = sqlx::query_as::<_, (Uuid, serde_json::Value, Option<Vec<u8>>)>(FIND);
    let Some((id, config, sealed)) = tx.guard().optional(query).await? else { return Ok(None) };
    Ok(Some(MailSender { id, server: document(config, "mail server")?, sealed }))
}

/// Sets the mail server of the tenant in scope.
///
/// # Errors
/// What the database said.
pub async fn set(tx: &mut WriteTx, sender: &MailSender, now: Timestamp) -> Result<(), StoreError> {
    let query = sqlx::query(SET)
        .bind(sender.id)
        .bind(to_document(&sender.server, "mail server")?)
        .bind(sender.sealed.as_deref())
        .bind(now);
    tx.guard().execute(query).await?;
    Ok(())
}

/// Removes the mail server of the tenant in scope; false if there is none.
///
/// # Errors
/// What the database said.
pub async fn remove(tx: &mut WriteTx) -> Result<bool, StoreError> {
    Ok(tx.guard().execute(sqlx::query(REMOVE)).await? > 0)
}

const FIND: &str = "SELECT id, config, sealed FROM mail_senders";
const SET: &str = "INSERT INTO mail_senders (id, config, sealed, changed_at) VALUES ($1, $2, $3, $4)
    ON CONFLICT (tenant_id) DO UPDATE SET id = excluded.id, config = excluded.config, sealed = excluded.sealed,
        changed_at = excluded.changed_at";
const REMOVE: &str = "DELETE FROM mail_senders";
