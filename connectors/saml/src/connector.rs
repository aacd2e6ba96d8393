//! The contract of an upstream, by SAML: the web browser single sign-on profile (SAML profiles, section 4.1).

use std::sync::Arc;

use chrono::DateTime;
use gatehouse_domain::connection::{Assertion, Denial, SamlConfig, Trace};
use gatehouse_domain::random;
use gatehouse_domain::secret::Secret;
use gatehouse_domain::time::Timestamp;
use gatehouse_spi::upstream::{Ask, Judged, Memo, Reply, Step, Upstream, World};
use serde::{Deserialize, Serialize};

use crate::attributes;
use crate::decode::{Field, arrived};
use crate::decrypt::Random;
use crate::keys::SpKeys;
use crate::open::open;
use crate::peer::{BadSetup, Peer, ServiceProvider};
use crate::request::{authn_request, fresh_id, step};
use crate::trace::Checks;
use crate::validate::{Requested, validate};
use crate::work::Work;

/// A connection to a SAML identity provider.
#[derive(Debug, Clone)]
pub struct Saml {
    pub(crate) peer: Arc<Peer>,
    pub(crate) work: Work,
}

/// What we remember of our request.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    id: String,
    at: i64,
    fresh: bool,
    contexts: Vec<String>,
}

impl Saml {
    /// Puts a connection together.
    ///
    /// # Errors
    /// If it cannot work: no usable certificate, contradictions in what was settled.
    pub fn new(config: SamlConfig, sp: ServiceProvider, keys: SpKeys, work: Work) -> Result<Self, BadSetup> {
        Ok(Self { peer: Arc::new(Peer::new(config, sp, keys)?), work })
    }

    /// Judges a response that nobody asked for (rule 19.5.13): a good one is reason enough to begin a sign-in of our own, and
    /// nothing more. Its contents are dropped here, so that no session can come of them.
    pub async fn unsolicited(&self, reply: Reply, world: World<'_>) -> Judged<()> {
        if !self.peer.config.allow_idp_initiated {
            let mut trace = Trace::default();
            let refused = Checks::new(&mut trace).that("saml_idp_initiated", false, &[]);
            return Judged { outcome: refused, trace };
        }
        let judged = self.judge(reply, None, None, world).await;
        Judged { outcome: judged.outcome.map(drop), trace: judged.trace }
    }

    async fn judge(
        &self,
        reply: Reply,
        state: Option<String>,
        request: Option<Requested>,
        world: World<'_>,
    ) -> Judged<Assertion> {
        let peer = Arc::clone(&self.peer);
        let random = Secret::new(random::bytes::<64>(world.rng));
        let now = world.now;
        let work = move || {
            let mut trace = Trace::default();
            let outcome =
                judge(&reply, state.as_deref(), request.as_ref(), (&peer, &random, now), &mut trace);
            Judged { outcome, trace }
        };
        self.work
            .run(work)
            .await
            .unwrap_or_else(|denial| Judged { outcome: Err(denial), trace: Trace::default() })
    }
}

fn judge(
    reply: &Reply,
    state: Option<&str>,
    request: Option<&Requested>,
    (peer, random, now): (&Peer, &Random, Timestamp),
    trace: &mut Trace,
) -> Result<Assertion, Denial> {
    let mut checks = Checks::new(trace);
    checks.that("saml_binding", matches!(reply, Reply::Form(_)), &[])?;
    let arrived = checks.take("saml_message", arrived(reply, Field::Response))?;
    if let Some(state) = state {
        // The handle is no secret of the connection; a foreign one is not written down.
        checks.that("saml_relay_state", arrived.relay_state.as_deref() == Some(state), &[])?;
    }
    let opened = open(&arrived.document, peer, random, trace)?;
    let valid = validate(&opened, peer, request, now, trace)?;
    let element = opened.assertion.as_ref().ok_or(Denial::Invalid("saml_assertion"))?;
    attributes::assertion(&peer.config, element, &valid, trace)
}

impl Upstream for Saml {
    async fn begin(&self, ask: &Ask, world: World<'_>) -> Judged<(Step, Memo)> {
        let mut trace = Trace::default();
        if let Err(denial) = self.our_callback(ask, &mut trace) {
            return Judged { outcome: Err(denial), trace };
        }
        let contexts = if ask.contexts.is_empty() { &self.peer.config.contexts } else { &ask.contexts };
        let request = Requested {
            id: fresh_id(world.rng),
            at: world.now,
            fresh: ask.fresh,
            contexts: contexts.clone(),
        };
        trace.note("saml_request", &[("id", &request.id)]);
        let (peer, state) = (Arc::clone(&self.peer), ask.state.clone());
        let work = move || {
            let to = &peer.config.sso;
            let write = |url: &_, signer: Option<&_>| authn_request(&peer, url, &request, signer);
            let step = step(&peer, to, Field::Request, &state, write)?;
            let kept = Kept {
                id: request.id,
                at: request.at.timestamp_micros(),
                fresh: request.fresh,
                contexts: request.contexts,
            };
            let memo = serde_json::to_vec(&kept).map_err(|_| Denial::Misconfigured("saml_memo"))?;
            Ok((step, Memo(Secret::new(memo))))
        };
        Judged { outcome: self.work.run(work).await.and_then(|done| done), trace }
    }

    async fn resume(&self, ask: &Ask, memo: Memo, reply: Reply, world: World<'_>) -> Judged<Assertion> {
        let mut trace = Trace::default();
        let kept: Option<Kept> = serde_json::from_slice(memo.0.expose()).ok();
        let request = kept.and_then(|kept| {
            let at = DateTime::from_timestamp_micros(kept.at)?;
            Some(Requested { id: kept.id, at, fresh: kept.fresh, contexts: kept.contexts })
        });
        let ready = self
            .our_callback(ask, &mut trace)
            .and_then(|()| Checks::new(&mut trace).found("saml_memo", request));
        match ready {
            Ok(request) => self.judge(reply, Some(ask.state.clone()), Some(request), world).await,
            Err(denial) => Judged { outcome: Err(denial), trace },
        }
    }
}

impl Saml {
    fn our_callback(&self, ask: &Ask, trace: &mut Trace) -> Result<(), Denial> {
        if ask.callback == self.peer.sp.acs {
            return Ok(());
        }
        trace.fail(
            "saml_callback",
            &[("expected", self.peer.sp.acs.as_str()), ("came", ask.callback.as_str())],
        );
        Err(Denial::Misconfigured("saml_callback"))
    }
}
