//! `private_key_jwt` with keys that the app publishes (`jwks_uri`): fetched once a minute, also when the fetch fails, so
//! that a flood of assertions causes no flood of calls.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::http::{StatusCode, Uri, header};
use axum::response::IntoResponse;
use futures_util::future::join_all;
use gatehouse_domain::ids::KeyId;
use gatehouse_domain::oauth::Alg;
use gatehouse_domain::time::Clock as _;
use gatehouse_keys::entropy::SystemRng;
use gatehouse_keys::signing::SigningKey;
use serde_json::{Value, json};

use crate::support::{Agent, Answered, World};

const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// What a publisher answers at a path: the status, where it sends on to, the body.
type Document = (StatusCode, &'static str, String);

/// A server of documents, which counts who asks for them.
#[derive(Default)]
struct Shelf {
    documents: Mutex<BTreeMap<String, Document>>,
    asked: Mutex<Vec<String>>,
}

impl Shelf {
    fn put(&self, path: &str, document: Document) {
        self.documents.lock().unwrap().insert(path.to_owned(), document);
    }

    fn asked(&self, path: &str) -> usize {
        self.asked.lock().unwrap().iter().filter(|asked| *asked == path).count()
    }
}

async fn answer(State(shelf): State<Arc<Shelf>>, uri: Uri) -> impl IntoResponse {
    shelf.asked.lock().unwrap().push(uri.path().to_owned());
    let found = shelf.documents.lock().unwrap().get(uri.path()).cloned();
    let (status, onward, body) = found.unwrap_or((StatusCode::NOT_FOUND, "", String::new()));
    (status, [(header::LOCATION, onward)], body)
}

/// A tenant whose apps publish their keys, each at the path of its name.
struct Publishing {
    world: World,
    agent: Agent,
    issuer: String,
    shelf: Arc<Shelf>,
}

impl Publishing {
    async fn of(apps: &[&str]) -> Self {
        let shelf = Arc::new(Shelf::default());
        let router = axum::Router::new().fallback(answer).with_state(Arc::clone(&shelf));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        let world = World::dev().await;
        let app = |id: &&str| json!({ "client_id": id, "type": "confidential", "grants": ["client_credentials"], "jwks_uri": format!("{base}/{id}") });
        let apps: Vec<Value> = apps.iter().map(app).collect();
        let file = json!({ "version": 1, "tenants": [{ "slug": "acme", "name": "Acme", "apps": apps }] });
        world.apply(&file.to_string()).await;
        let (agent, issuer) = (world.agent(), world.issuer("acme"));
        Self { world, agent, issuer, shelf }
    }

    fn key(&self, alg: Alg) -> SigningKey {
        SigningKey::generate(alg, KeyId::mint(self.world.clock.now(), &SystemRng)).unwrap()
    }

    /// What the token endpoint answers to an app that signs with a key.
    async fn prove(&self, app: &str, key: &SigningKey) -> Answered {
        let now = self.world.clock.now();
        let jti = KeyId::mint(now, &SystemRng).to_string();
        let claims =
            json!({ "iss": app, "sub": app, "aud": self.issuer, "jti": jti, "exp": now.timestamp() + 60 });
        let jwt = key.sign_jwt("JWT", &claims).unwrap();
        let fields = [
            ("grant_type", "client_credentials"),
            ("client_assertion_type", TYPE),
            ("client_assertion", jwt.as_str()),
        ];
        self.agent.clone().post_with(&format!("{}/oauth2/token", self.issuer), &[], &fields).await
    }

    async fn refused(&self, app: &str, key: &SigningKey, what: &str) {
        let answered = self.prove(app, key).await;
        let told = (answered.status.as_u16(), answered.json()["error"].clone());
        assert_eq!(told, (401, json!("invalid_client")), "{what}: {}", answered.body);
    }
}

fn published(keys: &[&SigningKey]) -> Document {
    let keys: Vec<_> = keys.iter().map(|key| key.public_jwk()).collect();
    (StatusCode::OK, "", json!({ "keys": keys }).to_string())
}

#[tokio::test]
async fn an_app_proves_itself_by_the_keys_it_publishes_which_are_fetched_once() {
    let s = Publishing::of(&["batch", "other"]).await;
    let (old, young, next) = (s.key(Alg::ES256), s.key(Alg::EdDSA), s.key(Alg::ES256));
    s.shelf.put("/batch", published(&[&old, &young]));
    s.shelf.put("/other", published(&[&next]));
    for key in [&old, &young, &old] {
        let answered = s.prove("batch", key).await;
        assert_eq!(answered.status, 200, "{}", answered.body);
    }
    s.refused("batch", &next, "the key of another app").await;
    assert_eq!(s.prove("other", &next).await.status, 200);

    s.shelf.put("/batch", published(&[&next]));
    s.refused("batch", &next, "published within the minute").await;
    assert_eq!(s.prove("batch", &old).await.status, 200, "remembered for the minute");
    assert_eq!((s.shelf.asked("/batch"), s.shelf.asked("/other")), (1, 1));
}

#[tokio::test]
async fn a_failed_fetch_is_remembered_too() {
    let good = "good";
    let failing = ["missing", "broken", "moved", "huge", "text", "empty", "secret"];
    let s = Publishing::of(&[&failing[..], &[good]].concat()).await;
    let key = s.key(Alg::ES256);
    let right = published(&[&key]);
    let padded = json!({ "keys": [key.public_jwk()], "padding": "x".repeat(64 * 1024) });
    for (app, document) in [
        ("broken", (StatusCode::INTERNAL_SERVER_ERROR, "", right.2.clone())),
        ("moved", (StatusCode::FOUND, "/good", right.2.clone())),
        ("huge", (StatusCode::OK, "", padded.to_string())),
        ("text", (StatusCode::OK, "", "<html>".to_owned())),
        ("empty", published(&[])),
        ("secret", (StatusCode::OK, "", json!({ "keys": [{ "kty": "oct", "k": "AAAA" }] }).to_string())),
        (good, right.clone()),
    ] {
        s.shelf.put(&format!("/{app}"), document);
    }
    for app in failing {
        s.refused(app, &key, app).await;
        s.shelf.put(&format!("/{app}"), right.clone());
        s.refused(app, &key, &format!("{app}, mended within the minute")).await;
        assert_eq!(s.shelf.asked(&format!("/{app}")), 1, "{app}");
    }
    assert_eq!(s.shelf.asked("/good"), 0, "no redirect was followed");
    assert_eq!(s.prove(good, &key).await.status, 200, "one app's failure is not another's");
}

#[tokio::test]
async fn assertions_that_come_at_once_cause_one_fetch() {
    let s = Publishing::of(&["batch", "missing"]).await;
    let key = s.key(Alg::ES256);
    s.shelf.put("/batch", published(&[&key]));
    for (app, status) in [("batch", 200), ("missing", 401)] {
        let answers = join_all((0..20).map(|_| s.prove(app, &key))).await;
        assert!(answers.iter().all(|answered| answered.status == status), "{answers:?}");
        assert_eq!(s.shelf.asked(&format!("/{app}")), 1, "{app}");
    }
}
