//! The demo's visitors, in memory: at most a few hundred, the oldest forgotten first.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::{HeaderMap, header};
use data_encoding::BASE64URL_NOPAD;
use gatehouse_domain::oauth::Verifier;
use gatehouse_domain::random::{self, Rng};
use serde::Deserialize;
use serde_json::Value;

const COOKIE: &str = "gatehouse_demo";
const MOST: usize = 256;

/// What the token endpoint gave.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Tokens {
    pub(super) access_token: String,
    pub(super) id_token: String,
    pub(super) refresh_token: Option<String>,
}

/// One way to an issuer and back.
#[derive(Debug, Clone)]
pub(crate) struct Trip {
    pub(super) issuer: String,
    pub(super) state: String,
    pub(super) nonce: String,
    pub(super) verifier: String,
}

/// Somebody who started a sign-in.
#[derive(Debug, Clone)]
pub(crate) struct Visitor {
    key: String,
    pub(super) trip: Trip,
    pub(super) tokens: Option<Tokens>,
    pub(super) userinfo: Option<Value>,
}

/// Everybody who is known.
#[derive(Debug)]
pub(crate) struct Visitors {
    known: Mutex<VecDeque<Visitor>>,
    rng: Arc<dyn Rng>,
}

impl Trip {
    pub(super) fn new(issuer: String, visitors: &Visitors) -> Self {
        Self { issuer, state: visitors.word(), nonce: visitors.word(), verifier: visitors.word() }
    }

    pub(super) fn challenge(&self) -> String {
        Verifier::parse(&self.verifier)
            .map(|verifier| verifier.challenge().as_str().to_owned())
            .unwrap_or_default()
    }
}

impl Visitors {
    pub(super) fn new(rng: Arc<dyn Rng>) -> Self {
        Self { known: Mutex::default(), rng }
    }

    fn word(&self) -> String {
        BASE64URL_NOPAD.encode(&random::bytes::<32>(self.rng.as_ref()))
    }

    /// Notes a trip; the cookie that finds it again.
    pub(super) fn begin(&self, trip: Trip) -> String {
        let key = self.word();
        let mut known = self.lock();
        if known.len() >= MOST {
            known.pop_front();
        }
        known.push_back(Visitor { key: key.clone(), trip, tokens: None, userinfo: None });
        format!("{COOKIE}={key}; Path=/demo; HttpOnly; SameSite=Lax")
    }

    pub(super) fn of(&self, headers: &HeaderMap) -> Option<Visitor> {
        let key = key(headers)?;
        self.lock().iter().find(|visitor| visitor.key == key).cloned()
    }

    pub(super) fn keep(&self, headers: &HeaderMap, tokens: Tokens) {
        self.change(headers, |visitor| {
            visitor.tokens = Some(tokens);
            visitor.userinfo = None;
        });
    }

    pub(super) fn keep_userinfo(&self, headers: &HeaderMap, told: Value) {
        self.change(headers, |visitor| visitor.userinfo = Some(told));
    }

    pub(super) fn forget(&self, headers: &HeaderMap) {
        if let Some(key) = key(headers) {
            self.lock().retain(|visitor| visitor.key != key);
        }
    }

    fn change(&self, headers: &HeaderMap, change: impl FnOnce(&mut Visitor)) {
        let Some(key) = key(headers) else { return };
        if let Some(visitor) = self.lock().iter_mut().find(|visitor| visitor.key == key) {
            change(visitor);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, VecDeque<Visitor>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn key(headers: &HeaderMap) -> Option<&str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == COOKIE)
        .map(|(_, value)| value)
}
