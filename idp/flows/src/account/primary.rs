//! Another main address. Who has the old one can take the change back for a while.

use chrono::TimeDelta;
use gatehouse_domain::audit::{Concerned, Record, What};
use gatehouse_domain::email::EmailAddress;
use gatehouse_domain::ids::AddressId;
use gatehouse_domain::mail::Message;
use gatehouse_domain::secret::{Digest, Secret};
use gatehouse_domain::session::LiveSession;
use gatehouse_domain::time::Timestamp;
use gatehouse_keys::mint::{Kind, mint};
use gatehouse_store::{Scope, Trail, WriteTx, addresses, identities, undos};

use super::{FreshSession, Person, account_page, scope_at};
use crate::login::Stop;
use crate::mail::SealedLetter;
use crate::{Ctx, Idp, Issuer};

/// How long a change of the main address can be taken back.
const UNDO_LIFE: TimeDelta = TimeDelta::hours(72);
/// Why sessions ended.
const ADDRESS_CHANGED: &str = "address_changed";

/// A change of the main address with everything that is written before its transaction.
pub(super) struct Promotion {
    old: Option<AddressId>,
    /// Whether it takes an earlier change back, by hand.
    back: bool,
    token: Digest,
    until: Timestamp,
    letters: Vec<SealedLetter>,
}

impl Idp {
    /// Makes a proven address the main one. Every other session ends; the proven addresses hear of it, with a link that takes
    /// the change back.
    ///
    /// Back to an address that such a link keeps there is no further link, and the first one stays good. Somebody who was in the
    /// account for a moment could otherwise put an address of their own first and then the owner's again, and would have a link
    /// against the owner. An owner who goes back by hand, after a recovery for example, needs none: what the first link gives
    /// back is what they have taken.
    ///
    /// # Errors
    /// Why nothing was changed.
    pub async fn make_primary(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        session: &FreshSession,
        address: &str,
    ) -> Result<(), Stop> {
        let wanted = address.parse::<AddressId>().map_err(|_| Stop::OutOfOrder)?;
        let person = self.person(session.session()).await?;
        let held = person.addresses.iter().find(|held| held.id == wanted);
        let new = held.filter(|held| held.state.is_proven() && !held.primary).ok_or(Stop::OutOfOrder)?;
        let promotion =
            self.prepare_promotion(cx, issuer, session.session(), &person, (wanted, &new.address)).await?;
        let scope = scope_at(issuer, session.identity());
        let mut tx = self.pool()?.write(scope, "make_primary").await?;
        if !identities::lock_for(&mut tx, session.session()).await? {
            return Err(Stop::NotSignedIn);
        }
        let records = self.promote(cx, &mut tx, session.session(), wanted, &promotion).await?;
        tx.commit(Trail::of(records)).await?;
        self.job_bell.notify_one();
        self.ring_mail();
        Ok(())
    }

    /// Writes what is sent when an address of a person becomes the main one.
    pub(super) async fn prepare_promotion(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        by: &LiveSession,
        person: &Person,
        (id, new): (AddressId, &EmailAddress),
    ) -> Result<Promotion, Stop> {
        let until = cx.now + UNDO_LIFE;
        let minted = mint(Kind::MailLink, None, self.rng.as_ref());
        let back = {
            let mut tx = self.pool()?.read(Scope::identity(by.identity), "prepare_promotion").await?;
            undos::kept_until(&mut tx, id, cx.now).await?.is_some()
        };
        let promotion = |old, letters| Promotion { old, back, token: minted.digest, until, letters };
        let Some(old) = person.primary() else { return Ok(promotion(None, Vec::new())) };
        if back {
            let message =
                || Message::AddressRestored { address: new.to_string(), account: account_page(issuer) };
            let letters = self.tell(cx, issuer, person, &|_| true, &message).await?;
            return Ok(promotion(Some(old.id), letters));
        }
        let link = format!("{}/account/undo?token={}", issuer.iss(), minted.text.expose());
        let message = || Message::AddressChanged {
            old: old.address.to_string(),
            new: new.to_string(),
            undo: Secret::new(link.clone()),
            until,
        };
        let letters = self.tell(cx, issuer, person, &|address| address.address != *new, &message).await?;
        Ok(promotion(Some(old.id), letters))
    }

    /// Makes the change in a transaction that holds the person's lock.
    pub(super) async fn promote(
        &self,
        cx: &Ctx,
        tx: &mut WriteTx,
        by: &LiveSession,
        new: AddressId,
        promotion: &Promotion,
    ) -> Result<Vec<Record>, Stop> {
        let all = addresses::list(tx).await?;
        let old = all.iter().find(|address| address.primary && address.id != new);
        let back = undos::kept_until(tx, new, cx.now).await?.is_some();
        if old.map(|old| old.id) != promotion.old || back != promotion.back {
            return Err(Stop::Replayed);
        }
        if !addresses::make_primary(tx, new).await? {
            return Err(Stop::OutOfOrder);
        }
        if let Some(old) = old.filter(|old| !back && old.state.is_proven()) {
            undos::put(tx, &promotion.token, (old.id, new), cx.now, promotion.until).await?;
        }
        for letter in &promotion.letters {
            letter.post(tx).await?;
        }
        let changed = What::EmailChanged(Concerned { identity: by.identity });
        let mut records = vec![self.record_by(cx, by, changed).await?];
        records.extend(self.end_rest(cx, tx, by, true, ADDRESS_CHANGED).await?);
        Ok(records)
    }
}
