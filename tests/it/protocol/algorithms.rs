//! Signature algorithms: by tenant, by app; rotation with overlap.

use chrono::TimeDelta;
use gatehouse_flows::Rotation;
use serde_json::Value;

use super::flow::{parts, tokens};
use crate::support::World;

const RS256_TENANT: &str = r#"
version: 1
tenants:
  - slug: rsa
    name: Rsa
    policy: { token_alg: RS256 }
    apps:
      - { client_id: svc, name: Svc, type: confidential, secret: a-secret-of-the-rsa-tenant-for-tests, grants: [client_credentials] }
      - { client_id: ed, name: Ed, type: confidential, secret: a-secret-of-the-ed-app-for-the-tests, grants: [client_credentials], alg: EdDSA }
"#;

#[tokio::test]
async fn tenants_and_apps_choose_their_algorithm() {
    let world = World::dev().await;
    world.apply(RS256_TENANT).await;
    let issuer = world.issuer("rsa");
    let mut agent = world.agent();
    for (client_id, secret, alg) in [
        ("svc", "a-secret-of-the-rsa-tenant-for-tests", "RS256"),
        ("ed", "a-secret-of-the-ed-app-for-the-tests", "EdDSA"),
    ] {
        let fields =
            [("grant_type", "client_credentials"), ("client_id", client_id), ("client_secret", secret)];
        let made = agent.post(&format!("{issuer}/oauth2/token"), &fields).await;
        // Apps of a file authenticate by the header unless they say otherwise.
        assert_eq!(made.status, 401, "{}", made.body);
        let made = agent.basic(&format!("{issuer}/oauth2/token"), client_id, secret, &fields[..1]).await;
        assert_eq!(made.status, 200, "{}", made.body);
        let (header, _) = parts(made.json()["access_token"].as_str().unwrap());
        assert_eq!(header["alg"], alg);
        let jwks = agent.get(&format!("{issuer}/.well-known/jwks.json")).await.json();
        let published = jwks["keys"]
            .as_array()
            .unwrap()
            .iter()
            .any(|key| key["kid"] == header["kid"] && key["alg"] == alg);
        assert!(published, "{jwks}");
    }
}

const CHANGES: &str = r#"
version: 1
platform:
  apps:
    - { client_id: ed, name: Ed, type: confidential, secret: a-secret-of-the-ed-app-for-the-tests, grants: [client_credentials], alg: EdDSA }
tenants:
  - slug: acme
    name: Acme
    policy: { token_alg: EdDSA }
  - slug: globex
    name: Globex
    apps:
      - { client_id: ed, name: Ed, type: confidential, secret: a-secret-of-the-ed-app-for-the-tests, grants: [client_credentials], alg: EdDSA }
"#;

/// Which keys an issuer publishes, and the one that its next token is signed with.
async fn published_then_signed(
    world: &World,
    issuer: &str,
    client_id: &str,
    secret: &str,
) -> (String, Value) {
    let mut agent = world.agent();
    let published = agent.get(&format!("{issuer}/.well-known/jwks.json")).await.body;
    let fields = [("grant_type", "client_credentials")];
    let made = agent.basic(&format!("{issuer}/oauth2/token"), client_id, secret, &fields).await;
    assert_eq!(made.status, 200, "{}", made.body);
    (published, parts(made.json()["access_token"].as_str().unwrap()).0)
}

#[tokio::test]
async fn the_key_of_a_chosen_algorithm_is_published_before_it_signs() {
    let world = World::dev().await;
    let (acme, globex) = (world.issuer("acme"), world.issuer("globex"));
    let (service, ed) = ("demo-service-secret", "a-secret-of-the-ed-app-for-the-tests");
    let (_, before) = published_then_signed(&world, &acme, "demo-service", service).await;
    assert_eq!(before["alg"], "ES256");
    world.apply(CHANGES).await;
    world.apply(RS256_TENANT).await;
    let made = world.events("key.changed").await;
    let rsa = world.issuer("rsa");
    for (issuer, client_id, secret, alg) in [
        (acme.as_str(), "demo-service", service, "EdDSA"),
        (&globex, "ed", ed, "EdDSA"),
        (&rsa, "svc", "a-secret-of-the-rsa-tenant-for-tests", "RS256"),
        (&rsa, "ed", ed, "EdDSA"),
    ] {
        let (published, signed) = published_then_signed(&world, issuer, client_id, secret).await;
        assert_eq!(signed["alg"], alg);
        assert!(published.contains(signed["kid"].as_str().unwrap()), "{issuer} {client_id}: {published}");
    }
    // The usual algorithm's key is not forgotten over that of an app.
    let (published, signed) = published_then_signed(&world, &globex, "demo-service", service).await;
    assert_eq!(signed["alg"], "ES256");
    assert!(published.contains(signed["kid"].as_str().unwrap()), "{published}");
    world.apply(CHANGES).await;
    assert_eq!(world.events("key.changed").await, made + 2, "globex's usual pair, when it was looked for");
}

#[tokio::test]
async fn a_key_that_served_its_time_hands_over() {
    let world = World::dev().await;
    let issuer = world.issuer("acme");
    let mut agent = world.agent();
    let before = tokens(&mut agent, &issuer, "demo-web", "alice@acme.test").await;
    let (old, _) = parts(before["access_token"].as_str().unwrap());
    let published = agent.get(&format!("{issuer}/.well-known/jwks.json")).await.json();
    let kids = |jwks: &Value| -> Vec<String> {
        jwks["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
    };
    let waiting: Vec<String> =
        kids(&published).into_iter().filter(|kid| old["kid"] != kid.as_str()).collect();
    world.clock.advance(TimeDelta::days(91));
    let fields = [("grant_type", "client_credentials")];
    let made =
        agent.basic(&format!("{issuer}/oauth2/token"), "demo-service", "demo-service-secret", &fields).await;
    let (new, _) = parts(made.json()["access_token"].as_str().unwrap());
    assert!(
        waiting.iter().any(|kid| new["kid"] == kid.as_str()),
        "the published key is the one that signs next"
    );
    let after = kids(&agent.get(&format!("{issuer}/.well-known/jwks.json")).await.json());
    assert!(after.iter().any(|kid| old["kid"] == kid.as_str()), "the old key still verifies");
    assert!(after.len() >= 3, "a new key waits: {after:?}");
    world.clock.advance(TimeDelta::days(2));
    let rotated = world.server.house.idp.rotate_keys(Some("acme"), None, Rotation::Planned).await.unwrap();
    let last = kids(&agent.get(&format!("{issuer}/.well-known/jwks.json")).await.json());
    assert!(last.contains(&rotated.current.to_string()));
    assert!(!last.iter().any(|kid| old["kid"] == kid.as_str()), "a key retired for two days is gone");
}
