//! The invariants of the table (security rules, 19.1), as questions about the world before and after an event.

use std::collections::{BTreeMap, BTreeSet};

use super::world::{ADDRESSES, By, Event, TENANTS, World, identity, tenant_id};
use super::*;
use crate::identity::Role;

/// Invariant (iv): what may not show whether an address is somebody's says the same for all who own it and for nobody.
pub(super) fn answers_alike(facts: &Facts, decision: &Decision) {
    let with = |owner| match decide(&Facts { owner, ..facts.clone() }) {
        Step::Decided(decision) => decision.action,
        Step::LookUp(_) => Action::Nothing,
    };
    let holder = |proof| {
        let (identity, active, privileged, linked_here) = (identity(77), true, false, false);
        Owner::Somebody(Holder { identity, active, proof, standing: None, privileged, linked_here })
    };
    let strangers = [Owner::Nobody, holder(Proof::Verified), holder(Proof::Stale), holder(Proof::Cooled)];
    let asks = matches!(facts.source, SourceFacts::Connection { ask_always: true, .. });
    match decision.row {
        Row::R8 | Row::R11 => {
            for owner in strangers.into_iter().chain([Owner::NotAsked]) {
                assert_eq!(with(owner), decision.action, "{facts:?}");
            }
        }
        Row::R7a | Row::R9 if asks => {
            for owner in strangers {
                assert_eq!(with(owner), decision.action, "{facts:?}");
            }
        }
        _ => {}
    }
}

pub(super) fn check(before: &World, event: &Event, after: &World) {
    // (i) What a tenant's upstream says opens that tenant and changes nothing outside it.
    for (_, authority, by) in &after.sessions[before.sessions.len()..] {
        if let By::Upstream(Some(tenant)) = by {
            assert_eq!(*authority, Authority::Tenant(tenant_id(*tenant)), "{event:?}");
        }
    }
    if let Event::Assert { source: Some(tenant), .. } | Event::Connect { source: Some(tenant), .. } = event {
        assert_eq!(before.people, after.people[..before.people.len()], "{event:?}");
        assert_eq!(before.provider, after.provider);
        let other = 1 - tenant;
        assert_eq!(before.tenants[other], after.tenants[other], "{event:?}");
        assert!(after.people[before.people.len()..].iter().all(|new| new.addresses.is_empty()));
    }
    // (ii) An address is proven for one person at the most.
    for n in 0..ADDRESSES {
        assert!(after.people.iter().filter(|p| p.addresses.contains_key(&n)).count() <= 1, "{event:?}");
    }
    // (iii) Credentials are gained in few rows only, and never lost to another.
    assert!(after.gained.iter().all(|row| row.may_link()), "{:?}", after.gained);
    let keys = |world: &World| -> BTreeSet<(usize, usize, usize)> {
        let of = |at: usize, links: &BTreeMap<usize, usize>| -> Vec<_> {
            links.iter().map(|(subject, person)| (at, *subject, *person)).collect()
        };
        let tenants = world.tenants.iter().enumerate().flat_map(|(at, tenant)| of(at, &tenant.links));
        tenants.chain(of(TENANTS, &world.provider)).collect()
    };
    assert!(keys(before).is_subset(&keys(after)), "{event:?}");
    // (v) No row gives a role to who is a member already, or more than the least to who is new.
    if matches!(event, Event::Assert { .. } | Event::Connect { .. }) {
        for (tenant, was) in after.tenants.iter().zip(&before.tenants) {
            for (person, (_, roles)) in &tenant.members {
                let least = vec![Role::Member];
                let known = was.members.get(person).map_or(&least, |(_, roles)| roles);
                assert_eq!(roles, known, "{event:?}");
            }
        }
    }
}
