//! Choices: an account of this browser, another one, an organisation.

use gatehouse_domain::ids::SessionId;
use gatehouse_store::{NoTrail, Scope, Trail, browsers};

use super::decide::Decided;
use super::flow::{Loaded, handle_digest};
use super::{AccountFace, Browser, Complaint, Landing, Screen, Step, Stop};
use crate::{Ctx, Idp, Issuer};

impl Idp {
    /// Goes on with an account of this browser.
    ///
    /// # Errors
    /// Why the step could not be taken.
    pub async fn choose_account(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        browser: &Browser,
        flow: &str,
        session: &str,
    ) -> Result<Step, Stop> {
        let mut flow = self.flow(cx, issuer, browser, flow).await?;
        let sessions = self.sessions(cx, browser).await?;
        let picked = session.parse::<SessionId>().ok().filter(|id| sessions.iter().any(|s| s.id == *id));
        let Some(picked) = picked else {
            let accounts = sessions.iter().map(AccountFace::of).collect();
            let screen = Screen::Accounts { accounts, complaint: Some(Complaint::SessionEnded) };
            return self.show(issuer, flow, screen).await;
        };
        flow.state.account = Some(picked);
        flow.state.opened = flow.state.opened.filter(|opened| *opened == picked);
        flow.state.another = false;
        flow.state.identifier = None;
        self.save_flow(cx, issuer, &mut flow).await?;
        self.advance(cx, issuer, browser, flow).await
    }

    /// Goes on to sign in with another account.
    ///
    /// # Errors
    /// Why the step could not be taken.
    pub async fn use_another(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        browser: &Browser,
        flow: &str,
    ) -> Result<Step, Stop> {
        let mut flow = self.flow(cx, issuer, browser, flow).await?;
        flow.state.another = true;
        flow.state.account = None;
        flow.state.opened = None;
        flow.state.identifier = None;
        self.save_flow(cx, issuer, &mut flow).await?;
        self.advance(cx, issuer, browser, flow).await
    }

    /// Signs one account of this browser out, and stays.
    ///
    /// # Errors
    /// Why the step could not be taken.
    pub async fn remove_account(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        browser: &Browser,
        flow: &str,
        session: &str,
    ) -> Result<Step, Stop> {
        let flow = self.flow(cx, issuer, browser, flow).await?;
        let sessions = self.sessions(cx, browser).await?;
        if let Some(session) =
            session.parse().ok().and_then(|id: SessionId| sessions.iter().find(|s| s.id == id))
        {
            self.end_session(Some(cx), session.identity, session.id, "signed_out").await?;
            self.detach(browser, session.id).await?;
        }
        self.advance(cx, issuer, browser, flow).await
    }

    pub(crate) async fn detach(&self, browser: &Browser, session: SessionId) -> Result<(), Stop> {
        if let Some(handle) = handle_digest(browser.handle.as_ref()) {
            let mut tx = self.pool()?.write(Scope::platform(), "detach").await?;
            browsers::detach(&mut tx, &handle, session).await?;
            tx.commit(Trail::none(NoTrail::PartOf)).await?;
        }
        Ok(())
    }

    /// Enters an organisation, at the platform's issuer.
    ///
    /// # Errors
    /// Why the step could not be taken.
    pub async fn choose_tenant(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        browser: &Browser,
        flow: &str,
        slug: &str,
    ) -> Result<Step, Stop> {
        let mut flow = self.flow(cx, issuer, browser, flow).await?;
        if !issuer.is_platform() {
            return Err(Stop::OutOfOrder);
        }
        let tenant = self.issuer(Some(slug)).await?.and_then(|found| found.tenant_id());
        flow.state.tenant = Some(tenant.ok_or(Stop::NoSuchTenant)?);
        self.save_flow(cx, issuer, &mut flow).await?;
        self.advance(cx, issuer, browser, flow).await
    }

    /// Goes on as far as no page is needed; at the end the app gets its code.
    pub(crate) async fn advance(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        browser: &Browser,
        flow: Loaded,
    ) -> Result<Step, Stop> {
        let sessions = self.sessions(cx, browser).await?;
        match self.decide(cx, issuer, &flow.state, &sessions).await? {
            Decided::Screen(screen) => {
                self.note_barred(cx, issuer, &flow, &screen).await;
                self.show(issuer, flow, screen).await
            }
            Decided::Refused(answer, error) => {
                self.note_authorize_refusal(cx, issuer, error.as_str(), flow.state.app).await;
                self.finish_flow(cx, &flow).await?;
                Ok(Step { landing: Landing::Answer(answer), flow: flow.reference, handle: None })
            }
            Decided::Ready(ready) if flow.state.request.is_none() => {
                drop(ready);
                self.finish_flow(cx, &flow).await?;
                Ok(Step { landing: Landing::Home, flow: flow.reference, handle: None })
            }
            Decided::Ready(ready) => {
                let answer = self.issue_code(cx, issuer, &flow.state, &ready, Some(&flow)).await?;
                Ok(Step { landing: Landing::Answer(answer), flow: flow.reference, handle: None })
            }
        }
    }

    async fn note_barred(&self, cx: &Ctx, issuer: &Issuer, flow: &Loaded, screen: &Screen) {
        if let Screen::Barred { reason, .. } = screen {
            let reason = super::decide::barred_reason(*reason);
            self.note_authorize_refusal(cx, issuer, reason, flow.state.app).await;
        }
    }
}
