//! Back-channel logout: the app hears of the end of a session it had tokens for.

use std::sync::Arc;

use axum::extract::{Form, State};
use axum::routing::post;
use gatehouse_flows::apply::{ApplyOptions, Checked, NoSources, Trust};
use gatehouse_keys::jwk::Jwks;
use gatehouse_keys::verify::{Audience, Expect, IssuerKeys, VerifyingKey, verify_jwt};
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::mpsc;

use super::flow::{authorize_url, parts, tokens};
use crate::support::World;

#[derive(Deserialize)]
struct Logout {
    logout_token: String,
}

/// An app that listens for ends of sessions.
pub(super) async fn listening_app() -> (String, mpsc::Receiver<String>) {
    let (sender, receiver) = mpsc::channel(8);
    let heard = |State(sender): State<mpsc::Sender<String>>, Form(logout): Form<Logout>| async move {
        sender.send(logout.logout_token).await.unwrap();
    };
    let router = axum::Router::new().route("/bye", post(heard)).with_state(sender);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let uri = format!("http://{}/bye", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    (uri, receiver)
}

/// A tenant file with an app that wants to hear.
pub(super) fn tenant(slug: &str, uri: &str) -> String {
    format!(
        "version: 1\ntenants:\n  - slug: {slug}\n    name: {slug}\n    apps:\n      - client_id: told\n        name: Told\n        \
         type: public\n        redirect_uris: [\"http://127.0.0.1/callback\"]\n        grants: [authorization_code, refresh_token]\n        \
         scopes: [openid, profile, email, offline_access]\n        backchannel_logout_uri: {uri}\n"
    )
}

#[tokio::test]
async fn an_app_hears_of_the_end_of_its_session() {
    let world = World::dev().await;
    let (uri, mut heard) = listening_app().await;
    world.apply(&tenant("acme", &uri)).await;
    let issuer = world.issuer("acme");
    let mut agent = world.agent();
    let tokens = tokens(&mut agent, &issuer, "told", "alice@acme.test").await;
    let id_token = tokens["id_token"].as_str().unwrap();

    let page = agent.get(&format!("{issuer}/oauth2/logout?id_token_hint={id_token}")).await;
    let signed_out = agent.submit(&page, "/oauth2/logout", &[]).await;
    assert_eq!(signed_out.status, 200, "{}", signed_out.body);

    let token = heard.recv().await.unwrap();
    let jwks: Jwks =
        serde_json::from_value(agent.get(&format!("{issuer}/.well-known/jwks.json")).await.json()).unwrap();
    let keys = jwks.keys.iter().map(|jwk| Arc::new(VerifyingKey::from_jwk(jwk).unwrap())).collect();
    let now = gatehouse_domain::time::Clock::now(world.clock.as_ref());
    let expect =
        Expect::new("logout+jwt", Audience::Exact("told"), now).leeway(chrono::TimeDelta::seconds(5));
    let verified = verify_jwt::<Value>(&token, &IssuerKeys::new(issuer.clone(), keys), &expect).unwrap();
    let (_, claims) = parts(id_token);
    assert_eq!(verified.claims["sub"], claims["sub"]);
    assert_eq!(verified.claims["sid"], claims["sid"]);
    assert!(verified.claims["events"]["http://schemas.openid.net/event/backchannel-logout"].is_object());
    assert!(verified.claims.get("nonce").is_none(), "a logout token has no nonce");

    let refresh = tokens["refresh_token"].as_str().unwrap();
    let fields = [("grant_type", "refresh_token"), ("client_id", "told"), ("refresh_token", refresh)];
    let refused = agent.post(&format!("{issuer}/oauth2/token"), &fields).await;
    assert_eq!((refused.status.as_u16(), refused.json()["error"].as_str()), (400, Some("invalid_grant")));
    let silent = agent.get(&authorize_url(&issuer, "told", &[("prompt", "none")])).await;
    assert_eq!(silent.param("error").as_deref(), Some("login_required"));
}

#[tokio::test]
async fn an_app_hears_of_a_session_whose_tokens_it_gave_back_and_of_a_member_who_left() {
    let world = World::dev().await;
    let (uri, mut heard) = listening_app().await;
    world.apply(&tenant("acme", &uri)).await;
    let issuer = world.issuer("acme");
    let mut agent = world.agent();
    let held = tokens(&mut agent, &issuer, "told", "alice@acme.test").await;
    let fields = [("client_id", "told"), ("token", held["refresh_token"].as_str().unwrap())];
    assert_eq!(agent.post(&format!("{issuer}/oauth2/revoke"), &fields).await.status, 200);
    let id_token = held["id_token"].as_str().unwrap();
    let page = agent.get(&format!("{issuer}/oauth2/logout?id_token_hint={id_token}")).await;
    agent.submit(&page, "/oauth2/logout", &[]).await;
    let (_, claims) = parts(id_token);
    assert_eq!(parts(&heard.recv().await.unwrap()).1["sid"], claims["sid"]);

    let mut carols = world.agent();
    let held = tokens(&mut carols, &issuer, "told", "carol@consult.test").await;
    let members = "    members:\n      - { email: alice@acme.test, roles: [owner] }\n";
    let file = format!("version: 1\ntenants:\n  - slug: acme\n    name: Acme\n{members}");
    let checked = Checked::read(&file, "test", &NoSources, Trust::Dev).unwrap();
    let prune = ApplyOptions { dry_run: false, prune: true };
    world.server.house.idp.apply(&checked, prune).await.unwrap();
    let (_, claims) = parts(held["id_token"].as_str().unwrap());
    assert_eq!(parts(&heard.recv().await.unwrap()).1["sid"], claims["sid"]);
}
