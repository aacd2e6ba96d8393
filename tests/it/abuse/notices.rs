//! What people hear when others try their passwords, or sign in as them (PWD-04): seldom, and nobody else learns of it.

use chrono::TimeDelta;

use super::kit::{PASSWORD, Pairs, count, enter};
use super::mailed::{GOOD, Visitor, newest};
use super::password::{Guesser, PROXIED};
use crate::support::World;

const ALICE: &str = "alice@acme.test";
const EVIL: Pairs<'_> = &[("x-forwarded-for", "198.51.100.7")];

/// Wrong passwords until the source has to wait, and one more.
async fn attack(world: &World, issuer: &str, address: &str) -> Vec<u16> {
    let mut guesser = Guesser::at(world, issuer, address).await;
    let mut statuses = Vec::new();
    for _ in 0..12 {
        statuses.push(guesser.try_from(EVIL, "wrong").await.status.as_u16());
    }
    statuses
}

/// The letters of a kind, once the work behind the requests is done.
async fn written(world: &World, kind: &str) -> i64 {
    world.work_done().await;
    count(world, &format!("cell.mails WHERE kind = '{kind}'")).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_owner_hears_of_refused_tries_once_a_day_and_the_asker_nothing() {
    let world = World::with(PROXIED).await;
    let acme = world.issuer("acme");
    world.new_window(600);
    let answers = attack(&world, &acme, ALICE).await;
    assert_eq!(answers, attack(&world, &acme, "noone@acme.test").await, "whoever has the address");
    assert_eq!(answers[9..], [401, 429, 429]);
    let queued = count(&world, "cell.jobs WHERE kind = 'refused_tries'").await;
    assert_eq!(queued, 2, "the same work for nobody");
    let told = "cell.jobs WHERE kind = 'refused_tries' AND payload::text ~ 'acme'";
    assert_eq!(count(&world, told).await, 0, "what was typed is sealed");
    assert_eq!(written(&world, "refused_tries").await, 1);
    let letter = newest(&world, ALICE).await;
    assert!(letter.whole().contains("198.51.100.0/24"), "{}", letter.whole());
    let tenant = world.tenant("acme").await.uuid();
    let by_tenant = format!("cell.mails WHERE kind = 'refused_tries' AND tenant_id = '{tenant}'");
    assert_eq!(count(&world, &by_tenant).await, 1, "in the name of the tenant that she belongs to");
    world.new_window(600);
    attack(&world, &acme, ALICE).await;
    assert_eq!(written(&world, "refused_tries").await, 1, "the same day");
    world.clock.advance(TimeDelta::hours(25));
    world.new_window(600);
    // Where she is no member, nobody learns by a letter of theirs that she exists.
    attack(&world, &world.issuer("globex"), ALICE).await;
    assert_eq!(written(&world, "refused_tries").await, 2, "another day");
    assert_eq!(count(&world, &by_tenant).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_known_browser_that_forgets_its_password_is_no_attack() {
    let world = World::with(PROXIED).await;
    let acme = world.issuer("acme");
    world.new_window(600);
    let mut own = Guesser::at(&world, &acme, ALICE).await;
    assert_eq!(own.try_from(EVIL, PASSWORD).await.status, 303);
    let asked = own.agent.get(&super::kit::ask(&acme, &[("prompt", "login")])).await;
    own.flow = asked.param("flow").unwrap();
    for n in 0..11 {
        let status = own.try_from(EVIL, "wrong").await.status;
        assert_eq!(status, if n < 10 { 401 } else { 429 }, "try {n}");
    }
    assert_eq!(written(&world, "refused_tries").await, 0);
    assert_eq!(world.events("login.attack_suspected").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_hears_of_a_new_browser_but_not_of_the_first() {
    let world = World::dev().await;
    let (acme, platform) = (world.issuer("acme"), world.platform());
    let (mut first, _) = enter(&world, &acme, ALICE).await;
    assert_eq!(written(&world, "new_device").await, 0, "the first browser of all");
    let asked = first.get(&super::kit::ask(&acme, &[("prompt", "login")])).await;
    let page = first.follow(&asked).await;
    assert_eq!(first.submit(&page, "/login/password", &[("password", PASSWORD)]).await.status, 303);
    assert_eq!(written(&world, "new_device").await, 0, "the same browser");
    enter(&world, &acme, ALICE).await;
    assert_eq!(written(&world, "new_device").await, 1);
    let letter = newest(&world, ALICE).await;
    assert!(letter.whole().contains("127.0.0.0/24"), "{}", letter.whole());
    enter(&world, &acme, ALICE).await;
    assert_eq!(written(&world, "new_device").await, 1, "another within the hour");
    world.clock.advance(TimeDelta::minutes(61));
    enter(&world, &acme, ALICE).await;
    assert_eq!(written(&world, "new_device").await, 2);
    let mut ada = Visitor::signs_up(&world, &platform, "ada@new.example").await;
    assert_eq!(written(&world, "new_device").await, 2, "right after a sign-up");
    ada.agent.cookies.clear();
    let mut again = Guesser::at(&world, &platform, "ada@new.example").await;
    assert_eq!(again.try_from(&[], GOOD).await.status, 303);
    assert_eq!(written(&world, "new_device").await, 3, "another browser than that of the sign-up");
    assert_eq!(newest(&world, "ada@new.example").await.to(), "ada@new.example");
}
