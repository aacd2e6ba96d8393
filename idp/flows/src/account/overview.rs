//! What there is of a person, as data for any surface.

use gatehouse_domain::email::AddressState;
use gatehouse_domain::identity::Role;
use gatehouse_domain::ids::SessionId;
use gatehouse_domain::tenant::Tenant;
use gatehouse_domain::time::Timestamp;
use gatehouse_store::addresses::{self, Address};
use gatehouse_store::sessions::{self, ListedSession};
use gatehouse_store::{Scope, identities};

use super::{FullSession, Visitor};
use crate::login::Stop;
use crate::{Ctx, Idp};

/// The first page of an account.
#[derive(Debug, Clone)]
pub struct Overview {
    /// The name.
    pub name: Option<String>,
    /// The language of choice (BCP 47).
    pub locale: Option<String>,
    /// Since when there is the account.
    pub created_at: Timestamp,
    /// When it ends, if its person asked for that.
    pub delete_at: Option<Timestamp>,
    /// The addresses, the main one first.
    pub addresses: Vec<AddressFace>,
    /// When the password was set; none if there is no password.
    pub password_since: Option<Timestamp>,
    /// How many sessions are live, this one among them.
    pub sessions: usize,
    /// The organisations.
    pub memberships: Vec<MembershipFace>,
}

/// An address on the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddressFace {
    /// What a form sends to name it.
    pub key: String,
    /// The address.
    pub address: String,
    /// What is known about it.
    pub state: AddressState,
    /// Whether it is the main one.
    pub primary: bool,
    /// Since when letters to it are refused.
    pub refused_since: Option<Timestamp>,
}

/// A live session on the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionFace {
    /// What a form sends to name it.
    pub key: String,
    /// Whether it is the one that looks.
    pub here: bool,
    /// Browser and system in words, where known.
    pub device: Option<String>,
    /// The network, as coarse as in events.
    pub network: Option<String>,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When it was last used.
    pub last_seen_at: Timestamp,
}

/// An organisation on the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MembershipFace {
    /// Its name in addresses: what a form sends.
    pub slug: String,
    /// Its name for people.
    pub name: String,
    /// As what.
    pub roles: Vec<Role>,
    /// The account page at its own issuer.
    pub href: String,
}

impl AddressFace {
    fn of(address: &Address) -> Self {
        Self {
            key: address.id.to_string(),
            address: address.address.to_string(),
            state: address.state,
            primary: address.primary,
            refused_since: address.refused_at,
        }
    }
}

impl SessionFace {
    pub(super) fn of(listed: ListedSession, here: SessionId) -> Self {
        Self {
            key: listed.id.to_string(),
            here: listed.id == here,
            device: listed.device,
            network: listed.network,
            created_at: listed.created_at,
            last_seen_at: listed.last_seen_at,
        }
    }
}

impl MembershipFace {
    pub(super) fn of(tenant: &Tenant, roles: &[Role], base: &str) -> Self {
        Self {
            slug: tenant.at.slug.to_string(),
            name: tenant.name.to_string(),
            roles: roles.to_vec(),
            href: format!("{base}/t/{}/account", tenant.at.slug),
        }
    }
}

impl Idp {
    /// What there is of a person.
    ///
    /// # Errors
    /// If the machinery failed, or the person is gone.
    pub async fn overview(&self, cx: &Ctx, session: &FullSession) -> Result<Overview, Stop> {
        let memberships = self.own_memberships(&Visitor::Full(session.clone())).await?;
        let mut tx = self.pool()?.read(Scope::identity(session.identity()), "overview").await?;
        let profile = identities::profile(&mut tx).await?.ok_or(Stop::NotSignedIn)?;
        let addresses = addresses::list(&mut tx).await?;
        let password = identities::password(&mut tx).await?;
        let sessions = sessions::list(&mut tx, cx.now).await?.len();
        Ok(Overview {
            name: profile.name,
            locale: profile.locale,
            created_at: profile.created_at,
            delete_at: profile.delete_at,
            addresses: addresses.iter().map(AddressFace::of).collect(),
            password_since: password.map(|password| password.changed_at),
            sessions,
            memberships,
        })
    }
}
