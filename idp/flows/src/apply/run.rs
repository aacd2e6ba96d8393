//! Taking the steps of a plan.

use std::collections::HashMap;

use gatehouse_domain::audit::{Actor, Bounded, What};
use gatehouse_domain::ids::{AppId, DomainId, ResourceId, TenantId};
use gatehouse_domain::oauth::{App, Owner, Resource};
use gatehouse_domain::tenant::{CellName, DomainClaim, DomainState, Slug, TenantRef, TenantStatus};
use gatehouse_domain::time::Timestamp;
use gatehouse_store::apps::{self, AppSecret};
use gatehouse_store::tenants::{self, TenantRecord};
use gatehouse_store::{Insertion, NoTrail, Scope, Trail, WriteTx, directory, domains};
use uuid::Uuid;

use super::ApplyError;
use super::difference::Difference;
use super::people::Addresses;
use super::plan::{ConfigAct, Plan, Step, TenantPlan, TenantValues};
use super::spec::AppSpec;
use crate::{Fault, Idp, InvitationLink};

/// One transaction of configuration.
struct Work<'a> {
    idp: &'a Idp,
    owner: Owner,
    now: Timestamp,
    /// Apps made in this transaction.
    made: HashMap<String, AppId>,
    /// Apps made on the platform in this run.
    platform: &'a HashMap<String, AppId>,
}

impl Idp {
    /// Takes them; the links of the invitations that were made.
    pub(super) async fn run(
        &self,
        plan: &Plan<'_>,
        addresses: Addresses,
    ) -> Result<Vec<(Slug, InvitationLink)>, ApplyError> {
        let mut links = Vec::new();
        let nothing = HashMap::new();
        let platform = self.run_config(Owner::Platform, &plan.platform, &nothing).await?;
        for tenant in &plan.tenants {
            let at = self.reserve(tenant).await?;
            self.run_config(Owner::Tenant(at.id), &tenant.config, &platform).await?;
            self.release(tenant, &at).await?;
            for step in &tenant.mail {
                if let Some(act) = &step.act {
                    self.run_mail(&at, act, &step.difference).await?;
                }
            }
            for step in &tenant.members {
                if let Some(act) = &step.act {
                    let link = self.run_member(&at, act, &step.difference, addresses).await?;
                    links.extend(link.map(|link| (at.slug.clone(), link)));
                }
            }
            self.forget_tenant(at.id, &at.slug);
        }
        self.forget_apps();
        Ok(links)
    }

    /// Reserves the tenant and its domains in the directory, which comes before the cell.
    async fn reserve(&self, plan: &TenantPlan<'_>) -> Result<TenantRef, ApplyError> {
        if let (Some(at), true) = (&plan.at, plan.reserve.is_empty()) {
            return Ok(at.clone());
        }
        let now = self.now();
        let mut tx = self.store.directory().write(Scope::platform(), "apply_reserve").await?;
        let at = match &plan.at {
            Some(at) => at.clone(),
            None => {
                let id = TenantId::mint(now, self.rng.as_ref());
                let at = TenantRef { id, slug: plan.spec.slug.clone(), cell: CellName::pool() };
                let reserved = directory::reserve_tenant(&mut tx, &at, false, now).await?;
                only_once(reserved, plan.spec.slug.as_str())?;
                at
            }
        };
        for name in &plan.reserve {
            let reserved = directory::reserve_domain(&mut tx, name, &at, now).await?;
            only_once(reserved, name.as_str())?;
        }
        tx.commit(Trail::none(NoTrail::PartOf)).await?;
        Ok(at)
    }

    /// Lets go of domains that the cell has given up.
    async fn release(&self, plan: &TenantPlan<'_>, at: &TenantRef) -> Result<(), ApplyError> {
        if plan.release.is_empty() {
            return Ok(());
        }
        let mut tx = self.store.directory().write(Scope::platform(), "apply_release").await?;
        for name in &plan.release {
            directory::release_domain(&mut tx, name, at.id).await?;
        }
        Ok(tx.commit(Trail::none(NoTrail::PartOf)).await?)
    }

    /// Changes the configuration of one owner in one transaction; answers the apps that were made.
    async fn run_config(
        &self,
        owner: Owner,
        steps: &[Step<ConfigAct<'_>>],
        platform: &HashMap<String, AppId>,
    ) -> Result<HashMap<String, AppId>, ApplyError> {
        let mut work = Work { idp: self, owner, now: self.now(), made: HashMap::new(), platform };
        if steps.iter().all(|step| step.act.is_none()) {
            return Ok(work.made);
        }
        let mut records = Vec::new();
        let mut tx = self.write_of(owner, "apply_config").await?;
        for step in steps {
            let (Some(act), Some(what)) = (&step.act, told(&step.difference)) else { continue };
            work.take(&mut tx, act, &step.difference.name).await?;
            records.push(self.record(self.event_of(owner, Actor::Operator, work.now, what))?);
        }
        tx.commit(Trail::of(records)).await?;
        Ok(work.made)
    }
}

impl Work<'_> {
    async fn take(&mut self, tx: &mut WriteTx, act: &ConfigAct<'_>, name: &str) -> Result<(), ApplyError> {
        let found = match act {
            ConfigAct::InsertTenant(values) => self.insert_tenant(tx, values).await? == Insertion::Done,
            ConfigAct::SetTenant(values) => set_tenant(tx, values).await?,
            ConfigAct::InsertDomain(domain, state) => {
                let id = DomainId::mint(self.now, self.idp.rng.as_ref());
                let claim = DomainClaim::new(id, domain.clone(), self.dated(*state));
                domains::insert(tx, &claim, self.now).await? == Insertion::Done
            }
            ConfigAct::SetDomain(id, state) => domains::set_state(tx, *id, self.dated(*state)).await?,
            ConfigAct::DropDomain(id) => domains::delete(tx, *id).await?,
            ConfigAct::PutResource(id, spec) => {
                let id = id.unwrap_or_else(|| ResourceId::mint(self.now, self.idp.rng.as_ref()));
                let resource =
                    Resource { id, identifier: spec.identifier.clone(), scopes: spec.scopes.clone() };
                apps::put_resource(tx, self.owner, &resource).await?;
                true
            }
            ConfigAct::DeleteResource(id) => apps::delete_resource(tx, self.owner, *id).await?,
            ConfigAct::InsertApp(spec) => self.insert_app(tx, spec).await? == Insertion::Done,
            ConfigAct::UpdateApp(id, spec) => {
                apps::update(tx, self.owner, *id, &spec.name, &spec.config).await?.is_some()
            }
            ConfigAct::DisableApp(id) => apps::disable(tx, self.owner, *id).await?,
            ConfigAct::SetSecret { client_id, app, digest } => {
                let app = app.or_else(|| self.made.get(*client_id).copied());
                let app = app.ok_or(Fault::Inconsistent("app"))?;
                let secret =
                    AppSecret { id: self.uuid(), digest: *digest, created_at: self.now, expires_at: None };
                apps::replace_secret(tx, self.owner, app, &secret, None).await?;
                true
            }
            ConfigAct::Entitle { client_id, app } => {
                let app = app.or_else(|| self.platform.get(client_id).copied());
                apps::entitle(tx, app.ok_or(Fault::Inconsistent("app"))?, self.now).await?
            }
            ConfigAct::Withdraw(app) => apps::withdraw(tx, *app).await?,
        };
        if found { Ok(()) } else { Err(ApplyError::Raced(name.to_owned())) }
    }

    async fn insert_tenant(&self, tx: &mut WriteTx, values: &TenantValues) -> Result<Insertion, ApplyError> {
        let record = TenantRecord {
            name: values.name.clone(),
            status: TenantStatus::Active,
            personal: false,
            epoch: 1,
            policy: values.policy.clone(),
            branding: values.branding.clone(),
        };
        Ok(tenants::insert(tx, &record, self.now).await?)
    }

    async fn insert_app(&mut self, tx: &mut WriteTx, spec: &AppSpec) -> Result<Insertion, ApplyError> {
        let app = App {
            id: AppId::mint(self.now, self.idp.rng.as_ref()),
            owner: self.owner,
            client_id: spec.client_id.clone(),
            name: spec.name.clone(),
            epoch: 1,
            config: spec.config.clone(),
        };
        self.made.insert(app.client_id.clone(), app.id);
        Ok(apps::insert(tx, &app, self.now).await?)
    }

    /// A domain becomes verified at the moment the step is taken.
    const fn dated(&self, state: DomainState) -> DomainState {
        match state {
            DomainState::Verified(evidence, _) => DomainState::Verified(evidence, self.now),
            other => other,
        }
    }

    fn uuid(&self) -> Uuid {
        gatehouse_domain::ids::uuid_v7(self.now, self.idp.rng.as_ref())
    }
}

/// Sets name, policy and looks; a suspended tenant stays suspended.
async fn set_tenant(tx: &mut WriteTx, values: &TenantValues) -> Result<bool, ApplyError> {
    let Some(record) = tenants::read(tx).await? else { return Ok(false) };
    let epoch = tenants::update(tx, &values.name, record.status, &values.policy, &values.branding).await?;
    Ok(epoch.is_some())
}

fn only_once(insertion: Insertion, name: &str) -> Result<(), ApplyError> {
    match insertion {
        Insertion::Done => Ok(()),
        Insertion::Taken => Err(ApplyError::Raced(name.to_owned())),
    }
}

/// How the event log tells a difference.
pub(super) fn told(difference: &Difference) -> Option<What> {
    Some(What::ConfigChanged {
        object: difference.object.kind()?,
        name: Bounded::new(&difference.name),
        change: difference.change(),
        before: difference.before.clone(),
        after: difference.after.clone(),
    })
}
