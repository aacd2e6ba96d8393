//! What is there now, as far as a file speaks of it.

use std::collections::{BTreeMap, HashMap};

use gatehouse_domain::email::EmailAddress;
use gatehouse_domain::ids::{AppId, IdentityId};
use gatehouse_domain::invitation::InvitationState;
use gatehouse_domain::oauth::{Owner, Resource};
use gatehouse_domain::secret::Digest;
use gatehouse_domain::tenant::{DomainClaim, DomainName, Slug, TenantRef};
use gatehouse_domain::time::Timestamp;
use gatehouse_store::apps::{self, StoredApp};
use gatehouse_store::invitations::Invitation;
use gatehouse_store::members::{self, Member};
use gatehouse_store::tenants::{self, TenantRecord};
use gatehouse_store::{Page, Reads, Scope, addresses, directory, domains, identities};

use super::spec::{Spec, TenantSpec};
use crate::mail::TenantSender;
use crate::{Fault, Idp};

/// The state that a file is compared with.
#[derive(Debug, Default)]
pub(super) struct Current {
    pub(super) platform: OwnerState,
    pub(super) tenants: BTreeMap<Slug, TenantState>,
    /// Tenants that the file does not name.
    pub(super) absent: Vec<Slug>,
    /// Who holds the domains that the file names.
    pub(super) holders: HashMap<DomainName, TenantRef>,
}

/// Apps and resources of the platform or of a tenant.
#[derive(Debug, Default)]
pub(super) struct OwnerState {
    pub(super) apps: Vec<AppState>,
    pub(super) resources: Vec<Resource>,
}

/// An app and the digests of its secrets.
#[derive(Debug)]
pub(super) struct AppState {
    pub(super) stored: StoredApp,
    pub(super) secrets: Vec<Digest>,
}

impl TenantState {
    /// The invitation of an address that can be accepted.
    pub(super) fn invitation(&self, address: &EmailAddress) -> Option<&Invitation> {
        self.invitations.iter().find(|invitation| invitation.address == *address)
    }
}

/// A tenant that the file names: without a place if it is new, without a record if its making was interrupted.
#[derive(Debug, Default)]
pub(super) struct TenantState {
    pub(super) at: Option<TenantRef>,
    pub(super) record: Option<TenantRecord>,
    pub(super) domains: Vec<DomainClaim>,
    pub(super) mail: Option<TenantSender>,
    pub(super) own: OwnerState,
    pub(super) entitled: Vec<AppId>,
    pub(super) members: Vec<Member>,
    /// Those that can be accepted.
    pub(super) invitations: Vec<Invitation>,
    /// By canonical address: the members and invitations that the file names.
    pub(super) people: HashMap<String, PersonState>,
}

/// What is known of an address that the file names as a member's.
#[derive(Debug, Clone, Default)]
pub(super) struct PersonState {
    /// The identity that has verified the address.
    pub(super) owner: Option<IdentityId>,
    /// The row of that identity in the tenant, or of the one who signs in there with the address.
    pub(super) member: Option<Member>,
    /// Whether the person has a password.
    pub(super) has_password: bool,
}

impl Idp {
    /// Reads what a file speaks of.
    pub(super) async fn current(&self, spec: &Spec, now: Timestamp) -> Result<Current, Fault> {
        let mut current =
            Current { platform: self.owner_state(Owner::Platform, now).await?, ..Current::default() };
        for tenant in &spec.tenants {
            let mut tx = self.store.directory().read(Scope::platform(), "apply_directory").await?;
            let at = directory::tenant_by_slug(&mut tx, &tenant.slug).await?;
            for domain in tenant.domains.iter().flatten() {
                if let Some(holder) = directory::domain_holder(&mut tx, &domain.name).await? {
                    current.holders.insert(domain.name.clone(), holder);
                }
            }
            drop(tx);
            let mut state = match at {
                Some(at) => self.tenant_state(tenant, at, now).await?,
                None => self.new_tenant_state(tenant).await?,
            };
            if let (Some(at), Some(_)) = (&state.at, &tenant.mail) {
                state.mail = self.own_mail_server(at.id).await?;
            }
            for person in state.people.values_mut() {
                person.has_password = self.has_password(person).await?;
            }
            current.tenants.insert(tenant.slug.clone(), state);
        }
        current.absent = self.absent(spec).await?;
        Ok(current)
    }

    async fn owner_state(&self, owner: Owner, now: Timestamp) -> Result<OwnerState, Fault> {
        let mut tx = self.read_of(owner, "apply_current").await?;
        owner_state(&mut tx, owner, now).await
    }

    async fn tenant_state(
        &self,
        spec: &TenantSpec,
        at: TenantRef,
        now: Timestamp,
    ) -> Result<TenantState, Fault> {
        let owner = Owner::Tenant(at.id);
        let mut tx = self.store.cell(&at.cell)?.read(Scope::tenant(at.id), "apply_current").await?;
        let mut state = TenantState {
            record: tenants::read(&mut tx).await?,
            domains: domains::list(&mut tx).await?,
            own: owner_state(&mut tx, owner, now).await?,
            entitled: apps::entitlements(&mut tx).await?,
            members: all_members(&mut tx).await?,
            invitations: crate::invitations::all(&mut tx).await?,
            people: HashMap::new(),
            mail: None,
            at: Some(at),
        };
        state.invitations.retain(|invitation| invitation.state_at(now) == InvitationState::Pending);
        for email in spec.addresses() {
            let person = person_state(&mut tx, email, &state.members).await?;
            state.people.insert(email.canonical(), person);
        }
        Ok(state)
    }

    /// A tenant that is not there has no rows, but its people may be known.
    async fn new_tenant_state(&self, spec: &TenantSpec) -> Result<TenantState, Fault> {
        let mut state = TenantState::default();
        let mut tx = self.pool()?.read(Scope::platform(), "apply_owners").await?;
        for email in spec.addresses() {
            let owner = addresses::find_verified_owner(&mut tx, email).await?;
            let person = PersonState { owner, ..PersonState::default() };
            state.people.insert(email.canonical(), person);
        }
        Ok(state)
    }

    async fn has_password(&self, person: &PersonState) -> Result<bool, Fault> {
        let identity = person.member.as_ref().map(|member| member.identity).or(person.owner);
        let Some(identity) = identity else { return Ok(false) };
        let mut tx = self.pool()?.read(Scope::identity(identity), "apply_person").await?;
        Ok(identities::password(&mut tx).await?.is_some())
    }

    async fn absent(&self, spec: &Spec) -> Result<Vec<Slug>, Fault> {
        let mut tx = self.store.directory().read(Scope::platform(), "apply_tenants").await?;
        let mut found = Vec::new();
        let mut page = Page { after: None, limit: PAGE };
        loop {
            let tenants = directory::list_tenants(&mut tx, page).await?;
            let Some(last) = tenants.last() else { return Ok(found) };
            page.after = Some(last.id.uuid());
            let named = |slug: &Slug| spec.tenants.iter().any(|tenant| tenant.slug == *slug);
            found.extend(tenants.into_iter().map(|tenant| tenant.slug).filter(|slug| !named(slug)));
        }
    }
}

async fn owner_state(tx: &mut impl Reads, owner: Owner, now: Timestamp) -> Result<OwnerState, Fault> {
    let mut state = OwnerState { apps: Vec::new(), resources: apps::resources(tx, owner).await? };
    let mut page = Page { after: None, limit: PAGE };
    loop {
        let found = apps::list(tx, owner, page).await?;
        let Some(last) = found.last() else { return Ok(state) };
        page.after = Some(last.app.id.uuid());
        for stored in found {
            let secrets = apps::secrets(tx, owner, stored.app.id, now).await?;
            let secrets = secrets.into_iter().filter(|secret| secret.expires_at.is_none());
            state.apps.push(AppState { stored, secrets: secrets.map(|secret| secret.digest).collect() });
        }
    }
}

async fn all_members(tx: &mut impl Reads) -> Result<Vec<Member>, Fault> {
    let mut all = Vec::new();
    let mut page = Page { after: None, limit: PAGE };
    loop {
        let found = members::list(tx, page).await?;
        let Some(last) = found.last() else { return Ok(all) };
        page.after = Some(last.id.uuid());
        all.extend(found);
    }
}

/// Who an address belongs to: the verified owner's row comes first, as at sign-in. Whoever was removed and comes back gets
/// the old row.
async fn person_state(
    tx: &mut impl Reads,
    email: &EmailAddress,
    all: &[Member],
) -> Result<PersonState, Fault> {
    let address = email.canonical();
    let owner = addresses::find_verified_owner(tx, email).await?;
    let mut member = None;
    if let Some(owner) = owner {
        member = members::by_identity(tx, owner).await?;
    }
    if member.is_none() {
        member = members::by_login_address(tx, &address).await?;
    }
    if member.is_none() && owner.is_none() {
        member = all.iter().rev().find(|known| known.login_address.as_ref() == Some(&address)).cloned();
    }
    Ok(PersonState { owner, member, has_password: false })
}

const PAGE: u16 = 500;
