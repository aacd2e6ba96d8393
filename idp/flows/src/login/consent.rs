//! May the app?

use gatehouse_domain::audit::{Actor, What};
use gatehouse_domain::ids::IdentityId;
use gatehouse_domain::login::Agreed;
use gatehouse_domain::oauth::AuthorizeError;
use gatehouse_domain::session::LiveSession;
use gatehouse_store::{Scope, Trail, members};

use super::decide::Decided;
use super::flow::Loaded;
use super::{Browser, Landing, Screen, Step, Stop, error_answer};
use crate::{Ctx, Idp, Issuer};

impl Idp {
    /// Takes the person's decision about an app. It counts only for the account and scopes that the page showed.
    ///
    /// # Errors
    /// Why the step could not be taken.
    pub async fn decide_consent(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        browser: &Browser,
        flow: &str,
        (shown_to, allowed): (&str, bool),
    ) -> Result<Step, Stop> {
        let mut flow = self.flow(cx, issuer, browser, flow).await?;
        let sessions = self.sessions(cx, browser).await?;
        let Decided::Screen(Screen::Consent { account, wanted }) =
            self.decide(cx, issuer, &flow.state, &sessions).await?
        else {
            return Err(Stop::OutOfOrder);
        };
        let identity =
            sessions.iter().find(|s| s.id == account.session).map(|s| s.identity).ok_or(Stop::OutOfOrder)?;
        if account.session.to_string() != shown_to {
            return Err(Stop::OutOfOrder);
        }
        let app = flow.state.app.ok_or(Stop::OutOfOrder)?;
        let tenant = self.entered_tenant(cx, issuer, &flow, (identity, &sessions)).await?;
        let actor = Actor::Identity { identity, session: Some(account.session) };
        if !allowed {
            let record = self.record(self.event(cx, actor, Some(tenant), What::ConsentDenied { app }))?;
            self.finish_flow_with(cx, &flow, Scope::tenant(tenant), Trail::of([record])).await?;
            return Ok(denied(issuer, flow));
        }
        let what = What::ConsentGranted { app, scopes: wanted.scopes.clone() };
        let record = self.record(self.event(cx, actor, Some(tenant), what))?;
        let mut tx = self.pool()?.write(Scope::tenant(tenant), "consent").await?;
        members::put_consent(&mut tx, identity, app, &wanted, cx.now).await?;
        tx.commit(Trail::of([record])).await?;
        flow.state.agreed = Some((identity, wanted));
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
        Ok(denied(issuer, flow))
    }

    /// The tenant that the flow enters, once nothing but consent is missing.
    async fn entered_tenant(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        flow: &Loaded,
        (identity, sessions): (IdentityId, &[LiveSession]),
    ) -> Result<gatehouse_domain::ids::TenantId, Stop> {
        if let Some(tenant) = issuer.tenant_id() {
            return Ok(tenant);
        }
        let mut agreed = flow.state.clone();
        agreed.agreed = flow.state.request.as_ref().map(|request| (identity, Agreed::asked(request)));
        match self.decide(cx, issuer, &agreed, sessions).await? {
            Decided::Ready(ready) => Ok(ready.entry.tenant),
            _ => Err(Stop::OutOfOrder),
        }
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
