//! Refresh tokens: again, all at once, in other hands, and after what they stood on is gone (OAU-12, 13, 14; SES-06).

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::TimeDelta;
use data_encoding::HEXLOWER;
use futures_util::future::join_all;
use gatehouse_domain::ids::TenantId;
use gatehouse_keys::entropy::SystemRng;
use gatehouse_keys::mint::{Kind, Whereabouts, mint};

use super::kit::{
    Held, PATIENT, apply, count, next_code, redeem, refresh, refused, silently, sql, text, tokens, worthless,
    worthy,
};
use crate::support::World;

#[tokio::test]
async fn a_rotated_out_token_ends_its_family() {
    let world = World::with(PATIENT).await;
    let acme = world.issuer("acme");
    let held = tokens(&world, &acme, "alice@acme.test").await;
    let bystander = tokens(&world, &acme, "carol@consult.test").await;
    let agent = &held.agent;
    let first = refresh(agent, &acme, &held.refresh, &[]).await.json();
    let second = text(&first, "refresh_token");
    let graced = refresh(agent, &acme, &held.refresh, &[]).await;
    assert_eq!(text(&graced.json(), "refresh_token"), second, "the predecessor gets the same successor");
    world.clock.advance(TimeDelta::seconds(11));
    refused(&refresh(agent, &acme, &held.refresh, &[]).await, "invalid_grant", "the thief");
    refused(&refresh(agent, &acme, &second, &[]).await, "invalid_grant", "the owner after the thief");
    for access in [&held.access, &text(&first, "access_token"), &text(&graced.json(), "access_token")] {
        worthless(agent, &acme, access, "of an ended family").await;
    }
    assert_eq!(world.events("refresh.reuse").await, 1);
    worthy(agent, &acme, &bystander.access, "of somebody else").await;
    let third = text(&refresh(agent, &acme, &bystander.refresh, &[]).await.json(), "refresh_token");
    refresh(agent, &acme, &third, &[]).await;
    refused(
        &refresh(agent, &acme, &bystander.refresh, &[]).await,
        "invalid_grant",
        "the one before the last, at once",
    );
    refused(&refresh(agent, &acme, &third, &[]).await, "invalid_grant", "its family");
    assert_eq!(world.events("refresh.reuse").await, 2);
}

#[tokio::test]
async fn the_name_of_a_grant_is_no_way_to_end_it() {
    let world = World::with(PATIENT).await;
    let acme = world.issuer("acme");
    let held = tokens(&world, &acme, "alice@acme.test").await;
    let (row, tenant): (uuid::Uuid, uuid::Uuid) = sqlx::query_as("SELECT id, tenant_id FROM cell.grants")
        .fetch_one(&mut world.admin().await)
        .await
        .unwrap();
    let place = Whereabouts {
        cell: "pool".parse().unwrap(),
        tenant: Some(TenantId::from_uuid(tenant)),
        row: Some(row),
    };
    let forged = mint(Kind::Refresh, Some(&place), &SystemRng).text;
    refused(&refresh(&held.agent, &acme, forged.expose(), &[]).await, "invalid_grant", "a forged token");
    assert_eq!(world.events("refresh.reuse").await, 0);
    assert_eq!(refresh(&held.agent, &acme, &held.refresh, &[]).await.status, 200, "the family goes on");
}

#[tokio::test]
async fn what_is_kept_of_a_token_opens_for_its_predecessor_alone() {
    let world = World::with(PATIENT).await;
    let acme = world.issuer("acme");
    let held = tokens(&world, &acme, "alice@acme.test").await;
    let kept = async || -> Option<Vec<u8>> {
        let mut admin = world.admin().await;
        sqlx::query_scalar("SELECT current_sealed FROM cell.grants").fetch_one(&mut admin).await.unwrap()
    };
    assert_eq!(kept().await, None, "the first of a family has no predecessor");
    let first = refresh(&held.agent, &acme, &held.refresh, &[]).await.json();
    let sealed = kept().await.unwrap();
    let second = refresh(&held.agent, &acme, &text(&first, "refresh_token"), &[]).await.json();
    sql(&world, &format!("UPDATE cell.grants SET current_sealed = '\\x{}'", HEXLOWER.encode(&sealed))).await;
    let graced = refresh(&held.agent, &acme, &text(&first, "refresh_token"), &[]).await;
    assert_eq!(graced.status, 500, "sealed for another token: {}", graced.body);
    assert_eq!(refresh(&held.agent, &acme, &text(&second, "refresh_token"), &[]).await.status, 200);
}

#[tokio::test]
async fn ten_refreshes_at_once_leave_one_branch() {
    let world = World::with(PATIENT).await;
    let twin = world.twin().await;
    let acme = [world.issuer("acme"), twin.issuer("acme")];
    let held = Arc::new(tokens(&world, &acme[0], "alice@acme.test").await);
    let mut current = held.refresh.clone();
    for _ in 0..3 {
        let calls = (0..10).map(|n| {
            let (held, issuer, token) = (Arc::clone(&held), acme[n % 2].clone(), current.clone());
            async move { refresh(&held.agent, &issuer, &token, &[]).await }
        });
        let answers = join_all(calls).await;
        let successors: BTreeSet<String> =
            answers.iter().filter(|a| a.status == 200).map(|a| text(&a.json(), "refresh_token")).collect();
        assert_eq!(successors.len(), 1, "two live branches");
        for answered in answers.iter().filter(|a| a.status != 200) {
            refused(answered, "invalid_grant", "one of ten");
        }
        current = successors.into_iter().next().unwrap();
    }
    assert_eq!(refresh(&held.agent, &acme[0], &current, &[]).await.status, 200);
    assert_eq!(count(&world, "cell.grants").await, 1);
}

#[tokio::test]
async fn in_other_hands_it_is_nothing_and_ends_nothing() {
    let world = World::with(PATIENT).await;
    let (acme, globex) = (world.issuer("acme"), world.issuer("globex"));
    let file = "{version: 1, tenants: [{slug: acme, name: Acme, apps: [{client_id: other-web, type: public, \
        grants: [authorization_code, refresh_token], redirect_uris: ['http://127.0.0.1/callback'], scopes: [openid]}]}]}";
    apply(&world, file, false).await;
    let held = tokens(&world, &acme, "carol@consult.test").await;
    for (what, issuer, changes, error) in [
        ("another tenant", globex.as_str(), ("x", "y"), "invalid_grant"),
        ("the platform", world.server.base(), ("x", "y"), "invalid_grant"),
        ("another app", &acme, ("client_id", "other-web"), "invalid_grant"),
        ("a service", &acme, ("client_id", "demo-service"), "invalid_client"),
        ("nobody", &acme, ("client_id", ""), "invalid_client"),
        ("more scope than the app has", &acme, ("scope", "openid admin"), "invalid_scope"),
        ("another resource", &acme, ("resource", "https://other.example"), "invalid_target"),
        ("twice of nothing", &acme, ("grant_type", "password"), "unsupported_grant_type"),
    ] {
        refused(&refresh(&held.agent, issuer, &held.refresh, &[changes]).await, error, what);
    }
    let token = &held.refresh;
    for mangled in [
        format!("{token}x"),
        token[..token.len() - 1].to_owned(),
        token.replace("gh_rt_", "gh_co_"),
        "gh_rt_".to_owned(),
    ] {
        refused(&refresh(&held.agent, &acme, &mangled, &[]).await, "invalid_grant", &mangled);
    }
    let wider = refresh(&held.agent, &acme, token, &[("scope", "openid profile email offline_access")]).await;
    refused(&wider, "invalid_scope", "a scope that the app has and nobody granted");
    let narrow = refresh(&held.agent, &acme, token, &[("scope", "openid")]).await;
    assert_eq!(text(&narrow.json(), "scope"), "openid");
    worthy(&held.agent, &acme, &held.access, "after all that").await;
}

/// What a person holds whose ground is taken away: tokens, a session, and a code that waits.
async fn stake(world: &World, issuer: &str, who: &str) -> (Held, String) {
    let mut held = tokens(world, issuer, who).await;
    let code = next_code(&mut held.agent, issuer).await;
    (held, code)
}

async fn is_gone(held: &Held, code: &str, issuer: &str, what: &str) {
    refused(&refresh(&held.agent, issuer, &held.refresh, &[]).await, "invalid_grant", what);
    refused(&redeem(&held.agent, issuer, code, &[]).await, "invalid_grant", what);
    worthless(&held.agent, issuer, &held.access, what).await;
}

#[tokio::test]
async fn what_it_stood_on_is_gone_for_a_person() {
    let world = World::with(PATIENT).await;
    let (acme, globex) = (world.issuer("acme"), world.issuer("globex"));
    let (here, code_here) = stake(&world, &acme, "carol@consult.test").await;
    let (there, code_there) = stake(&world, &globex, "carol@consult.test").await;
    let members = |people: &str| {
        format!(
            "{{version: 1, tenants: [{{slug: acme, name: Acme, members: [{{email: alice@acme.test, roles: [owner]}}{people}]}}]}}"
        )
    };
    apply(&world, &members(""), true).await;
    is_gone(&here, &code_here, &acme, "removed").await;
    silently(&here.agent, &acme).await.unwrap_err();
    worthy(&there.agent, &globex, &there.access, "in the other tenant").await;
    apply(&world, &members(", {email: carol@consult.test}"), false).await;
    refused(&refresh(&here.agent, &acme, &here.refresh, &[]).await, "invalid_grant", "removed and back");
    worthless(&here.agent, &acme, &here.access, "removed and back").await;
    sql(&world, "UPDATE cell.identities SET status = 'disabled', epoch = epoch + 1 WHERE identity_id IN (SELECT identity_id FROM cell.addresses WHERE address = 'carol@consult.test')").await;
    is_gone(&there, &code_there, &globex, "disabled").await;
    silently(&there.agent, &globex).await.unwrap_err();
    let mut again = world.agent();
    let asked = again.get(&super::kit::ask(&globex, &[])).await;
    assert_eq!(again.sign_in(&asked, "carol@consult.test", super::kit::PASSWORD).await.status, 401);
    let (alice, code) = stake(&world, &acme, "alice@acme.test").await;
    let mut browser = alice.agent.clone();
    let home = browser.get(&format!("{acme}/oauth2/logout")).await;
    assert_eq!(browser.submit(&home, "/oauth2/logout", &[]).await.status, 200);
    is_gone(&alice, &code, &acme, "signed out").await;
    silently(&alice.agent, &acme).await.unwrap_err();
}

#[tokio::test]
async fn what_it_stood_on_is_gone_for_an_app_or_a_tenant() {
    let world = World::with(PATIENT).await;
    let (acme, globex) = (world.issuer("acme"), world.issuer("globex"));
    let (here, code_here) = stake(&world, &acme, "carol@consult.test").await;
    let (there, code_there) = stake(&world, &globex, "carol@consult.test").await;
    let service =
        "{client_id: demo-service, type: confidential, grants: [client_credentials], introspect: true}";
    let file = format!("{{version: 1, tenants: [{{slug: acme, name: Acme, apps: [{service}]}}]}}");
    apply(&world, &file, true).await;
    refused(&refresh(&here.agent, &acme, &here.refresh, &[]).await, "invalid_client", "the app is disabled");
    refused(&redeem(&here.agent, &acme, &code_here, &[]).await, "invalid_client", "the app is disabled");
    worthless(&here.agent, &acme, &here.access, "the app is disabled").await;
    worthy(&there.agent, &globex, &there.access, "of the app of that name elsewhere").await;
    let web = "{client_id: demo-web, type: public, grants: [authorization_code, refresh_token], redirect_uris: ['http://127.0.0.1/callback'], scopes: [openid, email, offline_access]}";
    let file = format!("{{version: 1, tenants: [{{slug: acme, name: Acme, apps: [{web}, {service}]}}]}}");
    apply(&world, &file, false).await;
    refused(
        &refresh(&here.agent, &acme, &here.refresh, &[]).await,
        "invalid_grant",
        "the app is back, what it had is not",
    );
    worthless(&here.agent, &acme, &here.access, "the app is back, what it had is not").await;
    sql(&world, "UPDATE cell.tenants SET status = 'suspended', epoch = epoch + 1 FROM directory.tenants AS d WHERE d.id = tenant_id AND d.slug = 'globex'").await;
    is_gone(&there, &code_there, &globex, "suspended").await;
    let late = tokens(&world, &acme, "alice@acme.test").await;
    world.clock.advance(TimeDelta::days(15));
    refused(&refresh(&late.agent, &acme, &late.refresh, &[]).await, "invalid_grant", "unused for too long");
}
