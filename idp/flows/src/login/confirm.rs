//! The offer to prove the address of a sign-in (table 19.1, row 24). Who was imported, or added with an address, signs in by it at
//! the tenant that says so; nothing else is theirs before the mailbox is proven, and then everything older ends (rule D3).

use gatehouse_domain::email::ProofPurpose;

use super::decide::Decided;
use super::{Browser, Complaint, Screen, Step, Stop};
use crate::mailbox::Asked;
use crate::{Ctx, Idp, Issuer};

impl Idp {
    /// Mails a code to the address that the person has just signed in with.
    ///
    /// # Errors
    /// Why the step could not be taken.
    pub async fn confirm_address(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        browser: &Browser,
        flow: &str,
    ) -> Result<Step, Stop> {
        let flow = self.flow(cx, issuer, browser, flow).await?;
        self.may_ask(issuer, ProofPurpose::Address)?;
        let sessions = self.sessions(cx, browser).await?;
        let decided = self.decide(cx, issuer, &flow.state, &sessions).await?;
        let Decided::Screen(Screen::Confirm { account, address, .. }) = decided else {
            return Err(Stop::OutOfOrder);
        };
        let typed = flow.state.identifier.clone().ok_or(Stop::OutOfOrder)?;
        match self.ask(cx, issuer, browser, flow, (ProofPurpose::Address, typed)).await? {
            Asked::Sent(step) => Ok(*step),
            // The page that can be left is the one to say so.
            Asked::Wait(flow, seconds) => {
                let complaint = Some(Complaint::Throttled { seconds });
                self.show(issuer, *flow, Screen::Confirm { account, address, complaint }).await
            }
        }
    }

    /// Goes on without it, this time; also while a code is waited for that does not arrive.
    ///
    /// # Errors
    /// Why the step could not be taken.
    pub async fn confirm_later(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        browser: &Browser,
        flow: &str,
    ) -> Result<Step, Stop> {
        let mut flow = self.flow(cx, issuer, browser, flow).await?;
        if flow.state.opened.is_none() {
            return Err(Stop::OutOfOrder);
        }
        if flow.state.confirms() {
            flow.state.detour = None;
        }
        flow.state.put_off = true;
        self.save_flow(cx, issuer, &mut flow).await?;
        self.advance(cx, issuer, browser, flow).await
    }
}
