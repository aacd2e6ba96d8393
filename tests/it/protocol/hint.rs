//! `id_token_hint` (OIDC Core, section 3.1.2.1): the app gets the person it expects, or an error.

use super::flow::{PASSWORD, authorize_url, tokens};
use crate::support::World;

#[tokio::test]
async fn the_expected_person_signs_in_again_beside_another_account() {
    let world = World::dev().await;
    let issuer = world.issuer("acme");
    let mut agent = world.agent();
    let alice = tokens(&mut agent, &issuer, "demo-web", "alice@acme.test").await;
    let hint = alice["id_token"].as_str().unwrap();
    let other = agent.get(&authorize_url(&issuer, "demo-web", &[("prompt", "select_account")])).await;
    let chooser = agent.follow(&other).await;
    let another = agent.submit(&chooser, "/login/another", &[]).await;
    agent.sign_in(&another, "carol@consult.test", PASSWORD).await;

    let silent = [("prompt", "none"), ("id_token_hint", hint)];
    let answered = agent.get(&authorize_url(&issuer, "demo-web", &silent)).await;
    assert!(answered.param("code").is_some(), "one of two accounts is hers: {}", answered.location());
    let again = [("prompt", "login"), ("id_token_hint", hint)];
    let asked = agent.get(&authorize_url(&issuer, "demo-web", &again)).await;
    let page = agent.follow(&asked).await;
    assert!(page.body.contains("alice@acme.test"), "{}", page.body);
    let answered = agent.submit(&page, "/login/password", &[("password", PASSWORD)]).await;
    assert!(answered.param("code").is_some(), "{} {}", answered.status, answered.body);
}

#[tokio::test]
async fn another_person_than_the_expected_one_gets_the_app_nothing() {
    let world = World::dev().await;
    let issuer = world.issuer("acme");
    let mut hers = world.agent();
    let alice = tokens(&mut hers, &issuer, "demo-web", "alice@acme.test").await;
    let hint = [("id_token_hint", alice["id_token"].as_str().unwrap())];
    let mut agent = world.agent();
    let asked = agent.get(&authorize_url(&issuer, "demo-web", &hint)).await;
    let answered = agent.sign_in(&asked, "carol@consult.test", PASSWORD).await;
    assert_eq!(answered.param("error").as_deref(), Some("login_required"), "{}", answered.location());
    assert!(answered.param("code").is_none());
    assert_eq!(world.events("code.issued").await, 1, "hers alone");
}
