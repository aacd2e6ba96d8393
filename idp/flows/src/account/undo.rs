//! A change of the main address, or the wish to end the account, taken back by whoever reads a mailbox, in any browser.

use gatehouse_domain::audit::{Actor, Concerned, Event, Record, What};
use gatehouse_domain::email::LeftBecause;
use gatehouse_domain::ids::{AddressId, IdentityId, uuid_v7};
use gatehouse_domain::mail::Message;
use gatehouse_domain::secret::Digest;
use gatehouse_domain::time::Timestamp;
use gatehouse_keys::mint::{Handle, Kind};
use gatehouse_store::addresses::{self, Address, Released};
use gatehouse_store::undos::{self, Undo, Undoes};
use gatehouse_store::{Scope, Trail, WriteTx, browsers, identities, proofs, sessions};

use super::deletion::call_off;
use super::{Person, account_page, scope_at};
use crate::jobs::SessionEnded;
use crate::login::Stop;
use crate::mail::SealedLetter;
use crate::mailbox::COOL_OFF;
use crate::{Ctx, Fault, Idp, Issuer};

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

/// What was taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Undone {
    /// A change of the main address.
    Address,
    /// The end of the account.
    Deletion,
}

/// A change of the main address that is taken back.
#[derive(Debug, Clone, Copy)]
struct Change {
    old: AddressId,
    new: AddressId,
    done_at: Timestamp,
}

impl Change {
    /// The addresses that go with it: every one proven since, and of those that were put before the old one, each that is younger.
    /// Whoever broke into the account proved theirs after the owner had proven the old one, and perhaps days before the change. An
    /// address older than the one that comes back stays in any case: no link takes from an owner what they had before.
    fn going<'a>(&self, all: &'a [Address]) -> impl Iterator<Item = &'a Address> {
        let Self { old, new, done_at } = *self;
        let restored = all.iter().find(|address| address.id == old).and_then(|address| address.verified_at);
        all.iter().filter(move |address| {
            let since = address.verified_at.is_some_and(|at| at >= done_at);
            let preferred = address.id == new || address.primary;
            address.id != old && (since || (preferred && address.verified_at > restored))
        })
    }
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
    pub async fn undo(&self, cx: &Ctx, issuer: &Issuer, token: &str) -> Result<Undone, Stop> {
        let (digest, undo) = self.undo_of(cx, token).await?;
        match undo.undoes {
            Undoes::Address { old, new } => {
                let change = Change { old, new, done_at: undo.done_at };
                self.restore_primary(cx, issuer, &digest, undo.identity, change).await?;
                Ok(Undone::Address)
            }
            Undoes::Deletion => {
                self.keep_by_link(cx, &digest, undo.identity).await?;
                Ok(Undone::Deletion)
            }
        }
    }

    async fn undo_of(&self, cx: &Ctx, token: &str) -> Result<(Digest, Undo), Stop> {
        let digest = Handle::parse(Kind::MailLink, token).map_err(|_| Stop::LinkGone)?.digest;
        let undo = undos::find(self.pool()?, &digest, cx.now).await?.ok_or(Stop::LinkGone)?;
        Ok((digest, undo))
    }

    /// One transaction: the old main address is back; what whoever made the change had put in is gone; so is the password, which they
    /// had shown; every session ends, and every proven address hears of it.
    async fn restore_primary(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        token: &Digest,
        identity: IdentityId,
        change: Change,
    ) -> Result<(), Stop> {
        let key = self.release_key().await?;
        let letters = self.restored_letters(cx, issuer, identity, change.old).await?;
        let mut tx = self.pool()?.write(scope_at(issuer, identity), "undo").await?;
        if !identities::lock(&mut tx).await? || !undos::spend(&mut tx, token, cx.now).await? {
            return Err(Stop::LinkGone);
        }
        // Read only now: what was proven while this waited for its turn goes too.
        let all = addresses::list(&mut tx).await?;
        if !addresses::make_primary(&mut tx, change.old).await? {
            return Err(Stop::LinkGone);
        }
        let mut records =
            vec![self.anonymous_record(cx, identity, What::EmailChangeUndone(Concerned { identity })).await?];
        for address in change.going(&all) {
            let mark = key.tag(address.address.canonical().as_bytes());
            records.extend(self.release_undone(cx, &mut tx, identity, address.id, &mark).await?);
        }
        undos::void_later(&mut tx, change.old).await?;
        records.extend(self.end_everything(cx, &mut tx, identity).await?);
        for letter in letters {
            letter.post(&mut tx).await?;
        }
        tx.commit(Trail::of(records)).await?;
        self.job_bell.notify_one();
        self.ring_mail();
        Ok(())
    }

    /// Letters to every address that is proven until now, those that go among them (rule D19).
    async fn restored_letters(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        identity: IdentityId,
        old: AddressId,
    ) -> Result<Vec<SealedLetter>, Stop> {
        let person = {
            let mut tx = self.pool()?.read(Scope::identity(identity), "undo_addresses").await?;
            let profile = identities::profile(&mut tx).await?.ok_or(Stop::LinkGone)?;
            let addresses = addresses::list(&mut tx).await?;
            Person { name: profile.name, locale: profile.locale, addresses }
        };
        let restored = person.addresses.iter().find(|address| address.id == old).ok_or(Stop::LinkGone)?;
        let message = || Message::AddressRestored {
            address: restored.address.to_string(),
            account: account_page(issuer),
        };
        Ok(self.tell(cx, issuer, &person, &|_| true, &message).await?)
    }

    /// Takes the password away and ends every session with what it brought forth, every known browser and every proof; a wish to end the
    /// account ends too.
    async fn end_everything(
        &self,
        cx: &Ctx,
        tx: &mut WriteTx,
        identity: IdentityId,
    ) -> Result<Vec<Record>, Stop> {
        let mut records = Vec::new();
        if let Some(credential) = identities::remove_password(tx).await? {
            let removed = What::CredentialRemoved { identity, credential, method: "password" };
            records.push(self.anonymous_record(cx, identity, removed).await?);
        }
        let ended = sessions::end_others(tx, None, CHANGE_UNDONE, cx.now).await?;
        let count = u32::try_from(ended.len()).unwrap_or(u32::MAX);
        for (session, tenants) in ended {
            self.queue_session_ended(tx, &SessionEnded { identity, session, tenants }).await?;
        }
        identities::raise_epoch(tx).await?;
        browsers::forget(tx, None).await?;
        proofs::void(tx).await?;
        if call_off(tx, cx.now).await? {
            let kept = What::DeletionCancelled(Concerned { identity });
            records.push(self.anonymous_record(cx, identity, kept).await?);
        }
        let revoked = What::SessionsRevoked { identity, count, reason: CHANGE_UNDONE };
        records.push(self.anonymous_record(cx, identity, revoked).await?);
        Ok(records)
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
