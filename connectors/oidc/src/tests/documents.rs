//! What is remembered of upstreams' documents, for whom and for how long.

use chrono::TimeDelta;
use gatehouse_domain::connection::{Denial, Source};
use gatehouse_domain::ids::{ConnectionId, TenantId};
use gatehouse_spi::OutboundError;
use serde_json::json;

use super::played::{ISSUER, Played, answer, at, codes, uuid};
use super::signer::Signer;

const PLACE: &str = "https://login.acme.test/.well-known/openid-configuration";

fn fetched(played: &Played) -> (usize, usize) {
    (played.script.seen(PLACE).len(), played.script.seen(&at("jwks")).len())
}

#[tokio::test]
async fn documents_are_good_for_an_hour() {
    let mut played = Played::generic();
    for _ in 0..3 {
        played.person().await;
    }
    assert_eq!(fetched(&played), (1, 1));
    played.later(TimeDelta::minutes(59));
    played.person().await;
    assert_eq!(fetched(&played), (1, 1));
    played.later(TimeDelta::minutes(1));
    played.person().await;
    assert_eq!(fetched(&played), (2, 2));
}

#[tokio::test]
async fn those_who_come_together_wait_for_one_answer() {
    let played = Played::generic();
    let (a, b, c) = tokio::join!(played.begin(), played.begin(), played.begin());
    assert!([a, b, c].iter().all(|judged| judged.outcome.is_ok()));
    assert_eq!(fetched(&played), (1, 0));
}

#[tokio::test]
async fn a_new_key_is_found_at_once_and_a_flood_of_names_asks_once_a_minute() {
    let mut played = Played::generic();
    played.person().await;
    let rotated = Signer::other_rsa().named("next");
    played.publish_keys(&[rotated]);
    played.signer = rotated;
    played.person().await;
    assert_eq!(fetched(&played), (1, 2));
    for kid in ["x", "y", "z"] {
        played.signer = Signer::other_rsa().named(kid);
        assert_eq!(played.denied().await, Denial::Invalid("oidc_key"));
    }
    assert_eq!(fetched(&played), (1, 2), "the minute is not over");
    played.signer = rotated;
    played.person().await;
    played.later(TimeDelta::minutes(1));
    played.signer = Signer::other_rsa().named("x");
    assert_eq!(played.denied().await, Denial::Invalid("oidc_key"));
    assert_eq!(fetched(&played), (1, 3));
}

#[tokio::test]
async fn a_failed_renewal_does_not_lose_the_keys() {
    let mut played = Played::generic();
    played.person().await;
    played.script.set(&at("jwks"), Err(OutboundError::Unreachable));
    played.signer = Signer::rsa().named("x");
    assert_eq!(played.denied().await, Denial::Unreachable);
    played.signer = Signer::rsa();
    played.person().await;
}

#[tokio::test]
async fn keys_without_names_are_renewed_too() {
    let mut played = Played::generic();
    let nameless = |signer: Signer| {
        let mut jwk = signer.jwk();
        jwk.as_object_mut().unwrap().remove("kid");
        json!({"keys": [jwk]})
    };
    played.header = json!({"kid": null});
    played.script.json(&at("jwks"), &nameless(Signer::rsa()));
    played.person().await;
    played.script.json(&at("jwks"), &nameless(Signer::other_rsa()));
    played.signer = Signer::other_rsa();
    played.person().await;
    played.header = json!({});
    assert_eq!(played.person().await.subject, "person-1", "the only key, whatever the token calls it");
    played.publish_keys(&[Signer::rsa(), Signer::other_rsa()]);
    played.later(TimeDelta::hours(1));
    played.header = json!({"kid": null});
    assert_eq!(played.denied().await, Denial::Invalid("oidc_key"), "one of two is not guessed");
}

#[tokio::test]
async fn no_owner_lends_documents_or_keys_to_another() {
    let played = Played::generic();
    played.person().await;
    let mut other = Played::generic();
    other.documents = played.documents.clone();
    other.source = Source::Connection(TenantId::from_uuid(uuid(2)), ConnectionId::from_uuid(uuid(3)));
    // The same name of a key, another key: the first owner's is of no use here.
    other.publish_keys(&[Signer::other_rsa().named("rsa")]);
    assert_eq!(other.denied().await, Denial::Invalid("oidc_signature"));
    other.signer = Signer::other_rsa().named("rsa");
    assert_eq!(other.person().await.subject, "person-1");
    played.person().await;
    assert_eq!(fetched(&played), (1, 1));
}

#[tokio::test]
async fn documents_that_are_none_are_refused_and_that_is_remembered_for_seconds() {
    let long = format!("{{\"issuer\": \"{}\"}}", "a".repeat(200_000));
    for (reaction, denial) in [
        (Err(OutboundError::Unreachable), Denial::Unreachable),
        (Err(OutboundError::Blocked), Denial::Misconfigured("oidc_discovery")),
        (Ok(answer(404, "application/json", "{}")), Denial::Invalid("oidc_discovery")),
        (Ok(answer(302, "text/html", "")), Denial::Invalid("oidc_discovery")),
        (Ok(answer(200, "text/html", "{}")), Denial::Invalid("oidc_discovery")),
        (Ok(answer(200, "application/json", "{}")), Denial::Invalid("oidc_discovery")),
        (Ok(answer(200, "application/json", "[]")), Denial::Invalid("oidc_discovery")),
        (Ok(answer(200, "application/json", &long)), Denial::Invalid("oidc_discovery")),
    ] {
        let mut played = Played::generic();
        played.script.set(PLACE, reaction);
        for _ in 0..2 {
            assert_eq!(played.begin().await.outcome.map(drop), Err(denial.clone()));
        }
        assert_eq!(fetched(&played), (1, 0));
        played.publish(&json!({}));
        played.later(TimeDelta::seconds(10));
        played.person().await;
    }
}

#[tokio::test]
async fn that_we_had_no_room_is_not_remembered() {
    let played = Played::generic();
    played.script.set(PLACE, Err(OutboundError::Busy));
    assert_eq!(played.begin().await.outcome.map(drop), Err(Denial::Busy));
    played.publish(&json!({}));
    assert!(played.begin().await.outcome.is_ok());
}

#[tokio::test]
async fn a_document_speaks_for_its_own_issuer_and_names_sound_endpoints() {
    for (changes, code) in [
        (json!({"issuer": "https://evil.test"}), "oidc_discovery_issuer"),
        (json!({"issuer": format!("{ISSUER}/")}), "oidc_discovery_issuer"),
        (json!({"issuer": 7}), "oidc_discovery"),
        (json!({"token_endpoint": null}), "oidc_discovery"),
        (json!({"jwks_uri": "/jwks"}), "oidc_discovery"),
        (json!({"authorization_endpoint": "javascript:alert(1)"}), "oidc_discovery_endpoint"),
        (json!({"authorization_endpoint": "http://login.acme.test/authorize"}), "oidc_discovery_endpoint"),
        (json!({"token_endpoint": "http://127.0.0.1/token"}), "oidc_discovery_endpoint"),
        (json!({"jwks_uri": "https://u:p@login.acme.test/jwks"}), "oidc_discovery_endpoint"),
        (json!({"end_session_endpoint": "https://login.acme.test/#x"}), "oidc_discovery_endpoint"),
    ] {
        let played = Played::generic();
        played.publish(&changes);
        let judged = played.begin().await;
        assert_eq!(judged.outcome.map(drop), Err(Denial::Invalid(code)), "{changes}");
        assert_eq!(codes(&judged.trace).last(), Some(&code));
    }
}

#[tokio::test]
async fn keys_that_are_of_no_use_are_passed_over() {
    let good = Signer::rsa().jwk();
    let with = |name: &str, value: serde_json::Value| {
        let mut jwk = good.clone();
        jwk[name] = value;
        jwk
    };
    for (jwk, usable) in [
        (good.clone(), true),
        (with("alg", json!("RS256")), true),
        (with("key_ops", json!(["verify"])), true),
        (with("x5c", json!(["AAAA"])), true),
        (with("alg", json!("RS512")), false),
        (with("alg", json!("RSA-OAEP")), false),
        (with("use", json!("enc")), false),
        (with("key_ops", json!(["encrypt"])), false),
        (with("d", json!("AAAA")), false),
        (with("n", json!("AAAA")), false),
        (with("n", json!(7)), false),
        (with("n", json!("A".repeat(342))), false),
        (with("n", json!(format!("{}A", "_".repeat(341)))), false),
        (with("e", json!("AQ")), false),
        (with("e", json!("AAAB")), false),
        (with("e", json!("Ag")), false),
        (with("e", json!("AQABAQAB")), false),
        (with("kty", json!("oct")), false),
        (json!({"kty": "oct", "k": "c2VjcmV0", "kid": "rsa"}), false),
        (json!(7), false),
    ] {
        let played = Played::generic();
        played.script.json(&at("jwks"), &json!({"keys": [{"kty": "new"}, jwk]}));
        let expected = if usable { Ok(()) } else { Err(Denial::Invalid("oidc_key")) };
        assert_eq!(played.run().await.outcome.map(drop), expected, "{jwk}");
    }
    for document in [json!({}), json!({"keys": {}}), json!({"keys": vec![good; 65]})] {
        let played = Played::generic();
        played.script.json(&at("jwks"), &document);
        assert_eq!(played.denied().await, Denial::Invalid("oidc_jwks"));
    }
}
