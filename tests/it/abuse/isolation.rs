//! The tenant is where the address says, and nowhere else (ISO-01, 02, 12; EML-04; DOS-06).

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::Value;

use super::kit::{
    Held, PASSWORD, PATIENT, Pairs, ask, basic, call, csrf, head, host, introspected, next_code, raw, redeem,
    refresh, silently, state, text, tokens, worthless, worthy,
};
use crate::support::{Agent, World};

/// Every address below an issuer, with what it takes, preflights of scripts apart.
pub(super) const ROUTES: [(&str, &str); 76] = [
    ("GET", "/"),
    ("GET", "/.well-known/openid-configuration"),
    ("GET", "/.well-known/oauth-authorization-server"),
    ("GET", "/.well-known/jwks.json"),
    ("GET", "/oauth2/authorize"),
    ("POST", "/oauth2/authorize"),
    ("POST", "/oauth2/token"),
    ("POST", "/oauth2/revoke"),
    ("POST", "/oauth2/introspect"),
    ("GET", "/oauth2/userinfo"),
    ("POST", "/oauth2/userinfo"),
    ("GET", "/oauth2/logout"),
    ("POST", "/oauth2/logout"),
    ("GET", "/logo"),
    ("GET", "/login"),
    ("POST", "/login/identifier"),
    ("POST", "/login/password"),
    ("POST", "/login/confirm"),
    ("POST", "/login/later"),
    ("POST", "/login/join"),
    ("POST", "/login/account"),
    ("POST", "/login/another"),
    ("POST", "/login/remove"),
    ("POST", "/login/organization"),
    ("POST", "/login/consent"),
    ("POST", "/login/cancel"),
    ("GET", "/invitations/{token}"),
    ("GET", "/invitations"),
    ("POST", "/invitations/accept"),
    ("POST", "/invitations/decline"),
    ("POST", "/invitations/sign-in"),
    ("POST", "/invitations/sign-up"),
    ("POST", "/invitations/prove"),
    ("GET", "/welcome"),
    ("POST", "/welcome/accept"),
    ("GET", "/signup"),
    ("POST", "/signup/address"),
    ("POST", "/signup/account"),
    ("POST", "/signup/instead"),
    ("GET", "/recover"),
    ("POST", "/recover/address"),
    ("POST", "/recover/password"),
    ("GET", "/verify"),
    ("POST", "/verify/code"),
    ("POST", "/verify/link"),
    ("POST", "/verify/again"),
    ("GET", "/account"),
    ("GET", "/account/choose"),
    ("GET", "/account/name"),
    ("POST", "/account/name"),
    ("GET", "/account/addresses"),
    ("GET", "/account/address"),
    ("POST", "/account/address"),
    ("POST", "/account/addresses/prove"),
    ("POST", "/account/addresses/primary"),
    ("POST", "/account/addresses/remove"),
    ("GET", "/account/password"),
    ("POST", "/account/password"),
    ("GET", "/account/sessions"),
    ("POST", "/account/sessions/end"),
    ("POST", "/account/sessions/end-others"),
    ("GET", "/account/memberships"),
    ("GET", "/account/memberships/leave"),
    ("POST", "/account/memberships/leave"),
    ("GET", "/account/own"),
    ("POST", "/account/own"),
    ("GET", "/account/apps"),
    ("POST", "/account/apps/revoke"),
    ("GET", "/account/activity"),
    ("GET", "/account/data"),
    ("POST", "/account/data"),
    ("GET", "/account/deletion"),
    ("POST", "/account/deletion"),
    ("POST", "/account/keep"),
    ("GET", "/account/undo"),
    ("POST", "/account/undo"),
];

/// The addresses that scripts of other origins may ask about.
pub(super) const PREFLIGHTS: [&str; 3] = ["/oauth2/token", "/oauth2/revoke", "/oauth2/userinfo"];

/// The tenant of an access token.
fn tid(token: &str) -> String {
    let payload = data_encoding::BASE64URL_NOPAD.decode(token.split('.').nth(1).unwrap().as_bytes()).unwrap();
    text(&serde_json::from_slice::<Value>(&payload).unwrap(), "tid")
}

/// What everybody may read is the same whatever is sent along.
async fn public_answers(world: &World, acme: &str, other: &str, headers: Pairs<'_>) {
    for path in [
        "/.well-known/openid-configuration",
        "/.well-known/oauth-authorization-server",
        "/.well-known/jwks.json",
        "/login",
    ] {
        let mut plain = world.agent();
        let usual = plain.get(&format!("{acme}{path}")).await;
        let bent = plain
            .send(
                Method::GET,
                &format!("{acme}{path}?tenant=globex&tid={other}&organization=globex"),
                headers,
                None,
            )
            .await;
        assert_eq!(bent.status, usual.status, "{path}");
        if path == "/login" {
            assert!(
                bent.location().as_str().starts_with(&format!("{acme}/login?flow=")),
                "{}",
                bent.location()
            );
        } else {
            assert_eq!(bent.body, usual.body, "{path}");
        }
    }
}

/// A service gets the token of the address that it asks.
async fn services(world: &World, agent: &Agent, ids: &[String; 2], headers: Pairs<'_>) {
    let (acme, globex, other) = (world.issuer("acme"), world.issuer("globex"), ids[1].as_str());
    let service = basic("demo-service", "demo-service-secret");
    let mut with = headers.to_vec();
    with.push(("authorization", &service));
    let named = [("grant_type", "client_credentials"), ("organization", "globex")];
    let answered = call(agent, &format!("{acme}/oauth2/token"), &with, &named).await;
    assert_eq!(tid(&text(&answered.json(), "access_token")), ids[0], "an organization at a tenant's issuer");
    let fields = [("grant_type", "client_credentials"), ("tenant_id", other), ("tid", other)];
    let answered = call(agent, &format!("{acme}/oauth2/token"), &with, &fields).await;
    let own = text(&answered.json(), "access_token");
    assert_eq!(tid(&own), ids[0]);
    assert_eq!(introspected(agent, &globex, &own).await["active"], false);
    let answered = call(agent, &format!("{}/oauth2/token", world.platform()), &with, &fields).await;
    let nobody = text(&answered.json(), "access_token");
    let payload =
        data_encoding::BASE64URL_NOPAD.decode(nobody.split('.').nth(1).unwrap().as_bytes()).unwrap();
    let payload: Value = serde_json::from_slice(&payload).unwrap();
    assert!(
        payload.get("tid").is_none() && payload.get("org_id").is_none(),
        "a tenant by another name: {payload}"
    );
    assert_eq!(introspected(agent, &globex, &nobody).await["active"], false);
}

#[test]
fn every_address_is_tried() {
    let preflights = PREFLIGHTS.map(|path| ("OPTIONS", path));
    let mut tried: Vec<(&str, &str)> = ROUTES.into_iter().chain(preflights).collect();
    let mut offered: Vec<(&str, &str)> = gatehouse_http::addresses().collect();
    tried.sort_unstable();
    offered.sort_unstable();
    assert_eq!(tried, offered, "an address was added or taken away: these tests try each");
}

#[tokio::test]
async fn no_header_and_no_parameter_names_a_tenant() {
    let world = World::with(PATIENT).await;
    let (acme, globex) = (world.issuer("acme"), world.issuer("globex"));
    let ids = [world.tenant("acme").await.to_string(), world.tenant("globex").await.to_string()];
    let mut held = tokens(&world, &acme, "carol@consult.test").await;
    assert_eq!(tid(&held.access), ids[0]);
    let other = ids[1].as_str();
    let headers = [
        ("x-tenant-id", other),
        ("x-tenant", "globex"),
        ("x-organization", "globex"),
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-prefix", "/t/globex"),
        ("x-original-url", "/t/globex/"),
        ("x-rewrite-url", "/t/globex/"),
        ("forwarded", "host=evil.example;proto=https"),
        ("x-host", "evil.example"),
        ("x-http-method-override", "DELETE"),
        ("referer", globex.as_str()),
    ];
    public_answers(&world, &acme, other, &headers).await;
    let url =
        ask(&acme, &[("organization", "globex"), ("tenant", "globex"), ("tid", other), ("org_id", other)]);
    let code = held.agent.send(Method::GET, &url, &headers, None).await.param("code").unwrap();
    let more = [("organization", "globex"), ("tenant_id", other), ("tid", other)];
    let mut fields = vec![
        ("grant_type", "authorization_code"),
        ("client_id", "demo-web"),
        ("code", &code),
        ("redirect_uri", super::kit::CALLBACK),
        ("code_verifier", super::kit::VERIFIER),
    ];
    fields.extend(more);
    let answered = call(&held.agent, &format!("{acme}/oauth2/token"), &headers, &fields).await;
    assert_eq!(tid(&text(&answered.json(), "access_token")), ids[0]);
    services(&world, &held.agent, &ids, &headers).await;
    worthless(&held.agent, &globex, &held.access, "with the tenant's name in a header").await;
}

#[tokio::test]
async fn everything_of_one_tenant_at_every_address_of_another() {
    let world = World::with(PATIENT).await;
    let (acme, globex) = (world.issuer("acme"), world.issuer("globex"));
    let mut held: Held = tokens(&world, &acme, "alice@acme.test").await;
    let code = next_code(&mut held.agent, &acme).await;
    let flow = held.agent.get(&ask(&acme, &[("prompt", "login")])).await.param("flow").unwrap();
    let home = held.agent.get(&format!("{acme}/")).await;
    let session = home.hidden("/oauth2/logout").into_iter().find(|(name, _)| name == "session").unwrap().1;
    let before = state(&world).await;
    let bearer = format!("Bearer {}", held.access);
    for (method, path) in ROUTES {
        let token = csrf(&held.agent, &globex, &flow);
        let fields = [
            ("flow", flow.as_str()),
            ("csrf", &token),
            ("password", PASSWORD),
            ("identifier", "alice@acme.test"),
            ("decision", "allow"),
            ("organization", "acme"),
            // A person may sign out of an own session at any door, so the session is named only where one goes on with it.
            ("session", if path.starts_with("/login/") { &session } else { "" }),
            ("token", &held.access),
            ("access_token", ""),
            ("code", &code),
            ("refresh_token", &held.refresh),
            ("grant_type", "refresh_token"),
            ("client_id", "demo-web"),
            ("id_token_hint", &held.id),
        ];
        let query = super::kit::encode(&fields);
        let headers = [("sec-fetch-site", "same-origin"), ("authorization", bearer.as_str())];
        // With the bearer and without: an app that authenticates by the body sends none.
        for headers in [&headers[..1], &headers] {
            let mut agent = held.agent.clone();
            let answered = match method {
                "GET" => agent.send(Method::GET, &format!("{globex}{path}?{query}"), headers, None).await,
                _ => agent.send(Method::POST, &format!("{globex}{path}"), headers, Some(&fields)).await,
            };
            let what = format!("{method} {path} with {} headers", headers.len());
            let status = answered.status.as_u16();
            assert!(status < 500 && (status == 401 || path != "/oauth2/userinfo"), "{what}: {status}");
            for secret in ["alice@acme.test", "Alice", session.as_str()] {
                let told = path != "/" && answered.body.contains(secret);
                assert!(!told, "{what} tells {secret}: {}", answered.body);
            }
            let location = answered.headers.get("location").map(|to| to.to_str().unwrap().to_owned());
            assert!(location.as_ref().is_none_or(|to| !to.contains("code=gh_")), "{what}: {location:?}");
            assert!(!answered.body.contains("access_token"), "{what}: {}", answered.body);
            assert!(!answered.body.contains("\"active\":true"), "{what}: {}", answered.body);
        }
    }
    assert_eq!(state(&world).await, before);
    silently(&held.agent, &globex).await.unwrap_err();
    worthy(&held.agent, &acme, &held.access, "at home").await;
    assert_eq!(redeem(&held.agent, &acme, &code, &[]).await.status, 200);
    assert_eq!(refresh(&held.agent, &acme, &held.refresh, &[]).await.status, 200);
}

#[tokio::test]
async fn only_one_host_and_only_tenants_that_exist() {
    let world = World::dev().await;
    let own = host(&world);
    let before = state(&world).await;
    let port = world.base.port().unwrap();
    for (method, path) in ROUTES {
        for prefix in ["", "/t/acme"] {
            for foreign in [
                "evil.example",
                &format!("evil.example:{port}"),
                &format!("localhost.:{port}"),
                "localhost",
                &format!("127.0.0.1:{port}"),
                "",
            ] {
                let headers = "Content-Length: 0\r\nX-Forwarded-Host: ".to_owned() + &own + "\r\n";
                let (status, answer) =
                    raw(&world, &head(method, &format!("{prefix}{path}"), foreign, &headers)).await;
                assert!(
                    status == 421 || (foreign.is_empty() && status == 400),
                    "{method} {prefix}{path} for {foreign:?}: {answer}"
                );
                assert!(
                    !answer.contains("evil.example") && !answer.to_lowercase().contains("set-cookie"),
                    "{answer}"
                );
            }
        }
        for slug in [
            "initech",
            "ACME",
            "acme%2e",
            "acme%20",
            "%61cme",
            "acme;x",
            "-",
            "a",
            "..",
            "%2e%2e",
            "acme%00",
            "null",
            "*",
            "ac%C3%A7me",
        ] {
            let (status, answer) =
                raw(&world, &head(method, &format!("/t/{slug}{path}"), &own, "Content-Length: 0\r\n")).await;
            assert_eq!(status, 404, "{method} /t/{slug}{path}: {answer}");
        }
    }
    let double = format!("{own}\r\nHost: evil.example");
    let (status, _) = raw(&world, &head("GET", "/login", &double, "")).await;
    assert!((400..500).contains(&status), "two Host headers: {status}");
    let absolute = head("GET", "http://evil.example/t/acme/login", &own, "");
    let (status, answer) = raw(&world, &absolute).await;
    assert!((400..500).contains(&status) && !answer.contains("evil.example"), "{answer}");
    assert_eq!(state(&world).await, before);
}

#[tokio::test]
async fn a_thousand_interleaved_readers_get_their_own_tenant() {
    let world = World::dev().await;
    let issuers = [world.issuer("acme"), world.issuer("globex"), world.platform()];
    let agent = world.agent();
    let mut keys = Vec::new();
    for issuer in &issuers {
        keys.push(agent.clone().get(&format!("{issuer}/.well-known/jwks.json")).await.body);
    }
    assert!(keys[0] != keys[1] && keys[1] != keys[2]);
    for _ in 0..20 {
        let calls = (0..48).map(|n| {
            let (mut agent, issuer) = (agent.clone(), issuers[n % 3].clone());
            async move {
                let path = if n % 2 == 0 { "jwks.json" } else { "openid-configuration" };
                (n, agent.get(&format!("{issuer}/.well-known/{path}")).await)
            }
        });
        for (n, answered) in join_all(calls).await {
            if n % 2 == 0 {
                assert_eq!(answered.body, keys[n % 3]);
            } else {
                assert_eq!(answered.json()["issuer"], issuers[n % 3]);
            }
        }
    }
}
