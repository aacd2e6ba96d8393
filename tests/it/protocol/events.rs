//! What the log says about a journey, step by step: which events, and in whose streams.

use std::collections::BTreeMap;

use chrono::TimeDelta;

use gatehouse_domain::ids::{IdentityId, SessionId, TenantId};
use gatehouse_domain::time::Clock as _;
use gatehouse_flows::Rotation;
use serde_json::json;
use uuid::Uuid;

use super::flow::{PASSWORD, authorize_url, redeem, refresh_for, tokens};
use crate::support::{Agent, World};

/// A world whose log is read in steps.
struct Log {
    world: World,
    issuer: String,
    seen: BTreeMap<String, i64>,
}

impl Log {
    async fn start() -> Self {
        let world = World::dev().await;
        let (issuer, seen) = (world.issuer("acme"), world.kinds().await);
        Self { world, issuer, seen }
    }

    /// The events since the last step, as `stream kind count`.
    async fn grown(&mut self) -> Vec<String> {
        let now = self.world.kinds().await;
        let grown = now.iter().filter_map(|(kind, count)| {
            let more = count - self.seen.get(kind).copied().unwrap_or_default();
            (more > 0).then(|| format!("{kind} {more}"))
        });
        let grown = grown.collect();
        self.seen = now;
        grown
    }

    /// How often the log says something, in the clear part of its records.
    async fn says(&self, text: &str) -> i64 {
        let sql = "SELECT count(*) FROM audit.events WHERE position(convert_to($1, 'UTF8') IN record) > 0";
        sqlx::query_scalar(sql).bind(text).fetch_one(&mut self.world.admin().await).await.unwrap()
    }

    async fn post(&self, agent: &mut Agent, path: &str, fields: &[(&str, &str)]) {
        let answered = agent.post(&format!("{}/oauth2/{path}", self.issuer), fields).await;
        assert_eq!(answered.status, 200, "{}", answered.body);
    }
}

#[tokio::test]
async fn an_apps_tokens_leave_their_events_in_the_tenants_stream() {
    let mut log = Log::start().await;
    let (issuer, mut alice) = (log.issuer.clone(), log.world.agent());
    let made = tokens(&mut alice, &issuer, "demo-web", "alice@acme.test").await;
    // The keys of an issuer are made when they are first needed: one that signs, one that waits.
    let first = ["i signin.succeeded 1", "t code.issued 1", "t grant.issued 1"];
    let first = [&first[..], &["t key.changed 2", "t signin.succeeded 1"]].concat();
    assert_eq!(log.grown().await, first, "a sign-in and its tokens");

    let token = made["refresh_token"].as_str().unwrap();
    let made = refresh_for(&mut alice, &issuer, ("demo-web", token), &[]).await.json();
    assert_eq!(log.grown().await, ["t grant.refreshed 1"]);

    let access = made["access_token"].as_str().unwrap();
    for (what, new) in [("once", &["t token.revoked 1"][..]), ("again", &[])] {
        log.post(&mut alice, "revoke", &[("client_id", "demo-web"), ("token", access)]).await;
        assert_eq!(log.grown().await, new, "an access token revoked {what}");
    }
    let token = made["refresh_token"].as_str().unwrap();
    for (what, new) in [("once", &["t grant.revoked 1"][..]), ("again", &[])] {
        log.post(&mut alice, "revoke", &[("client_id", "demo-web"), ("token", token)]).await;
        assert_eq!(log.grown().await, new, "a refresh token revoked {what}");
    }
    assert_eq!(log.says(r#""reason":"revoked_by_app""#).await, 1);
}

#[tokio::test]
async fn a_services_token_and_a_rotation_are_durable_events_when_they_are_answered() {
    let mut log = Log::start().await;
    let (acme, platform) = (log.issuer.clone(), log.world.platform());
    let mut agent = log.world.agent();
    for (issuer, fields, new) in [
        (&acme, &[][..], &["t key.changed 2", "t token.issued 1"][..]),
        (&acme, &[], &["t token.issued 1"]),
        (&platform, &[], &["p key.changed 2", "p token.issued 1"]),
        (&platform, &[("organization", "acme")], &["t token.issued 1"]),
    ] {
        let fields = [&[("grant_type", "client_credentials")], fields].concat();
        let url = format!("{issuer}/oauth2/token");
        let made = agent.basic(&url, "demo-service", "demo-service-secret", &fields).await;
        assert_eq!(
            (made.status.as_u16(), log.grown().await),
            (200, new.iter().map(ToString::to_string).collect())
        );
    }
    log.world.clock.advance(TimeDelta::minutes(11));
    for (slug, new) in [(Some("acme"), "t key.changed 2"), (None, "p key.changed 2")] {
        log.world.server.house.idp.rotate_keys(slug, None, Rotation::Planned).await.unwrap();
        assert_eq!(log.grown().await, [new], "one key signs now, another waits");
    }
}

#[tokio::test]
async fn a_flood_of_refusals_is_twenty_events_and_a_count() {
    let mut log = Log::start().await;
    let mut agent = log.world.agent();
    let url = format!("{}/oauth2/token", log.issuer);
    for _ in 0..50 {
        let fields = [("grant_type", "client_credentials")];
        let refused = agent.basic(&url, "demo-service", "wrong", &fields).await;
        assert_eq!(refused.status, 401, "{}", refused.body);
    }
    assert_eq!(log.grown().await, ["t request.refused 20"]);
    assert_eq!(log.says(r#""reason":"wrong_secret""#).await, 20);
    for (round, new) in [("the first", &["t refusals.counted 1"][..]), ("the next", &[])] {
        log.world.server.house.idp.tidy().await.unwrap();
        assert_eq!(log.grown().await, new, "after {round} minute");
    }
    assert_eq!(log.says(r#""count":30"#).await, 1);
}

#[tokio::test]
async fn the_end_of_a_session_is_told_to_the_person_and_that_of_its_grants_to_each_tenant() {
    let mut log = Log::start().await;
    let mut carol = log.world.agent();
    for issuer in [log.world.issuer("acme"), log.world.issuer("globex")] {
        let asked = carol.get(&authorize_url(&issuer, "demo-web", &[])).await;
        let done = match asked.param("code") {
            Some(_) => asked,
            None => carol.sign_in(&asked, "carol@consult.test", PASSWORD).await,
        };
        assert_eq!(redeem(&mut carol, &issuer, "demo-web", &done).await.status, 200);
    }
    log.grown().await;
    let home = carol.get(&format!("{}/", log.issuer)).await;
    let gone = carol.submit(&home, "/oauth2/logout", &[]).await;
    assert!(gone.status.is_success() || gone.status.is_redirection(), "{}", gone.body);
    log.world.work_done().await;
    assert_eq!(log.grown().await, ["i session.ended 1", "t grant.revoked 2"]);
    assert_eq!(log.says(r#""reason":"session_ended""#).await, 2);
}

#[tokio::test]
async fn a_session_that_a_newer_one_replaced_ends_with_its_grants() {
    let mut log = Log::start().await;
    let (issuer, mut alice) = (log.issuer.clone(), log.world.agent());
    let made = tokens(&mut alice, &issuer, "demo-web", "alice@acme.test").await;
    // Beyond the idle end the session is no longer renewed, but its offline grant lives on.
    log.world.clock.advance(TimeDelta::hours(9));
    let token = made["refresh_token"].as_str().unwrap();
    let made = refresh_for(&mut alice, &issuer, ("demo-web", token), &[]).await;
    assert_eq!(made.status, 200, "{}", made.body);
    log.grown().await;

    let newer = tokens(&mut alice, &issuer, "demo-web", "alice@acme.test").await;
    log.world.work_done().await;
    let new = ["i session.ended 1", "i signin.succeeded 1", "t code.issued 1", "t grant.issued 1"];
    assert_eq!(log.grown().await, [&new[..], &["t grant.revoked 1", "t signin.succeeded 1"]].concat());
    assert_eq!(log.says(r#""reason":"replaced""#).await, 1);

    let made = made.json();
    for (made, status) in [(&made, 400), (&newer, 200)] {
        let token = made["refresh_token"].as_str().unwrap();
        let answered = refresh_for(&mut alice, &issuer, ("demo-web", token), &[]).await;
        assert_eq!(answered.status, status, "{}", answered.body);
    }
}

#[tokio::test]
async fn a_node_of_one_connection_that_never_met_the_tenant_ends_its_grants() {
    let log = Log::start().await;
    let mut carol = log.world.agent();
    tokens(&mut carol, &log.issuer, "demo-web", "carol@consult.test").await;
    let small = log.world.twin_with(&[("GATEHOUSE_DATABASE__POOL_SIZE", "1")]).await;
    let mut admin = log.world.admin().await;
    log.world.server.stop().await.unwrap();
    let granted = "SELECT identity_id, session_id, tenant_id FROM cell.grants";
    let (identity, session, tenant): (Uuid, Uuid, Uuid) =
        sqlx::query_as(granted).fetch_one(&mut admin).await.unwrap();
    let payload = json!({
        "identity": IdentityId::from_uuid(identity),
        "session": SessionId::from_uuid(session),
        "tenants": [TenantId::from_uuid(tenant)],
    });
    sqlx::query(
        "INSERT INTO cell.jobs (id, kind, payload, run_at, created_at)
        VALUES (gen_random_uuid(), 'session_ended', $1, $2, $2)",
    )
    .bind(payload)
    .bind(small.clock.now())
    .execute(&mut admin)
    .await
    .unwrap();
    small.work_done().await;
    let end = "SELECT state || ' ' || attempts FROM cell.jobs WHERE kind = 'session_ended'";
    let end: Vec<String> = sqlx::query_scalar(end).fetch_all(&mut admin).await.unwrap();
    assert_eq!(end, ["done 1"]);
    assert_eq!(small.events("grant.revoked").await, 1);
}
