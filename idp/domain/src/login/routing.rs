//! Identifier first: from an address to the way in, and why that one.
//!
//! The answer depends on the address's domain and on configuration, never on whether anybody has the address: people and
//! strangers are sent the same way.

use crate::connection::{Connection, UpstreamStatus};
use crate::email::EmailAddress;
use crate::ids::{ConnectionId, ProviderId, TenantId};
use crate::policy::{Method, Policy};
use crate::tenant::{DomainClaim, DomainName, DomainState};
use crate::time::Timestamp;

/// A tenant's ways in.
#[derive(Debug, Clone, Copy)]
pub struct Doors<'a> {
    /// The tenant.
    pub tenant: TenantId,
    /// Its rules.
    pub policy: &'a Policy,
    /// Its claims on domains.
    pub claims: &'a [DomainClaim],
    /// Its connections, in the order in which they are shown.
    pub connections: &'a [Connection],
}

/// Where the address was typed.
#[derive(Debug, Clone, Copy)]
pub enum Door<'a> {
    /// At a tenant's issuer.
    Tenant(Doors<'a>),
    /// At the platform's; with the tenant whose claim on the address's domain the directory knows, if there is one.
    Platform(Option<Doors<'a>>),
}

/// What the person or the app asked for beside the address.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Asked {
    /// Nothing.
    #[default]
    Nothing,
    /// This connection (`connection=`).
    Connection(ConnectionId),
    /// A credential of one's own, by the link beside the upstream's button.
    Own,
}

/// The way in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// Where to.
    pub way: Way,
    /// Why there.
    pub why: Why,
    /// What was thought of each connection, in their order.
    pub considered: Vec<(ConnectionId, Considered)>,
}

/// Where a person is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    /// To this upstream at once.
    Connection(TenantId, ConnectionId),
    /// To a page with these upstreams.
    Choose(TenantId, Vec<ConnectionId>),
    /// To a page for a credential of one's own.
    Own {
        /// Whether a password or passkey may be shown there.
        own: bool,
        /// The operator's upstreams that have a button there.
        providers: Vec<ProviderId>,
        /// The tenant's upstreams that have a button there, because no domain leads to them.
        connections: Vec<ConnectionId>,
    },
    /// Nowhere: the tenant demands an upstream and has none that may be used.
    Nowhere,
}

/// Why that way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// This connection was asked for.
    Asked,
    /// A credential of one's own was asked for.
    AskedOwn,
    /// The tenant has proven the address's domain, and one connection lists it.
    Domain(DomainName),
    /// The tenant has proven the address's domain, and several connections list it.
    DomainOfSeveral(DomainName),
    /// No connection speaks for the address's domain, and nothing but connections opens the tenant.
    SsoOnly,
    /// No connection speaks for the address's domain.
    NoConnection,
    /// Nobody has proven the address's domain.
    NoTenant,
}

impl Why {
    /// The code under which the words for it are found.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::AskedOwn => "asked_own",
            Self::Domain(_) => "domain",
            Self::DomainOfSeveral(_) => "domain_of_several",
            Self::SsoOnly => "sso_only",
            Self::NoConnection => "no_connection",
            Self::NoTenant => "no_tenant",
        }
    }
}

/// What was thought of a connection for an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Considered {
    /// It speaks for the address.
    Speaks,
    /// It may not be used.
    Disabled,
    /// The tenant does not accept connections.
    Method,
    /// It does not list the address's domain.
    NotListed,
    /// It lists the domain, and the tenant has no claim on it.
    Unclaimed,
    /// The claim is not proven.
    Pending,
    /// The claim's proof is gone, or could not be looked at in time.
    Lapsed,
}

impl Considered {
    /// The code under which the words for it are found.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Speaks => "speaks",
            Self::Disabled => "disabled",
            Self::Method => "method",
            Self::NotListed => "not_listed",
            Self::Unclaimed => "unclaimed",
            Self::Pending => "pending",
            Self::Lapsed => "lapsed",
        }
    }
}

/// The way in for an address. `providers` are the operator's upstreams that may be used.
pub fn route(
    address: &EmailAddress,
    door: Door<'_>,
    providers: &[ProviderId],
    asked: Asked,
    now: Timestamp,
) -> Route {
    let domain = address.domain();
    let doors = match door {
        Door::Tenant(doors) => doors,
        Door::Platform(Some(doors)) if holds(&doors, domain, now) => doors,
        Door::Platform(_) => {
            let why = if asked == Asked::Own { Why::AskedOwn } else { Why::NoTenant };
            return Route { way: own(true, providers, vec![]), why, considered: vec![] };
        }
    };
    let considered: Vec<(ConnectionId, Considered)> =
        doors.connections.iter().map(|one| (one.id, consider(one, &doors, domain, now))).collect();
    let speaking: Vec<ConnectionId> =
        considered.iter().filter(|(_, thought)| *thought == Considered::Speaks).map(|(id, _)| *id).collect();
    let (way, why) = pick(&doors, matches!(door, Door::Platform(_)), (domain, &speaking), providers, asked);
    Route { way, why, considered }
}

fn pick(
    doors: &Doors<'_>,
    platform: bool,
    (domain, speaking): (&DomainName, &[ConnectionId]),
    providers: &[ProviderId],
    asked: Asked,
) -> (Way, Why) {
    let policy = doors.policy;
    let usable = usable(doors);
    if let Asked::Connection(wanted) = asked
        && usable.contains(&wanted)
    {
        return (Way::Connection(doors.tenant, wanted), Why::Asked);
    }
    // At the platform a person's own credential opens more than this tenant. With `require_sso` it opens the tenant only for the
    // owners who are named for emergencies: everybody gets the same page, and entering decides.
    let accepts = |method| platform || policy.methods.contains(&method);
    let own_page = |connections| {
        let buttons: &[ProviderId] = if accepts(Method::Provider) { providers } else { &[] };
        own(accepts(Method::Password) || accepts(Method::Passkey), buttons, connections)
    };
    if asked == Asked::Own {
        return (own_page(vec![]), Why::AskedOwn);
    }
    match speaking {
        [only] => return (Way::Connection(doors.tenant, *only), Why::Domain(domain.clone())),
        [_, ..] => {
            return (Way::Choose(doors.tenant, speaking.to_vec()), Why::DomainOfSeveral(domain.clone()));
        }
        [] => {}
    }
    let another = accepts(Method::Password)
        || accepts(Method::Passkey)
        || (accepts(Method::Provider) && !providers.is_empty());
    if !platform && (policy.require_sso || !another) {
        let way = match usable.as_slice() {
            [] => Way::Nowhere,
            [only] => Way::Connection(doors.tenant, *only),
            _ => Way::Choose(doors.tenant, usable),
        };
        return (way, Why::SsoOnly);
    }
    let undiscovered = |id: &ConnectionId| {
        doors.connections.iter().any(|one| one.id == *id && one.settings.domains.is_empty())
    };
    let buttons = if platform { vec![] } else { usable.into_iter().filter(undiscovered).collect() };
    (own_page(buttons), Why::NoConnection)
}

fn own(own: bool, providers: &[ProviderId], connections: Vec<ConnectionId>) -> Way {
    Way::Own { own, providers: providers.to_vec(), connections }
}

fn usable(doors: &Doors<'_>) -> Vec<ConnectionId> {
    if !doors.policy.methods.contains(&Method::Connection) {
        return vec![];
    }
    let active = doors.connections.iter().filter(|one| one.status == UpstreamStatus::Active);
    active.map(|one| one.id).collect()
}

fn holds(doors: &Doors<'_>, domain: &DomainName, now: Timestamp) -> bool {
    doors.claims.iter().any(|claim| claim.name == *domain && claim.holds(now))
}

fn consider(connection: &Connection, doors: &Doors<'_>, domain: &DomainName, now: Timestamp) -> Considered {
    if connection.status != UpstreamStatus::Active {
        return Considered::Disabled;
    }
    if !doors.policy.methods.contains(&Method::Connection) {
        return Considered::Method;
    }
    if !connection.settings.domains.contains(domain) {
        return Considered::NotListed;
    }
    match doors.claims.iter().find(|claim| claim.name == *domain) {
        Some(claim) if claim.holds(now) => Considered::Speaks,
        Some(claim) if claim.state == DomainState::Pending => Considered::Pending,
        Some(claim) if claim.state != DomainState::Released => Considered::Lapsed,
        _ => Considered::Unclaimed,
    }
}

#[cfg(test)]
mod tests;
