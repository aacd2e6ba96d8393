//! What an upstream publishes about itself (OIDC Discovery, section 3), and its keys; remembered for a while.

use std::sync::Arc;

use chrono::TimeDelta;
use gatehouse_domain::connection::{Denial, OidcConfig, Source, Trace};
use gatehouse_domain::time::Timestamp;
use gatehouse_spi::upstream::World;
use gatehouse_spi::{Call, Room};
use moka::sync::Cache;
use serde::Deserialize;
use tokio::sync::Mutex;
use url::Url;

use crate::Oidc;
use crate::jwks::UpstreamKeys;
use crate::outcome::{failed_call, invalid, misconfigured};

/// What upstreams publish, by owner and place: no owner's upstream lends a key to another's. Bounded, and in this process only.
#[derive(Debug, Clone)]
pub struct Documents(Cache<(Source, Url), Arc<Mutex<Held>>>);

impl Default for Documents {
    fn default() -> Self {
        Self(Cache::builder().max_capacity(MOST_UPSTREAMS).build())
    }
}

/// The endpoints of an upstream. They may be on other origins than the issuer, as Google has them.
#[derive(Debug)]
pub(crate) struct Provider {
    pub(crate) authorization: Url,
    pub(crate) token: Url,
    pub(crate) userinfo: Option<Url>,
    pub(crate) end_session: Option<Url>,
    /// Whether every answer carries `iss` (RFC 9207, section 3).
    pub(crate) announces_issuer: bool,
    jwks: Url,
}

/// What is held of one upstream. Whoever fetches holds the lock, so that those who come meanwhile wait for the same answer.
#[derive(Debug, Default)]
struct Held {
    provider: Option<Fetched<Provider>>,
    keys: Option<Fetched<UpstreamKeys>>,
    /// When an unknown key made us ask again.
    asked_again: Option<Timestamp>,
}

#[derive(Debug)]
struct Fetched<T> {
    at: Timestamp,
    got: Result<Arc<T>, Denial>,
}

impl<T> Fetched<T> {
    /// What is still good: an answer for an hour, a failure for some seconds.
    fn fresh(&self, now: Timestamp) -> Option<Result<Arc<T>, Denial>> {
        let life = if self.got.is_ok() { LIFE } else { FAILURE };
        (now < self.at + life).then(|| self.got.clone())
    }
}

impl Oidc {
    /// The upstream's endpoints.
    pub(crate) async fn provider(
        &self,
        world: World<'_>,
        trace: &mut Trace,
    ) -> Result<Arc<Provider>, Denial> {
        let Some(place) = self.config.discovery() else {
            return Err(misconfigured(trace, "oidc_discovery", &[]));
        };
        let held = self.held(&place);
        let mut held = held.lock().await;
        if let Some(known) = held.provider.as_ref().and_then(|fetched| fetched.fresh(world.now)) {
            return remembered(known, "oidc_discovery", place.as_str(), trace);
        }
        let got = fetch_provider(&self.config, &place, world, trace).await.map(Arc::new);
        held.provider = remember(&got, world.now);
        got
    }

    /// The upstream's keys. With `again`, for a token whose key is none of those known: they are asked for anew, once a minute at most.
    pub(crate) async fn keys(
        &self,
        provider: &Provider,
        again: bool,
        world: World<'_>,
        trace: &mut Trace,
    ) -> Result<Arc<UpstreamKeys>, Denial> {
        let Some(place) = self.config.discovery() else {
            return Err(misconfigured(trace, "oidc_discovery", &[]));
        };
        let held = self.held(&place);
        let mut held = held.lock().await;
        let due = again && held.asked_again.is_none_or(|at| world.now >= at + PAUSE);
        if let Some(known) = held.keys.as_ref().and_then(|fetched| fetched.fresh(world.now)).filter(|_| !due)
        {
            return remembered(known, "oidc_jwks", provider.jwks.as_str(), trace);
        }
        if due {
            held.asked_again = Some(world.now);
        }
        let got = fetch_keys(&provider.jwks, world, trace).await.map(Arc::new);
        // A failure to renew is no reason to forget keys that are still good.
        if got.is_ok() || !due || held.keys.is_none() {
            held.keys = remember(&got, world.now);
        }
        got
    }

    fn held(&self, place: &Url) -> Arc<Mutex<Held>> {
        self.documents.0.get_with((self.source, place.clone()), Arc::default)
    }
}

/// That we ourselves had no room is not remembered.
fn remember<T>(got: &Result<Arc<T>, Denial>, at: Timestamp) -> Option<Fetched<T>> {
    (!matches!(got, Err(Denial::Busy))).then(|| Fetched { at, got: got.clone() })
}

fn remembered<T>(
    known: Result<Arc<T>, Denial>,
    code: &'static str,
    url: &str,
    trace: &mut Trace,
) -> Result<Arc<T>, Denial> {
    let details = [("url", url), ("source", "remembered")];
    match &known {
        Ok(_) => trace.pass(code, &details),
        Err(_) => trace.fail(code, &details),
    }
    known
}

/// The members that are read; all others are ignored.
#[derive(Deserialize)]
struct Document {
    issuer: String,
    authorization_endpoint: Url,
    token_endpoint: Url,
    jwks_uri: Url,
    userinfo_endpoint: Option<Url>,
    end_session_endpoint: Option<Url>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

async fn fetch_provider(
    config: &OidcConfig,
    place: &Url,
    world: World<'_>,
    trace: &mut Trace,
) -> Result<Provider, Denial> {
    let body = fetch(place, "oidc_discovery", world, trace).await?;
    let Ok(document) = serde_json::from_slice::<Document>(&body) else {
        return Err(invalid(trace, "oidc_discovery", &[("url", place.as_str()), ("why", "not_understood")]));
    };
    let details = [("expected", config.issuer()), ("came", document.issuer.as_str())];
    if document.issuer != config.issuer() {
        return Err(invalid(trace, "oidc_discovery_issuer", &details));
    }
    trace.pass("oidc_discovery_issuer", &details);
    let mandatory = [&document.authorization_endpoint, &document.token_endpoint, &document.jwks_uri];
    let optional = [&document.userinfo_endpoint, &document.end_session_endpoint].into_iter().flatten();
    for url in mandatory.into_iter().chain(optional) {
        if !config.admits(url) {
            return Err(invalid(trace, "oidc_discovery_endpoint", &[("url", url.as_str())]));
        }
    }
    Ok(Provider {
        authorization: document.authorization_endpoint,
        token: document.token_endpoint,
        userinfo: document.userinfo_endpoint,
        end_session: document.end_session_endpoint,
        announces_issuer: document.authorization_response_iss_parameter_supported,
        jwks: document.jwks_uri,
    })
}

async fn fetch_keys(url: &Url, world: World<'_>, trace: &mut Trace) -> Result<UpstreamKeys, Denial> {
    let body = fetch(url, "oidc_jwks", world, trace).await?;
    UpstreamKeys::parse(&body)
        .ok_or_else(|| invalid(trace, "oidc_jwks", &[("url", url.as_str()), ("why", "not_understood")]))
}

async fn fetch(
    url: &Url,
    code: &'static str,
    world: World<'_>,
    trace: &mut Trace,
) -> Result<Vec<u8>, Denial> {
    let call = Call {
        url,
        form: None,
        authorization: None,
        accept: "application/json",
        headers: &[],
        most: MOST_OF_A_DOCUMENT,
        room: Room::Documents,
    };
    let answer = world.outbound.send(call).await;
    let answer = answer.map_err(|error| failed_call(trace, code, url.as_str(), error))?;
    let status = answer.status.to_string();
    let details = [("url", url.as_str()), ("status", status.as_str()), ("type", answer.media_type.as_str())];
    // RFC 7517, section 8.5.2, has a type of its own, and some servers send documents as octets.
    let json = JSON.contains(&answer.media_type.as_str());
    if answer.status != 200 || !json {
        return Err(invalid(trace, code, &details));
    }
    trace.pass(code, &details);
    Ok(answer.body)
}

const JSON: [&str; 3] = ["application/json", "application/jwk-set+json", "application/octet-stream"];
const LIFE: TimeDelta = TimeDelta::hours(1);
const FAILURE: TimeDelta = TimeDelta::seconds(10);
const PAUSE: TimeDelta = TimeDelta::minutes(1);
const MOST_OF_A_DOCUMENT: usize = 128 * 1024;
const MOST_UPSTREAMS: u64 = 4096;
