//! Malformed requests: a clear no, never a failure of ours (DOS-01, and "bad input" of the contract).

use reqwest::Method;

use super::isolation::ROUTES;
use super::kit::{PATIENT, PRE, ask, code, csrf, encode, head, host, on_page, raw, state};
use crate::support::{Agent, World};

const FORM: &str = "application/x-www-form-urlencoded";

/// One POST with a body and a content type of the test's choice.
async fn post(world: &World, path: &str, kind: &str, body: &[u8], cookies: &str) -> (u16, String) {
    let kind = if kind.is_empty() { String::new() } else { format!("Content-Type: {kind}\r\n") };
    let headers = format!("{kind}{cookies}Content-Length: {}\r\n", body.len());
    let mut bytes = head("POST", path, &host(world), &headers);
    bytes.extend_from_slice(body);
    raw(world, &bytes).await
}

#[tokio::test]
async fn bodies_that_are_no_forms() {
    let world = World::dev().await;
    let mut agent = world.agent();
    let flow = agent.get(&ask(&world.issuer("acme"), &[])).await.param("flow").unwrap();
    let cookies = format!("Cookie: {PRE}={}\r\n", agent.cookies[PRE]);
    let token = csrf(&agent, &world.issuer("acme"), &flow);
    let before = state(&world).await;
    let own = format!(
        "flow={flow}&csrf={token}&password=x&identifier=a@b.example&client_id=demo-web&grant_type=refresh_token"
    );
    let many =
        |n: usize| format!("{own}&{}", (0..n).map(|n| format!("p{n}=1")).collect::<Vec<_>>().join("&"));
    let protocol =
        ["/t/acme/oauth2/token", "/t/acme/oauth2/revoke", "/t/acme/oauth2/introspect", "/oauth2/token"];
    let pages = [
        "/t/acme/login/identifier",
        "/t/acme/login/password",
        "/t/acme/login/consent",
        "/t/acme/oauth2/logout",
        "/t/acme/oauth2/authorize",
    ];
    for path in protocol.iter().chain(&pages) {
        let is_page = pages.contains(path);
        let huge = vec![b'a'; 1 << 20];
        let sized = if is_page && !path.contains("authorize") { 17 * 1024 } else { 33 * 1024 };
        for body in [huge.as_slice(), &vec![b'a'; sized], many(70).as_bytes()] {
            let (status, answer) = post(&world, path, FORM, body, &cookies).await;
            assert_eq!(status, 413, "{path} with {} bytes: {answer}", body.len());
        }
        for kind in [
            "",
            "application/json",
            "text/plain",
            "multipart/form-data; boundary=x",
            "application/xml",
            "application/x-www-form-urlencodedx",
            "\u{e4}",
        ] {
            let (status, answer) = post(&world, path, kind, own.as_bytes(), &cookies).await;
            assert_eq!(status, 400, "{path} as {kind:?}: {answer}");
        }
        for body in [
            &b"client_id=\xff\xfe"[..],
            b"client_id=%ff",
            b"client_id=%c0%80",
            b"client_id=%zz",
            b"client_id=%1",
            b"client_id=%",
            b"client_id=%ed%a0%80",
            b"%80=x",
        ] {
            let (status, answer) = post(&world, path, FORM, body, &cookies).await;
            assert_eq!(status, 400, "{path} with {body:?}: {answer}");
        }
        for name in ["flow", "csrf", "client_id", "grant_type"] {
            let (status, answer) =
                post(&world, path, FORM, format!("{own}&{name}=other").as_bytes(), &cookies).await;
            let turned = status == 303 && path.contains("authorize");
            assert!(status == 400 && !turned, "{path} with {name} twice: {answer}");
        }
        for body in [&b""[..], b"&&&&", b"=", b"==", b"=x", b"&=&=&", b"\0", b"a"] {
            let (status, answer) = post(&world, path, FORM, body, &cookies).await;
            assert!((300..500).contains(&status), "{path} with {body:?}: {answer}");
        }
    }
    let mut endless = head(
        "POST",
        "/t/acme/oauth2/token",
        &host(&world),
        &format!("Content-Type: {FORM}\r\nTransfer-Encoding: chunked\r\n"),
    );
    for _ in 0..64 {
        endless.extend_from_slice(b"4000\r\n");
        endless.extend_from_slice(&vec![b'a'; 0x4000]);
        endless.extend_from_slice(b"\r\n");
    }
    assert_eq!(raw(&world, &endless).await.0, 413, "a body without an end");
    let mut lying = head(
        "POST",
        "/t/acme/oauth2/token",
        &host(&world),
        &format!("Content-Type: {FORM}\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n"),
    );
    lying.extend_from_slice(b"0\r\n\r\nGET /t/acme/login HTTP/1.1\r\n\r\n");
    let (status, answer) = raw(&world, &lying).await;
    assert!(
        (400..500).contains(&status) && answer.matches("HTTP/1.1 ").count() == 1,
        "two lengths: {answer}"
    );
    assert_eq!(state(&world).await, before);
}

/// Sends a parameter with a value that databases choke on.
async fn nasty(
    agent: &mut Agent,
    method: &Method,
    url: &str,
    usual: &[(&str, &str)],
    name: &str,
    value: &str,
) -> (u16, String) {
    let changes = [(name, value)];
    let fields = super::kit::changed(usual, &changes);
    let headers = [("sec-fetch-site", "same-origin")];
    let answered = match *method {
        Method::GET => agent.get(&format!("{url}?{}", encode(&fields))).await,
        _ => agent.send(method.clone(), url, &headers, Some(&fields)).await,
    };
    (answered.status.as_u16(), answered.body)
}

#[tokio::test]
async fn values_that_databases_choke_on() {
    let world = World::with(PATIENT).await;
    let acme = world.issuer("acme");
    let (live, code) = code(&world, &acme, "alice@acme.test").await;
    let nobody = world.agent();
    let url = ask(&acme, &[("resource", "")]);
    let (authorize, query) = url.split_once('?').unwrap();
    let usual: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let usual: Vec<(&str, &str)> =
        usual.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let long = "x".repeat(7000);
    let values = [
        "\0",
        "a\0b",
        "\u{feff}",
        "\u{202e}x",
        "\u{10ffff}",
        "'; DROP TABLE cell.codes; --",
        "{\"a\":1}",
        "%00",
        "\\u0000",
        "../..",
        "${jndi:x}",
        long.as_str(),
    ];
    let names = [
        "client_id",
        "redirect_uri",
        "state",
        "nonce",
        "scope",
        "resource",
        "prompt",
        "max_age",
        "login_hint",
        "ui_locales",
        "acr_values",
        "organization",
        "response_mode",
        "code_challenge",
        "claims",
        "id_token_hint",
    ];
    let mut failures = Vec::new();
    for name in names {
        for value in values {
            for (who, method) in [("live", Method::GET), ("nobody", Method::GET), ("nobody", Method::POST)] {
                for issuer in [authorize.to_owned(), authorize.replace("/t/acme", "")] {
                    let mut agent = if who == "live" { live.clone() } else { nobody.clone() };
                    let (status, _) = nasty(&mut agent, &method, &issuer, &usual, name, value).await;
                    if status >= 500 {
                        failures.push(format!(
                            "{status} {method} authorize {name}={:?} by {who} at {issuer}",
                            &value[..value.len().min(20)]
                        ));
                    }
                }
            }
        }
    }
    let token = [
        ("grant_type", "authorization_code"),
        ("client_id", "demo-web"),
        ("code", code.as_str()),
        ("redirect_uri", super::kit::CALLBACK),
        ("code_verifier", super::kit::VERIFIER),
    ];
    let renew = [("grant_type", "refresh_token"), ("client_id", "demo-web"), ("refresh_token", "x")];
    let own = [("grant_type", "client_credentials"), ("client_id", "demo-service"), ("client_secret", "x")];
    let hint = [
        ("token", "x"),
        ("client_id", "demo-web"),
        ("id_token_hint", "x"),
        ("post_logout_redirect_uri", "x"),
        ("state", "x"),
    ];
    for (path, usual) in [
        ("token", &token[..]),
        ("token", &renew),
        ("token", &own),
        ("revoke", &hint),
        ("introspect", &hint),
        ("userinfo", &hint),
        ("logout", &hint),
    ] {
        let mut names: Vec<&str> = usual.iter().map(|(name, _)| *name).collect();
        names.extend(["scope", "resource", "client_assertion", "access_token", "redirect_uri"]);
        for name in names {
            for value in values {
                let mut agent = nobody.clone();
                let (status, _) =
                    nasty(&mut agent, &Method::POST, &format!("{acme}/oauth2/{path}"), usual, name, value)
                        .await;
                if status >= 500 {
                    failures.push(format!("{status} POST {path} {name}={:?}", &value[..value.len().min(20)]));
                }
            }
        }
    }
    assert!(failures.is_empty(), "{} failures of ours:\n{}", failures.len(), failures.join("\n"));
}

#[tokio::test]
async fn forms_filled_in_with_what_databases_choke_on() {
    let world = World::with(PATIENT).await;
    let acme = world.issuer("acme");
    let mut agent = world.agent();
    let long = "x".repeat(7000);
    let mut failures = Vec::new();
    for value in [
        "\0",
        "a\0b@acme.test",
        "a@b\0.test",
        "\u{202e}@acme.test",
        "'@acme.test",
        "a@[127.0.0.1]",
        "\"a\"@acme.test",
        "@",
        long.as_str(),
    ] {
        for issuer in [&acme, &world.platform()] {
            let flow = agent.get(&ask(issuer, &[])).await.param("flow").unwrap();
            let token = csrf(&agent, issuer, &flow);
            for (form, name) in [
                ("identifier", "identifier"),
                ("account", "session"),
                ("remove", "session"),
                ("organization", "organization"),
                ("consent", "decision"),
                ("password", "password"),
            ] {
                let fields = [("flow", flow.as_str()), ("csrf", &token), (name, value)];
                let status = agent.post(&format!("{issuer}/login/{form}"), &fields).await.status;
                if status.is_server_error() {
                    failures.push(format!("{status} {form} {:?} at {issuer}", &value[..value.len().min(20)]));
                }
            }
            for name in ["flow", "csrf"] {
                let (usual, changes) = ([("flow", flow.as_str()), ("csrf", &token)], [(name, value)]);
                let fields = super::kit::changed(&usual, &changes);
                let answered = agent.post(&format!("{issuer}/login/identifier"), &fields).await;
                on_page(&answered, answered.status.as_u16(), name);
                if !answered.status.is_client_error() {
                    failures.push(format!("{} {name} {value:?}", answered.status));
                }
            }
        }
    }
    let flow = agent.get(&ask(&acme, &[])).await.param("flow").unwrap();
    let token = csrf(&agent, &acme, &flow);
    let posted = agent
        .post(
            &format!("{acme}/login/identifier"),
            &[("flow", flow.as_str()), ("csrf", &token), ("identifier", "alice@acme.test")],
        )
        .await;
    assert_eq!(posted.status, 303);
    for value in ["\0", "correct horse\0 battery staple", "\u{feff}", long.as_str()] {
        let answered = agent
            .post(
                &format!("{acme}/login/password"),
                &[("flow", flow.as_str()), ("csrf", &token), ("password", value)],
            )
            .await;
        if !matches!(answered.status.as_u16(), 400 | 401) {
            failures.push(format!("{} password {:?}", answered.status, &value[..value.len().min(20)]));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[tokio::test]
async fn heads_that_are_too_much_and_addresses_that_are_nowhere() {
    let world = World::dev().await;
    let own = host(&world);
    let before = state(&world).await;
    let many: String = (0..300).map(|n| format!("X-H{n}: 1\r\n")).collect();
    let big = format!("X-Big: {}\r\n", "a".repeat(70_000));
    let cookie = format!("Cookie: {}\r\n", "a=b; ".repeat(12_000));
    for (what, headers) in
        [("300 headers", &many), ("a header of 70 KB", &big), ("60 KB of cookies", &cookie)]
    {
        let (status, answer) = raw(&world, &head("GET", "/t/acme/login", &own, headers)).await;
        assert!(status < 500, "{what}: {status} {answer}");
    }
    let (status, _) = raw(&world, &head("GET", &format!("/{}", "a".repeat(100_000)), &own, "")).await;
    assert!(matches!(status, 400 | 404 | 414 | 431), "a long address: {status}");
    for junk in [
        &b"GET / HTTP/9.9\r\n\r\n"[..],
        b"\0\0\0\0\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost : x\r\n\r\n",
        b"\x16\x03\x01\x02\x00\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nxxxxxxxxx",
    ] {
        let mut bytes = junk.to_vec();
        bytes.extend_from_slice(b"\r\n");
        let address = ("127.0.0.1", world.base.port().unwrap());
        let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
        tokio::io::AsyncWriteExt::write_all(&mut stream, &bytes).await.unwrap();
        tokio::io::AsyncWriteExt::shutdown(&mut stream).await.unwrap();
        let mut answer = Vec::new();
        let _ = tokio::io::AsyncReadExt::read_to_end(&mut stream, &mut answer).await;
        assert!(!answer.starts_with(b"HTTP/1.1 5"), "{}", String::from_utf8_lossy(&answer));
    }
    for path in [
        "/x",
        "/t/acme/x",
        "/t/acme/oauth2",
        "/t/acme/oauth2/token/",
        "/t/acme//oauth2/token",
        "/t/acme/oauth2/token;x",
        "/t/acme/oauth2%2ftoken",
        "/t/acme/%2e%2e/globex/login",
        "/t/acme/../globex/login",
        "/assets/../login",
        "/assets/%2e%2e%2fCargo.toml",
        "/assets/x.css",
        "/.env",
        "/health",
        "/metrics",
        "/admin",
        "/%00",
        "/%ff",
        "/t/",
        "/t",
        "*",
    ] {
        let (status, answer) = raw(&world, &head("GET", path, &own, "")).await;
        assert!(matches!(status, 404 | 400), "{path}: {status} {answer}");
        assert!(!answer.contains("root:"), "{path}");
    }
    assert_eq!(state(&world).await, before);
}

#[tokio::test]
async fn every_address_takes_its_methods_and_no_others() {
    let world = World::dev().await;
    let own = host(&world);
    let mut without_allow = Vec::new();
    for prefix in ["", "/t/acme"] {
        let mut paths: Vec<&str> = ROUTES.iter().map(|(_, path)| *path).collect();
        paths.dedup();
        for path in paths {
            let takes: Vec<&str> =
                ROUTES.iter().filter(|(_, p)| *p == path).map(|(method, _)| *method).collect();
            for method in
                ["GET", "POST", "PUT", "DELETE", "PATCH", "TRACE", "OPTIONS", "CONNECT", "PROPFIND", "get"]
            {
                if method == "CONNECT" || takes.contains(&method) {
                    continue;
                }
                let shared = ["/oauth2/token", "/oauth2/revoke", "/oauth2/userinfo"].contains(&path);
                if method == "OPTIONS" && shared {
                    continue;
                }
                let bytes = head(
                    method,
                    &format!("{prefix}{path}"),
                    &own,
                    "Content-Length: 0\r\nX-HTTP-Method-Override: POST\r\n",
                );
                let (status, answer) = raw(&world, &bytes).await;
                assert_eq!(status, 405, "{method} {prefix}{path}: {answer}");
                if !answer.to_lowercase().contains("\r\nallow: ") {
                    without_allow.push(format!("{method} {prefix}{path}"));
                }
                assert!(!answer.contains("X-HTTP"), "an echo: {answer}");
            }
        }
    }
    assert!(without_allow.is_empty(), "405 without Allow (RFC 9110, section 15.5.6): {without_allow:?}");
    let cross = [("origin", "https://evil.example"), ("access-control-request-method", "POST")];
    for (_, path) in ROUTES {
        for origin in ["https://evil.example", "null", "http://localhost.evil.example"] {
            let mut agent = world.agent();
            for method in [Method::OPTIONS, Method::GET, Method::POST] {
                let headers = [("origin", origin), cross[1]];
                let answered =
                    agent.send(method, &format!("{}{path}", world.issuer("acme")), &headers, None).await;
                let allowed =
                    answered.headers.get("access-control-allow-origin").map(|value| value.to_str().unwrap());
                assert!(
                    allowed.is_none() || (allowed == Some("*") && path.starts_with("/.well-known")),
                    "{path} {origin}: {allowed:?}"
                );
                assert!(!answered.headers.contains_key("access-control-allow-credentials"), "{path}");
            }
        }
    }
}
