//! Every no leaves one event that says where and why (the event log of the contract).

use std::collections::BTreeSet;

use serde_json::Value;
use uuid::Uuid;

use super::kit::{PASSWORD, PRE, ask, basic, call, head, host, raw, text};
use crate::support::World;

const FORM: &str = "Content-Type: application/x-www-form-urlencoded\r\n";
const JSON: &str = "Content-Type: application/json\r\n";

/// A request, and the event that its refusal leaves.
struct Case<'a> {
    target: &'a str,
    headers: &'a str,
    /// Without one it is a GET.
    body: Option<&'a str>,
    area: &'static str,
    reason: &'static str,
}

const fn get<'a>(target: &'a str, headers: &'a str, area: &'static str, reason: &'static str) -> Case<'a> {
    Case { target, headers, body: None, area, reason }
}

const fn post<'a>(
    target: &'a str,
    headers: &'a str,
    body: &'a str,
    area: &'static str,
    reason: &'static str,
) -> Case<'a> {
    Case { target, headers, body: Some(body), area, reason }
}

/// The refusals in the log: id, area, reason.
async fn refusals(world: &World) -> BTreeSet<(Uuid, String, String)> {
    let sql = "SELECT event_id, record FROM audit.events WHERE kind = 'request.refused'";
    let found: Vec<(Uuid, Vec<u8>)> = sqlx::query_as(sql).fetch_all(&mut world.admin().await).await.unwrap();
    let read = |(id, record): (Uuid, Vec<u8>)| {
        let starts = (0..record.len()).filter(|start| record[*start] == b'{');
        let mut bodies = starts.filter_map(|start| serde_json::from_slice::<Value>(&record[start..]).ok());
        let what = bodies.next().unwrap()["what"].take();
        (id, text(&what, "area"), text(&what, "reason"))
    };
    found.into_iter().map(read).collect()
}

async fn each_leaves_its_event(world: &World, cases: &[Case<'_>]) {
    for Case { target, headers, body, area, reason } in cases {
        let before = refusals(world).await;
        let method = if body.is_some() { "POST" } else { "GET" };
        let body = body.unwrap_or_default();
        let headers = format!("{headers}Content-Length: {}\r\n", body.len());
        let mut bytes = head(method, target, &host(world), &headers);
        bytes.extend_from_slice(body.as_bytes());
        let (status, answer) = raw(world, &bytes).await;
        assert!((300..500).contains(&status), "{method} {target}: {answer}");
        let new: Vec<_> = refusals(world).await.difference(&before).cloned().collect();
        let new: Vec<_> = new.iter().map(|(_, area, reason)| (area.as_str(), reason.as_str())).collect();
        assert_eq!(new, [(*area, *reason)], "{method} {target} {body}");
    }
}

#[tokio::test]
async fn calls_of_apps() {
    let world = World::dev().await;
    let (token, revoke) = ("/t/acme/oauth2/token", "/t/acme/oauth2/revoke");
    let introspect = "/t/acme/oauth2/introspect";
    let long = format!("client_id={}", "a".repeat(33 * 1024));
    let twice = format!("{FORM}Authorization: Basic YTpi\r\nAuthorization: Basic YTpi\r\n");
    let broken = format!("{FORM}Authorization: Basic !!!\r\n");
    let refresh = "grant_type=refresh_token&refresh_token=x&client_id=";
    let (stranger, known) = (format!("{refresh}nobody"), format!("{refresh}demo-web"));
    let client = "client_authentication";
    each_leaves_its_event(
        &world,
        &[
            post(token, JSON, "{}", "token", "body_type"),
            post(revoke, JSON, "{}", "revocation", "body_type"),
            post(introspect, JSON, "{}", "introspection", "body_type"),
            post(token, FORM, "client_id=%ff", "token", "malformed_parameters"),
            post(token, FORM, &long, "token", "body_too_large"),
            post(token, FORM, "client_id=a&client_id=b", "token", "duplicate_parameter"),
            post(token, &twice, "grant_type=x", client, "authorization_twice"),
            post(token, &broken, "grant_type=x", client, "malformed_claim"),
            post(token, FORM, "client_id=demo-web", "token", "invalid_request"),
            post(token, FORM, "client_id=demo-web&grant_type=password", "token", "unsupported_grant_type"),
            post(token, FORM, &stranger, client, "unknown_client"),
            post(token, FORM, &known, "token", "malformed_grant"),
        ],
    )
    .await;
}

#[tokio::test]
async fn calls_with_tokens() {
    let world = World::dev().await;
    let issuer = world.issuer("acme");
    let header = basic("demo-service", "demo-service-secret");
    let fields = [("grant_type", "client_credentials")];
    let url = format!("{issuer}/oauth2/token");
    let own = call(&world.agent(), &url, &[("authorization", &header)], &fields).await.json();
    let own = format!("Authorization: Bearer {}\r\n", text(&own, "access_token"));
    let (userinfo, long) = ("/t/acme/oauth2/userinfo", format!("x={}", "a".repeat(33 * 1024)));
    let area = "userinfo";
    each_leaves_its_event(
        &world,
        &[
            get(userinfo, "", area, "token_missing"),
            get(userinfo, "Authorization: Bearer\r\n", area, "malformed_request"),
            get(userinfo, "Authorization: Bearer x.y.z\r\n", area, "invalid_token"),
            get(userinfo, &own, area, "insufficient_scope"),
            post(userinfo, JSON, "{}", area, "malformed_request"),
            post(userinfo, FORM, &long, area, "body_too_large"),
        ],
    )
    .await;
}

#[tokio::test]
async fn pages() {
    let world = World::dev().await;
    let acme = world.issuer("acme");
    let (mut agent, mut other) = (world.agent(), world.agent());
    let asked = agent.get(&ask(&acme, &[])).await;
    let flow = asked.param("flow").unwrap();
    let theirs = other.get(&ask(&acme, &[])).await.param("flow").unwrap();
    let cookie = format!("Cookie: {PRE}={}\r\n", agent.cookies[PRE]);
    let form = format!("{FORM}{cookie}");
    let foreign = format!("{form}Origin: https://evil.example\r\n");
    let json = format!("{JSON}{cookie}");
    let (step, own) = ("/t/acme/login/password", format!("flow={flow}&csrf=x"));
    let (here, elsewhere) = (format!("/t/acme/login?flow={flow}"), format!("/t/globex/login?flow={flow}"));
    let other_browser = format!("/t/acme/login?flow={theirs}");
    let (doubled, no_client) = ("/t/acme/oauth2/logout?state=a&state=b", "/t/acme/oauth2/authorize");
    let unreadable = "/t/acme/oauth2/authorize?client_id=%ff";
    each_leaves_its_event(
        &world,
        &[
            post(step, &foreign, &own, "form", "foreign_origin"),
            post(step, FORM, &own, "form", "no_cookie"),
            post(step, &form, &own, "form", "form_token"),
            post(step, &form, "flow=a&flow=b", "form", "duplicate_parameter"),
            post(step, &json, "{}", "form", "body_type"),
            get("/t/acme/login?flow=%ff", "", "login", "malformed_parameters"),
            get(&here, "", "login", "no_cookie"),
            get("/t/acme/login?flow=x", &cookie, "login", "flow_expired"),
            get(&other_browser, &cookie, "login", "other_browser"),
            get(&elsewhere, &cookie, "login", "other_issuer"),
            get(doubled, "", "logout", "duplicate_parameter"),
            get(unreadable, "", "authorize", "malformed_parameters"),
            get(no_client, "", "authorize", "client_id_missing"),
        ],
    )
    .await;
    let done = agent.sign_in(&asked, "alice@acme.test", PASSWORD).await;
    assert_eq!(done.status, 303, "{}", done.body);
    each_leaves_its_event(&world, &[get(&here, &cookie, "login", "flow_replayed")]).await;
}
