//! From an invitation to a flow that ends in it: signing in, or making the account that it is for.

use gatehouse_domain::email::ProofPurpose;
use gatehouse_domain::invitation::InvitationState;
use gatehouse_domain::login::{Detour, FlowState, Invited};
use gatehouse_store::{Scope, invitations};

use super::accept::ByInvitation;
use crate::login::{Browser, Started, Step, Stop};
use crate::{Ctx, Idp, Issuer};

impl Idp {
    /// Begins a sign-in with the address of an invitation, or any other, that leads back to the invitation.
    ///
    /// # Errors
    /// [`Stop::InvitationGone`], or why no sign-in can be begun.
    pub async fn sign_in_for_invitation(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        browser: &Browser,
        token: &str,
    ) -> Result<Started, Stop> {
        let open = self.open_invitation(cx, issuer, token).await?;
        let address = open.invitation.address;
        let state = FlowState {
            another: true,
            identifier: Some(address.clone()),
            invitation: Some(Invited { id: open.invitation.id, address }),
            ..FlowState::default()
        };
        self.begin_flow(cx, issuer, browser, &state).await
    }

    /// Begins a sign-up with the address of an invitation and no other: its mailbox is proven by a code, as any; the link of the
    /// invitation proves nothing, for it may have been passed on.
    ///
    /// # Errors
    /// [`Stop::InvitationGone`], or why no account can be made.
    pub async fn sign_up_for_invitation(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        browser: &Browser,
        token: &str,
    ) -> Result<Step, Stop> {
        let open = self.open_invitation(cx, issuer, token).await?;
        self.may_ask_as(issuer, ProofPurpose::SignUp, true)?;
        let address = open.invitation.address;
        let state = FlowState {
            another: true,
            detour: Some(Detour::to(ProofPurpose::SignUp)),
            invitation: Some(Invited { id: open.invitation.id, address: address.clone() }),
            ..FlowState::default()
        };
        let started = self.begin_flow(cx, issuer, browser, &state).await?;
        let flow = self.flow(cx, issuer, browser, &started.flow).await?;
        self.ask_for_proof(cx, issuer, browser, flow, (ProofPurpose::SignUp, address)).await
    }

    /// The invitation that a flow is to end in, read anew for the account that is about to be made.
    pub(crate) async fn invitation_of(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        invited: &Invited,
    ) -> Result<ByInvitation, Stop> {
        let tenant = issuer.tenant_id().ok_or(Stop::InvitationGone)?;
        let found = {
            let mut tx = self.pool()?.read(Scope::tenant(tenant), "invitation").await?;
            invitations::by_id(&mut tx, invited.id).await?
        };
        let found = found.filter(|found| {
            found.state_at(cx.now) == InvitationState::Pending && found.address == invited.address
        });
        let found = found.ok_or(Stop::InvitationGone)?;
        Ok(ByInvitation { id: found.id, role: found.role })
    }
}
