//! The authorization endpoint: bent redirects, weaker PKCE, other response types, request objects, doubles (OAU-01, 05,
//! 06, 10, 21).

use gatehouse_flows::apply::{Checked, NoSources, Trust};
use reqwest::Method;

use super::kit::{CALLBACK, HANDLE, PATIENT, ask, code, encode, on_page, sets, state, told_app};
use crate::support::World;

fn bent(world: &World) -> Vec<String> {
    let base = world.server.base();
    let port = world.base.port().unwrap();
    let mut all: Vec<String> = [
        "/demo/callback/",
        "/demo/callback/..",
        "/demo/./callback",
        "/demo/../demo/callback",
        "/demo/%2e/callback",
        "/demo/callback?x=1",
        "/demo/callback?",
        "/demo/callback#",
        "/demo/callback#f",
        "/demo/callback%00",
        "/demo/callback%20",
        "/demo/callback;x",
        "/Demo/callback",
        "/demo%2fcallback",
        "/demo\\callback",
        "/demo//callback",
        "//demo/callback",
        "/*",
        "",
    ]
    .iter()
    .map(|tail| format!("{base}{tail}"))
    .collect();
    all.extend([
        format!("http://evil.example@localhost:{port}/demo/callback"),
        format!("http://localhost:{port}@evil.example/demo/callback"),
        format!("http://localhost:{port}.evil.example/demo/callback"),
        format!("http://localhost.:{port}/demo/callback"),
        format!("HTTP://localhost:{port}/demo/callback"),
        format!("http://LOCALHOST:{port}/demo/callback"),
        format!("https://localhost:{port}/demo/callback"),
        format!("http://localhost:{}/demo/callback", port ^ 1),
        format!("http://localhost:{port}/demo/callback\r\nSet-Cookie: a=b"),
        format!(" http://localhost:{port}/demo/callback"),
        format!("http://localhost:{port}/demo/callback http://evil.example"),
    ]);
    all.extend(
        [
            "http://127.0.0.1:4100/callback/",
            "http://127.0.0.1:4100/callback?x=1",
            "http://127.0.0.1:4100//callback",
            "http://127.0.0.1:4100/callback#f",
            "http://127.0.0.1:99999/callback",
            "http://127.0.0.1:0/callback",
            "http://127.0.0.1:/callback",
            "http://127.0.0.1:+80/callback",
            "http://127.0.0.1:80:80/callback",
            "http://127.0.0.1:4100@evil.example/callback",
            "http://127.0.0.1@evil.example/callback",
            "http://127.0.0.1.evil.example/callback",
            "http://127.1:4100/callback",
            "http://2130706433/callback",
            "http://0x7f.0.0.1/callback",
            "http://127.0.0.2:4100/callback",
            "http://[::1]:4100/callback",
            "http://[::ffff:127.0.0.1]:4100/callback",
            "http://localhost:4100/callback",
            "https://127.0.0.1:4100/callback",
            "http:/127.0.0.1:4100/callback",
            "http:127.0.0.1/callback",
            "//127.0.0.1/callback",
            "//evil.example",
            "https://evil.example/callback",
            "javascript:alert(1)",
            "data:text/html,x",
            "app.example:/callback",
            "null",
            "/callback",
        ]
        .map(str::to_owned),
    );
    all
}

#[tokio::test]
async fn no_answer_leaves_for_an_address_that_is_not_registered() {
    let world = World::with(PATIENT).await;
    let acme = world.issuer("acme");
    let (mut agent, _) = code(&world, &acme, "alice@acme.test").await;
    let before = state(&world).await;
    let (noted, bent) = (world.events("request.refused").await, bent(&world));
    for uri in &bent {
        for changes in [
            [("redirect_uri", uri.as_str()), ("x", "y")],
            [("redirect_uri", uri), ("response_type", "token")],
        ] {
            let answered = agent.get(&ask(&acme, &changes)).await;
            on_page(&answered, 400, uri);
            assert!(!answered.body.contains("evil.example"), "{uri}: {}", answered.body);
        }
    }
    on_page(&agent.get(&ask(&acme, &[("redirect_uri", "")])).await, 400, "none at all");
    let posted = ask(&acme, &[("redirect_uri", "https://evil.example/")]);
    let (url, query) = posted.split_once('?').unwrap();
    let fields: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let fields: Vec<(&str, &str)> =
        fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    on_page(&agent.post(url, &fields).await, 400, "posted");
    assert_eq!(state(&world).await, before);
    // The first of a source are events of their own, the rest of its minute is one count.
    let noted = world.events("request.refused").await - noted;
    assert_eq!((noted, bent.len() > 20), (20, true), "refusals noted");
}

#[test]
fn addresses_that_could_be_bent_are_not_registered() {
    for uri in [
        "https://app.example/*",
        "https://app.example/cb#f",
        "https://*.example/cb",
        "https://u@app.example/",
        "http://app.example/",
    ] {
        let file = format!(
            "{{version: 1, platform: {{apps: [{{client_id: a, type: public, grants: [authorization_code], redirect_uris: ['{uri}']}}]}}}}"
        );
        assert!(Checked::read(&file, "abuse.yaml", &NoSources, Trust::Dev).is_err(), "{uri}");
    }
}

#[tokio::test]
async fn requests_that_ask_for_less_than_the_profile_are_refused() {
    let world = World::with(PATIENT).await;
    let acme = world.issuer("acme");
    let (mut agent, _) = code(&world, &acme, "alice@acme.test").await;
    let before = state(&world).await;
    let invalid: &[&[(&str, &str)]] = &[
        &[("code_challenge", ""), ("code_challenge_method", "")],
        &[("code_challenge", "")],
        &[("code_challenge_method", "")],
        &[("code_challenge_method", "plain")],
        &[("code_challenge_method", "s256")],
        &[("code_challenge_method", "S256 ")],
        &[("code_challenge_method", "S512")],
        &[("code_challenge", "short")],
        &[("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM=")],
        &[("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw+cM")],
        &[("code_challenge", "0000000000000000000000000000000000000000000000000000000000000000")],
        &[("response_type", "")],
        &[("response_mode", "fragment")],
        &[("response_mode", "web_message")],
        &[("response_mode", "query.jwt")],
        &[("response_mode", "fragment"), ("response_type", "code")],
        &[("prompt", "none login")],
        &[("max_age", "-1")],
        &[("max_age", "99999999999999999999")],
    ];
    for changes in invalid {
        let answered = agent.get(&ask(&acme, changes)).await;
        told_app(&answered, &acme, "invalid_request", &format!("{changes:?}"));
    }
    for kind in [
        "token",
        "id_token",
        "code token",
        "token code",
        "code id_token",
        "code id_token token",
        "none",
        "CODE",
        "code code",
        "password",
    ] {
        for mode in ["", "query"] {
            let answered = agent.get(&ask(&acme, &[("response_type", kind), ("response_mode", mode)])).await;
            told_app(&answered, &acme, "unsupported_response_type", kind);
        }
    }
    for (changes, error) in [
        (("scope", "openid admin"), "invalid_scope"),
        (("scope", "openid \"email"), "invalid_scope"),
        (("resource", "https://other.example"), "invalid_target"),
        (("registration", "{}"), "registration_not_supported"),
    ] {
        told_app(&agent.get(&ask(&acme, &[changes])).await, &acme, error, error);
    }
    assert_eq!(state(&world).await, before);
}

#[tokio::test]
async fn request_objects_and_doubles_override_nothing() {
    let world = World::with(PATIENT).await;
    let acme = world.issuer("acme");
    let (mut agent, _) = code(&world, &acme, "alice@acme.test").await;
    let before = state(&world).await;
    let trap = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let inside = format!("http://{}/request.jwt", trap.local_addr().unwrap());
    // {"alg":"none"} . {"redirect_uri":"https://evil.example/","client_id":"demo-web"}
    let object = "eyJhbGciOiJub25lIn0.eyJyZWRpcmVjdF91cmkiOiJodHRwczovL2V2aWwuZXhhbXBsZS8iLCJjbGllbnRfaWQiOiJkZW1vLXdlYiJ9.";
    told_app(
        &agent.get(&ask(&acme, &[("request", object)])).await,
        &acme,
        "request_not_supported",
        "request",
    );
    for uri in [inside.as_str(), "urn:ietf:params:oauth:request_uri:x", "file:///etc/passwd"] {
        let answered = agent.get(&ask(&acme, &[("request_uri", uri)])).await;
        told_app(&answered, &acme, "request_uri_not_supported", uri);
    }
    let called = tokio::time::timeout(std::time::Duration::from_millis(100), trap.accept()).await;
    assert!(called.is_err(), "the server went out for a request_uri");
    let usual = ask(&acme, &[]);
    let doubled = [
        "client_id=demo-web",
        "redirect_uri=https%3A%2F%2Fevil.example%2F",
        "state=other",
        "nonce=n",
        "scope=openid",
        "response_type=token",
        "code_challenge=x",
        "code_challenge_method=plain",
        "response_mode=query&response_mode=fragment",
    ];
    for more in doubled {
        for url in [format!("{usual}&{more}"), usual.replacen('?', &format!("?{more}&"), 1)] {
            on_page(&agent.get(&url).await, 400, more);
        }
    }
    assert_eq!(state(&world).await, before);
}

#[tokio::test]
async fn nothing_redirects_to_where_an_attacker_likes() {
    let world = World::with(PATIENT).await;
    let acme = world.issuer("acme");
    let (mut agent, _) = code(&world, &acme, "alice@acme.test").await;
    let evil = "https://evil.example/";
    for name in ["next", "return_to", "redirect_uri", "url", "continue"] {
        let query = encode(&[(name, evil)]);
        let mut stranger = world.agent();
        for path in ["/login", "/", "/oauth2/logout"] {
            let answered = stranger.get(&format!("{acme}{path}?{query}")).await;
            if answered.status.is_redirection() {
                assert_eq!(answered.location().origin(), world.base.origin(), "{path} {name}");
            }
            assert!(!answered.body.contains("evil.example"), "{path} {name}");
        }
    }
    for path in ["//evil.example/", "/%2f%2fevil.example", "/t/acme//evil.example", "/\\evil.example"] {
        let answered = world.agent().get(&format!("{}{path}", world.server.base())).await;
        assert!(
            !answered.headers.contains_key("location") && answered.status.is_client_error(),
            "{path} {}",
            answered.status
        );
    }
    for uri in
        [evil, "http://127.0.0.1:1/logged-out/", "http://127.0.0.1/logged-out#x", "javascript:alert(1)"]
    {
        let query = encode(&[("client_id", "demo-web"), ("post_logout_redirect_uri", uri), ("state", "s")]);
        for browser in [&mut agent, &mut world.agent()] {
            let answered = browser.get(&format!("{acme}/oauth2/logout?{query}")).await;
            assert_eq!(answered.status, 200, "{uri}");
            let policy = answered.headers["content-security-policy"].to_str().unwrap();
            assert!(!policy.contains("evil.example"), "{uri}: {policy}");
        }
    }
    let split = "s\r\nSet-Cookie: planted=1\r\n\r\n<script>";
    let answered = agent.get(&ask(&acme, &[("state", split), ("scope", "nothing")])).await;
    assert_eq!(answered.param("state").as_deref(), Some(split));
    assert!(!sets(&answered, "planted"));
    let markup = "\"><script>alert(1)</script>";
    let changes = [("state", markup), ("response_mode", "form_post"), ("response_type", "token")];
    let answered = agent.get(&ask(&acme, &changes)).await;
    assert_eq!(answered.status, 200);
    assert!(
        answered.body.contains(CALLBACK) && !answered.body.contains("<script>alert"),
        "{}",
        answered.body
    );
    let answered = agent.send(Method::HEAD, &ask(&acme, &[("redirect_uri", evil)]), &[], None).await;
    assert_eq!(answered.status, 400);
    assert!(agent.cookies.contains_key(HANDLE));
}
