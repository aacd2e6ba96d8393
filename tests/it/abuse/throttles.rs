//! Limits of a whole tenant and of all: they stop who sprays, and let in whoever is known (PWD-03, PWD-04; rules D8, D22).

use super::kit::{PASSWORD, Pairs, ask, tokens};
use super::mailed::Visitor;
use super::password::{Guesser, PROXIED};
use crate::support::{Answered, World};

const ALICE: &str = "alice@acme.test";
const HOME: Pairs<'_> = &[("x-forwarded-for", "203.0.113.9")];

/// One wrong password for an address of its own, from a network of its own.
async fn spray(world: &World, issuer: &str, number: u32) -> Answered {
    let mut guesser = Guesser::at(world, issuer, &format!("person{number}@acme.test")).await;
    let from = format!("198.51.{number}.7");
    guesser.try_from(&[("x-forwarded-for", &from)], "wrong").await
}

/// Asserts a page that tells how long to wait.
fn waits(answered: &Answered, most: u32, what: &str) {
    assert_eq!(answered.status, 429, "{what}: {}", answered.body);
    assert_eq!(answered.complaint().as_deref(), Some("throttled"), "{what}");
    let wait: u32 = answered.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=most).contains(&wait), "{what}: {wait}");
    assert!(answered.body.contains("too many tries"), "{what}: {}", answered.body);
}

/// Lets the processes tell each other what they have counted.
async fn add_up(nodes: &[&World]) {
    for node in nodes.iter().chain(nodes) {
        node.server.house.idp.add_up_counts().await.unwrap();
    }
}

/// The events of a kind: the stream's kind, and what happened.
async fn told(world: &World) -> Vec<(String, String)> {
    let sql = "SELECT stream_kind, substring(convert_from(substring(record FROM 43), 'UTF8') FROM '\"what\":({[^}]*})')
        FROM audit.events WHERE kind = 'login.attack_suspected' ORDER BY 1, 2";
    sqlx::query_as(sql).fetch_all(&mut world.admin().await).await.unwrap()
}

fn suspected(stream: &str, ask: &str, limit: &str) -> (String, String) {
    let what = format!(r#"{{"ask":"{ask}","kind":"login.attack_suspected","limit":"{limit}"}}"#);
    (stream.to_owned(), what)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tenants_limit_is_one_for_all_nodes_and_lets_known_browsers_in() {
    let settings = [PROXIED[0], ("GATEHOUSE_LIMITS__PASSWORD_TRIES_PER_TENANT", "8")];
    let world = World::with(&settings).await;
    let twin = world.twin_with(&settings).await;
    let nodes = [&world, &twin];
    world.new_window(600);
    let acme = world.issuer("acme");
    let mut owner = Guesser::at(&world, &acme, ALICE).await;
    assert_eq!(owner.try_from(HOME, PASSWORD).await.status, 303, "given back");
    for number in 0..8 {
        let node = nodes[number as usize % 2];
        assert_eq!(spray(node, &node.issuer("acme"), number).await.status, 401, "try {number}");
    }
    add_up(&nodes).await;
    for node in nodes {
        waits(
            &spray(node, &node.issuer("acme"), 20).await,
            600,
            "from a network and for an address of its own",
        );
        let mut stranger = Guesser::at(node, &node.issuer("acme"), ALICE).await;
        waits(&stranger.try_from(HOME, PASSWORD).await, 600, "a browser that nobody knows");
        assert_eq!(spray(node, &node.issuer("globex"), 21).await.status, 401, "another tenant");
    }
    let asked = owner.agent.get(&ask(&acme, &[("prompt", "login")])).await;
    owner.flow = asked.param("flow").unwrap();
    assert_eq!(owner.try_from(HOME, PASSWORD).await.status, 303, "a browser that she signed in with before");
    assert_eq!(told(&world).await, [suspected("t", "password", "tenant")], "once, not once a try or node");
    world.new_window(600);
    assert_eq!(spray(&world, &acme, 20).await.status, 401, "after the wait");
    assert_eq!(told(&world).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tries_that_succeed_or_are_stopped_elsewhere_are_not_held_against_all() {
    let settings = [
        PROXIED[0],
        ("GATEHOUSE_LIMITS__PASSWORD_TRIES_GLOBAL", "6"),
        ("GATEHOUSE_LIMITS__PASSWORD_TRIES_PER_NETWORK_AND_ADDRESS", "2"),
    ];
    let world = World::with(&settings).await;
    world.new_window(600);
    let acme = world.issuer("acme");
    for number in 0..8 {
        let mut guesser = Guesser::at(&world, &acme, ALICE).await;
        assert_eq!(guesser.try_from(HOME, PASSWORD).await.status, 303, "sign-in {number}");
    }
    let mut guesser = Guesser::at(&world, &acme, "bob@globex.test").await;
    for number in 0..8 {
        let status = guesser.try_from(HOME, "wrong").await.status;
        assert_eq!(status, if number < 2 { 401 } else { 429 }, "try {number}");
    }
    add_up(&[&world]).await;
    for (number, issuer) in
        [acme.clone(), world.issuer("globex"), world.platform(), acme.clone()].iter().enumerate()
    {
        assert_eq!(spray(&world, issuer, number as u32).await.status, 401, "{issuer}");
    }
    for issuer in [acme, world.issuer("globex"), world.platform()] {
        waits(&spray(&world, &issuer, 9).await, 600, &issuer);
    }
    assert_eq!(told(&world).await, [suspected("p", "password", "all")]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_source_cannot_use_up_what_an_address_has_from_all() {
    let world = World::with(PROXIED).await;
    world.new_window(600);
    let acme = world.issuer("acme");
    let mut guesser = Guesser::at(&world, &acme, ALICE).await;
    for number in 0..120 {
        let status = guesser.try_from(&[("x-forwarded-for", "198.51.100.7")], "wrong").await.status;
        assert_eq!(status, if number < 10 { 401 } else { 429 }, "try {number}");
    }
    let mut stranger = Guesser::at(&world, &acme, ALICE).await;
    assert_eq!(stranger.try_from(HOME, PASSWORD).await.status, 303, "from elsewhere, in a new browser");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mails_of_a_tenant_and_of_all_are_bounded() {
    let settings = [("GATEHOUSE_LIMITS__MAILS_PER_TENANT", "3"), ("GATEHOUSE_LIMITS__MAILS_GLOBAL", "5")];
    let world = World::with(&settings).await;
    world.new_window(3600);
    let acme = world.issuer("acme");
    let held = tokens(&world, &acme, ALICE).await;
    for number in 0..3 {
        Visitor::asked(&world, &acme, "recover", &format!("person{number}@acme.test")).await;
    }
    let mut fourth = Visitor::at(&world, &acme, "recover").await;
    waits(fourth.send("/recover/address", &[("address", ALICE)]).await, 3600, "the fourth");
    let mut own = Visitor { agent: held.agent, page: fourth.page.clone() };
    let begun = own.agent.get(&format!("{acme}/recover")).await;
    own.page = own.agent.follow(&begun).await;
    let page = own.send("/recover/address", &[("address", ALICE)]).await;
    assert_eq!(page.status, 200, "her own browser: {}", page.body);
    for door in ["signup", "recover"] {
        Visitor::asked(&world, &world.platform(), door, "ada@new.example").await;
    }
    let mut sixth = Visitor::at(&world, &world.platform(), "signup").await;
    waits(sixth.send("/signup/address", &[("address", "zoe@new.example")]).await, 3600, "all");
    assert_eq!(told(&world).await, [suspected("p", "mail", "all"), suspected("t", "mail", "tenant")]);
    world.new_window(3600);
    Visitor::asked(&world, &acme, "recover", "person9@acme.test").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_try_for_each_of_many_accounts_ends_before_two_hundred() {
    let world = World::with(&[("GATEHOUSE_PASSWORDS__MEMORY_KIB", "1024")]).await;
    world.new_window(600);
    let acme = world.issuer("acme");
    let mut first_refused = None;
    for number in 0..160 {
        let mut guesser = Guesser::at(&world, &acme, &format!("person{number}@acme.test")).await;
        let spoofed = format!("198.51.{number}.7");
        let headers =
            [("x-forwarded-for", spoofed.as_str()), ("x-real-ip", &spoofed), ("true-client-ip", &spoofed)];
        let answered = guesser.try_from(&headers, "wrong").await;
        match first_refused {
            None if answered.status == 429 => first_refused = Some(number),
            None => assert_eq!(answered.status, 401, "try {number}"),
            Some(_) => waits(&answered, 600, &spoofed),
        }
    }
    assert_eq!(first_refused, Some(150));
    assert_eq!(world.events("signin.failed").await, 150);
    assert_eq!(told(&world).await, [suspected("t", "password", "network")]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mails_to_all_spellings_of_a_mailbox_are_counted_together_and_their_people_apart() {
    let world = World::with(&[PROXIED[0], ("GATEHOUSE_LIMITS__MAILS_PER_ADDRESS", "4")]).await;
    world.new_window(3600);
    let platform = world.platform();
    let ask = async |number: usize, address: &str| {
        let agent = world.agent().behind(&format!("198.51.{number}.7"));
        let mut visitor = Visitor::with(agent, &platform, "signup").await;
        visitor.send("/signup/address", &[("address", address)]).await;
        visitor.page
    };
    let spellings = ["a.da@new.example", "ada+1@new.example", "ADA+two@new.example", "ada@new.example"];
    for (number, address) in spellings.iter().enumerate() {
        assert_eq!(ask(number, address).await.status, 200, "{address}");
    }
    for (number, address) in ["ada@new.example", "a.d.a+3@new.example"].iter().enumerate() {
        waits(&ask(10 + number, address).await, 3600, address);
    }
    assert_eq!(ask(20, "adam@new.example").await.status, 200, "another mailbox");
    assert_eq!(ask(21, "ada@other.example").await.status, 200, "another server");
    // Who is who is never told by that: each spelling got a letter of its own.
    world.work_done().await;
    let letters = super::mailed::letters(&world).await;
    for address in spellings {
        assert!(letters.iter().any(|letter| letter.to() == address), "{address}");
    }
}
