//! Client authentication: by the one method registered, told apart by nobody (OAU-11).

use std::collections::BTreeMap;
use std::sync::Arc;

use data_encoding::BASE64URL_NOPAD;
use futures_util::future::join_all;
use gatehouse_domain::ids::KeyId;
use gatehouse_domain::oauth::Alg;
use gatehouse_domain::time::Clock as _;
use gatehouse_keys::entropy::SystemRng;
use gatehouse_keys::signing::SigningKey;
use serde_json::{Value, json};

use super::kit::{Pairs, apply, basic, call, refused, text};
use crate::support::{Agent, Answered, World};

const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

struct Services {
    world: World,
    agent: Agent,
    acme: String,
    key: SigningKey,
    other: SigningKey,
}

async fn services() -> Services {
    let world = World::dev().await;
    let key = || SigningKey::generate(Alg::ES256, KeyId::mint(world.clock.now(), &SystemRng)).unwrap();
    let (key, other) = (key(), key());
    let jwks = |key: &SigningKey| json!({ "keys": [key.public_jwk()] });
    let app = |id: &str, more: Value| {
        let mut app = json!({ "client_id": id, "type": "confidential", "grants": ["client_credentials"], "introspect": true });
        app.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        app
    };
    let apps = [
        app("by-post", json!({ "auth_method": "client_secret_post", "secret": "secret-of-by-post" })),
        app("by-key", json!({ "jwks": jwks(&key) })),
        app("other-key", json!({ "jwks": jwks(&other) })),
    ];
    let file = json!({ "version": 1, "tenants": [{ "slug": "acme", "name": "Acme", "apps": apps }] });
    apply(&world, &file.to_string(), false).await;
    let (agent, acme) = (world.agent(), world.issuer("acme"));
    Services { world, agent, acme, key, other }
}

impl Services {
    async fn token(&self, headers: Pairs<'_>, fields: Pairs<'_>) -> Answered {
        let mut all = vec![("grant_type", "client_credentials")];
        all.extend_from_slice(fields);
        call(&self.agent, &format!("{}/oauth2/token", self.acme), headers, &all).await
    }

    async fn with_assertion(&self, jwt: &str) -> Answered {
        self.token(&[], &[("client_assertion_type", TYPE), ("client_assertion", jwt)]).await
    }

    /// The claims of a good assertion, some changed, or with null left out.
    fn claims(&self, jti: &str, changes: &Value) -> Value {
        let now = self.world.clock.now().timestamp();
        let mut claims = json!({ "iss": "by-key", "sub": "by-key", "aud": self.acme, "jti": jti, "iat": now, "exp": now + 60 });
        let fields = claims.as_object_mut().unwrap();
        fields.extend(changes.as_object().unwrap().clone());
        fields.retain(|_, value| !value.is_null());
        claims
    }

    /// Changes that each spoil an assertion.
    fn wrong_claims(&self, now: i64) -> Vec<Value> {
        vec![
            json!({ "aud": [self.acme.clone()] }),
            json!({ "aud": [self.acme.clone(), "https://evil.example"] }),
            json!({ "aud": format!("{}/oauth2/token", self.acme) }),
            json!({ "aud": format!("{}/", self.acme) }),
            json!({ "aud": self.world.issuer("globex") }),
            json!({ "aud": self.world.platform() }),
            json!({ "aud": null }),
            json!({ "iss": "other-key" }),
            json!({ "sub": "other-key" }),
            json!({ "iss": "other-key", "sub": "other-key" }),
            json!({ "iss": null }),
            json!({ "jti": null }),
            json!({ "jti": "" }),
            json!({ "jti": "x".repeat(129) }),
            json!({ "jti": 7 }),
            json!({ "exp": now - 60 }),
            json!({ "exp": now + 3600 }),
            json!({ "exp": (now + 60) * 1000 }),
            json!({ "exp": null }),
            json!({ "nbf": now + 120 }),
            json!({ "iat": now + 120 }),
        ]
    }
}

/// Everything of an answer but what names the request, and how caches are to keep it.
fn bare(answered: &Answered) -> (u16, BTreeMap<String, String>, String) {
    let kept = answered
        .headers
        .iter()
        .filter(|(name, _)| !["date", "x-request-id", "vary"].contains(&name.as_str()));
    let headers = kept.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
    (answered.status.as_u16(), headers, answered.body.clone())
}

#[tokio::test]
async fn every_wrong_authentication_looks_alike() {
    let s = services().await;
    let good = basic("demo-service", "demo-service-secret");
    assert_eq!(s.token(&[("authorization", &good)], &[]).await.status, 200);
    assert_eq!(
        s.token(&[], &[("client_id", "by-post"), ("client_secret", "secret-of-by-post")]).await.status,
        200
    );
    let headers = [
        basic("unknown", "demo-service-secret"),
        basic("demo-service", "wrong"),
        basic("demo-service", "demo-service-secre"),
        basic("demo-service", "demo-service-secret "),
        basic("demo-service", ""),
        basic("DEMO-SERVICE", "demo-service-secret"),
        basic("demo-web", "demo-service-secret"),
        basic("by-post", "secret-of-by-post"),
        basic("by-key", "x"),
        "Basic".to_owned(),
        "Basic !!!".to_owned(),
        "Bearer demo-service-secret".to_owned(),
        good.replace("Basic ", "Basic  ") + "x",
    ];
    let mut answers = Vec::new();
    for header in &headers {
        answers.push((header.clone(), s.token(&[("authorization", header)], &[]).await));
    }
    let bodies: &[Pairs<'_>] = &[
        &[],
        &[("client_id", "unknown")],
        &[("client_id", "demo-service")],
        &[("client_id", "demo-service"), ("client_secret", "demo-service-secret")],
        &[("client_id", "by-post"), ("client_secret", "wrong")],
        &[("client_id", "unknown"), ("client_secret", "wrong")],
        &[("client_id", "by-key"), ("client_secret", "wrong")],
        &[("client_id", "demo-web"), ("client_secret", "demo-service-secret")],
        &[("client_secret", "secret-of-by-post")],
    ];
    for fields in bodies {
        answers.push((format!("{fields:?}"), s.token(&[], fields).await));
    }
    let first = bare(&answers[0].1);
    for (what, answered) in &answers {
        refused(answered, "invalid_client", what);
        assert_eq!(bare(answered), first, "{what}");
    }
}

#[tokio::test]
async fn one_method_in_one_place() {
    let s = services().await;
    let good = basic("demo-service", "demo-service-secret");
    let header = [("authorization", good.as_str())];
    let post = [("client_id", "by-post"), ("client_secret", "secret-of-by-post")];
    let jwt = s.key.sign_jwt("JWT", &s.claims("two-methods", &json!({}))).unwrap();
    let assertion = [("client_assertion_type", TYPE), ("client_assertion", jwt.as_str())];
    refused(&s.token(&header, &post).await, "invalid_client", "basic and post");
    refused(
        &s.token(&header, &[("client_secret", "demo-service-secret")]).await,
        "invalid_client",
        "basic and its own secret",
    );
    refused(&s.token(&header, &assertion).await, "invalid_client", "basic and assertion");
    refused(
        &s.token(&[], &[post.as_slice(), &assertion].concat()).await,
        "invalid_client",
        "post and assertion",
    );
    refused(&s.token(&header, &[("client_id", "by-post")]).await, "invalid_client", "two names");
    let wrong = basic("unknown", "x");
    for headers in [[("authorization", wrong.as_str()), header[0]], [header[0], ("authorization", &wrong)]] {
        let answered = s.token(&headers, &[]).await;
        assert!(answered.status.is_client_error(), "two Authorization headers: {}", answered.status);
    }
    let query = format!("{}/oauth2/token?client_id=by-post&client_secret=secret-of-by-post", s.acme);
    let answered = call(&s.agent, &query, &[], &[("grant_type", "client_credentials")]).await;
    refused(&answered, "invalid_client", "a secret in the query");
    let answered = call(&s.agent, &format!("{query}&grant_type=client_credentials"), &[], &[]).await;
    assert!(answered.status.is_client_error());
    let mut agent = s.agent.clone();
    assert_eq!(agent.get(&format!("{query}&grant_type=client_credentials")).await.status, 405);
    for issuer in [s.world.issuer("globex"), s.world.platform()] {
        let answered = call(
            &s.agent,
            &format!("{issuer}/oauth2/token"),
            &[],
            &[&[("grant_type", "client_credentials")], post.as_slice()].concat(),
        )
        .await;
        refused(&answered, "invalid_client", "an app of another tenant");
    }
    assert_eq!(s.with_assertion(&jwt).await.status, 200, "the assertion was not spent by what was refused");
}

#[tokio::test]
async fn assertions_prove_one_app_to_one_server_once() {
    let s = services().await;
    let now = s.world.clock.now().timestamp();
    let good = s.key.sign_jwt("JWT", &s.claims("good", &json!({}))).unwrap();
    assert_eq!(s.with_assertion(&good).await.status, 200);
    refused(&s.with_assertion(&good).await, "invalid_client", "the same again");
    let again = s.key.sign_jwt("JWT", &s.claims("good", &json!({ "exp": now + 90 }))).unwrap();
    refused(&s.with_assertion(&again).await, "invalid_client", "the same jti in another assertion");
    let wrong = s.wrong_claims(now);
    for (n, changes) in wrong.iter().enumerate() {
        let jti = format!("wrong-{n}");
        let jwt = s.key.sign_jwt("JWT", &s.claims(&jti, changes)).unwrap();
        refused(&s.with_assertion(&jwt).await, "invalid_client", &changes.to_string());
    }
    let theirs = s.other.sign_jwt("JWT", &s.claims("theirs", &json!({}))).unwrap();
    refused(&s.with_assertion(&theirs).await, "invalid_client", "signed by another app");
    let named = s.key.sign_jwt("JWT", &s.claims("named", &json!({}))).unwrap();
    let fields =
        [("client_assertion_type", TYPE), ("client_assertion", named.as_str()), ("client_id", "other-key")];
    refused(&s.token(&[], &fields).await, "invalid_client", "another name beside it");
    refused(&s.token(&[], &[("client_assertion", &named)]).await, "invalid_client", "without its type");
    for header in [r#"{"alg":"none"}"#, r#"{"alg":"HS256"}"#, r#"{"alg":"ES256","crit":["exp"]}"#] {
        let claims = s.claims("forged", &json!({})).to_string();
        let signed = format!(
            "{}.{}",
            BASE64URL_NOPAD.encode(header.as_bytes()),
            BASE64URL_NOPAD.encode(claims.as_bytes())
        );
        let jwk = serde_json::to_string(&s.key.public_jwk()).unwrap();
        let hmac = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, jwk.as_bytes());
        let tag = BASE64URL_NOPAD.encode(aws_lc_rs::hmac::sign(&hmac, signed.as_bytes()).as_ref());
        for signature in ["", tag.as_str()] {
            refused(&s.with_assertion(&format!("{signed}.{signature}")).await, "invalid_client", header);
        }
    }
    let url = format!("{}/oauth2/introspect", s.acme);
    let once = s.key.sign_jwt("JWT", &s.claims("elsewhere", &json!({}))).unwrap();
    let fields = [("client_assertion_type", TYPE), ("client_assertion", once.as_str()), ("token", "x")];
    assert_eq!(call(&s.agent, &url, &[], &fields).await.status, 200);
    refused(&s.with_assertion(&once).await, "invalid_client", "spent at introspection");
}

#[tokio::test]
async fn twenty_uses_of_one_assertion_at_once() {
    let s = Arc::new(services().await);
    let twin = s.world.twin().await;
    let jwt = Arc::new(s.key.sign_jwt("JWT", &s.claims("race", &json!({}))).unwrap());
    let calls = (0..20).map(|_| {
        let (s, jwt) = (Arc::clone(&s), Arc::clone(&jwt));
        async move { s.with_assertion(&jwt).await.status.as_u16() }
    });
    let mut statuses = join_all(calls).await;
    statuses.sort_unstable();
    assert_eq!((statuses[0], statuses[1], statuses[19]), (200, 401, 401));
    let there = [
        ("grant_type", "client_credentials"),
        ("client_assertion_type", TYPE),
        ("client_assertion", jwt.as_str()),
    ];
    let answered = call(&s.agent, &format!("{}/oauth2/token", twin.issuer("acme")), &[], &there).await;
    refused(&answered, "invalid_client", "at another node");
}

#[tokio::test]
async fn what_a_replaced_secret_got_is_over() {
    let made = services().await;
    let token = async |secret: &str| {
        let fields = [("client_id", "by-post"), ("client_secret", secret)];
        text(&made.token(&[], &fields).await.json(), "access_token")
    };
    let app = |secret: &str| {
        format!(
            "{{version: 1, tenants: [{{slug: acme, name: Acme, apps: [{{client_id: by-post, type: confidential, \
             introspect: true, grants: [client_credentials], auth_method: client_secret_post, secret: {secret}}}]}}]}}"
        )
    };
    let active = async |token: &str, secret: &str| {
        let fields = [("client_id", "by-post"), ("client_secret", secret), ("token", token)];
        let answered = call(&made.agent, &format!("{}/oauth2/introspect", made.acme), &[], &fields).await;
        answered.json()["active"].as_bool().unwrap()
    };
    let stolen = token("secret-of-by-post").await;
    assert!(active(&stolen, "secret-of-by-post").await);
    apply(&made.world, &app("another-secret"), false).await;
    assert!(!active(&stolen, "another-secret").await);
    let fresh = token("another-secret").await;
    assert!(active(&fresh, "another-secret").await);

    let strict = "{version: 1, tenants: [{slug: acme, name: Acme, policy: {session_idle: 30m, session_absolute: 1h}}]}";
    apply(&made.world, strict, false).await;
    assert!(!active(&fresh, "another-secret").await, "issued under weaker rules");
    let fresh = token("another-secret").await;
    assert!(active(&fresh, "another-secret").await);
}
