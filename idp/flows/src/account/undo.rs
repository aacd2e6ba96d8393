//! A change of the main address, or the wish to end the account, taken back by whoever reads a mailbox, in any browser.

use gatehouse_domain::audit::{Actor, Concerned, Event, Record, What};
use gatehouse_domain::email::LeftBecause;
use gatehouse_domain::ids::{AddressId, IdentityId, uuid_v7};
use gatehouse_domain::secret::Digest;
use gatehouse_domain::time::Timestamp;
use gatehouse_keys::mint::{Handle, Kind};
use gatehouse_store::addresses::{self, Released};
use gatehouse_store::undos::{self, Undo, Undoes};
use gatehouse_store::{Scope, Trail, WriteTx, browsers, identities, proofs, sessions};

use crate::jobs::SessionEnded;
use crate::login::Stop;
use crate::mailbox::COOL_OFF;
use crate::{Ctx, Fault, Idp};

/// Why everything ends.
const CHANGE_UNDONE: &str = "address_change_undone";

/// What a link takes back, for the page that asks whether it was meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UndoFace {
    /// A change of the main address.
    Address {
        /// The address that becomes the main one again.
        old: String,
        /// The one that goes, unless it is gone already.
        new: Option<String>,
    },
    /// The end of the account.
    Deletion {
        /// When it is due.
        due: Timestamp,
    },
}

impl Idp {
    /// What the link of a token takes back. Looking changes nothing.
    ///
    /// # Errors
    /// [`Stop::LinkGone`] if it is good no longer.
    pub async fn look_at_undo(&self, cx: &Ctx, token: &str) -> Result<UndoFace, Stop> {
        let (_, undo) = self.undo_of(cx, token).await?;
        let Undoes::Address { old, new } = undo.undoes else {
            return Ok(UndoFace::Deletion { due: undo.expires_at });
        };
        let mut tx = self.pool()?.read(Scope::identity(undo.identity), "look_at_undo").await?;
        let all = addresses::list(&mut tx).await?;
        let text = |id: AddressId| {
            all.iter().find(|address| address.id == id).map(|address| address.address.to_string())
        };
        Ok(UndoFace::Address { old: text(old).ok_or(Stop::LinkGone)?, new: text(new) })
    }

    /// Takes the change back, once.
    ///
    /// # Errors
    /// [`Stop::LinkGone`] if the link is good no longer.
    pub async fn undo(&self, cx: &Ctx, token: &str) -> Result<UndoFace, Stop> {
        let face = self.look_at_undo(cx, token).await?;
        let (digest, undo) = self.undo_of(cx, token).await?;
        match undo.undoes {
            Undoes::Address { old, new } => self.restore_primary(cx, &digest, &undo, (old, new)).await?,
            Undoes::Deletion => self.keep_by_link(cx, &digest, undo.identity).await?,
        }
        Ok(face)
    }

    async fn undo_of(&self, cx: &Ctx, token: &str) -> Result<(Digest, Undo), Stop> {
        let digest = Handle::parse(Kind::MailLink, token).map_err(|_| Stop::LinkGone)?.digest;
        let undo = undos::find(self.pool()?, &digest, cx.now).await?.ok_or(Stop::LinkGone)?;
        Ok((digest, undo))
    }

    /// One transaction: the old main address is back; the new one, and every address proven since, is gone; so is the password,
    /// which whoever made the change had shown; every session ends.
    async fn restore_primary(
        &self,
        cx: &Ctx,
        token: &Digest,
        undo: &Undo,
        (old, new): (AddressId, AddressId),
    ) -> Result<(), Stop> {
        let identity = undo.identity;
        let all = {
            let mut tx = self.pool()?.read(Scope::identity(identity), "undo_addresses").await?;
            addresses::list(&mut tx).await?
        };
        let goes = |address: &addresses::Address| {
            let since = address.verified_at.is_some_and(|at| at >= undo.done_at);
            address.id != old && (address.id == new || since)
        };
        let mut going = Vec::new();
        for address in all.iter().filter(|address| goes(address)) {
            going.push((address.id, self.release_mark(&address.address.canonical()).await?));
        }
        let mut tx = self.pool()?.write(Scope::identity(identity), "undo").await?;
        if !identities::lock(&mut tx).await?
            || !undos::spend(&mut tx, token, cx.now).await?
            || !addresses::make_primary(&mut tx, old).await?
        {
            return Err(Stop::LinkGone);
        }
        let mut records =
            vec![self.anonymous_record(cx, identity, What::EmailChangeUndone(Concerned { identity })).await?];
        for (address, mark) in going {
            records.extend(self.release_undone(cx, &mut tx, identity, address, &mark).await?);
        }
        if let Some(credential) = identities::remove_password(&mut tx).await? {
            let removed = What::CredentialRemoved { identity, credential, method: "password" };
            records.push(self.anonymous_record(cx, identity, removed).await?);
        }
        let ended = sessions::end_others(&mut tx, None, CHANGE_UNDONE, cx.now).await?;
        let count = u32::try_from(ended.len()).unwrap_or(u32::MAX);
        for (session, tenants) in ended {
            self.queue_session_ended(&mut tx, &SessionEnded { identity, session, tenants }).await?;
        }
        identities::raise_epoch(&mut tx).await?;
        browsers::forget(&mut tx, None).await?;
        proofs::void(&mut tx).await?;
        let revoked = What::SessionsRevoked { identity, count, reason: CHANGE_UNDONE };
        records.push(self.anonymous_record(cx, identity, revoked).await?);
        tx.commit(Trail::of(records)).await?;
        self.job_bell.notify_one();
        Ok(())
    }

    async fn release_undone(
        &self,
        cx: &Ctx,
        tx: &mut WriteTx,
        identity: IdentityId,
        address: AddressId,
        mark: &[u8; 32],
    ) -> Result<Option<Record>, Stop> {
        let evidence = uuid_v7(cx.now, self.rng.as_ref());
        let times = (cx.now, cx.now + COOL_OFF);
        let why = LeftBecause::Released;
        if addresses::release(tx, address, mark, why, evidence, times).await? != Released::Done {
            return Ok(None);
        }
        let retired = What::EmailRetired { identity, reason: why };
        Ok(Some(self.anonymous_record(cx, identity, retired).await?))
    }

    /// An event in a person's own stream by whoever had a mailed link.
    pub(super) async fn anonymous_record(
        &self,
        cx: &Ctx,
        identity: IdentityId,
        what: What,
    ) -> Result<Record, Fault> {
        let event = Event { subject: Some(identity), ..self.event(cx, Actor::Anonymous, None, what) };
        self.record_of_person(event).await
    }
}
