//! Membership by domain, where a tenant's policy says so. It takes a mailbox proof of the person's own that finishes in the browser
//! that asked for it, at this tenant's issuer and in this very flow: whoever left the domain long ago proves nothing any more.

use gatehouse_domain::audit::{Actor, Event, What};
use gatehouse_domain::email::{EmailAddress, ProofPurpose};
use gatehouse_domain::identity::{MemberStatus, Role};
use gatehouse_domain::ids::{MemberId, TenantId};
use gatehouse_domain::login::FlowState;
use gatehouse_domain::policy::SignUp;
use gatehouse_domain::session::{Authority, LiveSession};
use gatehouse_domain::tenant::{DomainName, Tenant};
use gatehouse_domain::time::Timestamp;
use gatehouse_store::members::{self, Member};
use gatehouse_store::proofs::{self, ProofKey};
use gatehouse_store::{Insertion, Reads, Scope, Trail, addresses, domains, flows, identities};

use crate::login::{Browser, Loaded, Step, Stop, document};
use crate::{Ctx, Fault, Idp, Issuer};

impl Idp {
    /// Whether the owner of a mailbox that is proven now may have a new account at an issuer. Before the proof nothing tells
    /// addresses apart.
    ///
    /// # Errors
    /// [`Stop::SignUpClosed`], with its event where a domain was the reason.
    pub(crate) async fn may_have_account(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        state: &FlowState,
        address: &EmailAddress,
    ) -> Result<(), Stop> {
        if !self.may_sign_up(issuer, state.invitation.is_some()) {
            return Err(Stop::SignUpClosed);
        }
        let Some(tenant) = issuer.tenant() else { return Ok(()) };
        if state.invitation.is_some() || tenant.policy.sign_up == SignUp::Open {
            return Ok(());
        }
        let reason = if !self.verified_domains(tenant.at.id, cx.now).await?.contains(address.domain()) {
            "another_domain"
        } else if address.is_shared() {
            "shared_mailbox"
        } else {
            return Ok(());
        };
        self.note_join_denied(cx, tenant.at.id, reason).await;
        Err(Stop::SignUpClosed)
    }

    /// The address by which somebody who has just signed in, and is nobody here, may become a member: it has to be proven once
    /// more, here and now.
    pub(crate) async fn joining_address(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        flow: &Loaded,
        sessions: &[LiveSession],
    ) -> Result<Option<EmailAddress>, Fault> {
        let Some(tenant) = issuer.tenant().filter(|tenant| joins_by_domain(tenant)) else { return Ok(None) };
        let Some(session) = opened(&flow.state, sessions).filter(|_| !flow.state.joined && self.can_mail())
        else {
            return Ok(None);
        };
        let domains = self.verified_domains(tenant.at.id, cx.now).await?;
        let mut tx =
            self.pool()?.read(Scope::both(tenant.at.id, session.identity), "joining_address").await?;
        let mut own: Vec<EmailAddress> = addresses::list(&mut tx)
            .await?
            .into_iter()
            .filter(|address| address.state.is_proven() && domains.contains(address.address.domain()))
            .map(|address| address.address)
            .collect();
        let there = members::by_identity(&mut tx, session.identity).await?;
        drop(tx);
        if own.is_empty() {
            return Ok(None);
        }
        own.retain(|address| !address.is_shared());
        // Whoever was shut out, or left, does not come back by themselves.
        let reason = match there.map(|row| row.status) {
            Some(MemberStatus::Suspended) => "suspended",
            Some(MemberStatus::Removed) => "removed",
            Some(MemberStatus::Invited | MemberStatus::Active) => return Ok(None),
            None if own.is_empty() => "shared_mailbox",
            None => return Ok(own.into_iter().next()),
        };
        self.note_join_denied(cx, tenant.at.id, reason).await;
        Ok(None)
    }

    /// Makes whoever has proven the mailbox a member, and goes on.
    pub(crate) async fn finish_join(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        browser: &Browser,
        mut flow: Loaded,
    ) -> Result<Step, Stop> {
        let sessions = self.sessions(cx, browser).await?;
        let session = opened(&flow.state, &sessions).ok_or(Stop::OutOfOrder)?;
        let tenant = issuer.tenant().filter(|tenant| joins_by_domain(tenant)).ok_or(Stop::OutOfOrder)?;
        let detour = flow.state.detour.take().ok_or(Stop::OutOfOrder)?;
        let proof = detour.proven(ProofPurpose::Address).ok_or(Stop::OutOfOrder)?;
        let member = Member {
            id: MemberId::mint(cx.now, self.rng.as_ref()),
            identity: session.identity,
            status: MemberStatus::Active,
            roles: vec![Role::Member],
            login_address: None,
            name: session.name.clone(),
            epoch: 1,
        };
        let actor = Actor::Identity { identity: session.identity, session: Some(session.id) };
        let what = What::MemberChanged {
            tenant: tenant.at.id,
            member: member.id,
            identity: member.identity,
            status: member.status,
            roles: member.roles.clone(),
        };
        let event = Event {
            subject: Some(session.identity),
            personal: Some(Self::personal(cx, Some(&proof.address.canonical()))),
            ..self.event(cx, actor, Some(tenant.at.id), what)
        };
        let records = self.personal_records(event).await?;
        let key = ProofKey { id: proof.id, browser: Some(flow.key.browser) };
        flow.state.joined = true;
        let state = document(&flow.state)?;
        let scope = Scope::both(tenant.at.id, session.identity);
        let mut tx = self.pool()?.write(scope, "finish_join").await?;
        if !identities::lock_for(&mut tx, session).await? {
            return Err(Stop::NotSignedIn);
        }
        let saved = flows::save_in(&mut tx, &flow.key, issuer.tenant_id(), &state, cx.now).await?;
        flow.saved(saved)?;
        let owned = addresses::find_verified_owner(&mut tx, &proof.address).await?;
        let joins = owned == Some(session.identity)
            && verified_domains(&mut tx, cx.now).await?.contains(proof.address.domain())
            && proofs::spend(&mut tx, key, ProofPurpose::Address, cx.now).await?
            && members::insert(&mut tx, &member, cx.now).await? == Insertion::Done;
        if !joins {
            return Err(Stop::Replayed);
        }
        tx.commit(Trail::of(records)).await?;
        self.advance(cx, issuer, browser, flow).await
    }

    /// The person who is about to join by one of their addresses, as long as the session is live that was opened in this flow.
    pub(crate) async fn joiner(
        &self,
        cx: &Ctx,
        browser: &Browser,
        flow: &Loaded,
    ) -> Result<LiveSession, Stop> {
        let sessions = self.sessions(cx, browser).await?;
        opened(&flow.state, &sessions).cloned().ok_or(Stop::NotSignedIn)
    }

    async fn verified_domains(&self, tenant: TenantId, now: Timestamp) -> Result<Vec<DomainName>, Fault> {
        let mut tx = self.pool()?.read(Scope::tenant(tenant), "verified_domains").await?;
        verified_domains(&mut tx, now).await
    }

    async fn note_join_denied(&self, cx: &Ctx, tenant: TenantId, reason: &'static str) {
        self.note_refusal(cx, Some(tenant), What::DomainJoinDenied { reason }).await;
    }
}

fn joins_by_domain(tenant: &Tenant) -> bool {
    tenant.policy.join_by_domain
}

/// The session that was opened in a flow with an own credential.
fn opened<'a>(state: &FlowState, sessions: &'a [LiveSession]) -> Option<&'a LiveSession> {
    let opened = state.opened?;
    sessions.iter().find(|session| session.id == opened && session.authority == Authority::Full)
}

/// The domains that the tenant has authority over now.
async fn verified_domains(tx: &mut impl Reads, now: Timestamp) -> Result<Vec<DomainName>, Fault> {
    let all = domains::list(tx).await?;
    Ok(all.into_iter().filter(|claim| claim.holds(now)).map(|claim| claim.name).collect())
}
