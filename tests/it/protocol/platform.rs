//! The platform's issuer: the tenant is picked, or asked for; nothing in a request can name another.

use std::time::Duration;

use gatehouse_domain::ids::TenantId;

use super::flow::{PASSWORD, authorize_url, parts, redeem, tokens};
use crate::support::World;

#[tokio::test]
async fn tokens_carry_the_tenant_that_was_entered() {
    let world = World::dev().await;
    let (acme, globex) = (world.tenant("acme").await, world.tenant("globex").await);
    let platform = world.platform();
    let mut carol = world.agent();
    let asked = carol.get(&authorize_url(&platform, "demo-web", &[])).await;
    let answered = carol.sign_in(&asked, "carol@consult.test", PASSWORD).await;
    let page = carol.follow(&answered).await;
    let chosen = carol.submit(&page, "/login/organization", &[("organization", "globex")]).await;
    let made = redeem(&mut carol, &platform, "demo-web", &chosen).await.json();
    let (header, claims) = parts(made["access_token"].as_str().unwrap());
    assert_eq!(
        (header["typ"].as_str(), claims["tid"].as_str()),
        (Some("at+jwt"), Some(globex.to_string().as_str()))
    );
    assert!(claims["sub"].as_str().unwrap().starts_with("idn_"), "{claims}");

    let named =
        carol.get(&authorize_url(&platform, "demo-web", &[("organization", &acme.to_string())])).await;
    let made = redeem(&mut carol, &platform, "demo-web", &named).await.json();
    assert_eq!(parts(made["access_token"].as_str().unwrap()).1["tid"], acme.to_string());

    let unknown = carol.get(&authorize_url(&platform, "demo-web", &[("organization", "nobody")])).await;
    assert_eq!(unknown.param("error").as_deref(), Some("invalid_request"));
}

#[tokio::test]
async fn a_tenant_one_is_no_member_of_is_not_entered() {
    let world = World::dev().await;
    let platform = world.platform();
    let mut alice = world.agent();
    let asked = alice.get(&authorize_url(&platform, "demo-web", &[("organization", "globex")])).await;
    let answered = alice.sign_in(&asked, "alice@acme.test", PASSWORD).await;
    let page = alice.follow(&answered).await;
    assert_eq!(page.complaint().as_deref(), Some("not_a_member"), "{}", page.body);
    let silent = [("organization", "globex"), ("prompt", "none")];
    let refused = alice.get(&authorize_url(&platform, "demo-web", &silent)).await;
    assert_eq!(refused.param("error").as_deref(), Some("login_required"));
}

#[tokio::test]
async fn subjects_and_sessions_have_another_name_at_each_issuer() {
    let world = World::dev().await;
    let mut carol = world.agent();
    let mut seen = Vec::new();
    for issuer in [world.issuer("acme"), world.issuer("globex")] {
        let asked = carol.get(&authorize_url(&issuer, "demo-web", &[])).await;
        let answered = if asked.location().as_str().starts_with("http://127.0.0.1:4999") {
            asked
        } else {
            carol.sign_in(&asked, "carol@consult.test", PASSWORD).await
        };
        let made = redeem(&mut carol, &issuer, "demo-web", &answered).await.json();
        seen.push(parts(made["id_token"].as_str().unwrap()).1);
    }
    assert_ne!(seen[0]["sub"], seen[1]["sub"]);
    assert_ne!(seen[0]["sid"], seen[1]["sid"]);
    assert_eq!(seen[0]["email"], seen[1]["email"]);
}

#[tokio::test]
async fn an_app_acts_in_a_tenant_that_is_entitled_to_it() {
    let world = World::dev().await;
    let token = format!("{}/oauth2/token", world.platform());
    let mut agent = world.agent();
    let (id, secret) = ("demo-service", "demo-service-secret");
    let plain = agent.basic(&token, id, secret, &[("grant_type", "client_credentials")]).await.json();
    assert!(parts(plain["access_token"].as_str().unwrap()).1.get("tid").is_none());
    let fields = [("grant_type", "client_credentials"), ("organization", "acme")];
    let acting = agent.basic(&token, id, secret, &fields).await.json();
    let (_, claims) = parts(acting["access_token"].as_str().unwrap());
    assert_eq!(claims["tid"], world.tenant("acme").await.to_string());
    let fields = [("grant_type", "client_credentials"), ("organization", "nobody")];
    let refused = agent.basic(&token, id, secret, &fields).await;
    assert_eq!((refused.status.as_u16(), refused.json()["error"].as_str()), (400, Some("invalid_target")));
    let alice = tokens(&mut agent, &world.issuer("acme"), "demo-web", "alice@acme.test").await;
    let introspect = format!("{}/oauth2/introspect", world.platform());
    let foreign =
        agent.basic(&introspect, id, secret, &[("token", alice["access_token"].as_str().unwrap())]).await;
    assert_eq!(foreign.json()["active"], false);
}

#[tokio::test]
async fn an_unknown_tenant_is_asked_for_once() {
    let world = World::dev().await;
    let platform = world.platform();
    let mut agent = world.agent();
    let unknown = TenantId::from_uuid(uuid::Uuid::from_u128(7)).to_string();
    let url = authorize_url(&platform, "demo-web", &[("organization", &unknown)]);
    let first = agent.get(&url).await;
    assert_eq!(first.param("error").as_deref(), Some("invalid_request"));
    // While the table is locked, only what is remembered is answered.
    let mut admin = world.admin().await;
    let lock = sqlx::raw_sql("BEGIN; LOCK TABLE directory.tenants IN ACCESS EXCLUSIVE MODE");
    lock.execute(&mut admin).await.unwrap();
    let second = tokio::time::timeout(Duration::from_secs(3), agent.get(&url)).await.unwrap();
    assert_eq!(second.param("error").as_deref(), Some("invalid_request"));
}

#[tokio::test]
async fn the_chooser_loads_nothing_from_the_tenants_it_names() {
    let world = World::dev().await;
    world
        .apply(
            "version: 1\ntenants:\n  - slug: acme\n    name: Acme\n    branding: { logo_url: \"https://cdn.acme.test/logo.png\" }\n",
        )
        .await;
    let mut carol = world.agent();
    let asked = carol.get(&authorize_url(&world.platform(), "demo-web", &[])).await;
    let answered = carol.sign_in(&asked, "carol@consult.test", PASSWORD).await;
    let page = carol.follow(&answered).await;
    assert!(page.body.contains("value=\"acme\"") && page.body.contains("value=\"globex\""), "{}", page.body);
    assert!(!page.body.contains("<img") && !page.body.contains("cdn.acme.test"), "{}", page.body);
}
