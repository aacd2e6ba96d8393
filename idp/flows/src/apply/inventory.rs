//! What a file's objects are called once they exist: for scripts.

use gatehouse_domain::email::EmailAddress;
use gatehouse_domain::identity::{MemberStatus, Role};
use gatehouse_domain::ids::{AppId, DomainId, IdentityId, InvitationId, MemberId, ResourceId, TenantId};
use gatehouse_domain::tenant::{DisplayName, DomainName, Slug};
use serde::Serialize;

use super::current::{Current, OwnerState, TenantState};
use super::spec::{OwnerSpec, Spec, TenantSpec};

/// Ids and addresses of everything that the file names. What a dry run did not make has no id.
#[derive(Debug, Clone, Serialize)]
pub struct Inventory {
    /// The platform's.
    pub platform: OwnerMade,
    /// The tenants', in the order of the file.
    pub tenants: Vec<TenantMade>,
}

/// An issuer with its apps and resources.
#[derive(Debug, Clone, Serialize)]
pub struct OwnerMade {
    /// The issuer identifier.
    pub issuer: String,
    /// The address of the issuer's metadata.
    pub discovery: String,
    /// Its apps.
    pub apps: Vec<AppMade>,
    /// Its resources.
    pub resources: Vec<ResourceMade>,
}

/// A tenant.
#[derive(Debug, Clone, Serialize)]
pub struct TenantMade {
    /// Its id.
    pub id: Option<TenantId>,
    /// Its name in addresses.
    pub slug: Slug,
    /// Its name.
    pub name: DisplayName,
    /// Its issuer, apps and resources.
    #[serde(flatten)]
    pub own: OwnerMade,
    /// Its domains.
    pub domains: Vec<DomainMade>,
    /// Its members.
    pub members: Vec<MemberMade>,
    /// Its invitations.
    pub invitations: Vec<InvitationMade>,
}

/// An app.
#[derive(Debug, Clone, Serialize)]
pub struct AppMade {
    /// Its name in requests.
    pub client_id: String,
    /// Its id.
    pub id: Option<AppId>,
}

/// A resource.
#[derive(Debug, Clone, Serialize)]
pub struct ResourceMade {
    /// Its identifier.
    pub identifier: String,
    /// Its id.
    pub id: Option<ResourceId>,
}

/// A domain.
#[derive(Debug, Clone, Serialize)]
pub struct DomainMade {
    /// The domain.
    pub name: DomainName,
    /// Its id.
    pub id: Option<DomainId>,
}

/// A member.
#[derive(Debug, Clone, Serialize)]
pub struct MemberMade {
    /// The address in the file, in canonical form.
    pub email: String,
    /// The member's id.
    pub id: Option<MemberId>,
    /// The person's id.
    pub identity: Option<IdentityId>,
    /// Where the member stands.
    pub status: Option<MemberStatus>,
}

/// An invitation, of the file's list or of a member who has to accept.
#[derive(Debug, Clone, Serialize)]
pub struct InvitationMade {
    /// The address in the file, in canonical form.
    pub email: String,
    /// The invitation's id, while it can be accepted.
    pub id: Option<InvitationId>,
    /// As what.
    pub role: Role,
}

impl Inventory {
    pub(super) fn of(spec: &Spec, current: &Current, base: &str) -> Self {
        let tenant = |tenant: &TenantSpec| tenant_made(tenant, current.tenants.get(&tenant.slug), base);
        Self {
            platform: owner_made(base.to_owned(), &spec.platform, Some(&current.platform)),
            tenants: spec.tenants.iter().map(tenant).collect(),
        }
    }
}

fn owner_made(issuer: String, spec: &OwnerSpec, state: Option<&OwnerState>) -> OwnerMade {
    let app = |client_id: &str| {
        let found = state?.apps.iter().find(|there| there.stored.app.client_id == client_id)?;
        Some(found.stored.app.id)
    };
    let resource =
        |identifier: &str| Some(state?.resources.iter().find(|there| there.identifier == identifier)?.id);
    let apps = spec.apps.iter().flatten();
    let resources = spec.resources.iter().flatten();
    OwnerMade {
        discovery: format!("{issuer}/.well-known/openid-configuration"),
        issuer,
        apps: apps
            .map(|spec| AppMade { client_id: spec.client_id.clone(), id: app(&spec.client_id) })
            .collect(),
        resources: resources
            .map(|spec| ResourceMade { identifier: spec.identifier.clone(), id: resource(&spec.identifier) })
            .collect(),
    }
}

fn tenant_made(spec: &TenantSpec, state: Option<&TenantState>, base: &str) -> TenantMade {
    let domain = |name: &DomainName| Some(state?.domains.iter().find(|there| there.name == *name)?.id);
    let pending = |email: &EmailAddress| state?.invitation(email);
    let of_members = spec.members.iter().flatten().filter_map(|member| pending(&member.email));
    let of_members = of_members.map(|there| (there.address.canonical(), there.role));
    let listed = spec.invitations.iter().flatten().map(|listed| (listed.email.canonical(), listed.role));
    let invitations = of_members.chain(listed).map(|(email, role)| InvitationMade {
        id: email.parse().ok().and_then(|email| Some(pending(&email)?.id)),
        email,
        role,
    });
    let invitations: Vec<InvitationMade> = invitations.collect();
    let members = spec.members.iter().flatten().map(|member| {
        let email = member.email.canonical();
        let row = state.and_then(|state| state.people.get(&email)?.member.as_ref());
        let invited = pending(&member.email).map(|_| MemberStatus::Invited);
        MemberMade {
            id: row.map(|row| row.id),
            identity: row.map(|row| row.identity),
            status: row.map(|row| row.status).filter(|status| *status != MemberStatus::Removed).or(invited),
            email,
        }
    });
    TenantMade {
        id: state.and_then(|state| state.at.as_ref().map(|at| at.id)),
        slug: spec.slug.clone(),
        name: spec.name.clone(),
        own: owner_made(format!("{base}/t/{}", spec.slug), &spec.own, state.map(|state| &state.own)),
        domains: spec
            .domains
            .iter()
            .flatten()
            .map(|spec| DomainMade { name: spec.name.clone(), id: domain(&spec.name) })
            .collect(),
        members: members.collect(),
        invitations,
    }
}
