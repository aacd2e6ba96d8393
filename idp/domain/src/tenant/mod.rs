//! Tenants: their names in addresses, their domains, their looks.

mod branding;
mod domain;
mod names;
mod picture;

pub use branding::{BadColour, Branding, Colour};
pub use domain::{
    Challenge, DomainClaim, DomainEvidence, DomainState, Seen, Unclaimable, authority, unclaimable,
};
pub use names::{BadName, CellName, DisplayName, DomainName, Hostname, Slug, UpstreamName};
pub use picture::PictureKind;

use serde::{Deserialize, Serialize};

use crate::ids::TenantId;
use crate::policy::Policy;

/// Whether a tenant may be entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TenantStatus {
    /// In use.
    Active,
    /// Shut by the operator: nobody signs in, no token is issued, none introspects active.
    Suspended,
}

/// Where a tenant lives, as the directory knows it: enough to open a scope in its cell.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TenantRef {
    /// The tenant.
    pub id: TenantId,
    /// Its name in addresses, which never changes.
    pub slug: Slug,
    /// The cell that holds its rows.
    pub cell: CellName,
}

/// A tenant's own record.
#[derive(Debug, Clone, PartialEq)]
pub struct Tenant {
    /// Where it lives.
    pub at: TenantRef,
    /// Its name for people.
    pub name: DisplayName,
    /// Whether it may be entered.
    pub status: TenantStatus,
    /// Whether it belongs to one person.
    pub personal: bool,
    /// Counts changes that end what was issued before.
    pub epoch: i32,
    /// Its rules for signing in.
    pub policy: Policy,
    /// Its looks.
    pub branding: Branding,
}
