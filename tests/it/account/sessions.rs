//! Sessions ended from the page, and organisations left.

use futures_util::future::join_all;

use super::kit::{FIREFOX, PASSWORD, enter, open, sql, state};
use crate::support::World;

#[tokio::test]
async fn a_session_is_ended_once_and_only_by_its_person() {
    let world = World::dev().await;
    let platform = world.platform();
    let list = format!("{platform}/account/sessions");
    let (mut here, _) = enter(&world, &platform, "alice@acme.test").await;
    let mut elsewhere = world.agent();
    let asked = elsewhere.get(&format!("{platform}/account")).await;
    let page = elsewhere.follow(&asked).await;
    let step = elsewhere.submit(&page, "/login/identifier", &[("identifier", "alice@acme.test")]).await;
    let page = elsewhere.follow(&step).await;
    let mut fields = page.hidden("/login/password");
    fields.push(("password".to_owned(), PASSWORD.to_owned()));
    let fields: Vec<(&str, &str)> =
        fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let headers = [("user-agent", FIREFOX), ("sec-fetch-site", "same-origin")];
    elsewhere.post_with(&format!("{platform}/login/password"), &headers, &fields).await;
    let page = open(&mut here, &list).await;
    assert!(page.body.contains("Firefox, Linux") && page.body.contains("127.0.0.0/24"), "{}", page.body);
    let ended = page.hidden("/account/sessions/end").into_iter().find(|(name, _)| name == "ended").unwrap().1;
    let (mut bob, _) = enter(&world, &platform, "bob@globex.test").await;
    let own = open(&mut bob, &format!("{platform}/account/address")).await;
    let mut foreign = own.hidden("/account/address");
    foreign.push(("ended".to_owned(), ended));
    let foreign: Vec<(&str, &str)> = foreign.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    let before = state(&world).await;
    bob.post(&format!("{platform}/account/sessions/end"), &foreign).await;
    assert_eq!(state(&world).await, before, "another person's session");
    let events = world.events("session.ended").await;
    let tries = (0..20).map(|_| {
        let (mut agent, page) = (here.clone(), page.clone());
        async move { agent.submit(&page, "/account/sessions/end", &[]).await.status }
    });
    assert!(join_all(tries).await.iter().all(|status| *status == 303));
    assert_eq!(world.events("session.ended").await, events + 1, "of twenty at once, one ends it");
    assert_eq!(elsewhere.get(&list).await.status, 303, "over");
    assert!(!open(&mut here, &list).await.body.contains("Firefox, Linux"));
}

#[tokio::test]
async fn all_others_end_and_this_one_stays() {
    let world = World::dev().await;
    let platform = world.platform();
    let list = format!("{platform}/account/sessions");
    let (mut here, _) = enter(&world, &platform, "alice@acme.test").await;
    let mut others = Vec::new();
    for _ in 0..3 {
        others.push(enter(&world, &platform, "alice@acme.test").await.0);
    }
    let page = open(&mut here, &list).await;
    here.submit(&page, "/account/sessions/end-others", &[]).await;
    for other in &mut others {
        assert_eq!(other.get(&list).await.status, 303);
    }
    let page = open(&mut here, &list).await;
    assert!(!page.body.contains("end-others"), "{}", page.body);
    assert_eq!(world.kinds().await["i sessions.revoked"], 1);
}

#[tokio::test]
async fn a_member_leaves_and_the_last_owner_stays() {
    let world = World::dev().await;
    let platform = world.platform();
    let ask = |slug: &str| format!("{platform}/account/memberships/leave?organization={slug}");
    let (mut carol, _) = enter(&world, &platform, "carol@consult.test").await;
    let before = state(&world).await;
    let page = open(&mut carol, &ask("globex")).await;
    assert_eq!(state(&world).await, before, "asking changes nothing");
    let events = world.kinds().await;
    let done = carol.submit(&page, "/account/memberships/leave", &[]).await;
    let page_after = carol.follow(&done).await;
    assert!(
        page_after.body.contains(">Acme<") && !page_after.body.contains(">Globex<"),
        "{}",
        page_after.body
    );
    assert_eq!(carol.get(&format!("{}/account", world.issuer("globex"))).await.status, 303);
    let after = world.kinds().await;
    for stream in ["t member.changed", "i member.changed"] {
        assert_eq!(after[stream], events[stream] + 1, "{stream}");
    }
    assert_eq!(carol.submit(&page, "/account/memberships/leave", &[]).await.status, 404, "a second time");
    let (mut alice, _) = enter(&world, &platform, "alice@acme.test").await;
    let page = open(&mut alice, &ask("acme")).await;
    let before = state(&world).await;
    let refused = alice.submit(&page, "/account/memberships/leave", &[]).await;
    assert_eq!(refused.status, 409, "ADM-04: {}", refused.body);
    assert!(refused.body.contains("last_owner") || refused.body.contains("only owner"), "{}", refused.body);
    assert_eq!(state(&world).await, before);
    assert_eq!(alice.get(&ask("globex")).await.status, 404, "somebody else's");
    sql(&world, "UPDATE cell.tenants SET personal = true WHERE name = 'Acme'").await;
    let done = alice.submit(&page, "/account/memberships/leave", &[]).await;
    assert_eq!(done.status, 303, "a personal one is left by its owner: {}", done.body);
}
