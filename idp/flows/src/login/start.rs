//! The ways into a flow: an app's authorization request, or the issuer's own door.

use gatehouse_domain::audit::What;
use gatehouse_domain::email::ProofPurpose;
use gatehouse_domain::ids::{FlowId, SessionId};
use gatehouse_domain::login::{AccountPage, Detour, FlowState};
use gatehouse_domain::oauth::{
    self, AuthorizeError, AuthorizeFault, AuthorizeRequest, IdClaims, Params, Prompt,
};
use gatehouse_domain::secret::{Digest, Secret};
use gatehouse_keys::mint::{Handle, Kind, Whereabouts, mint};
use gatehouse_keys::verify::{Audience, Expect, verify_jwt};
use gatehouse_store::flows::{self, NewFlow};

use super::decide::Decided;
use super::flow::{FLOW_LIFE, SIGN_IN, document};
use super::{Answer, Browser, Stop, error_answer};
use crate::oauth::cell_label;
use crate::{Ctx, Idp, Issuer};

/// A flow that has begun.
#[derive(Debug)]
pub struct Started {
    /// Its reference.
    pub flow: String,
    /// A pre-session secret to set, if the browser had none.
    pub pre: Option<Secret<String>>,
}

/// What an authorization request leads to.
#[derive(Debug)]
pub enum Authorized {
    /// Straight back to the app.
    Answer(Answer),
    /// To a page.
    Begin(Started),
}

impl Idp {
    /// An authorization request (RFC 6749, section 4.1.1).
    ///
    /// # Errors
    /// What a page of ours has to say, because the app cannot be told.
    pub async fn authorize(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        browser: &Browser,
        params: &Params,
    ) -> Result<Authorized, Stop> {
        let known = match oauth::client_of(params) {
            Ok(client_id) => self.app(issuer.owner(), client_id).await?.ok_or(oauth::PageReason::UnknownApp),
            Err(reason) => Err(reason),
        };
        let known = match known {
            Ok(known) => known,
            Err(reason) => return Err(self.refuse_on_page(cx, issuer, reason).await),
        };
        let request = match oauth::read(params, &known.app) {
            Ok(request) => request,
            Err(AuthorizeFault::Page(reason)) => return Err(self.refuse_on_page(cx, issuer, reason).await),
            Err(AuthorizeFault::Answer { error, description, redirect_uri, response_mode, state }) => {
                self.note_authorize_refusal(cx, issuer, error.as_str(), Some(known.app.id)).await;
                let mut answer = error_answer(issuer, redirect_uri, response_mode, state, error);
                answer.params.push(("error_description", description.to_owned()));
                return Ok(Authorized::Answer(answer));
            }
        };
        let mut state =
            FlowState { app: Some(known.app.id), request: Some(request.clone()), ..FlowState::default() };
        if request.prompts.has(Prompt::Create) && self.sign_up_is_open(issuer) {
            state.detour = Some(Detour::to(ProofPurpose::SignUp));
        }
        if let Some(token) = params.get("id_token_hint") {
            let Some(expected) = self.hinted_subject(cx, issuer, token, &known.app.client_id).await? else {
                self.note_authorize_refusal(cx, issuer, "id_token_hint", state.app).await;
                return Ok(Authorized::Answer(hint_refused(issuer, &request)));
            };
            state.expected = Some(expected);
        }
        if let Some(refused) = self.enter_organization(issuer, &mut state).await? {
            self.note_authorize_refusal(cx, issuer, "no_such_organization", state.app).await;
            return Ok(Authorized::Answer(refused));
        }
        let sessions = self.sessions(cx, browser).await?;
        match self.decide(cx, issuer, &state, &sessions).await? {
            Decided::Refused(answer, error) => {
                self.note_authorize_refusal(cx, issuer, error.as_str(), state.app).await;
                Ok(Authorized::Answer(answer))
            }
            Decided::Ready(ready) => {
                let code = self.issue_code(cx, issuer, &state, &ready, None).await?;
                Ok(Authorized::Answer(code))
            }
            Decided::Returned(_) => Err(Stop::OutOfOrder),
            Decided::Screen(_) => Ok(Authorized::Begin(self.begin_flow(cx, issuer, browser, &state).await?)),
        }
    }

    /// A sign-in that no app asked for.
    ///
    /// # Errors
    /// If the machinery failed.
    pub async fn start_login(&self, cx: &Ctx, issuer: &Issuer, browser: &Browser) -> Result<Started, Stop> {
        self.begin_flow(cx, issuer, browser, &FlowState { another: true, ..FlowState::default() }).await
    }

    /// A sign-up or a recovery that nobody came to from a sign-in.
    ///
    /// # Errors
    /// If the machinery failed.
    pub async fn start_detour(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        browser: &Browser,
        purpose: ProofPurpose,
    ) -> Result<Started, Stop> {
        let detour = Some(Detour::to(purpose));
        self.begin_flow(cx, issuer, browser, &FlowState { another: true, detour, ..FlowState::default() })
            .await
    }

    /// A sign-in that leads to a page of the account. With a session named, that person shows a credential again.
    ///
    /// # Errors
    /// If the machinery failed.
    pub async fn start_account(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        browser: &Browser,
        page: AccountPage,
        again: Option<SessionId>,
    ) -> Result<Started, Stop> {
        let state =
            FlowState { back: Some(page), fresh: again.is_some(), account: again, ..FlowState::default() };
        self.begin_flow(cx, issuer, browser, &state).await
    }

    pub(crate) async fn begin_flow(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        browser: &Browser,
        state: &FlowState,
    ) -> Result<Started, Stop> {
        if !self.refusals.may_begin(cx.network(), cx.now) {
            self.note_throttled(cx, issuer.tenant_id());
            return Err(Stop::Throttled { seconds: 60 });
        }
        let (pre_digest, pre) = self.bind(browser);
        let place = Whereabouts { cell: cell_label()?, tenant: None, row: None };
        let minted = mint(Kind::Flow, Some(&place), self.rng.as_ref());
        let state = document(state)?;
        let new = NewFlow {
            id: FlowId::mint(cx.now, self.rng.as_ref()),
            digest: minted.digest,
            browser: pre_digest,
            tenant: issuer.tenant_id(),
            purpose: SIGN_IN,
            state: &state,
            expires_at: cx.now + FLOW_LIFE,
        };
        flows::insert(self.pool()?, &new, cx.now).await?;
        Ok(Started { flow: minted.text.expose().clone(), pre })
    }

    /// The pre-session secret that a new flow is bound to; a new one where the browser has none of ours.
    fn bind(&self, browser: &Browser) -> (Digest, Option<Secret<String>>) {
        let own = browser.pre.as_ref().and_then(|pre| Handle::parse(Kind::PreSession, pre.expose()).ok());
        match own {
            Some(handle) => (handle.digest, None),
            None => {
                let minted = mint(Kind::PreSession, None, self.rng.as_ref());
                (minted.digest, Some(minted.text))
            }
        }
    }

    /// The person of an ID token of ours that was made for this app, even an expired one (OIDC Core, section 3.1.2.1).
    async fn hinted_subject(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        token: &str,
        client_id: &str,
    ) -> Result<Option<String>, Stop> {
        let keys = self.issuer_keys(issuer).await?;
        let expect = Expect::new("JWT", Audience::Exact(client_id), cx.now).even_expired();
        Ok(verify_jwt::<IdClaims>(token, &keys, &expect).ok().map(|verified| verified.subject))
    }

    /// Takes up `organization`, which only the platform's issuer knows; an answer if it names nothing.
    async fn enter_organization(
        &self,
        issuer: &Issuer,
        state: &mut FlowState,
    ) -> Result<Option<Answer>, Stop> {
        let Some(request) = &state.request else { return Ok(None) };
        let Some(name) = request.organization.as_deref().filter(|_| issuer.is_platform()) else {
            return Ok(None);
        };
        match self.tenant_named(name).await? {
            Some(tenant) => {
                state.tenant = Some(tenant.at.id);
                Ok(None)
            }
            None => {
                let (uri, mode) = (request.redirect_uri.clone(), request.response_mode);
                let mut answer =
                    error_answer(issuer, uri, mode, request.state.clone(), AuthorizeError::InvalidRequest);
                answer.params.push(("error_description", "no such organization".to_owned()));
                Ok(Some(answer))
            }
        }
    }

    async fn refuse_on_page(&self, cx: &Ctx, issuer: &Issuer, reason: oauth::PageReason) -> Stop {
        self.note_authorize_refusal(cx, issuer, reason.as_str(), None).await;
        Stop::Request(reason)
    }

    pub(crate) async fn note_authorize_refusal(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        reason: &'static str,
        app: Option<gatehouse_domain::ids::AppId>,
    ) {
        let what = What::RequestRefused { area: "authorize", reason, app };
        self.note_refusal(cx, issuer.tenant_id(), what).await;
    }
}

/// What an app hears whose hint is no ID token of ours for it.
fn hint_refused(issuer: &Issuer, request: &AuthorizeRequest) -> Answer {
    let (uri, mode) = (request.redirect_uri.clone(), request.response_mode);
    let mut answer = error_answer(issuer, uri, mode, request.state.clone(), AuthorizeError::InvalidRequest);
    answer
        .params
        .push(("error_description", "id_token_hint is no ID token of this issuer for this app".to_owned()));
    answer
}
