//! More addresses: added, proven, made the main one, removed.

use super::kit::{act, add, code, enter, letters, open, person, sql, standing, state, subjects};
use crate::support::World;

const ALICE: &str = "alice@acme.test";
const MORE: &str = "alice@home.example";

#[tokio::test]
async fn an_address_is_worth_something_once_its_mailbox_is_proven() {
    let world = World::dev().await;
    let platform = world.platform();
    let alice = person(&world, ALICE).await;
    let (mut agent, _) = enter(&world, &platform, ALICE).await;
    let page = open(&mut agent, &format!("{platform}/account/address")).await;
    for (typed, status, complaint) in
        [("nonsense", 422, "identifier_invalid"), ("Alice@ACME.test", 409, "address_known")]
    {
        let no = agent.submit(&page, "/account/address", &[("address", typed)]).await;
        assert_eq!((no.status.as_u16(), no.complaint().as_deref()), (status, Some(complaint)), "{typed}");
    }
    let before = world.kinds().await;
    let asked = agent.submit(&page, "/account/address", &[("address", MORE)]).await;
    assert_eq!(
        standing(&world, alice).await,
        ["alice@acme.test verified main", "alice@home.example pending"]
    );
    let step = agent.follow(&asked).await;
    let wrong = agent.submit(&step, "/verify/code", &[("code", "000000x")]).await;
    assert_eq!(wrong.status, 422, "{}", wrong.body);
    let code = code(&world, MORE).await;
    let mut stranger = world.agent();
    let elsewhere = stranger.get(step.url.as_str()).await;
    assert!(elsewhere.status.is_client_error(), "the flow is this browser's: {}", elsewhere.status);
    let done = agent.submit(&step, "/verify/code", &[("code", &code)]).await;
    assert_eq!(done.location().as_str(), format!("{platform}/account/addresses"));
    assert_eq!(
        standing(&world, alice).await,
        ["alice@acme.test verified main", "alice@home.example verified"]
    );
    assert_eq!(subjects(&world, ALICE).await, ["An address was added to your Gatehouse account"]);
    let kinds = world.kinds().await;
    for kind in ["i email.claimed", "i email.verified"] {
        assert_eq!(kinds[kind], before[kind] + 1, "{kind}");
    }
    let removed = act(&mut agent, &platform, "remove", MORE).await;
    assert_eq!(removed.status, 303, "{}", removed.body);
    assert_eq!(standing(&world, alice).await, ["alice@acme.test verified main"]);
    assert_eq!(subjects(&world, MORE).await[0], "An address was removed from your Gatehouse account");
    assert_eq!(world.kinds().await["i email.retired"], 1);
}

#[tokio::test]
async fn the_main_address_changes_once_the_new_one_is_proven() {
    let world = World::dev().await;
    let platform = world.platform();
    let alice = person(&world, ALICE).await;
    let (mut agent, _) = enter(&world, &platform, ALICE).await;
    let (mut elsewhere, _) = enter(&world, &platform, ALICE).await;
    let page = open(&mut agent, &format!("{platform}/account/address")).await;
    let fields = [("address", MORE), ("promote", "1")];
    let asked = agent.submit(&page, "/account/address", &fields).await;
    assert_eq!(
        subjects(&world, ALICE).await,
        ["Another main address was asked for in your Gatehouse account"],
        "EML-02: told before anything happens"
    );
    assert_eq!(
        standing(&world, alice).await,
        ["alice@acme.test verified main", "alice@home.example pending"]
    );
    open(&mut elsewhere, &format!("{platform}/account")).await;
    let step = agent.follow(&asked).await;
    let code = code(&world, MORE).await;
    agent.submit(&step, "/verify/code", &[("code", &code)]).await;
    assert_eq!(
        standing(&world, alice).await,
        ["alice@acme.test verified", "alice@home.example verified main"]
    );
    assert_eq!(elsewhere.get(&format!("{platform}/account")).await.status, 303, "SES-05");
    open(&mut agent, &format!("{platform}/account")).await;
    assert_eq!(subjects(&world, ALICE).await[0], "The main address of your Gatehouse account has changed");
    let kinds = world.kinds().await;
    assert_eq!((kinds["i email.changed"], kinds["i sessions.revoked"]), (1, 1));
    let stays = act(&mut agent, &platform, "remove", ALICE).await;
    assert_eq!(stays.status, 409, "the link would have nothing to come back to");
    assert_eq!(
        standing(&world, alice).await,
        ["alice@acme.test verified", "alice@home.example verified main"]
    );
}

/// What every proven address hears before another main address is proven.
const ASKED: &str = "Another main address was asked for in your Gatehouse account";

#[tokio::test]
async fn the_wish_for_another_main_address_is_told_whether_or_not_it_was_added_before() {
    let world = World::dev().await;
    let platform = world.platform();
    let (mut agent, _) = enter(&world, &platform, ALICE).await;
    let page = open(&mut agent, &format!("{platform}/account/address")).await;
    agent.submit(&page, "/account/address", &[("address", MORE)]).await;
    assert!(subjects(&world, ALICE).await.is_empty());
    let asked = agent.submit(&page, "/account/address", &[("address", MORE), ("promote", "1")]).await;
    assert_eq!(subjects(&world, ALICE).await, [ASKED], "EML-02");
    let step = agent.follow(&asked).await;
    agent.submit(&step, "/verify/again", &[]).await;
    assert_eq!(subjects(&world, ALICE).await, [ASKED], "another code is no other wish");
}

#[tokio::test]
async fn nobody_has_more_wishes_told_than_codes_mailed() {
    let world = World::dev().await;
    let platform = world.platform();
    let (mut agent, _) = enter(&world, &platform, ALICE).await;
    for _ in 0..12 {
        let page = open(&mut agent, &format!("{platform}/account/address")).await;
        agent.submit(&page, "/account/address", &[("address", MORE), ("promote", "1")]).await;
        assert_eq!(act(&mut agent, &platform, "remove", MORE).await.status, 303);
    }
    let (told, codes) = (subjects(&world, ALICE).await.len(), letters(&world, MORE).await.len());
    assert!((1..12).contains(&codes), "{codes}");
    assert_eq!(told, codes, "what is not mailed is not told");
}

#[tokio::test]
async fn an_address_of_somebody_else_stays_theirs() {
    let world = World::dev().await;
    let platform = world.platform();
    let bob = person(&world, "bob@globex.test").await;
    let (mut agent, _) = enter(&world, &platform, ALICE).await;
    let mut pages = Vec::new();
    for typed in ["bob@globex.test", "nobody@globex.test"] {
        let page = open(&mut agent, &format!("{platform}/account/address")).await;
        let asked = agent.submit(&page, "/account/address", &[("address", typed)]).await;
        let page = agent.follow(&asked).await;
        let flow = page.url.query().unwrap().trim_start_matches("flow=").to_owned();
        let token = page.hidden("/verify/code").into_iter().find(|(name, _)| name == "csrf").unwrap().1;
        pages.push(page.body.replace(typed, "").replace(&flow, "").replace(&token, ""));
    }
    assert_eq!(pages[0], pages[1], "before the proof nothing tells them apart");
    let page = open(&mut agent, &format!("{platform}/account/addresses")).await;
    let row = page.body.split("<li ").find(|row| row.contains(">bob@globex.test<")).unwrap().to_owned();
    let row = crate::support::Answered { body: row, ..page };
    let asked = agent.submit(&row, "/account/addresses/prove", &[]).await;
    let step = agent.follow(&asked).await;
    let told = letters(&world, "bob@globex.test").await;
    assert!(!told[0]["text"].as_str().unwrap().contains("Bob"), "nobody is named: {}", told[0]["text"]);
    let code = code(&world, "bob@globex.test").await;
    let refused = agent.submit(&step, "/verify/code", &[("code", &code)]).await;
    assert_eq!(refused.status, 409, "row 15: {}", refused.body);
    assert_eq!(standing(&world, bob).await, ["bob@globex.test verified main"]);
    assert_eq!(subjects(&world, "bob@globex.test").await[0], "Somebody typed your address at Gatehouse");
    assert_eq!(world.events("request.refused").await, 1);
}

#[tokio::test]
async fn ten_addresses_are_enough() {
    let world = World::with(&[("GATEHOUSE_LIMITS__MAILS_PER_NETWORK", "1000")]).await;
    let platform = world.platform();
    let alice = person(&world, ALICE).await;
    let (mut agent, _) = enter(&world, &platform, ALICE).await;
    let page = open(&mut agent, &format!("{platform}/account/address")).await;
    let tries = (0..12).map(|number| {
        let (mut agent, page) = (agent.clone(), page.clone());
        let address = format!("alice{number}@home.example");
        async move { agent.submit(&page, "/account/address", &[("address", &address)]).await.status.as_u16() }
    });
    let mut statuses = futures_util::future::join_all(tries).await;
    statuses.sort_unstable();
    assert_eq!((statuses.len(), standing(&world, alice).await.len()), (12, 10), "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 409).count(), 3, "{statuses:?}");
}

#[tokio::test]
async fn what_is_not_one_s_own_cannot_be_named() {
    let world = World::dev().await;
    let platform = world.platform();
    let (mut alice, _) = enter(&world, &platform, ALICE).await;
    add(&world, &mut alice, &platform, MORE).await;
    let page = open(&mut alice, &format!("{platform}/account/addresses")).await;
    let (mut bob, _) = enter(&world, &platform, "bob@globex.test").await;
    let own = open(&mut bob, &format!("{platform}/account/address")).await.hidden("/account/address");
    let before = state(&world).await;
    for action in ["prove", "primary", "remove"] {
        let named =
            page.hidden("/account/addresses/remove").into_iter().find(|(n, _)| n == "address").unwrap();
        let mut fields = own.clone();
        fields.push(named);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        let no = bob.post(&format!("{platform}/account/addresses/{action}"), &fields).await;
        assert_eq!(no.status, 409, "{action}: {}", no.body);
    }
    assert_eq!(state(&world).await, before);
}

#[tokio::test]
async fn letters_that_are_refused_are_told_until_one_gets_through() {
    let world = World::dev().await;
    let platform = world.platform();
    let (mut agent, _) = enter(&world, &platform, ALICE).await;
    let list = format!("{platform}/account/addresses");
    assert!(!open(&mut agent, &list).await.body.contains("have been refused"));
    let refused =
        "UPDATE cell.addresses SET refused_at = '2025-05-04T10:00:00Z' WHERE address = 'alice@acme.test'";
    sql(&world, refused).await;
    let page = open(&mut agent, &list).await;
    let note = "Emails to this address have been refused since May 4, 2025.";
    assert!(
        page.body.contains(note) && page.body.contains("make another address the main one"),
        "{}",
        page.body
    );
    add(&world, &mut agent, &platform, MORE).await;
    assert_eq!(subjects(&world, ALICE).await.len(), 1, "a letter got through");
    assert!(!open(&mut agent, &list).await.body.contains("have been refused"));
}
