//! Browsers that are known for an address: whose they are changes with the password (rule D3, abuse case PWD-04).

use super::kit::{HANDLE, PASSWORD, Pairs, ask, sets};
use super::mailed::{GOOD, Visitor};
use super::password::{Guesser, PROXIED};
use crate::support::{Agent, Answered, World};

const ALICE: &str = "alice@acme.test";
const HOME: Pairs<'_> = &[("x-forwarded-for", "203.0.113.9")];

/// A world in which so many strangers try Alice's address that no further stranger may.
async fn besieged() -> World {
    World::with(&[PROXIED[0], ("GATEHOUSE_LIMITS__PASSWORD_TRIES_PER_ADDRESS", "6")]).await
}

async fn besiege(world: &World, acme: &str) {
    for network in 0..2 {
        let from = format!("198.51.{network}.7");
        let mut guesser = Guesser::at(world, acme, ALICE).await;
        for _ in 0..4 {
            guesser.try_from(&[("x-forwarded-for", &from)], "wrong").await;
        }
    }
}

/// What a browser hears that shows a password for Alice.
async fn shows(world: &World, agent: &Agent, password: &str) -> Answered {
    let acme = world.issuer("acme");
    let mut guesser = Guesser::at(world, &acme, ALICE).await;
    guesser.agent = agent.clone();
    let asked = guesser.agent.get(&ask(&acme, &[("prompt", "login")])).await;
    guesser.flow = asked.param("flow").unwrap();
    let page = guesser.agent.follow(&asked).await;
    if page.body.contains("/login/identifier") {
        guesser.agent.submit(&page, "/login/identifier", &[("identifier", ALICE)]).await;
    }
    guesser.try_from(HOME, password).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn recovery_forgets_who_was_known_and_knows_who_recovered() {
    let world = besieged().await;
    world.new_window(600);
    let acme = world.issuer("acme");
    // Whoever had the old password has signed in with it: their browser is known.
    let mut thief = Guesser::at(&world, &acme, ALICE).await;
    assert_eq!(thief.try_from(HOME, PASSWORD).await.status, 303);
    let mut visitor = Visitor::asked(&world, &acme, "recover", ALICE).await;
    visitor.proves(&world, ALICE).await;
    let set = visitor.agent.submit(&visitor.page, "/recover/password", &[("password", GOOD)]).await;
    assert!(sets(&set, HANDLE), "the browser gets a handle of its own");
    visitor.page = visitor.agent.follow(&set).await;
    besiege(&world, &acme).await;
    let refused = shows(&world, &thief.agent, GOOD).await;
    assert_eq!((refused.status.as_u16(), refused.complaint().as_deref()), (429, Some("throttled")));
    let entered = visitor.agent.submit(&visitor.page, "/login/password", &[("password", GOOD)]).await;
    assert_eq!(entered.status, 303, "no siege keeps her out: {}", entered.body);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_password_leaves_one_browser_known() {
    let world = besieged().await;
    world.new_window(600);
    let acme = world.issuer("acme");
    let (mut here, mut there) =
        (Guesser::at(&world, &acme, ALICE).await, Guesser::at(&world, &acme, ALICE).await);
    for browser in [&mut here, &mut there] {
        assert_eq!(browser.try_from(HOME, PASSWORD).await.status, 303);
    }
    besiege(&world, &acme).await;
    for browser in [&mut here, &mut there] {
        let seen = shows(&world, &browser.agent, "wrong").await;
        assert_eq!(seen.status, 401, "both are known: {}", seen.body);
    }
    let page = here.agent.get(&format!("{acme}/account/password")).await;
    assert_eq!(page.status, 200, "{}", page.body);
    let done = here.agent.submit(&page, "/account/password", &[("password", GOOD)]).await;
    assert_eq!(done.status, 303, "{}", done.body);
    assert_eq!(shows(&world, &there.agent, GOOD).await.status, 429, "a stranger like any other");
    assert_eq!(shows(&world, &here.agent, GOOD).await.status, 303, "her own is not");
}

/// A new handle, or another known browser, is no new budget: neither for mails nor for tries.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn signing_in_again_gives_back_no_mails() {
    let world = World::with(&[PROXIED[0], ("GATEHOUSE_LIMITS__MAILS_PER_ADDRESS", "8")]).await;
    world.new_window(3600);
    let acme = world.issuer("acme");
    let mut sent = 0;
    for browser in 0..2 {
        let mut guesser = Guesser::at(&world, &acme, ALICE).await;
        assert_eq!(guesser.try_from(HOME, PASSWORD).await.status, 303);
        for _ in 0..3 {
            let mut status = 200;
            for _ in 0..3 {
                let mut visitor = Visitor::with(guesser.agent.clone(), &acme, "recover").await;
                visitor.send("/recover/address", &[("address", ALICE)]).await;
                status = visitor.page.status.as_u16();
                sent += u32::from(status == 200);
            }
            let again = shows(&world, &guesser.agent, PASSWORD).await;
            assert_eq!(again.status, 303, "browser {browser} after {status}: {}", again.body);
            let handle = again.headers.get_all("set-cookie").iter();
            assert!(handle.filter_map(|value| value.to_str().ok()).any(|value| value.contains(HANDLE)));
            guesser.agent = world.agent();
            for cookie in again.headers.get_all("set-cookie") {
                let pair = cookie.to_str().unwrap().split(';').next().unwrap();
                let (name, value) = pair.split_once('=').unwrap();
                guesser.agent.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        assert_eq!(sent, [5, 8][browser], "mails after {} browsers", browser + 1);
    }
}
