//! Sign-out that an app asks for by POST (OIDC RP-Initiated Logout, section 2).

use serde_json::Value;

use super::flow::{authorize_url, tokens};
use crate::support::{Agent, Answered, World};

/// Where `demo-web` wants people afterwards.
const AFTER: &str = "http://127.0.0.1:4999/logged-out";

/// The form that an app of another port or host posts.
async fn ask(agent: &mut Agent, issuer: &str, site: &str, fields: &[(&str, &str)]) -> Answered {
    let headers = [("origin", "http://localhost:4999"), ("sec-fetch-site", site)];
    agent.post_with(&format!("{issuer}/oauth2/logout"), &headers, fields).await
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
        assert_eq!(turned.status, 303, "{site}: {}", turned.body);
        let page = agent.follow(&turned).await;
        assert!(page.body.contains("alice@acme.test"), "{}", page.body);
        assert_eq!(silently(&mut agent, &issuer).await, None, "asking ends nothing");
        let done = agent.submit(&page, "/oauth2/logout", &[]).await;
        assert_eq!(done.location().as_str(), format!("{AFTER}?state=s-2"));
        assert_eq!(silently(&mut agent, &issuer).await.as_deref(), Some("login_required"));
    }
}
