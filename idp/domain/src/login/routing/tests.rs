use chrono::{DateTime, TimeDelta};
use uuid::Uuid;

use super::*;
use crate::connection::{ConnectionSettings, Jit};
use crate::ids::DomainId;
use crate::tenant::{Challenge, DomainEvidence, Seen};

fn con(n: u128) -> ConnectionId {
    ConnectionId::from_uuid(Uuid::from_u128(n))
}

fn tenant() -> TenantId {
    TenantId::from_uuid(Uuid::from_u128(9))
}

const GOOGLE: ProviderId = ProviderId::from_uuid(Uuid::from_u128(50));

fn connection(n: u128, domains: &[&str]) -> Connection {
    let config = r#"{"kind":"oidc","issuer":"https://idp.example","client_id":"web"}"#;
    Connection {
        id: con(n),
        name: format!("con-{n}").parse().unwrap(),
        settings: ConnectionSettings {
            label: None,
            config: serde_json::from_str(config).unwrap(),
            domains: domains.iter().map(|name| name.parse().unwrap()).collect(),
            jit: Jit::Off,
            ask_always: false,
            roles: Default::default(),
        },
        status: UpstreamStatus::Active,
        epoch: 1,
    }
}

fn claim(name: &str) -> DomainClaim {
    let state = DomainState::Verified(DomainEvidence::Operator, now());
    DomainClaim::new(DomainId::from_uuid(Uuid::nil()), name.parse().unwrap(), state)
}

fn now() -> Timestamp {
    DateTime::UNIX_EPOCH
}

struct Place {
    policy: Policy,
    claims: Vec<DomainClaim>,
    connections: Vec<Connection>,
}

impl Place {
    /// A tenant with a proven domain and one connection for it.
    fn new() -> Self {
        let (claims, connections) = (vec![claim("corp.example")], vec![connection(1, &["corp.example"])]);
        Self { policy: Policy::default(), claims, connections }
    }

    fn doors(&self) -> Doors<'_> {
        Doors { tenant: tenant(), policy: &self.policy, claims: &self.claims, connections: &self.connections }
    }

    fn here(&self, address: &str, asked: Asked) -> Route {
        route(&address.parse().unwrap(), Door::Tenant(self.doors()), &[GOOGLE], asked, now())
    }

    fn at_platform(&self, address: &str, asked: Asked) -> Route {
        route(&address.parse().unwrap(), Door::Platform(Some(self.doors())), &[GOOGLE], asked, now())
    }

    fn way(&self, address: &str) -> Way {
        self.here(address, Asked::Nothing).way
    }
}

fn own_page(connections: Vec<ConnectionId>) -> Way {
    Way::Own { own: true, providers: vec![GOOGLE], connections }
}

const STAFF: &str = "ada@corp.example";
const GUEST: &str = "bob@other.example";

#[test]
fn a_proven_domain_leads_to_its_connection() {
    let place = Place::new();
    let route = place.here("ADA@Corp.Example", Asked::Nothing);
    assert_eq!(route.way, Way::Connection(tenant(), con(1)));
    assert_eq!(route.why, Why::Domain("corp.example".parse().unwrap()));
    assert_eq!(route.considered, [(con(1), Considered::Speaks)]);
    let guest = place.here(GUEST, Asked::Nothing);
    assert_eq!((guest.way, guest.why), (own_page(vec![]), Why::NoConnection));
    assert_eq!(guest.considered, [(con(1), Considered::NotListed)]);
    assert_eq!(place.way("ada@dev.corp.example"), own_page(vec![]), "a name below is another name");
}

#[test]
fn an_address_is_led_nowhere_by_what_is_only_claimed() {
    let pending = DomainClaim { state: DomainState::Pending, ..claim("corp.example") };
    let dns = DomainClaim::pending(pending.id, pending.name.clone(), Challenge::from_stored("x"));
    let unseen = dns.clone().after(Seen::Found, now() - TimeDelta::days(5));
    let lapsed = unseen.clone().after(Seen::Missing, now());
    let cases = [
        (vec![], Considered::Unclaimed),
        (vec![claim("other.example")], Considered::Unclaimed),
        (vec![pending.clone()], Considered::Pending),
        (vec![dns], Considered::Pending),
        (vec![unseen], Considered::Lapsed),
        (vec![lapsed], Considered::Lapsed),
        (vec![pending.released()], Considered::Unclaimed),
    ];
    for (claims, thought) in cases {
        let place = Place { claims, ..Place::new() };
        let route = place.here(STAFF, Asked::Nothing);
        assert_eq!(route.considered, [(con(1), thought)]);
        assert_eq!((route.way, route.why), (own_page(vec![]), Why::NoConnection), "{thought:?}");
        assert_eq!(place.at_platform(STAFF, Asked::Nothing).why, Why::NoTenant, "{thought:?}");
    }
}

#[test]
fn what_may_not_be_used_leads_nowhere() {
    let mut place = Place::new();
    place.connections[0].status = UpstreamStatus::Disabled;
    assert_eq!(place.here(STAFF, Asked::Nothing).considered, [(con(1), Considered::Disabled)]);
    assert_eq!(place.way(STAFF), own_page(vec![]));
    assert_eq!(place.here(STAFF, Asked::Connection(con(1))).way, own_page(vec![]));
    let mut place = Place::new();
    place.policy.methods = vec![Method::Password];
    let route = place.here(STAFF, Asked::Nothing);
    assert_eq!(route.considered, [(con(1), Considered::Method)]);
    assert_eq!(route.way, Way::Own { own: true, providers: vec![], connections: vec![] });
}

#[test]
fn several_connections_are_chosen_from_and_one_may_have_several_domains() {
    let mut place = Place::new();
    place.claims.push(claim("brand.example"));
    place.connections[0].settings.domains.push("brand.example".parse().unwrap());
    place.connections.push(connection(2, &["corp.example"]));
    let both = place.here(STAFF, Asked::Nothing);
    assert_eq!(both.way, Way::Choose(tenant(), vec![con(1), con(2)]));
    assert_eq!(both.why, Why::DomainOfSeveral("corp.example".parse().unwrap()));
    assert_eq!(place.way("eve@brand.example"), Way::Connection(tenant(), con(1)));
    let asked = place.here(GUEST, Asked::Connection(con(2)));
    assert_eq!((asked.way, asked.why), (Way::Connection(tenant(), con(2)), Why::Asked));
}

#[test]
fn a_connection_without_domains_has_a_button() {
    let mut place = Place::new();
    place.connections.push(connection(2, &[]));
    assert_eq!(place.way(GUEST), own_page(vec![con(2)]));
    assert_eq!(place.way(STAFF), Way::Connection(tenant(), con(1)), "a domain leads on");
    let platform = place.at_platform(STAFF, Asked::Own).way;
    assert_eq!(platform, own_page(vec![]), "not at the platform's");
}

#[test]
fn where_single_sign_on_is_required_everybody_goes_there() {
    let mut place = Place::new();
    place.policy.require_sso = true;
    let guest = place.here(GUEST, Asked::Nothing);
    assert_eq!((&guest.way, &guest.why), (&Way::Connection(tenant(), con(1)), &Why::SsoOnly));
    let only = Policy { methods: vec![Method::Connection], ..Policy::default() };
    let implied = Place { policy: only, ..Place::new() };
    assert_eq!(implied.here(GUEST, Asked::Nothing), guest, "also where no other method is accepted");
    place.connections.push(connection(2, &[]));
    assert_eq!(place.way(GUEST), Way::Choose(tenant(), vec![con(1), con(2)]));
    for connection in &mut place.connections {
        connection.status = UpstreamStatus::Disabled;
    }
    assert_eq!(place.way(STAFF), Way::Nowhere);
    // The page for owners in an emergency is the same for everybody: it does not tell who they are.
    let routes = [STAFF, GUEST, "owner@corp.example"].map(|address| place.here(address, Asked::Own));
    assert_eq!(routes[0].way, own_page(vec![]));
    assert!(routes.iter().all(|route| (&route.way, &route.why) == (&routes[0].way, &Why::AskedOwn)));
}

#[test]
fn at_the_platform_an_address_belongs_to_who_has_proven_its_domain() {
    let mut place = Place::new();
    place.policy.require_sso = true;
    place.policy.methods = vec![Method::Connection];
    assert_eq!(place.at_platform(STAFF, Asked::Nothing).way, Way::Connection(tenant(), con(1)));
    let own = place.at_platform(STAFF, Asked::Own);
    assert_eq!(
        (own.way, own.why),
        (own_page(vec![]), Why::AskedOwn),
        "the platform is more than this tenant"
    );
    let guest = place.at_platform(GUEST, Asked::Nothing);
    assert_eq!((guest.way, guest.why, guest.considered), (own_page(vec![]), Why::NoTenant, vec![]));
    let nobody = route(&STAFF.parse().unwrap(), Door::Platform(None), &[], Asked::Nothing, now());
    assert_eq!(nobody.way, Way::Own { own: true, providers: vec![], connections: vec![] });
    let unlisted = Place { connections: vec![connection(1, &[])], ..Place::new() };
    let route = unlisted.at_platform(STAFF, Asked::Nothing);
    assert_eq!((route.way, route.why), (own_page(vec![]), Why::NoConnection));
}
