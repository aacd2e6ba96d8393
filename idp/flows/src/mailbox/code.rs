//! What comes back: the code, typed in the browser that asked for it, or the link, confirmed there.

use gatehouse_domain::email::ProofPurpose;
use gatehouse_domain::login::MailedProof;
use gatehouse_domain::secret::Secret;
use gatehouse_keys::mint::{Handle, Kind};
use gatehouse_store::proofs::{self, ProofKey, Tried, Typed};

use super::secret::digits;
use super::{PROVEN_LIFE, TRIES};
use crate::login::{Browser, Complaint, Loaded, Screen, Step, Stop};
use crate::{Ctx, Idp, Issuer};

impl Idp {
    /// Takes a typed code.
    ///
    /// # Errors
    /// Why the step could not be taken.
    pub async fn submit_code(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        browser: &Browser,
        flow: &str,
        typed: &str,
    ) -> Result<Step, Stop> {
        let flow = self.flow(cx, issuer, browser, flow).await?;
        let (purpose, proof) = awaited(&flow)?;
        self.may_ask_as(issuer, purpose, flow.state.invitation.is_some())?;
        let complain = |complaint| Screen::Code {
            purpose,
            address: proof.address.to_string(),
            complaint: Some(complaint),
        };
        let code = digits(typed);
        if code.is_empty() {
            return self.show(issuer, flow, complain(Complaint::CodeMissing)).await;
        }
        let canonical = proof.address.canonical();
        let mark = self.browser_mark(&canonical).await?;
        let known = self.known_reader(cx, browser, &proof.address, &mark).await?;
        if let Some(seconds) = self.count_code_try(cx, purpose, &canonical, known).await? {
            self.note_throttled(cx, issuer.tenant_id());
            return self.show(issuer, flow, complain(Complaint::Throttled { seconds })).await;
        }
        let typed =
            Typed { code: self.code_mark(proof.id, &code).await?, tries: TRIES, until: cx.now + PROVEN_LIFE };
        let key = ProofKey { id: proof.id, browser: Some(flow.key.browser) };
        match proofs::try_code(self.pool()?, key, &typed, cx.now).await? {
            Tried::Proven => self.mailbox_proven(cx, issuer, browser, flow).await,
            Tried::Wrong => {
                self.refused(cx, issuer, "verify", "code_wrong", flow.state.app).await;
                self.show(issuer, flow, complain(Complaint::CodeWrong)).await
            }
            Tried::Gone => {
                self.refused(cx, issuer, "verify", "code_exhausted", flow.state.app).await;
                self.show(issuer, flow, complain(Complaint::CodeGone)).await
            }
        }
    }

    /// Takes a link that was opened in the browser that asked for it, and confirmed there.
    ///
    /// # Errors
    /// Why the step could not be taken.
    pub async fn confirm_link(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        browser: &Browser,
        flow: &str,
        token: &str,
    ) -> Result<Step, Stop> {
        let flow = self.flow(cx, issuer, browser, flow).await?;
        let (purpose, proof) = awaited(&flow)?;
        self.may_ask_as(issuer, purpose, flow.state.invitation.is_some())?;
        let key = ProofKey { id: proof.id, browser: Some(flow.key.browser) };
        let tried = match Handle::parse(Kind::MailLink, token) {
            Ok(link) => proofs::follow(self.pool()?, key, &link.digest, cx.now, cx.now + PROVEN_LIFE).await?,
            Err(_) => Tried::Gone,
        };
        if tried == Tried::Proven {
            return self.mailbox_proven(cx, issuer, browser, flow).await;
        }
        self.refused(cx, issuer, "verify", "link_gone", flow.state.app).await;
        let address = proof.address.to_string();
        self.show(issuer, flow, Screen::Code { purpose, address, complaint: Some(Complaint::LinkGone) }).await
    }

    /// The token of a mailed link, if a text can be one.
    pub fn link_token(text: &str) -> Option<Secret<String>> {
        Handle::parse(Kind::MailLink, text).ok().map(|_| Secret::new(text.to_owned()))
    }

    /// The page that asks whether a mailed link was meant: it says which address, and what comes next. Opening it changes nothing.
    ///
    /// # Errors
    /// Why there is no such page in this browser.
    pub async fn look_at_link(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        browser: &Browser,
        flow: &str,
    ) -> Result<Step, Stop> {
        let flow = self.flow(cx, issuer, browser, flow).await?;
        let (purpose, proof) = awaited(&flow)?;
        let address = proof.address.to_string();
        self.show(issuer, flow, Screen::Link { purpose, address }).await
    }

    async fn mailbox_proven(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        browser: &Browser,
        mut flow: Loaded,
    ) -> Result<Step, Stop> {
        let purpose = flow.state.detour.as_ref().map(|detour| detour.purpose);
        if purpose == Some(ProofPurpose::Address) && !flow.state.joins() {
            return self.address_proven(cx, issuer, browser, flow).await;
        }
        if let Some(proof) = flow.state.detour.as_mut().and_then(|detour| detour.proof.as_mut()) {
            proof.proven = true;
        }
        if flow.state.joins() {
            return self.finish_join(cx, issuer, browser, flow).await;
        }
        let made_for = flow.state.detour.as_ref().and_then(|detour| detour.proven(ProofPurpose::SignUp));
        if let Some(address) = made_for.map(|proof| proof.address.clone()) {
            flow.state.waiting = self.waits_for(issuer, &address).await?;
            if flow.state.waiting {
                flow.state.identifier = Some(address);
            } else {
                self.may_have_account(cx, issuer, &flow.state, &address).await?;
            }
        }
        self.save_flow(cx, issuer, &mut flow).await?;
        self.advance(cx, issuer, browser, flow).await
    }
}

/// The proof that a flow waits for, and what it is for.
fn awaited(flow: &Loaded) -> Result<(ProofPurpose, MailedProof), Stop> {
    let detour = flow.state.detour.as_ref().ok_or(Stop::OutOfOrder)?;
    let proof = detour.awaiting().ok_or(Stop::OutOfOrder)?;
    Ok((detour.purpose, proof.clone()))
}
