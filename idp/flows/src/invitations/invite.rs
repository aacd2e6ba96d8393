//! Asking somebody to join.

use gatehouse_domain::access::may_grant;
use gatehouse_domain::audit::{Actor, Record, What};
use gatehouse_domain::email::EmailAddress;
use gatehouse_domain::identity::{MemberStatus, Role};
use gatehouse_domain::ids::{InvitationId, MemberId, TenantId};
use gatehouse_domain::invitation::{InvitationState, LIFE};
use gatehouse_domain::mail::{Letter, Message};
use gatehouse_domain::oauth::Owner;
use gatehouse_domain::secret::{Digest, Secret};
use gatehouse_domain::time::Timestamp;
use gatehouse_keys::mint::{Kind, mint};
use gatehouse_store::invitations::{self, Invitation};
use gatehouse_store::members::{self, Member};
use gatehouse_store::{Insertion, Scope, Trail};

use crate::mail::SealedLetter;
use crate::{Fault, Idp, Issuer};

/// Who invites.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inviter {
    /// Whoever runs the commands on the host.
    Operator,
    /// A member of the tenant.
    Member(MemberId),
}

/// Who is to be invited, as what.
#[derive(Debug, Clone)]
pub struct NewInvitation {
    /// The address.
    pub address: EmailAddress,
    /// The role.
    pub role: Role,
    /// The name by which the tenant will know the person.
    pub name: Option<String>,
}

/// The link of an invitation, which exists only here and in the letter.
#[derive(Debug, Clone)]
pub struct InvitationLink {
    /// The invitation.
    pub id: InvitationId,
    /// Whose it is.
    pub address: EmailAddress,
    /// The whole address to open.
    pub link: Secret<String>,
    /// Whether a letter with it is on its way.
    pub mailed: bool,
}

/// Why nobody was invited.
#[derive(Debug, thiserror::Error)]
pub enum InviteFault {
    /// The inviter may not give the role (abuse case INV-05).
    #[error("the role is not the inviter's to give")]
    RoleNotGrantable,
    /// The issuer is no tenant's.
    #[error("only tenants have members")]
    NoTenant,
    /// The address has an invitation that waits for its answer.
    #[error("the address is invited already")]
    Pending,
    /// Whoever invited is no member any more, or may not give the role now.
    #[error("whoever sent the invitation may not give its role any more; invite again")]
    InviterGone,
    /// Machinery.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<gatehouse_store::StoreError> for InviteFault {
    fn from(error: gatehouse_store::StoreError) -> Self {
        Self::Fault(error.into())
    }
}

/// A new link and the letter that carries it.
pub(crate) struct Prepared {
    pub(crate) digest: Digest,
    pub(crate) link: InvitationLink,
    pub(crate) letter: Option<SealedLetter>,
}

impl Idp {
    /// Invites somebody, with a letter where mail can be sent. A pending invitation of the address is replaced if `replace` says
    /// so: another role is another invitation.
    ///
    /// # Errors
    /// Why nobody was invited.
    pub async fn invite(
        &self,
        issuer: &Issuer,
        by: Inviter,
        new: &NewInvitation,
        replace: bool,
    ) -> Result<InvitationLink, InviteFault> {
        let tenant = issuer.tenant_id().ok_or(InviteFault::NoTenant)?;
        let now = self.now();
        let inviter = self.inviter(tenant, by, new.role).await?;
        let actor = inviter.as_ref().map_or(Actor::Operator, acting);
        let invitation = Invitation {
            id: InvitationId::mint(now, self.rng.as_ref()),
            address: new.address.clone(),
            role: new.role,
            name: new.name.clone(),
            inviter: inviter.as_ref().map(|member| member.id),
            state: InvitationState::Pending,
            created_at: now,
            sent_at: now,
            expires_at: now + LIFE,
            closed_by: None,
        };
        let prepared = self.prepare_link(issuer, &invitation, inviter.and_then(|member| member.name)).await?;
        let created = What::InvitationCreated { invitation: invitation.id, role: invitation.role };
        let mut records = vec![self.invitation_event(tenant, actor, now, created).await?];
        let canonical = new.address.canonical();
        let older = {
            let mut tx = self.pool()?.read(Scope::tenant(tenant), "invitation_pending").await?;
            invitations::pending(&mut tx, &canonical).await?
        };
        if let Some(older) = &older {
            let over = older.state_at(now) == InvitationState::Expired;
            if !(over || replace) {
                return Err(InviteFault::Pending);
            }
            let what = What::InvitationRevoked { invitation: older.id };
            records.push(self.invitation_event(tenant, actor, now, what).await?);
        }
        let mut tx = self.pool()?.write(Scope::tenant(tenant), "invite").await?;
        if let Some(older) = &older
            && !invitations::revoke(&mut tx, older.id, now).await?
        {
            return Err(InviteFault::Pending);
        }
        if invitations::insert(&mut tx, &invitation, &prepared.digest).await? != Insertion::Done {
            return Err(InviteFault::Pending);
        }
        if let Some(letter) = &prepared.letter {
            letter.post(&mut tx).await?;
        }
        tx.commit(Trail::of(records)).await?;
        self.ring_mail();
        Ok(prepared.link)
    }

    /// The member who invites, none for the operator, if the role may be given; a refusal leaves its event.
    async fn inviter(
        &self,
        tenant: TenantId,
        by: Inviter,
        role: Role,
    ) -> Result<Option<Member>, InviteFault> {
        let Inviter::Member(id) = by else { return Ok(None) };
        let member = {
            let mut tx = self.pool()?.read(Scope::tenant(tenant), "inviter").await?;
            members::by_id(&mut tx, id).await?
        };
        if member.as_ref().is_some_and(|member| may_invite(member, role)) {
            return Ok(member);
        }
        let what = What::InvitationDenied { role, reason: "role_not_grantable" };
        let actor = member.as_ref().map_or(Actor::Anonymous, acting);
        self.append(self.invitation_event(tenant, actor, self.now(), what).await?).await?;
        Err(InviteFault::RoleNotGrantable)
    }

    /// The record of an event of a tenant about an invitation.
    pub(crate) async fn invitation_event(
        &self,
        tenant: TenantId,
        actor: Actor,
        now: Timestamp,
        what: What,
    ) -> Result<Record, Fault> {
        self.record_of_person(self.event_of(Owner::Tenant(tenant), actor, now, what)).await
    }

    /// A new link for an invitation and, where mail can be sent, the letter with it. Everything in it comes from the invitation: the
    /// letter may go by the tenant's own mail server, which must not learn whether the address has an account, nor whose.
    pub(crate) async fn prepare_link(
        &self,
        issuer: &Issuer,
        invitation: &Invitation,
        inviter: Option<String>,
    ) -> Result<Prepared, Fault> {
        let minted = mint(Kind::MailLink, None, self.rng.as_ref());
        let link = || Secret::new(format!("{}/invitations/{}", issuer.iss(), minted.text.expose()));
        let letter = if self.can_mail() {
            let letter = Letter {
                to: invitation.address.clone(),
                name: invitation.name.clone(),
                locale: None,
                message: Message::Invitation {
                    tenant: issuer.tenant().map(|tenant| tenant.name.to_string()).unwrap_or_default(),
                    inviter,
                    role: invitation.role,
                    link: link(),
                    expires_at: invitation.expires_at,
                },
                occasion: None,
            };
            Some(self.letter(issuer, &letter).await?)
        } else {
            None
        };
        let link = InvitationLink {
            id: invitation.id,
            address: invitation.address.clone(),
            link: link(),
            mailed: letter.is_some(),
        };
        Ok(Prepared { digest: minted.digest, link, letter })
    }
}

/// Whether a member may ask somebody in as this.
pub(super) fn may_invite(member: &Member, role: Role) -> bool {
    member.status == MemberStatus::Active && may_grant(&member.roles, role)
}

/// Who the event log says has done it.
const fn acting(member: &Member) -> Actor {
    Actor::Identity { identity: member.identity, session: None }
}
