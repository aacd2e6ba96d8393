//! Sessions begin with a proof and end for a reason.

use gatehouse_domain::audit::{Actor, What};
use gatehouse_domain::credential::PasswordRecord;
use gatehouse_domain::email::EmailAddress;
use gatehouse_domain::ids::{IdentityId, SessionId};
use gatehouse_domain::oauth::Owner;
use gatehouse_domain::policy::Policy;
use gatehouse_domain::secret::Secret;
use gatehouse_domain::session::{self, Authority, LiveSession};
use gatehouse_spi::local::Proof;
use gatehouse_store::counters::CounterKey;
use gatehouse_store::sessions::{self, StoredSession};
use gatehouse_store::sign_in::{self, Found, Open};
use gatehouse_store::{NoTrail, Scope, Trail};

use super::flow::{Loaded, document};
use super::{Browser, Step, Stop};
use crate::jobs::SessionEnded;
use crate::oauth::ACR_SINGLE;
use crate::{Ctx, Fault, Idp, Issuer};

/// What a person has shown.
#[derive(Debug)]
pub(crate) struct Shown {
    /// The address that was typed.
    pub(crate) address: EmailAddress,
    /// The mark of that address.
    pub(crate) mark: [u8; 32],
    /// Whether the browser has never signed that address in, and the person may hear of it.
    pub(crate) new_browser: bool,
    /// Whose it is.
    pub(crate) found: Found,
    /// That the password is right.
    pub(crate) proof: Proof,
    /// The password, to be hashed anew if its record is outdated.
    pub(crate) typed: Secret<String>,
    /// The tries that were counted and are given back now.
    pub(crate) tries: Vec<CounterKey>,
}

impl Idp {
    pub(crate) async fn open_session(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        browser: &Browser,
        mut flow: Loaded,
        shown: Shown,
    ) -> Result<Step, Stop> {
        let Shown { address, mark, new_browser, found, proof, typed, tries } = shown;
        let upgraded =
            if proof.outdated { Some(self.passwords.hash(typed).await.map_err(Fault::from)?) } else { None };
        let upgraded = upgraded.map(|hash| PasswordRecord::from_stored(hash.as_str()));
        let known = self.session_to_renew(cx, browser, &found).await?;
        let session = self.new_session(cx, issuer, &found, &proof, known);
        flow.state.opened = Some(session.id);
        let what = What::SignInSucceeded { session: session.id, credential: found.credential, method: "pwd" };
        let actor = Actor::Identity { identity: found.identity, session: Some(session.id) };
        // A tenant hears of the sign-ins of its own members.
        let home = issuer.tenant_id().filter(|_| found.is_member);
        let notice = (new_browser && known.is_none()).then(|| self.new_device(cx, found.identity, home));
        let notice = notice.transpose()?.flatten();
        let mut event = self.event(cx, actor, home, what);
        event.subject = Some(found.identity);
        event.personal = Some(Self::personal(cx, Some(&address.canonical())));
        let records = self.personal_records(event).await?;
        let handle = self.new_handle(cx, browser, mark)?;
        let open = Open {
            tenant: issuer.tenant_id(),
            session: &session,
            renews: known.is_some(),
            judged: &found.record,
            upgrade: upgraded.as_ref(),
            attach: &handle.known,
            flow: (&flow.key, &document(&flow.state)?),
            tries: &tries,
            records: &records,
            notice: notice.as_ref(),
        };
        let saved = sign_in::open(self.pool()?, &open, cx.now).await?;
        flow.saved(saved)?;
        self.job_bell.notify_one();
        Ok(self.advance_with(cx, issuer, browser, handle.text, flow).await)
    }

    /// The session of the same person that this browser has already: it is renewed, so that what was issued to it in
    /// another tab goes on.
    async fn session_to_renew(
        &self,
        cx: &Ctx,
        browser: &Browser,
        found: &Found,
    ) -> Result<Option<SessionId>, Fault> {
        let sessions = self.sessions(cx, browser).await?;
        let same = |session: &&LiveSession| {
            session.identity == found.identity && session.authority == Authority::Full
        };
        Ok(sessions.iter().find(same).map(|session| session.id))
    }

    fn new_session(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        found: &Found,
        proof: &Proof,
        known: Option<SessionId>,
    ) -> StoredSession {
        let default = Policy::default();
        let policy = issuer.tenant().map_or(&default, |tenant| &tenant.policy);
        let (idle_end, absolute_end) = session::ends(policy, cx.now);
        let occasion = cx.occasion();
        StoredSession {
            id: known.unwrap_or_else(|| SessionId::mint(cx.now, self.rng.as_ref())),
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
            device: occasion.device,
            network: occasion.network,
        }
    }

    /// Ends a session, with its event in the person's stream.
    pub(crate) async fn end_session(
        &self,
        cx: Option<&Ctx>,
        identity: IdentityId,
        session: SessionId,
        reason: &'static str,
    ) -> Result<bool, Fault> {
        let now = cx.map_or_else(|| self.now(), |cx| cx.now);
        let what = What::SessionEnded { session, reason };
        let actor = Actor::Identity { identity, session: Some(session) };
        let mut event = match cx {
            Some(cx) => self.event(cx, actor, None, what),
            None => self.event_of(Owner::Platform, Actor::System, now, what),
        };
        event.subject = Some(identity);
        let record = self.record_of_person(event).await?;
        let mut tx = self.pool()?.write(Scope::identity(identity), "end_session").await?;
        let Some(tenants) = sessions::end(&mut tx, session, reason, now).await? else {
            tx.commit(Trail::none(NoTrail::Seen)).await?;
            return Ok(false);
        };
        self.queue_session_ended(&mut tx, &SessionEnded { identity, session, tenants }).await?;
        tx.commit(Trail::of([record])).await?;
        self.job_bell.notify_one();
        Ok(true)
    }
}
