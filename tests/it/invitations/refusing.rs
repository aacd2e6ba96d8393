//! Invitations in the wrong hands, bent, or over.

use chrono::TimeDelta;
use gatehouse_flows::{InvitationName, Managed};

use super::kit::{Visitor, invite, signed_in, standing, states};
use crate::support::World;

const BOB: &str = "bob@globex.test";
const CAROL: &str = "carol@consult.test";

/// What a page says, without the number of the request.
fn plain(body: &str) -> String {
    body.split("<code>").next().unwrap().to_owned()
}

#[tokio::test]
async fn another_account_than_the_invited_one_is_offered_to_switch() {
    let world = World::dev().await;
    let link = invite(&world, BOB, "owner").await;
    let mut carol = Visitor::opens(signed_in(&world, "acme", CAROL).await, &link).await;
    assert_eq!(carol.page.status, 403);
    assert_eq!(carol.page.complaint().as_deref(), Some("invitation_address_mismatch"));
    assert!(carol.page.body.contains(CAROL) && !carol.page.body.contains("/invitations/accept"));
    // The page of an address that nobody has is no other.
    let stranger = "nobody@else.example";
    let other = invite(&world, stranger, "owner").await;
    let nobody = Visitor::opens(carol.agent.clone(), &other).await;
    let same = |visitor: &Visitor, address: &str| {
        let body = visitor.page.body.replace(address, "?");
        let (before, rest) = body.split_once("<time ").unwrap();
        format!("{before}{}", rest.split_once("</time>").unwrap().1)
    };
    assert_eq!(same(&carol, BOB), same(&nobody, stranger));

    let home = carol.agent.get(&format!("{}/", world.issuer("acme"))).await;
    let own = |name: &str| home.hidden("/oauth2/logout").into_iter().find(|(key, _)| key == name).unwrap().1;
    let accept = format!("{}/invitations/accept", world.issuer("acme"));
    let fields = [("csrf", own("csrf")), ("session", own("session"))];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let forced = carol.agent.post(&accept, &fields).await;
    assert_eq!(
        (forced.status.as_u16(), forced.complaint().as_deref()),
        (403, Some("invitation_address_mismatch"))
    );
    assert_eq!(standing(&world, CAROL).await.as_deref(), Some("active member"));
    assert!(states(&world).await.contains(&format!("{BOB} owner pending")));
    assert!(world.events("invitation.mismatch").await >= 3);

    carol.signs_in().await;
    carol.send("/invitations/accept", &[]).await;
    assert_eq!(standing(&world, BOB).await.as_deref(), Some("active owner"));
}

#[tokio::test]
async fn what_is_not_good_looks_the_same_whatever_the_reason() {
    let world = World::dev().await;
    let idp = &world.server.house.idp;
    let issuer = idp.issuer(Some("acme")).await.unwrap().unwrap();
    let name = InvitationName::Address(BOB.parse().unwrap());
    let bob = signed_in(&world, "globex", BOB).await;
    let page = |link: String| Visitor::opens(bob.clone(), Box::leak(link.into_boxed_str()));
    let mut bodies = Vec::new();

    let used = invite(&world, BOB, "member").await;
    let other_tenant = used.replace("/t/acme/", "/t/globex/");
    bodies.push(page(other_tenant).await.page);
    let platform = used.replace("/t/acme/", "/");
    bodies.push(page(platform).await.page);
    let Managed::Done(newer) = idp.resend_invitation(&issuer, &name).await.unwrap() else { panic!() };
    bodies.push(page(used).await.page);
    assert!(matches!(idp.revoke_invitation(&issuer, &name).await.unwrap(), Managed::Done(_)));
    assert!(matches!(idp.revoke_invitation(&issuer, &name).await.unwrap(), Managed::NonePending));
    bodies.push(page(newer.link.expose().clone()).await.page);

    let late = invite(&world, BOB, "member").await;
    world.clock.advance(TimeDelta::days(14));
    let over = Visitor::opens(world.agent(), &late).await;
    bodies.push(over.page);
    for body in &bodies {
        assert_eq!((body.status.as_u16(), body.complaint().as_deref()), (400, Some("invitation_gone")));
    }
    let acme: Vec<String> = bodies[2..].iter().map(|page| plain(&page.body)).collect();
    assert!(acme.windows(2).all(|pair| pair[0] == pair[1]), "{acme:#?}");

    // A round sweeps some tenants; the one after the last is empty.
    for _ in 0..2 {
        idp.tidy().await.unwrap();
    }
    assert_eq!(states(&world).await, [format!("{BOB} member revoked"), format!("{BOB} member expired")]);
    assert_eq!(world.events("invitation.expired").await, 1);
    let Managed::Done(renewed) = idp.resend_invitation(&issuer, &name).await.unwrap() else { panic!() };
    let again = Visitor::opens(world.agent(), renewed.link.expose()).await;
    assert_eq!(again.page.status, 200, "sent again, it has its time again");
    assert_eq!(world.events("invitation.resent").await, 2);
}

#[tokio::test]
async fn nothing_of_an_answer_is_taken_from_the_form_or_the_token() {
    let world = World::dev().await;
    let link = invite(&world, BOB, "member").await;
    let edited = format!("{}x", &link[..link.len() - 1]);
    let mut agent = world.agent();
    let refused = agent.get(&edited).await;
    assert_eq!((refused.status.as_u16(), refused.complaint().as_deref()), (400, Some("invitation_gone")));
    let mut bob = Visitor::opens(signed_in(&world, "globex", BOB).await, &link).await;
    for (name, value) in [("role", "owner"), ("tenant_id", "x"), ("email", CAROL), ("resource", "urn:x")] {
        for action in ["/invitations/accept", "/invitations/decline"] {
            let bent = bob.agent.submit(&bob.page, action, &[(name, value)]).await;
            assert_eq!((bent.status.as_u16(), bent.complaint().as_deref()), (422, Some("unknown_field")));
        }
    }
    let mut unsigned = bob.page.hidden("/invitations/accept");
    unsigned.retain(|(name, _)| name != "csrf");
    let fields: Vec<(&str, &str)> =
        unsigned.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let accept = format!("{}/invitations/accept", world.issuer("acme"));
    assert_eq!(bob.agent.post(&accept, &fields).await.status, 403, "no token of ours");
    let foreign = bob.page.hidden("/invitations/accept");
    let fields: Vec<(&str, &str)> =
        foreign.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let headers = [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")];
    assert_eq!(bob.agent.post_with(&accept, &headers, &fields).await.status, 403);
    assert_eq!(states(&world).await, [format!("{BOB} member pending")]);
    bob.send("/invitations/accept", &[]).await;
    assert_eq!(standing(&world, BOB).await.as_deref(), Some("active member"));
}
