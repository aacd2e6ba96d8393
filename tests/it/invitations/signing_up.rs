//! An account that is made by an invitation.

use gatehouse_flows::InvitationName;

use super::kit::{GOOD, Visitor, acme, code, invite, letters, serve, standing, states, texts};
use crate::support::World;

const NEW: &str = "new@else.example";

/// From the invitation to the page that asks for name and password.
async fn proven(world: &World, link: &str, address: &str) -> Visitor {
    let mut visitor = Visitor::opens(world.agent(), link).await;
    visitor.send("/invitations/sign-up", &[]).await;
    let code = code(world, address).await;
    visitor.send("/verify/code", &[("code", &code)]).await;
    visitor
}

#[tokio::test]
async fn an_invited_stranger_proves_the_mailbox_and_is_in() {
    let world = World::dev().await;
    let link = invite(&world, NEW, "auditor").await;
    let closed = Visitor::at(world.agent(), &format!("{}/signup", world.issuer("acme"))).await;
    assert_eq!(closed.page.complaint().as_deref(), Some("sign_up_closed"), "only who was invited");

    let mut visitor = Visitor::opens(world.agent(), &link).await;
    visitor.send("/invitations/sign-up", &[]).await;
    assert!(visitor.page.body.contains(NEW) && !visitor.page.body.contains("Another address?"));
    let identities = "SELECT count(*)::text FROM cell.identities";
    let before = texts(&world, identities).await;
    let code = code(&world, NEW).await;
    visitor.send("/verify/code", &[("code", &code)]).await;
    assert_eq!(texts(&world, identities).await, before, "no account before its owner asks for it");
    visitor.send("/signup/account", &[("name", "New Person"), ("password", GOOD)]).await;
    assert!(visitor.page.body.contains("You are now a member of Acme."), "{}", visitor.page.body);
    assert_eq!(standing(&world, NEW).await.as_deref(), Some("active auditor"));
    assert_eq!(states(&world).await, [format!("{NEW} auditor accepted")]);
    assert!(texts(&world, "SELECT name FROM cell.tenants WHERE personal").await.is_empty());
    assert_eq!(world.kinds().await["t invitation.accepted"], 1);
}

#[tokio::test]
async fn the_address_is_the_invitation_s_and_no_other() {
    let world = World::dev().await;
    let link = invite(&world, NEW, "owner").await;
    let mut visitor = Visitor::opens(world.agent(), &link).await;
    visitor.send("/invitations/sign-up", &[]).await;
    let hidden = visitor.page.hidden("/verify/code");
    let mut fields: Vec<(&str, &str)> =
        hidden.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    fields.push(("address", "mallory@else.example"));
    world.clock.advance(chrono::TimeDelta::seconds(1));
    let asked = visitor.agent.post(&format!("{}/signup/address", world.issuer("acme")), &fields).await;
    assert_eq!(asked.status, 303, "{}", asked.body);
    let first = code(&world, NEW).await;
    let all = world.agent().get(&format!("{}/dev/mail.json", world.platform())).await;
    assert!(!all.body.contains("mallory"), "{}", all.body);
    // The link of the invitation is no proof of the mailbox.
    let early = format!("{}/signup/account", world.issuer("acme"));
    let early = visitor.agent.post(&early, &[fields[0], fields[1], ("name", "N"), ("password", GOOD)]).await;
    assert_eq!(early.status, 409);
    visitor.page = visitor.agent.follow(&asked).await;
    visitor.send("/verify/code", &[("code", &first)]).await;
    visitor.send("/signup/account", &[("name", "New"), ("password", GOOD)]).await;
    assert_eq!(standing(&world, NEW).await.as_deref(), Some("active owner"));
    assert_eq!(standing(&world, "mallory@else.example").await, None);
}

#[tokio::test]
async fn whether_somebody_has_the_address_is_told_to_its_owner_alone() {
    let world = World::dev().await;
    let mut pages = Vec::new();
    for address in [NEW, "bob@globex.test"] {
        let link = invite(&world, address, "member").await;
        let mut visitor = Visitor::opens(world.agent(), &link).await;
        pages.push(visitor.page.body.replace(address, "?"));
        visitor.send("/invitations/sign-up", &[]).await;
        assert_eq!(visitor.page.status, 200);
        pages.push(visitor.page.body.replace(address, "?"));
    }
    let same = |page: &str| page.split("name=\"csrf\"").map(str::len).collect::<Vec<_>>();
    assert_eq!(same(&pages[0]), same(&pages[2]));
    assert_eq!(same(&pages[1]), same(&pages[3]));
    let codes =
        async |to| letters(&world, to).await.iter().filter(|letter| letter["code"].is_string()).count();
    assert_eq!((codes("bob@globex.test").await, codes(NEW).await), (0, 1), "an account is there already");
    assert_eq!(letters(&world, "bob@globex.test").await.len(), 2, "its owner hears of it");
}

#[tokio::test]
async fn an_invitation_that_ends_on_the_way_makes_no_account() {
    let world = World::dev().await;
    let link = invite(&world, NEW, "member").await;
    let mut visitor = proven(&world, &link, NEW).await;
    let idp = &world.server.house.idp;
    let issuer = idp.issuer(Some("acme")).await.unwrap().unwrap();
    let before = texts(&world, "SELECT id::text FROM cell.addresses").await;
    idp.revoke_invitation(&issuer, &InvitationName::Address(NEW.parse().unwrap())).await.unwrap();
    visitor.send("/signup/account", &[("name", "New"), ("password", GOOD)]).await;
    assert_eq!(visitor.page.complaint().as_deref(), Some("invitation_gone"));
    assert_eq!(texts(&world, "SELECT id::text FROM cell.addresses").await, before);
}

#[tokio::test]
async fn where_accounts_are_closed_an_invitation_is_answered_by_signing_in() {
    let world = World::dev().await;
    let link = invite(&world, "bob@globex.test", "member").await;
    let open = Visitor::opens(world.agent(), &link).await;
    serve(&world, &acme("    policy: { sign_up: closed }\n")).await;
    let mut visitor = Visitor::opens(world.agent(), &link).await;
    assert!(!visitor.page.body.contains("/invitations/sign-up"), "{}", visitor.page.body);
    let mut before = open;
    before.send("/invitations/sign-up", &[]).await;
    assert_eq!(before.page.complaint().as_deref(), Some("sign_up_closed"));
    visitor.signs_in().await;
    visitor.send("/invitations/accept", &[]).await;
    assert_eq!(standing(&world, "bob@globex.test").await.as_deref(), Some("active member"));
}
