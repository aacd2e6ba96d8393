//! The password of an address.

use gatehouse_domain::audit::{Actor, What};
use gatehouse_domain::email::{EmailAddress, ProofPurpose};
use gatehouse_domain::identity::IdentityStatus;
use gatehouse_domain::login::{Detour, Facts, FlowState, Next, Site, next};
use gatehouse_domain::secret::Secret;
use gatehouse_spi::local::{Connector as _, ConnectorError, Outcome, Proof, Reply};
use gatehouse_store::sign_in::{self, Found};

use super::decide::expected_only;
use super::flow::Loaded;
use super::session::Shown;
use super::{Browser, Complaint, Screen, Step, Stop};
use crate::throttle::Ask;
use crate::{Ctx, Fault, Idp, Issuer};

impl Idp {
    /// Takes a password. Unknown people, wrong passwords and disabled accounts get one answer, after the same work.
    ///
    /// # Errors
    /// Why the step could not be taken.
    pub async fn submit_password(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        browser: &Browser,
        flow: &str,
        typed: Secret<String>,
    ) -> Result<Step, Stop> {
        let mut flow = self.flow(cx, issuer, browser, flow).await?;
        let address = self.expected_address(cx, issuer, browser, &flow).await?;
        let waits = waits(&flow.state);
        let complain = |complaint| match waits {
            true => Screen::Waiting { address: address.to_string(), complaint: Some(complaint) },
            false => Screen::Password {
                identifier: address.to_string(),
                renewed: false,
                complaint: Some(complaint),
            },
        };
        if typed.expose().is_empty() {
            return self.show(issuer, flow, complain(Complaint::PasswordMissing)).await;
        }
        let canonical = address.canonical();
        let mark = self.browser_mark(&canonical).await?;
        let known = self.known_browser(cx, browser, &mark).await?;
        let counted = self.count(cx, issuer, Ask::Password, &address, known).await?;
        if let Some(seconds) = counted.wait {
            self.note_throttled(cx, issuer.tenant_id());
            return self.show(issuer, flow, complain(Complaint::Throttled { seconds })).await;
        }
        let found = sign_in::record(self.pool()?, issuer.tenant_id(), &canonical).await?;
        let proof = match self.judge(found.as_ref(), &typed).await {
            Ok(proof) => proof,
            Err(stop) => {
                self.give_back(cx, &counted);
                return Err(stop);
            }
        };
        match (found, proof) {
            (Some(found), Some(proof)) if found.status == IdentityStatus::Active => {
                self.give_back(cx, &counted);
                if waits {
                    flow.state.waiting = false;
                    flow.state.detour = flow.state.detour.take().map(Detour::for_account);
                }
                let new_browser = known.is_none();
                let shown = Shown { address, mark, new_browser, found, proof, typed, tries: counted.keys };
                self.open_session(cx, issuer, browser, flow, shown).await
            }
            (found, proof) => {
                // A tenant's log does not tell whether somebody who is none of its members has an account elsewhere.
                let found = found.filter(|found| found.is_member || issuer.is_platform());
                let reason = match (found, proof) {
                    (None, _) => "unknown_address",
                    (Some(_), None) => "wrong_password",
                    (Some(_), Some(_)) => "identity_disabled",
                };
                self.note_failed_sign_in(cx, issuer, &address, reason).await?;
                self.show(issuer, flow, complain(Complaint::WrongCredentials)).await
            }
        }
    }

    /// The address whose password is asked for: the one typed before, or that of the account that has to show it again.
    async fn expected_address(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        browser: &Browser,
        flow: &Loaded,
    ) -> Result<EmailAddress, Stop> {
        if let Some(address) = &flow.state.identifier {
            return Ok(address.clone());
        }
        let sessions = self.sessions(cx, browser).await?;
        let sessions = &*expected_only(issuer, &flow.state, &sessions);
        let site = issuer.tenant().map_or(Site::Platform(None), |tenant| Site::Tenant(tenant));
        match next(&flow.state, Facts { site, sessions, mails: self.can_mail(), now: cx.now }) {
            Next::Password { identifier } => Ok(identifier),
            _ => Err(Stop::OutOfOrder),
        }
    }

    async fn judge(&self, found: Option<&Found>, typed: &Secret<String>) -> Result<Option<Proof>, Stop> {
        gatehouse_store::outside();
        let reply = Reply::Password {
            record: found.map(|found| found.record.clone()),
            may_enter: found.is_some_and(|found| found.status == IdentityStatus::Active),
            given: typed.clone(),
        };
        match self.password.judge(reply).await {
            Ok(Outcome::Proved(proof)) => Ok(Some(proof)),
            Ok(Outcome::Denied) => Ok(None),
            Err(error) => Err(Stop::Fault(connector_fault(error))),
        }
    }

    async fn note_failed_sign_in(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        address: &EmailAddress,
        reason: &'static str,
    ) -> Result<(), Stop> {
        let subject = Some(self.address_fingerprint(issuer.owner(), &address.canonical()).await?);
        let event =
            self.event(cx, Actor::Anonymous, issuer.tenant_id(), What::SignInFailed { reason, subject });
        let record = self.record(event)?;
        Ok(self.append(record).await?)
    }
}

/// Whether the password is asked for that an account has which waits for the owner of a proven mailbox.
fn waits(state: &FlowState) -> bool {
    let proven = state.detour.as_ref().and_then(|detour| detour.proven(ProofPurpose::SignUp));
    state.waiting && proven.is_some()
}

fn connector_fault(error: ConnectorError) -> Fault {
    match error {
        ConnectorError::Busy => Fault::Busy,
        ConnectorError::WrongReply | ConnectorError::Corrupt => Fault::Inconsistent("password record"),
    }
}
