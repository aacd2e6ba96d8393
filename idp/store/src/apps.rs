//! Apps, their secrets, the resources they ask tokens for: the platform's in the directory, a tenant's in its cell.

use gatehouse_domain::ids::{AppId, ResourceId};
use gatehouse_domain::oauth::{App, AppConfig, Owner, Resource, Scopes};
use gatehouse_domain::secret::Digest;
use gatehouse_domain::tenant::DisplayName;
use gatehouse_domain::time::Timestamp;
use sqlx::FromRow;
use sqlx::types::Json;
use uuid::Uuid;

use crate::error::StoreError;
use crate::row::{Both, Insertion, Page, both, digest, document, parse, to_document};
use crate::tx::{Reads, WriteTx};

/// An app as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredApp {
    /// The app.
    pub app: App,
    /// Whether it is in use; a disabled one is answered like an unknown one.
    pub active: bool,
}

/// A client secret as it is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AppSecret {
    /// The row.
    pub id: Uuid,
    /// What the secret hashes to.
    pub digest: Digest,
    /// Since when.
    pub created_at: Timestamp,
    /// Until when, if it ends.
    pub expires_at: Option<Timestamp>,
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    client_id: String,
    name: String,
    config: serde_json::Value,
    status: String,
    epoch: i32,
}

impl Row {
    fn stored(self, owner: Owner) -> Result<StoredApp, StoreError> {
        let app = App {
            id: AppId::from_uuid(self.id),
            owner,
            client_id: self.client_id,
            name: parse(&self.name, "app name")?,
            epoch: self.epoch,
            config: document(self.config, "app configuration")?,
        };
        Ok(StoredApp { app, active: self.status == "active" })
    }
}

/// The app of a client id; a tenant's in that tenant's scope.
///
/// # Errors
/// What the database said.
pub async fn by_client_id(
    tx: &mut impl Reads,
    owner: Owner,
    client_id: &str,
) -> Result<Option<StoredApp>, StoreError> {
    let query = sqlx::query_as::<_, Row>(BY_CLIENT_ID.of(tx, owner)?).bind(client_id);
    tx.guard().optional(query).await?.map(|row| row.stored(owner)).transpose()
}

/// The app of an id; a tenant's in that tenant's scope.
///
/// # Errors
/// What the database said.
pub async fn by_id(tx: &mut impl Reads, owner: Owner, id: AppId) -> Result<Option<StoredApp>, StoreError> {
    let query = sqlx::query_as::<_, Row>(BY_ID.of(tx, owner)?).bind(id.uuid());
    tx.guard().optional(query).await?.map(|row| row.stored(owner)).transpose()
}

/// Apps in the order of their ids.
///
/// # Errors
/// What the database said.
pub async fn list(tx: &mut impl Reads, owner: Owner, page: Page) -> Result<Vec<StoredApp>, StoreError> {
    let query = sqlx::query_as::<_, Row>(LIST.of(tx, owner)?).bind(page.after()).bind(page.limit());
    tx.guard().all(query).await?.into_iter().map(|row| row.stored(owner)).collect()
}

/// Inserts an app (its `epoch` is not used: it starts at 1); `Taken` if its owner has its client id already.
///
/// # Errors
/// What the database said.
pub async fn insert(tx: &mut WriteTx, app: &App, now: Timestamp) -> Result<Insertion, StoreError> {
    let query = sqlx::query(INSERT.of(tx, app.owner)?)
        .bind(app.id.uuid())
        .bind(app.client_id.as_str())
        .bind(app.name.as_str())
        .bind(to_document(&app.config, "app configuration")?)
        .bind(now);
    tx.guard().execute(query).await.map(Insertion::of)
}

/// Changes an app's name and configuration and puts it in use. Its epoch rises if the configuration or its use changed. The new
/// epoch, or `None` if there is no such app.
///
/// # Errors
/// What the database said.
pub async fn update(
    tx: &mut WriteTx,
    owner: Owner,
    id: AppId,
    name: &DisplayName,
    config: &AppConfig,
) -> Result<Option<i32>, StoreError> {
    let query = sqlx::query_as::<_, (i32,)>(UPDATE.of(tx, owner)?)
        .bind(id.uuid())
        .bind(name.as_str())
        .bind(to_document(config, "app configuration")?);
    Ok(tx.guard().optional(query).await?.map(|(epoch,)| epoch))
}

/// Takes an app out of use and ends what was issued to it; whether it was in use.
///
/// # Errors
/// What the database said.
pub async fn disable(tx: &mut WriteTx, owner: Owner, id: AppId) -> Result<bool, StoreError> {
    let query = sqlx::query(DISABLE.of(tx, owner)?).bind(id.uuid());
    tx.guard().execute(query).await.map(|rows| rows > 0)
}

/// The secrets of an app that are good now.
///
/// # Errors
/// What the database said.
pub async fn secrets(
    tx: &mut impl Reads,
    owner: Owner,
    app: AppId,
    now: Timestamp,
) -> Result<Vec<AppSecret>, StoreError> {
    let query = sqlx::query_as::<_, (Uuid, Vec<u8>, Timestamp, Option<Timestamp>)>(SECRETS.of(tx, owner)?)
        .bind(app.uuid())
        .bind(now);
    let rows = tx.guard().all(query).await?;
    rows.into_iter()
        .map(|(id, bytes, created_at, expires_at)| {
            Ok(AppSecret { id, digest: digest(&bytes)?, created_at, expires_at })
        })
        .collect()
}

/// Gives an app a new secret; the others end at `others_end`, or at once: then what was issued to the app ends too, because
/// whoever replaces a secret at once has reason to.
///
/// # Errors
/// What the database said.
pub async fn replace_secret(
    tx: &mut WriteTx,
    owner: Owner,
    app: AppId,
    secret: &AppSecret,
    others_end: Option<Timestamp>,
) -> Result<(), StoreError> {
    if let Some(end) = others_end {
        let query = sqlx::query(END_SECRETS.of(tx, owner)?).bind(app.uuid()).bind(end);
        tx.guard().execute(query).await?;
    } else {
        let query = sqlx::query(DROP_SECRETS.of(tx, owner)?).bind(app.uuid());
        if tx.guard().execute(query).await? > 0 {
            let query = sqlx::query(RAISE_EPOCH.of(tx, owner)?).bind(app.uuid());
            tx.guard().execute(query).await?;
        }
    }
    let query = sqlx::query(INSERT_SECRET.of(tx, owner)?)
        .bind(secret.id)
        .bind(app.uuid())
        .bind(secret.digest.as_bytes().as_slice())
        .bind(secret.created_at)
        .bind(secret.expires_at);
    tx.guard().execute(query).await.map(|_| ())
}

/// The resources of an owner, in the order of their identifiers.
///
/// # Errors
/// What the database said.
pub async fn resources(tx: &mut impl Reads, owner: Owner) -> Result<Vec<Resource>, StoreError> {
    let query = sqlx::query_as::<_, (Uuid, String, Json<Known>)>(RESOURCES.of(tx, owner)?);
    let rows = tx.guard().all(query).await?;
    Ok(rows
        .into_iter()
        .map(|(id, identifier, Json(known))| Resource {
            id: ResourceId::from_uuid(id),
            identifier,
            scopes: known.scopes,
        })
        .collect())
}

/// Inserts a resource, or sets the scopes of the one with this identifier (which keeps its id).
///
/// # Errors
/// What the database said.
pub async fn put_resource(tx: &mut WriteTx, owner: Owner, resource: &Resource) -> Result<(), StoreError> {
    let sql = match owner {
        Owner::Platform => PUT_RESOURCE_PLATFORM,
        Owner::Tenant(_) => RESOURCES.of(tx, owner).map(|_| PUT_RESOURCE_TENANT)?,
    };
    let query = sqlx::query(sql)
        .bind(resource.id.uuid())
        .bind(resource.identifier.as_str())
        .bind(Json(Known { scopes: resource.scopes.clone() }));
    tx.guard().execute(query).await.map(|_| ())
}

/// Removes a resource; whether it was there.
///
/// # Errors
/// What the database said.
pub async fn delete_resource(tx: &mut WriteTx, owner: Owner, id: ResourceId) -> Result<bool, StoreError> {
    let query = sqlx::query(DELETE_RESOURCE.of(tx, owner)?).bind(id.uuid());
    tx.guard().execute(query).await.map(|rows| rows > 0)
}

/// Spends the id of a client's assertion (RFC 7523, section 3); false if it was presented before.
///
/// # Errors
/// What the database said; an app that is not the owner's is refused.
pub async fn spend_assertion(
    tx: &mut WriteTx,
    owner: Owner,
    app: AppId,
    jti: &Digest,
    expires_at: Timestamp,
) -> Result<bool, StoreError> {
    let query = sqlx::query(SPEND_ASSERTION.of(tx, owner)?)
        .bind(app.uuid())
        .bind(jti.as_bytes().as_slice())
        .bind(expires_at);
    tx.guard().execute(query).await.map(|rows| rows > 0)
}

/// Lets a tenant use a platform app; whether that is new. In the tenant's scope.
///
/// # Errors
/// What the database said.
pub async fn entitle(tx: &mut WriteTx, app: AppId, now: Timestamp) -> Result<bool, StoreError> {
    let query = sqlx::query(ENTITLE).bind(app.uuid()).bind(now);
    tx.guard().execute(query).await.map(|rows| rows > 0)
}

/// Ends a tenant's use of a platform app; whether it was there.
///
/// # Errors
/// What the database said.
pub async fn withdraw(tx: &mut WriteTx, app: AppId) -> Result<bool, StoreError> {
    let query = sqlx::query(WITHDRAW).bind(app.uuid());
    tx.guard().execute(query).await.map(|rows| rows > 0)
}

/// Whether the tenant in scope may use a platform app.
///
/// # Errors
/// What the database said.
pub async fn is_entitled(tx: &mut impl Reads, app: AppId) -> Result<bool, StoreError> {
    let query = sqlx::query_as::<_, (bool,)>(IS_ENTITLED).bind(app.uuid());
    Ok(tx.guard().optional(query).await?.is_some_and(|(entitled,)| entitled))
}

/// The platform apps that the tenant in scope may use.
///
/// # Errors
/// What the database said.
pub async fn entitlements(tx: &mut impl Reads) -> Result<Vec<AppId>, StoreError> {
    let query = sqlx::query_as::<_, (Uuid,)>(ENTITLEMENTS);
    Ok(tx.guard().all(query).await?.into_iter().map(|(id,)| AppId::from_uuid(id)).collect())
}

/// What is kept about a resource.
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Known {
    scopes: Scopes,
}

const BY_CLIENT_ID: Both =
    both!("SELECT id, client_id, name, config, status, epoch FROM " [apps] " WHERE client_id = $1");
const BY_ID: Both = both!("SELECT id, client_id, name, config, status, epoch FROM " [apps] " WHERE id = $1");
const LIST: Both = both!(
    "SELECT id, client_id, name, config, status, epoch FROM " [apps] " WHERE id > $1 ORDER BY id LIMIT $2");
const INSERT: Both = both!(
    "INSERT INTO " [apps] " (id, client_id, name, config, created_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING");
const UPDATE: Both = both!(
    "UPDATE " [apps] " SET name = $2, config = $3, status = 'active',
        epoch = epoch + (config <> $3 OR status <> 'active')::integer
    WHERE id = $1 RETURNING epoch");
const DISABLE: Both = both!(
    "UPDATE " [apps] " SET status = 'disabled', epoch = epoch + 1 WHERE id = $1 AND status = 'active'");
const SECRETS: Both = both!(
    "SELECT id, digest, created_at, expires_at FROM " [app_secrets] "
    WHERE app_id = $1 AND (expires_at IS NULL OR expires_at > $2) ORDER BY created_at, id");
const END_SECRETS: Both = both!(
    "UPDATE " [app_secrets] " SET expires_at = least(expires_at, $2) WHERE app_id = $1");
const RAISE_EPOCH: Both = both!("UPDATE " [apps] " SET epoch = epoch + 1 WHERE id = $1");
const DROP_SECRETS: Both = both!("DELETE FROM " [app_secrets] " WHERE app_id = $1");
const INSERT_SECRET: Both = both!(
    "INSERT INTO " [app_secrets] " (id, app_id, digest, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)");
const RESOURCES: Both = both!("SELECT id, identifier, config FROM " [resources] " ORDER BY identifier");
const DELETE_RESOURCE: Both = both!("DELETE FROM " [resources] " WHERE id = $1");
const PUT_RESOURCE_PLATFORM: &str = "
    INSERT INTO directory.resources (id, identifier, config) VALUES ($1, $2, $3)
    ON CONFLICT (identifier) DO UPDATE SET config = excluded.config";
const PUT_RESOURCE_TENANT: &str = "
    INSERT INTO resources (id, identifier, config) VALUES ($1, $2, $3)
    ON CONFLICT (tenant_id, identifier) DO UPDATE SET config = excluded.config";
const SPEND_ASSERTION: Both = both!(
    "INSERT INTO " [client_assertions] " (app_id, jti_digest, expires_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING");
const ENTITLE: &str = "INSERT INTO entitlements (app_id, created_at) VALUES ($1, $2) ON CONFLICT DO NOTHING";
const WITHDRAW: &str = "DELETE FROM entitlements WHERE app_id = $1";
const IS_ENTITLED: &str = "SELECT EXISTS (SELECT FROM entitlements WHERE app_id = $1)";
const ENTITLEMENTS: &str = "SELECT app_id FROM entitlements ORDER BY app_id";
