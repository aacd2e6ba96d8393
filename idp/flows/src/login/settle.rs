//! The end of a flow: a code for the app, issued exactly once.

use chrono::TimeDelta;
use gatehouse_domain::audit::{Actor, What};
use gatehouse_domain::login::FlowState;
use gatehouse_domain::oauth::{AuthorizeError, ResponseMode};
use gatehouse_keys::mint::{Kind, Whereabouts, mint};
use gatehouse_store::codes::{self, Epochs, Issue, NewCode};
use gatehouse_store::{NoTrail, Scope, Trail, flows};

use super::decide::Ready;
use super::flow::Loaded;
use super::{Answer, Stop};
use crate::oauth::{ACR_SINGLE, cell_label, grant_of_code};
use crate::{Ctx, Idp, Issuer};

/// How long a code lives (RFC 6749, section 4.1.2: at most ten minutes).
const CODE_LIFE: TimeDelta = TimeDelta::seconds(60);

impl Idp {
    /// Issues a code for who is ready to enter, and ends the flow in the same transaction.
    pub(crate) async fn issue_code(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        state: &FlowState,
        ready: &Ready,
        flow: Option<&Loaded>,
    ) -> Result<Answer, Stop> {
        let (Some(request), Some(known)) = (&state.request, &ready.known) else {
            return Err(Stop::OutOfOrder);
        };
        let entry = &ready.entry;
        let session = &ready.session;
        let place = Whereabouts { cell: cell_label()?, tenant: Some(entry.tenant), row: None };
        let code = mint(Kind::Code, Some(&place), self.rng.as_ref());
        let grant = grant_of_code(&code.digest, &self.grant_mac(entry.tenant).await?);
        let new = NewCode {
            digest: code.digest,
            platform: issuer.is_platform(),
            app: known.app.id,
            identity: entry.identity,
            member: entry.member,
            session: entry.session,
            grant,
            redirect_uri: request.redirect_uri.clone(),
            challenge: Some(request.challenge.clone()),
            nonce: request.nonce.clone(),
            scopes: request.scopes.clone(),
            resources: request.resources.clone(),
            auth_time: session.auth_time,
            acr: ACR_SINGLE.to_owned(),
            amr: session.amr.clone(),
            epochs: Epochs {
                identity: entry.identity_epoch,
                member: entry.member_epoch,
                tenant: ready.tenant.epoch,
                app: known.app.epoch,
            },
            expires_at: cx.now + CODE_LIFE,
        };
        let what = What::CodeIssued {
            app: known.app.id,
            grant,
            session: entry.session,
            scopes: request.scopes.clone(),
        };
        let actor = Actor::Identity { identity: entry.identity, session: Some(entry.session) };
        let record = self.record_of_person(self.event(cx, actor, Some(entry.tenant), what)).await?;
        let used = cx.now.signed_duration_since(session.last_seen_at) >= TimeDelta::minutes(1);
        let idle_end = (cx.now + ready.tenant.policy.session_idle.delta()).max(session.idle_end);
        let issue = Issue {
            tenant: entry.tenant,
            code: &new,
            enters: !session.entered.contains(&entry.tenant),
            idle_end: used.then_some(idle_end),
            flow: flow.map(|flow| &flow.key),
            issued: &record,
        };
        if !codes::issue(self.pool()?, &issue, cx.now).await? {
            return Err(Stop::Replayed);
        }
        let mut params = vec![("code", code.text.expose().clone())];
        params.extend(request.state.clone().map(|value| ("state", value)));
        params.push(("iss", issuer.iss().to_owned()));
        Ok(Answer { redirect_uri: request.redirect_uri.clone(), mode: request.response_mode, params })
    }

    /// Ends a flow that leads to no code.
    pub(crate) async fn finish_flow(&self, cx: &Ctx, flow: &Loaded) -> Result<(), Stop> {
        self.finish_flow_with(cx, flow, Scope::platform(), Trail::none(NoTrail::Step)).await
    }

    /// Ends a flow by a decision that leaves an event.
    pub(crate) async fn finish_flow_with(
        &self,
        cx: &Ctx,
        flow: &Loaded,
        scope: Scope,
        trail: Trail,
    ) -> Result<(), Stop> {
        let mut tx = self.pool()?.write(scope, "finish_flow").await?;
        finish(&mut tx, flow, cx).await?;
        Ok(tx.commit(trail).await?)
    }
}

async fn finish(tx: &mut gatehouse_store::WriteTx, flow: &Loaded, cx: &Ctx) -> Result<(), Stop> {
    let outcome = serde_json::json!({});
    if flows::finish(tx, &flow.key, &outcome, cx.now).await? { Ok(()) } else { Err(Stop::Replayed) }
}

/// An error for an app, with the issuer's name (RFC 9207).
pub(crate) fn error_answer(
    issuer: &Issuer,
    redirect_uri: String,
    mode: ResponseMode,
    state: Option<String>,
    error: AuthorizeError,
) -> Answer {
    let mut params = vec![("error", error.as_str().to_owned())];
    params.extend(state.map(|value| ("state", value)));
    params.push(("iss", issuer.iss().to_owned()));
    Answer { redirect_uri, mode, params }
}
