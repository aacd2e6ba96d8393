//! The flow row: read only by the browser that started it, at the issuer where it started.

use chrono::TimeDelta;
use gatehouse_domain::login::FlowState;
use gatehouse_domain::secret::{Digest, Secret};
use gatehouse_domain::session::LiveSession;
use gatehouse_keys::mint::{Handle, Kind};
use gatehouse_store::browsers;
use gatehouse_store::flows::{self, FlowFound, FlowKey, FlowSaved};

use super::{Browser, Stop};
use crate::{Ctx, Fault, Idp, Issuer};

/// How long an unfinished sign-in lives.
pub(crate) const FLOW_LIFE: TimeDelta = TimeDelta::minutes(30);

/// A flow as read, with what it takes to write it back.
#[derive(Debug)]
pub(crate) struct Loaded {
    /// The reference as presented.
    pub(crate) reference: String,
    /// Where it is found, and the revision that was read.
    pub(crate) key: FlowKey,
    /// What it holds.
    pub(crate) state: FlowState,
}

impl Loaded {
    /// Takes up what became of a step; a flow that went on in another tab meanwhile is not gone on with.
    pub(crate) fn saved(&mut self, saved: FlowSaved) -> Result<(), Stop> {
        match saved {
            FlowSaved::Now(revision) => {
                self.key.revision = revision;
                Ok(())
            }
            FlowSaved::Stale => Err(Stop::Replayed),
        }
    }
}

impl Idp {
    /// Reads a flow for the browser that it is bound to.
    pub(crate) async fn flow(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        browser: &Browser,
        text: &str,
    ) -> Result<Loaded, Stop> {
        let pre = pre_digest(browser).ok_or(Stop::CookiesOff)?;
        let handle = Handle::parse(Kind::Flow, text).map_err(|_| Stop::Expired)?;
        let row = match flows::read(self.pool()?, &handle.digest, &pre, cx.now).await? {
            FlowFound::Nothing => return Err(Stop::Expired),
            FlowFound::OtherBrowser => return Err(Stop::OtherBrowser),
            FlowFound::Here(row) => row,
        };
        if row.finished_at.is_some() {
            return Err(Stop::Replayed);
        }
        if row.purpose != SIGN_IN || row.tenant != issuer.tenant_id() {
            return Err(Stop::OtherIssuer);
        }
        let state = serde_json::from_value(row.state).map_err(|_| Fault::Inconsistent("flow"))?;
        Ok(Loaded {
            reference: text.to_owned(),
            key: FlowKey { digest: handle.digest, browser: pre, revision: row.revision },
            state,
        })
    }

    /// Saves a step; a flow that went on in another tab meanwhile is not overwritten.
    pub(crate) async fn save_flow(&self, cx: &Ctx, issuer: &Issuer, flow: &mut Loaded) -> Result<(), Stop> {
        let state = document(&flow.state)?;
        let saved = flows::save(self.pool()?, &flow.key, issuer.tenant_id(), &state, cx.now).await?;
        flow.saved(saved)
    }

    /// The live sessions of a browser, the most recent first.
    pub(crate) async fn sessions(&self, cx: &Ctx, browser: &Browser) -> Result<Vec<LiveSession>, Fault> {
        let Some(handle) = handle_digest(browser.handle.as_ref()) else { return Ok(Vec::new()) };
        let found = browsers::read(self.pool()?, &handle, cx.now).await?;
        let mut sessions: Vec<LiveSession> =
            found.into_iter().flat_map(|browser| browser.sessions).map(|listed| listed.session).collect();
        sessions.sort_by_key(|session| std::cmp::Reverse(session.last_seen_at));
        Ok(sessions)
    }
}

/// What the flows of this room are for.
pub(crate) const SIGN_IN: &str = "signin";

/// What a flow remembers, as it is stored.
pub(crate) fn document(state: &FlowState) -> Result<serde_json::Value, Fault> {
    serde_json::to_value(state).map_err(|_| Fault::Inconsistent("flow"))
}

/// The digest of the pre-session secret, if the browser has one of ours.
pub(crate) fn pre_digest(browser: &Browser) -> Option<Digest> {
    let text = browser.pre.as_ref()?;
    Handle::parse(Kind::PreSession, text.expose()).ok().map(|handle| handle.digest)
}

/// The digest of a browser handle, if it is one of ours.
pub(crate) fn handle_digest(handle: Option<&Secret<String>>) -> Option<Digest> {
    Handle::parse(Kind::Browser, handle?.expose()).ok().map(|handle| handle.digest)
}
