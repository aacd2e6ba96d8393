//! Codes: in other hands, at other endpoints, all at once, and again (OAU-03, 04, 05).

use std::sync::Arc;

use chrono::TimeDelta;
use futures_util::future::join_all;

use super::kit::{
    CALLBACK, PATIENT, Pairs, apply, basic, call, changed, code, count, held, next_code, redeem, refresh,
    refused, userinfo, worthless, worthy,
};
use crate::support::{Agent, World};

/// Other apps of the same tenant.
const OTHERS: &str = "
version: 1
tenants:
  - slug: acme
    name: Acme
    apps:
      - &app
        client_id: other-web
        type: public
        grants: [authorization_code, refresh_token]
        redirect_uris: ['http://127.0.0.1/callback']
        scopes: [openid, email, offline_access]
      - client_id: other-secret
        type: confidential
        secret: a-secret-of-the-other-app
        grants: [authorization_code, refresh_token]
        redirect_uris: ['http://127.0.0.1/callback']
        scopes: [openid, email, offline_access]
";

/// Redeems a code in every wrong way.
async fn all_refused(world: &World, agent: &Agent, code: &str) {
    let (acme, globex, platform) = (world.issuer("acme"), world.issuer("globex"), world.platform());
    let long = "x".repeat(129);
    let wrong: &[(&str, &str, Pairs<'_>, &str)] = &[
        ("another app", &acme, &[("client_id", "other-web")], "invalid_grant"),
        (
            "another redirect",
            &acme,
            &[("redirect_uri", &format!("{}/demo/callback", world.server.base()))],
            "invalid_grant",
        ),
        ("another port", &acme, &[("redirect_uri", "http://127.0.0.1:4101/callback")], "invalid_grant"),
        ("no redirect", &acme, &[("redirect_uri", "")], "invalid_request"),
        (
            "another verifier",
            &acme,
            &[("code_verifier", "another-verifier-that-is-well-formed-and-long-enough")],
            "invalid_grant",
        ),
        ("no verifier", &acme, &[("code_verifier", "")], "invalid_request"),
        ("a short verifier", &acme, &[("code_verifier", "short")], "invalid_grant"),
        ("a long verifier", &acme, &[("code_verifier", &long)], "invalid_grant"),
        ("another tenant", &globex, &[], "invalid_grant"),
        ("the platform", &platform, &[], "invalid_grant"),
        ("nobody", &acme, &[("client_id", "")], "invalid_client"),
        ("an unknown app", &acme, &[("client_id", "unknown")], "invalid_client"),
        ("a secret that is missing", &acme, &[("client_id", "other-secret")], "invalid_client"),
        (
            "a wrong secret",
            &acme,
            &[("client_id", "other-secret"), ("client_secret", "guess")],
            "invalid_client",
        ),
        (
            "as a refresh token",
            &acme,
            &[("grant_type", "refresh_token"), ("refresh_token", code)],
            "invalid_grant",
        ),
        ("another resource", &acme, &[("resource", "https://other.example")], "invalid_target"),
    ];
    for (what, issuer, changes, error) in wrong {
        refused(&redeem(agent, issuer, code, changes).await, error, what);
    }
}

#[tokio::test]
async fn a_code_is_bound_to_everything_it_was_made_for() {
    let world = World::with(PATIENT).await;
    let acme = world.issuer("acme");
    apply(&world, OTHERS, false).await;
    let (agent, code) = code(&world, &acme, "carol@consult.test").await;
    all_refused(&world, &agent, &code).await;
    let header = basic("other-secret", "a-secret-of-the-other-app");
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", CALLBACK),
        ("code_verifier", super::kit::VERIFIER),
    ];
    let other = call(&agent, &format!("{acme}/oauth2/token"), &[("authorization", &header)], &fields).await;
    refused(&other, "invalid_grant", "another app with its own good secret");
    for mangled in [
        code[..code.len() - 1].to_owned(),
        format!("{code}x"),
        code.replace("gh_", "GH_"),
        code.to_uppercase(),
    ] {
        refused(&redeem(&agent, &acme, &mangled, &[]).await, "invalid_grant", &mangled);
    }
    assert_eq!(count(&world, "cell.grants").await, 0);
    let held = held(&redeem(&agent, &acme, &code, &[]).await, agent);
    worthy(&held.agent, &acme, &held.access, "after all that").await;
}

#[tokio::test]
async fn fifty_redemptions_at_once_give_one_answer() {
    let world = World::with(PATIENT).await;
    let twin = world.twin().await;
    let acme = [world.issuer("acme"), twin.issuer("acme")];
    let (agent, code) = code(&world, &acme[0], "alice@acme.test").await;
    let (agent, code) = (Arc::new(agent), Arc::new(code));
    let calls = (0..50).map(|n| {
        let (agent, code, issuer) = (Arc::clone(&agent), Arc::clone(&code), acme[n % 2].clone());
        async move { redeem(&agent, &issuer, &code, &[]).await }
    });
    let answers = join_all(calls).await;
    let (good, bad): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answered| answered.status == 200);
    assert_eq!(good.len(), 1);
    for answered in &bad {
        refused(answered, "invalid_grant", "one of fifty");
    }
    assert_eq!(count(&world, "cell.grants").await, 1);
}

#[tokio::test]
async fn a_second_use_by_the_same_app_ends_what_the_first_gave() {
    let world = World::with(PATIENT).await;
    let acme = world.issuer("acme");
    let (agent, code) = code(&world, &acme, "alice@acme.test").await;
    let held = held(&redeem(&agent, &acme, &code, &[]).await, agent);
    refused(&redeem(&held.agent, &acme, &code, &[]).await, "invalid_grant", "again");
    worthless(&held.agent, &acme, &held.access, "after a replay").await;
    refused(&refresh(&held.agent, &acme, &held.refresh, &[]).await, "invalid_grant", "after a replay");
    assert_eq!(world.events("code.replay").await, 1);
    let mut agent = held.agent;
    let late = next_code(&mut agent, &acme).await;
    world.clock.advance(TimeDelta::minutes(10));
    refused(&redeem(&agent, &acme, &late, &[]).await, "invalid_grant", "after its end");
}

#[tokio::test]
async fn a_stranger_who_repeats_a_code_ends_nothing() {
    let world = World::with(PATIENT).await;
    let (acme, globex, platform) = (world.issuer("acme"), world.issuer("globex"), world.platform());
    apply(&world, OTHERS, false).await;
    let (agent, code) = code(&world, &acme, "alice@acme.test").await;
    let held = held(&redeem(&agent, &acme, &code, &[]).await, agent);
    for (what, issuer, changes) in [
        ("another tenant", &globex, ("x", "y")),
        ("the platform", &platform, ("x", "y")),
        ("nobody", &acme, ("client_id", "")),
        ("an unknown app", &acme, ("client_id", "unknown")),
    ] {
        let answered = redeem(&held.agent, issuer, &code, &[changes]).await;
        assert!(answered.status.is_client_error(), "{what}");
        worthy(&held.agent, &acme, &held.access, what).await;
    }
    let usual = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", CALLBACK),
        ("code_verifier", super::kit::VERIFIER),
    ];
    for secret in ["guess", "a-secret-of-the-other-app"] {
        let header = basic("other-secret", secret);
        let url = format!("{acme}/oauth2/token");
        let answered = call(&held.agent, &url, &[("authorization", &header)], &changed(&usual, &[])).await;
        assert!(answered.status.is_client_error());
        worthy(&held.agent, &acme, &held.access, "another confidential app").await;
    }
    refused(
        &redeem(&held.agent, &acme, &code, &[("client_id", "other-web")]).await,
        "invalid_grant",
        "another public app",
    );
    assert_eq!(
        userinfo(&held.agent, &acme, &held.access).await.status,
        200,
        "another app's replay ended the tokens of the first"
    );
    assert_eq!(
        refresh(&held.agent, &acme, &held.refresh, &[]).await.status,
        200,
        "another app's replay ended the family"
    );
}
