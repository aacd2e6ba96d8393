//! Choices: an account of this browser, another one, an organisation.

use gatehouse_domain::email::{EmailAddress, ProofPurpose};
use gatehouse_domain::ids::SessionId;
use gatehouse_domain::login::{AccountPage, Detour};
use gatehouse_domain::session::{Barred, LiveSession};
use gatehouse_store::{NoTrail, Scope, Trail, browsers, flows, sessions};

use super::decide::Decided;
use super::flow::{Loaded, handle_digest};
use super::{AccountFace, Browser, Complaint, Landing, Screen, Step, Stop};
use crate::mailbox::Asked;
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
        flow.state.detour = None;
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
        flow.state.detour = None;
        flow.state.done = None;
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
        if leads_to_invitation(&flow, &sessions) {
            self.finish_flow(cx, &flow).await?;
            return Ok(Step { landing: Landing::Invitation, flow: flow.reference, handle: None });
        }
        match self.decide(cx, issuer, &flow.state, &sessions).await? {
            Decided::Screen(Screen::Barred { account, reason: Barred::NotAMember }) => {
                if let Some(address) = self.joining_address(cx, issuer, &flow, &sessions).await? {
                    return self.ask_joiner(cx, issuer, browser, flow, (account, address)).await;
                }
                let screen = Screen::Barred { account, reason: Barred::NotAMember };
                self.note_barred(cx, issuer, &flow, &screen).await;
                self.show(issuer, flow, screen).await
            }
            Decided::Screen(screen) => {
                self.note_barred(cx, issuer, &flow, &screen).await;
                self.show(issuer, flow, screen).await
            }
            Decided::Refused(answer, error) => {
                self.note_authorize_refusal(cx, issuer, error.as_str(), flow.state.app).await;
                self.finish_flow(cx, &flow).await?;
                Ok(Step { landing: Landing::Answer(answer), flow: flow.reference, handle: None })
            }
            Decided::Returned(session) => self.arrive(cx, flow, &session).await,
            Decided::Ready(ready) if flow.state.request.is_none() => {
                self.arrive(cx, flow, &ready.session).await
            }
            Decided::Ready(ready) => {
                let answer = self.issue_code(cx, issuer, &flow.state, &ready, Some(&flow)).await?;
                Ok(Step { landing: Landing::Answer(answer), flow: flow.reference, handle: None })
            }
        }
    }

    /// Mails a code to whoever may join by an address. Who has to wait for it stays at the account, which asks again when it is picked.
    async fn ask_joiner(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        browser: &Browser,
        mut flow: Loaded,
        (account, address): (AccountFace, EmailAddress),
    ) -> Result<Step, Stop> {
        flow.state.detour = Some(Detour::to_join());
        match self.ask(cx, issuer, browser, flow, (ProofPurpose::Address, address)).await? {
            Asked::Sent(step) => Ok(*step),
            Asked::Wait(flow, seconds) => {
                let complaint = Some(Complaint::Throttled { seconds });
                self.show(issuer, *flow, Screen::Accounts { accounts: vec![account], complaint }).await
            }
        }
    }

    /// Ends a flow that no app began. The account that came out of it is the browser's foremost from now on.
    async fn arrive(&self, cx: &Ctx, flow: Loaded, session: &LiveSession) -> Result<Step, Stop> {
        let mut tx = self.pool()?.write(Scope::identity(session.identity), "arrive").await?;
        if !flows::finish(&mut tx, &flow.key, &serde_json::json!({}), cx.now).await? {
            return Err(Stop::Replayed);
        }
        sessions::touch(&mut tx, session.id, cx.now).await?;
        tx.commit(Trail::none(NoTrail::Seen)).await?;
        let landing = match flow.state.back {
            Some(AccountPage::Welcome) => Landing::Account(AccountPage::Welcome),
            _ if flow.state.joined => Landing::Joined,
            Some(page) => Landing::Account(page),
            None => Landing::Home,
        };
        Ok(Step { landing, flow: flow.reference, handle: None })
    }

    async fn note_barred(&self, cx: &Ctx, issuer: &Issuer, flow: &Loaded, screen: &Screen) {
        if let Screen::Barred { reason, .. } = screen {
            let reason = super::decide::barred_reason(*reason);
            self.note_authorize_refusal(cx, issuer, reason, flow.state.app).await;
        }
    }
}

/// Whether a flow was begun for an invitation and somebody is signed in now: who answers, and whether they may, is said there.
fn leads_to_invitation(flow: &Loaded, sessions: &[LiveSession]) -> bool {
    let state = &flow.state;
    let picked = state.opened.or(state.account);
    let signed_in = picked.is_some_and(|id| sessions.iter().any(|session| session.id == id));
    state.invitation.is_some() && state.detour.is_none() && signed_in
}
