//! What the browser is sent with, and how we authenticate to the token endpoint.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use chrono::TimeDelta;
use data_encoding::BASE64URL_NOPAD;
use gatehouse_domain::connection::Denial;
use gatehouse_domain::secret::Secret;
use gatehouse_spi::OutboundError;
use serde_json::json;

use super::played::{ISSUER, Played, answer, at, parts, url};
use super::signer::Signer;
use crate::{ClientAlg, ClientCredential, ClientKey, Oidc};

/// Whether a token of ours is signed by the key of a signer.
pub(super) fn is_signed_by(signer: Signer, token: &str) -> bool {
    let jwk = signer.jwk();
    let number = |name: &str| BASE64URL_NOPAD.decode(jwk[name].as_str().unwrap().as_bytes()).unwrap();
    let point = [vec![4], number("x"), number("y")].concat();
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let signature = BASE64URL_NOPAD.decode(signature.as_bytes()).unwrap();
    UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(signed.as_bytes(), &signature).is_ok()
}

pub(super) fn key() -> ClientCredential {
    ClientCredential::Key(ClientKey {
        kid: Some("ours".to_owned()),
        alg: ClientAlg::ES256,
        pem: Signer::ec().pem(),
    })
}

#[tokio::test]
async fn the_browser_takes_along_what_binds_the_answer() {
    let played = Played::generic();
    let (sent, _) = played.begun().await;
    let (again, _) = played.begun().await;
    for (name, value) in [
        ("response_type", "code"),
        ("client_id", "gatehouse"),
        ("redirect_uri", "https://id.test/providers/p/callback"),
        ("state", "the-state"),
        ("code_challenge_method", "S256"),
        ("scope", "openid email profile"),
    ] {
        assert_eq!(sent.get(name).map(String::as_str), Some(value), "{name}");
    }
    for name in ["nonce", "code_challenge"] {
        assert!(sent[name].len() == 43 && sent[name] != again[name], "{name}");
    }
    for name in ["prompt", "max_age", "login_hint", "acr_values", "response_mode", "hd"] {
        assert!(!sent.contains_key(name), "{name}");
    }
    played.person().await;
    let (begun, exchange) = (played.begun().await.0, played.script.seen(&at("token")).remove(0));
    assert_ne!(begun["code_challenge"], exchange.form["code_verifier"]);
    assert_eq!(exchange.form["redirect_uri"], "https://id.test/providers/p/callback");
    assert_eq!(
        (exchange.form["code"].as_str(), exchange.form["grant_type"].as_str()),
        ("the-code", "authorization_code")
    );
}

#[tokio::test]
async fn the_verifier_is_the_one_that_was_promised() {
    let played = Played::generic();
    let (sent, memo) = played.begun().await;
    played.resume(memo).await.outcome.unwrap_err();
    let verifier = &played.script.seen(&at("token"))[0].form["code_verifier"];
    assert_eq!(BASE64URL_NOPAD.encode(digest(&SHA256, verifier.as_bytes()).as_ref()), sent["code_challenge"]);
}

#[tokio::test]
async fn what_is_wished_for_is_asked_for() {
    let mut played = Played::generic();
    played.settings["scopes"] = json!(["groups", "openid"]);
    played.settings["prompt"] = json!("select_account");
    played.settings["parameters"] = json!({"domain_hint": "acme.test", "resource": "r&s"});
    played.ask.hint = Some("ada@acme.test".parse().unwrap());
    played.ask.fresh = true;
    played.ask.contexts = vec!["gold".to_owned(), "silver".to_owned()];
    let (sent, _) = played.begun().await;
    for (name, value) in [
        ("scope", "openid groups"),
        ("prompt", "login select_account"),
        ("max_age", "0"),
        ("login_hint", "ada@acme.test"),
        ("acr_values", "gold silver"),
        ("domain_hint", "acme.test"),
        ("resource", "r&s"),
    ] {
        assert_eq!(sent.get(name).map(String::as_str), Some(value), "{name}");
    }
}

#[tokio::test]
async fn an_endpoint_may_have_a_query_of_its_own() {
    let played = Played::generic();
    played.publish(&json!({"authorization_endpoint": "https://login.acme.test/authorize?tenant=a"}));
    let (sent, _) = played.begun().await;
    assert_eq!((sent["tenant"].as_str(), sent["response_type"].as_str()), ("a", "code"));
}

#[tokio::test]
async fn a_secret_goes_where_the_settings_say() {
    let mut played = Played::generic();
    played.person().await;
    played.settings["auth"] = json!("client_secret_post");
    played.person().await;
    let seen = played.script.seen(&at("token"));
    assert_eq!(seen[0].authorization.as_deref(), Some("Basic gatehouse:s3cret"));
    assert!(!seen[0].form.contains_key("client_id") && !seen[0].form.contains_key("client_secret"));
    assert_eq!(seen[1].authorization, None);
    assert_eq!(
        (seen[1].form["client_id"].as_str(), seen[1].form["client_secret"].as_str()),
        ("gatehouse", "s3cret")
    );
}

#[tokio::test]
async fn an_assertion_is_signed_by_our_key_for_one_reader() {
    let mut played = Played::generic();
    played.settings["auth"] = json!("private_key_jwt");
    played.credential = key();
    played.person().await;
    played.settings["assertion_audience"] = json!("token_endpoint");
    played.person().await;
    let seen = played.script.seen(&at("token"));
    let assertion = |number: usize| seen[number].form["client_assertion"].clone();
    assert!(is_signed_by(Signer::ec(), &assertion(0)));
    let (header, claims) = parts(&assertion(0));
    assert_eq!((&header["alg"], &header["kid"]), (&json!("ES256"), &json!("ours")));
    let now = played.now.timestamp();
    assert_eq!((&claims["iss"], &claims["sub"]), (&json!("gatehouse"), &json!("gatehouse")));
    assert_eq!((&claims["aud"], &claims["exp"]), (&json!(ISSUER), &json!(now + 60)));
    let (_, second) = parts(&assertion(1));
    assert_eq!(second["aud"], json!(at("token")));
    assert_ne!(claims["jti"], second["jti"]);
    assert_eq!(
        seen[0].form["client_assertion_type"],
        "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    );
    assert!(!seen[0].form.contains_key("client_secret"));
}

#[tokio::test]
async fn a_key_that_cannot_sign_is_our_own_fault() {
    let mut played = Played::generic();
    played.settings["auth"] = json!("private_key_jwt");
    let key = ClientKey { kid: None, alg: ClientAlg::RS256, pem: Secret::new("no key".to_owned()) };
    played.credential = ClientCredential::Key(key);
    assert_eq!(played.denied().await, Denial::Misconfigured("oidc_client_key"));
    assert!(played.script.seen(&at("token")).is_empty());
}

#[tokio::test]
async fn the_credential_fits_the_settings() {
    let mut played = Played::generic();
    let made = |played: &Played| {
        let (credential, documents) = (played.credential.clone(), played.documents.clone());
        Oidc::new(played.config().into(), credential, played.source, documents).is_ok()
    };
    assert!(made(&played));
    played.credential = key();
    assert!(!made(&played));
    played.settings["auth"] = json!("private_key_jwt");
    assert!(made(&played));
    played.settings = json!({"preset": {"apple": {"team": "T", "key": "K"}}, "client_id": "c"});
    assert!(made(&played));
    played.credential = ClientCredential::Secret(Secret::new("s".to_owned()));
    assert!(!made(&played));
}

#[tokio::test]
async fn answers_of_the_token_endpoint_that_are_none() {
    let json = "application/json";
    let good = r#"{"access_token":"a","token_type":"Bearer","id_token":"x.y.z"}"#;
    let long = format!(r#"{{"access_token":"{}"}}"#, "a".repeat(70_000));
    for (reaction, denial) in [
        (Err(OutboundError::Unreachable), Denial::Unreachable),
        (Err(OutboundError::Busy), Denial::Busy),
        (Err(OutboundError::Blocked), Denial::Misconfigured("oidc_token")),
        (Ok(answer(200, json, &long)), Denial::Invalid("oidc_token")),
        (Ok(answer(302, "text/html", "")), Denial::Invalid("oidc_token")),
        (Ok(answer(500, json, good)), Denial::Invalid("oidc_token")),
        (Ok(answer(200, "text/html", good)), Denial::Invalid("oidc_token")),
        (Ok(answer(200, json, "[]")), Denial::Invalid("oidc_token")),
        (Ok(answer(200, json, r#"{"access_token":"a","access_token":"b"}"#)), Denial::Invalid("oidc_token")),
        (
            Ok(answer(200, json, r#"{"access_token":"a","token_type":"DPoP"}"#)),
            Denial::Invalid("oidc_token_type"),
        ),
        (Ok(answer(200, json, r#"{"token_type":"bearer"}"#)), Denial::Invalid("oidc_access_token")),
        (
            Ok(answer(200, json, r#"{"token_type":"bearer","access_token":"a\r\nb"}"#)),
            Denial::Invalid("oidc_access_token"),
        ),
        (
            Ok(answer(200, json, r#"{"token_type":"bearer","access_token":"a"}"#)),
            Denial::Invalid("oidc_id_token"),
        ),
        (Ok(answer(200, json, good)), Denial::Invalid("oidc_token_form")),
        (
            Ok(answer(401, json, r#"{"error":"invalid_client"}"#)),
            Denial::Misconfigured("token_invalid_client"),
        ),
        (Ok(answer(400, json, r#"{"error":"invalid_grant"}"#)), Denial::Upstream("token_invalid_grant")),
        (Ok(answer(400, json, r#"{"error":"<b>"}"#)), Denial::Upstream("token_refused")),
        (Ok(answer(400, json, r#"{"error":7}"#)), Denial::Upstream("token_refused")),
    ] {
        let mut played = Played::generic();
        let (_, memo) = played.begun().await;
        let shown = format!("{reaction:?}");
        played.script.set(url(&at("token")).as_str(), reaction);
        played.later(TimeDelta::seconds(1));
        assert_eq!(played.resume(memo).await.outcome, Err(denial), "{shown}");
    }
}
