//! The end of a sign-up: name and password for a proven mailbox.

use gatehouse_domain::credential::PasswordRecord;
use gatehouse_domain::email::ProofPurpose;
use gatehouse_domain::identity::IdentityStatus;
use gatehouse_domain::ids::{AddressId, CredentialId, IdentityId};
use gatehouse_domain::login::{AccountPage, MailedProof};
use gatehouse_domain::mail::{Letter, Message};
use gatehouse_domain::policy::Method;
use gatehouse_domain::secret::Secret;
use gatehouse_domain::tenant::DisplayName;
use gatehouse_spi::local::Proof;
use gatehouse_store::addresses::{self, Proved};
use gatehouse_store::proofs::{self, ProofKey};
use gatehouse_store::sign_in::Found;
use gatehouse_store::{NoTrail, Scope, Trail, flows};

use super::account::Draft;
use crate::invitations::ByInvitation;
use crate::login::{Browser, Complaint, Loaded, Screen, Shown, Step, Stop, document};
use crate::new_password::{Chooser, NewPassword};
use crate::{Ctx, Fault, Idp, Issuer};

/// What somebody says of themselves to make an account.
#[derive(Debug)]
pub struct NewAccount<'a> {
    /// The name.
    pub name: &'a str,
    /// The password.
    pub password: Secret<String>,
}

impl Idp {
    /// Takes name and password for a proven mailbox, makes the account, and goes on signed in.
    ///
    /// # Errors
    /// Why the step could not be taken.
    pub async fn finish_sign_up(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        browser: &Browser,
        flow: &str,
        given: NewAccount<'_>,
    ) -> Result<Step, Stop> {
        let flow = self.flow(cx, issuer, browser, flow).await?;
        let detour = flow.state.detour.as_ref().ok_or(Stop::OutOfOrder)?;
        let proof = detour.proven(ProofPurpose::SignUp).ok_or(Stop::OutOfOrder)?.clone();
        self.may_ask_as(issuer, ProofPurpose::SignUp, flow.state.invitation.is_some())?;
        self.may_have_account(cx, issuer, &flow.state, &proof.address).await?;
        let complain = |complaint| Screen::NewAccount {
            address: proof.address.to_string(),
            name: given.name.chars().take(100).collect(),
            complaint: Some(complaint),
        };
        let Ok(name) = given.name.trim().parse::<DisplayName>() else {
            return self.show(issuer, flow, complain(Complaint::NameUnfit)).await;
        };
        let invitation = self.invitation_to(cx, issuer, &flow, &proof).await?;
        let hints = [proof.address.to_string(), name.to_string()];
        let record = match self
            .new_password(cx, issuer, Chooser::Newcomer(&proof.address), &given.password, &hints)
            .await?
        {
            NewPassword::Good(record) => record,
            NewPassword::Unfit(judged) => {
                return self.show(issuer, flow, complain(Complaint::PasswordUnfit(judged))).await;
            }
        };
        let draft = self.draft(cx, &flow, &proof, (name, record, invitation)).await?;
        match self.make_account(cx, issuer, &flow, &draft).await? {
            Proved::Verified(_) => {}
            Proved::Gone => return Err(Stop::Replayed),
            Proved::Taken | Proved::Held => return self.address_taken(cx, issuer, flow, &proof).await,
        }
        let (shown, mut flow) = (self.shown(issuer, draft, given.password).await?, flow);
        flow.state.detour = None;
        flow.state.done = Some(ProofPurpose::SignUp);
        flow.state.joined = issuer.tenant_id().is_some();
        if flow.state.request.is_none() {
            flow.state.back = Some(AccountPage::Welcome);
        }
        flow.state.invitation = None;
        flow.state.identifier = Some(proof.address);
        flow.state.another = true;
        flow.state.account = None;
        self.open_session(cx, issuer, browser, flow, shown).await
    }

    /// The invitation that a sign-up answers, if it answers one.
    async fn invitation_to(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        flow: &Loaded,
        proof: &MailedProof,
    ) -> Result<Option<ByInvitation>, Stop> {
        match &flow.state.invitation {
            Some(invited) if invited.address == proof.address => {
                Ok(Some(self.invitation_of(cx, issuer, invited).await?))
            }
            Some(_) => Err(Stop::OutOfOrder),
            None => Ok(None),
        }
    }

    async fn draft(
        &self,
        cx: &Ctx,
        flow: &Loaded,
        proof: &MailedProof,
        (name, record, invitation): (DisplayName, PasswordRecord, Option<ByInvitation>),
    ) -> Result<Draft, Fault> {
        Ok(Draft {
            identity: IdentityId::mint(cx.now, self.rng.as_ref()),
            claim: AddressId::mint(cx.now, self.rng.as_ref()),
            credential: CredentialId::mint(cx.now, self.rng.as_ref()),
            address: proof.address.clone(),
            name,
            locale: cx.spoken(flow.state.ui_locales()),
            record,
            proof: ProofKey { id: proof.id, browser: Some(flow.key.browser) },
            mark: self.release_mark(&proof.address.canonical()).await?,
            invitation,
        })
    }

    /// Somebody else was faster, or gave the address up not long ago. The proof is spent all the same, so that nobody makes hashing
    /// threads work with it again and again, and whoever has the address hears that nothing changed (table 19.1, row 15).
    async fn address_taken(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        mut flow: Loaded,
        proof: &MailedProof,
    ) -> Result<Step, Stop> {
        let owner = addresses::mailbox(self.pool()?, &proof.address).await?;
        let letter = match owner {
            Some(owner) => {
                let message = Message::NothingChanged {};
                let (name, locale, occasion) = (owner.name, owner.locale, Some(cx.occasion()));
                let letter = Letter { to: owner.address, name, locale, message, occasion };
                Some(self.letter(issuer, &letter).await?)
            }
            None => None,
        };
        flow.state.detour = None;
        let state = document(&flow.state)?;
        let key = ProofKey { id: proof.id, browser: Some(flow.key.browser) };
        let scope = issuer.tenant_id().map_or(Scope::platform(), Scope::tenant);
        let mut tx = self.pool()?.write(scope, "address_taken").await?;
        let saved = flows::save_in(&mut tx, &flow.key, issuer.tenant_id(), &state, cx.now).await?;
        flow.saved(saved)?;
        if !proofs::spend(&mut tx, key, ProofPurpose::SignUp, cx.now).await? {
            return Err(Stop::Replayed);
        }
        if let Some(letter) = letter {
            letter.post(&mut tx).await?;
        }
        tx.commit(Trail::none(NoTrail::Step)).await?;
        self.ring_mail();
        self.refused(cx, issuer, "sign_up", "address_taken", flow.state.app).await;
        let screen = Screen::Mailbox {
            purpose: ProofPurpose::SignUp,
            value: proof.address.to_string(),
            complaint: Some(Complaint::AddressTaken),
        };
        self.show(issuer, flow, screen).await
    }

    /// What whoever has just made an account has shown by that.
    async fn shown(&self, issuer: &Issuer, draft: Draft, typed: Secret<String>) -> Result<Shown, Fault> {
        Ok(Shown {
            mark: self.browser_mark(&draft.address.canonical()).await?,
            new_browser: false,
            found: Found {
                identity: draft.identity,
                is_member: issuer.tenant_id().is_some(),
                status: IdentityStatus::Active,
                epoch: 1,
                credential: draft.credential,
                record: draft.record,
            },
            proof: Proof { method: Method::Password, amr: &["pwd"], outdated: false },
            typed,
            tries: Vec::new(),
            address: draft.address,
        })
    }
}
