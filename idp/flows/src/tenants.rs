//! Tenants and issuers, found by name; briefly remembered.

use std::sync::Arc;
use std::time::Duration;

use gatehouse_domain::ids::TenantId;
use gatehouse_domain::oauth::{Alg, Owner};
use gatehouse_domain::tenant::{CellName, Slug, Tenant};
use gatehouse_store::{Opener, ReadTx, Scope, WriteTx, directory, tenants};
use moka::sync::Cache;

use crate::{Fault, Idp, Issuer};

/// How long a row that decides may be remembered (rule D9).
pub(crate) const AUTHORITY_LIFE: Duration = Duration::from_secs(5);

/// Tenant records, by id and by slug; absence is remembered too, so that scanning for names costs little.
#[derive(Debug)]
pub(crate) struct Tenants {
    by_id: Cache<TenantId, Option<Arc<Tenant>>>,
    by_slug: Cache<Slug, Option<Issuer>>,
}

impl Default for Tenants {
    fn default() -> Self {
        Self {
            by_id: Cache::builder().max_capacity(20_000).time_to_live(AUTHORITY_LIFE).build(),
            by_slug: Cache::builder().max_capacity(20_000).time_to_live(AUTHORITY_LIFE).build(),
        }
    }
}

impl Idp {
    /// The issuer of a tenant's slug, or of the platform without one; none if there is no such tenant.
    ///
    /// # Errors
    /// If the machinery failed.
    pub async fn issuer(&self, slug: Option<&str>) -> Result<Option<Issuer>, Fault> {
        let Some(slug) = slug else { return Ok(Some(self.platform().clone())) };
        let Ok(slug) = slug.parse::<Slug>() else { return Ok(None) };
        if let Some(known) = self.tenants.by_slug.get(&slug) {
            return Ok(known);
        }
        let place = {
            let mut tx = self.store.directory().read(Scope::platform(), "tenant_by_slug").await?;
            directory::tenant_by_slug(&mut tx, &slug).await?
        };
        let found = match place {
            Some(at) => self.load_tenant(at).await?.map(|tenant| Issuer::tenant_at(self.base.url(), tenant)),
            None => None,
        };
        self.tenants.by_slug.insert(slug, found.clone());
        Ok(found)
    }

    /// A tenant by id.
    pub(crate) async fn tenant(&self, id: TenantId) -> Result<Option<Arc<Tenant>>, Fault> {
        if let Some(known) = self.tenants.by_id.get(&id) {
            return Ok(known);
        }
        let place = {
            let mut tx = self.store.directory().read(Scope::platform(), "tenant_by_id").await?;
            directory::tenant_by_id(&mut tx, id).await?
        };
        match place {
            Some(at) => self.load_tenant(at).await,
            None => {
                self.tenants.by_id.insert(id, None);
                Ok(None)
            }
        }
    }

    /// A tenant by slug or by public id, as `organization` names it.
    pub(crate) async fn tenant_named(&self, name: &str) -> Result<Option<Arc<Tenant>>, Fault> {
        if let Ok(id) = name.parse::<TenantId>() {
            return self.tenant(id).await;
        }
        Ok(self.issuer(Some(name)).await?.and_then(|issuer| issuer.tenant().cloned()))
    }

    /// Forgets what is remembered about a tenant, after it was changed here.
    pub(crate) fn forget_tenant(&self, id: TenantId, slug: &Slug) {
        self.tenants.by_id.invalidate(&id);
        self.tenants.by_slug.invalidate(slug);
    }

    async fn load_tenant(
        &self,
        at: gatehouse_domain::tenant::TenantRef,
    ) -> Result<Option<Arc<Tenant>>, Fault> {
        let id = at.id;
        let mut tx = self.store.cell(&at.cell)?.read(Scope::tenant(id), "tenant").await?;
        let record = tenants::read(&mut tx).await?;
        let tenant = record.map(|record| {
            Arc::new(Tenant {
                at,
                name: record.name,
                status: record.status,
                personal: record.personal,
                epoch: record.epoch,
                policy: record.policy,
                branding: record.branding,
            })
        });
        self.tenants.by_id.insert(id, tenant.clone());
        Ok(tenant)
    }

    /// The pooled cell.
    pub(crate) fn pool(&self) -> Result<&Opener, Fault> {
        Ok(self.store.cell(&CellName::pool())?)
    }

    /// A transaction that reads an owner's configuration: the platform's lies in the directory.
    pub(crate) async fn read_of(&self, owner: Owner, name: &'static str) -> Result<ReadTx, Fault> {
        Ok(match owner {
            Owner::Platform => self.store.directory().read(Scope::platform(), name).await?,
            Owner::Tenant(tenant) => self.pool()?.read(Scope::tenant(tenant), name).await?,
        })
    }

    /// A transaction that changes an owner's configuration.
    pub(crate) async fn write_of(&self, owner: Owner, name: &'static str) -> Result<WriteTx, Fault> {
        Ok(match owner {
            Owner::Platform => self.store.directory().write(Scope::platform(), name).await?,
            Owner::Tenant(tenant) => self.pool()?.write(Scope::tenant(tenant), name).await?,
        })
    }
}

impl Issuer {
    /// The algorithm of this issuer's tokens unless an app asks for another.
    pub(crate) fn default_alg(&self) -> Alg {
        self.tenant().map_or_else(Alg::default, |tenant| tenant.policy.token_alg)
    }
}
