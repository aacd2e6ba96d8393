//! Asking for a proof: a mail goes to whoever has the address, and the page is the same whether anybody has.

use gatehouse_domain::audit::{Actor, What};
use gatehouse_domain::email::{EmailAddress, ProofPurpose};
use gatehouse_domain::ids::{IdentityId, ProofId, uuid_v7};
use gatehouse_domain::login::{Detour, MailedProof};
use gatehouse_domain::mail::{Letter, Message};
use gatehouse_domain::secret::Secret;
use gatehouse_domain::session::LiveSession;
use gatehouse_domain::tenant::TenantStatus;
use gatehouse_store::addresses::{self, Mailbox};
use gatehouse_store::proofs::{self, NewProof};
use gatehouse_store::{Scope, Trail, flows};
use uuid::Uuid;

use super::{PROOF_LIFE, ProofSecret};
use crate::login::{Browser, Complaint, Loaded, Screen, Step, Stop, document};
use crate::throttle::Ask;
use crate::{Ctx, Fault, Idp, Issuer};

impl Idp {
    /// Takes the address whose mailbox is to be proven, for a new account or a new password.
    ///
    /// # Errors
    /// Why the step could not be taken.
    pub async fn submit_mailbox(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        browser: &Browser,
        flow: &str,
        (purpose, typed): (ProofPurpose, &str),
    ) -> Result<Step, Stop> {
        let flow = self.flow(cx, issuer, browser, flow).await?;
        let invited = flow.state.invitation.as_ref().filter(|_| purpose == ProofPurpose::SignUp);
        self.may_ask_as(issuer, purpose, invited.is_some())?;
        if let Some(address) = invited.map(|invited| invited.address.clone()) {
            return self.ask_for_proof(cx, issuer, browser, flow, (purpose, address)).await;
        }
        let Ok(address) = typed.trim().parse::<EmailAddress>() else {
            let value = typed.chars().take(254).collect();
            let screen = Screen::Mailbox { purpose, value, complaint: Some(Complaint::NotAnAddress) };
            return self.show(issuer, flow, screen).await;
        };
        self.ask_for_proof(cx, issuer, browser, flow, (purpose, address)).await
    }

    /// Sends another mail for the proof that a flow waits for; what was mailed before is worth nothing any more.
    ///
    /// # Errors
    /// Why the step could not be taken.
    pub async fn ask_again(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        browser: &Browser,
        flow: &str,
    ) -> Result<Step, Stop> {
        let flow = self.flow(cx, issuer, browser, flow).await?;
        let detour = flow.state.detour.as_ref();
        let waiting = detour.and_then(|detour| Some((detour.purpose, detour.awaiting()?.address.clone())));
        let Some((purpose, address)) = waiting else { return Err(Stop::OutOfOrder) };
        self.may_ask_as(issuer, purpose, flow.state.invitation.is_some())?;
        self.ask_for_proof(cx, issuer, browser, flow, (purpose, address)).await
    }

    /// Sends a code to an address, whoever has it, and waits for it. Where nothing can be mailed for a while, the page that asked
    /// says so; for an address of an account that is a page of the account.
    ///
    /// # Errors
    /// Why the step could not be taken; [`Stop::Throttled`] among them.
    pub(crate) async fn ask_for_proof(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        browser: &Browser,
        flow: Loaded,
        (purpose, address): (ProofPurpose, EmailAddress),
    ) -> Result<Step, Stop> {
        let value = address.to_string();
        let (flow, seconds) = match self.ask(cx, issuer, browser, flow, (purpose, address)).await? {
            Asked::Sent(step) => return Ok(*step),
            Asked::Wait(flow, seconds) => (flow, seconds),
        };
        let complaint = Some(Complaint::Throttled { seconds });
        let waits = flow.state.detour.as_ref().and_then(Detour::awaiting).is_some();
        let screen = match purpose {
            _ if waits => Screen::Code { purpose, address: value, complaint },
            ProofPurpose::SignUp | ProofPurpose::Recovery => Screen::Mailbox { purpose, value, complaint },
            ProofPurpose::Address => return Err(Stop::Throttled { seconds }),
        };
        self.show(issuer, *flow, screen).await
    }

    /// Sends a code to an address, unless that was asked for too often.
    ///
    /// # Errors
    /// Why the step could not be taken.
    pub(crate) async fn ask(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        browser: &Browser,
        flow: Loaded,
        (purpose, address): (ProofPurpose, EmailAddress),
    ) -> Result<Asked, Stop> {
        let mark = self.browser_mark(&address.canonical()).await?;
        let known = self.known_reader(cx, browser, &address, &mark).await?;
        if let Some(seconds) = self.count(cx, issuer, Ask::Mail, &address, known).await?.wait {
            self.note_throttled(cx, issuer.tenant_id());
            return Ok(Asked::Wait(Box::new(flow), seconds));
        }
        let step = self.post_proof(cx, issuer, browser, flow, (purpose, address)).await?;
        Ok(Asked::Sent(Box::new(step)))
    }

    /// Makes the proof and posts its letter.
    async fn post_proof(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        browser: &Browser,
        mut flow: Loaded,
        (purpose, address): (ProofPurpose, EmailAddress),
    ) -> Result<Step, Stop> {
        let canonical = address.canonical();
        let prover = match purpose {
            ProofPurpose::Address if flow.state.joins() => Some(self.joiner(cx, browser, &flow).await?),
            ProofPurpose::Address => Some(self.prover(cx, browser, &flow).await?),
            ProofPurpose::SignUp | ProofPurpose::Recovery => None,
        };
        let owner = addresses::mailbox(self.pool()?, &address).await?;
        let id = ProofId::mint(cx.now, self.rng.as_ref());
        let secret = self.proof_secret(id).await?;
        let Posted { letter, identity } =
            letter(cx, issuer, &flow, (purpose, prover.as_ref()), (&address, owner.as_ref()), &secret);
        let mut letters = self.early_notice(cx, issuer, &flow, (prover.as_ref(), &address)).await?;
        letters.push(self.letter(issuer, &letter).await?);
        let subject = self.address_fingerprint(issuer.owner(), &canonical).await?;
        let event =
            self.event(cx, Actor::Anonymous, issuer.tenant_id(), What::ProofSent { purpose, subject });
        let record = self.record(event)?;
        let new = NewProof {
            id,
            purpose,
            identity,
            address: &address,
            browser: Some(flow.key.browser),
            code: secret.code_mark,
            link: secret.link_digest,
            evidence: uuid_v7(cx.now, self.rng.as_ref()),
            expires_at: cx.now + PROOF_LIFE,
        };
        let proof = MailedProof::begun(id, address.clone());
        let errand = flow.state.detour.take().unwrap_or_else(|| Detour::to(purpose));
        flow.state.detour = Some(errand.asks(purpose, proof));
        flow.state.done = None;
        let state = document(&flow.state)?;
        let mut tx = self.pool()?.write(scope_of(issuer, identity), "ask_for_proof").await?;
        let saved = flows::save_in(&mut tx, &flow.key, issuer.tenant_id(), &state, cx.now).await?;
        flow.saved(saved)?;
        proofs::begin(&mut tx, &new, cx.now).await?;
        for letter in letters {
            letter.post(&mut tx).await?;
        }
        tx.commit(Trail::of([record])).await?;
        self.ring_mail();
        let screen = Screen::Code { purpose, address: address.to_string(), complaint: None };
        self.show(issuer, flow, screen).await
    }
}

/// Whose rows a proof and its letters are.
fn scope_of(issuer: &Issuer, identity: Option<IdentityId>) -> Scope {
    match (issuer.tenant_id(), identity) {
        (None, None) => Scope::platform(),
        (Some(tenant), None) => Scope::tenant(tenant),
        (None, Some(identity)) => Scope::identity(identity),
        (Some(tenant), Some(identity)) => Scope::both(tenant, identity),
    }
}

/// What came of asking for a proof.
pub(crate) enum Asked {
    /// A letter is on its way.
    Sent(Box<Step>),
    /// Nothing is mailed for so many seconds; the flow is where it was.
    Wait(Box<Loaded>, u32),
}

/// A letter, and whose proof it carries.
struct Posted {
    letter: Letter,
    identity: Option<IdentityId>,
}

/// What is written, and to whom: a stranger's address gets a code for a new account, its owner one for a new password; an owner
/// who would make a second account hears of the first.
fn letter(
    cx: &Ctx,
    issuer: &Issuer,
    flow: &Loaded,
    (purpose, prover): (ProofPurpose, Option<&LiveSession>),
    (typed, owner): (&EmailAddress, Option<&Mailbox>),
    secret: &ProofSecret,
) -> Posted {
    let link = Secret::new(format!(
        "{}/verify?flow={}&token={}",
        issuer.iss(),
        flow.reference,
        secret.link.expose()
    ));
    let minutes = u32::try_from(PROOF_LIFE.num_minutes()).unwrap_or(u32::MAX);
    let code = secret.code.clone();
    let message = match (purpose, owner) {
        (ProofPurpose::SignUp, None) => Message::SignUpCode { code, link, minutes },
        (ProofPurpose::SignUp, Some(_)) => Message::AlreadyHaveAccount {
            sign_in: format!("{}/login", issuer.iss()),
            recover: format!("{}/recover", issuer.iss()),
        },
        // Posted all the same, so that the time tells nothing.
        (ProofPurpose::Recovery, None) => Message::Nobody {},
        (ProofPurpose::Recovery, Some(_)) => Message::RecoveryCode { code, link, minutes },
        (ProofPurpose::Address, _) => Message::ProveAddress { code, link, minutes },
    };
    let letter = Letter {
        to: owner.map_or_else(|| typed.clone(), |owner| owner.address.clone()),
        // Whoever adds an address may be a stranger to its mailbox, and its owner to whoever adds it: neither is named.
        name: owner.filter(|_| prover.is_none()).and_then(|owner| owner.name.clone()),
        locale: prover
            .map_or_else(|| owner.and_then(|owner| owner.locale.clone()), |prover| prover.locale.clone())
            .or_else(|| Some(cx.spoken(flow.state.ui_locales()).tag().to_owned())),
        message,
        occasion: Some(cx.occasion()),
    };
    let identity = prover
        .map(|prover| prover.identity)
        .or_else(|| owner.filter(|_| purpose == ProofPurpose::Recovery).map(|owner| owner.identity));
    Posted { letter, identity }
}

impl Idp {
    /// The browser that is counted by itself about a mailbox. An address that nobody has proven can be signed in with too, at the
    /// tenant that says whose it is: there it counts as a stranger's, so that no tenant can have mail sent to whom it names, or codes
    /// guessed, beyond the limits of strangers.
    pub(super) async fn known_reader(
        &self,
        cx: &Ctx,
        browser: &Browser,
        address: &EmailAddress,
        mark: &[u8; 32],
    ) -> Result<Option<Uuid>, Fault> {
        let Some(known) = self.known_browser(cx, browser, mark).await? else { return Ok(None) };
        Ok(addresses::mailbox(self.pool()?, address).await?.map(|_| known))
    }

    /// Whether a mailbox may be proven for this here.
    ///
    /// # Errors
    /// Why not.
    pub fn may_ask(&self, issuer: &Issuer, purpose: ProofPurpose) -> Result<(), Stop> {
        self.may_ask_as(issuer, purpose, false)
    }

    /// The same for somebody who may have been invited.
    pub(crate) fn may_ask_as(
        &self,
        issuer: &Issuer,
        purpose: ProofPurpose,
        invited: bool,
    ) -> Result<(), Stop> {
        if !self.can_mail() {
            return Err(Stop::NoMail);
        }
        if issuer.tenant().is_some_and(|tenant| tenant.status != TenantStatus::Active) {
            return Err(Stop::TenantSuspended);
        }
        match purpose {
            ProofPurpose::SignUp if !self.may_sign_up(issuer, invited) => Err(Stop::SignUpClosed),
            ProofPurpose::Recovery if !self.recovers(issuer) => Err(Stop::PasswordsOff),
            _ => Ok(()),
        }
    }
}
