//! From a proven mailbox to an address of the account.

use gatehouse_domain::audit::What;
use gatehouse_domain::credential::PasswordRecord;
use gatehouse_domain::email::{ClaimedBy, EmailAddress, LeftBecause, ProofPurpose, ProvenBy};
use gatehouse_domain::ids::{AddressId, CredentialId, uuid_v7};
use gatehouse_domain::login::AccountPage;
use gatehouse_domain::mail::{Letter, Message};
use gatehouse_domain::secret::Secret;
use gatehouse_domain::session::{Authority, LiveSession};
use gatehouse_store::addresses::{self, Address, Claim, Proved};
use gatehouse_store::proofs::ProofKey;
use gatehouse_store::{Insertion, Scope, Trail, WriteTx, flows, identities, members};

use super::own::is_of_one_tenant;
use super::{AREA, Person, account_page, scope_at};
use crate::known_browser::NewHandle;
use crate::login::{Browser, Complaint, Landing, Loaded, Screen, Step, Stop, document};
use crate::mail::SealedLetter;
use crate::mailbox::{COOL_OFF, Owned};
use crate::new_password::{Chooser, NewPassword};
use crate::recovery::on_to_the_password;
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
    /// What the proof was begun for.
    purpose: ProofPurpose,
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
            let goes_on = flow.state.back.is_none();
            let step = self.take_address(cx, issuer, &mut flow, claimed).await?;
            return if goes_on { self.advance(cx, issuer, browser, flow).await } else { Ok(step) };
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
        let claim = match held {
            Some(held) if held.state.is_proven() => return Err(Stop::Replayed),
            Some(held) => held.id,
            None => self.claim_login_address(cx, issuer, &session, &proof.address).await?,
        };
        Ok(Claimed {
            claim,
            purpose: proof.begun_for.unwrap_or(ProofPurpose::Address),
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

    /// Claims the address by which the person signs in at this tenant, where that claim was purged since the tenant made it.
    async fn claim_login_address(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        by: &LiveSession,
        address: &EmailAddress,
    ) -> Result<AddressId, Stop> {
        let tenant = issuer.tenant_id().ok_or(Stop::Replayed)?;
        let member = {
            let mut tx = self.pool()?.read(Scope::tenant(tenant), "login_address").await?;
            members::by_identity(&mut tx, by.identity).await?
        };
        if member.and_then(|member| member.login_address) != Some(address.canonical()) {
            return Err(Stop::Replayed);
        }
        let details = serde_json::json!({ "request": cx.request, "tenant": tenant });
        let id = AddressId::mint(cx.now, self.rng.as_ref());
        let evidence = uuid_v7(cx.now, self.rng.as_ref());
        let claim = Claim { id, address, by: ClaimedBy::Operator, evidence, details: &details };
        let what = What::EmailClaimed { identity: by.identity, by: ClaimedBy::Operator };
        let record = self.record_by(cx, by, what).await?;
        let mut tx = self.pool()?.write(Scope::identity(by.identity), "claim_login_address").await?;
        if !identities::lock_for(&mut tx, by).await? {
            return Err(Stop::NotSignedIn);
        }
        if addresses::claim(&mut tx, &claim, cx.now).await? != Insertion::Done {
            return Err(Stop::Replayed);
        }
        tx.commit(Trail::of([record])).await?;
        Ok(id)
    }

    /// One transaction for an account that has a proven address already.
    async fn take_address(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        flow: &mut Loaded,
        claimed: Claimed,
    ) -> Result<Step, Stop> {
        let identity = claimed.session.identity;
        let promotion = match flow.state.promote {
            true => Some(
                self.prepare_promotion(
                    cx,
                    issuer,
                    &claimed.session,
                    &claimed.person,
                    (claimed.claim, &claimed.address),
                )
                .await?,
            ),
            false => None,
        };
        let message =
            || Message::AddressAdded { address: claimed.address.to_string(), account: account_page(issuer) };
        let letters = match promotion {
            Some(_) => Vec::new(),
            None => self.tell(cx, issuer, &claimed.person, &|_| true, &message).await?,
        };
        let mut tx = self.pool()?.write(scope_at(issuer, identity), "take_address").await?;
        if !identities::lock_for(&mut tx, &claimed.session).await? {
            return Err(Stop::NotSignedIn);
        }
        if flow.state.back.is_some() {
            if !flows::finish(&mut tx, &flow.key, &serde_json::json!({}), cx.now).await? {
                return Err(Stop::Replayed);
            }
        } else {
            flow.state.detour = None;
            let state = document(&flow.state)?;
            let saved = flows::save_in(&mut tx, &flow.key, issuer.tenant_id(), &state, cx.now).await?;
            flow.saved(saved)?;
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
        Ok(Step { landing, flow: flow.reference.clone(), handle: None })
    }

    /// Whether the claim is verified now; the proof is spent either way.
    async fn verify(&self, cx: &Ctx, tx: &mut WriteTx, claimed: &Claimed) -> Result<bool, Stop> {
        let owned = Owned {
            claim: claimed.claim,
            address: &claimed.address,
            proof: claimed.proof,
            purpose: claimed.purpose,
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
        let record = match self
            .new_password(cx, issuer, Chooser::Person(claimed.session.identity), &typed, &hints)
            .await?
        {
            NewPassword::Good(record) => record,
            NewPassword::Unfit(judged) => {
                let complaint = Some(Complaint::PasswordUnfit(judged));
                let screen = Screen::NewPassword { address: claimed.address.to_string(), complaint };
                return self.show(issuer, flow, screen).await;
            }
        };
        on_to_the_password(&mut flow.state, &claimed.address);
        let mark = self.browser_mark(&claimed.address.canonical()).await?;
        let handle = self.new_handle(cx, browser, mark)?;
        self.take_first(cx, issuer, &mut flow, claimed, (&record, &handle)).await?;
        Ok(self.advance_with(cx, issuer, browser, handle.text, flow).await)
    }

    /// One transaction: the address is verified, the password set, everything older ends (rule D3).
    async fn take_first(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        flow: &mut Loaded,
        claimed: Claimed,
        (record, handle): (&PasswordRecord, &NewHandle),
    ) -> Result<(), Stop> {
        let identity = claimed.session.identity;
        let state = document(&flow.state)?;
        let fresh = CredentialId::mint(cx.now, self.rng.as_ref());
        let mut others = Vec::new();
        for other in claimed.person.addresses.iter().filter(|other| other.id != claimed.claim) {
            others.push((other.id, self.release_mark(&other.address.canonical()).await?));
        }
        let notice = match flow.state.own {
            true => Some(self.own_notice(cx, issuer, &claimed).await?),
            false => None,
        };
        let mut tx = self.pool()?.write(scope_at(issuer, identity), "first_proof").await?;
        if !identities::lock_for(&mut tx, &claimed.session).await? {
            return Err(Stop::NotSignedIn);
        }
        let saved = flows::save_in(&mut tx, &flow.key, issuer.tenant_id(), &state, cx.now).await?;
        flow.saved(saved)?;
        if addresses::list(&mut tx).await?.iter().any(is_proven) {
            return Err(Stop::Replayed);
        }
        // What made it right to begin may have changed while the password was judged.
        if let (true, Authority::Tenant(tenant)) = (flow.state.own, claimed.session.authority)
            && !is_of_one_tenant(&mut tx, tenant).await?
        {
            return Err(Stop::FullSessionRequired);
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
        handle.remember(&mut tx, cx.now).await?;
        identities::raise_epoch(&mut tx).await?;
        if let Some(notice) = notice {
            notice.post(&mut tx).await?;
        }
        tx.commit(Trail::of(records)).await?;
        self.job_bell.notify_one();
        self.ring_mail();
        Ok(())
    }

    /// What the address of a new sign-in hears (table 19.1, row 25).
    async fn own_notice(&self, cx: &Ctx, issuer: &Issuer, claimed: &Claimed) -> Result<SealedLetter, Stop> {
        let letter = Letter {
            to: claimed.address.clone(),
            name: claimed.person.name.clone(),
            locale: claimed.person.locale.clone(),
            message: Message::PasswordChanged { account: account_page(issuer) },
            occasion: Some(cx.occasion()),
        };
        Ok(self.letter(issuer, &letter).await?)
    }
}

fn is_proven(address: &Address) -> bool {
    address.state.is_proven()
}
