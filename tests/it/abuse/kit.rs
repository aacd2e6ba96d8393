//! What an attacker needs: requests bent at will, codes and tokens of real people, and eyes for what an answer gives away.

use std::time::Duration;

use data_encoding::{BASE64, BASE64URL_NOPAD};
use gatehouse_domain::oauth::Verifier;
use gatehouse_domain::secret::Digest;
use gatehouse_flows::apply::{ApplyOptions, Checked, NoSources, Trust};
use serde_json::Value;
use sqlx::AssertSqlSafe;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::support::{Agent, Answered, World};

/// The password of everybody in the demo world.
pub(super) const PASSWORD: &str = "correct horse battery staple";
/// A registered redirect URI of `demo-web`.
pub(super) const CALLBACK: &str = "http://127.0.0.1:4100/callback";
/// A code verifier.
pub(super) const VERIFIER: &str = "forty-three-characters-at-least-and-these-are-more";
/// Settings under which nobody has to wait after too many tries.
pub(super) const PATIENT: &[(&str, &str)] = &[
    ("GATEHOUSE_LIMITS__PASSWORD_TRIES_PER_NETWORK", "100000"),
    ("GATEHOUSE_LIMITS__PASSWORD_TRIES_PER_NETWORK_AND_ADDRESS", "100000"),
    ("GATEHOUSE_LIMITS__PASSWORD_TRIES_PER_ADDRESS", "100000"),
];
/// The cookie that flows are bound to.
pub(super) const PRE: &str = "__Host-gh_pre";
/// The cookie that names the sessions of a browser.
pub(super) const HANDLE: &str = "__Host-gh_pool";

/// Fields or parameters.
pub(super) type Pairs<'a> = &'a [(&'a str, &'a str)];

/// The address of an authorization request, with parameters replaced, added or, by an empty value, left out.
pub(super) fn ask(issuer: &str, changes: Pairs<'_>) -> String {
    let challenge = Verifier::parse(VERIFIER).unwrap().challenge();
    let usual = [
        ("client_id", "demo-web"),
        ("response_type", "code"),
        ("redirect_uri", CALLBACK),
        ("scope", "openid email offline_access"),
        ("state", "state-1"),
        ("nonce", "nonce-1"),
        ("code_challenge", challenge.as_str()),
        ("code_challenge_method", "S256"),
    ];
    format!("{issuer}/oauth2/authorize?{}", encode(&changed(&usual, changes)))
}

/// Pairs with some replaced, added or, by an empty value, left out.
pub(super) fn changed<'a>(usual: Pairs<'a>, changes: Pairs<'a>) -> Vec<(&'a str, &'a str)> {
    let kept = usual.iter().filter(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
    kept.chain(changes).filter(|(_, value)| !value.is_empty()).copied().collect()
}

/// Pairs as a form or a query.
pub(super) fn encode(pairs: Pairs<'_>) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// Signs somebody in through the hosted pages; the browser afterwards, and what the last page answered.
pub(super) async fn enter(world: &World, issuer: &str, who: &str) -> (Agent, Answered) {
    let mut agent = world.agent();
    let asked = agent.get(&ask(issuer, &[])).await;
    let done = agent.sign_in(&asked, who, PASSWORD).await;
    (agent, done)
}

/// A browser in which somebody is signed in, and a fresh code.
pub(super) async fn code(world: &World, issuer: &str, who: &str) -> (Agent, String) {
    let (agent, done) = enter(world, issuer, who).await;
    assert_eq!(done.status, 303, "{}", done.body);
    let code = done.param("code").unwrap_or_else(|| panic!("no code: {}", done.location()));
    (agent, code)
}

/// One more code of a browser in which somebody is signed in.
pub(super) async fn next_code(agent: &mut Agent, issuer: &str) -> String {
    let done = agent.get(&ask(issuer, &[])).await;
    done.param("code").unwrap_or_else(|| panic!("no code: {} {}", done.status, done.body))
}

/// A call of an app: no cookies, no origin.
pub(super) async fn call(agent: &Agent, url: &str, headers: Pairs<'_>, fields: Pairs<'_>) -> Answered {
    let mut app = agent.clone();
    app.cookies.clear();
    app.post_with(url, headers, fields).await
}

/// Redeems a code as `demo-web`, with fields replaced, added or left out.
pub(super) async fn redeem(agent: &Agent, issuer: &str, code: &str, changes: Pairs<'_>) -> Answered {
    let usual = [
        ("grant_type", "authorization_code"),
        ("client_id", "demo-web"),
        ("code", code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    call(agent, &format!("{issuer}/oauth2/token"), &[], &changed(&usual, changes)).await
}

/// Refreshes as `demo-web`, with fields replaced, added or left out.
pub(super) async fn refresh(agent: &Agent, issuer: &str, token: &str, changes: Pairs<'_>) -> Answered {
    let usual = [("grant_type", "refresh_token"), ("client_id", "demo-web"), ("refresh_token", token)];
    call(agent, &format!("{issuer}/oauth2/token"), &[], &changed(&usual, changes)).await
}

/// The tokens of somebody, and the browser that got them.
pub(super) struct Held {
    pub(super) agent: Agent,
    pub(super) access: String,
    pub(super) refresh: String,
    pub(super) id: String,
}

/// Signs somebody in and redeems the code.
pub(super) async fn tokens(world: &World, issuer: &str, who: &str) -> Held {
    let (agent, code) = code(world, issuer, who).await;
    held(&redeem(&agent, issuer, &code, &[]).await, agent)
}

/// The tokens of an answer.
pub(super) fn held(answered: &Answered, agent: Agent) -> Held {
    assert_eq!(answered.status, 200, "{}", answered.body);
    let json = answered.json();
    Held {
        agent,
        access: text(&json, "access_token"),
        refresh: text(&json, "refresh_token"),
        id: text(&json, "id_token"),
    }
}

/// A text of an object.
pub(super) fn text(json: &Value, name: &str) -> String {
    json[name].as_str().unwrap_or_else(|| panic!("no {name}: {json}")).to_owned()
}

/// Credentials for HTTP Basic.
pub(super) fn basic(client: &str, secret: &str) -> String {
    format!("Basic {}", BASE64.encode(format!("{client}:{secret}").as_bytes()))
}

/// Whether a token is told to be good: by introspection and, for a person's token, by userinfo.
pub(super) async fn introspected(agent: &Agent, issuer: &str, token: &str) -> Value {
    let header = basic("demo-service", "demo-service-secret");
    let url = format!("{issuer}/oauth2/introspect");
    let answered = call(agent, &url, &[("authorization", &header)], &[("token", token)]).await;
    assert_eq!(answered.status, 200, "{}", answered.body);
    answered.json()
}

/// Userinfo with a token in the header.
pub(super) async fn userinfo(agent: &Agent, issuer: &str, token: &str) -> Answered {
    let header = format!("Bearer {token}");
    call(agent, &format!("{issuer}/oauth2/userinfo"), &[("authorization", &header)], &[]).await
}

/// Asserts that a token is worth nothing: not at userinfo, not at introspection.
pub(super) async fn worthless(agent: &Agent, issuer: &str, token: &str, what: &str) {
    let told = userinfo(agent, issuer, token).await;
    assert_eq!(told.status, 401, "userinfo, {what}: {}", told.body);
    let challenge = told.headers["www-authenticate"].to_str().unwrap();
    assert!(challenge.contains("error=\"invalid_token\""), "{what}: {challenge}");
    assert!(told.body.is_empty(), "{what}: {}", told.body);
    let told = introspected(agent, issuer, token).await;
    assert_eq!(told, serde_json::json!({ "active": false }), "introspection, {what}");
}

/// Asserts that a token is good.
pub(super) async fn worthy(agent: &Agent, issuer: &str, token: &str, what: &str) {
    let told = userinfo(agent, issuer, token).await;
    assert_eq!(told.status, 200, "userinfo, {what}: {}", told.body);
    assert_eq!(introspected(agent, issuer, token).await["active"], true, "introspection, {what}");
}

/// Asserts the token endpoint's no.
pub(super) fn refused(answered: &Answered, error: &str, what: &str) {
    let status = if error == "invalid_client" { 401 } else { 400 };
    assert_eq!(answered.status, status, "{what}: {}", answered.body);
    let json = answered.json();
    assert_eq!(json["error"], error, "{what}: {json}");
    let known = ["error", "error_description"];
    assert!(json.as_object().unwrap().keys().all(|name| known.contains(&name.as_str())), "{what}: {json}");
    assert_eq!(answered.headers["cache-control"], "no-store", "{what}");
    assert_eq!(answered.headers.contains_key("www-authenticate"), status == 401, "{what}");
}

/// Asserts an error that is sent to the app: with `state` and `iss`, without a code, by 303.
pub(super) fn told_app(answered: &Answered, issuer: &str, error: &str, what: &str) {
    assert_eq!(answered.status, 303, "{what}: {}", answered.body);
    let location = answered.location();
    assert!(location.as_str().starts_with(&format!("{CALLBACK}?")), "{what}: {location}");
    assert!(location.fragment().is_none(), "{what}: {location}");
    assert_eq!(answered.param("error").as_deref(), Some(error), "{what}: {location}");
    assert_eq!(answered.param("state").as_deref(), Some("state-1"), "{what}: {location}");
    assert_eq!(answered.param("iss").as_deref(), Some(issuer), "{what}: {location}");
    for token in ["code", "access_token", "id_token"] {
        assert_eq!(answered.param(token), None, "{what}: {location}");
    }
}

/// Asserts a page of ours that says no: nothing leaves, nothing is set, nobody frames it.
pub(super) fn on_page(answered: &Answered, status: u16, what: &str) {
    assert_eq!(answered.status, status, "{what}: {:?} {}", answered.headers, answered.body);
    assert!(!answered.headers.contains_key("location"), "{what}");
    assert_eq!(answered.headers["x-frame-options"], "DENY", "{what}");
    assert_eq!(answered.headers["cache-control"], "no-store", "{what}");
    let policy = answered.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("frame-ancestors 'none'"), "{what}: {policy}");
    assert!(!sets(answered, HANDLE), "{what}");
}

/// Whether an answer sets a cookie.
pub(super) fn sets(answered: &Answered, cookie: &str) -> bool {
    let start = format!("{cookie}=");
    answered.headers.get_all("set-cookie").iter().any(|value| value.to_str().unwrap().starts_with(&start))
}

/// The token of a form, as anybody can derive it who holds the browser's own cookie.
pub(super) fn csrf(agent: &Agent, issuer: &str, flow: &str) -> String {
    let pre = &agent.cookies[PRE];
    let inner = Digest::of(format!("csrf\0{pre}\0{issuer}\0{flow}").as_bytes());
    BASE64URL_NOPAD.encode(Digest::of(inner.as_bytes()).as_bytes())
}

/// Whether a browser is let in without a page, and if not, what the app is told.
pub(super) async fn silently(agent: &Agent, issuer: &str) -> Result<String, String> {
    let answered = agent.clone().get(&ask(issuer, &[("prompt", "none")])).await;
    assert_eq!(answered.status, 303, "{}", answered.body);
    answered.param("code").ok_or_else(|| answered.param("error").unwrap())
}

/// Everything that a refusal must not have changed, as one fingerprint a table.
pub(super) async fn state(world: &World) -> Vec<(String, i64, Option<String>)> {
    let mut admin = world.admin().await;
    let mut all = Vec::new();
    for table in [
        "codes",
        "grants",
        "sessions",
        "browsers",
        "browser_sessions",
        "members",
        "identities",
        "credentials",
        "apps",
    ] {
        let sql = format!(
            "SELECT '{table}', count(*), md5(string_agg(t::text, '|' ORDER BY t::text)) FROM cell.{table} AS t"
        );
        all.push(sqlx::query_as(AssertSqlSafe(sql)).fetch_one(&mut admin).await.unwrap());
    }
    all
}

/// One number of the database.
pub(super) async fn count(world: &World, what: &str) -> i64 {
    let sql = format!("SELECT count(*) FROM {what}");
    sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut world.admin().await).await.unwrap()
}

/// Changes rows behind the server's back, as an administrator's other tool would.
pub(super) async fn sql(world: &World, statement: &str) {
    let done =
        sqlx::raw_sql(AssertSqlSafe(statement.to_owned())).execute(&mut world.admin().await).await.unwrap();
    assert!(done.rows_affected() > 0, "{statement}");
}

/// Applies a file.
pub(super) async fn apply(world: &World, file: &str, prune: bool) {
    let checked = Checked::read(file, "abuse.yaml", &NoSources, Trust::Dev).unwrap();
    world.server.house.idp.apply(&checked, ApplyOptions { dry_run: false, prune }).await.unwrap();
}

/// Sends bytes that no client library would send; the status (0 if the connection was closed without one) and the answer.
pub(super) async fn raw(world: &World, bytes: &[u8]) -> (u16, String) {
    let address = ("127.0.0.1", world.base.port().unwrap());
    let mut stream = TcpStream::connect(address).await.unwrap();
    let (mut reader, mut writer) = stream.split();
    let mut answer = Vec::new();
    let send = async {
        // A server that has seen enough closes while the rest is on its way.
        let _ = writer.write_all(bytes).await;
        std::future::pending::<()>().await;
    };
    tokio::select! {
        () = send => {}
        _ = reader.read_to_end(&mut answer) => {}
        () = tokio::time::sleep(Duration::from_secs(15)) => panic!("no answer to {} bytes", bytes.len()),
    }
    let text = String::from_utf8_lossy(&answer).into_owned();
    let status = text.split(' ').nth(1).and_then(|word| word.parse().ok()).unwrap_or(0);
    (status, text)
}

/// A request line and headers, ready for [`raw`].
pub(super) fn head(method: &str, target: &str, host: &str, headers: &str) -> Vec<u8> {
    format!("{method} {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{headers}\r\n").into_bytes()
}

/// The host that the server answers for.
pub(super) fn host(world: &World) -> String {
    format!("localhost:{}", world.base.port().unwrap())
}
