//! Apps, found by client id; briefly remembered.

use std::sync::Arc;
use std::time::Duration;

use gatehouse_domain::ids::{AppId, TenantId};
use gatehouse_domain::oauth::{App, Owner};
use gatehouse_domain::secret::Digest;
use gatehouse_domain::time::Timestamp;
use gatehouse_spi::OutboundError;
use gatehouse_store::{Page, Scope, apps};
use moka::future;
use moka::sync::Cache;
use url::Url;

use crate::tenants::AUTHORITY_LIFE;
use crate::{Fault, Idp, Issuer, outbound};

/// An app with what it authenticates by.
#[derive(Debug)]
pub(crate) struct Known {
    pub(crate) app: App,
    secrets: Vec<(Digest, Option<Timestamp>)>,
}

impl Known {
    /// Whether a presented secret is one of the app's; every stored one is compared, in constant time.
    pub(crate) fn has_secret(&self, presented: &Digest, now: Timestamp) -> bool {
        self.secrets.iter().fold(false, |found, (stored, end)| {
            found | (stored.matches(presented) & end.is_none_or(|end| now < end))
        })
    }
}

/// How long published keys are remembered.
const KEYS_LIFE: Duration = Duration::from_secs(60);
/// The largest key document, in bytes.
const MOST_KEYS: usize = 64 * 1024;

/// Apps by owner and client id, and the ids of the apps that scripts may call for.
#[derive(Debug)]
pub(crate) struct Apps {
    by_client_id: Cache<(Owner, String), Option<Arc<Known>>>,
    all: Cache<Owner, Arc<Vec<App>>>,
    entitled: Cache<(TenantId, AppId), bool>,
    published_keys: future::Cache<(Owner, AppId, Url), Option<Vec<u8>>>,
}

impl Default for Apps {
    fn default() -> Self {
        Self {
            by_client_id: Cache::builder().max_capacity(50_000).time_to_live(AUTHORITY_LIFE).build(),
            all: Cache::builder().max_capacity(10_000).time_to_live(AUTHORITY_LIFE).build(),
            entitled: Cache::builder().max_capacity(50_000).time_to_live(AUTHORITY_LIFE).build(),
            published_keys: future::Cache::builder().max_capacity(10_000).time_to_live(KEYS_LIFE).build(),
        }
    }
}

impl Idp {
    /// An app in use, by the name that requests give it; only among those of the issuer's owner.
    pub(crate) async fn app(&self, owner: Owner, client_id: &str) -> Result<Option<Arc<Known>>, Fault> {
        if client_id.len() > 128 {
            return Ok(None);
        }
        let key = (owner, client_id.to_owned());
        if let Some(known) = self.apps.by_client_id.get(&key) {
            return Ok(known);
        }
        let found = {
            let mut tx = self.read_of(owner, "app").await?;
            match apps::by_client_id(&mut tx, owner, client_id).await? {
                Some(stored) if stored.active => {
                    let secrets = apps::secrets(&mut tx, owner, stored.app.id, self.now()).await?;
                    let secrets =
                        secrets.into_iter().map(|secret| (secret.digest, secret.expires_at)).collect();
                    Some(Arc::new(Known { app: stored.app, secrets }))
                }
                _ => None,
            }
        };
        self.apps.by_client_id.insert(key, found.clone());
        Ok(found)
    }

    /// Whether a tenant may use a platform app.
    pub(crate) async fn is_entitled(&self, tenant: TenantId, app: AppId) -> Result<bool, Fault> {
        if let Some(known) = self.apps.entitled.get(&(tenant, app)) {
            return Ok(known);
        }
        let mut tx = self.pool()?.read(Scope::tenant(tenant), "entitlement").await?;
        let entitled = apps::is_entitled(&mut tx, app).await?;
        self.apps.entitled.insert((tenant, app), entitled);
        Ok(entitled)
    }

    /// Whether scripts of an origin may read answers meant for a client of an issuer, or, with none named, for any.
    pub async fn origin_is_registered(&self, issuer: &Issuer, client_id: Option<&str>, origin: &str) -> bool {
        let owner = issuer.owner();
        if let Some(client_id) = client_id {
            let found = self.app(owner, client_id).await;
            return found
                .is_ok_and(|known| known.is_some_and(|known| known.app.config.allows_origin(origin)));
        }
        let all = self.all_apps(owner).await;
        all.is_ok_and(|apps| apps.iter().any(|app| app.config.allows_origin(origin)))
    }

    /// The keys that an app publishes. A flood of assertions causes no flood of fetches: whoever asks while one is under way
    /// waits for it, and a failure is remembered as long as an answer. That we ourselves had no room is not remembered.
    pub(crate) async fn published_keys(
        &self,
        owner: Owner,
        app: AppId,
        uri: &Url,
    ) -> Result<Option<Vec<u8>>, Fault> {
        gatehouse_store::outside();
        let fetch = async {
            match outbound::document(self.outbound.as_ref(), uri, MOST_KEYS).await {
                Ok(document) => Ok(Some(document)),
                Err(OutboundError::Busy) => Err(OutboundError::Busy),
                Err(_) => Ok(None),
            }
        };
        let key = (owner, app, uri.clone());
        self.apps.published_keys.try_get_with(key, fetch).await.map_err(|_| Fault::Busy)
    }

    /// The apps of an owner that are in use.
    pub(crate) async fn all_apps(&self, owner: Owner) -> Result<Arc<Vec<App>>, Fault> {
        if let Some(known) = self.apps.all.get(&owner) {
            return Ok(known);
        }
        let mut tx = self.read_of(owner, "apps").await?;
        let page = Page { after: None, limit: 1000 };
        let all = apps::list(&mut tx, owner, page).await?;
        let all: Arc<Vec<App>> =
            Arc::new(all.into_iter().filter(|stored| stored.active).map(|stored| stored.app).collect());
        self.apps.all.insert(owner, Arc::clone(&all));
        Ok(all)
    }

    /// Forgets what is remembered about an owner's apps, after they were changed here.
    pub(crate) fn forget_apps(&self) {
        self.apps.by_client_id.invalidate_all();
        self.apps.all.invalidate_all();
        self.apps.entitled.invalidate_all();
    }
}
