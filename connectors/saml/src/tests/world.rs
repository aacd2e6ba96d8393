//! A connection at a fixed time with fixed randomness, so that messages can be written before they are asked for.

use std::num::NonZeroUsize;
use std::sync::OnceLock;

use chrono::TimeZone as _;
use gatehouse_domain::connection::{Assertion, Denial, SamlConfig, Trace, Verdict};
use gatehouse_domain::random::Rng;
use gatehouse_domain::secret::Secret;
use gatehouse_domain::time::Timestamp;
use gatehouse_spi::upstream::{Ask, Judged, Memo, Reply, Step, Upstream as _, World};
use gatehouse_spi::{Answer, Call, Outbound, OutboundError, Sending};
use url::form_urlencoded::byte_serialize;

use crate::{Family, Saml, ServiceProvider, SpKey, SpKeys, Work};

pub(super) const ENTITY: &str = "https://id.gatehouse.example/t/acme/connections/corp/metadata";
pub(super) const ACS: &str = "https://id.gatehouse.example/t/acme/connections/corp/acs";
pub(super) const SLO: &str = "https://id.gatehouse.example/t/acme/connections/corp/slo";
pub(super) const IDP: &str = "https://idp.corp.example/saml";
/// What the fixed randomness makes of a request's id.
pub(super) const REQUEST: &str = "_0707070707070707070707070707070707070707";

/// Keys that all tests share: making one takes time.
pub(super) struct Keys {
    pub(super) provider: SpKey,
    pub(super) provider_ec: SpKey,
    pub(super) stranger: SpKey,
    pub(super) ours: SpKey,
    pub(super) ours_ec: SpKey,
    pub(super) ours_next: SpKey,
}

pub(super) fn keys() -> &'static Keys {
    static KEYS: OnceLock<Keys> = OnceLock::new();
    KEYS.get_or_init(|| {
        let make = |family, name| SpKey::generate(family, name, now()).unwrap();
        Keys {
            provider: make(Family::Rsa, "provider"),
            provider_ec: make(Family::Ec, "provider"),
            stranger: make(Family::Rsa, "stranger"),
            ours: make(Family::Rsa, "ours"),
            ours_ec: make(Family::Ec, "ours"),
            ours_next: make(Family::Rsa, "next"),
        }
    })
}

/// 2026-03-01, 12:00.
pub(super) fn now() -> Timestamp {
    chrono::Utc.with_ymd_and_hms(2026, 3, 1, 12, 0, 0).unwrap()
}

pub(super) fn config() -> SamlConfig {
    serde_json::from_value(serde_json::json!({
        "entity_id": IDP,
        "sso": { "redirect": "https://idp.corp.example/sso" },
        "slo": { "redirect": "https://idp.corp.example/slo?x=1" },
        "certificates": [keys().provider.certificate().to_string()],
        "attributes": { "email": "mail", "name": "cn", "groups": "memberOf" },
    }))
    .unwrap()
}

pub(super) fn us() -> ServiceProvider {
    ServiceProvider {
        entity_id: ENTITY.to_owned(),
        acs: ACS.parse().unwrap(),
        slo: Some(SLO.parse().unwrap()),
    }
}

pub(super) fn work() -> Work {
    Work::new(NonZeroUsize::new(2).unwrap(), 16)
}

pub(super) fn saml(adjust: impl FnOnce(&mut SamlConfig)) -> Saml {
    let mut config = config();
    adjust(&mut config);
    let ours = SpKeys::new(vec![keys().ours.clone()], vec![keys().ours.clone()]).unwrap();
    Saml::new(config, us(), ours, work()).unwrap()
}

pub(super) fn ask() -> Ask {
    Ask {
        callback: ACS.parse().unwrap(),
        state: "flow-1".to_owned(),
        hint: None,
        fresh: false,
        contexts: Vec::new(),
    }
}

pub(super) const WORLD: fn() -> World<'static> = || World { outbound: &Nobody, rng: &Fixed, now: now() };

pub(super) async fn begin(saml: &Saml, ask: &Ask) -> (Step, Memo) {
    saml.begin(ask, WORLD()).await.outcome.unwrap()
}

/// What comes of a response to our request.
pub(super) async fn judged(saml: &Saml, response: &str) -> Judged<Assertion> {
    let (_, memo) = begin(saml, &ask()).await;
    saml.resume(&ask(), memo, posted(response), WORLD()).await
}

pub(super) fn posted(response: &str) -> Reply {
    form(&[("SAMLResponse", &data_encoding::BASE64.encode(response.as_bytes())), ("RelayState", "flow-1")])
}

pub(super) fn form(fields: &[(&str, &str)]) -> Reply {
    let pair = |(name, value): &(&str, &str)| {
        format!("{name}={}", byte_serialize(value.as_bytes()).collect::<String>())
    };
    Reply::Form(Secret::new(fields.iter().map(pair).collect::<Vec<_>>().join("&")))
}

/// The code and the first detail of the check that failed.
pub(super) fn failure(trace: &Trace) -> Option<(&'static str, String)> {
    let last = trace.checks().iter().find(|check| check.verdict == Verdict::Failed)?;
    Some((last.code, last.details.first().map(|(_, value)| value.as_str().to_owned()).unwrap_or_default()))
}

#[derive(Debug)]
pub(super) struct Fixed;

impl Rng for Fixed {
    fn fill(&self, out: &mut [u8]) {
        out.fill(7);
    }
}

#[derive(Debug)]
pub(super) struct Nobody;

impl Outbound for Nobody {
    fn send<'a>(&'a self, _call: Call<'a>) -> Sending<'a> {
        Box::pin(async { Err::<Answer, _>(OutboundError::Blocked) })
    }
}

/// The piece of a text from one mark to another, both with it.
pub(super) fn cut<'a>(text: &'a str, from: &str, to: &str) -> &'a str {
    let start = text.find(from).unwrap();
    let length = text[start..].find(to).unwrap() + to.len();
    &text[start..start + length]
}

/// Sees a response refused by that check.
pub(super) async fn refused(name: &str, response: &str, code: &'static str) {
    let judged = judged(&saml(|_| ()), response).await;
    assert_eq!(judged.outcome.clone().err(), Some(Denial::Invalid(code)), "{name}: {:?}", judged.trace);
    assert_eq!(failure(&judged.trace).unwrap().0, code, "{name}");
}
