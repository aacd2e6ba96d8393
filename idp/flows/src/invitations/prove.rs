//! The address of an invitation, proven for an account that is signed in (table 19.1, row 19).
//!
//! It is offered to whoever is signed in with another account, whether or not somebody has the address: what tells those apart is
//! told to the owner of the mailbox alone. If somebody has it, the proof is refused and its owner hears that nothing changed (row 15).

use gatehouse_domain::ids::SessionId;
use gatehouse_domain::login::{FlowState, Invited};

use crate::account::Visitor;
use crate::login::{Browser, Landing, Step, Stop};
use crate::{Ctx, Idp, Issuer};

impl Idp {
    /// Adds the address of an invitation to an account and mails a code there; the proof leads back to the invitation. Who has not
    /// shown a credential for some minutes does that first.
    ///
    /// # Errors
    /// Why nothing was added.
    pub async fn prove_for_invitation(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        browser: &Browser,
        token: &str,
        session: &str,
    ) -> Result<Step, Stop> {
        let open = self.open_invitation(cx, issuer, token).await?;
        let named = session.parse::<SessionId>().map_err(|_| Stop::OutOfOrder)?;
        let mut sessions = self.full_sessions(cx, browser).await?.into_iter();
        let session = sessions.find(|session| session.id == named).ok_or(Stop::OutOfOrder)?;
        if open.owner == Some(session.identity) {
            return Err(Stop::OutOfOrder);
        }
        let address = open.invitation.address;
        let invited = Invited { id: open.invitation.id, address: address.clone() };
        let Visitor::Full(full) = Visitor::of(session) else { return Err(Stop::FullSessionRequired) };
        match full.fresh(cx.now) {
            Ok(fresh) => self.prove_invited(cx, issuer, browser, &fresh, invited).await,
            Err(Stop::NotFresh(again)) => {
                let state = FlowState {
                    account: Some(again),
                    fresh: true,
                    invitation: Some(invited),
                    ..FlowState::default()
                };
                let started = self.begin_flow(cx, issuer, browser, &state).await?;
                Ok(Step { landing: Landing::Resume, flow: started.flow, handle: None })
            }
            Err(stop) => Err(stop),
        }
    }
}
