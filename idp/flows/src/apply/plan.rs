//! From a file and the current state to steps: a pure function.

mod invitations;
mod members;
mod owner;
mod tenant;

use gatehouse_domain::identity::{MemberStatus, Role};
use gatehouse_domain::ids::{AppId, DomainId, IdentityId, InvitationId, ResourceId};
use gatehouse_domain::policy::Policy;
use gatehouse_domain::secret::Digest;
use gatehouse_domain::tenant::{Branding, DisplayName, DomainName, DomainState, Slug, TenantRef};
use gatehouse_store::members::Member;

use super::check::Checked;
use super::current::Current;
use super::difference::{Difference, Fate};
use super::mail::MailAct;
use super::problem::Problem;
use super::spec::{AppSpec, MemberSpec, ResourceSpec, TenantSpec};
use crate::NewInvitation;

/// What is done about one difference; nothing, if it is only shown.
#[derive(Debug)]
pub(super) struct Step<A> {
    pub(super) difference: Difference,
    pub(super) act: Option<A>,
}

/// A change of configuration.
#[derive(Debug)]
pub(super) enum ConfigAct<'f> {
    InsertTenant(TenantValues),
    SetTenant(TenantValues),
    InsertDomain(DomainName, DomainState),
    SetDomain(DomainId, DomainState),
    DropDomain(DomainId),
    PutResource(Option<ResourceId>, &'f ResourceSpec),
    DeleteResource(ResourceId),
    InsertApp(&'f AppSpec),
    UpdateApp(AppId, &'f AppSpec),
    DisableApp(AppId),
    SetSecret { client_id: &'f str, app: Option<AppId>, digest: Digest },
    Entitle { client_id: String, app: Option<AppId> },
    Withdraw(AppId),
}

/// A tenant's record as it is to be.
#[derive(Debug, Clone)]
pub(super) struct TenantValues {
    pub(super) name: DisplayName,
    pub(super) policy: Policy,
    pub(super) branding: Branding,
}

/// A change of a person in a tenant.
#[derive(Debug)]
pub(super) enum MemberAct<'f> {
    /// Nobody has the address: a new identity, and a member who signs in with it here.
    Create(&'f MemberSpec),
    /// An identity has verified the address.
    Join { spec: &'f MemberSpec, identity: IdentityId, status: MemberStatus },
    /// A member is altered.
    Change { member: Member, name: Option<String>, status: MemberStatus, roles: Vec<Role> },
    /// A member leaves.
    Remove(Member),
    /// Somebody is invited, in place of what was asked of the same address before.
    Invite(NewInvitation),
    /// An invitation is taken back.
    TakeBack(InvitationId),
    /// A person without a password gets one.
    SetPassword { spec: &'f MemberSpec, identity: IdentityId },
}

/// What is done for a tenant.
#[derive(Debug)]
pub(super) struct TenantPlan<'f> {
    pub(super) spec: &'f TenantSpec,
    /// Where it is, if it is there.
    pub(super) at: Option<TenantRef>,
    pub(super) config: Vec<Step<ConfigAct<'f>>>,
    pub(super) mail: Vec<Step<MailAct<'f>>>,
    pub(super) members: Vec<Step<MemberAct<'f>>>,
    /// Domains that the directory has to hold for it, and those it has to let go.
    pub(super) reserve: Vec<DomainName>,
    pub(super) release: Vec<DomainName>,
}

/// Everything that is done.
#[derive(Debug)]
pub(super) struct Plan<'f> {
    pub(super) platform: Vec<Step<ConfigAct<'f>>>,
    pub(super) tenants: Vec<TenantPlan<'f>>,
    pub(super) absent: Vec<Slug>,
}

/// Compares a file with what is there. With `prune`, what the file does not name goes.
pub(super) fn plan<'f>(file: &'f Checked, current: &Current, prune: bool) -> Result<Plan<'f>, Problem> {
    let platform = owner::steps(&file.spec.platform, &current.platform, prune)?;
    let known = tenant::PlatformApps::after(&file.spec.platform, &current.platform, prune);
    let tenants = file.spec.tenants.iter().map(|spec| tenant::plan(spec, file.trust, current, &known, prune));
    Ok(Plan { platform, tenants: tenants.collect::<Result<_, _>>()?, absent: current.absent.clone() })
}

impl<A> Step<A> {
    /// A step that is taken if the difference is one.
    pub(super) fn if_changed(difference: Difference, act: A) -> Self {
        let act = difference.is_change().then_some(act);
        Self { difference, act }
    }

    /// What to do about an object that the file does not name.
    fn unnamed(mut difference: Difference, act: A, prune: bool) -> Self {
        if prune {
            return Self { difference, act: Some(act) };
        }
        difference.fate = Fate::Unnamed;
        Self { difference, act: None }
    }
}

#[cfg(test)]
mod tests;
