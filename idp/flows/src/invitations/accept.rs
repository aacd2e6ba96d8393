//! The answer to an invitation, by whoever has proven the address.

use gatehouse_domain::audit::{Actor, Event, Record, What};
use gatehouse_domain::identity::MemberStatus;
use gatehouse_domain::ids::{IdentityId, InvitationId, MemberId, SessionId};
use gatehouse_domain::session::LiveSession;
use gatehouse_store::invitations::{self, Acceptance};
use gatehouse_store::members::{self, Admission, Member};
use gatehouse_store::{Scope, Trail, identities};

use super::find::{Open, inviters};
use crate::login::{Browser, Stop};
use crate::{Ctx, Fault, Idp, Issuer};

/// What accepting led to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accepted {
    /// The person is a member now.
    Joined,
    /// The person was one already, and stays what they were.
    Already,
}

/// The invitation is declined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Declined;

impl Idp {
    /// Accepts an invitation as one of the accounts of a browser. Tenant, address and role come from the stored row alone.
    ///
    /// # Errors
    /// [`Stop::InvitationMismatch`] for an account that has not proven the address; [`Stop::InvitationGone`] if it cannot be
    /// accepted any more, whoever asks.
    pub async fn accept_invitation(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        browser: &Browser,
        token: &str,
        session: &str,
    ) -> Result<Accepted, Stop> {
        let open = self.open_invitation(cx, issuer, token).await?;
        let session = self.answering(cx, browser, &open, session).await?;
        self.accept_open(cx, &open, &session).await
    }

    /// Accepts one for whoever has proven its address.
    pub(super) async fn accept_open(
        &self,
        cx: &Ctx,
        open: &Open,
        session: &LiveSession,
    ) -> Result<Accepted, Stop> {
        let there = {
            let mut tx = self.pool()?.read(Scope::tenant(open.tenant), "invitation_member").await?;
            members::by_identity(&mut tx, session.identity).await?
        };
        let already = there.as_ref().is_some_and(|row| row.status == MemberStatus::Active);
        let role = open.invitation.role;
        let member = Member {
            id: there.map_or_else(|| MemberId::mint(cx.now, self.rng.as_ref()), |row| row.id),
            identity: session.identity,
            status: MemberStatus::Active,
            roles: vec![role],
            login_address: None,
            name: open.invitation.name.clone().or_else(|| session.name.clone()),
            epoch: 1,
        };
        let by = Actor::Identity { identity: session.identity, session: Some(session.id) };
        let id = open.invitation.id;
        let mut facts = vec![What::InvitationAccepted { invitation: id, identity: session.identity, role }];
        if !already {
            facts.push(What::MemberChanged {
                tenant: open.tenant,
                member: member.id,
                identity: member.identity,
                status: member.status,
                roles: member.roles.clone(),
            });
        }
        let records = self.invitation_records(cx, open, (by, session.identity), facts).await?;
        let grantors = inviters(role);
        let link = open.link.as_ref();
        let acceptance = Acceptance { id, link, identity: session.identity, role, grantors: &grantors };
        let scope = Scope::both(open.tenant, session.identity);
        let mut tx = self.pool()?.write(scope, "accept_invitation").await?;
        if !identities::lock_for(&mut tx, session).await? {
            return Err(Stop::NotSignedIn);
        }
        if !invitations::accept(&mut tx, &acceptance, cx.now).await? {
            return Err(Stop::InvitationGone);
        }
        let accepted = match members::admit(&mut tx, &member, cx.now).await? {
            Admission::In(row) if row == member.id && !already => Accepted::Joined,
            Admission::Already if already => Accepted::Already,
            // Who is shut out stays so, and learns no more than anybody whose link is worth nothing.
            Admission::ShutOut => return Err(Stop::InvitationGone),
            Admission::In(_) | Admission::Already => return Err(Stop::Replayed),
        };
        tx.commit(Trail::of(records)).await?;
        Ok(accepted)
    }

    /// Declines an invitation as one of the accounts of a browser.
    ///
    /// # Errors
    /// As [`accept_invitation`](Self::accept_invitation).
    pub async fn decline_invitation(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        browser: &Browser,
        token: &str,
        session: &str,
    ) -> Result<Declined, Stop> {
        let open = self.open_invitation(cx, issuer, token).await?;
        let session = self.answering(cx, browser, &open, session).await?;
        let (id, identity) = (open.invitation.id, session.identity);
        let by = Actor::Identity { identity, session: Some(session.id) };
        let facts = vec![What::InvitationDeclined { invitation: id, identity }];
        let records = self.invitation_records(cx, &open, (by, identity), facts).await?;
        let link = open.link.as_ref().ok_or(Stop::InvitationGone)?;
        let mut tx = self.pool()?.write(Scope::both(open.tenant, identity), "decline_invitation").await?;
        if !identities::lock_for(&mut tx, &session).await? {
            return Err(Stop::NotSignedIn);
        }
        if !invitations::decline(&mut tx, id, link, identity, cx.now).await? {
            return Err(Stop::InvitationGone);
        }
        tx.commit(Trail::of(records)).await?;
        Ok(Declined)
    }

    /// The account that answers: the one that the page showed, and it has proven the address.
    async fn answering(
        &self,
        cx: &Ctx,
        browser: &Browser,
        open: &Open,
        session: &str,
    ) -> Result<LiveSession, Stop> {
        let named = session.parse::<SessionId>().map_err(|_| Stop::OutOfOrder)?;
        let mut sessions = self.full_sessions(cx, browser).await?.into_iter();
        let session = sessions.find(|session| session.id == named).ok_or(Stop::OutOfOrder)?;
        if open.owner == Some(session.identity) {
            return Ok(session);
        }
        self.note_mismatch(cx, open).await;
        Err(Stop::InvitationMismatch)
    }

    async fn invitation_records(
        &self,
        cx: &Ctx,
        open: &Open,
        (actor, subject): (Actor, IdentityId),
        facts: Vec<What>,
    ) -> Result<Vec<Record>, Fault> {
        let email = open.invitation.address.canonical();
        let mut records = Vec::new();
        for what in facts {
            let event = Event {
                subject: Some(subject),
                personal: Some(Self::personal(cx, Some(&email))),
                ..self.event(cx, actor, Some(open.tenant), what)
            };
            records.extend(self.personal_records(event).await?);
        }
        Ok(records)
    }
}

/// What a new account needs of the invitation that it is made by.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ByInvitation {
    /// The row.
    pub(crate) id: InvitationId,
    /// As what.
    pub(crate) role: gatehouse_domain::identity::Role,
}

impl ByInvitation {
    /// Accepts it in the transaction that has just proven its address for the person.
    pub(crate) async fn accept(
        self,
        tx: &mut gatehouse_store::WriteTx,
        identity: IdentityId,
        now: gatehouse_domain::time::Timestamp,
    ) -> Result<bool, Fault> {
        let grantors = inviters(self.role);
        let acceptance =
            Acceptance { id: self.id, link: None, identity, role: self.role, grantors: &grantors };
        Ok(invitations::accept(tx, &acceptance, now).await?)
    }
}
