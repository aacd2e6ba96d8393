//! The end of an account: asked for, waited for, and taken back meanwhile.

use chrono::TimeDelta;
use gatehouse_domain::audit::{Concerned, What};
use gatehouse_domain::ids::{IdentityId, TenantId};
use gatehouse_domain::mail::Message;
use gatehouse_domain::secret::{Digest, Secret};
use gatehouse_domain::time::Timestamp;
use gatehouse_keys::mint::{Kind, mint};
use gatehouse_store::{Scope, Trail, WriteTx, identities, members, undos};

use super::{FreshSession, FullSession, scope_at};
use crate::login::Stop;
use crate::{Ctx, Fault, Idp, Issuer};

/// How long an account waits for its end.
pub(crate) const WAIT: TimeDelta = TimeDelta::days(7);

/// Whether an account ends, or can.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// Nobody asked for it.
    Stays,
    /// These organisations would be left without an owner.
    Owner(Vec<String>),
    /// It ends then.
    Due(Timestamp),
}

/// A link that keeps an account, before anybody has it.
pub(crate) struct KeepLink {
    pub(crate) digest: Digest,
    pub(crate) address: String,
}

impl Idp {
    /// Whether the account of a session ends, or can.
    ///
    /// # Errors
    /// If the machinery failed, or the person is gone.
    pub async fn ending(&self, session: &FullSession) -> Result<Ending, Stop> {
        if let Some(due) = self.due(session).await? {
            return Ok(Ending::Due(due));
        }
        let memberships: Vec<TenantId> =
            session.session().memberships.iter().map(|member| member.tenant).collect();
        let owned = self.only_owner_of(session.identity(), &memberships).await?;
        Ok(if owned.is_empty() { Ending::Stays } else { Ending::Owner(owned) })
    }

    async fn due(&self, session: &FullSession) -> Result<Option<Timestamp>, Stop> {
        let mut tx = self.pool()?.read(Scope::identity(session.identity()), "ending").await?;
        Ok(identities::profile(&mut tx).await?.ok_or(Stop::NotSignedIn)?.delete_at)
    }

    /// Takes the wish to end the account. Until it is due everything goes on, and every proven address has a link that keeps it.
    ///
    /// # Errors
    /// Why nothing was changed.
    pub async fn ask_deletion(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        session: &FreshSession,
    ) -> Result<Ending, Stop> {
        let ending = self.ending(session.full()).await?;
        if ending != Ending::Stays {
            return Ok(ending);
        }
        let identity = session.identity();
        let due = cx.now + WAIT;
        let person = self.person(session.session()).await?;
        let link = self.keep_link(issuer);
        let message = || Message::DeletionRequested { due, undo: Secret::new(link.address.clone()) };
        let letters = self.tell(cx, issuer, &person, &|_| true, &message).await?;
        let record =
            self.record_by(cx, session.session(), What::DeletionRequested(Concerned { identity })).await?;
        let mut tx = self.pool()?.write(scope_at(issuer, identity), "ask_deletion").await?;
        if !identities::lock_for(&mut tx, session.session()).await? {
            return Err(Stop::NotSignedIn);
        }
        if !identities::ask_deletion(&mut tx, due).await? {
            return Err(Stop::Replayed);
        }
        undos::put_deletion(&mut tx, &link.digest, cx.now, due).await?;
        for letter in letters {
            letter.post(&mut tx).await?;
        }
        tx.commit(Trail::of([record])).await?;
        self.ring_mail();
        Ok(Ending::Due(due))
    }

    /// Keeps the account, from its own page; whether its end had been asked for.
    ///
    /// # Errors
    /// If the machinery failed.
    pub async fn keep_account(&self, cx: &Ctx, session: &FullSession) -> Result<bool, Stop> {
        let identity = session.identity();
        let record =
            self.record_by(cx, session.session(), What::DeletionCancelled(Concerned { identity })).await?;
        let mut tx = self.pool()?.write(Scope::identity(identity), "keep_account").await?;
        if !identities::lock_for(&mut tx, session.session()).await? {
            return Err(Stop::NotSignedIn);
        }
        if !call_off(&mut tx, cx.now).await? {
            return Ok(false);
        }
        tx.commit(Trail::of([record])).await?;
        Ok(true)
    }

    /// Keeps the account, by a mailed link.
    pub(super) async fn keep_by_link(
        &self,
        cx: &Ctx,
        token: &Digest,
        identity: IdentityId,
    ) -> Result<(), Stop> {
        let record =
            self.anonymous_record(cx, identity, What::DeletionCancelled(Concerned { identity })).await?;
        let mut tx = self.pool()?.write(Scope::identity(identity), "keep_by_link").await?;
        if !identities::lock(&mut tx).await?
            || !undos::spend(&mut tx, token, cx.now).await?
            || !call_off(&mut tx, cx.now).await?
        {
            return Err(Stop::LinkGone);
        }
        tx.commit(Trail::of([record])).await?;
        Ok(())
    }

    /// A link for the letters about an account that is to end.
    pub(crate) fn keep_link(&self, issuer: &Issuer) -> KeepLink {
        let minted = mint(Kind::MailLink, None, self.rng.as_ref());
        let address = format!("{}/account/undo?token={}", issuer.iss(), minted.text.expose());
        KeepLink { digest: minted.digest, address }
    }

    /// The names of the tenants, personal ones apart, whose only owner a person is.
    pub(crate) async fn only_owner_of(
        &self,
        identity: IdentityId,
        tenants: &[TenantId],
    ) -> Result<Vec<String>, Fault> {
        let mut owned = Vec::new();
        for &id in tenants {
            let Some(tenant) = self.tenant(id).await?.filter(|tenant| !tenant.personal) else { continue };
            let mut tx = self.pool()?.read(Scope::tenant(id), "only_owner").await?;
            if members::is_only_owner(&mut tx, identity).await? {
                owned.push(tenant.name.to_string());
            }
        }
        Ok(owned)
    }
}

/// Takes back the wish to end the account of the person in scope, and makes the links of its letters worthless; whether there was one
/// that could be taken back. Whatever gives an account back to its owner does so too (rule D3): whoever had broken in may have asked.
pub(crate) async fn call_off(tx: &mut WriteTx, now: Timestamp) -> Result<bool, Fault> {
    let called_off = identities::cancel_deletion(tx, now).await?;
    if called_off {
        undos::void_deletion(tx).await?;
    }
    Ok(called_off)
}
