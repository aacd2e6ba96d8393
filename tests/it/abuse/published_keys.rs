//! Keys that an app publishes at an address of its own: what nobody has proven causes few calls to it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::extract::State;
use axum::routing::get;
use futures_util::future::join_all;
use gatehouse_domain::ids::KeyId;
use gatehouse_domain::oauth::Alg;
use gatehouse_domain::time::Clock as _;
use gatehouse_keys::entropy::SystemRng;
use gatehouse_keys::signing::SigningKey;
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use super::kit::{apply, call, refused};
use crate::support::World;

const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// Where keys are published; answers only when let.
struct Publisher {
    document: String,
    calls: AtomicUsize,
    arrived: Semaphore,
    gate: Semaphore,
}

async fn publish(key: &SigningKey) -> (String, Arc<Publisher>) {
    let publisher = Arc::new(Publisher {
        document: json!({ "keys": [key.public_jwk()] }).to_string(),
        calls: AtomicUsize::new(0),
        arrived: Semaphore::new(0),
        gate: Semaphore::new(0),
    });
    let answer = |State(publisher): State<Arc<Publisher>>| async move {
        publisher.calls.fetch_add(1, Ordering::SeqCst);
        publisher.arrived.add_permits(1);
        drop(publisher.gate.acquire().await.unwrap());
        publisher.document.clone()
    };
    let router = axum::Router::new().route("/keys", get(answer)).with_state(Arc::clone(&publisher));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let uri = format!("http://{}/keys", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    (uri, publisher)
}

fn assertion(world: &World, key: &SigningKey, jti: &str, changes: &Value) -> String {
    let now = world.clock.now().timestamp();
    let mut claims =
        json!({ "iss": "far", "sub": "far", "aud": world.issuer("acme"), "jti": jti, "exp": now + 60 });
    claims.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    key.sign_jwt("JWT", &claims).unwrap()
}

#[tokio::test]
async fn a_stampede_fetches_published_keys_once() {
    let world = World::dev().await;
    let key = SigningKey::generate(Alg::ES256, KeyId::mint(world.clock.now(), &SystemRng)).unwrap();
    let (uri, publisher) = publish(&key).await;
    let app = json!({ "client_id": "far", "type": "confidential", "grants": ["client_credentials"], "jwks_uri": uri });
    let file = json!({ "version": 1, "tenants": [{ "slug": "acme", "name": "Acme", "apps": [app] }] });
    apply(&world, &file.to_string(), false).await;
    let (agent, url) = (world.agent(), format!("{}/oauth2/token", world.issuer("acme")));
    let present = async |jwt: String| {
        let fields = [
            ("grant_type", "client_credentials"),
            ("client_assertion_type", TYPE),
            ("client_assertion", jwt.as_str()),
        ];
        call(&agent, &url, &[], &fields).await
    };

    let now = world.clock.now().timestamp();
    for wrong in [
        json!({ "aud": world.platform() }),
        json!({ "iss": "other" }),
        json!({ "exp": now - 60 }),
        json!({ "exp": now + 3600 }),
        json!({ "jti": "" }),
    ] {
        let answered = present(assertion(&world, &key, "wrong", &wrong)).await;
        refused(&answered, "invalid_client", &wrong.to_string());
    }
    let none = assertion(&world, &key, "none", &json!({}));
    let (_, rest) = none.split_once('.').unwrap();
    refused(&present(format!("eyJhbGciOiJub25lIn0.{rest}")).await, "invalid_client", "alg none");
    assert_eq!(publisher.calls.load(Ordering::SeqCst), 0, "nothing is fetched for what can never be good");

    let stampede =
        join_all((0..20).map(|turn| present(assertion(&world, &key, &format!("jti-{turn}"), &json!({})))));
    let release = async {
        drop(publisher.arrived.acquire().await.unwrap());
        // Time for the others to arrive; were it too short, the test would see less, and fail no sooner.
        for _ in 0..40 {
            assert_eq!(
                world.agent().get(&format!("{}/.well-known/jwks.json", world.issuer("acme"))).await.status,
                200
            );
        }
        publisher.gate.add_permits(100);
    };
    let (answers, ()) = tokio::join!(stampede, release);
    assert!(answers.iter().all(|answered| answered.status == 200), "{}", answers[0].body);
    assert_eq!(publisher.calls.load(Ordering::SeqCst), 1, "all waited for one call");
}
