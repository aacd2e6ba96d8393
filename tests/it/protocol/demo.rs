//! The demo world's people: their password stands in its field where an app names them, and nowhere else.

use gatehouse_flows::apply::DEMO_PEOPLE;

use super::flow::{PASSWORD, authorize_url};
use crate::support::{Agent, Answered, World};

/// The password page of an address, for an app that expects somebody.
async fn password_page(agent: &mut Agent, issuer: &str, hint: &str, typed: &str) -> Answered {
    let asked = agent.get(&authorize_url(issuer, "demo-web", &[("login_hint", hint)])).await;
    let page = agent.follow(&asked).await;
    let answered = agent.submit(&page, "/login/identifier", &[("identifier", typed)]).await;
    agent.follow(&answered).await
}

#[tokio::test]
async fn only_who_is_named_and_known_to_everybody_is_spared_the_typing() {
    let world = World::dev().await;
    for person in DEMO_PEOPLE {
        let page = password_page(&mut world.agent(), &world.platform(), person, person).await;
        assert!(page.body.contains(&format!("value=\"{PASSWORD}\"")), "{}", page.body);
        assert_eq!(page.headers["cache-control"], "no-store");
    }
    let acme = world.issuer("acme");
    for (hint, typed) in [
        ("", "alice@acme.test"),
        ("bob@globex.test", "alice@acme.test"),
        ("alice@acme.test", "bob@globex.test"),
        ("nobody@acme.test", "nobody@acme.test"),
    ] {
        let page = password_page(&mut world.agent(), &acme, hint, typed).await;
        assert!(page.body.contains("name=\"password\""), "{}", page.body);
        assert!(!page.body.contains(PASSWORD), "{hint}, {typed}: {}", page.body);
    }
}

#[tokio::test]
async fn a_world_without_the_demo_fills_in_nothing() {
    let world = World::dev().await;
    let plain = world.twin().await;
    let alice = "alice@acme.test";
    let page = password_page(&mut plain.agent(), &plain.issuer("acme"), alice, alice).await;
    assert!(page.body.contains("name=\"password\"") && !page.body.contains(PASSWORD), "{}", page.body);
}
