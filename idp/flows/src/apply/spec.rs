//! What a file asks for, in the domain's words.
//!
//! A part that the file leaves out (`None`) is not managed by it: it is neither compared nor pruned. An empty list is
//! managed, and empty.

use gatehouse_domain::credential::PasswordRecord;
use gatehouse_domain::email::EmailAddress;
use gatehouse_domain::identity::Role;
use gatehouse_domain::oauth::{AppConfig, Scopes};
use gatehouse_domain::policy::Policy;
use gatehouse_domain::secret::{Digest, Secret};
use gatehouse_domain::tenant::{Branding, DisplayName, DomainName, Slug};

use super::fields::Origin;
use super::mail::MailSpec;

/// The whole file.
#[derive(Debug)]
pub(super) struct Spec {
    pub(super) platform: OwnerSpec,
    pub(super) tenants: Vec<TenantSpec>,
}

/// Apps and resources of the platform or of a tenant.
#[derive(Debug, Default)]
pub(super) struct OwnerSpec {
    pub(super) resources: Option<Vec<ResourceSpec>>,
    pub(super) apps: Option<Vec<AppSpec>>,
}

/// A resource server.
#[derive(Debug)]
pub(super) struct ResourceSpec {
    pub(super) origin: Origin,
    pub(super) identifier: String,
    pub(super) scopes: Scopes,
}

/// An app. Its secret is kept only as the digest that will be stored.
#[derive(Debug)]
pub(super) struct AppSpec {
    pub(super) origin: Origin,
    pub(super) client_id: String,
    pub(super) name: DisplayName,
    pub(super) config: AppConfig,
    pub(super) secret: Option<Digest>,
}

/// A tenant.
#[derive(Debug)]
pub(super) struct TenantSpec {
    pub(super) origin: Origin,
    pub(super) slug: Slug,
    pub(super) name: DisplayName,
    pub(super) domains: Option<Vec<DomainSpec>>,
    pub(super) policy: Option<Policy>,
    pub(super) branding: Option<Branding>,
    pub(super) mail: Option<MailSpec>,
    pub(super) own: OwnerSpec,
    pub(super) platform_apps: Option<Entitled>,
    pub(super) members: Option<Vec<MemberSpec>>,
    pub(super) invitations: Option<Vec<InvitationSpec>>,
}

/// A domain.
#[derive(Debug)]
pub(super) struct DomainSpec {
    pub(super) origin: Origin,
    pub(super) name: DomainName,
    pub(super) verified: bool,
}

/// The platform apps that a tenant may use.
#[derive(Debug)]
pub(super) enum Entitled {
    /// Each one there is.
    All,
    /// These, by client id.
    These(Vec<(String, Origin)>),
}

/// Somebody who is asked to join.
#[derive(Debug)]
pub(super) struct InvitationSpec {
    pub(super) origin: Origin,
    pub(super) email: EmailAddress,
    pub(super) role: Role,
    pub(super) name: Option<DisplayName>,
}

/// A person in a tenant.
#[derive(Debug)]
pub(super) struct MemberSpec {
    pub(super) origin: Origin,
    pub(super) email: EmailAddress,
    pub(super) name: Option<DisplayName>,
    pub(super) password: Option<Secret<String>>,
    /// What another system made of the password.
    pub(super) password_hash: Option<PasswordRecord>,
    pub(super) roles: Vec<Role>,
}

impl TenantSpec {
    /// The addresses of everybody whom the file names.
    pub(super) fn addresses(&self) -> impl Iterator<Item = &EmailAddress> {
        let members = self.members.iter().flatten().map(|member| &member.email);
        members.chain(self.invitations.iter().flatten().map(|invited| &invited.email))
    }
}
