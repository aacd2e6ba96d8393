//! One more address: claimed by whoever is signed in, and worth nothing before its mailbox is proven.

use gatehouse_domain::audit::What;
use gatehouse_domain::email::{ClaimedBy, EmailAddress, ProofPurpose};
use gatehouse_domain::ids::{AddressId, uuid_v7};
use gatehouse_domain::login::{AccountPage, Detour, FlowState, Invited};
use gatehouse_domain::mail::Message;
use gatehouse_domain::session::LiveSession;
use gatehouse_store::addresses::{self, Claim};
use gatehouse_store::{Insertion, Trail, identities};
use serde_json::json;

use super::{FreshSession, Visitor, account_page, scope_at};
use crate::login::{Browser, Loaded, Step, Stop};
use crate::mail::SealedLetter;
use crate::{Ctx, Idp, Issuer};

/// How many addresses anybody may have.
const MOST: usize = 10;

/// What somebody typed who wants one more address.
#[derive(Debug, Clone, Copy)]
pub struct NewAddress<'a> {
    /// The address.
    pub typed: &'a str,
    /// Whether it is to become the main one as soon as it is proven.
    pub promote: bool,
}

/// An address on its way into an account.
struct Wanted {
    address: EmailAddress,
    promote: bool,
    /// Where the proof leads.
    then: FlowState,
}

/// What became of an address that somebody typed.
#[derive(Debug)]
pub enum Added {
    /// Its mailbox is to be proven now.
    Proof(Box<Step>),
    /// It is no address.
    NotAnAddress,
    /// It is one of the person's already, and proven.
    Known,
}

impl Idp {
    /// Takes one more address, and mails a code there. What comes next is the same whether or not somebody else has it. With
    /// `promote` it becomes the main one as soon as it is proven, of which every proven address hears now.
    ///
    /// # Errors
    /// Why nothing was added.
    pub async fn add_address(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        browser: &Browser,
        session: &FreshSession,
        new: NewAddress<'_>,
    ) -> Result<Added, Stop> {
        self.may_ask(issuer, ProofPurpose::Address)?;
        let Ok(address) = new.typed.trim().parse::<EmailAddress>() else { return Ok(Added::NotAnAddress) };
        let wanted = Wanted { address, promote: new.promote, then: to_addresses() };
        self.add_wanted(cx, issuer, browser, session, wanted).await
    }

    /// Takes the address of an invitation, to prove it and to come back to the invitation.
    pub(crate) async fn prove_invited(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        browser: &Browser,
        session: &FreshSession,
        invited: Invited,
    ) -> Result<Step, Stop> {
        self.may_ask(issuer, ProofPurpose::Address)?;
        let address = invited.address.clone();
        let then = FlowState { invitation: Some(invited), ..FlowState::default() };
        match self.add_wanted(cx, issuer, browser, session, Wanted { address, promote: false, then }).await? {
            Added::Proof(step) => Ok(*step),
            Added::Known | Added::NotAnAddress => Err(Stop::Replayed),
        }
    }

    async fn add_wanted(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        browser: &Browser,
        session: &FreshSession,
        wanted: Wanted,
    ) -> Result<Added, Stop> {
        let person = self.person(session.session()).await?;
        let held = person.addresses.iter().find(|held| held.address == wanted.address);
        if held.is_some_and(|held| held.state.is_proven()) {
            return Ok(Added::Known);
        }
        if held.is_none() {
            if !person.is_proven() && !person.addresses.is_empty() {
                return Err(self.deny_addition(cx, session).await?);
            }
            self.claim(cx, issuer, session.session(), &wanted).await?;
        }
        let step = self.begin_address_proof(cx, issuer, browser, session.session(), wanted).await?;
        Ok(Added::Proof(Box::new(step)))
    }

    /// Takes the first address of somebody whom a tenant's connection vouches for, to set up a sign-in of their own.
    pub(super) async fn begin_own(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        browser: &Browser,
        session: &LiveSession,
        address: EmailAddress,
    ) -> Result<Step, Stop> {
        let then = FlowState { back: Some(AccountPage::Overview), own: true, ..FlowState::default() };
        let wanted = Wanted { address, promote: false, then };
        let person = self.person(session).await?;
        if !person.addresses.iter().any(|held| held.address == wanted.address) {
            if !person.addresses.is_empty() {
                return Err(Stop::EmailUnproven);
            }
            self.claim(cx, issuer, session, &wanted).await?;
        }
        self.begin_address_proof(cx, issuer, browser, session, wanted).await
    }

    /// Mails a code to an address of the person that is not proven.
    ///
    /// # Errors
    /// Why nothing was mailed.
    pub async fn prove_address(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        browser: &Browser,
        session: &FreshSession,
        address: &str,
    ) -> Result<Step, Stop> {
        self.may_ask(issuer, ProofPurpose::Address)?;
        let wanted = address.parse::<AddressId>().map_err(|_| Stop::OutOfOrder)?;
        let person = self.person(session.session()).await?;
        let held = person.addresses.into_iter().find(|held| held.id == wanted && !held.state.is_proven());
        let address = held.ok_or(Stop::OutOfOrder)?.address;
        self.begin_address_proof(
            cx,
            issuer,
            browser,
            session.session(),
            Wanted { address, promote: false, then: to_addresses() },
        )
        .await
    }

    async fn claim(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        session: &LiveSession,
        wanted: &Wanted,
    ) -> Result<(), Stop> {
        let address = &wanted.address;
        let identity = session.identity;
        let details = json!({ "request": cx.request });
        let claim = Claim {
            id: AddressId::mint(cx.now, self.rng.as_ref()),
            address,
            by: ClaimedBy::Typed,
            evidence: uuid_v7(cx.now, self.rng.as_ref()),
            details: &details,
        };
        let what = What::EmailClaimed { identity, by: ClaimedBy::Typed };
        let record = self.record_by(cx, session, what).await?;
        let mut tx = self.pool()?.write(scope_at(issuer, identity), "claim_address").await?;
        if !identities::lock_for(&mut tx, session).await? {
            return Err(Stop::NotSignedIn);
        }
        if addresses::list(&mut tx).await?.len() >= MOST {
            return Err(Stop::TooManyAddresses);
        }
        if addresses::claim(&mut tx, &claim, cx.now).await? != Insertion::Done {
            return Err(Stop::Replayed);
        }
        Ok(tx.commit(Trail::of([record])).await?)
    }

    async fn begin_address_proof(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        browser: &Browser,
        session: &LiveSession,
        wanted: Wanted,
    ) -> Result<Step, Stop> {
        let state = FlowState {
            account: Some(session.id),
            detour: Some(Detour::to(ProofPurpose::Address)),
            promote: wanted.promote,
            ..wanted.then
        };
        let started = self.begin_flow(cx, issuer, browser, &state).await?;
        let flow = self.flow(cx, issuer, browser, &started.flow).await?;
        self.ask_for_proof(cx, issuer, browser, flow, (ProofPurpose::Address, wanted.address)).await
    }

    /// Letters to every proven address that another main address is wanted, when the first code for that goes out (abuse case EML-02).
    /// They belong to the proof and not to the claim: a claim may be there already, and proofs are counted.
    pub(crate) async fn early_notice(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        flow: &Loaded,
        (prover, address): (Option<&LiveSession>, &EmailAddress),
    ) -> Result<Vec<SealedLetter>, Stop> {
        let again = flow.state.detour.as_ref().and_then(Detour::awaiting).is_some();
        let Some(prover) = prover.filter(|_| flow.state.promote && !again) else { return Ok(Vec::new()) };
        let person = self.person(prover).await?;
        let asked = || Message::AddressChangeRequested {
            address: address.to_string(),
            account: account_page(issuer),
        };
        Ok(self.tell(cx, issuer, &person, &|_| true, &asked).await?)
    }

    /// The person on whose account a flow proves an address, as long as the session is live in which that was begun.
    pub(crate) async fn prover(
        &self,
        cx: &Ctx,
        browser: &Browser,
        flow: &Loaded,
    ) -> Result<LiveSession, Stop> {
        let sessions = self.sessions(cx, browser).await?;
        let begun_in = flow.state.account.or(flow.state.opened);
        let found = sessions.into_iter().find(|session| Some(session.id) == begun_in);
        match found.map(Visitor::of) {
            Some(Visitor::Full(session)) => Ok(session.session().clone()),
            Some(Visitor::Tenant(session)) if flow.state.own && self.may_set_up_own(&session).await? => {
                Ok(session.session().clone())
            }
            Some(Visitor::Tenant(_)) => Err(Stop::FullSessionRequired),
            None => Err(Stop::NotSignedIn),
        }
    }
}

/// To the page of the addresses.
fn to_addresses() -> FlowState {
    FlowState { back: Some(AccountPage::Addresses), ..FlowState::default() }
}
