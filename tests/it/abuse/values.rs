//! Parameters and fields whose values databases and parsers choke on: a clear no, never a failure of ours (DOS-01).

use reqwest::Method;

use super::kit::{PATIENT, ask, code, csrf, encode, on_page};
use crate::support::{Agent, World};

/// What databases and parsers choke on.
const VALUES: [&str; 11] = [
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
];

/// Parameters of an authorization request.
const NAMES: [&str; 16] = [
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

/// What apps call themselves, each parameter with each value.
async fn called_by_apps(nobody: &Agent, acme: &str, code: &str, failures: &mut Vec<String>) {
    let token = [
        ("grant_type", "authorization_code"),
        ("client_id", "demo-web"),
        ("code", code),
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
            for value in VALUES {
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
    let mut failures = Vec::new();
    for name in NAMES {
        for value in VALUES {
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
    called_by_apps(&nobody, &acme, &code, &mut failures).await;
    assert!(failures.is_empty(), "{} failures of ours:\n{}", failures.len(), failures.join("\n"));
}

/// Strange passwords are wrong ones.
async fn passwords(agent: &mut Agent, acme: &str, long: &str, failures: &mut Vec<String>) {
    let flow = agent.get(&ask(acme, &[])).await.param("flow").unwrap();
    let token = csrf(agent, acme, &flow);
    let posted = agent
        .post(
            &format!("{acme}/login/identifier"),
            &[("flow", flow.as_str()), ("csrf", &token), ("identifier", "alice@acme.test")],
        )
        .await;
    assert_eq!(posted.status, 303);
    for value in ["\0", "correct horse\0 battery staple", "\u{feff}", long] {
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
                // What is no text is no form; the rest is a form that was not made for this browser.
                let status = if value.contains('\0') { 400 } else { 403 };
                on_page(&answered, status, name);
            }
        }
    }
    passwords(&mut agent, &acme, &long, &mut failures).await;
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
