//! Membership by domain: by a mailbox proof of one's own, here and now, of a mailbox that is a person's.

use chrono::TimeDelta;

use super::kit::{GOOD, PASSWORD, Visitor, acme, change, code, serve, standing, texts};
use crate::support::World;

const JOINABLE: &str = "    domains: [{ name: corp.example, verified: true }, { name: other.example }]\n    policy: { join_by_domain: true }\n";

/// A world in which people of corp.example join Acme.
async fn world() -> World {
    let world = World::dev().await;
    serve(&world, &acme(JOINABLE)).await;
    world
}

/// At the page for a code that was mailed for a new account at an issuer.
async fn asked(world: &World, issuer: &str, address: &str) -> Visitor {
    let mut visitor = Visitor::at(world.agent(), &format!("{issuer}/signup")).await;
    visitor.send("/signup/address", &[("address", address)]).await;
    visitor
}

/// Makes an account at an issuer.
async fn account(world: &World, issuer: &str, address: &str) -> Visitor {
    let mut visitor = asked(world, issuer, address).await;
    let code = code(world, address).await;
    visitor.send("/verify/code", &[("code", &code)]).await;
    visitor.send("/signup/account", &[("name", "Some Body"), ("password", GOOD)]).await;
    visitor
}

/// Signs in at Acme with a password; the page then.
async fn at_acme(world: &World, address: &str, password: &str) -> Visitor {
    let mut visitor = Visitor::at(world.agent(), &format!("{}/login", world.issuer("acme"))).await;
    visitor.send("/login/identifier", &[("identifier", address)]).await;
    visitor.send("/login/password", &[("password", password)]).await;
    visitor
}

/// How many were refused to join for a reason.
async fn denied(world: &World, reason: &str) -> usize {
    let bodies =
        "SELECT encode(record, 'escape') FROM audit.events WHERE kind = 'membership.domain_join_denied'";
    texts(world, bodies).await.iter().filter(|body| body.contains(reason)).count()
}

#[tokio::test]
async fn people_of_the_domain_come_in_and_others_learn_it_last() {
    let world = world().await;
    let acme = world.issuer("acme");
    let joined = account(&world, &acme, "dora@corp.example").await;
    assert!(joined.page.body.contains("You are now a member of Acme."), "{}", joined.page.body);
    assert_eq!(standing(&world, "dora@corp.example").await.as_deref(), Some("active member"));

    let people = texts(&world, "SELECT identity_id::text FROM cell.identities").await;
    let insider = asked(&world, &acme, "erik@corp.example").await;
    for (address, reason) in [
        ("eve@else.example", "another_domain"),
        ("eve@sub.corp.example", "another_domain"),
        ("eve@other.example", "another_domain"),
        ("support@corp.example", "shared_mailbox"),
        ("no-reply+x@corp.example", "shared_mailbox"),
    ] {
        let mut outsider = asked(&world, &acme, address).await;
        assert_eq!(
            outsider.page.bare(address),
            insider.page.bare("erik@corp.example"),
            "nothing tells addresses apart before the proof"
        );
        let before = denied(&world, reason).await;
        let code = code(&world, address).await;
        outsider.send("/verify/code", &[("code", &code)]).await;
        assert_eq!(outsider.page.complaint().as_deref(), Some("sign_up_closed"), "{address}");
        assert_eq!(denied(&world, reason).await, before + 1, "{address}");
    }
    assert_eq!(texts(&world, "SELECT identity_id::text FROM cell.identities").await, people);
}

#[tokio::test]
async fn an_account_of_elsewhere_joins_by_a_proof_of_today() {
    let world = world().await;
    account(&world, &world.platform(), "dora@corp.example").await;
    let mut dora = at_acme(&world, "dora@corp.example", GOOD).await;
    assert_eq!(standing(&world, "dora@corp.example").await, None, "a password proves no mailbox");
    assert!(dora.page.body.contains("dora@corp.example") && !dora.page.body.contains("Another address?"));
    let code = code(&world, "dora@corp.example").await;
    // In another browser the code is worth nothing.
    let mut other = at_acme(&world, "dora@corp.example", GOOD).await;
    let newer = super::kit::code(&world, "dora@corp.example").await;
    let wrong = other.agent.submit(&other.page, "/verify/code", &[("code", &code)]).await;
    assert!(wrong.complaint().is_some() || code == newer);
    dora.send("/verify/code", &[("code", &newer)]).await;
    assert_eq!(standing(&world, "dora@corp.example").await, None);
    other.send("/verify/code", &[("code", &newer)]).await;
    assert!(other.page.body.contains("You are now a member of Acme."), "{}", other.page.body);
    assert_eq!(standing(&world, "dora@corp.example").await.as_deref(), Some("active member"));
}

#[tokio::test]
async fn nobody_comes_back_by_themselves() {
    let world = world().await;
    account(&world, &world.issuer("acme"), "dora@corp.example").await;
    for status in ["suspended", "removed"] {
        change(&world, &format!("UPDATE cell.members SET status = '{status}' WHERE name = 'Some Body'"))
            .await;
        let before = world.events("membership.domain_join_denied").await;
        let dora = at_acme(&world, "dora@corp.example", GOOD).await;
        assert_eq!(dora.page.complaint().as_deref(), Some("not_a_member"), "{}", dora.page.body);
        assert_eq!(world.events("membership.domain_join_denied").await, before + 1);
        assert_eq!(standing(&world, "dora@corp.example").await, Some(format!("{status} member")));
    }
}

#[tokio::test]
async fn it_is_off_unless_the_tenant_says_so() {
    let world = World::dev().await;
    serve(&world, &acme("    domains: [{ name: corp.example, verified: true }]\n")).await;
    account(&world, &world.platform(), "dora@corp.example").await;
    let dora = at_acme(&world, "dora@corp.example", GOOD).await;
    assert_eq!(dora.page.complaint().as_deref(), Some("not_a_member"));
    let closed = Visitor::at(world.agent(), &format!("{}/signup", world.issuer("acme"))).await;
    assert_eq!(closed.page.complaint().as_deref(), Some("sign_up_closed"));
    let bob = at_acme(&world, "bob@globex.test", PASSWORD).await;
    assert_eq!(bob.page.complaint().as_deref(), Some("not_a_member"), "a domain of another tenant's");
}

/// Goes back from a code to sign in as somebody else.
async fn changes(visitor: &mut Visitor, address: &str) {
    let mut url = visitor.page.url.clone();
    url.query_pairs_mut().append_pair("change", "1");
    visitor.page = visitor.agent.get(url.as_str()).await;
    visitor.send("/login/identifier", &[("identifier", address)]).await;
    visitor.send("/login/password", &[("password", GOOD)]).await;
}

#[tokio::test]
async fn who_goes_on_as_somebody_else_is_asked_for_that_ones_code() {
    let world = world().await;
    account(&world, &world.platform(), "dora@corp.example").await;
    account(&world, &world.platform(), "erik@corp.example").await;
    let mut visitor = at_acme(&world, "dora@corp.example", GOOD).await;
    changes(&mut visitor, "erik@corp.example").await;
    assert!(visitor.page.body.contains("erik@corp.example"), "{}", visitor.page.body);
    let code = code(&world, "erik@corp.example").await;
    visitor.send("/verify/code", &[("code", &code)]).await;
    assert!(visitor.page.body.contains("You are now a member of Acme."), "{}", visitor.page.body);
    assert_eq!(standing(&world, "erik@corp.example").await.as_deref(), Some("active member"));
    assert_eq!(standing(&world, "dora@corp.example").await, None);
}

#[tokio::test]
async fn no_mail_goes_out_for_a_session_that_is_over() {
    let world = world().await;
    account(&world, &world.platform(), "dora@corp.example").await;
    let mut dora = at_acme(&world, "dora@corp.example", GOOD).await;
    change(
        &world,
        "UPDATE cell.sessions SET ended_at = now(), ended_reason = 'signed_out' WHERE ended_at IS NULL",
    )
    .await;
    let before = super::kit::letters(&world, "dora@corp.example").await.len();
    dora.send("/verify/again", &[]).await;
    assert_eq!(dora.page.complaint().as_deref(), Some("session_ended"), "{}", dora.page.body);
    assert!(dora.page.body.contains("href=\"/t/acme/\""), "there is a way on: {}", dora.page.body);
    assert_eq!(super::kit::letters(&world, "dora@corp.example").await.len(), before);
}

#[tokio::test]
async fn who_asked_too_often_waits_at_the_account_and_goes_on_from_there() {
    let world = world().await;
    // The hour that mails are counted by ends soon: the flow outlives it, whatever time of day it is.
    world.new_window(3600);
    world.clock.advance(TimeDelta::minutes(57));
    account(&world, &world.platform(), "dora@corp.example").await;
    let mut dora = at_acme(&world, "dora@corp.example", GOOD).await;
    while dora.page.complaint().is_none() {
        dora = at_acme(&world, "dora@corp.example", GOOD).await;
    }
    assert_eq!(dora.page.status, 429, "{}", dora.page.body);
    assert!(dora.page.body.contains("/login/account\""), "{}", dora.page.body);
    assert!(!dora.page.body.contains("/account/address\""), "{}", dora.page.body);
    world.new_window(3600);
    let session = dora.page.body.split("name=\"session\" value=\"").nth(1).unwrap();
    let session = session.split('"').next().unwrap().to_owned();
    dora.send("/login/account", &[("session", &session)]).await;
    let code = code(&world, "dora@corp.example").await;
    dora.send("/verify/code", &[("code", &code)]).await;
    assert!(dora.page.body.contains("You are now a member of Acme."), "{}", dora.page.body);
}
