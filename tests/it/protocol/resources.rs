//! Resources (RFC 8707): for whom a token is made, at the code, at refresh, by an app itself; and who is asked.

use serde_json::{Value, json};

use super::flow::{PASSWORD, authorize_url, parts, redeem, redeem_for, refresh_for};
use crate::support::{Agent, Answered, World};

/// The first resource of every app here.
pub(super) const ORDERS: &str = "https://orders.example";
/// The second.
pub(super) const STOCK: &str = "https://stock.example/api";
const BILLS: &str = "urn:example:bills";

const FILE: &str = r#"
version: 1
platform:
  resources: &resources
    - { identifier: "https://orders.example", scopes: [] }
    - { identifier: "https://stock.example/api", scopes: [] }
    - { identifier: "urn:example:bills", scopes: [] }
    - { identifier: "https://others.example", scopes: [] }
  apps: &apps
    - &shop
      client_id: shop
      name: Shop
      type: public
      redirect_uris: ["http://127.0.0.1/callback"]
      grants: [authorization_code, refresh_token]
      scopes: [openid, profile, email, offline_access]
      resources: ["https://orders.example", "https://stock.example/api", "urn:example:bills"]
    - client_id: guest
      name: Guest
      type: public
      first_party: false
      redirect_uris: ["http://127.0.0.1/callback"]
      grants: [authorization_code]
      scopes: [openid]
      resources: ["https://orders.example", "https://stock.example/api"]
    - client_id: clerk
      name: Clerk
      type: confidential
      secret: a-secret-of-the-clerk-for-the-tests
      grants: [client_credentials]
      resources: ["https://orders.example", "https://stock.example/api"]
tenants:
  - { slug: acme, name: Acme, platform_apps: all, resources: *resources, apps: *apps }
"#;

/// A world with shops at the platform and at a tenant; Alice is signed in at each of the issuers.
pub(super) async fn signed_in() -> (World, Agent, [String; 2]) {
    let world = World::dev().await;
    world.apply(FILE).await;
    let issuers = [world.issuer("acme"), world.platform()];
    let mut agent = world.agent();
    let asked = agent.get(&authorize_url(&issuers[0], "demo-web", &[])).await;
    let done = agent.sign_in(&asked, "alice@acme.test", PASSWORD).await;
    assert!(done.param("code").is_some(), "{}", done.location());
    (world, agent, issuers)
}

/// An authorization request for resources, answered from the session.
async fn ask(agent: &mut Agent, issuer: &str, client_id: &str, resources: &[&str]) -> Answered {
    let resources: Vec<(&str, &str)> = resources.iter().map(|resource| ("resource", *resource)).collect();
    agent.get(&authorize_url(issuer, client_id, &resources)).await
}

/// The audience of the access token of an answer.
fn audience(answered: &Answered) -> Value {
    assert_eq!(answered.status, 200, "{}", answered.body);
    parts(answered.json()["access_token"].as_str().unwrap()).1["aud"].clone()
}

fn refused(answered: &Answered) {
    let told = (answered.status.as_u16(), answered.json()["error"].clone());
    assert_eq!(told, (400, json!("invalid_target")), "{}", answered.body);
}

#[tokio::test]
async fn a_token_is_made_for_the_resources_that_were_asked_for() {
    let (_world, mut agent, issuers) = signed_in().await;
    for issuer in &issuers {
        for (client_id, resources, aud) in [
            ("demo-web", &[][..], json!("demo-web")),
            ("shop", &[], json!(ORDERS)),
            ("shop", &[STOCK], json!(STOCK)),
            ("shop", &[BILLS, STOCK], json!([BILLS, STOCK])),
        ] {
            let done = ask(&mut agent, issuer, client_id, resources).await;
            let made = redeem(&mut agent, issuer, client_id, &done).await;
            assert_eq!(audience(&made), aud, "{client_id} for {resources:?} at {issuer}");
            let (_, id_claims) = parts(made.json()["id_token"].as_str().unwrap());
            assert_eq!(id_claims["aud"], client_id, "an ID token is for its app, whatever the resources");
            let header = format!("Bearer {}", made.json()["access_token"].as_str().unwrap());
            let url = format!("{issuer}/oauth2/userinfo");
            let told = agent.post_with(&url, &[("authorization", &header)], &[]).await;
            assert_eq!(
                told.json()["email"],
                "alice@acme.test",
                "userinfo asks for openid, not for an audience"
            );
        }
    }
}

#[tokio::test]
async fn a_code_and_its_refresh_tokens_narrow_one_token_and_not_the_grant() {
    let (_world, mut agent, issuers) = signed_in().await;
    for issuer in &issuers {
        let done = ask(&mut agent, issuer, "shop", &[ORDERS, STOCK]).await;
        refused(&redeem_for(&mut agent, issuer, ("shop", &done), &[BILLS]).await);
        refused(&redeem_for(&mut agent, issuer, ("shop", &done), &[STOCK, BILLS]).await);
        let mut made = redeem_for(&mut agent, issuer, ("shop", &done), &[STOCK]).await;
        assert_eq!(audience(&made), STOCK, "a refusal did not spend the code");
        for (resources, aud) in [
            (&[][..], json!([ORDERS, STOCK])),
            (&[ORDERS], json!(ORDERS)),
            (&[STOCK], json!(STOCK)),
            (&[STOCK, ORDERS], json!([STOCK, ORDERS])),
            (&[], json!([ORDERS, STOCK])),
        ] {
            let token = made.json()["refresh_token"].as_str().unwrap().to_owned();
            refused(&refresh_for(&mut agent, issuer, ("shop", &token), &[BILLS]).await);
            refused(&refresh_for(&mut agent, issuer, ("shop", &token), &[ORDERS, BILLS]).await);
            made = refresh_for(&mut agent, issuer, ("shop", &token), resources).await;
            assert_eq!(audience(&made), aud, "refreshed for {resources:?} at {issuer}");
            assert_ne!(made.json()["refresh_token"], token, "a refusal did not spend the refresh token");
        }
    }
}

#[tokio::test]
async fn a_grant_for_the_default_audience_covers_no_other_resource() {
    let (_world, mut agent, issuers) = signed_in().await;
    for issuer in &issuers {
        let done = ask(&mut agent, issuer, "shop", &[]).await;
        refused(&redeem_for(&mut agent, issuer, ("shop", &done), &[STOCK]).await);
        let made = redeem(&mut agent, issuer, "shop", &done).await;
        let token = made.json()["refresh_token"].as_str().unwrap().to_owned();
        refused(&refresh_for(&mut agent, issuer, ("shop", &token), &[STOCK]).await);
        let again = refresh_for(&mut agent, issuer, ("shop", &token), &[]).await;
        assert_eq!(audience(&again), ORDERS, "{issuer}");
    }
}

#[tokio::test]
async fn an_apps_own_token_is_for_what_it_asks_among_what_it_is_registered_for() {
    let (world, mut agent, issuers) = signed_in().await;
    let acme = world.tenant("acme").await.to_string();
    let named = [("organization", acme.as_str())];
    for (issuer, more) in [(&issuers[0], &[][..]), (&issuers[1], &[]), (&issuers[1], &named)] {
        for (resources, aud) in [
            (&[][..], Some(json!(ORDERS))),
            (&[STOCK], Some(json!(STOCK))),
            (&[STOCK, ORDERS], Some(json!([STOCK, ORDERS]))),
            (&[BILLS], None),
            (&[ORDERS, "https://others.example"], None),
        ] {
            let mut fields = vec![("grant_type", "client_credentials")];
            fields.extend(resources.iter().map(|resource| ("resource", *resource)));
            fields.extend(more);
            let url = format!("{issuer}/oauth2/token");
            let made = agent.basic(&url, "clerk", "a-secret-of-the-clerk-for-the-tests", &fields).await;
            match aud {
                Some(aud) => assert_eq!(audience(&made), aud, "{resources:?} at {issuer}"),
                None => refused(&made),
            }
        }
    }
}

#[tokio::test]
async fn the_person_is_asked_about_each_resource() {
    let (_world, mut agent, issuers) = signed_in().await;
    let issuer = &issuers[0];
    let url = |resources: &[&str], prompt: &str| {
        let mut more = vec![("scope", "openid"), ("prompt", prompt)];
        more.extend(resources.iter().map(|resource| ("resource", *resource)));
        authorize_url(issuer, "guest", &more)
    };
    let asked = agent.get(&url(&[STOCK], "")).await;
    let page = agent.follow(&asked).await;
    assert!(page.body.contains(STOCK), "the page names the resource: {}", page.body);
    assert!(!page.body.contains(ORDERS), "and no other: {}", page.body);
    let allowed = agent.submit(&page, "/login/consent", &[("decision", "allow")]).await;
    let made = redeem(&mut agent, issuer, "guest", &allowed).await;
    assert_eq!(audience(&made), STOCK);

    let remembered = agent.get(&url(&[STOCK], "none")).await;
    assert!(remembered.param("code").is_some(), "{}", remembered.location());
    for wider in [&[ORDERS][..], &[STOCK, ORDERS]] {
        let refused = agent.get(&url(wider, "none")).await;
        assert_eq!(refused.param("error").as_deref(), Some("consent_required"), "{wider:?}");
        let asked = agent.get(&url(wider, "")).await;
        let page = agent.follow(&asked).await;
        assert!(wider.iter().all(|resource| page.body.contains(resource)), "{wider:?}: {}", page.body);
    }
}
