//! What becomes of invitations that are out: listed, sent again, taken back, over.

use chrono::TimeDelta;
use gatehouse_domain::audit::{Actor, What};
use gatehouse_domain::email::EmailAddress;
use gatehouse_domain::identity::Role;
use gatehouse_domain::ids::{InvitationId, TenantId};
use gatehouse_domain::invitation::{InvitationState, LIFE};
use gatehouse_domain::oauth::Owner;
use gatehouse_domain::time::Timestamp;
use gatehouse_store::invitations::{self, Invitation};
use gatehouse_store::{NoTrail, Page, Scope, Trail, WriteTx, members};
use serde::Serialize;

use super::InvitationLink;
use super::invite::{InviteFault, may_invite};
use crate::{Fault, Idp, Issuer};

/// How long it is kept whom a tenant had invited after it was answered, taken back or over.
const KEPT: TimeDelta = TimeDelta::days(90);

/// An invitation as lists show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InvitationRow {
    /// Its id.
    pub id: InvitationId,
    /// Who is invited.
    pub email: EmailAddress,
    /// As what.
    pub role: Role,
    /// Where it stands now.
    pub state: InvitationState,
    /// When it was made.
    pub created_at: Timestamp,
    /// When its link was last sent.
    pub sent_at: Timestamp,
    /// Until when it can be accepted.
    pub expires_at: Timestamp,
}

/// How somebody names an invitation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InvitationName {
    /// By its id.
    Id(InvitationId),
    /// By the address, whose latest one is meant.
    Address(EmailAddress),
}

/// What became of a change.
#[derive(Debug, Clone)]
pub enum Managed<T> {
    /// Done.
    Done(T),
    /// There is no such invitation that waits for an answer.
    NonePending,
}

impl Idp {
    /// The invitations of a tenant, the oldest first.
    ///
    /// # Errors
    /// If the machinery failed.
    pub async fn invitations(&self, issuer: &Issuer) -> Result<Vec<InvitationRow>, InviteFault> {
        let tenant = issuer.tenant_id().ok_or(InviteFault::NoTenant)?;
        let now = self.now();
        let mut tx = self.pool()?.read(Scope::tenant(tenant), "invitations").await?;
        let all = all(&mut tx).await?;
        Ok(all.iter().map(|invitation| InvitationRow::of(invitation, now)).collect())
    }

    /// Sends an invitation again, even one whose time is over: its time begins anew, and the link of the letter before is worth
    /// nothing any more.
    ///
    /// # Errors
    /// [`InviteFault::InviterGone`] if the link would be worth nothing; else if the machinery failed.
    pub async fn resend_invitation(
        &self,
        issuer: &Issuer,
        name: &InvitationName,
    ) -> Result<Managed<InvitationLink>, InviteFault> {
        let tenant = issuer.tenant_id().ok_or(InviteFault::NoTenant)?;
        let now = self.now();
        let Some(found) = self.named_invitation(tenant, name).await? else { return Ok(Managed::NonePending) };
        let inviter = match found.inviter {
            Some(id) => {
                let mut tx = self.pool()?.read(Scope::tenant(tenant), "inviter").await?;
                let member = members::by_id(&mut tx, id).await?;
                let member = member.filter(|member| may_invite(member, found.role));
                member.ok_or(InviteFault::InviterGone)?.name
            }
            None => None,
        };
        let renewed = Invitation { expires_at: now + LIFE, ..found };
        let prepared = self.prepare_link(issuer, &renewed, inviter).await?;
        let what = What::InvitationResent { invitation: renewed.id };
        let record = self.invitation_event(tenant, Actor::Operator, now, what).await?;
        let mut tx = self.pool()?.write(Scope::tenant(tenant), "resend_invitation").await?;
        let until = (now, renewed.expires_at);
        if !invitations::resend(&mut tx, renewed.id, &prepared.digest, until).await? {
            return Ok(Managed::NonePending);
        }
        if let Some(letter) = &prepared.letter {
            letter.post(&mut tx).await?;
        }
        tx.commit(Trail::of([record])).await?;
        self.ring_mail();
        Ok(Managed::Done(prepared.link))
    }

    /// Takes an invitation back.
    ///
    /// # Errors
    /// If the machinery failed.
    pub async fn revoke_invitation(
        &self,
        issuer: &Issuer,
        name: &InvitationName,
    ) -> Result<Managed<InvitationId>, InviteFault> {
        let tenant = issuer.tenant_id().ok_or(InviteFault::NoTenant)?;
        let Some(found) = self.named_invitation(tenant, name).await? else { return Ok(Managed::NonePending) };
        if self.take_back(tenant, found.id).await? {
            Ok(Managed::Done(found.id))
        } else {
            Ok(Managed::NonePending)
        }
    }

    /// Takes one back by its id; false if it does not wait for an answer.
    pub(crate) async fn take_back(&self, tenant: TenantId, id: InvitationId) -> Result<bool, Fault> {
        let now = self.now();
        let what = What::InvitationRevoked { invitation: id };
        let record = self.invitation_event(tenant, Actor::Operator, now, what).await?;
        let mut tx = self.pool()?.write(Scope::tenant(tenant), "revoke_invitation").await?;
        if !invitations::revoke(&mut tx, id, now).await? {
            return Ok(false);
        }
        tx.commit(Trail::of([record])).await?;
        Ok(true)
    }

    async fn named_invitation(
        &self,
        tenant: TenantId,
        name: &InvitationName,
    ) -> Result<Option<Invitation>, Fault> {
        let mut tx = self.pool()?.read(Scope::tenant(tenant), "invitation").await?;
        let found = match name {
            InvitationName::Id(id) => invitations::by_id(&mut tx, *id).await?,
            InvitationName::Address(address) => invitations::latest(&mut tx, &address.canonical()).await?,
        };
        let unanswered = [InvitationState::Pending, InvitationState::Expired];
        Ok(found.filter(|found| unanswered.contains(&found.state)))
    }

    /// Marks the invitations of a tenant whose time is over and deletes those that ended long ago, in a sweep's transaction, and
    /// ends it.
    pub(crate) async fn expire_invitations(
        &self,
        mut tx: WriteTx,
        tenant: TenantId,
        now: Timestamp,
        batch: u16,
    ) -> Result<(), Fault> {
        invitations::forget(&mut tx, now - KEPT, batch).await?;
        let over = invitations::expire(&mut tx, now, batch).await?;
        if over.is_empty() {
            return Ok(tx.commit(Trail::none(NoTrail::Housekeeping)).await?);
        }
        let mut records = Vec::with_capacity(over.len());
        for invitation in over {
            let what = What::InvitationExpired { invitation };
            records.push(self.record(self.event_of(Owner::Tenant(tenant), Actor::System, now, what))?);
        }
        Ok(tx.commit(Trail::of(records)).await?)
    }
}

/// Every invitation of the tenant in scope.
pub(crate) async fn all(tx: &mut impl gatehouse_store::Reads) -> Result<Vec<Invitation>, Fault> {
    let mut all = Vec::new();
    let mut page = Page { after: None, limit: 500 };
    loop {
        let found = invitations::list(tx, page).await?;
        let Some(last) = found.last() else { return Ok(all) };
        page.after = Some(last.id.uuid());
        all.extend(found);
    }
}

impl InvitationRow {
    fn of(invitation: &Invitation, now: Timestamp) -> Self {
        Self {
            id: invitation.id,
            email: invitation.address.clone(),
            role: invitation.role,
            state: invitation.state_at(now),
            created_at: invitation.created_at,
            sent_at: invitation.sent_at,
            expires_at: invitation.expires_at,
        }
    }
}
