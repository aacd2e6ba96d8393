//! A sign-in of one's own, for a person whom a tenant's connection made (table 19.1, row 25).
//!
//! Such a person has sessions of that tenant alone and nothing by which to come without it. The mailbox is proven in the same browser,
//! the first password comes with the proof as with every first one (rule D3), and the session of the tenant ends: only what the
//! password opens afterwards is a full session (section 19.3, rule 1). Who has a credential already, belongs to another tenant too, or
//! has proven an address, is not the tenant's making any more and finds nothing here (abuse case SES-08).

use chrono::TimeDelta;
use gatehouse_domain::email::{EmailAddress, ProofPurpose};
use gatehouse_domain::ids::TenantId;
use gatehouse_store::{Reads, Scope, addresses, identities};

use super::TenantSession;
use crate::login::{Browser, Step, Stop};
use crate::{Ctx, Fault, Idp, Issuer};

/// How long after the tenant's upstream has vouched for the person this may be done (rule D19).
const FRESH: TimeDelta = TimeDelta::minutes(5);

impl Idp {
    /// Whether a session of one tenant may set up a sign-in of its person's own.
    ///
    /// # Errors
    /// If the machinery failed.
    pub async fn may_set_up_own(&self, session: &TenantSession) -> Result<bool, Fault> {
        let identity = session.session().identity;
        let mut tx = self.pool()?.read(Scope::identity(identity), "may_set_up_own").await?;
        is_of_one_tenant(&mut tx, session.tenant()).await
    }

    /// Takes the address of a sign-in of one's own, and mails a code there. None if it is no address.
    ///
    /// # Errors
    /// Why nothing was begun.
    pub async fn set_up_own(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        browser: &Browser,
        session: &TenantSession,
        typed: &str,
    ) -> Result<Option<Step>, Stop> {
        self.may_ask(issuer, ProofPurpose::Address)?;
        if !(self.recovers(issuer) && self.may_set_up_own(session).await?) {
            return Err(Stop::FullSessionRequired);
        }
        let live = session.session();
        if cx.now.signed_duration_since(live.auth_time) > FRESH {
            return Err(Stop::NotFresh(live.id));
        }
        let Ok(address) = typed.trim().parse::<EmailAddress>() else { return Ok(None) };
        self.begin_own(cx, issuer, browser, live, address).await.map(Some)
    }
}

/// Whether the person in scope is this tenant's making and nothing else: without a password, without an address that was ever proven,
/// and nobody in another tenant, those that have shut the person out or wait for an answer among them.
pub(super) async fn is_of_one_tenant(tx: &mut impl Reads, tenant: TenantId) -> Result<bool, Fault> {
    if identities::memberships(tx).await?.iter().any(|other| *other != tenant) {
        return Ok(false);
    }
    let held = addresses::list(tx).await?;
    Ok(held.iter().all(|held| held.verified_at.is_none()) && identities::password(tx).await?.is_none())
}
