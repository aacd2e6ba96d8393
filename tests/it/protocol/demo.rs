//! The demo world's people: their password stands in its field where an app names them, and nowhere else.

use gatehouse_flows::apply::DEMO_PEOPLE;

use reqwest::Method;

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

#[tokio::test]
async fn another_name_for_the_same_address_reads_neither_letters_nor_tokens() {
    let world = World::dev().await;
    let port = world.base.port().unwrap();
    let (own, mut agent) = (format!("{}:{port}", world.base.host_str().unwrap()), world.agent());
    for (method, path) in [
        (Method::GET, "/dev/mail"),
        (Method::GET, "/dev/mail.json"),
        (Method::GET, "/dev/mail/mail_01h455vb4pex5vsknk084sn02q"),
        (Method::GET, "/demo"),
        (Method::GET, "/demo/demo.css"),
        (Method::GET, "/demo/callback?code=c"),
        (Method::POST, "/demo/start"),
        (Method::POST, "/demo/refresh"),
        (Method::POST, "/demo/userinfo"),
        (Method::POST, "/demo/sign-out"),
    ] {
        let url = format!("{}{path}", world.platform());
        let fields: &[(&str, &str)] = &[("person", "alice@acme.test")];
        let fields = (method == Method::POST).then_some(fields);
        for foreign in
            [format!("rebound.example:{port}"), "rebound.example".to_owned(), own.replace(':', ".:")]
        {
            let answered = agent.send(method.clone(), &url, &[("host", &foreign)], fields).await;
            assert_eq!(answered.status, 421, "{path} {foreign}");
            assert_eq!(answered.body, "", "{path} {foreign}");
        }
        let answered = agent.send(method, &url, &[("host", &own)], fields).await;
        assert_ne!(answered.status, 421, "{path} {own}");
    }
}
