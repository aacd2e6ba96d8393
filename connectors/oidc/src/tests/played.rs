//! An upstream that is played: what it publishes, what it answers, and what it was asked.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use chrono::{DateTime, TimeDelta};
use data_encoding::BASE64URL_NOPAD;
use gatehouse_domain::connection::{Assertion, Denial, OidcConfig, Source, Trace, Verdict};
use gatehouse_domain::ids::ProviderId;
use gatehouse_domain::random::Rng;
use gatehouse_domain::secret::Secret;
use gatehouse_domain::time::Timestamp;
use gatehouse_spi::upstream::{Ask, Judged, Memo, Reply, Step, Upstream as _, World};
use gatehouse_spi::{Answer, Authorization, Call, Outbound, OutboundError, Sending};
use serde_json::{Value, json};
use url::Url;

use super::signer::Signer;
use crate::{ClientCredential, Documents, Oidc};

pub(super) const ISSUER: &str = "https://login.acme.test";

/// Real randomness.
#[derive(Debug)]
pub(super) struct Dice;

impl Rng for Dice {
    fn fill(&self, out: &mut [u8]) {
        aws_lc_rs::rand::fill(out).unwrap();
    }
}

/// A call as the upstream saw it.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub(super) url: String,
    pub(super) form: BTreeMap<String, String>,
    pub(super) authorization: Option<String>,
}

type Reaction = Result<Answer, OutboundError>;

/// Answers by address; whatever has none cannot be reached.
#[derive(Debug, Default)]
pub(super) struct Script {
    answers: Mutex<BTreeMap<String, Reaction>>,
    seen: Mutex<Vec<Seen>>,
}

impl Script {
    pub(super) fn set(&self, url: &str, reaction: Reaction) {
        self.answers.lock().unwrap().insert(url.to_owned(), reaction);
    }

    pub(super) fn json(&self, url: &str, body: &Value) {
        self.set(url, Ok(answer(200, "application/json", &body.to_string())));
    }

    pub(super) fn seen(&self, url: &str) -> Vec<Seen> {
        self.seen.lock().unwrap().iter().filter(|seen| seen.url == url).cloned().collect()
    }
}

pub(super) fn answer(status: u16, media_type: &str, body: &str) -> Answer {
    Answer { status, media_type: media_type.to_owned(), body: body.as_bytes().to_vec() }
}

impl Outbound for Script {
    fn send<'a>(&'a self, call: Call<'a>) -> Sending<'a> {
        Box::pin(async move {
            let form = call.form.into_iter().flatten();
            let seen = Seen {
                url: call.url.as_str().to_owned(),
                form: form.map(|(name, value)| (name.to_owned(), value.expose().clone())).collect(),
                authorization: call.authorization.map(|authorization| match authorization {
                    Authorization::Basic(name, secret) => format!("Basic {name}:{}", secret.expose()),
                    Authorization::Bearer(token) => format!("Bearer {}", token.expose()),
                }),
            };
            self.seen.lock().unwrap().push(seen);
            // Others come to run while a call is under way.
            tokio::task::yield_now().await;
            let found = self.answers.lock().unwrap().get(call.url.as_str()).cloned();
            let answer = found.unwrap_or(Err(OutboundError::Unreachable))?;
            if answer.body.len() > call.most { Err(OutboundError::BadAnswer) } else { Ok(answer) }
        })
    }
}

/// A sign-in that goes well unless a test changes something.
pub(super) struct Played {
    pub(super) script: Arc<Script>,
    pub(super) settings: Value,
    pub(super) credential: ClientCredential,
    pub(super) source: Source,
    pub(super) documents: Documents,
    pub(super) ask: Ask,
    pub(super) now: Timestamp,
    pub(super) signer: Signer,
    /// Members of the ID token's header that are other than usual; null takes one away.
    pub(super) header: Value,
    /// The same for its claims.
    pub(super) claims: Value,
    /// The same for the token answer.
    pub(super) token: Value,
    /// The answer's query or form without its state.
    pub(super) reply: String,
    pub(super) posted: bool,
}

impl Played {
    /// A generic upstream that publishes RSA, EC and Ed25519 keys.
    pub(super) fn generic() -> Self {
        let played = Self::new(json!({"issuer": ISSUER, "client_id": "gatehouse"}));
        played.publish(&json!({}));
        played.publish_keys(&[Signer::rsa(), Signer::ec(), Signer::ed()]);
        played
    }

    pub(super) fn new(settings: Value) -> Self {
        Self {
            script: Arc::default(),
            settings,
            credential: ClientCredential::Secret(Secret::new("s3cret".to_owned())),
            source: Source::Provider(ProviderId::from_uuid(uuid(1))),
            documents: Documents::default(),
            ask: Ask {
                callback: "https://id.test/providers/p/callback".parse().unwrap(),
                state: "the-state".to_owned(),
                hint: None,
                fresh: false,
                contexts: Vec::new(),
            },
            now: DateTime::from_timestamp(1_800_000_000, 0).unwrap(),
            signer: Signer::rsa(),
            header: json!({}),
            claims: json!({}),
            token: json!({}),
            reply: "code=the-code".to_owned(),
            posted: false,
        }
    }

    /// Publishes a discovery document, with changes.
    pub(super) fn publish(&self, changes: &Value) {
        let config = self.config();
        let place = config.discovery().unwrap();
        let document = merged(
            json!({
                "issuer": config.issuer(), "authorization_endpoint": at("authorize"), "token_endpoint": at("token"),
                "jwks_uri": at("jwks"), "userinfo_endpoint": at("userinfo"), "end_session_endpoint": at("logout"),
                "response_types_supported": ["code"], "service_documentation": "",
            }),
            changes,
        );
        self.script.json(place.as_str(), &document);
    }

    pub(super) fn publish_keys(&self, signers: &[Signer]) {
        let keys: Vec<Value> = signers.iter().map(|signer| signer.jwk()).collect();
        self.script.json(&at("jwks"), &json!({"keys": keys}));
    }

    pub(super) fn config(&self) -> OidcConfig {
        OidcConfig::new(serde_json::from_value(self.settings.clone()).unwrap(), false).unwrap()
    }

    pub(super) fn oidc(&self) -> Oidc {
        let config = Arc::new(self.config());
        Oidc::new(config, self.credential.clone(), self.source, self.documents.clone()).unwrap()
    }

    pub(super) fn world(&self) -> World<'_> {
        World { outbound: self.script.as_ref(), rng: &Dice, now: self.now }
    }

    pub(super) async fn begin(&self) -> Judged<(Step, Memo)> {
        self.oidc().begin(&self.ask, self.world()).await
    }

    /// Begins, and gives the parameters that the browser takes along.
    pub(super) async fn begun(&self) -> (BTreeMap<String, String>, Memo) {
        let (step, memo) = self.begin().await.outcome.unwrap();
        let Step::Redirect(url) = step else { panic!("{step:?}") };
        (url.query_pairs().into_owned().collect(), memo)
    }

    /// The claims of a good ID token, with the changes of the test.
    pub(super) fn id_claims(&self, nonce: &str) -> Value {
        let now = self.now.timestamp();
        let claims = json!({
            "iss": self.config().issuer(), "sub": "person-1", "aud": "gatehouse", "iat": now, "exp": now + 300,
            "nonce": nonce, "email": "ada@acme.test", "email_verified": true, "name": "Ada",
        });
        merged(claims, &self.claims)
    }

    pub(super) fn id_token(&self, nonce: &str) -> String {
        let header = json!({"alg": self.signer.alg(), "kid": self.signer.kid, "typ": "JWT"});
        self.signer.token(&merged(header, &self.header), &self.id_claims(nonce))
    }

    /// A whole sign-in.
    pub(super) async fn run(&self) -> Judged<Assertion> {
        let (sent, memo) = self.begun().await;
        let nonce = sent.get("nonce").map_or("", String::as_str);
        let token = json!({"access_token": "an-access-token", "token_type": "Bearer", "id_token": self.id_token(nonce)});
        self.script.json(&at("token"), &merged(token, &self.token));
        self.resume(memo).await
    }

    pub(super) async fn resume(&self, memo: Memo) -> Judged<Assertion> {
        let text = Secret::new(format!("{}&state=the-state", self.reply));
        let reply = if self.posted { Reply::Form(text) } else { Reply::Query(text) };
        self.oidc().resume(&self.ask, memo, reply, self.world()).await
    }

    pub(super) async fn person(&self) -> Assertion {
        let judged = self.run().await;
        judged.outcome.unwrap_or_else(|denial| panic!("{denial:?} {:?}", judged.trace))
    }

    /// A whole sign-in that fails; the trace ends with the check that failed.
    pub(super) async fn denied(&self) -> Denial {
        let judged = self.run().await;
        let denial = judged.outcome.expect_err("the sign-in went well");
        assert_eq!(judged.trace.checks().last().unwrap().verdict, Verdict::Failed, "{denial:?}");
        denial
    }

    pub(super) fn later(&mut self, by: TimeDelta) {
        self.now += by;
    }
}

/// An address of the upstream.
pub(super) fn at(path: &str) -> String {
    format!("https://api.acme.test/{path}")
}

pub(super) fn uuid(number: u128) -> uuid::Uuid {
    uuid::Uuid::from_u128(number)
}

/// An object with changes; null takes a member away.
pub(super) fn merged(mut object: Value, changes: &Value) -> Value {
    for (name, value) in changes.as_object().unwrap() {
        if value.is_null() {
            object.as_object_mut().unwrap().remove(name);
        } else {
            object[name] = value.clone();
        }
    }
    object
}

/// What a token of ours says, unverified.
pub(super) fn parts(token: &str) -> (Value, Value) {
    let mut parts = token.split('.').map(|part| BASE64URL_NOPAD.decode(part.as_bytes()).unwrap());
    let mut next = || serde_json::from_slice(&parts.next().unwrap()).unwrap();
    (next(), next())
}

pub(super) fn codes(trace: &Trace) -> Vec<&'static str> {
    trace.checks().iter().map(|check| check.code).collect()
}

pub(super) fn url(text: &str) -> Url {
    text.parse().unwrap()
}
