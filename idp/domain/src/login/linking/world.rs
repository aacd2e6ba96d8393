//! The invariants of the table, over random histories of a small world in which what it says is done.

use std::collections::BTreeMap;

use proptest::prelude::*;
use uuid::Uuid;

use super::invariants::{answers_alike, check};
use super::*;
use crate::identity::Role;

pub(super) const TENANTS: usize = 2;
pub(super) const ADDRESSES: usize = 3;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Person {
    active: bool,
    password: bool,
    operator: bool,
    pub(super) addresses: BTreeMap<usize, Proof>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Tenant {
    authority: [bool; ADDRESSES],
    join: bool,
    by_domain: bool,
    ask: bool,
    pub(super) members: BTreeMap<usize, (Option<MemberStatus>, Vec<Role>)>,
    pub(super) links: BTreeMap<usize, usize>,
    asserted: BTreeMap<usize, usize>,
}

/// Who opened a session: the person with something of their own, or an upstream's word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    Own,
    Upstream(Option<usize>),
}

#[derive(Debug, Clone, Default)]
pub(super) struct World {
    pub(super) people: Vec<Person>,
    pub(super) tenants: [Tenant; TENANTS],
    pub(super) provider: BTreeMap<usize, usize>,
    pub(super) sessions: Vec<(usize, Authority, By)>,
    pub(super) gained: Vec<Row>,
}

#[derive(Debug, Clone)]
pub(super) enum Event {
    /// An upstream asserts somebody; `proves` is whom the person can prove to be when asked.
    Assert {
        source: Option<usize>,
        subject: usize,
        address: Option<usize>,
        trusted: bool,
        as_new: bool,
        proves: usize,
    },
    /// Somebody with a session connects a key.
    Connect { source: Option<usize>, subject: usize, person: usize, joins: Option<JoinBy> },
    /// A mailbox is proven (rows 14 and 15).
    Prove { person: usize, address: usize },
    /// A proof lapses, or lapsed long ago.
    Lapse { address: usize, proof: Proof },
    /// An admin sets where somebody stands.
    Member { tenant: usize, person: usize, status: MemberStatus, role: Role },
    /// A tenant's authority over an address and its rules change.
    Rules { tenant: usize, address: usize, authority: bool, join: bool, by_domain: bool, ask: bool },
    /// An identity is shut or opened again.
    Status { person: usize, active: bool },
}

pub(super) fn tenant_id(n: usize) -> TenantId {
    TenantId::from_uuid(Uuid::from_u128(1000 + n as u128))
}

pub(super) fn identity(n: usize) -> IdentityId {
    IdentityId::from_uuid(Uuid::from_u128(n as u128))
}

fn number(id: IdentityId) -> usize {
    usize::try_from(id.uuid().as_u128()).unwrap()
}

fn address(n: usize) -> EmailAddress {
    format!("p{n}@d{n}.example").parse().unwrap()
}

impl World {
    fn new() -> Self {
        let person = |operator| Person { active: true, password: true, operator, addresses: BTreeMap::new() };
        Self { people: vec![person(false), person(false), person(true)], ..Self::default() }
    }

    fn standing(&self, tenant: Option<usize>, person: usize) -> Option<MemberStatus> {
        self.tenants[tenant?].members.get(&person).and_then(|(status, _)| *status)
    }

    fn links(&self, source: Option<usize>) -> &BTreeMap<usize, usize> {
        source.map_or(&self.provider, |tenant| &self.tenants[tenant].links)
    }

    fn owner(&self, wanted: usize, source: Option<usize>) -> Owner {
        let holder =
            self.people.iter().enumerate().find_map(|(n, p)| p.addresses.get(&wanted).map(|a| (n, p, *a)));
        holder.map_or(Owner::Nobody, |(n, person, proof)| {
            let roles =
                source.and_then(|t| self.tenants[t].members.get(&n)).map(|(_, roles)| roles.as_slice());
            let rights = roles.is_some_and(|roles| roles.iter().any(|role| *role != Role::Member));
            Owner::Somebody(Holder {
                identity: identity(n),
                active: person.active,
                proof,
                standing: self.standing(source, n),
                privileged: person.operator || rights,
                linked_here: self.links(source).values().any(|linked| *linked == n),
            })
        })
    }

    fn facts(&self, source: Option<usize>, subject: usize, wanted: Option<usize>) -> Facts {
        let link = self.links(source).get(&subject).map(|n| Linked {
            identity: identity(*n),
            active: self.people[*n].active,
            standing: self.standing(source, *n),
        });
        let of = |tenant: usize| {
            let rules = &self.tenants[tenant];
            SourceFacts::Connection {
                tenant: tenant_id(tenant),
                authority: wanted.is_some_and(|n| rules.authority[n]),
                join: rules.join,
                link_by_domain: rules.by_domain,
                ask_always: rules.ask,
            }
        };
        let none = SourceFacts::Provider { authoritative: false, mailbox_proven: false, sign_up: true };
        Facts {
            sound: true,
            source: source.map_or(none, of),
            link,
            intent: None,
            address: wanted.map(address),
            as_new: false,
            owner: Owner::NotAsked,
        }
    }

    fn intent(&self, person: usize, source: Option<usize>, only: Option<IdentityId>) -> Intent {
        Intent {
            identity: identity(person),
            only,
            proven: !self.people[person].addresses.is_empty(),
            standing: self.standing(source, person),
            joins: None,
        }
    }

    /// Asks the table, looks up what it asks for, and does what it says.
    fn ask(&mut self, mut facts: Facts, event: (Option<usize>, usize, Option<usize>), proves: usize) {
        let (source, subject, wanted) = event;
        let decision = loop {
            match decide(&facts) {
                Step::LookUp(asked) => {
                    assert_eq!(Some(asked), wanted.map(address));
                    facts.owner = self.owner(wanted.unwrap(), source);
                }
                Step::Decided(decision) => break decision,
            }
        };
        answers_alike(&facts, &decision);
        match decision.action {
            Action::Refuse(_) | Action::Nothing | Action::AskToJoin(_) => {}
            Action::SignIn { identity, authority, note_address } => {
                self.sessions.push((number(identity), authority, By::Upstream(source)));
                if let (Some(tenant), Some(n), true) = (source, wanted, note_address) {
                    self.tenants[tenant].asserted.insert(number(identity), n);
                }
            }
            Action::Link { identity, joins, opens } => {
                self.link((source, subject), number(identity), joins, decision.row);
                self.sessions.extend(opens.map(|opens| (number(identity), opens, By::Upstream(source))));
            }
            Action::Prove { identity, invited } => {
                self.prove_person(facts, event, (Some(identity), invited), proves);
            }
            Action::Choose { .. } => self.prove_person(facts, event, (None, false), proves),
            Action::ProveMailbox(_) => {
                if let SourceFacts::Provider { mailbox_proven, .. } = &mut facts.source {
                    *mailbox_proven = true;
                }
                self.ask(facts, event, proves);
            }
            Action::Create { authority, address } => self.create(event, authority, address),
        }
    }

    /// Somebody who is asked proves to be a person they are, and the table is asked again.
    fn prove_person(
        &mut self,
        facts: Facts,
        event: (Option<usize>, usize, Option<usize>),
        (only, invited): (Option<IdentityId>, bool),
        proves: usize,
    ) {
        let own = |p: &Person| p.active && (p.password || self.provider.values().any(|n| *n == proves));
        if facts.intent.is_some() || !self.people.get(proves).is_some_and(own) {
            return;
        }
        self.sessions.push((proves, Authority::Full, By::Own));
        let mut intent = self.intent(proves, event.0, only);
        intent.joins = invited.then_some(JoinBy::Invitation);
        self.ask(Facts { intent: Some(intent), as_new: false, ..facts }, event, proves);
    }

    fn link(
        &mut self,
        (source, subject): (Option<usize>, usize),
        person: usize,
        joins: Option<JoinBy>,
        row: Row,
    ) {
        self.gained.push(row);
        let Some(tenant) = source else {
            assert_eq!(self.provider.insert(subject, person), None);
            return;
        };
        let tenant = &mut self.tenants[tenant];
        assert_eq!(tenant.links.insert(subject, person), None);
        if joins.is_some() {
            let (status, _) = tenant.members.entry(person).or_insert_with(|| (None, vec![Role::Member]));
            *status = Some(MemberStatus::Active);
        }
    }

    fn create(
        &mut self,
        event: (Option<usize>, usize, Option<usize>),
        authority: Authority,
        as_what: NewAddress,
    ) {
        let (source, subject, wanted) = event;
        let new = self.people.len();
        let person = Person { active: true, password: false, operator: false, addresses: BTreeMap::new() };
        self.people.push(person);
        if let (NewAddress::Verified, Some(n)) = (as_what, wanted) {
            assert!(self.verify(new, n), "a new identity has an address that was somebody's");
        }
        match source {
            None => assert_eq!(self.provider.insert(subject, new), None),
            Some(t) => {
                let tenant = &mut self.tenants[t];
                assert_eq!(tenant.links.insert(subject, new), None);
                tenant.members.insert(new, (Some(MemberStatus::Active), vec![Role::Member]));
                if let (NewAddress::TenantAsserted, Some(n)) = (as_what, wanted) {
                    assert!(tenant.authority[n]);
                    tenant.asserted.insert(new, n);
                }
            }
        }
        self.sessions.push((new, authority, By::Upstream(source)));
    }

    /// The one writer of a proof; whose proof lapsed long ago gives way.
    fn verify(&mut self, person: usize, wanted: usize) -> bool {
        for other in &mut self.people {
            if other.addresses.get(&wanted) == Some(&Proof::Cooled) {
                other.addresses.remove(&wanted);
            }
        }
        let taken =
            self.people.iter().enumerate().any(|(n, p)| n != person && p.addresses.contains_key(&wanted));
        if !taken {
            self.people[person].addresses.insert(wanted, Proof::Verified);
        }
        !taken
    }

    fn happen(&mut self, event: &Event) {
        match *event {
            Event::Assert { source, subject, address, trusted, as_new, proves } => {
                let mut facts = Facts { as_new, ..self.facts(source, subject, address) };
                if let SourceFacts::Provider { authoritative, .. } = &mut facts.source {
                    *authoritative = trusted;
                }
                self.ask(facts, (source, subject, address), proves % self.people.len());
            }
            Event::Connect { source, subject, person, joins } => {
                let person = person % self.people.len();
                // A connect intent stands on a session of the person's own.
                if !self.sessions.contains(&(person, Authority::Full, By::Own)) || !self.people[person].active
                {
                    return;
                }
                let intent = Intent { joins, ..self.intent(person, source, None) };
                let facts = Facts { intent: Some(intent), ..self.facts(source, subject, None) };
                self.ask(facts, (source, subject, None), person);
            }
            Event::Prove { person, address } => {
                self.verify(person % self.people.len(), address);
            }
            Event::Lapse { address, proof } => {
                for person in &mut self.people {
                    person.addresses.entry(address).and_modify(|was| *was = proof);
                }
            }
            Event::Member { tenant, person, status, role } => {
                let person = person % self.people.len();
                self.tenants[tenant].members.insert(person, (Some(status), vec![role]));
            }
            Event::Rules { tenant, address, authority, join, by_domain, ask } => {
                let tenant = &mut self.tenants[tenant];
                tenant.authority[address] = authority;
                (tenant.join, tenant.by_domain, tenant.ask) = (join, by_domain, ask);
            }
            Event::Status { person, active } => {
                let person = person % self.people.len();
                self.people[person].active = active;
            }
        }
    }
}

fn events() -> impl Strategy<Value = Event> {
    let source = || prop_oneof![2 => (0..TENANTS).prop_map(Some), 1 => Just(None)];
    let status = prop::sample::select(vec![
        MemberStatus::Invited,
        MemberStatus::Active,
        MemberStatus::Active,
        MemberStatus::Suspended,
        MemberStatus::Removed,
    ]);
    let role = prop::sample::select(vec![Role::Member, Role::Member, Role::Admin, Role::Owner]);
    let joins = prop::sample::select(vec![None, Some(JoinBy::Invitation), Some(JoinBy::Assertion)]);
    let proof = prop::sample::select(vec![Proof::Stale, Proof::Cooled]);
    let upstream =
        (source(), 0..3_usize, prop::option::of(0..ADDRESSES), any::<bool>(), any::<bool>(), 0..6_usize);
    prop_oneof![
        6 => upstream.prop_map(|(source, subject, address, trusted, as_new, proves)| Event::Assert {
            source, subject, address, trusted, as_new, proves
        }),
        2 => (source(), 0..3_usize, 0..6_usize, joins)
            .prop_map(|(source, subject, person, joins)| Event::Connect { source, subject, person, joins }),
        2 => (0..6_usize, 0..ADDRESSES).prop_map(|(person, address)| Event::Prove { person, address }),
        1 => (0..ADDRESSES, proof).prop_map(|(address, proof)| Event::Lapse { address, proof }),
        2 => (0..TENANTS, 0..6_usize, status, role)
            .prop_map(|(tenant, person, status, role)| Event::Member { tenant, person, status, role }),
        3 => (0..TENANTS, 0..ADDRESSES, any::<[bool; 4]>()).prop_map(|(tenant, address, [a, b, c, d])| {
            Event::Rules { tenant, address, authority: a, join: b, by_domain: c, ask: d }
        }),
        1 => (0..6_usize, prop::bool::weighted(0.7)).prop_map(|(person, active)| Event::Status { person, active }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]
    #[test]
    fn the_invariants_hold_over_every_history(history in prop::collection::vec(events(), 1..60)) {
        let mut world = World::new();
        for event in &history {
            let before = world.clone();
            world.happen(event);
            check(&before, event, &world);
        }
    }
}
