//! A change of the main address, taken back by the mailbox of the old one.

use chrono::TimeDelta;
use futures_util::future::join_all;

use super::kit::{PASSWORD, act, add, enter, link, open, person, standing, state};
use crate::support::{Agent, World};

const ALICE: &str = "alice@acme.test";
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
    assert!(statuses.iter().all(|status| [200, 400].contains(status)), "{statuses:?}");
    assert_eq!(standing(&world, alice).await, ["alice@acme.test verified main"]);
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
}
