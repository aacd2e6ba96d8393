//! UPS-03 and UPS-06: what is no ID token for this sign-in.

use chrono::TimeDelta;
use data_encoding::BASE64URL_NOPAD;
use gatehouse_domain::connection::Denial;
use serde_json::{Value, json};

use super::played::{ISSUER, Played, at, codes};
use super::signer::Signer;

#[tokio::test]
async fn a_good_sign_in_hands_over_what_was_said() {
    let mut played = Played::generic();
    played.claims = json!({
        "groups": ["admins", 7, "staff"], "locale": "pt-BR", "sid": "s-1", "amr": ["pwd", "otp"], "acr": "gold",
        "auth_time": 1_799_999_000, "azp": "gatehouse",
    });
    let judged = played.run().await;
    let person = judged.outcome.unwrap();
    assert_eq!((person.issuer.as_str(), person.subject.as_str()), (ISSUER, "person-1"));
    let address = person.address.unwrap();
    assert_eq!((address.address.to_string().as_str(), address.authoritative), ("ada@acme.test", false));
    assert_eq!(person.groups, ["admins", "staff"]);
    assert_eq!((person.name.as_deref(), person.locale.as_deref()), (Some("Ada"), Some("pt-BR")));
    assert_eq!((person.session.as_deref(), person.acr.as_deref()), (Some("s-1"), Some("gold")));
    assert_eq!(person.amr, ["pwd", "otp"]);
    assert_eq!(person.auth_time.unwrap().timestamp(), 1_799_999_000);
    for code in ["oidc_state", "oidc_signature", "oidc_issuer", "oidc_audience", "oidc_nonce", "oidc_subject"]
    {
        assert!(codes(&judged.trace).contains(&code), "{code}");
    }
    let trace = format!("{:?}", judged.trace);
    for secret in ["the-code", "an-access-token", "s3cret", "the-state"] {
        assert!(!trace.contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn claims_that_are_not_right_end_the_sign_in() {
    let now = 1_800_000_000_i64;
    for (claims, code) in [
        (json!({"iss": "https://evil.test"}), "oidc_issuer"),
        (json!({"iss": format!("{ISSUER}/")}), "oidc_issuer"),
        (json!({"iss": 7}), "oidc_issuer"),
        (json!({"iss": [ISSUER]}), "oidc_issuer"),
        (json!({"iss": null}), "oidc_issuer"),
        (json!({"aud": "another"}), "oidc_audience"),
        (json!({"aud": []}), "oidc_audience"),
        (json!({"aud": null}), "oidc_claims"),
        (json!({"aud": {"0": "gatehouse"}}), "oidc_claims"),
        (json!({"aud": ["gatehouse", 1]}), "oidc_claims"),
        (json!({"aud": ["gatehouse", "another"]}), "oidc_azp"),
        (json!({"aud": ["gatehouse", "another"], "azp": "another"}), "oidc_azp"),
        (json!({"azp": "another"}), "oidc_azp"),
        (json!({"azp": ["gatehouse"]}), "oidc_azp"),
        (json!({"exp": now - 61}), "oidc_expired"),
        (json!({"exp": "1800000300"}), "oidc_claims"),
        (json!({"exp": null}), "oidc_claims"),
        (json!({"exp": 1e300}), "oidc_claims"),
        (json!({"exp": -1}), "oidc_expired"),
        (json!({"exp": -8_000_000_000_000_i64}), "oidc_expired"),
        (json!({"iat": 8_210_000_000_000_i64}), "oidc_issued"),
        (json!({"iat": i64::MAX}), "oidc_claims"),
        (json!({"nbf": 8_210_000_000_000_i64}), "oidc_not_before"),
        (json!({"iat": null}), "oidc_claims"),
        (json!({"iat": now + 61}), "oidc_issued"),
        (json!({"iat": now - 61}), "oidc_issued"),
        (json!({"iat": now + 30, "exp": now + 20}), "oidc_issued"),
        (json!({"nbf": now + 61}), "oidc_not_before"),
        (json!({"nbf": "x"}), "oidc_claims"),
        (json!({"nonce": "another"}), "oidc_nonce"),
        (json!({"nonce": ""}), "oidc_nonce"),
        (json!({"nonce": null}), "oidc_nonce"),
        (json!({"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}), "oidc_at_hash"),
        (json!({"at_hash": 7}), "oidc_at_hash"),
        (json!({"auth_time": "now"}), "oidc_claims"),
        (json!({"auth_time": now + 61}), "oidc_auth_time"),
        (json!({"sub": ""}), "oidc_subject"),
        (json!({"sub": 7}), "oidc_subject"),
        (json!({"sub": null}), "oidc_subject"),
        (json!({"sub": "a".repeat(256)}), "oidc_subject"),
        (json!({"sub": "a\nb"}), "oidc_subject"),
        (json!({"groups": vec!["g"; 1001]}), "oidc_groups"),
    ] {
        let mut played = Played::generic();
        played.claims = claims.clone();
        assert_eq!(played.denied().await, Denial::Invalid(code), "{claims}");
    }
}

#[tokio::test]
async fn clocks_may_differ_by_a_minute() {
    let now = 1_800_000_000_i64;
    for claims in [
        json!({"exp": now - 59, "iat": now - 60}),
        json!({"iat": now + 59}),
        json!({"iat": now as f64 + 0.5, "exp": now as f64 + 299.5}),
        json!({"aud": ["gatehouse"]}),
        json!({"aud": ["other", "gatehouse"], "azp": "gatehouse"}),
    ] {
        let mut played = Played::generic();
        played.claims = claims.clone();
        assert_eq!(played.person().await.subject, "person-1", "{claims}");
    }
}

#[tokio::test]
async fn headers_that_play_with_keys_are_refused() {
    for (header, code) in [
        (json!({"alg": "none"}), "oidc_algorithm"),
        (json!({"alg": "HS256"}), "oidc_algorithm"),
        (json!({"alg": "RS512"}), "oidc_algorithm"),
        (json!({"alg": "ES256"}), "oidc_key"),
        (json!({"alg": "PS256", "kid": "ec"}), "oidc_key"),
        (json!({"alg": null}), "oidc_header"),
        (json!({"alg": ["RS256"]}), "oidc_header"),
        (json!({"kid": "another"}), "oidc_key"),
        (json!({"kid": 7}), "oidc_header"),
        (json!({"typ": "logout+jwt"}), "oidc_header_type"),
        (json!({"typ": "at+jwt"}), "oidc_header_type"),
        (json!({"crit": ["exp"]}), "oidc_header"),
        (json!({"b64": false}), "oidc_header"),
        (json!({"zip": "DEF"}), "oidc_header"),
    ] {
        let mut played = Played::generic();
        played.header = header.clone();
        assert_eq!(played.denied().await, Denial::Invalid(code), "{header}");
    }
}

#[tokio::test]
async fn a_key_in_the_header_is_not_looked_at() {
    let evil = Signer::other_rsa().named("rsa");
    let mut played = Played::generic();
    played.signer = evil;
    played.header = json!({
        "jku": "https://evil.test/jwks", "x5u": "https://evil.test/x5u", "jwk": evil.jwk(), "x5c": ["AAAA"],
    });
    assert_eq!(played.denied().await, Denial::Invalid("oidc_signature"));
    assert!(played.script.seen("https://evil.test/jwks").is_empty());
    played.signer = Signer::rsa();
    assert_eq!(played.person().await.subject, "person-1", "and does no harm where the signature is right");
}

#[tokio::test]
async fn every_algorithm_is_taken_where_the_settings_name_it() {
    for (signer, alg) in [
        (Signer::rsa(), "RS256"),
        (Signer::rsa(), "RS384"),
        (Signer::rsa(), "RS512"),
        (Signer::rsa(), "PS256"),
        (Signer::rsa(), "PS384"),
        (Signer::rsa(), "PS512"),
        (Signer::ec(), "ES256"),
        (Signer::p384(), "ES384"),
        (Signer::ed(), "EdDSA"),
    ] {
        let mut played = Played::generic();
        played.publish_keys(&[signer]);
        (played.signer, played.header) = (signer, json!({"alg": alg, "typ": null}));
        played.settings["algorithms"] = json!([alg]);
        assert_eq!(played.person().await.subject, "person-1", "{alg}");
        played.settings["algorithms"] = json!([if alg == "RS256" { "ES256" } else { "RS256" }]);
        assert_eq!(played.denied().await, Denial::Invalid("oidc_algorithm"), "{alg}");
    }
}

#[tokio::test]
async fn groups_that_are_kept_elsewhere_are_noted() {
    let mut played = Played::generic();
    played.claims = json!({"_claim_names": {"groups": "src1"}});
    let judged = played.run().await;
    assert_eq!(judged.outcome.unwrap().groups, Vec::<String>::new());
    assert!(codes(&judged.trace).contains(&"oidc_groups_elsewhere"));
}

#[tokio::test]
async fn a_token_that_was_changed_is_refused() {
    let played = Played::generic();
    let (sent, memo) = played.begun().await;
    let good = played.id_token(&sent["nonce"]);
    let mut parts: Vec<&str> = good.split('.').collect();
    let claims = played.id_claims(&sent["nonce"]);
    let other = BASE64URL_NOPAD
        .encode(super::played::merged(claims, &json!({"sub": "person-2"})).to_string().as_bytes());
    parts[1] = &other;
    let forged = parts.join(".");
    let (header, _) = good.split_once('.').unwrap();
    for (token, code) in [
        (forged.as_str(), "oidc_signature"),
        (good.rsplit_once('.').unwrap().0, "oidc_token_form"),
        (&format!("{}.", good.rsplit_once('.').unwrap().0), "oidc_signature"),
        (&format!("{header}.!!.AAAA"), "oidc_token_form"),
        ("a.b.c.d.e", "oidc_token_form"),
        (&format!("{good}{}", "A".repeat(20_000)), "oidc_token_form"),
    ] {
        let answer = json!({"access_token": "a", "token_type": "bearer", "id_token": token});
        played.script.json(&at("token"), &answer);
        let judged = played.resume(memo.clone()).await;
        assert_eq!(judged.outcome, Err(Denial::Invalid(code)), "{token}");
    }
}

#[tokio::test]
async fn the_access_token_is_the_one_that_the_id_token_names() {
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, b"an-access-token");
    let half = BASE64URL_NOPAD.encode(&hash.as_ref()[..16]);
    for signer in [Signer::rsa(), Signer::ec()] {
        let mut played = Played::generic();
        (played.signer, played.claims) = (signer, json!({"at_hash": half}));
        assert_eq!(played.person().await.subject, "person-1");
        played.token = json!({"access_token": "another"});
        assert_eq!(played.denied().await, Denial::Invalid("oidc_at_hash"));
    }
}

#[tokio::test]
async fn what_was_asked_to_be_fresh_has_to_be() {
    let now = 1_800_000_000_i64;
    for (auth_time, good) in
        [(Value::Null, false), (json!(now - 31), false), (json!(now - 30), true), (json!(now), true)]
    {
        let mut played = Played::generic();
        played.ask.fresh = true;
        played.claims = json!({"auth_time": auth_time});
        let outcome = played.run().await.outcome.map(drop);
        let expected = if good { Ok(()) } else { Err(Denial::Invalid("oidc_auth_time")) };
        assert_eq!(outcome, expected, "{auth_time}");
    }
}

#[tokio::test]
async fn an_authentication_context_that_was_asked_for_has_to_come() {
    for (acr, good) in
        [(Value::Null, false), (json!("silver"), false), (json!(["gold"]), false), (json!("gold"), true)]
    {
        let mut played = Played::generic();
        played.ask.contexts = vec!["gold".to_owned(), "platinum".to_owned()];
        played.claims = json!({"acr": acr});
        let outcome = played.run().await.outcome.map(drop);
        assert_eq!(outcome, if good { Ok(()) } else { Err(Denial::Invalid("oidc_acr")) }, "{acr}");
    }
}

#[tokio::test]
async fn the_settings_may_name_other_claims() {
    let mut played = Played::generic();
    played.settings["claims"] =
        json!({"email": "mail", "name": "display", "groups": "roles", "subject": "employee"});
    played.claims = json!({
        "mail": "ada@globex.test", "display": "Ada L.", "roles": "staff", "employee": "4711",
    });
    let person = played.person().await;
    assert_eq!(person.subject, "4711");
    assert_eq!(person.address.unwrap().address.to_string(), "ada@globex.test");
    assert_eq!(
        (person.name.as_deref(), person.groups.as_slice()),
        (Some("Ada L."), ["staff".to_owned()].as_slice())
    );
    played.claims = json!({"mail": "x@y.test", "display": "D", "roles": "r"});
    played.script.json(&at("userinfo"), &json!({"sub": "person-1"}));
    assert_eq!(played.denied().await, Denial::Invalid("oidc_subject"), "the subject is not another claim's");
}

#[tokio::test]
async fn a_hosted_domain_that_was_asked_for_has_to_come() {
    for (hd, good) in [(Value::Null, false), (json!("globex.test"), false), (json!("acme.test"), true)] {
        let mut played =
            Played::new(json!({"preset": "google", "client_id": "gatehouse", "hosted_domain": "acme.test"}));
        played.publish(&json!({}));
        played.publish_keys(&[Signer::rsa()]);
        played.claims = json!({"hd": hd});
        let expected = if good { Ok(true) } else { Err(Denial::Invalid("oidc_hosted_domain")) };
        let outcome = played.run().await.outcome.map(|person| person.address.unwrap().authoritative);
        assert_eq!(outcome, expected, "{hd}");
    }
}

#[tokio::test]
async fn a_try_ends_with_the_settings_it_began_with() {
    let mut played = Played::generic();
    let (_, memo) = played.begun().await;
    played.settings["issuer"] = json!("https://other.acme.test");
    assert_eq!(played.resume(memo).await.outcome, Err(Denial::Invalid("oidc_settings_changed")));
    played.later(TimeDelta::seconds(1));
    let memo = gatehouse_spi::upstream::Memo(gatehouse_domain::secret::Secret::new(b"{}".to_vec()));
    assert_eq!(played.resume(memo).await.outcome, Err(Denial::Invalid("oidc_memo")));
}
