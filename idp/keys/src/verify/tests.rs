use std::sync::LazyLock;

use aws_lc_rs::hmac;
use data_encoding::BASE64URL_NOPAD;
use gatehouse_domain::ids::KeyId;
use proptest::prelude::*;
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::*;
use crate::signing::SigningKey;

const ISSUER: &str = "https://id.example/t/acme";
const NOW: i64 = 1_800_000_000;

static ES: LazyLock<SigningKey> = LazyLock::new(|| key(Alg::ES256, 1));
static ED: LazyLock<SigningKey> = LazyLock::new(|| key(Alg::EdDSA, 2));
static RS: LazyLock<SigningKey> = LazyLock::new(|| key(Alg::RS256, 3));

fn key(alg: Alg, number: u128) -> SigningKey {
    SigningKey::generate(alg, KeyId::from_uuid(Uuid::from_u128(number))).unwrap()
}

fn set(keys: &[&SigningKey]) -> IssuerKeys {
    let parse = |key: &&SigningKey| Arc::new(VerifyingKey::from_jwk(&key.public_jwk()).unwrap());
    IssuerKeys::new(ISSUER, keys.iter().map(parse).collect())
}

fn expect() -> Expect<'static> {
    let now = DateTime::from_timestamp(NOW, 0).unwrap();
    Expect::new("at+jwt", Audience::Exact("api"), now).leeway(TimeDelta::seconds(30))
}

fn claims() -> Value {
    json!({"iss": ISSUER, "sub": "mem_ada", "aud": "api", "iat": NOW, "exp": NOW + 300, "tid": "acme"})
}

fn with(mut value: Value, name: &str, new: impl Into<Value>) -> Value {
    value[name] = new.into();
    value
}

fn without(mut value: Value, name: &str) -> Value {
    value.as_object_mut().unwrap().remove(name);
    value
}

fn judge(token: &str, expect: &Expect<'_>) -> Result<(), TokenFault> {
    verify_jwt::<Value>(token, &set(&[&ES, &ED]), expect).map(|_| ())
}

fn judge_claims(claims: &Value) -> Result<(), TokenFault> {
    judge(&ES.sign_jwt("at+jwt", claims).unwrap(), &expect())
}

/// A token of any header and payload text, signed by the ES256 key: what a flawed signer of ours might produce.
fn forged(header: &str, payload: &str) -> String {
    let encode = |text: &str| BASE64URL_NOPAD.encode(text.as_bytes());
    let signed = format!("{}.{}", encode(header), encode(payload));
    let pkcs8 = ES.to_pkcs8().unwrap();
    let algorithm = &aws_lc_rs::signature::ECDSA_P256_SHA256_FIXED_SIGNING;
    let pair = aws_lc_rs::signature::EcdsaKeyPair::from_pkcs8(algorithm, pkcs8.expose()).unwrap();
    let signature = pair.sign(&aws_lc_rs::rand::SystemRandom::new(), signed.as_bytes()).unwrap();
    format!("{signed}.{}", BASE64URL_NOPAD.encode(signature.as_ref()))
}

fn header() -> Value {
    json!({"alg": "ES256", "kid": ES.kid().to_string(), "typ": "at+jwt"})
}

#[test]
fn our_tokens_of_every_algorithm_are_accepted() {
    #[derive(Debug, PartialEq, Deserialize)]
    struct Mine {
        tid: String,
    }
    for signer in [&*ES, &*ED, &*RS] {
        let token = signer.sign_jwt("at+jwt", &claims()).unwrap();
        let verified = verify_jwt::<Mine>(&token, &set(&[&ES, &ED, &RS]), &expect()).unwrap();
        assert_eq!(verified.claims, Mine { tid: "acme".to_owned() });
        assert_eq!(verified.subject, "mem_ada");
        assert_eq!(verified.audience, ["api"]);
        assert_eq!(verified.issued_at.timestamp(), NOW);
        assert_eq!(verified.expires_at.timestamp(), NOW + 300);
        assert_eq!(verified.kid, signer.kid().to_string());
    }
}

#[test]
fn the_algorithm_is_the_keys() {
    for alg in ["none", "None", "NONE", "nOnE", "", "HS256", "RS256", "EdDSA", "ES384", "es256", "ES256 "] {
        let token = forged(&with(header(), "alg", alg).to_string(), &claims().to_string());
        assert_eq!(judge(&token, &expect()), Err(TokenFault::Algorithm), "{alg}");
        let (signed, _) = token.rsplit_once('.').unwrap();
        assert_eq!(judge(&format!("{signed}."), &expect()), Err(TokenFault::Algorithm), "{alg}");
    }
    let token = ES.sign_jwt("at+jwt", &claims()).unwrap();
    let (signed, _) = token.rsplit_once('.').unwrap();
    assert_eq!(judge(&format!("{signed}."), &expect()), Err(TokenFault::Signature));
}

#[test]
fn the_public_key_is_no_shared_secret() {
    let encode = |value: &Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
    let jwk = serde_json::to_string(&ES.public_jwk()).unwrap();
    for alg in ["HS256", "ES256"] {
        let signed = format!("{}.{}", encode(&with(header(), "alg", alg)), encode(&claims()));
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, jwk.as_bytes()), signed.as_bytes());
        let token = format!("{signed}.{}", BASE64URL_NOPAD.encode(tag.as_ref()));
        let expected = if alg == "HS256" { TokenFault::Algorithm } else { TokenFault::Signature };
        assert_eq!(judge(&token, &expect()), Err(expected));
    }
}

#[test]
fn a_header_offers_nothing_but_a_kid() {
    assert_eq!(judge(&forged(&header().to_string(), &claims().to_string()), &expect()), Ok(()));
    let jwk = serde_json::to_value(ES.public_jwk()).unwrap();
    for (name, value) in [
        ("crit", json!(["exp"])),
        ("crit", json!([])),
        ("jku", json!("https://evil.example/jwks")),
        ("x5u", json!("https://evil.example/cert")),
        ("x5c", json!(["AAAA"])),
        ("jwk", jwk),
        ("zip", json!("DEF")),
        ("b64", json!(false)),
        ("cty", json!("JWT")),
    ] {
        let token = forged(&with(header(), name, value).to_string(), &claims().to_string());
        assert_eq!(judge(&token, &expect()), Err(TokenFault::Header), "{name}");
    }
    for name in ["alg", "kid", "typ"] {
        for header in [without(header(), name), with(header(), name, 7), with(header(), name, Value::Null)] {
            let token = forged(&header.to_string(), &claims().to_string());
            assert_eq!(judge(&token, &expect()), Err(TokenFault::Header), "{header}");
        }
    }
}

#[test]
fn a_kid_is_an_exact_name_inside_the_issuers_set() {
    let kid = ES.kid().to_string();
    for other in [
        "",
        "../../etc/passwd",
        "' OR 1=1 --",
        "\0",
        &format!("{kid}\0"),
        &kid.to_uppercase(),
        &RS.kid().to_string(),
    ] {
        let token = forged(&with(header(), "kid", other).to_string(), &claims().to_string());
        assert_eq!(judge(&token, &expect()), Err(TokenFault::UnknownKey), "{other}");
    }
    let swapped = with(with(header(), "kid", ED.kid().to_string()), "alg", "EdDSA");
    assert_eq!(
        judge(&forged(&swapped.to_string(), &claims().to_string()), &expect()),
        Err(TokenFault::Signature)
    );
    let stranger = key(Alg::ES256, 1).sign_jwt("at+jwt", &claims()).unwrap();
    assert_eq!(judge(&stranger, &expect()), Err(TokenFault::Signature));
}

#[test]
fn another_issuers_keys_or_name_do_not_help() {
    let theirs = IssuerKeys::new("https://id.example/t/other", set(&[&ES]).keys);
    let token = ES.sign_jwt("at+jwt", &claims()).unwrap();
    let verdict = verify_jwt::<Value>(&token, &theirs, &expect()).err();
    assert_eq!(verdict, Some(TokenFault::Issuer));
    let verdict = verify_jwt::<Value>(&token, &set(&[&ED]), &expect()).err();
    assert_eq!(verdict, Some(TokenFault::UnknownKey));
}

#[test]
fn the_type_is_exact() {
    for typ in ["JWT", "logout+jwt", "AT+JWT", "application/at+jwt", "at+jwt ", ""] {
        let token = ES.sign_jwt(typ, &claims()).unwrap();
        assert_eq!(judge(&token, &expect()), Err(TokenFault::Type), "{typ}");
    }
}

#[test]
fn every_required_claim_is_present_and_typed() {
    for name in ["iss", "sub", "aud", "exp", "iat"] {
        for value in [json!(null), json!({}), json!(true), json!([7]), json!([])] {
            let claims = with(claims(), name, value);
            assert_eq!(judge_claims(&claims), Err(TokenFault::Claims), "{claims}");
        }
        assert_eq!(judge_claims(&without(claims(), name)), Err(TokenFault::Claims), "{name}");
    }
    for (name, value) in [
        ("iss", json!([ISSUER])),
        ("sub", json!("")),
        ("sub", json!(7)),
        ("aud", json!("")),
        ("aud", json!(["api", ""])),
        ("aud", json!({"api": "api"})),
        ("exp", json!((NOW + 300).to_string())),
        ("exp", json!(NOW as f64 + 300.5)),
        ("exp", json!(NOW as f64 + 300.0)),
        ("exp", json!(-1)),
        ("exp", json!(u64::MAX)),
        ("iat", json!(NOW.to_string())),
        ("iat", json!(-1)),
        ("nbf", json!(NOW.to_string())),
        ("nbf", json!(null)),
    ] {
        let claims = with(claims(), name, value);
        assert_eq!(judge_claims(&claims), Err(TokenFault::Claims), "{claims}");
    }
}

#[test]
fn issuers_are_compared_exactly() {
    for issuer in ["https://id.example/t/acme/", "https://ID.example/t/acme", "https://id.example/t/other"] {
        assert_eq!(judge_claims(&with(claims(), "iss", issuer)), Err(TokenFault::Issuer), "{issuer}");
    }
}

#[test]
fn audiences_that_merely_overlap_are_refused_unless_asked_for() {
    let token = |aud: Value| ES.sign_jwt("at+jwt", &with(claims(), "aud", aud)).unwrap();
    let (one, list) = (json!("api"), json!(["api"]));
    let (both, other) = (json!(["api", "evil"]), json!("evil"));
    let want = |audience| Expect { audience, ..expect() };
    for (audience, accepted) in [
        (Audience::Exact("api"), [true, true, false, false]),
        (Audience::OneOf(&["web", "api"]), [true, true, false, false]),
        (Audience::OneOf(&[]), [false, false, false, false]),
        (Audience::Includes("api"), [true, true, true, false]),
        (Audience::Unjudged, [true, true, true, true]),
    ] {
        for (aud, accepted) in [&one, &list, &both, &other].into_iter().zip(accepted) {
            let expected = if accepted { Ok(()) } else { Err(TokenFault::Audience) };
            assert_eq!(judge(&token(aud.clone()), &want(audience)), expected, "{audience:?} {aud}");
        }
    }
}

#[test]
fn times_are_judged_to_the_second() {
    for (name, seconds, expected) in [
        ("exp", NOW - 29, Err(TokenFault::Lifetime)),
        ("exp", NOW, Err(TokenFault::Lifetime)),
        ("exp", NOW + 86_430, Ok(())),
        ("exp", NOW + 86_431, Err(TokenFault::Lifetime)),
        ("exp", (NOW + 300) * 1000, Err(TokenFault::Lifetime)),
        ("exp", i64::MAX, Err(TokenFault::Lifetime)),
        ("iat", NOW + 30, Ok(())),
        ("iat", NOW + 31, Err(TokenFault::NotYetValid)),
        ("nbf", NOW + 30, Ok(())),
        ("nbf", NOW + 31, Err(TokenFault::NotYetValid)),
    ] {
        assert_eq!(judge_claims(&with(claims(), name, seconds)), expected, "{name} {seconds}");
    }
    let ended = |ago: i64| with(with(claims(), "iat", NOW - 600), "exp", NOW - ago);
    assert_eq!(judge_claims(&ended(29)), Ok(()));
    assert_eq!(judge_claims(&ended(30)), Err(TokenFault::Expired));
    let token = ES.sign_jwt("at+jwt", &ended(30)).unwrap();
    assert_eq!(judge(&token, &expect().even_expired()), Ok(()));
    assert_eq!(judge(&token, &expect().leeway(TimeDelta::hours(9))), Err(TokenFault::Expired));
    let long = ES.sign_jwt("at+jwt", &claims()).unwrap();
    assert_eq!(judge(&long, &expect().max_life(TimeDelta::seconds(269))), Err(TokenFault::Lifetime));
}

#[test]
fn names_that_occur_twice_are_refused() {
    let payload = claims().to_string().replacen('{', r#"{"sub":"mem_eve","#, 1);
    assert_eq!(judge(&forged(&header().to_string(), &payload), &expect()), Err(TokenFault::Malformed));
    let doubled = header().to_string().replacen('{', r#"{"alg":"none","#, 1);
    let token = forged(&doubled, &claims().to_string());
    assert_eq!(judge(&token, &expect()), Err(TokenFault::Malformed));
}

#[test]
fn oversized_and_misencoded_tokens_are_refused() {
    let token = ES.sign_jwt("at+jwt", &claims()).unwrap();
    let padded = with(claims(), "pad", "x".repeat(MAX_TOKEN));
    assert_eq!(judge_claims(&padded), Err(TokenFault::TooLong));
    for text in [format!("{token}="), format!("{token}."), format!(" {token}"), format!("{token}.{token}")] {
        assert_eq!(judge(&text, &expect()), Err(TokenFault::Malformed), "{text}");
    }
    assert_eq!(judge(&forged(&header().to_string(), "[]"), &expect()), Err(TokenFault::Malformed));
}

/// RFC 7515, appendix A.3: a known signature of a known key; the token lacks what we demand, the signature is good.
#[test]
fn agrees_with_rfc_7515() {
    let jwk: Jwk = serde_json::from_value(json!({
        "kty": "EC", "crv": "P-256", "kid": "a3", "alg": "ES256", "use": "sig",
        "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    }))
    .unwrap();
    let token = "eyJhbGciOiJFUzI1NiJ9.\
        eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.\
        DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
    let token = Compact::split(token).unwrap();
    let key = VerifyingKey::from_jwk(&jwk).unwrap();
    assert!(key.key.verify_sig(token.signed.as_bytes(), &token.signature).is_ok());
    assert!(key.key.verify_sig(b"something else", &token.signature).is_err());
}

proptest! {
    #[test]
    fn any_changed_character_is_refused(at: prop::sample::Index, new in "[A-Za-z0-9_-]") {
        let token = ED.sign_jwt("at+jwt", &claims()).unwrap();
        let at = at.index(token.len());
        let changed = format!("{}{new}{}", &token[..at], &token[at + 1..]);
        prop_assert_eq!(judge(&changed, &expect()).is_ok(), changed == token);
    }

    #[test]
    fn no_text_panics(text in "[A-Za-z0-9_.=-]{0,200}") {
        prop_assert!(judge(&text, &expect()).is_err());
    }
}
