//! A tenant's record, its domains and the platform apps it may use.

use std::collections::BTreeMap;

use gatehouse_domain::ids::AppId;
use gatehouse_domain::policy::Policy;
use gatehouse_domain::tenant::{Branding, DomainClaim, DomainEvidence, DomainState};
use gatehouse_domain::time::Timestamp;
use serde_json::json;

use super::super::current::{Current, OwnerState, TenantState};
use super::super::difference::{self as public, Difference, Object};
use super::super::mail;
use super::super::problem::Problem;
use super::super::sources::Trust;
use super::super::spec::{DomainSpec, Entitled, OwnerSpec, TenantSpec};
use super::{ConfigAct, Step, TenantPlan, TenantValues, invitations, members, owner};

/// The platform's apps as they will be: by client id, with the id of those that exist.
#[derive(Debug)]
pub(super) struct PlatformApps {
    usable: BTreeMap<String, Option<AppId>>,
    names: BTreeMap<AppId, String>,
}

impl PlatformApps {
    pub(super) fn after(spec: &OwnerSpec, state: &OwnerState, prune: bool) -> Self {
        let names = state
            .apps
            .iter()
            .map(|there| (there.stored.app.id, there.stored.app.client_id.clone()))
            .collect();
        let mut usable = BTreeMap::new();
        let stay = spec.apps.is_none() || !prune;
        for there in state.apps.iter().filter(|there| stay && there.stored.active) {
            usable.insert(there.stored.app.client_id.clone(), Some(there.stored.app.id));
        }
        for app in spec.apps.iter().flatten() {
            let there = state.apps.iter().find(|there| there.stored.app.client_id == app.client_id);
            usable.insert(app.client_id.clone(), there.map(|there| there.stored.app.id));
        }
        Self { usable, names }
    }
}

pub(super) fn plan<'f>(
    spec: &'f TenantSpec,
    trust: Trust,
    current: &Current,
    platform: &PlatformApps,
    prune: bool,
) -> Result<TenantPlan<'f>, Problem> {
    let state = current.tenants.get(&spec.slug);
    let mut plan = TenantPlan {
        spec,
        at: state.and_then(|state| state.at.clone()),
        config: record(spec, state),
        mail: mail::steps(spec, state),
        members: Vec::new(),
        reserve: Vec::new(),
        release: Vec::new(),
    };
    domains(&mut plan, current, state, prune)?;
    let nothing = OwnerState::default();
    plan.config.extend(owner::steps(&spec.own, state.map_or(&nothing, |state| &state.own), prune)?);
    plan.config.extend(entitlements(spec, state, platform, prune)?);
    plan.members = members::steps(spec, trust, state, prune)?;
    plan.members.extend(invitations::steps(spec, state, prune));
    Ok(plan)
}

fn record<'f>(spec: &TenantSpec, state: Option<&TenantState>) -> Vec<Step<ConfigAct<'f>>> {
    let there = state.and_then(|state| state.record.as_ref());
    let old_policy = there.map_or_else(Policy::default, |there| there.policy.clone());
    let old_branding = there.map_or_else(Branding::default, |there| there.branding.clone());
    let values = TenantValues {
        name: spec.name.clone(),
        policy: spec.policy.clone().unwrap_or_else(|| old_policy.clone()),
        branding: spec.branding.clone().unwrap_or_else(|| old_branding.clone()),
    };
    let name = spec.slug.as_str();
    let Some(there) = there else {
        let after = json!({
            "name": &values.name,
            "policy": public::policy(&values.policy),
            "branding": public::branding(&values.branding),
        });
        let made = Difference::between(Object::Tenant, name, None, Some(after));
        return vec![Step::if_changed(made, ConfigAct::InsertTenant(values))];
    };
    let parts = [
        (Object::Tenant, public::tenant(&there.name), public::tenant(&values.name)),
        (Object::Policy, public::policy(&old_policy), public::policy(&values.policy)),
        (Object::Branding, public::branding(&old_branding), public::branding(&values.branding)),
    ];
    let step = |(object, before, after)| {
        let difference = Difference::between(object, name, Some(before), Some(after));
        Step::if_changed(difference, ConfigAct::SetTenant(values.clone()))
    };
    parts.into_iter().map(step).collect()
}

fn domains(
    plan: &mut TenantPlan<'_>,
    current: &Current,
    state: Option<&TenantState>,
    prune: bool,
) -> Result<(), Problem> {
    let Some(wanted) = &plan.spec.domains else { return Ok(()) };
    let there = state.map_or(&[][..], |state| state.domains.as_slice());
    for domain in wanted {
        let holder = current.holders.get(&domain.name);
        if holder.is_some_and(|holder| Some(holder.id) != plan.at.as_ref().map(|at| at.id)) {
            return Err(domain.origin.refuse("another tenant holds this domain"));
        }
        let stored = there.iter().find(|stored| stored.name == domain.name);
        let state = wanted_state(domain, stored);
        if matches!(state, DomainState::Verified(..)) {
            plan.reserve.extend(holder.is_none().then(|| domain.name.clone()));
        } else {
            plan.release.extend(holder.map(|_| domain.name.clone()));
        }
        let before = stored.map(|stored| public::domain(stored.state));
        let difference =
            Difference::between(Object::Domain, domain.name.as_str(), before, Some(public::domain(state)));
        let act = match stored {
            Some(stored) => ConfigAct::SetDomain(stored.id, state),
            None => ConfigAct::InsertDomain(domain.name.clone(), state),
        };
        plan.config.push(Step::if_changed(difference, act));
    }
    for stored in there.iter().filter(|stored| !wanted.iter().any(|domain| domain.name == stored.name)) {
        let before = Some(public::domain(stored.state));
        let difference = Difference::between(Object::Domain, stored.name.as_str(), before, None);
        plan.config.push(Step::unnamed(difference, ConfigAct::DropDomain(stored.id), prune));
        plan.release.extend(prune.then(|| stored.name.clone()));
    }
    Ok(())
}

/// What the operator's word makes of a domain. A proof by DNS stands whatever the file says of verification.
fn wanted_state(domain: &DomainSpec, stored: Option<&DomainClaim>) -> DomainState {
    match (domain.verified, stored.map(|stored| stored.state)) {
        (_, Some(proven @ DomainState::Verified(DomainEvidence::Dns, _))) => proven,
        (true, Some(said @ DomainState::Verified(DomainEvidence::Operator, _))) => said,
        // The moment is put in when the step is taken.
        (true, _) => DomainState::Verified(DomainEvidence::Operator, Timestamp::UNIX_EPOCH),
        (false, Some(DomainState::Lapsed)) => DomainState::Lapsed,
        (false, _) => DomainState::Pending,
    }
}

fn entitlements<'f>(
    spec: &TenantSpec,
    state: Option<&TenantState>,
    platform: &PlatformApps,
    prune: bool,
) -> Result<Vec<Step<ConfigAct<'f>>>, Problem> {
    let wanted: Vec<&String> = match &spec.platform_apps {
        None => return Ok(Vec::new()),
        Some(Entitled::All) => platform.usable.keys().collect(),
        Some(Entitled::These(list)) => {
            if let Some((name, origin)) = list.iter().find(|(name, _)| !platform.usable.contains_key(name)) {
                return Err(origin.refuse(format_args!("the platform has no app {name}")));
            }
            list.iter().map(|(name, _)| name).collect()
        }
    };
    let entitled = state.map_or(&[][..], |state| state.entitled.as_slice());
    let may = || Some(json!({ "entitled": true }));
    let mut steps = Vec::new();
    for name in &wanted {
        let id = platform.usable.get(*name).copied().flatten();
        let before = id.filter(|id| entitled.contains(id)).and_then(|_| may());
        let difference = Difference::between(Object::Entitlement, name, before, may());
        steps.push(Step::if_changed(difference, ConfigAct::Entitle { client_id: (*name).clone(), app: id }));
    }
    for id in entitled {
        let Some(name) = platform.names.get(id) else { continue };
        if !wanted.contains(&name) {
            let difference = Difference::between(Object::Entitlement, name, may(), None);
            steps.push(Step::unnamed(difference, ConfigAct::Withdraw(*id), prune));
        }
    }
    Ok(steps)
}
