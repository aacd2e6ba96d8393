//! Somebody is signed in whom the invitation is not for, or not yet: the address can be proven on the spot (table 19.1, row 19), and
//! who comes from an app goes on there.

use chrono::TimeDelta;
use gatehouse_domain::oauth::Verifier;

use super::kit::{PASSWORD, Visitor, change, code, invite, letters, signed_in, standing, states, texts};
use crate::support::{Agent, World};

const OTHER: &str = "bob@second.example";

/// An app's request at Acme.
fn ask(world: &World) -> String {
    let challenge =
        Verifier::parse("forty-three-characters-at-least-and-these-are-more").unwrap().challenge();
    format!(
        "{}/oauth2/authorize?client_id=demo-web&response_type=code&redirect_uri=http%3A%2F%2F127.0.0.1%3A4100%2Fcallback\
         &scope=openid&state=s&code_challenge={}&code_challenge_method=S256",
        world.issuer("acme"),
        challenge.as_str()
    )
}

/// Bob at the page of an app's sign-in, after his password.
async fn bob_at_the_app(world: &World, agent: Agent) -> Visitor {
    let mut visitor = Visitor::at(agent, &ask(world)).await;
    visitor.send("/login/identifier", &[("identifier", "bob@globex.test")]).await;
    visitor.send("/login/password", &[("password", PASSWORD)]).await;
    visitor
}

#[tokio::test]
async fn the_address_is_proven_for_the_account_that_is_there() {
    let world = World::dev().await;
    let link = invite(&world, OTHER, "auditor").await;
    let bob = signed_in(&world, "globex", "bob@globex.test").await;
    let mut visitor = Visitor::opens(bob, &link).await;
    assert_eq!(visitor.page.complaint().as_deref(), Some("invitation_address_mismatch"));
    visitor.send("/invitations/prove", &[]).await;
    assert!(visitor.page.body.contains(OTHER) && !visitor.page.body.contains("Another address?"));
    assert_eq!(states(&world).await, [format!("{OTHER} auditor pending")]);
    let code = code(&world, OTHER).await;
    visitor.send("/verify/code", &[("code", &code)]).await;
    assert!(visitor.page.url.path().ends_with("/invitations"), "{}: {}", visitor.page.url, visitor.page.body);
    visitor.send("/invitations/accept", &[]).await;
    assert!(visitor.page.body.contains("You are now a member of Acme."), "{}", visitor.page.body);
    assert_eq!(standing(&world, "bob@globex.test").await.as_deref(), Some("active auditor"));
}

#[tokio::test]
async fn it_takes_a_credential_of_a_moment_ago() {
    let world = World::dev().await;
    let link = invite(&world, OTHER, "member").await;
    let bob = signed_in(&world, "globex", "bob@globex.test").await;
    world.clock.advance(TimeDelta::minutes(6));
    let mut visitor = Visitor::opens(bob, &link).await;
    visitor.send("/invitations/prove", &[]).await;
    assert!(
        letters(&world, OTHER).await.iter().all(|letter| letter["code"].is_null()),
        "nothing is mailed yet"
    );
    visitor.send("/login/password", &[("password", PASSWORD)]).await;
    assert!(visitor.page.url.path().ends_with("/invitations"), "{}", visitor.page.url);
    visitor.send("/invitations/prove", &[]).await;
    code(&world, OTHER).await;
}

#[tokio::test]
async fn an_address_of_somebody_else_stays_theirs_and_nothing_tells_before_the_proof() {
    let world = World::dev().await;
    let mut pages = Vec::new();
    for address in [OTHER, "bob@globex.test"] {
        let link = invite(&world, address, "owner").await;
        let alice = signed_in(&world, "acme", "alice@acme.test").await;
        let mut visitor = Visitor::opens(alice, &link).await;
        let own = visitor.page.body.matches("/invitations/prove\"").count();
        visitor.send("/invitations/prove", &[]).await;
        pages.push((own, visitor.page.status, visitor.page.body.contains("We have sent an email")));
        if address == OTHER {
            continue;
        }
        let code = code(&world, address).await;
        visitor.send("/verify/code", &[("code", &code)]).await;
        assert_eq!(visitor.page.status, 409, "{}", visitor.page.body);
        assert!(states(&world).await.contains(&format!("{address} owner pending")));
        let told = letters(&world, address).await;
        assert!(told[0]["subject"].as_str().unwrap().contains("Somebody typed your address"), "{told:?}");
    }
    assert_eq!(pages[0], pages[1]);
    assert_eq!(pages[0].0, 1);
}

#[tokio::test]
async fn only_the_account_that_the_page_showed_is_meant() {
    let world = World::dev().await;
    let link = invite(&world, OTHER, "member").await;
    let (bob, alice) = (
        signed_in(&world, "globex", "bob@globex.test").await,
        signed_in(&world, "acme", "alice@acme.test").await,
    );
    let visitor = Visitor::opens(bob, &link).await;
    let theirs = Visitor::opens(alice, &link).await;
    let value =
        |fields: Vec<(String, String)>, name: &str| fields.into_iter().find(|f| f.0 == name).unwrap().1;
    let csrf = value(visitor.page.hidden("/invitations/prove"), "csrf");
    let foreign = value(theirs.page.hidden("/invitations/prove"), "session");
    let url = format!("{}/invitations/prove", world.issuer("acme"));
    let mut bob = visitor.agent;
    let no = bob.post(&url, &[("csrf", &csrf), ("session", &foreign)]).await;
    assert_eq!(no.status, 409, "{}", no.body);
    let no = bob.post(&url, &[("csrf", &csrf), ("session", &foreign), ("address", "x@evil.example")]).await;
    assert_eq!(no.status, 422, "{}", no.body);
    assert!(letters(&world, OTHER).await.iter().all(|letter| letter["code"].is_null()));
}

#[tokio::test]
async fn who_is_invited_where_an_app_sent_them_joins_and_goes_on() {
    let world = World::dev().await;
    let barred = bob_at_the_app(&world, world.agent()).await;
    assert_eq!(barred.page.complaint().as_deref(), Some("not_a_member"), "{}", barred.page.body);
    invite(&world, "bob@globex.test", "auditor").await;
    let mut visitor = bob_at_the_app(&world, world.agent()).await;
    assert!(visitor.page.body.contains("You are invited to join Acme"), "{}", visitor.page.body);
    let mut stolen = visitor.page.hidden("/login/join");
    let place = stolen.iter().position(|field| field.0 == "invitation").unwrap();
    stolen[place].1 = stolen[place].1.replace(|c: char| c.is_ascii_digit(), "0");
    let fields: Vec<(&str, &str)> = stolen.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    let url = format!("{}/login/join", world.issuer("acme"));
    let no = visitor.agent.post(&url, &fields).await;
    assert_eq!(no.status, 400, "{}", no.body);
    assert_eq!(standing(&world, "bob@globex.test").await, None);
    let done = visitor.agent.submit(&visitor.page, "/login/join", &[]).await;
    assert!(done.param("code").is_some(), "back at the app: {}", done.body);
    assert_eq!(standing(&world, "bob@globex.test").await.as_deref(), Some("active auditor"));
    assert_eq!(states(&world).await, ["bob@globex.test auditor accepted"]);
    let again = visitor.agent.submit(&visitor.page, "/login/join", &[]).await;
    assert_eq!(again.status, 409, "once: {}", again.body);
}

#[tokio::test]
async fn an_invitation_that_is_over_lets_nobody_in_on_the_way() {
    for over in [
        "UPDATE cell.invitations SET state = 'revoked', closed_at = now()",
        "UPDATE cell.invitations SET expires_at = sent_at",
    ] {
        let world = World::dev().await;
        invite(&world, "bob@globex.test", "member").await;
        let mut visitor = bob_at_the_app(&world, world.agent()).await;
        change(&world, over).await;
        let no = visitor.agent.submit(&visitor.page, "/login/join", &[]).await;
        assert_eq!(no.status, 400, "{}", no.body);
        assert_eq!(standing(&world, "bob@globex.test").await, None);
        assert_eq!(
            texts(&world, "SELECT state FROM cell.invitations WHERE state = 'accepted'").await.len(),
            0
        );
    }
}
