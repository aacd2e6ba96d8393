//! Whom and what the pages of a flow speak of.

use gatehouse_domain::ids::{SessionId, TenantId};
use gatehouse_domain::session::LiveSession;
use gatehouse_domain::tenant::{DisplayName, Slug, Tenant};

/// The app on whose behalf a flow runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppFace {
    /// Its name for people.
    pub name: DisplayName,
    /// The host of the redirect URI, if it has one.
    pub host: Option<String>,
}

/// A signed-in account of this browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountFace {
    /// Its session.
    pub session: SessionId,
    /// The person's name.
    pub name: Option<String>,
    /// The person's primary proven address.
    pub address: Option<String>,
}

impl AccountFace {
    /// What is shown of a session.
    pub fn of(session: &LiveSession) -> Self {
        Self { session: session.id, name: session.name.clone(), address: session.address.clone() }
    }
}

/// An organisation to choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantFace {
    /// The tenant.
    pub(crate) id: TenantId,
    /// Its name in addresses.
    pub slug: Slug,
    /// Its name for people.
    pub name: DisplayName,
}

impl TenantFace {
    /// What is shown of a tenant.
    pub(crate) fn of(tenant: &Tenant) -> Self {
        Self { id: tenant.at.id, slug: tenant.at.slug.clone(), name: tenant.name.clone() }
    }
}
