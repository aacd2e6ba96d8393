//! From a proven mailbox to an address of the account.

use gatehouse_domain::audit::What;
use gatehouse_domain::credential::PasswordRecord;
use gatehouse_domain::email::{EmailAddress, LeftBecause, ProofPurpose, ProvenBy};
use gatehouse_domain::ids::{AddressId, CredentialId, uuid_v7};
use gatehouse_domain::login::AccountPage;
use gatehouse_domain::mail::{Letter, Message};
use gatehouse_domain::secret::Secret;
use gatehouse_domain::session::LiveSession;
use gatehouse_store::addresses::{self, Address, Proved};
use gatehouse_store::proofs::ProofKey;
use gatehouse_store::{Trail, WriteTx, flows, identities};

use super::{AREA, Person, account_page, scope_at};
use crate::login::{Browser, Complaint, Landing, Loaded, Screen, Step, Stop, document};
use crate::mail::SealedLetter;
use crate::mailbox::{COOL_OFF, Owned};
use crate::{Ctx, Fault, Idp, Issuer};

/// Why everything older ends.
const FIRST_PROOF: &str = "first_proof";

/// A proven mailbox and the claim that it proves.
struct Claimed {
    session: LiveSession,
    person: Person,
    claim: AddressId,
    address: EmailAddress,
    proof: ProofKey,
    mark: [u8; 32],
    /// To the owner of the address, if that is somebody else.
    unchanged: Option<SealedLetter>,
}

impl Idp {
    /// Goes on after the code for an address of the account. The first proof of an account comes with a new password, because
    /// whoever had the account until now may have been somebody else (rule D3).
    pub(crate) async fn address_proven(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        browser: &Browser,
        mut flow: Loaded,
    ) -> Result<Step, Stop> {
        if let Some(proof) = flow.state.detour.as_mut().and_then(|detour| detour.proof.as_mut()) {
            proof.proven = true;
        }
        let claimed = self.claimed(cx, issuer, browser, &flow).await?;
        if claimed.person.is_proven() {
            return self.take_address(cx, issuer, flow, claimed).await;
        }
        self.save_flow(cx, issuer, &mut flow).await?;
        self.advance(cx, issuer, browser, flow).await
    }

    async fn claimed(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        browser: &Browser,
        flow: &Loaded,
    ) -> Result<Claimed, Stop> {
        let detour = flow.state.detour.as_ref().ok_or(Stop::OutOfOrder)?;
        let proof = detour.proven(ProofPurpose::Address).ok_or(Stop::OutOfOrder)?;
        let session = self.prover(cx, browser, flow).await?;
        let person = self.person(&session).await?;
        let held = person.addresses.iter().find(|held| held.address == proof.address);
        let claim = held.filter(|held| !held.state.is_proven()).ok_or(Stop::Replayed)?.id;
        Ok(Claimed {
            claim,
            address: proof.address.clone(),
            proof: ProofKey { id: proof.id, browser: Some(flow.key.browser) },
            mark: self.release_mark(&proof.address.canonical()).await?,
            unchanged: self.nothing_changed(cx, issuer, &proof.address).await?,
            session,
            person,
        })
    }

    /// What the owner of an address hears if somebody else shows that the mailbox can be read (table 19.1, row 15).
    async fn nothing_changed(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        address: &EmailAddress,
    ) -> Result<Option<SealedLetter>, Stop> {
        let Some(owner) = addresses::mailbox(self.pool()?, address).await? else { return Ok(None) };
        let letter = Letter {
            to: owner.address,
            name: owner.name,
            locale: owner.locale,
            message: Message::NothingChanged {},
            occasion: Some(cx.occasion()),
        };
        Ok(Some(self.letter(issuer, &letter).await?))
    }

    /// One transaction for an account that has a proven address already.
    async fn take_address(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        flow: Loaded,
        claimed: Claimed,
    ) -> Result<Step, Stop> {
        let identity = claimed.session.identity;
        let promotion = match flow.state.promote {
            true => Some(self.prepare_promotion(cx, issuer, &claimed.person, &claimed.address).await?),
            false => None,
        };
        let message =
            || Message::AddressAdded { address: claimed.address.to_string(), account: account_page(issuer) };
        let letters = match promotion {
            Some(_) => Vec::new(),
            None => self.tell(cx, issuer, &claimed.person, &|_| true, &message).await?,
        };
        let mut tx = self.pool()?.write(scope_at(issuer, identity), "take_address").await?;
        if !flows::finish(&mut tx, &flow.key, &serde_json::json!({}), cx.now).await? {
            return Err(Stop::Replayed);
        }
        if !identities::lock(&mut tx).await? {
            return Err(Stop::NotSignedIn);
        }
        if !self.verify(cx, &mut tx, &claimed).await? {
            return Err(self.address_held(cx, issuer, tx, claimed).await);
        }
        let verified = What::EmailVerified { identity, method: ProvenBy::Mailbox };
        let mut records = vec![self.record_by(cx, &claimed.session, verified).await?];
        if let Some(promotion) = &promotion {
            records.extend(self.promote(cx, &mut tx, &claimed.session, claimed.claim, promotion).await?);
        }
        for letter in letters {
            letter.post(&mut tx).await?;
        }
        tx.commit(Trail::of(records)).await?;
        self.job_bell.notify_one();
        self.ring_mail();
        let landing = Landing::Account(flow.state.back.unwrap_or(AccountPage::Overview));
        Ok(Step { landing, flow: flow.reference, handle: None })
    }

    /// Whether the claim is verified now; the proof is spent either way.
    async fn verify(&self, cx: &Ctx, tx: &mut WriteTx, claimed: &Claimed) -> Result<bool, Stop> {
        let owned = Owned {
            claim: claimed.claim,
            address: &claimed.address,
            proof: claimed.proof,
            purpose: ProofPurpose::Address,
            mark: claimed.mark,
        };
        match self.verify_address(cx, tx, &owned).await? {
            Proved::Verified(_) => Ok(true),
            Proved::Gone => Err(Stop::Replayed),
            Proved::Taken | Proved::Held => Ok(false),
        }
    }

    /// Refuses an address that is somebody else's, whose owner hears that nothing changed.
    async fn address_held(&self, cx: &Ctx, issuer: &Issuer, mut tx: WriteTx, claimed: Claimed) -> Stop {
        let done = async {
            if let Some(letter) = &claimed.unchanged {
                letter.post(&mut tx).await?;
            }
            tx.commit(Trail::none(gatehouse_store::NoTrail::Step)).await?;
            Ok::<_, Fault>(())
        };
        if let Err(fault) = done.await {
            return Stop::Fault(fault);
        }
        self.ring_mail();
        self.refused(cx, issuer, AREA, "address_taken", None).await;
        Stop::AddressHeld
    }

    /// Takes the password that comes with the first proof.
    pub(crate) async fn finish_first_proof(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        browser: &Browser,
        mut flow: Loaded,
        typed: Secret<String>,
    ) -> Result<Step, Stop> {
        let claimed = self.claimed(cx, issuer, browser, &flow).await?;
        if claimed.person.is_proven() {
            return Err(Stop::Replayed);
        }
        let hints = [claimed.address.to_string(), claimed.person.name.clone().unwrap_or_default()];
        if let Some(unfit) = self.unfit_password(issuer, &typed, &hints).await? {
            let complaint = Some(Complaint::PasswordUnfit(unfit));
            let screen = Screen::NewPassword { address: claimed.address.to_string(), complaint };
            return self.show(issuer, flow, screen).await;
        }
        gatehouse_store::outside();
        let hash = self.passwords.hash(typed).await.map_err(Fault::from)?;
        let record = PasswordRecord::from_stored(hash.as_str());
        flow.state.detour = None;
        flow.state.done = Some(ProofPurpose::Recovery);
        flow.state.identifier = Some(claimed.address.clone());
        flow.state.another = true;
        flow.state.account = None;
        flow.state.opened = None;
        self.take_first(cx, issuer, &mut flow, claimed, &record).await?;
        self.advance(cx, issuer, browser, flow).await
    }

    /// One transaction: the address is verified, the password set, everything older ends (rule D3).
    async fn take_first(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        flow: &mut Loaded,
        claimed: Claimed,
        record: &PasswordRecord,
    ) -> Result<(), Stop> {
        let identity = claimed.session.identity;
        let state = document(&flow.state)?;
        let fresh = CredentialId::mint(cx.now, self.rng.as_ref());
        let mut others = Vec::new();
        for other in claimed.person.addresses.iter().filter(|other| other.id != claimed.claim) {
            others.push((other.id, self.release_mark(&other.address.canonical()).await?));
        }
        let mut tx = self.pool()?.write(scope_at(issuer, identity), "first_proof").await?;
        let saved = flows::save_in(&mut tx, &flow.key, issuer.tenant_id(), &state, cx.now).await?;
        flow.saved(saved)?;
        if !identities::lock(&mut tx).await? {
            return Err(Stop::NotSignedIn);
        }
        if addresses::list(&mut tx).await?.iter().any(is_proven) {
            return Err(Stop::Replayed);
        }
        if !self.verify(cx, &mut tx, &claimed).await? {
            return Err(self.address_held(cx, issuer, tx, claimed).await);
        }
        let by = &claimed.session;
        let verified = What::EmailVerified { identity, method: ProvenBy::Mailbox };
        let mut records = vec![self.record_by(cx, by, verified).await?];
        for (other, mark) in others {
            let evidence = uuid_v7(cx.now, self.rng.as_ref());
            let until = (cx.now, cx.now + COOL_OFF);
            let why = LeftBecause::Released;
            if addresses::release(&mut tx, other, &mark, why, evidence, until).await?
                == addresses::Released::Done
            {
                let retired = What::EmailRetired { identity, reason: why };
                records.push(self.record_by(cx, by, retired).await?);
            }
        }
        let credential = identities::put_password(&mut tx, fresh, record, cx.now).await?;
        let changed = What::CredentialChanged { identity, credential, method: "password" };
        records.push(self.record_by(cx, by, changed).await?);
        records.extend(self.end_rest(cx, &mut tx, by, false, FIRST_PROOF).await?);
        identities::raise_epoch(&mut tx).await?;
        tx.commit(Trail::of(records)).await?;
        self.job_bell.notify_one();
        Ok(())
    }
}

fn is_proven(address: &Address) -> bool {
    address.state.is_proven()
}
