//! Who is invited, answers.

use gatehouse_domain::identity::Role;
use gatehouse_domain::ids::MemberId;
use gatehouse_flows::{InviteFault, Inviter, NewInvitation};
use reqwest::Method;

use super::kit::{Visitor, acme, change, invite, letters, serve, signed_in, standing, states, texts};
use crate::support::World;

const BOB: &str = "bob@globex.test";

#[tokio::test]
async fn the_owner_of_the_address_becomes_a_member_once() {
    let world = World::dev().await;
    let link = invite(&world, BOB, "admin").await;
    let mails = letters(&world, BOB).await;
    assert!(mails[0]["links"].as_array().unwrap().iter().any(|there| there == &link), "{mails:?}");
    let mut bob = Visitor::opens(world.agent(), &link).await;
    assert_eq!(bob.page.status, 200);
    for told in ["Acme", BOB, "administrator", "<time datetime=\""] {
        assert!(bob.page.body.contains(told), "{told}: {}", bob.page.body);
    }
    bob.signs_in().await;
    assert_eq!(standing(&world, BOB).await, None, "signing in is no answer");
    bob.send("/invitations/accept", &[]).await;
    assert!(bob.page.body.contains("You are now a member of Acme."), "{}", bob.page.body);
    assert_eq!(standing(&world, BOB).await.as_deref(), Some("active admin"));
    assert_eq!(states(&world).await, [format!("{BOB} admin accepted")]);
    let kinds = world.kinds().await;
    assert_eq!(kinds["t invitation.created"], 1);
    assert_eq!((kinds["t invitation.accepted"], kinds["i invitation.accepted"]), (1, 1), "{kinds:?}");
    let again = bob.agent.get(&link).await;
    let again = bob.agent.follow(&again).await;
    assert_eq!((again.status.as_u16(), again.complaint().as_deref()), (400, Some("invitation_gone")));
}

#[tokio::test]
async fn opening_changes_nothing_however_often() {
    let world = World::dev().await;
    let link = invite(&world, BOB, "member").await;
    let rows = "SELECT t::text FROM cell.invitations AS t";
    let before = texts(&world, rows).await;
    let (kinds, page) = (world.kinds().await, format!("{}/invitations", world.issuer("acme")));
    for _ in 0..10 {
        let mut scanner = world.agent();
        for method in [Method::HEAD, Method::GET] {
            let opened = scanner.send(method.clone(), &link, &[], None).await;
            assert_eq!(opened.status, 303);
            assert_eq!(opened.headers["referrer-policy"], "no-referrer");
            assert_eq!(scanner.send(method, &page, &[], None).await.status, 200);
        }
        for action in ["accept", "decline", "sign-in", "sign-up"] {
            assert_eq!(scanner.get(&format!("{page}/{action}")).await.status, 405, "{action}");
        }
    }
    assert_eq!(texts(&world, rows).await, before);
    assert_eq!(world.kinds().await, kinds);
    let mut bob = Visitor::opens(signed_in(&world, "globex", BOB).await, &link).await;
    assert!(bob.page.body.contains("/invitations/accept"), "{}", bob.page.body);
    bob.send("/invitations/accept", &[]).await;
    assert_eq!(standing(&world, BOB).await.as_deref(), Some("active member"));
}

#[tokio::test]
async fn of_twenty_answers_at_once_one_counts() {
    let world = World::dev().await;
    let link = invite(&world, BOB, "member").await;
    let bob = Visitor::opens(signed_in(&world, "globex", BOB).await, &link).await;
    let mut tries = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let mut bob = bob.clone();
        tries.spawn(
            async move { bob.agent.submit(&bob.page, "/invitations/accept", &[]).await.status.as_u16() },
        );
    }
    let mut all = tries.join_all().await;
    all.sort_unstable();
    assert_eq!((all[0], all.last()), (303, Some(&400)), "{all:?}");
    assert_eq!(all.iter().filter(|status| **status == 303).count(), 1, "{all:?}");
    assert_eq!(world.kinds().await["t invitation.accepted"], 1);
}

#[tokio::test]
async fn no_is_an_answer_too() {
    let world = World::dev().await;
    let link = invite(&world, BOB, "member").await;
    let mut bob = Visitor::opens(signed_in(&world, "globex", BOB).await, &link).await;
    bob.send("/invitations/decline", &[]).await;
    assert!(bob.page.body.contains("You have declined"), "{}", bob.page.body);
    let home = "href=\"/t/acme/\"";
    assert!(bob.page.body.contains(home), "there is a way on: {}", bob.page.body);
    assert_eq!(states(&world).await, [format!("{BOB} member declined")]);
    assert_eq!(standing(&world, BOB).await, None);
    assert_eq!(world.events("invitation.declined").await, 2, "the tenant's and the person's");
}

#[tokio::test]
async fn who_is_in_stays_what_they_are() {
    let world = World::dev().await;
    let idp = &world.server.house.idp;
    let issuer = idp.issuer(Some("acme")).await.unwrap().unwrap();
    let new = NewInvitation { address: "carol@consult.test".parse().unwrap(), role: Role::Admin, name: None };
    let link = idp.invite(&issuer, Inviter::Operator, &new, false).await.unwrap();
    let carol = signed_in(&world, "acme", "carol@consult.test").await;
    let mut carol = Visitor::opens(carol, link.link.expose()).await;
    carol.send("/invitations/accept", &[]).await;
    assert!(carol.page.body.contains("You were a member of Acme already."), "{}", carol.page.body);
    assert_eq!(standing(&world, "carol@consult.test").await.as_deref(), Some("active member"));
}

#[tokio::test]
async fn who_left_comes_back_as_the_same_and_who_is_shut_out_does_not() {
    let world = World::dev().await;
    let of_carol =
        "FROM cell.members AS m JOIN directory.tenants AS t ON t.id = m.tenant_id AND t.slug = 'acme'
        JOIN cell.addresses AS a ON a.identity_id = m.identity_id AND a.address = 'carol@consult.test'";
    let id = texts(&world, &format!("SELECT m.id::text {of_carol}")).await;
    let set = |status: &str| format!("UPDATE cell.members SET status = '{status}' WHERE id = '{}'", id[0]);
    change(&world, &set("removed")).await;
    let link = invite(&world, "carol@consult.test", "auditor").await;
    change(&world, &set("suspended")).await;
    let mut carol = Visitor::opens(signed_in(&world, "globex", "carol@consult.test").await, &link).await;
    let refused = carol.agent.submit(&carol.page, "/invitations/accept", &[]).await;
    assert_eq!(refused.complaint().as_deref(), Some("invitation_gone"));
    assert_eq!(standing(&world, "carol@consult.test").await.as_deref(), Some("suspended member"));
    change(&world, &set("removed")).await;
    carol.send("/invitations/accept", &[]).await;
    assert_eq!(standing(&world, "carol@consult.test").await.as_deref(), Some("active auditor"));
    assert_eq!(texts(&world, &format!("SELECT m.id::text {of_carol}")).await, id, "the same sub");
}

#[tokio::test]
async fn nobody_gives_what_they_do_not_have() {
    let world = World::dev().await;
    serve(&world, &acme("    members: [{ email: alice@acme.test, name: Alice, roles: [owner] }, { email: carol@consult.test, name: Carol, roles: [admin] }]\n")).await;
    let sql = "SELECT m.id FROM cell.members AS m JOIN directory.tenants AS t ON t.id = m.tenant_id AND t.slug = 'acme'
        WHERE m.roles = '{admin}'";
    let (carol,): (uuid::Uuid,) = sqlx::query_as(sql).fetch_one(&mut world.admin().await).await.unwrap();
    let carol = Inviter::Member(MemberId::from_uuid(carol));
    let idp = &world.server.house.idp;
    let issuer = idp.issuer(Some("acme")).await.unwrap().unwrap();
    let bob = |role| NewInvitation { address: BOB.parse().unwrap(), role, name: None };
    let denied = idp.invite(&issuer, carol, &bob(Role::Owner), false).await;
    assert!(matches!(denied, Err(InviteFault::RoleNotGrantable)), "{denied:?}");
    assert!(states(&world).await.is_empty());
    assert_eq!(world.events("invitation.denied").await, 1);

    let link = idp.invite(&issuer, carol, &bob(Role::Admin), false).await.unwrap();
    let mut bob = Visitor::opens(signed_in(&world, "globex", BOB).await, link.link.expose()).await;
    assert!(bob.page.body.contains("Carol invites you."), "{}", bob.page.body);
    // What the inviter may do counts when the answer comes.
    change(&world, "UPDATE cell.members SET roles = '{auditor}' WHERE roles = '{admin}'").await;
    let refused = bob.agent.submit(&bob.page, "/invitations/accept", &[]).await;
    assert_eq!(refused.complaint().as_deref(), Some("invitation_gone"));
    assert_eq!(standing(&world, BOB).await, None);
    change(&world, "UPDATE cell.members SET roles = '{admin}' WHERE roles = '{auditor}'").await;
    bob.send("/invitations/accept", &[]).await;
    assert_eq!(standing(&world, BOB).await.as_deref(), Some("active admin"));
}
