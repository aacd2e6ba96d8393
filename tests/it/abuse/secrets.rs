//! Secrets must not show: not in logs, events, metrics or pages, and not in the database as they are; and nothing that an
//! attacker types forges a line of a log (AUD-03, 04; SES-01).

use std::io::Write;
use std::sync::{Arc, Mutex, OnceLock};

use data_encoding::{BASE64, BASE64URL_NOPAD, HEXLOWER};
use reqwest::Method;
use sqlx::AssertSqlSafe;
use tracing::Dispatch;
use tracing::subscriber::NoSubscriber;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

use super::kit::{
    HANDLE, PASSWORD, PATIENT, PRE, VERIFIER, apply, ask, basic, call, csrf, held, redeem, refresh, text,
};
use crate::support::{Agent, World};

/// Everything that the server of this test logs. It runs on the test's own thread.
#[derive(Debug, Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

impl Lines {
    /// Begins to listen, to everything but the client that the test itself calls with.
    fn listen(&self) -> tracing::subscriber::DefaultGuard {
        // Where there is one dispatcher, a line that the thread of another test reaches first is judged by that thread, which
        // listens to nothing, and stays silent for all. Where there are two, each is asked.
        static SECOND: OnceLock<Dispatch> = OnceLock::new();
        SECOND.get_or_init(|| Dispatch::new(NoSubscriber::new()));
        let filter = EnvFilter::new("trace,reqwest=off,hyper_util::client=off,sqlx::postgres::notice=off");
        let layer =
            tracing_subscriber::fmt().json().with_env_filter(filter).with_writer(self.clone()).finish();
        tracing::subscriber::set_default(layer)
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

/// A value that must not show, and how to find it: what follows its clear prefix, as it is and in other clothes.
fn traces(value: &str) -> Vec<String> {
    let tail = value.rsplit(['.', '_']).next().unwrap();
    let tail = if tail.len() >= 12 { tail } else { value };
    let mut found = vec![tail[..12].to_owned(), value.to_owned()];
    for clothes in [
        BASE64.encode(value.as_bytes()),
        BASE64URL_NOPAD.encode(value.as_bytes()),
        HEXLOWER.encode(value.as_bytes()),
    ] {
        found.push(clothes[..clothes.len() - 4].to_owned());
    }
    found
}

/// Every row of every table, as text.
async fn rows(world: &World) -> Vec<(String, String)> {
    let mut admin = world.admin().await;
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT c.oid::regclass::text FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
         WHERE n.nspname IN ('directory', 'cell', 'audit') AND c.relkind IN ('r', 'p') AND NOT c.relispartition",
    )
    .fetch_all(&mut admin)
    .await
    .unwrap();
    assert!(tables.len() > 20);
    let mut all = Vec::new();
    for table in tables {
        let sql = format!("SELECT t::text FROM {table} AS t");
        let found: Vec<String> = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(&mut admin).await.unwrap();
        all.extend(found.into_iter().map(|row| (table.clone(), row)));
    }
    all
}

/// The records of the event log.
async fn records(world: &World) -> Vec<(String, String)> {
    let mut admin = world.admin().await;
    let sql = "SELECT kind, record FROM audit.events";
    let found: Vec<(String, Vec<u8>)> = sqlx::query_as(sql).fetch_all(&mut admin).await.unwrap();
    // A record is a frame, then JSON.
    let body = |record: Vec<u8>| {
        let starts = (0..record.len()).filter(|start| record[*start] == b'{');
        let json = |start| String::from_utf8(record[start..].to_vec()).ok();
        starts.filter_map(json).find(|text| serde_json::from_str::<serde_json::Value>(text).is_ok()).unwrap()
    };
    found.into_iter().map(|(kind, record)| (kind, body(record))).collect()
}

/// Puts the server's answers to every mistake we can think of together.
async fn mistakes(agent: &mut Agent, issuer: &str, secrets: &[String], seen: &mut String) {
    for secret in secrets {
        let header = basic("demo-service", secret);
        let bearer = format!("Bearer {secret}");
        let fields = [("token", secret.as_str()), ("client_id", "demo-web")];
        for path in ["revoke", "introspect"] {
            seen.push_str(&call(agent, &format!("{issuer}/oauth2/{path}"), &[], &fields).await.body);
        }
        let url = format!("{issuer}/oauth2/token");
        let grant = [("grant_type", "client_credentials")];
        for answered in [
            call(agent, &url, &[("authorization", &header)], &grant).await,
            call(agent, &url, &[("authorization", secret)], &grant).await,
            call(agent, &url, &[("content-type", secret)], &[]).await,
            redeem(agent, issuer, secret, &[]).await,
            redeem(agent, issuer, secret, &[("code_verifier", "")]).await,
            refresh(agent, issuer, secret, &[]).await,
            call(agent, &format!("{issuer}/oauth2/userinfo"), &[("authorization", &bearer)], &[]).await,
            agent.clone().get(&format!("{issuer}/login?flow={secret}x")).await,
            agent.clone().send(Method::PUT, &url, &[("authorization", &bearer)], None).await,
        ] {
            seen.push_str(&format!("{:?}{}", answered.headers, answered.body));
        }
        // The sign-out page hands the hint on in its own form.
        agent.clone().get(&format!("{issuer}/oauth2/logout?id_token_hint={secret}x")).await;
        let mut planted = agent.clone();
        planted.cookies.insert(HANDLE.to_owned(), format!("{secret}x"));
        planted.get(&ask(issuer, &[("prompt", "none")])).await;
    }
}

/// Where secrets show; what is the browser's own may stand in its own pages.
fn hits(secrets: &[String], own: &[String], places: &[(&str, &str)]) -> Vec<String> {
    let mut hits = Vec::new();
    for secret in secrets {
        for trace in traces(secret) {
            for (place, text) in
                places.iter().filter(|(place, _)| *place != "an answer" || !own.contains(secret))
            {
                if let Some(at) = text.find(&trace) {
                    let start = text[..at].rfind('\n').map_or(0, |line| line + 1);
                    let line: String = text[start..].chars().take(300).collect();
                    hits.push(format!("{trace} in {place}: {line}"));
                }
            }
        }
    }
    hits
}

/// A tenant's app and people with secrets of their own.
fn world_file(secret: &str) -> String {
    format!(
        "{{version: 1, tenants: [{{slug: acme, name: Acme, apps: [{{client_id: canary, type: confidential, \
        secret: {secret}, grants: [client_credentials]}}], members: [{{email: alice@acme.test, roles: [owner]}}, \
        {{email: new@acme.test, password: canary-of-a-first-password}}]}}]}}"
    )
}

/// Where [`walk`] tells the flow.
const FLOW: usize = 13;

/// Goes through sign-in and all grants, with mistakes; every secret that was sent or given out.
async fn walk(agent: &mut Agent, acme: &str, secret: &str, seen: &mut String) -> Vec<String> {
    let asked =
        agent.get(&ask(acme, &[("state", "canary-of-the-state"), ("nonce", "canary-of-the-nonce")])).await;
    let flow = asked.param("flow").unwrap();
    let page = agent.follow(&asked).await;
    let answered = agent.submit(&page, "/login/identifier", &[("identifier", "alice@acme.test")]).await;
    let page = agent.follow(&answered).await;
    let wrong = "canary-of-a-wrong-password";
    seen.push_str(&agent.submit(&page, "/login/password", &[("password", wrong)]).await.body);
    let done = agent.submit(&page, "/login/password", &[("password", PASSWORD)]).await;
    let code = done.param("code").unwrap();
    seen.push_str(
        &redeem(agent, acme, &code, &[("code_verifier", "canary-of-a-wrong-verifier-that-is-long-enough")])
            .await
            .body,
    );
    let held = held(&redeem(agent, acme, &code, &[]).await, agent.clone());
    let renewed = refresh(agent, acme, &held.refresh, &[]).await.json();
    let header = basic("canary", secret);
    let own = call(
        agent,
        &format!("{acme}/oauth2/token"),
        &[("authorization", &header)],
        &[("grant_type", "client_credentials")],
    )
    .await;
    vec![
        PASSWORD.to_owned(),
        wrong.to_owned(),
        secret.to_owned(),
        "canary-of-a-first-password".to_owned(),
        VERIFIER.to_owned(),
        "canary-of-a-wrong-verifier-that-is-long-enough".to_owned(),
        code,
        held.access,
        held.refresh,
        held.id,
        text(&renewed, "access_token"),
        text(&renewed, "refresh_token"),
        text(&own.json(), "access_token"),
        flow.clone(),
        agent.cookies[HANDLE].clone(),
        agent.cookies[PRE].clone(),
        csrf(agent, acme, &flow),
        header.replace("Basic ", ""),
    ]
}

#[tokio::test]
async fn no_secret_shows_anywhere() {
    let lines = Lines::default();
    let _listening = lines.listen();
    let world = World::with(PATIENT).await;
    let acme = world.issuer("acme");
    let secret = "canary-of-a-client-secret";
    apply(&world, &world_file(secret), false).await;
    let mut agent = world.agent();
    let mut seen = String::new();
    let mut secrets = walk(&mut agent, &acme, secret, &mut seen).await;
    let own = [secrets[FLOW].clone(), csrf(&agent, &acme, &secrets[FLOW])];
    secrets.extend(world.server.config.keys.kek.expose().chunks(32).map(|key| BASE64.encode(key)));
    mistakes(&mut agent, &acme, &secrets[..14], &mut seen).await;
    let metrics =
        Agent::get(&mut world.agent(), &format!("http://{}/metrics", world.server.management)).await.body;
    let logged = lines.text();
    assert!(logged.lines().count() > 100, "nothing was captured: {logged}");
    let events = records(&world).await;
    let stored = rows(&world).await;
    let mut places: Vec<(&str, &str)> =
        vec![("the log", &logged), ("the metrics", &metrics), ("an answer", &seen)];
    places.extend(events.iter().chain(&stored).map(|(place, text)| (place.as_str(), text.as_str())));
    let hits = hits(&secrets, &own, &places);
    assert!(hits.is_empty(), "{} hits:\n{}", hits.len(), hits.join("\n"));
    assert!(!logged.contains("canary-of-the-state") && !logged.contains("canary-of-the-nonce"));
    assert!(!logged.contains("alice@acme.test"), "a person's address is in the log");
    assert!(
        events.iter().all(|(_, record)| !record.contains("alice@acme.test")),
        "an address stands in an event in clear"
    );
}

#[tokio::test]
async fn nothing_typed_forges_a_line() {
    let lines = Lines::default();
    let _listening = lines.listen();
    let world = World::with(PATIENT).await;
    let acme = world.issuer("acme");
    let before = records(&world).await.len();
    let agent = "Mozilla\",\"kind\":\"forged.event\"}{\"x\":\"\t=cmd|' /C calc'!A0";
    let headers = [("user-agent", agent), ("sec-fetch-site", "same-origin")];
    let mut browser = world.agent();
    let flow = browser.send(Method::GET, &ask(&acme, &[]), &headers, None).await.param("flow").unwrap();
    let token = csrf(&browser, &acme, &flow);
    for (form, name, value) in [
        ("identifier", "identifier", "alice@acme.test"),
        ("password", "password", "wrong"),
        ("password", "password", PASSWORD),
    ] {
        let fields = [("flow", flow.as_str()), ("csrf", &token), (name, value)];
        browser.post_with(&format!("{acme}/login/{form}"), &headers, &fields).await;
    }
    let forged = "x\r\n{\"level\":\"ERROR\",\"message\":\"forged\"}\u{1b}[31m\u{202e}";
    browser
        .get(&format!(
            "{acme}/{}",
            url::form_urlencoded::byte_serialize(forged.as_bytes()).collect::<String>()
        ))
        .await;
    for name in ["client_id", "redirect_uri", "scope", "prompt", "response_type", "state", "login_hint"] {
        browser.get(&ask(&acme, &[(name, forged)])).await;
    }
    call(&browser, &format!("{acme}/oauth2/token"), &[], &[("grant_type", forged), ("client_id", forged)])
        .await;
    let events = records(&world).await;
    assert!(events.len() > before + 3);
    for (kind, record) in &events {
        let json: serde_json::Value =
            serde_json::from_str(record).unwrap_or_else(|_| panic!("no JSON: {record}"));
        assert!(json.is_object() && kind != "forged.event");
        assert!(!record.chars().any(|c| c.is_control() || c == '\u{202e}'), "{record:?}");
        assert!(record.len() < 8192);
    }
    assert_eq!(
        super::kit::count(&world, "audit.events WHERE kind = 'signin.succeeded' AND stream_kind = 't'").await,
        1
    );
    for line in lines.text().lines() {
        let json: serde_json::Value =
            serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}"));
        assert_ne!(json["message"], "forged");
        assert!(!line.contains('\u{1b}') && !line.contains('\u{202e}'), "{line}");
    }
    assert_eq!(world.events("signin.failed").await, 1);
}

/// A path may spell a token in more than one way, and none of them is for the log.
#[tokio::test]
async fn no_spelling_of_an_address_brings_a_token_into_the_log() {
    let lines = Lines::default();
    let _listening = lines.listen();
    let world = World::with(PATIENT).await;
    let mut agent = world.agent();
    for path in ["/invitations/gh_ml_canary", "/invitations/gh%5Fml%5Fcanary", "/invitations%2Fgh_ml_canary"]
    {
        let seen = agent.get(&format!("{}{path}", world.issuer("acme"))).await;
        assert!(seen.status.is_client_error(), "{path}: {}", seen.status);
    }
    let logged = lines.text();
    let ours: Vec<&str> = logged.lines().filter(|line| line.contains("http.path")).collect();
    assert!(ours.iter().any(|line| line.contains("/t/{slug}/invitations/{token}")), "{logged}");
    let told = ours.iter().find(|line| line.contains("canary"));
    assert_eq!(told, None);
}
