//! May the app?

use gatehouse_domain::audit::{Actor, What};
use gatehouse_domain::oauth::AuthorizeError;
use gatehouse_store::{Scope, Trail, members};

use super::decide::Decided;
use super::flow::Loaded;
use super::{Browser, Landing, Screen, Step, Stop, error_answer};
use crate::{Ctx, Idp, Issuer};

/// What the person said, and what the page had shown.
#[derive(Debug, Clone, Copy)]
pub struct Given<'a> {
    /// The session of the account that was shown.
    pub account: &'a str,
    /// The slug of the tenant that was shown.
    pub organization: &'a str,
    /// Yes or no.
    pub allowed: bool,
}

impl Idp {
    /// Takes the person's decision about an app. It counts only for the account, the tenant and the scopes that the page
    /// showed.
    ///
    /// # Errors
    /// Why the step could not be taken.
    pub async fn decide_consent(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        browser: &Browser,
        flow: &str,
        given: Given<'_>,
    ) -> Result<Step, Stop> {
        let mut flow = self.flow(cx, issuer, browser, flow).await?;
        let sessions = self.sessions(cx, browser).await?;
        let Decided::Screen(Screen::Consent { account, tenant: shown, wanted }) =
            self.decide(cx, issuer, &flow.state, &sessions).await?
        else {
            return Err(Stop::OutOfOrder);
        };
        let identity =
            sessions.iter().find(|s| s.id == account.session).map(|s| s.identity).ok_or(Stop::OutOfOrder)?;
        if account.session.to_string() != given.account || shown.slug.as_str() != given.organization {
            return Err(Stop::OutOfOrder);
        }
        let app = flow.state.app.ok_or(Stop::OutOfOrder)?;
        let tenant = shown.id;
        let actor = Actor::Identity { identity, session: Some(account.session) };
        if !given.allowed {
            let event = self.event(cx, actor, Some(tenant), What::ConsentDenied { app });
            let record = self.record_of_person(event).await?;
            self.finish_flow_with(cx, &flow, Scope::tenant(tenant), Trail::of([record])).await?;
            return Ok(denied(issuer, flow));
        }
        let what = What::ConsentGranted { app, scopes: wanted.scopes.clone() };
        let record = self.record_of_person(self.event(cx, actor, Some(tenant), what)).await?;
        let mut tx = self.pool()?.write(Scope::tenant(tenant), "consent").await?;
        members::put_consent(&mut tx, identity, app, &wanted, cx.now).await?;
        tx.commit(Trail::of([record])).await?;
        flow.state.agreed = Some((identity, tenant, wanted));
        self.save_flow(cx, issuer, &mut flow).await?;
        self.advance(cx, issuer, browser, flow).await
    }

    /// Ends a flow without signing in.
    ///
    /// # Errors
    /// Why the step could not be taken.
    pub async fn give_up(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        browser: &Browser,
        flow: &str,
    ) -> Result<Step, Stop> {
        let flow = self.flow(cx, issuer, browser, flow).await?;
        self.finish_flow(cx, &flow).await?;
        if flow.state.request.is_some() {
            self.note_authorize_refusal(cx, issuer, "given_up", flow.state.app).await;
        }
        Ok(denied(issuer, flow))
    }
}

/// What the app hears when the person said no.
fn denied(issuer: &Issuer, flow: Loaded) -> Step {
    let landing = match &flow.state.request {
        Some(request) => Landing::Answer(error_answer(
            issuer,
            request.redirect_uri.clone(),
            request.response_mode,
            request.state.clone(),
            AuthorizeError::AccessDenied,
        )),
        None => Landing::Home,
    };
    Step { landing, flow: flow.reference, handle: None }
}
