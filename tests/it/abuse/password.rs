//! Passwords: who exists must not show, and guessing must slow the guesser alone (PWD-01, 03, 04; DOS-06).

use std::collections::BTreeMap;

use chrono::TimeDelta;

use super::kit::{HANDLE, PASSWORD, Pairs, apply, ask, csrf, sets, sql};
use crate::support::{Agent, Answered, World};

/// Settings under which the test says by a header where a browser is.
pub(super) const PROXIED: &[(&str, &str)] = &[("GATEHOUSE_TRUSTED_PROXIES", "127.0.0.1/32")];

/// A browser behind a proxy, at the page that asks for a password.
pub(super) struct Guesser {
    pub(super) agent: Agent,
    issuer: String,
    pub(super) flow: String,
    address: String,
    asked: Vec<Answered>,
}

impl Guesser {
    /// At the page for the password of an address.
    pub(super) async fn at(world: &World, issuer: &str, address: &str) -> Self {
        let mut agent = world.agent();
        let asked = agent.get(&ask(issuer, &[])).await;
        let flow = asked.param("flow").unwrap();
        let token = csrf(&agent, issuer, &flow);
        let fields = [("flow", flow.as_str()), ("csrf", &token), ("identifier", address)];
        let posted = agent.post(&format!("{issuer}/login/identifier"), &fields).await;
        let page = agent.follow(&posted).await;
        Self {
            agent,
            issuer: issuer.to_owned(),
            flow,
            address: address.to_owned(),
            asked: vec![posted, page],
        }
    }

    /// Types a password.
    pub(super) async fn try_from(&mut self, forwarded: Pairs<'_>, password: &str) -> Answered {
        let token = csrf(&self.agent, &self.issuer, &self.flow);
        let fields = [("flow", self.flow.as_str()), ("csrf", &token), ("password", password)];
        let mut headers = vec![("sec-fetch-site", "same-origin")];
        headers.extend_from_slice(forwarded);
        self.agent.post_with(&format!("{}/login/password", self.issuer), &headers, &fields).await
    }

    /// An answer without what differs between any two visits.
    fn bare(&self, answered: &Answered) -> (u16, BTreeMap<String, String>, String) {
        let token = csrf(&self.agent, &self.issuer, &self.flow);
        let request = answered.headers["x-request-id"].to_str().unwrap().to_owned();
        let plain = |text: &str| {
            [(&self.flow, "FLOW"), (&token, "CSRF"), (&self.address, "ADDRESS"), (&request, "REQUEST")]
                .iter()
                .fold(text.to_owned(), |text, (old, new)| text.replace(old.as_str(), new))
        };
        let kept = answered.headers.iter().filter(|(name, _)| name.as_str() != "date");
        let headers = kept.map(|(name, value)| (name.to_string(), plain(value.to_str().unwrap()))).collect();
        (answered.status.as_u16(), headers, plain(&answered.body))
    }
}

/// Addresses of one length: somebody, nobody, somebody elsewhere, disabled, without a password, invited nowhere.
const PEOPLE: [&str; 5] =
    ["alice@acme.test", "noone@acme.test", "bob@globex.test", "carla@acme.test", "peter@acme.test"];

#[tokio::test]
async fn nobody_can_tell_who_exists() {
    let world = World::dev().await;
    let file = "{version: 1, tenants: [{slug: acme, name: Acme, members: [{email: alice@acme.test, roles: [owner]}, \
        {email: carla@acme.test, password: correct horse battery staple}, {email: peter@acme.test}]}]}";
    apply(&world, file, false).await;
    sql(&world, "UPDATE cell.identities SET status = 'disabled' WHERE identity_id IN (SELECT identity_id FROM cell.addresses WHERE address = 'carla@acme.test')").await;
    for issuer in [world.issuer("acme"), world.platform()] {
        let long = "x".repeat(5000);
        let tries = ["a-wrong-guess", "", long.as_str(), "ünïcödé"];
        let mut first = None;
        for who in PEOPLE {
            let mut guesser = Guesser::at(&world, &issuer, who).await;
            let mut seen: Vec<_> = guesser.asked.iter().map(|answered| guesser.bare(answered)).collect();
            for password in tries {
                let answered = guesser.try_from(&[], password).await;
                assert!(!sets(&answered, HANDLE));
                assert!(password.len() < 4 || !answered.body.contains(password), "a password comes back");
                seen.push(guesser.bare(&answered));
            }
            let expected = first.get_or_insert_with(|| seen.clone());
            assert_eq!(&seen, expected, "{who} at {issuer}");
        }
        let wrong = &first.unwrap()[2];
        assert_eq!(wrong.0, 401);
        let mut right = Guesser::at(&world, &issuer, "carla@acme.test").await;
        let disabled = right.try_from(&[], PASSWORD).await;
        assert_eq!(&right.bare(&disabled), wrong, "a disabled person's right password");
        let mut right = Guesser::at(&world, &issuer, "noone@acme.test").await;
        let unknown = right.try_from(&[], PASSWORD).await;
        assert_eq!(&right.bare(&unknown), wrong);
    }
}

#[tokio::test]
async fn guessing_slows_the_guesser_and_nobody_else() {
    let world = World::with(PROXIED).await;
    let acme = world.issuer("acme");
    let evil: Pairs<'_> = &[("x-forwarded-for", "198.51.100.7")];
    let mut victims = Vec::new();
    for who in ["alice@acme.test", "noone@acme.test"] {
        let mut guesser = Guesser::at(&world, &acme, who).await;
        for n in 0..10 {
            assert_eq!(guesser.try_from(evil, "wrong").await.status, 401, "try {n}");
        }
        let slowed = guesser.try_from(evil, "wrong").await;
        assert_eq!(slowed.status, 429);
        let wait: u32 = slowed.headers["retry-after"].to_str().unwrap().parse().unwrap();
        assert!((1..=600).contains(&wait), "{wait}");
        assert_eq!(slowed.complaint().as_deref(), Some("throttled"));
        victims.push((guesser.bare(&slowed), guesser));
    }
    let without_wait = |(status, _, _): &(u16, BTreeMap<String, String>, String)| *status;
    assert_eq!(without_wait(&victims[0].0), without_wait(&victims[1].0));
    let mut alice = victims.swap_remove(0).1;
    let disguises: [Pairs<'_>; 6] = [
        evil,
        &[("x-forwarded-for", "198.51.100.99")],
        &[("x-forwarded-for", "203.0.113.99, 198.51.100.7")],
        &[("x-forwarded-for", "203.0.113.99"), ("x-forwarded-for", "198.51.100.7")],
        &[
            ("x-forwarded-for", "198.51.100.7"),
            ("x-real-ip", "203.0.113.99"),
            ("forwarded", "for=203.0.113.99"),
        ],
        &[("x-forwarded-for", "::ffff:198.51.100.7")],
    ];
    for disguise in disguises {
        let answered = alice.try_from(disguise, PASSWORD).await;
        assert_eq!(answered.status, 429, "{disguise:?}");
        assert!(!sets(&answered, HANDLE));
    }
    let mut fresh = Guesser::at(&world, &acme, "ALICE@acme.test").await;
    assert_eq!(fresh.try_from(evil, PASSWORD).await.status, 429, "a new browser, another spelling");
    let mut elsewhere = Guesser::at(&world, &world.issuer("globex"), "alice@acme.test").await;
    assert_eq!(elsewhere.try_from(evil, PASSWORD).await.status, 429, "another issuer");
    let mut victim = Guesser::at(&world, &acme, "alice@acme.test").await;
    assert_eq!(
        victim.try_from(&[("x-forwarded-for", "203.0.113.9")], PASSWORD).await.status,
        303,
        "the victim"
    );
    let asked = victim.agent.get(&ask(&acme, &[("prompt", "login")])).await;
    victim.flow = asked.param("flow").unwrap();
    assert_eq!(
        victim.try_from(evil, PASSWORD).await.status,
        303,
        "the victim's own browser, beside the attacker"
    );
    let mut neighbour = Guesser::at(&world, &acme, "carol@consult.test").await;
    assert_eq!(neighbour.try_from(evil, PASSWORD).await.status, 303, "another address from the same network");
    world.clock.advance(TimeDelta::minutes(10) + TimeDelta::seconds(1));
    assert_eq!(alice.try_from(evil, PASSWORD).await.status, 303, "after the wait");
}

#[tokio::test]
async fn an_address_that_many_networks_try_still_opens_in_its_owners_browser() {
    let world = World::with(&[PROXIED[0], ("GATEHOUSE_LIMITS__PASSWORD_TRIES_PER_ADDRESS", "20")]).await;
    let acme = world.issuer("acme");
    let home: Pairs<'_> = &[("x-forwarded-for", "203.0.113.9")];
    let mut owner = Guesser::at(&world, &acme, "alice@acme.test").await;
    assert_eq!(owner.try_from(home, PASSWORD).await.status, 303);
    world.clock.advance(TimeDelta::days(30));
    for network in 0..3 {
        let from = format!("198.51.{network}.7");
        let mut guesser = Guesser::at(&world, &acme, "alice@acme.test").await;
        for n in 0..8 {
            let status = guesser.try_from(&[("x-forwarded-for", &from)], "wrong").await.status;
            assert_eq!(status, if network * 8 + n < 20 { 401 } else { 429 }, "try {n} of {from}");
        }
    }
    let mut stranger = Guesser::at(&world, &acme, "alice@acme.test").await;
    assert_eq!(stranger.try_from(home, PASSWORD).await.status, 429, "a browser that nobody knows waits");
    let asked = owner.agent.get(&ask(&acme, &[])).await;
    owner.flow = asked.param("flow").expect("her session is long over");
    let token = csrf(&owner.agent, &acme, &owner.flow);
    let fields = [("flow", owner.flow.as_str()), ("csrf", &token), ("identifier", "alice@acme.test")];
    owner.agent.post(&format!("{acme}/login/identifier"), &fields).await;
    assert_eq!(owner.try_from(home, PASSWORD).await.status, 303, "hers does not");
}

#[tokio::test]
async fn a_tenants_log_does_not_tell_who_has_an_account_elsewhere() {
    let world = World::dev().await;
    let acme = world.issuer("acme");
    for who in ["alice@acme.test", "bob@globex.test", "noone@acme.test"] {
        let mut guesser = Guesser::at(&world, &acme, who).await;
        assert_eq!(guesser.try_from(&[], "wrong").await.status, 401);
    }
    let reasons: Vec<(String, i64)> = sqlx::query_as(
        "SELECT substring(convert_from(substring(record FROM 43), 'UTF8') FROM '\"reason\":\"([a-z_]+)\"'), count(*)
         FROM audit.events WHERE kind = 'signin.failed' AND stream_kind = 't' GROUP BY 1 ORDER BY 1",
    )
    .fetch_all(&mut world.admin().await)
    .await
    .unwrap();
    assert_eq!(reasons, [("unknown_address".to_owned(), 2), ("wrong_password".to_owned(), 1)]);
}

#[tokio::test]
async fn a_source_is_known_at_every_node_and_by_what_it_is() {
    let world = World::with(&[("GATEHOUSE_LIMITS__PASSWORD_TRIES_PER_NETWORK", "15")]).await;
    let twin = world.twin().await;
    let nodes = [(&world, world.issuer("acme")), (&twin, twin.issuer("acme"))];
    for n in 0..10 {
        let (node, issuer) = &nodes[n % 2];
        let mut guesser = Guesser::at(node, issuer, "alice@acme.test").await;
        let spoofed = format!("203.0.113.{n}");
        let answered =
            guesser.try_from(&[("x-forwarded-for", &spoofed), ("x-real-ip", &spoofed)], "wrong").await;
        assert_eq!(answered.status, 401, "try {n}");
    }
    for (node, issuer) in &nodes {
        let mut guesser = Guesser::at(node, issuer, "alice@acme.test").await;
        let answered = guesser.try_from(&[("x-forwarded-for", "192.0.2.1")], PASSWORD).await;
        assert_eq!(answered.status, 429, "a header nobody vouches for");
    }
    let mut stuffed = Vec::new();
    for n in 0..6 {
        let mut guesser = Guesser::at(&world, &nodes[0].1, &format!("person{n}@acme.test")).await;
        stuffed.push(guesser.try_from(&[], "wrong").await.status.as_u16());
    }
    assert_eq!(stuffed.last(), Some(&429), "one try each over many addresses: {stuffed:?}");
}
