//! The password of an address.

use gatehouse_domain::audit::{Actor, What};
use gatehouse_domain::credential::PasswordRecord;
use gatehouse_domain::email::EmailAddress;
use gatehouse_domain::identity::IdentityStatus;
use gatehouse_domain::ids::SessionId;
use gatehouse_domain::login::{Facts, Next, Site, next};
use gatehouse_domain::policy::Policy;
use gatehouse_domain::secret::Secret;
use gatehouse_domain::session::{self, Authority};
use gatehouse_keys::mint::{Kind, Whereabouts, mint};
use gatehouse_spi::{Connector as _, ConnectorError, Outcome, Proof, Reply};
use gatehouse_store::browsers::{self, Attach};
use gatehouse_store::sessions::{self, StoredSession};
use gatehouse_store::{NoTrail, Scope, Trail, identities};

use super::flow::{Loaded, handle_digest, save};
use super::{Browser, Complaint, Found, Screen, Step, Stop};
use crate::jobs::SessionEnded;
use crate::oauth::{ACR_SINGLE, cell_label};
use crate::{Ctx, Fault, Idp, Issuer};

/// The longest password that is looked at, in bytes.
const LONGEST: usize = 4096;
/// How long a browser handle outlives its last use.
const HANDLE_DAYS: i64 = 400;

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
        let flow = self.flow(cx, issuer, browser, flow).await?;
        let address = self.expected_address(cx, issuer, browser, &flow).await?;
        let complain =
            |complaint| Screen::Password { identifier: address.to_string(), complaint: Some(complaint) };
        if typed.expose().is_empty() {
            return self.show(issuer, flow, complain(Complaint::PasswordMissing)).await;
        }
        if let Some(seconds) = self.count_password_try(cx, &address.canonical()).await? {
            self.note_failed_sign_in(cx, issuer, &address, "throttled").await?;
            return self.show(issuer, flow, complain(Complaint::Throttled { seconds })).await;
        }
        let found = self.find_by_address(issuer, &address).await?;
        let proof = self.judge(found.as_ref(), &typed).await?;
        match (found, proof) {
            (Some(found), Some(proof)) if found.status == IdentityStatus::Active => {
                self.open_session(cx, issuer, browser, flow, &address, (found, proof, typed)).await
            }
            (found, proof) => {
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
        let site = issuer.tenant().map_or(Site::Platform(None), |tenant| Site::Tenant(tenant));
        match next(&flow.state, Facts { site, sessions: &sessions, now: cx.now }) {
            Next::Password { identifier } => Ok(identifier),
            _ => Err(Stop::OutOfOrder),
        }
    }

    async fn judge(&self, found: Option<&Found>, typed: &Secret<String>) -> Result<Option<Proof>, Stop> {
        gatehouse_store::outside();
        let fits = typed.expose().len() <= LONGEST;
        let given = if fits { typed.clone() } else { Secret::new("-".to_owned()) };
        let reply =
            Reply::Password { record: found.filter(|_| fits).map(|found| found.record.clone()), given };
        let (_, memo) = self.password.begin().map_err(connector_fault)?;
        match self.password.resume(memo, reply).await {
            Ok(Outcome::Proved(proof)) => Ok(Some(proof)),
            Ok(Outcome::Denied) => Ok(None),
            Err(error) => Err(Stop::Fault(connector_fault(error))),
        }
    }

    async fn open_session(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        browser: &Browser,
        mut flow: Loaded,
        address: &EmailAddress,
        (found, proof, typed): (Found, Proof, Secret<String>),
    ) -> Result<Step, Stop> {
        let upgraded =
            if proof.outdated { Some(self.passwords.hash(typed).await.map_err(Fault::from)?) } else { None };
        let new = self.new_session(cx, issuer, &found, &proof);
        flow.state.opened = Some(new.id);
        let what = What::SignInSucceeded { session: new.id, credential: found.credential, method: "pwd" };
        let actor = Actor::Identity { identity: found.identity, session: Some(new.id) };
        let mut event = self.event(cx, actor, issuer.tenant_id(), what);
        event.subject = Some(found.identity);
        event.personal = Some(Self::personal(cx, Some(&address.canonical())));
        let records = self.personal_records(event).await?;
        let place = Whereabouts { cell: cell_label()?, tenant: None, row: None };
        let handle = mint(Kind::Browser, Some(&place), self.rng.as_ref());
        let scope = issuer
            .tenant_id()
            .map_or_else(|| Scope::identity(found.identity), |tenant| Scope::both(tenant, found.identity));
        let attach = Attach {
            old: handle_digest(browser.handle.as_ref()),
            new: handle.digest,
            browser: gatehouse_domain::ids::uuid_v7(cx.now, self.rng.as_ref()),
            session: new.id,
            authority: None,
            expires_at: cx.now + chrono::TimeDelta::days(HANDLE_DAYS),
        };
        let mut tx = self.pool()?.write(scope, "open_session").await?;
        sessions::insert(&mut tx, &new).await?;
        identities::touch_used(&mut tx, found.credential, cx.now).await?;
        if let Some(hash) = &upgraded {
            identities::rehash(&mut tx, &found.record, &PasswordRecord::from_stored(hash.as_str())).await?;
        }
        let evicted = browsers::attach(&mut tx, &attach, cx.now).await?;
        save(&mut tx, cx, issuer, &mut flow).await?;
        tx.commit(Trail::of(records)).await?;
        self.end_evicted(cx, &evicted).await;
        let signed_in = Browser { pre: browser.pre.clone(), handle: Some(handle.text.clone()) };
        let mut step = self.advance(cx, issuer, &signed_in, flow).await?;
        step.handle = Some(handle.text);
        Ok(step)
    }

    fn new_session(&self, cx: &Ctx, issuer: &Issuer, found: &Found, proof: &Proof) -> StoredSession {
        let default = Policy::default();
        let policy = issuer.tenant().map_or(&default, |tenant| &tenant.policy);
        let (idle_end, absolute_end) = session::ends(policy, cx.now);
        StoredSession {
            id: SessionId::mint(cx.now, self.rng.as_ref()),
            identity: found.identity,
            authority: Authority::Full,
            credential: found.credential,
            amr: proof.amr.iter().map(|method| (*method).to_owned()).collect(),
            acr: ACR_SINGLE.to_owned(),
            auth_time: cx.now,
            created_at: cx.now,
            last_seen_at: cx.now,
            idle_end,
            absolute_end,
            identity_epoch: found.epoch,
            entered: Vec::new(),
        }
    }

    /// Sessions that a newer one pushed out of the browser's list end for good; each in its own person's scope.
    async fn end_evicted(&self, cx: &Ctx, evicted: &[(gatehouse_domain::ids::IdentityId, SessionId)]) {
        for (identity, session) in evicted {
            if let Err(fault) = self.end_session(cx, *identity, *session, "replaced").await {
                tracing::warn!(error = %fault, "a replaced session could not be ended");
            }
        }
    }

    /// Ends a session, with its event in the person's stream.
    pub(crate) async fn end_session(
        &self,
        cx: &Ctx,
        identity: gatehouse_domain::ids::IdentityId,
        session: SessionId,
        reason: &'static str,
    ) -> Result<bool, Fault> {
        let actor = Actor::Identity { identity, session: Some(session) };
        let mut event = self.event(cx, actor, None, What::SessionEnded { session, reason });
        event.subject = Some(identity);
        let record = self.record(event)?;
        let mut tx = self.pool()?.write(Scope::identity(identity), "end_session").await?;
        let Some(tenants) = sessions::end(&mut tx, session, reason, cx.now).await? else {
            tx.commit(Trail::none(NoTrail::Seen)).await?;
            return Ok(false);
        };
        self.queue_session_ended(&mut tx, &SessionEnded { identity, session, tenants }).await?;
        tx.commit(Trail::of([record])).await?;
        self.job_bell.notify_one();
        Ok(true)
    }

    async fn note_failed_sign_in(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        address: &EmailAddress,
        reason: &'static str,
    ) -> Result<(), Stop> {
        let subject = Some(self.address_fingerprint(&address.canonical()).await?);
        let event =
            self.event(cx, Actor::Anonymous, issuer.tenant_id(), What::SignInFailed { reason, subject });
        let record = self.record(event)?;
        Ok(self.append(record).await?)
    }
}

fn connector_fault(error: ConnectorError) -> Fault {
    match error {
        ConnectorError::Busy => Fault::Busy,
        ConnectorError::WrongReply | ConnectorError::Corrupt => Fault::Inconsistent("password record"),
    }
}
