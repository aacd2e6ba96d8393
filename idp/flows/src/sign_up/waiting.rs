//! An account that the tenant made for somebody who now makes one: found only after the mailbox is proven.
//!
//! People who were imported, or added with an address, have an identity whose address is a claim. If such a person signs up at the
//! tenant's issuer, row 14 of table 19.1 would give the address to the new identity, evict the claim and leave the one with the
//! memberships behind. So the flow stops after the proof and says that an account waits. It is entered with its password and in no
//! other way: recovery needs a verified address (row 17), and the word of a tenant is no proof of a mailbox (section 19.2). Then it is
//! its owner's first proof in this browser (row 14): the address is verified on that identity, a new password is set, and everything
//! older ends, the password that the tenant chose included (rule D3), because somebody else may have known it.
//!
//! Nobody has to take such an account: who knows no password of it, or does not want it, makes a new one as everywhere else (row 13),
//! and the claim is evicted. So a tenant that names other people's addresses gains nothing by it (abuse cases LNK-01 to LNK-03).
//! Only a login address counts, which the operator, an import or the tenant has written, never something that a person typed; and
//! only of this tenant, for there is no look-up of claims beyond one.

use gatehouse_domain::email::{AddressState, EmailAddress, ProofPurpose};
use gatehouse_domain::identity::{IdentityStatus, MemberStatus};
use gatehouse_store::{Scope, addresses, members, sign_in};

use crate::login::{Browser, Step, Stop};
use crate::{Ctx, Fault, Idp, Issuer};

impl Idp {
    /// Whether an account that this issuer's tenant made waits for whoever has proven a mailbox: of an active member who signs in
    /// with the address, has a password, and has never proven any address.
    pub(crate) async fn waits_for(&self, issuer: &Issuer, address: &EmailAddress) -> Result<bool, Fault> {
        let Some(tenant) = issuer.tenant_id() else { return Ok(false) };
        let canonical = address.canonical();
        let member = {
            let mut tx = self.pool()?.read(Scope::tenant(tenant), "waiting_member").await?;
            if addresses::find_verified_owner(&mut tx, address).await?.is_some() {
                return Ok(false);
            }
            members::by_login_address(&mut tx, &canonical).await?
        };
        let Some(member) = member.filter(|member| member.status == MemberStatus::Active) else {
            return Ok(false);
        };
        let found = sign_in::record(self.pool()?, Some(tenant), &canonical).await?;
        if !found
            .is_some_and(|found| found.identity == member.identity && found.status == IdentityStatus::Active)
        {
            return Ok(false);
        }
        let mut tx = self.pool()?.read(Scope::identity(member.identity), "waiting_person").await?;
        let held = addresses::list(&mut tx).await?;
        Ok(!held.iter().any(|held| matches!(held.state, AddressState::Verified | AddressState::Stale)))
    }

    /// Makes a new account instead of taking the one that waits.
    ///
    /// # Errors
    /// Why the step could not be taken.
    pub async fn leave_waiting(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        browser: &Browser,
        flow: &str,
    ) -> Result<Step, Stop> {
        let mut flow = self.flow(cx, issuer, browser, flow).await?;
        let detour = flow.state.detour.as_ref().filter(|_| flow.state.waiting).ok_or(Stop::OutOfOrder)?;
        let proof = detour.proven(ProofPurpose::SignUp).ok_or(Stop::OutOfOrder)?;
        self.may_have_account(cx, issuer, &flow.state, &proof.address).await?;
        flow.state.waiting = false;
        self.save_flow(cx, issuer, &mut flow).await?;
        self.advance(cx, issuer, browser, flow).await
    }
}
