use serde_json::{Value, json};

use super::*;

fn judged(settings: Value) -> Result<OidcConfig, BadOidcSettings> {
    OidcConfig::new(serde_json::from_value(settings).unwrap(), false)
}

fn with(name: &str, value: Value) -> Value {
    let mut settings = json!({"issuer": "https://login.acme.test", "client_id": "gatehouse"});
    settings[name] = value;
    settings
}

#[test]
fn a_generic_upstream_needs_its_issuer_and_no_more() {
    let config = judged(with("preset", json!("generic"))).unwrap();
    assert_eq!(config.issuer(), "https://login.acme.test");
    assert_eq!(
        config.discovery().unwrap().as_str(),
        "https://login.acme.test/.well-known/openid-configuration"
    );
    assert_eq!((config.auth(), config.scopes()), (ClientAuth::ClientSecretBasic, vec!["email", "profile"]));
    let slash = judged(with("issuer", json!("https://acme.test/realms/a/"))).unwrap();
    assert_eq!(slash.issuer(), "https://acme.test/realms/a/", "kept as it was given: it is compared exactly");
    assert_eq!(
        slash.discovery().unwrap().as_str(),
        "https://acme.test/realms/a/.well-known/openid-configuration"
    );
}

#[test]
fn settings_that_cannot_work_are_refused() {
    for (settings, why) in [
        (json!({"client_id": "x"}), BadOidcSettings::Issuer),
        (with("issuer", json!("login.acme.test")), BadOidcSettings::Issuer),
        (with("issuer", json!("http://login.acme.test")), BadOidcSettings::Issuer),
        (with("issuer", json!("http://127.0.0.1:4000")), BadOidcSettings::Issuer),
        (with("issuer", json!("https://login.acme.test/?a=b")), BadOidcSettings::Issuer),
        (with("issuer", json!("https://login.acme.test/#a")), BadOidcSettings::Issuer),
        (with("issuer", json!("https://u:p@login.acme.test")), BadOidcSettings::Issuer),
        (with("preset", json!("google")), BadOidcSettings::PresetIssuer),
        (with("client_id", json!("")), BadOidcSettings::ClientId),
        (with("client_id", json!("a\nb")), BadOidcSettings::ClientId),
        (with("client_id", json!("a".repeat(257))), BadOidcSettings::ClientId),
        (with("scopes", json!(["a b"])), BadOidcSettings::Scopes),
        (with("scopes", json!([""])), BadOidcSettings::Scopes),
        (with("scopes", json!(vec!["a"; 21])), BadOidcSettings::Scopes),
        (with("claims", json!({"email": ""})), BadOidcSettings::Claims),
        (with("claims", json!({"subject": "email"})), BadOidcSettings::MovableSubject),
        (with("claims", json!({"subject": "upn"})), BadOidcSettings::MovableSubject),
        (with("parameters", json!({"audience": ""})), BadOidcSettings::Parameters),
        (with("parameters", json!({"audience": "é"})), BadOidcSettings::Parameters),
        (with("hosted_domain", json!("acme.test")), BadOidcSettings::HostedDomain),
        (
            json!({"preset": "google", "client_id": "x", "claims": {"subject": "oid"}}),
            BadOidcSettings::PresetClaims,
        ),
        (
            json!({"preset": {"microsoft": {"directory": "common"}}, "client_id": "x", "claims": {"email": "upn"}}),
            BadOidcSettings::PresetClaims,
        ),
        (json!({"preset": "google", "client_id": "x", "auth": "private_key_jwt"}), BadOidcSettings::Auth),
        (
            json!({"preset": {"apple": {"team": "T", "key": "K"}}, "client_id": "x", "auth": "client_secret_basic"}),
            BadOidcSettings::Auth,
        ),
        (json!({"preset": {"apple": {"team": "", "key": "K"}}, "client_id": "x"}), BadOidcSettings::Apple),
    ] {
        assert_eq!(judged(settings.clone()).map(drop), Err(why), "{settings}");
    }
}

#[test]
fn what_is_not_known_is_not_read() {
    for (name, value) in [
        ("jwks_uri", json!("https://evil.test/jwks")),
        ("token_endpoint", json!("https://evil.test/token")),
        ("parameters", json!({"redirect_uri": "https://evil.test"})),
        ("parameters", json!({"response_type": "token"})),
        ("algorithms", json!(["HS256"])),
        ("algorithms", json!(["none"])),
        ("auth", json!("none")),
        ("claims", json!({"roles": "r"})),
    ] {
        assert!(serde_json::from_value::<OidcSettings>(with(name, value.clone())).is_err(), "{name} {value}");
    }
}

#[test]
fn loopback_is_for_development() {
    let settings: OidcSettings =
        serde_json::from_value(with("issuer", json!("http://localhost:4000"))).unwrap();
    assert_eq!(OidcConfig::new(settings.clone(), false), Err(BadOidcSettings::Issuer));
    let config = OidcConfig::new(settings, true).unwrap();
    assert!(config.admits(&"http://127.0.0.1:1/token".parse().unwrap()));
    assert!(!config.admits(&"http://acme.test/token".parse().unwrap()));
    let google = json!({"preset": "google", "client_id": "x", "issuer": "http://localhost:4000"});
    let google: OidcSettings = serde_json::from_value(google).unwrap();
    assert_eq!(OidcConfig::new(google.clone(), false), Err(BadOidcSettings::PresetIssuer));
    assert_eq!(OidcConfig::new(google, true).unwrap().issuer(), "http://localhost:4000");
}

#[test]
fn presets_know_their_issuers() {
    let microsoft = |directory: &str| {
        judged(json!({"preset": {"microsoft": {"directory": directory}}, "client_id": "x"})).unwrap()
    };
    let common = microsoft("common");
    assert_eq!(common.issuer(), "https://login.microsoftonline.com/{tenantid}/v2.0");
    assert_eq!(
        common.discovery().unwrap().as_str(),
        "https://login.microsoftonline.com/common/v2.0/.well-known/openid-configuration"
    );
    assert_eq!(common.issuer_for(Some("d")), "https://login.microsoftonline.com/d/v2.0");
    let personal = "https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0";
    assert_eq!(microsoft("consumers").issuer(), personal);
    assert_eq!(microsoft("consumers").issuer_for(Some("d")), personal);
    let google = judged(json!({"preset": "google", "client_id": "x"})).unwrap();
    assert_eq!(google.issuer(), "https://accounts.google.com");
    assert_eq!(google.algorithms(), [IdTokenAlg::RS256]);
    let github = judged(json!({"preset": "github", "client_id": "x"})).unwrap();
    assert_eq!(github.issuer(), "https://github.com");
    let apple = judged(json!({"preset": {"apple": {"team": "T", "key": "K"}}, "client_id": "x"})).unwrap();
    assert_eq!((apple.issuer(), apple.scopes()), ("https://appleid.apple.com", vec!["name", "email"]));
}

#[test]
fn settings_are_written_as_they_are_read() {
    let settings = json!({
        "preset": "generic", "issuer": "https://login.acme.test", "client_id": "x", "auth": "private_key_jwt",
        "assertion_audience": "token_endpoint", "scopes": ["email", "groups"], "claims": {"groups": "roles"},
        "algorithms": ["ES384"], "prompt": "select_account", "parameters": {"resource": "r"},
    });
    let read: OidcSettings = serde_json::from_value(settings.clone()).unwrap();
    assert_eq!(serde_json::to_value(&read).unwrap(), settings);
    assert_eq!(OidcConfig::new(read, false).unwrap().scopes(), ["email", "groups"]);
}
