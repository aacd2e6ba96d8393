//! Consent, for apps that are not the tenant's own.

use super::flow::{PASSWORD, authorize_url, redeem};
use crate::support::World;

const TENANT: &str = r#"
version: 1
tenants:
  - slug: acme
    name: Acme
    apps:
      - client_id: guest
        name: Guest
        type: public
        first_party: false
        redirect_uris: ["http://127.0.0.1/callback"]
        grants: [authorization_code, refresh_token]
        scopes: [openid, profile, email, offline_access]
"#;

#[tokio::test]
async fn a_foreign_app_gets_what_the_person_agreed_to_and_no_more() {
    let world = World::dev().await;
    world.apply(TENANT).await;
    let issuer = world.issuer("acme");
    let mut agent = world.agent();
    let narrow = [("scope", "openid email")];
    let asked = agent.get(&authorize_url(&issuer, "guest", &narrow)).await;
    let answered = agent.sign_in(&asked, "alice@acme.test", PASSWORD).await;
    let page = agent.follow(&answered).await;
    assert!(page.body.contains("Guest"), "{}", page.body);

    let denied = agent.submit(&page, "/login/consent", &[("decision", "deny")]).await;
    assert_eq!(denied.param("error").as_deref(), Some("access_denied"));
    assert_eq!((denied.param("state").as_deref(), denied.param("iss")), (Some("s-1"), Some(issuer.clone())));
    assert_eq!(world.events("consent.denied").await, 1);
    let again = agent.submit(&page, "/login/consent", &[("decision", "allow")]).await;
    assert_eq!(again.complaint().as_deref(), Some("flow_replayed"), "{}", again.body);

    let silent = [("scope", "openid email"), ("prompt", "none")];
    let refused = agent.get(&authorize_url(&issuer, "guest", &silent)).await;
    assert_eq!(refused.param("error").as_deref(), Some("consent_required"));

    let asked = agent.get(&authorize_url(&issuer, "guest", &narrow)).await;
    let page = agent.follow(&asked).await;
    let allowed = agent.submit(&page, "/login/consent", &[("decision", "allow")]).await;
    let made = redeem(&mut agent, &issuer, "guest", &allowed).await.json();
    assert_eq!(made["scope"], "email openid");
    assert!(made.get("refresh_token").is_none(), "offline access was not asked for");
    assert_eq!(world.events("consent.granted").await, 1);

    let remembered = agent.get(&authorize_url(&issuer, "guest", &silent)).await;
    assert!(remembered.param("code").is_some(), "{}", remembered.location());
    let wider = [("scope", "openid email profile"), ("prompt", "none")];
    let refused = agent.get(&authorize_url(&issuer, "guest", &wider)).await;
    assert_eq!(refused.param("error").as_deref(), Some("consent_required"));
}

const PLATFORM: &str = r#"
version: 1
platform:
  apps:
    - client_id: visitor
      name: Visitor
      type: public
      first_party: false
      redirect_uris: ["http://127.0.0.1/callback"]
      grants: [authorization_code]
      scopes: [openid]
      resources: ["https://api.example"]
  resources:
    - { identifier: "https://api.example" }
tenants:
  - { slug: acme, name: Acme, platform_apps: all }
  - { slug: globex, name: Globex, platform_apps: all }
"#;

#[tokio::test]
async fn the_page_names_the_organisation_and_the_api_and_counts_for_them_alone() {
    let world = World::dev().await;
    world.apply(PLATFORM).await;
    let issuer = world.platform();
    let mut agent = world.agent();
    let scope = ("scope", "openid");
    let asked = agent.get(&authorize_url(&issuer, "visitor", &[scope, ("organization", "acme")])).await;
    let answered = agent.sign_in(&asked, "carol@consult.test", PASSWORD).await;
    let page = agent.follow(&answered).await;
    assert!(page.body.contains("Acme"), "{}", page.body);
    assert!(page.body.contains("https://api.example"), "the default resource: {}", page.body);
    let mut bent = page.hidden("/login/consent");
    bent.iter_mut()
        .filter(|(name, _)| name == "organization")
        .for_each(|field| field.1 = "globex".to_owned());
    let mut fields: Vec<(&str, &str)> =
        bent.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    fields.push(("decision", "allow"));
    let refused = agent.post(&format!("{issuer}/login/consent"), &fields).await;
    assert_eq!(refused.status, 409, "{}", refused.body);
    assert_eq!(world.events("consent.granted").await, 0);
    let allowed = agent.submit(&page, "/login/consent", &[("decision", "allow")]).await;
    assert!(allowed.param("code").is_some(), "{} {}", allowed.status, allowed.body);
    let silent = [scope, ("prompt", "none"), ("organization", "globex")];
    let refused = agent.get(&authorize_url(&issuer, "visitor", &silent)).await;
    assert_eq!(refused.param("error").as_deref(), Some("consent_required"), "{}", refused.location());
}
