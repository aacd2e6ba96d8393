//! Userinfo by POST: the token in the header or in the body (RFC 6750, section 2.2), and what else comes with it.

use reqwest::Method;

use super::flow::tokens;
use crate::support::World;

#[tokio::test]
async fn the_token_may_come_in_the_body() {
    let world = World::dev().await;
    let issuer = world.issuer("acme");
    let mut agent = world.agent();
    let held = tokens(&mut agent, &issuer, "demo-web", "alice@acme.test").await;
    let token = held["access_token"].as_str().unwrap();
    let bearer = format!("Bearer {token}");
    let url = format!("{issuer}/oauth2/userinfo");
    let mut app = world.agent();

    let told = app.post_with(&url, &[], &[("access_token", token)]).await;
    assert_eq!((told.status.as_u16(), told.json()["email"].as_str()), (200, Some("alice@acme.test")));
    let header = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    let told = app.send(Method::POST, &url, &header, None).await;
    assert_eq!(told.status, 200, "a type without a body says nothing: {}", told.body);
    let both = app.post_with(&url, &header[..1], &[("access_token", token)]).await;
    assert_eq!(both.status, 400);
    // The client writes its own type for a form; the last one would win there.
    let other = app.post_with(&url, &[("authorization", &bearer)], &[("x", "%")]).await;
    assert_eq!(other.status, 200, "{}", other.body);
    let long = "a".repeat(33 * 1024);
    let large = app.post_with(&url, &header[..1], &[("x", &long)]).await;
    assert_eq!(large.status, 413);
    for refused in [both, large] {
        let challenge = refused.headers["www-authenticate"].to_str().unwrap();
        assert!(challenge.contains("error=\"invalid_request\""), "{challenge}");
    }
}
