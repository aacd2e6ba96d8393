//! Tokens: forged, foreign, old, and the keys behind them (TOK-01 to 04, 06, 08).

use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use chrono::TimeDelta;
use data_encoding::BASE64URL_NOPAD;
use gatehouse_domain::ids::KeyId;
use gatehouse_domain::oauth::Alg;
use gatehouse_domain::time::Clock as _;
use gatehouse_flows::{RotateError, Rotation};
use gatehouse_keys::entropy::SystemRng;
use gatehouse_keys::signing::SigningKey;
use serde_json::{Value, json};

use super::kit::{Held, PATIENT, basic, call, next_code, redeem, text, tokens, userinfo, worthless, worthy};
use crate::support::{Agent, World};

fn part(token: &str, n: usize) -> Value {
    let encoded = token.split('.').nth(n).unwrap();
    serde_json::from_slice(&BASE64URL_NOPAD.decode(encoded.as_bytes()).unwrap()).unwrap()
}

fn encoded(json: &str) -> String {
    BASE64URL_NOPAD.encode(json.as_bytes())
}

/// A token with another header, its payload and signature kept.
fn with_header(token: &str, header: &str) -> String {
    let rest = token.split_once('.').unwrap().1;
    format!("{}.{rest}", encoded(header))
}

async fn jwks(world: &World, issuer: &str) -> (Agent, Vec<Value>) {
    let mut agent = world.agent();
    let answered = agent.get(&format!("{issuer}/.well-known/jwks.json")).await;
    assert_eq!(answered.status, 200);
    let keys = answered.json()["keys"].as_array().unwrap().clone();
    (agent, keys)
}

fn kids(keys: &[Value]) -> Vec<String> {
    keys.iter().map(|key| text(key, "kid")).collect()
}

#[tokio::test]
async fn nothing_in_a_header_changes_how_a_token_is_judged() {
    let world = World::with(PATIENT).await;
    let acme = world.issuer("acme");
    let held = tokens(&world, &acme, "alice@acme.test").await;
    let good = held.access.as_str();
    worthy(&held.agent, &acme, good, "the genuine one").await;
    let kid = text(&part(good, 0), "kid");
    let foreign = kids(&jwks(&world, &world.issuer("globex")).await.1);
    let attacker = SigningKey::generate(Alg::ES256, KeyId::mint(world.clock.now(), &SystemRng)).unwrap();
    let jwk = serde_json::to_value(attacker.public_jwk()).unwrap();
    let mut headers: Vec<Value> = [
        "none", "None", "NONE", "nOnE", "none ", "", "ES384", "ES512", "es256", "RS256", "PS256", "EdDSA",
        "HS256", "ES256K",
    ]
    .iter()
    .map(|alg| json!({ "alg": alg, "typ": "at+jwt", "kid": kid }))
    .collect();
    let base = json!({ "alg": "ES256", "typ": "at+jwt", "kid": kid });
    for (name, value) in [
        ("alg", json!(null)),
        ("alg", json!(["ES256"])),
        ("alg", json!(7)),
        ("typ", json!("JWT")),
        ("typ", json!(null)),
        ("typ", json!("logout+jwt")),
        ("crit", json!(["exp"])),
        ("crit", json!([])),
        ("b64", json!(false)),
        ("zip", json!("DEF")),
        ("jku", json!("https://evil.example/jwks")),
        ("x5u", json!("https://evil.example/x")),
        ("jwk", jwk.clone()),
        ("x5c", json!(["MII"])),
        ("kid", json!("../../etc/passwd")),
        ("kid", json!("' OR 1=1 --")),
        ("kid", json!("\0")),
        ("kid", json!("")),
        ("kid", json!([kid])),
        ("kid", json!(foreign[0])),
        ("kid", json!(format!("{kid} "))),
        ("kid", json!(kid.to_uppercase())),
        ("kid", json!("x".repeat(5000))),
    ] {
        let mut header = base.clone();
        header[name] = value;
        headers.push(header);
    }
    for header in &headers {
        worthless(&held.agent, &acme, &with_header(good, &header.to_string()), &header.to_string()).await;
    }
    let doubled = format!(r#"{{"alg":"none","alg":"ES256","typ":"at+jwt","kid":"{kid}"}}"#);
    worthless(&held.agent, &acme, &with_header(good, &doubled), "alg twice").await;
}

#[tokio::test]
async fn a_key_of_the_attackers_is_no_key_of_ours() {
    let world = World::with(PATIENT).await;
    let acme = world.issuer("acme");
    let held = tokens(&world, &acme, "alice@acme.test").await;
    let good = held.access.as_str();
    let (kid, payload) = (text(&part(good, 0), "kid"), part(good, 1).to_string());
    let attacker = SigningKey::generate(Alg::ES256, KeyId::mint(world.clock.now(), &SystemRng)).unwrap();
    let private = attacker.to_pkcs8().unwrap();
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, private.expose()).unwrap();
    let mut own = serde_json::to_value(attacker.public_jwk()).unwrap();
    own["kid"] = json!(kid);
    for header in [
        json!({ "alg": "ES256", "typ": "at+jwt", "kid": kid }),
        json!({ "alg": "ES256", "typ": "at+jwt", "kid": kid, "jwk": own }),
        json!({ "alg": "ES256", "typ": "at+jwt", "jwk": own }),
        json!({ "alg": "ES256", "typ": "at+jwt", "kid": attacker.kid().to_string() }),
        json!({ "alg": "ES256", "typ": "at+jwt" }),
    ] {
        let signed = format!("{}.{}", encoded(&header.to_string()), encoded(&payload));
        let signature = pair.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
        let forged = format!("{signed}.{}", BASE64URL_NOPAD.encode(signature.as_ref()));
        worthless(&held.agent, &acme, &forged, &header.to_string()).await;
    }
}

#[tokio::test]
async fn public_keys_are_no_secrets_and_payloads_do_not_change() {
    let world = World::with(PATIENT).await;
    let acme = world.issuer("acme");
    let held = tokens(&world, &acme, "alice@acme.test").await;
    let good = held.access.as_str();
    let kid = text(&part(good, 0), "kid");
    let (_, keys) = jwks(&world, &acme).await;
    let public = keys.iter().find(|key| key["kid"] == kid.as_str()).unwrap();
    let (x, y) = (text(public, "x"), text(public, "y"));
    let bytes = |text: &str| BASE64URL_NOPAD.decode(text.as_bytes()).unwrap();
    let point = [vec![4], bytes(&x), bytes(&y)].concat();
    let secrets = [
        public.to_string().into_bytes(),
        x.clone().into_bytes(),
        bytes(&x),
        point,
        Vec::new(),
        kid.clone().into_bytes(),
    ];
    for alg in ["HS256", "HS384", "HS512"] {
        let header = json!({ "alg": alg, "typ": "at+jwt", "kid": kid }).to_string();
        let signed = format!("{}.{}", encoded(&header), good.split('.').nth(1).unwrap());
        for secret in &secrets {
            let kind = match alg {
                "HS256" => hmac::HMAC_SHA256,
                "HS384" => hmac::HMAC_SHA384,
                _ => hmac::HMAC_SHA512,
            };
            let tag = hmac::sign(&hmac::Key::new(kind, secret), signed.as_bytes());
            let forged = format!("{signed}.{}", BASE64URL_NOPAD.encode(tag.as_ref()));
            worthless(&held.agent, &acme, &forged, alg).await;
        }
    }
    let parts: Vec<&str> = good.split('.').collect();
    for (name, value) in [
        ("roles", json!(["owner", "admin"])),
        ("exp", json!(9_999_999_999_i64)),
        ("sub", json!("somebody")),
        ("tid", json!("x")),
    ] {
        let mut payload = part(good, 1);
        payload[name] = value;
        let forged = format!("{}.{}.{}", parts[0], encoded(&payload.to_string()), parts[2]);
        worthless(&held.agent, &acme, &forged, name).await;
    }
}

#[tokio::test]
async fn mutilated_tokens_are_refused() {
    let world = World::with(PATIENT).await;
    let acme = world.issuer("acme");
    let held = tokens(&world, &acme, "alice@acme.test").await;
    let good = held.access.as_str();
    let parts: Vec<&str> = good.split('.').collect();
    let zeros = BASE64URL_NOPAD.encode(&[0; 64]);
    for forged in [
        format!("{}.{}.", parts[0], parts[1]),
        format!("{}.{}", parts[0], parts[1]),
        format!("{good}="),
        format!("{good}.x"),
        format!("{good} "),
        format!("{}.{}.{zeros}", parts[0], parts[1]),
        format!("{}.{}.{}", parts[0], parts[1], parts[2].trim_end_matches(|c| c != '-' && c != '_')),
        format!("{0}.{0}.{0}.{0}.{0}", parts[0]),
        "x".repeat(12_000),
        "...".to_owned(),
        ".".to_owned(),
    ] {
        let header = format!("Bearer {forged}");
        let told =
            call(&held.agent, &format!("{acme}/oauth2/userinfo"), &[("authorization", &header)], &[]).await;
        // Blanks around a token are the header's, not the token's.
        assert_eq!(told.status, if forged.ends_with(' ') { 200 } else { 401 }, "{forged}");
    }
    worthless(&held.agent, &acme, &held.id, "an ID token").await;
    worthless(&held.agent, &acme, &held.refresh, "a refresh token").await;
}

#[tokio::test]
async fn a_token_is_worth_nothing_at_another_issuer() {
    let world = World::with(PATIENT).await;
    let issuers = [world.issuer("acme"), world.issuer("globex"), world.platform()];
    let mut all = Vec::new();
    for issuer in &issuers[..2] {
        all.push(tokens(&world, issuer, "carol@consult.test").await);
    }
    let mut browser = all[0].agent.clone();
    let asked = browser.get(&super::kit::ask(&issuers[2], &[("organization", "acme")])).await;
    let code = asked.param("code").unwrap_or_else(|| panic!("{:?}", asked.headers));
    all.push(super::kit::held(&redeem(&browser, &issuers[2], &code, &[]).await, browser));
    for (own, held) in all.iter().enumerate() {
        for (at, issuer) in issuers.iter().enumerate() {
            let what = format!("of issuer {own} at issuer {at}");
            if own == at {
                worthy(&held.agent, issuer, &held.access, &what).await;
            } else {
                worthless(&held.agent, issuer, &held.access, &what).await;
            }
        }
    }
    let header = basic("demo-service", "demo-service-secret");
    let fields = [("token", all[0].access.as_str())];
    for issuer in &issuers[1..] {
        let url = format!("{issuer}/oauth2/revoke");
        let revoked = call(&all[0].agent, &url, &[("authorization", &header)], &fields).await;
        assert_eq!(revoked.status, 200);
        let url = format!("{issuer}/oauth2/revoke");
        let fields = [("token", all[0].refresh.as_str()), ("client_id", "demo-web")];
        assert_eq!(call(&all[0].agent, &url, &[], &fields).await.status, 200);
    }
    let url = format!("{}/oauth2/revoke", issuers[0]);
    for token in [&all[0].access, &all[0].refresh] {
        call(&all[0].agent, &url, &[("authorization", &header)], &[("token", token)]).await;
    }
    worthy(&all[0].agent, &issuers[0], &all[0].access, "after others tried to revoke it").await;
    let hinted = format!("{}/oauth2/logout?id_token_hint={}", issuers[1], all[0].id);
    let page = all[0].agent.clone().get(&hinted).await;
    assert!(page.status == 200 && !page.headers.contains_key("location"));
}

#[tokio::test]
async fn userinfo_takes_a_token_in_one_place_and_for_its_time() {
    let world = World::with(PATIENT).await;
    let acme = world.issuer("acme");
    let Held { mut agent, access, .. } = tokens(&world, &acme, "alice@acme.test").await;
    let url = format!("{acme}/oauth2/userinfo");
    let header = format!("Bearer {access}");
    assert_eq!(agent.get(&format!("{url}?access_token={access}")).await.status, 401);
    assert_eq!(agent.get(&url).await.status, 401);
    let both = call(&agent, &url, &[("authorization", &header)], &[("access_token", &access)]).await;
    assert_eq!(both.status, 400);
    let twice = call(&agent, &url, &[("authorization", &header), ("authorization", &header)], &[]).await;
    assert_eq!(twice.status, 400);
    let fields = [("access_token", access.as_str()), ("access_token", access.as_str())];
    assert!(call(&agent, &url, &[], &fields).await.status.is_client_error(), "a token twice in the body");
    world.clock.advance(TimeDelta::minutes(10) + TimeDelta::seconds(6));
    worthless(&agent, &acme, &access, "past its end").await;
}

#[tokio::test]
async fn keys_are_published_first_and_verify_to_the_end() {
    let world = World::with(PATIENT).await;
    let (acme, globex) = (world.issuer("acme"), world.issuer("globex"));
    let idp = &world.server.house.idp;
    let mut held = tokens(&world, &acme, "alice@acme.test").await;
    let first = text(&part(&held.access, 0), "kid");
    let (_, before) = jwks(&world, &acme).await;
    for key in &before {
        let public = ["kty", "crv", "x", "y", "n", "e", "kid", "alg", "use", "key_ops"];
        let names: Vec<&String> = key.as_object().unwrap().keys().collect();
        assert!(names.iter().all(|name| public.contains(&name.as_str())), "{names:?}");
    }
    assert!(kids(&before).contains(&first) && before.len() >= 2, "the next key is published before it signs");
    let others = kids(&jwks(&world, &globex).await.1);
    let mut old = held.access.clone();
    let mut known = kids(&before);
    let early = idp.rotate_keys(Some("acme"), None, Rotation::Planned).await;
    assert!(matches!(early, Err(RotateError::TooEarly)), "a key signs that caches do not know: {early:?}");
    for _ in 0..2 {
        let rotated = idp.rotate_keys(Some("acme"), None, Rotation::Now).await.unwrap().current.to_string();
        assert!(known.contains(&rotated), "a key signs that nobody could have fetched");
        worthy(&held.agent, &acme, &old, "signed before the rotation").await;
        let code = next_code(&mut held.agent, &acme).await;
        let fresh = text(&redeem(&held.agent, &acme, &code, &[]).await.json(), "access_token");
        assert_eq!(text(&part(&fresh, 0), "kid"), rotated);
        known = kids(&jwks(&world, &acme).await.1);
        for needed in [&rotated, &text(&part(&old, 0), "kid")] {
            assert!(known.contains(needed));
        }
        old = fresh;
    }
    assert_eq!(kids(&jwks(&world, &globex).await.1), others, "another tenant's keys stay");
    world.clock.advance(TimeDelta::hours(27));
    idp.rotate_keys(Some("acme"), None, Rotation::Planned).await.unwrap();
    assert!(!kids(&jwks(&world, &acme).await.1).contains(&first), "a retired key is published for ever");
    assert_eq!(userinfo(&held.agent, &acme, &held.access).await.status, 401);
}

#[tokio::test]
async fn a_revoked_key_verifies_nothing() {
    let world = World::with(PATIENT).await;
    let (acme, globex) = (world.issuer("acme"), world.issuer("globex"));
    let idp = &world.server.house.idp;
    let mut held = tokens(&world, &acme, "alice@acme.test").await;
    let elsewhere = tokens(&world, &globex, "bob@globex.test").await;
    let oldest = held.access.clone();
    idp.rotate_keys(Some("acme"), None, Rotation::Now).await.unwrap();
    let code = next_code(&mut held.agent, &acme).await;
    let old = text(&redeem(&held.agent, &acme, &code, &[]).await.json(), "access_token");
    worthy(&held.agent, &acme, &oldest, "signed before the first rotation").await;
    let events = world.events("key.changed").await;

    let rotated = idp.rotate_keys(Some("acme"), None, Rotation::NowAndRevoke).await.unwrap();
    let published = kids(&jwks(&world, &acme).await.1);
    assert!(published.contains(&rotated.current.to_string()) && published.len() == 2, "{published:?}");
    for (token, what) in [(&oldest, "of a retired key"), (&old, "of the stolen key")] {
        let kid = text(&part(token, 0), "kid");
        assert!(!published.contains(&kid), "{what}");
        assert!(rotated.revoked.iter().any(|key| key.to_string() == kid), "{what}");
        worthless(&held.agent, &acme, token, what).await;
    }
    assert_eq!(world.events("key.changed").await, events + 4, "one signs, two are revoked, one waits");
    let code = next_code(&mut held.agent, &acme).await;
    let fresh = text(&redeem(&held.agent, &acme, &code, &[]).await.json(), "access_token");
    worthy(&held.agent, &acme, &fresh, "signed after").await;
    worthy(&elsewhere.agent, &globex, &elsewhere.access, "another tenant's").await;
}
