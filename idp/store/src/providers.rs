//! The operator's upstreams and what they know us by: the directory.

use gatehouse_domain::connection::{Provider, ProviderSettings, UpstreamStatus};
use gatehouse_domain::ids::ProviderId;
use gatehouse_domain::time::Timestamp;
use sqlx::FromRow;
use uuid::Uuid;

use crate::connections::{SecretPurpose, SecretRow, UpstreamSecret, status};
use crate::error::StoreError;
use crate::row::{Insertion, document, parse, to_document};
use crate::tx::{Reads, WriteTx};

/// Adds a provider (its `epoch` is not used: it starts at 1); `Taken` if there is one of that name.
///
/// # Errors
/// What the database said.
pub async fn insert(tx: &mut WriteTx, provider: &Provider, now: Timestamp) -> Result<Insertion, StoreError> {
    let query = sqlx::query(INSERT)
        .bind(provider.id.uuid())
        .bind(provider.name.as_str())
        .bind(to_document(&provider.settings, "provider")?)
        .bind(provider.status.as_str())
        .bind(now);
    tx.guard().execute(query).await.map(Insertion::of)
}

/// The provider of an id.
///
/// # Errors
/// What the database said.
pub async fn by_id(tx: &mut impl Reads, id: ProviderId) -> Result<Option<Provider>, StoreError> {
    let row = tx.guard().optional(sqlx::query_as::<_, Row>(BY_ID).bind(id.uuid())).await?;
    row.map(Row::provider).transpose()
}

/// All providers, in the order of their names.
///
/// # Errors
/// What the database said.
pub async fn list(tx: &mut impl Reads) -> Result<Vec<Provider>, StoreError> {
    let rows = tx.guard().all(sqlx::query_as::<_, Row>(LIST)).await?;
    rows.into_iter().map(Row::provider).collect()
}

/// Sets what a provider is and whether it may be used. The epoch rises where anything changes. The epoch now, or `None` if there is no
/// such provider. Whether its issuer may change is asked first: people of any cell may be linked by it.
///
/// # Errors
/// What the database said.
pub async fn update(
    tx: &mut WriteTx,
    id: ProviderId,
    settings: &ProviderSettings,
    status: UpstreamStatus,
) -> Result<Option<i32>, StoreError> {
    let query = sqlx::query_as::<_, (i32,)>(UPDATE)
        .bind(id.uuid())
        .bind(to_document(settings, "provider")?)
        .bind(status.as_str());
    Ok(tx.guard().optional(query).await?.map(|(epoch,)| epoch))
}

/// Sets a secret of a provider, in place of one for the same purpose.
///
/// # Errors
/// What the database said.
pub async fn put_secret(
    tx: &mut WriteTx,
    id: ProviderId,
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

/// Takes a secret of a provider away; whether there was one.
///
/// # Errors
/// What the database said.
pub async fn drop_secret(
    tx: &mut WriteTx,
    id: ProviderId,
    purpose: SecretPurpose,
) -> Result<bool, StoreError> {
    let query = sqlx::query(DROP_SECRET).bind(id.uuid()).bind(purpose.as_str());
    tx.guard().execute(query).await.map(|rows| rows > 0)
}

/// The secrets of a provider.
///
/// # Errors
/// What the database said.
pub async fn secrets(tx: &mut impl Reads, id: ProviderId) -> Result<Vec<UpstreamSecret>, StoreError> {
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
    fn provider(self) -> Result<Provider, StoreError> {
        Ok(Provider {
            id: ProviderId::from_uuid(self.id),
            name: parse(&self.name, "provider name")?,
            settings: document(self.settings, "provider")?,
            status: status(&self.status),
            epoch: self.epoch,
        })
    }
}

const INSERT: &str = "
    INSERT INTO directory.providers (id, name, settings, status, created_at) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT DO NOTHING";
const BY_ID: &str = "SELECT id, name, settings, status, epoch FROM directory.providers WHERE id = $1";
const LIST: &str = "SELECT id, name, settings, status, epoch FROM directory.providers ORDER BY name";
const UPDATE: &str = "
    UPDATE directory.providers SET settings = $2, status = $3,
        epoch = epoch + (settings <> $2 OR status <> $3)::integer
    WHERE id = $1 RETURNING epoch";
const PUT_SECRET: &str = "
    INSERT INTO directory.provider_secrets (id, provider_id, purpose, sealed, created_at) VALUES ($1, $2, $3, $4, $5)";
const DROP_SECRET: &str = "DELETE FROM directory.provider_secrets WHERE provider_id = $1 AND purpose = $2";
const SECRETS: &str = "
    SELECT id, purpose, sealed FROM directory.provider_secrets WHERE provider_id = $1 ORDER BY purpose";
