//! A new password by proof of a mailbox. It sets the password and nothing else; what was issued before ends, factors stay, and
//! nobody is signed in by it.

use gatehouse_domain::audit::{Actor, Concerned, Event, Record, What};
use gatehouse_domain::credential::PasswordRecord;
use gatehouse_domain::email::{EmailAddress, ProofPurpose};
use gatehouse_domain::ids::{CredentialId, IdentityId};
use gatehouse_domain::login::FlowState;
use gatehouse_domain::mail::{Letter, Message};
use gatehouse_domain::secret::Secret;
use gatehouse_store::addresses::{self, Mailbox};
use gatehouse_store::proofs::{self, ProofKey};
use gatehouse_store::{Scope, Trail, WriteTx, browsers, flows, identities, sessions, undos};

use crate::account::call_off;
use crate::jobs::SessionEnded;
use crate::known_browser::NewHandle;
use crate::login::{Browser, Complaint, Loaded, Screen, Step, Stop, document};
use crate::mail::SealedLetter;
use crate::new_password::{Chooser, NewPassword};
use crate::{Ctx, Fault, Idp, Issuer};

impl Idp {
    /// Takes the new password for a proven mailbox.
    ///
    /// # Errors
    /// Why the step could not be taken.
    pub async fn finish_recovery(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        browser: &Browser,
        flow: &str,
        typed: Secret<String>,
    ) -> Result<Step, Stop> {
        let mut flow = self.flow(cx, issuer, browser, flow).await?;
        let detour = flow.state.detour.as_ref().ok_or(Stop::OutOfOrder)?;
        if detour.proven(ProofPurpose::Address).is_some() {
            return self.finish_first_proof(cx, issuer, browser, flow, typed).await;
        }
        let proof = detour.proven(ProofPurpose::Recovery).ok_or(Stop::OutOfOrder)?.clone();
        self.may_ask(issuer, ProofPurpose::Recovery)?;
        let owner = addresses::mailbox(self.pool()?, &proof.address).await?.ok_or(Stop::Replayed)?;
        let hints = [proof.address.to_string(), owner.name.clone().unwrap_or_default()];
        let record =
            match self.new_password(cx, issuer, Chooser::Person(owner.identity), &typed, &hints).await? {
                NewPassword::Good(record) => record,
                NewPassword::Unfit(judged) => {
                    let complaint = Some(Complaint::PasswordUnfit(judged));
                    let screen = Screen::NewPassword { address: proof.address.to_string(), complaint };
                    return self.show(issuer, flow, screen).await;
                }
            };
        on_to_the_password(&mut flow.state, &proof.address);
        let proof = ProofKey { id: proof.id, browser: Some(flow.key.browser) };
        let mark = self.browser_mark(&owner.address.canonical()).await?;
        let handle = self.new_handle(cx, browser, mark)?;
        self.reset_password(cx, issuer, &mut flow, &owner, (proof, &record, &handle)).await?;
        Ok(self.advance_with(cx, issuer, browser, handle.text, flow).await)
    }

    /// One transaction: the proof is spent, the password set, everything older ends, every proven address is told.
    async fn reset_password(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        flow: &mut Loaded,
        owner: &Mailbox,
        (proof, record, handle): (ProofKey, &PasswordRecord, &NewHandle),
    ) -> Result<(), Stop> {
        let identity = owner.identity;
        let notices = self.password_notices(cx, issuer, owner).await?;
        let state = document(&flow.state)?;
        let fresh = CredentialId::mint(cx.now, self.rng.as_ref());
        let scope = match issuer.tenant_id() {
            Some(tenant) => Scope::both(tenant, identity),
            None => Scope::identity(identity),
        };
        let mut tx = self.pool()?.write(scope, "reset_password").await?;
        if !identities::lock(&mut tx).await? {
            return Err(Stop::Replayed);
        }
        let saved = flows::save_in(&mut tx, &flow.key, issuer.tenant_id(), &state, cx.now).await?;
        flow.saved(saved)?;
        if !proofs::spend(&mut tx, proof, ProofPurpose::Recovery, cx.now).await? {
            return Err(Stop::Replayed);
        }
        let credential = identities::put_password(&mut tx, fresh, record, cx.now).await?;
        let ended = sessions::end_others(&mut tx, None, PASSWORD_RESET, cx.now).await?;
        identities::raise_epoch(&mut tx).await?;
        // Whoever was known until now may be why the password is another one. This browser has just proven the mailbox: nobody
        // else's tries shall stand between it and the sign-in that follows.
        browsers::forget(&mut tx, None).await?;
        handle.remember(&mut tx, cx.now).await?;
        proofs::void(&mut tx).await?;
        void_younger_links(&mut tx, &owner.address).await?;
        let stays = call_off(&mut tx, cx.now).await?;
        let count = u32::try_from(ended.len()).unwrap_or(u32::MAX);
        for (session, tenants) in ended {
            self.queue_session_ended(&mut tx, &SessionEnded { identity, session, tenants }).await?;
        }
        for notice in notices {
            notice.post(&mut tx).await?;
        }
        let reset = What::PasswordReset { identity, credential };
        let revoked = What::SessionsRevoked { identity, count, reason: PASSWORD_RESET };
        let mut records =
            vec![self.own_record(cx, identity, reset).await?, self.own_record(cx, identity, revoked).await?];
        if stays {
            let kept = What::DeletionCancelled(Concerned { identity });
            records.push(self.own_record(cx, identity, kept).await?);
        }
        tx.commit(Trail::of(records)).await?;
        self.job_bell.notify_one();
        self.ring_mail();
        Ok(())
    }

    /// An event of a person's own stream that says nothing of them beside their id; the database is not asked for it.
    pub(crate) async fn own_record(
        &self,
        cx: &Ctx,
        identity: IdentityId,
        what: What,
    ) -> Result<Record, Fault> {
        let actor = Actor::Identity { identity, session: None };
        let event = Event { subject: Some(identity), ..self.event(cx, actor, None, what) };
        self.record_of_person(event).await
    }

    /// Letters to every proven address of a person that the password is another one now.
    pub(crate) async fn password_notices(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        owner: &Mailbox,
    ) -> Result<Vec<SealedLetter>, Fault> {
        let message = || Message::PasswordChanged { account: format!("{}/account", issuer.iss()) };
        self.notices(cx, issuer, owner, &message).await
    }

    /// One letter to every proven address of a person.
    pub(crate) async fn notices(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        owner: &Mailbox,
        message: &(dyn Fn() -> Message + Sync),
    ) -> Result<Vec<SealedLetter>, Fault> {
        if !self.can_mail() {
            return Ok(Vec::new());
        }
        let proven: Vec<EmailAddress> = {
            let mut tx = self.pool()?.read(Scope::identity(owner.identity), "proven_addresses").await?;
            let all = addresses::list(&mut tx).await?;
            all.into_iter()
                .filter(|address| address.state.is_proven())
                .map(|address| address.address)
                .collect()
        };
        let mut letters = Vec::with_capacity(proven.len());
        for to in proven {
            let letter = Letter {
                to,
                name: owner.name.clone(),
                locale: owner.locale.clone(),
                message: message(),
                occasion: Some(cx.occasion()),
            };
            letters.push(self.letter(issuer, &letter).await?);
        }
        Ok(letters)
    }
}

/// A flow whose person has set a password goes on where it is asked for: nobody is signed in by setting it.
pub(crate) fn on_to_the_password(state: &mut FlowState, address: &EmailAddress) {
    state.detour = None;
    state.done = Some(ProofPurpose::Recovery);
    state.identifier = Some(address.clone());
    state.another = true;
    state.account = None;
    state.opened = None;
}

/// Ends the mailed links that would put an address first which was proven after the one that has just been shown.
///
/// Of two mailboxes the one that was there first is the owner's: who gets into an account for a moment adds an address and can make
/// it the main one, and cannot have done that before the owner proved theirs. A link that gives the account back to a younger
/// address is therefore over once an older one has recovered it. One that gives it back to an older address stays, although a
/// recovery by the younger has come between: the younger may be the thief's, who would close the owner's way back by it. An
/// owner who has moved to a new mailbox and recovers by that leaves the link of the old one good for what is left of its three days;
/// nothing tells the two apart.
async fn void_younger_links(tx: &mut WriteTx, shown: &EmailAddress) -> Result<(), Fault> {
    let all = addresses::list(tx).await?;
    if let Some(held) = all.iter().find(|held| held.address == *shown) {
        undos::void_later(tx, held.id).await?;
    }
    Ok(())
}

/// Why sessions ended.
const PASSWORD_RESET: &str = "password_reset";
