//! A change of the main address, taken back by the mailbox of the old one.

use chrono::TimeDelta;
use futures_util::future::join_all;
use gatehouse_domain::time::Clock as _;

use super::kit::{
    PASSWORD, act, add, arrive, enter, letters, link, open, person, recover, sql, standing, state, subjects,
};
use crate::support::{Agent, World};

const ALICE: &str = "alice@acme.test";
const NEW: &str = "seven purple walruses dance";
const RESTORED: &str = "The main address of your Gatehouse account is the earlier one again";
const EVIL: &str = "mallory@evil.example";

/// An account whose main address somebody else has changed; their browser, and the link in the mail to the old address.
async fn changed(world: &World) -> (Agent, String) {
    let platform = world.platform();
    let (mut mallory, _) = enter(world, &platform, ALICE).await;
    add(world, &mut mallory, &platform, EVIL).await;
    let done = act(&mut mallory, &platform, "primary", EVIL).await;
    assert_eq!(done.status, 303, "{}", done.body);
    let link = link(world, ALICE, "/account/undo").await;
    (mallory, link)
}

#[tokio::test]
async fn the_old_mailbox_takes_the_change_back_once() {
    let world = World::dev().await;
    let platform = world.platform();
    let alice = person(&world, ALICE).await;
    let (mut mallory, link) = changed(&world).await;
    add(&world, &mut mallory, &platform, "mallory@later.example").await;
    // Alice is the last owner of Acme, so that nobody can ask for it on the page; of other people they could.
    sql(
        &world,
        "UPDATE cell.identities AS i SET delete_at = now() + interval '7 days' FROM cell.addresses AS a
        WHERE a.identity_id = i.identity_id AND a.address = 'alice@acme.test'",
    )
    .await;
    let before = state(&world).await;
    let mut victim = world.agent();
    let hop = victim.get(&link).await;
    assert_eq!(hop.location().as_str(), format!("{platform}/account/undo"), "the token leaves the address");
    let page = victim.follow(&hop).await;
    assert!(page.body.contains(ALICE) && page.body.contains(EVIL), "{}", page.body);
    assert_eq!(page.headers["cache-control"], "no-store");
    for _ in 0..3 {
        victim.get(&link).await;
    }
    assert_eq!(state(&world).await, before, "opening it changes nothing");
    let tries = (0..20).map(|_| {
        let (mut victim, page) = (victim.clone(), page.clone());
        async move { victim.submit(&page, "/account/undo", &[]).await.status.as_u16() }
    });
    let statuses = join_all(tries).await;
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    assert_eq!(world.kinds().await["i deletion.cancelled"], 1, "the account stays");
    assert!(statuses.iter().all(|status| [200, 400].contains(status)), "{statuses:?}");
    assert_eq!(standing(&world, alice).await, ["alice@acme.test verified main"]);
    for told in [ALICE, EVIL, "mallory@later.example"] {
        assert_eq!(subjects(&world, told).await[0], RESTORED, "D19: {told}");
    }
    assert_eq!(mallory.get(&format!("{platform}/account")).await.status, 303, "everybody is signed out");
    let asked = mallory.get(&format!("{platform}/account")).await;
    let no = mallory.sign_in(&asked, ALICE, PASSWORD).await;
    assert_eq!(no.complaint().as_deref(), Some("wrong_credentials"), "the password that was known is gone");
    let kinds = world.kinds().await;
    for (kind, count) in
        [("email.change_undone", 1), ("credential.removed", 1), ("email.retired", 2), ("sessions.revoked", 1)]
    {
        assert_eq!(kinds[&format!("i {kind}")], count, "{kind}");
    }
    let mut later = world.agent();
    let hop = later.get(&link).await;
    assert_eq!(later.follow(&hop).await.status, 400, "used");
}

#[tokio::test]
async fn a_link_is_good_for_three_days_and_nothing_else_is_a_link() {
    let world = World::dev().await;
    let platform = world.platform();
    let alice = person(&world, ALICE).await;
    let (_, link) = changed(&world).await;
    let mut victim = world.agent();
    let hop = victim.get(&link).await;
    let page = victim.follow(&hop).await;
    let before = state(&world).await;
    for token in ["x", "gh_ml_nonsense"] {
        let mut other = world.agent();
        let hop = other.get(&format!("{platform}/account/undo?token={token}")).await;
        assert_eq!(other.follow(&hop).await.status, 400, "{token}");
    }
    let mut forged = victim.clone();
    let own = [("csrf", "x")];
    assert_eq!(forged.post(&format!("{platform}/account/undo"), &own).await.status, 403);
    world.clock.advance(TimeDelta::hours(72) - TimeDelta::minutes(5));
    open(&mut victim, &format!("{platform}/account/undo")).await;
    world.clock.advance(TimeDelta::minutes(5));
    assert_eq!(victim.submit(&page, "/account/undo", &[]).await.status, 400, "too late");
    assert_eq!(state(&world).await, before);
    assert_eq!(
        standing(&world, alice).await,
        ["alice@acme.test verified", "mallory@evil.example verified main"]
    );
    let mut admin = world.admin().await;
    let swept = sqlx::query("SELECT cell.sweep_flows($1, 100)").bind(world.clock.now());
    swept.execute(&mut admin).await.unwrap();
    let left: i64 =
        sqlx::query_scalar("SELECT count(*) FROM cell.undos").fetch_one(&mut admin).await.unwrap();
    assert_eq!(left, 0, "what is over is not kept");
}

#[tokio::test]
async fn a_change_there_and_back_gives_no_link_against_the_owner() {
    let world = World::dev().await;
    let platform = world.platform();
    let alice = person(&world, ALICE).await;
    world.clock.advance(TimeDelta::hours(1));
    let (mut mallory, _) = enter(&world, &platform, ALICE).await;
    add(&world, &mut mallory, &platform, EVIL).await;
    world.clock.advance(TimeDelta::minutes(1));
    assert_eq!(act(&mut mallory, &platform, "primary", EVIL).await.status, 303);
    let first = link(&world, ALICE, "/account/undo").await;
    world.clock.advance(TimeDelta::minutes(1));
    assert_eq!(act(&mut mallory, &platform, "primary", ALICE).await.status, 303);
    assert_eq!(subjects(&world, ALICE).await[0], RESTORED, "D19");
    let mailed = letters(&world, EVIL).await;
    let links = mailed.iter().flat_map(|letter| letter["links"].as_array().unwrap().clone());
    assert!(links.into_iter().all(|link| !link.as_str().unwrap().contains("/account/undo")), "{mailed:?}");
    let mut victim = world.agent();
    let hop = victim.get(&first).await;
    assert_eq!(victim.follow(&hop).await.status, 200, "the owner's link stays good");
    recover(&world, &platform, ALICE, NEW).await;
    let mut owner = world.agent();
    arrive(&mut owner, &format!("{platform}/account"), ALICE, NEW).await;
    let gone = act(&mut owner, &platform, "remove", EVIL).await;
    assert_eq!(gone.status, 303, "{}", gone.body);
    assert_eq!(standing(&world, alice).await, ["alice@acme.test verified main"]);
}

#[tokio::test]
async fn a_recovery_by_the_new_address_leaves_the_old_one_its_link_and_not_the_other_way_round() {
    let world = World::dev().await;
    let platform = world.platform();
    let alice = person(&world, ALICE).await;
    world.clock.advance(TimeDelta::hours(1));
    let (_, first) = changed(&world).await;
    world.clock.advance(TimeDelta::minutes(20));
    recover(&world, &platform, EVIL, NEW).await;
    let mut mallory = world.agent();
    arrive(&mut mallory, &format!("{platform}/account"), EVIL, NEW).await;
    add(&world, &mut mallory, &platform, "mallory@third.example").await;
    assert_eq!(act(&mut mallory, &platform, "primary", "mallory@third.example").await.status, 303);
    let second = link(&world, EVIL, "/account/undo").await;
    assert_ne!(first, second);
    world.clock.advance(TimeDelta::minutes(20));
    recover(&world, &platform, ALICE, "a third turnip 99 harbour").await;
    let mut evil = world.agent();
    let hop = evil.get(&second).await;
    assert_eq!(evil.follow(&hop).await.status, 400, "recovered by an address that was there before");
    let mut victim = world.agent();
    let hop = victim.get(&first).await;
    let page = victim.follow(&hop).await;
    assert_eq!(victim.submit(&page, "/account/undo", &[]).await.status, 200);
    assert_eq!(standing(&world, alice).await, ["alice@acme.test verified main"]);
}

#[tokio::test]
async fn no_link_takes_an_address_that_was_there_before() {
    let world = World::dev().await;
    let platform = world.platform();
    let alice = person(&world, ALICE).await;
    world.clock.advance(TimeDelta::hours(1));
    let (mut owner, _) = enter(&world, &platform, ALICE).await;
    add(&world, &mut owner, &platform, "alice@home.example").await;
    assert_eq!(act(&mut owner, &platform, "primary", "alice@home.example").await.status, 303);
    world.clock.advance(TimeDelta::hours(73));
    let (mut other, _) = enter(&world, &platform, ALICE).await;
    assert_eq!(act(&mut other, &platform, "primary", ALICE).await.status, 303);
    let link = link(&world, "alice@home.example", "/account/undo").await;
    let mut reader = world.agent();
    let hop = reader.get(&link).await;
    let page = reader.follow(&hop).await;
    assert_eq!(reader.submit(&page, "/account/undo", &[]).await.status, 200);
    assert_eq!(
        standing(&world, alice).await,
        ["alice@acme.test verified", "alice@home.example verified main"]
    );
}
