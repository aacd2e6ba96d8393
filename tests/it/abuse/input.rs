//! Malformed requests: a clear no, never a failure of ours (DOS-01, and "bad input" of the contract).

use reqwest::Method;

use super::isolation::{PREFLIGHTS, ROUTES};
use super::kit::{PRE, ask, count, csrf, head, host, on_page, raw, sets, state};
use crate::support::World;

const FORM: &str = "application/x-www-form-urlencoded";

/// One POST with a body and a content type of the test's choice.
async fn post(world: &World, path: &str, kind: &str, body: &[u8], cookies: &str) -> (u16, String) {
    let kind = if kind.is_empty() { String::new() } else { format!("Content-Type: {kind}\r\n") };
    let headers = format!("{kind}{cookies}Content-Length: {}\r\n", body.len());
    let mut bytes = head("POST", path, &host(world), &headers);
    bytes.extend_from_slice(body);
    raw(world, &bytes).await
}

/// Bodies of another type or encoding, and fields sent twice.
async fn no_form(world: &World, path: &str, own: &str, cookies: &str) {
    for kind in [
        "",
        "application/json",
        "text/plain",
        "multipart/form-data; boundary=x",
        "application/xml",
        "application/x-www-form-urlencodedx",
        "\u{e4}",
    ] {
        let (status, answer) = post(world, path, kind, own.as_bytes(), cookies).await;
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
        let (status, answer) = post(world, path, FORM, body, cookies).await;
        assert_eq!(status, 400, "{path} with {body:?}: {answer}");
    }
    for name in ["flow", "csrf", "client_id", "grant_type"] {
        let (status, answer) =
            post(world, path, FORM, format!("{own}&{name}=other").as_bytes(), cookies).await;
        let turned = status == 303 && path.contains("authorize");
        assert!(status == 400 && !turned, "{path} with {name} twice: {answer}");
    }
    for body in [&b""[..], b"&&&&", b"=", b"==", b"=x", b"&=&=&", b"\0", b"a"] {
        let (status, answer) = post(world, path, FORM, body, cookies).await;
        assert!((300..500).contains(&status), "{path} with {body:?}: {answer}");
    }
}

/// A body that goes on and on, and one that says two lengths.
async fn no_end(world: &World) {
    let mut endless = head(
        "POST",
        "/t/acme/oauth2/token",
        &host(world),
        &format!("Content-Type: {FORM}\r\nTransfer-Encoding: chunked\r\n"),
    );
    for _ in 0..64 {
        endless.extend_from_slice(b"4000\r\n");
        endless.extend_from_slice(&vec![b'a'; 0x4000]);
        endless.extend_from_slice(b"\r\n");
    }
    assert_eq!(raw(world, &endless).await.0, 413, "a body without an end");
    let mut lying = head(
        "POST",
        "/t/acme/oauth2/token",
        &host(world),
        &format!("Content-Type: {FORM}\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n"),
    );
    lying.extend_from_slice(b"0\r\n\r\nGET /t/acme/login HTTP/1.1\r\n\r\n");
    let (status, answer) = raw(world, &lying).await;
    assert!(
        (400..500).contains(&status) && answer.matches("HTTP/1.1 ").count() == 1,
        "two lengths: {answer}"
    );
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
    let protocol = [
        "/t/acme/oauth2/token",
        "/t/acme/oauth2/revoke",
        "/t/acme/oauth2/introspect",
        "/t/acme/oauth2/userinfo",
        "/oauth2/token",
    ];
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
        no_form(&world, path, &own, &cookies).await;
    }
    no_end(&world).await;
    assert_eq!(state(&world).await, before);
}

#[tokio::test]
async fn queries_that_are_none_begin_nothing() {
    let world = World::dev().await;
    let before = count(&world, "cell.flows").await;
    for query in ["flow=%ff", "flow=%", "flow=a&flow=b", "%00%c0=x", "change=1&change=1", &"a=1&".repeat(70)]
    {
        let answered = world.agent().get(&format!("{}/login?{query}", world.issuer("acme"))).await;
        on_page(&answered, 400, query);
        assert_eq!(answered.complaint().as_deref(), Some("invalid_request"), "{query}");
        assert!(!sets(&answered, PRE), "{query}");
    }
    assert_eq!(count(&world, "cell.flows").await, before);
}

#[tokio::test]
async fn a_page_may_read_why_its_call_was_refused() {
    let world = World::dev().await;
    let own = host(&world);
    let sent = |path: &str, origin: &str, headers: &str, body: &str| {
        let headers = format!("Origin: {origin}\r\n{headers}Content-Length: {}\r\n", body.len());
        [head("POST", path, &own, &headers), body.as_bytes().to_vec()].concat()
    };
    let form = format!("Content-Type: {FORM}\r\n");
    let long = format!("client_id={}", "a".repeat(33 * 1024));
    let twice = format!("{form}Authorization: Basic YTpi\r\nAuthorization: Basic YTpi\r\n");
    for (headers, body, what) in [
        ("Content-Type: application/json\r\n", "{}", "another type"),
        (form.as_str(), long.as_str(), "too large"),
        (&twice, "grant_type=x", "two authentications"),
        (&form, "client_id=demo-web&client_id=demo-web", "sent twice"),
        (&form, "client_id=%ff", "no text"),
    ] {
        for (path, shared) in [("token", true), ("revoke", true), ("introspect", false)] {
            let path = format!("/t/acme/oauth2/{path}");
            let (status, answer) = raw(&world, &sent(&path, &format!("http://{own}"), headers, body)).await;
            let answer = answer.to_lowercase();
            assert!(matches!(status, 400 | 401 | 413), "{path}, {what}: {answer}");
            assert!(answer.contains("\"error\":"), "{path}, {what}: {answer}");
            let may = answer.contains(&format!("access-control-allow-origin: http://{own}\r\n"));
            assert_eq!(may, shared, "{path}, {what}: {answer}");
            let (_, answer) = raw(&world, &sent(&path, "https://evil.example", headers, body)).await;
            assert!(
                !answer.to_lowercase().contains("access-control-allow-origin"),
                "{path}, {what}: {answer}"
            );
        }
    }
}

/// Bytes that are no request.
async fn junk(world: &World) {
    let no = "HTTP/1.1 400 Bad Request\r\n";
    for (sent, start) in [
        (&b"GET / HTTP/9.9\r\n\r\n"[..], no),
        (b"\0\0\0\0\r\n\r\n", no),
        (b"GET\r\n\r\n", no),
        (b"GET / HTTP/1.1\r\n\r\n", no),
        (b"GET / HTTP/1.1\r\nHost : x\r\n\r\n", no),
        (b"\x16\x03\x01\x02\x00\r\n\r\n", no),
        // Over plain TCP nobody speaks HTTP/2 here, and its clients would not read an answer in HTTP/1.1.
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nxxxxxxxxx", ""),
    ] {
        let mut bytes = sent.to_vec();
        bytes.extend_from_slice(b"\r\n");
        let address = ("127.0.0.1", world.base.port().unwrap());
        let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
        tokio::io::AsyncWriteExt::write_all(&mut stream, &bytes).await.unwrap();
        tokio::io::AsyncWriteExt::shutdown(&mut stream).await.unwrap();
        let mut answer = Vec::new();
        let _ = tokio::io::AsyncReadExt::read_to_end(&mut stream, &mut answer).await;
        let answer = String::from_utf8_lossy(&answer);
        let as_expected = if start.is_empty() { answer.is_empty() } else { answer.starts_with(start) };
        assert!(as_expected, "{:?}: {answer}", String::from_utf8_lossy(sent));
    }
}

#[tokio::test]
async fn heads_that_are_too_much_and_addresses_that_are_nowhere() {
    let world = World::dev().await;
    let own = host(&world);
    let before = state(&world).await;
    let many: String = (0..300).map(|n| format!("X-H{n}: 1\r\n")).collect();
    let big = format!("X-Big: {}\r\n", "a".repeat(70_000));
    let cookie = |n| format!("Cookie: {}\r\n", "a=b; ".repeat(n));
    for (what, headers, expected) in [
        ("300 headers", &many, 431),
        ("a header of 70 KB", &big, 431),
        ("70 KB of cookies", &cookie(14_000), 431),
        // The most that a head may hold is 64 KiB; whatever fits is answered as ever.
        ("60 KB of cookies", &cookie(12_000), 303),
    ] {
        let (status, answer) = raw(&world, &head("GET", "/t/acme/login", &own, headers)).await;
        assert_eq!(status, expected, "{what}: {answer}");
    }
    let (status, _) = raw(&world, &head("GET", &format!("/{}", "a".repeat(100_000)), &own, "")).await;
    assert!(matches!(status, 400 | 404 | 414 | 431), "a long address: {status}");
    junk(&world).await;
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
                if method == "OPTIONS" && PREFLIGHTS.contains(&path) {
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
