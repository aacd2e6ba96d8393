//! Sign-out that an app asks for by POST (OIDC RP-Initiated Logout, section 2).

use chrono::TimeDelta;
use serde_json::Value;

use super::flow::{PASSWORD, authorize_url, tokens};
use crate::support::{Agent, Answered, World};

/// Where `demo-web` wants people afterwards.
const AFTER: &str = "http://127.0.0.1:4999/logged-out";

/// The form that an app of another port or host posts.
async fn ask(agent: &mut Agent, issuer: &str, site: &str, fields: &[(&str, &str)]) -> Answered {
    let headers = [("origin", "http://localhost:4999"), ("sec-fetch-site", site)];
    agent.post_with(&format!("{issuer}/oauth2/logout"), &headers, fields).await
}

/// What the question's address leads to, for a browser that asks it.
async fn question(agent: &mut Agent, turned: &Answered, hint: &str) -> Answered {
    assert_eq!(turned.status, 303, "{}", turned.body);
    for part in hint.split('.').filter(|part| !part.is_empty()) {
        assert!(!turned.location().as_str().contains(part), "{}", turned.location());
    }
    agent.follow(turned).await
}

fn id_token(tokens: &Value) -> &str {
    tokens["id_token"].as_str().unwrap()
}

async fn silently(agent: &mut Agent, issuer: &str) -> Option<String> {
    agent.get(&authorize_url(issuer, "demo-web", &[("prompt", "none")])).await.param("error")
}

#[tokio::test]
async fn an_app_beside_us_may_ask_by_post() {
    let world = World::dev().await;
    let issuer = world.issuer("acme");
    for site in ["same-site", "none"] {
        let mut agent = world.agent();
        let held = tokens(&mut agent, &issuer, "demo-web", "alice@acme.test").await;
        let hint = id_token(&held);
        let fields = [("id_token_hint", hint), ("post_logout_redirect_uri", AFTER), ("state", "s-2")];
        // The Lax cookies come along here.
        let turned = ask(&mut agent, &issuer, site, &fields).await;
        let page = question(&mut agent, &turned, hint).await;
        assert!(page.body.contains("alice@acme.test"), "{}", page.body);
        assert_eq!(silently(&mut agent, &issuer).await, None, "asking ends nothing");
        let done = agent.submit(&page, "/oauth2/logout", &[]).await;
        assert_eq!(done.location().as_str(), format!("{AFTER}?state=s-2"));
        assert_eq!(silently(&mut agent, &issuer).await.as_deref(), Some("login_required"));
    }
}

#[tokio::test]
async fn what_a_posted_hint_proved_holds_without_the_token() {
    let world = World::dev().await;
    let issuer = world.issuer("acme");
    let mut agent = world.agent();
    let alice = tokens(&mut agent, &issuer, "demo-web", "alice@acme.test").await;
    let hint = id_token(&alice).to_owned();
    let asked = agent.get(&authorize_url(&issuer, "demo-web", &[("prompt", "select_account")])).await;
    let chooser = agent.follow(&asked).await;
    let typed = agent.submit(&chooser, "/login/another", &[]).await;
    let page = agent.follow(&typed).await;
    let answered = agent.submit(&page, "/login/identifier", &[("identifier", "carol@consult.test")]).await;
    let page = agent.follow(&answered).await;
    agent.submit(&page, "/login/password", &[("password", PASSWORD)]).await;

    // Another site's post has no cookie with it; the browser brings them to the question.
    let fields = [("id_token_hint", hint.as_str()), ("post_logout_redirect_uri", AFTER), ("state", "s-3")];
    let turned = ask(&mut world.agent(), &issuer, "cross-site", &fields).await;
    let page = question(&mut agent, &turned, &hint).await;
    assert!(page.body.contains("alice@acme.test"), "the hint's account, not the latest: {}", page.body);
    let gone = question(&mut world.agent(), &turned, &hint).await;
    assert_eq!(
        gone.location().as_str(),
        format!("{AFTER}?state=s-3"),
        "nobody to ask, and the app is proven"
    );
    let at = turned.location();
    let elsewhere = at.as_str().replace("/t/acme/", "/t/globex/");
    assert_eq!(world.agent().get(&elsewhere).await.status, 200, "a note of another issuer leads nowhere");

    let done = agent.submit(&page, "/oauth2/logout", &[]).await;
    assert_eq!(done.location().as_str(), format!("{AFTER}?state=s-3"));
    world.clock.advance(TimeDelta::minutes(31));
    assert_eq!(world.agent().get(at.as_str()).await.status, 200, "a note does not last");
}

#[tokio::test]
async fn a_posted_hint_that_proves_nothing_leads_nowhere() {
    let world = World::dev().await;
    let issuer = world.issuer("acme");
    for (with_hint, leads) in [(true, false), (false, true)] {
        let mut agent = world.agent();
        let held = tokens(&mut agent, &issuer, "demo-web", "alice@acme.test").await;
        let (start, signature) = id_token(&held).rsplit_once('.').unwrap();
        let forged = format!("{start}.{}", signature.chars().rev().collect::<String>());
        let mut fields = vec![("client_id", "demo-web"), ("post_logout_redirect_uri", AFTER)];
        if with_hint {
            fields.push(("id_token_hint", &forged));
        }
        let turned = ask(&mut world.agent(), &issuer, "cross-site", &fields).await;
        let page = question(&mut agent, &turned, &forged).await;
        let done = agent.submit(&page, "/oauth2/logout", &[]).await;
        assert_eq!(done.headers.contains_key("location"), leads, "{fields:?}: {}", done.body);
    }
}
