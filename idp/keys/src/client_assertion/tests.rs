use std::sync::LazyLock;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair as RsaKeyPair;
use aws_lc_rs::signature::RSA_PSS_SHA256;
use data_encoding::BASE64URL_NOPAD;
use gatehouse_domain::ids::KeyId;
use serde_json::json;
use uuid::Uuid;

use super::*;
use crate::signing::SigningKey;
use gatehouse_domain::oauth::Alg;

const CLIENT: &str = "app_client";
const ISSUER: &str = "https://id.example/t/acme";
const NOW: i64 = 1_800_000_000;

static RSA: LazyLock<SigningKey> = LazyLock::new(|| key(Alg::RS256, 3));

fn key(alg: Alg, number: u128) -> SigningKey {
    SigningKey::generate(alg, KeyId::from_uuid(Uuid::from_u128(number))).unwrap()
}

fn public(key: &SigningKey) -> Value {
    serde_json::to_value(key.public_jwk()).unwrap()
}

fn keys(jwks: &[Value]) -> Result<ClientKeys, BadClientKeys> {
    ClientKeys::parse(&serde_json::to_vec(&json!({ "keys": jwks })).unwrap())
}

fn claims() -> Value {
    json!({"iss": CLIENT, "sub": CLIENT, "aud": ISSUER, "jti": "one", "exp": NOW + 60})
}

fn without(mut value: Value, name: &str) -> Value {
    value.as_object_mut().unwrap().remove(name);
    value
}

fn with(mut value: Value, name: &str, new: impl Into<Value>) -> Value {
    value[name] = new.into();
    value
}

fn expect() -> AssertionExpect<'static> {
    AssertionExpect {
        client_id: CLIENT,
        audience: ISSUER,
        now: DateTime::from_timestamp(NOW, 0).unwrap(),
        leeway: TimeDelta::seconds(10),
    }
}

/// The token with its header replaced (and so a broken signature).
fn reheaded(token: &str, header: &Value) -> String {
    let (_, rest) = token.split_once('.').unwrap();
    format!("{}.{rest}", BASE64URL_NOPAD.encode(header.to_string().as_bytes()))
}

#[test]
fn every_algorithm_of_ours_is_accepted_with_and_without_alg_in_the_key() {
    for signer in [&key(Alg::ES256, 1), &key(Alg::EdDSA, 2), &*RSA] {
        let token = signer.sign_jwt("JWT", &claims()).unwrap();
        for jwk in [public(signer), without(public(signer), "alg"), without(public(signer), "kid")] {
            let verified = keys(&[jwk]).unwrap().verify(&token, &expect());
            let expires_at = DateTime::from_timestamp(NOW + 60, 0).unwrap();
            assert_eq!(verified, Ok(ClientAssertion { jti: "one".to_owned(), expires_at }));
        }
    }
}

#[test]
fn ps256_is_accepted_unless_the_key_is_for_rs256() {
    let pair = RsaKeyPair::from_pkcs8(RSA.to_pkcs8().unwrap().expose()).unwrap();
    let encode = |value: &Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
    let signed = format!("{}.{}", encode(&json!({"alg": "PS256"})), encode(&claims()));
    let mut signature = vec![0; pair.public_modulus_len()];
    pair.sign(&RSA_PSS_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature).unwrap();
    let token = format!("{signed}.{}", BASE64URL_NOPAD.encode(&signature));
    for (jwk, expected) in [
        (without(public(&RSA), "alg"), None),
        (with(public(&RSA), "alg", "PS256"), None),
        (public(&RSA), Some(AssertionFault::Algorithm)),
    ] {
        assert_eq!(keys(&[jwk]).unwrap().verify(&token, &expect()).err(), expected);
    }
}

#[test]
fn each_wrong_claim_is_refused_by_name() {
    use AssertionFault as F;
    let signer = key(Alg::EdDSA, 2);
    let keys = keys(&[public(&signer)]).unwrap();
    for (claims, expected) in [
        (with(claims(), "iss", "app_other"), F::Client),
        (with(claims(), "sub", "app_other"), F::Client),
        (without(claims(), "iss"), F::Claims),
        (without(claims(), "sub"), F::Claims),
        (with(claims(), "iss", json!([CLIENT])), F::Claims),
        (with(claims(), "aud", "https://id.example/t/acme/token"), F::Audience),
        (with(claims(), "aud", "https://id.example/t/acme/"), F::Audience),
        (with(claims(), "aud", json!([ISSUER])), F::Claims),
        (with(claims(), "aud", json!([ISSUER, "https://evil.example"])), F::Claims),
        (without(claims(), "aud"), F::Claims),
        (without(claims(), "jti"), F::Claims),
        (with(claims(), "jti", ""), F::Claims),
        (with(claims(), "jti", 7), F::Claims),
        (with(claims(), "jti", "x".repeat(129)), F::Claims),
        (without(claims(), "exp"), F::Claims),
        (with(claims(), "exp", (NOW + 60).to_string()), F::Claims),
        (with(claims(), "exp", NOW as f64 + 60.0), F::Claims),
        (with(claims(), "exp", NOW - 10), F::Expired),
        (with(claims(), "exp", NOW + 311), F::TooLong),
        (with(claims(), "exp", (NOW + 60) * 1000), F::TooLong),
        (with(claims(), "exp", i64::MAX), F::Claims),
        (with(claims(), "iat", NOW + 11), F::NotYetValid),
        (with(claims(), "nbf", NOW + 11), F::NotYetValid),
        (with(claims(), "nbf", Value::Null), F::Claims),
    ] {
        let token = signer.sign_jwt("JWT", &claims).unwrap();
        assert_eq!(keys.verify(&token, &expect()), Err(expected), "{claims}");
    }
    for claims in [
        with(claims(), "exp", NOW - 9),
        with(claims(), "exp", NOW + 310),
        with(claims(), "iat", NOW + 10),
        with(claims(), "jti", "x".repeat(128)),
    ] {
        assert!(keys.verify(&signer.sign_jwt("JWT", &claims).unwrap(), &expect()).is_ok(), "{claims}");
    }
}

#[test]
fn leeway_is_capped() {
    let signer = key(Alg::EdDSA, 2);
    let keys = keys(&[public(&signer)]).unwrap();
    let generous = AssertionExpect { leeway: TimeDelta::hours(1), ..expect() };
    let ended = |ago: i64| signer.sign_jwt("JWT", &with(claims(), "exp", NOW - ago)).unwrap();
    assert!(keys.verify(&ended(29), &generous).is_ok());
    assert_eq!(keys.verify(&ended(30), &generous), Err(AssertionFault::Expired));
}

#[test]
fn headers_cannot_choose_key_or_algorithm() {
    use AssertionFault as F;
    let signer = key(Alg::ES256, 1);
    let keys = keys(&[public(&signer)]).unwrap();
    let token = signer.sign_jwt("JWT", &claims()).unwrap();
    let header = json!({"alg": "ES256", "kid": signer.kid().to_string(), "typ": "JWT"});
    assert!(keys.verify(&reheaded(&token, &header), &expect()).is_ok());
    for name in REFUSED_HEADERS {
        let token = reheaded(&token, &with(header.clone(), name, json!(["exp"])));
        assert_eq!(keys.verify(&token, &expect()), Err(F::Header), "{name}");
    }
    for alg in ["none", "None", "NONE", "", "HS256", "RS256", "PS256", "EdDSA", "ES384", "es256"] {
        let token = reheaded(&token, &with(header.clone(), "alg", alg));
        assert_eq!(keys.verify(&token, &expect()), Err(F::Algorithm), "{alg}");
    }
    assert_eq!(keys.verify(&reheaded(&token, &without(header.clone(), "alg")), &expect()), Err(F::Header));
    assert_eq!(
        keys.verify(&reheaded(&token, &with(header.clone(), "typ", "at+jwt")), &expect()),
        Err(F::Header)
    );
    let elsewhere = with(header.clone(), "kid", "../../etc/passwd");
    assert_eq!(keys.verify(&reheaded(&token, &elsewhere), &expect()), Err(F::UnknownKey));
    assert_eq!(keys.verify(&reheaded(&token, &with(header, "kid", 7)), &expect()), Err(F::Header));
    let (signed, _) = token.rsplit_once('.').unwrap();
    assert_eq!(keys.verify(&format!("{signed}."), &expect()), Err(F::Signature));
    let other = key(Alg::ES256, 1).sign_jwt("JWT", &claims()).unwrap();
    assert_eq!(keys.verify(&other, &expect()), Err(F::Signature));
}

#[test]
fn of_several_keys_the_named_one_is_used() {
    let (one, two) = (key(Alg::EdDSA, 1), key(Alg::EdDSA, 2));
    let keys = keys(&[public(&one), public(&two)]).unwrap();
    for signer in [&one, &two] {
        assert!(keys.verify(&signer.sign_jwt("JWT", &claims()).unwrap(), &expect()).is_ok());
    }
    let nameless = reheaded(&one.sign_jwt("JWT", &claims()).unwrap(), &json!({"alg": "EdDSA"}));
    assert_eq!(keys.verify(&nameless, &expect()), Err(AssertionFault::UnknownKey));
}

#[test]
fn documents_are_judged_when_registered() {
    use BadClientKeys as B;
    let jwk = public(&key(Alg::ES256, 1));
    for member in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
        assert_eq!(keys(&[with(jwk.clone(), member, "AAAA")]).err(), Some(B::Private), "{member}");
    }
    assert_eq!(keys(&[json!({"kty": "oct", "alg": "HS256"})]).err(), Some(B::Private));
    assert_eq!(keys(&[with(jwk.clone(), "y", "AAAA")]).err(), Some(B::BadKey));
    assert_eq!(keys(&[with(jwk.clone(), "kid", 7)]).err(), Some(B::BadKey));
    assert_eq!(keys(&[jwk.clone(), jwk.clone()]).err(), Some(B::Ambiguous));
    assert_eq!(keys(&[jwk.clone(), without(public(&key(Alg::EdDSA, 2)), "kid")]).err(), Some(B::Ambiguous));
    assert_eq!(keys(&vec![jwk.clone(); 17]).err(), Some(B::TooMany));
    for unusable in [
        with(jwk.clone(), "use", "enc"),
        with(jwk.clone(), "key_ops", json!(["encrypt"])),
        with(jwk.clone(), "crv", "P-521"),
        with(jwk.clone(), "alg", "ECDH-ES"),
        json!({"kty": "AKP", "alg": "ML-DSA-44", "pub": "AAAA"}),
    ] {
        assert_eq!(keys(std::slice::from_ref(&unusable)).err(), Some(B::NoneUsable), "{unusable}");
        assert!(keys(&[unusable, jwk.clone()]).is_ok());
    }
    assert!(keys(&[with(with(jwk, "x5t", "AAAA"), "key_ops", json!(["verify"]))]).is_ok());
    for text in ["", "[]", "{}", r#"{"keys":{}}"#, r#"{"keys":[1]}"#, r#"{"keys":[],"keys":[]}"#] {
        assert_eq!(ClientKeys::parse(text.as_bytes()).err(), Some(B::Malformed), "{text}");
    }
    let huge = format!(r#"{{"keys":[],"pad":"{}"}}"#, "x".repeat(70_000));
    assert_eq!(ClientKeys::parse(huge.as_bytes()).err(), Some(B::Malformed));
}

#[test]
fn what_no_key_could_mend_is_told_before_there_are_keys() {
    let signer = key(Alg::ES256, 1);
    let judge = |token: &str| ClientAssertion::judge_unproven(token, &expect());
    let good = signer.sign_jwt("JWT", &claims()).unwrap();
    assert_eq!(judge(&good), Ok(()));
    let (unsigned, _) = good.rsplit_once('.').unwrap();
    assert_eq!(judge(&format!("{unsigned}.AAAA")), Ok(()), "the signature is the keys' matter");
    for (claims, fault) in [
        (with(claims(), "aud", "https://id.example"), AssertionFault::Audience),
        (with(claims(), "sub", "other"), AssertionFault::Client),
        (with(claims(), "exp", NOW - 60), AssertionFault::Expired),
        (with(claims(), "exp", NOW + 3600), AssertionFault::TooLong),
        (without(claims(), "jti"), AssertionFault::Claims),
    ] {
        assert_eq!(judge(&signer.sign_jwt("JWT", &claims).unwrap()), Err(fault));
    }
    assert_eq!(judge(&reheaded(&good, &json!({"alg": "none"}))), Err(AssertionFault::Algorithm));
    assert_eq!(judge(&reheaded(&good, &json!({"alg": "HS256"}))), Err(AssertionFault::Algorithm));
    assert_eq!(judge(&reheaded(&good, &json!({"alg": "ES256", "jku": "x"}))), Err(AssertionFault::Header));
    assert_eq!(judge("a.b"), Err(AssertionFault::Malformed));
}
