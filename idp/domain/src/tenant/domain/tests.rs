use std::sync::atomic::{AtomicU8, Ordering};

use chrono::DateTime;
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::random::Rng;

fn at(hours: i64) -> Timestamp {
    DateTime::UNIX_EPOCH + TimeDelta::hours(hours)
}

fn name(text: &str) -> DomainName {
    text.parse().unwrap()
}

fn claim() -> DomainClaim {
    let id = DomainId::from_uuid(Uuid::nil());
    DomainClaim::pending(id, name("corp.example"), Challenge::from_stored("value"))
}

/// Proven at the hour nought.
fn proven() -> DomainClaim {
    claim().after(Seen::Found, at(0))
}

#[test]
fn a_claim_is_proven_by_its_challenge_alone() {
    for seen in [Seen::Missing, Seen::Unreachable] {
        assert_eq!(claim().after(seen, at(0)), claim());
    }
    assert!(!claim().holds(at(0)));
    let proven = proven();
    assert_eq!(proven.state, DomainState::Verified(DomainEvidence::Dns, at(0)));
    assert!(proven.holds(at(0)));
    let said = DomainClaim { challenge: None, ..claim() };
    assert_eq!(said.clone().after(Seen::Found, at(0)), said, "without a challenge nothing was found");
}

#[test]
fn a_proof_that_is_gone_holds_for_the_grace_and_lapses() {
    let until = 24 * (1 + 3);
    for seen in [Seen::Missing, Seen::Unreachable] {
        let doubted = proven().after(seen, at(until - 1));
        assert_eq!(doubted, proven());
        assert!(doubted.holds(at(until - 1)));
        assert!(!doubted.holds(at(until)), "also when nobody has looked");
        let lapsed = doubted.after(seen, at(until));
        assert_eq!(lapsed.state, DomainState::Lapsed);
        assert!(!lapsed.holds(at(until)));
        let back = lapsed.after(Seen::Found, at(200));
        assert_eq!(back.state, DomainState::Verified(DomainEvidence::Dns, at(200)));
    }
    let kept = proven().after(Seen::Found, at(90));
    assert_eq!(kept.state, proven().state, "verified since the first time");
    assert!(kept.holds(at(90 + until - 1)) && !kept.holds(at(90 + until)));
}

#[test]
fn looks_are_due_once_a_day() {
    assert!(claim().is_due(at(0)));
    assert!(!proven().is_due(at(23)) && proven().is_due(at(24)));
    let lapsed = proven().after(Seen::Missing, at(200));
    assert!(lapsed.is_due(at(200)), "it may come back");
    assert!(!lapsed.released().is_due(at(1000)));
}

#[test]
fn the_operator_s_word_needs_no_look_and_never_lapses() {
    let state = DomainState::Verified(DomainEvidence::Operator, at(0));
    let said = DomainClaim { state, ..claim() };
    assert!(said.holds(at(100_000)) && !said.is_due(at(100_000)));
    for seen in [Seen::Missing, Seen::Unreachable, Seen::Found] {
        assert_eq!(said.clone().after(seen, at(100_000)), said);
    }
}

#[test]
fn what_was_given_up_needs_another_challenge() {
    let gone = proven().released();
    assert_eq!((gone.state, &gone.challenge), (DomainState::Released, &None));
    assert_eq!(gone.clone().after(Seen::Found, at(1)), gone);
    let again = gone.challenged(Challenge::from_stored("other"));
    assert_eq!(again.state, DomainState::Pending);
    let record = proven().challenge.unwrap().record();
    assert!(!again.challenge.clone().unwrap().is_among([record.as_str()]), "the old record proves nothing");
    assert!(again.after(Seen::Found, at(2)).holds(at(2)));
    let made = DomainClaim { challenge: None, ..claim() };
    assert!(made.challenged(Challenge::from_stored("x")).after(Seen::Found, at(3)).holds(at(3)));
    assert_eq!(claim().challenged(Challenge::from_stored("x")), claim());
    assert_eq!(
        proven().challenged(Challenge::from_stored("other")),
        proven(),
        "what holds keeps its challenge"
    );
}

#[test]
fn authority_is_over_exactly_one_name_and_only_where_it_is_listed() {
    let claims = [proven()];
    let listed = [name("corp.example"), name("dev.corp.example"), name("other.example")];
    assert!(authority(&claims, &listed, &name("CORP.example"), at(1)));
    for beside in ["dev.corp.example", "example", "other.example", "xcorp.example"] {
        assert!(!authority(&claims, &listed, &name(beside), at(1)), "{beside}");
    }
    assert!(!authority(&claims, &listed[1..], &name("corp.example"), at(1)), "not listed");
    assert!(!authority(&[claim()], &listed, &name("corp.example"), at(1)), "not proven");
    assert!(!authority(&claims, &listed, &name("corp.example"), at(200)), "not looked at in time");
}

/// Gives every byte another value each time.
#[derive(Debug)]
struct Counting(AtomicU8);

impl Rng for Counting {
    fn fill(&self, out: &mut [u8]) {
        for byte in out {
            *byte = self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
}

#[test]
fn each_claim_has_a_challenge_of_its_own() {
    let rng = Counting(AtomicU8::new(0));
    let (a, b) = (Challenge::mint(&rng), Challenge::mint(&rng));
    assert_eq!(a.as_str().len(), 32);
    assert_eq!(Challenge::host(&name("corp.example")), "_gatehouse-challenge.corp.example");
    let records = ["v=spf1 -all".to_owned(), a.record(), format!("{} ", b.record())];
    let shown = || records.iter().map(String::as_str);
    assert!(a.is_among(shown()));
    assert!(!b.is_among(shown()), "another tenant's, or with something beside it, proves nothing");
}

proptest! {
    #[test]
    fn a_proof_holds_only_within_reach_of_a_look_that_found_it(
        looks in prop::collection::vec((0..60_i64, 0..3_u8), 0..30), wait in 0..200_i64
    ) {
        let (mut claim, mut now, mut found) = (claim(), 0, None);
        for (hours, seen) in looks {
            now += hours;
            let seen = [Seen::Found, Seen::Missing, Seen::Unreachable][usize::from(seen)];
            claim = claim.after(seen, at(now));
            if seen == Seen::Found {
                found = Some(now);
            }
        }
        let fresh = found.is_some_and(|found| now + wait < found + 96);
        prop_assert_eq!(claim.holds(at(now + wait)), fresh);
    }
}
