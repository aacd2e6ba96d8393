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
use gatehouse_store::{Trail, WriteTx, addresses, identities, undos};

use super::{FreshSession, Person, scope_at};
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
    token: Digest,
    until: Timestamp,
    letters: Vec<SealedLetter>,
}

impl Idp {
    /// Makes a proven address the main one. Every other session ends; the proven addresses hear of it, with a link that takes
    /// the change back.
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
        let promotion = self.prepare_promotion(cx, issuer, &person, &new.address).await?;
        let scope = scope_at(issuer, session.identity());
        let mut tx = self.pool()?.write(scope, "make_primary").await?;
        if !identities::lock(&mut tx).await? {
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
        person: &Person,
        new: &EmailAddress,
    ) -> Result<Promotion, Stop> {
        let until = cx.now + UNDO_LIFE;
        let minted = mint(Kind::MailLink, None, self.rng.as_ref());
        let Some(old) = person.primary() else {
            return Ok(Promotion { old: None, token: minted.digest, until, letters: Vec::new() });
        };
        let link = format!("{}/account/undo?token={}", issuer.iss(), minted.text.expose());
        let message = || Message::AddressChanged {
            old: old.address.to_string(),
            new: new.to_string(),
            undo: Secret::new(link.clone()),
            until,
        };
        let letters = self.tell(cx, issuer, person, &|address| address.address != *new, &message).await?;
        Ok(Promotion { old: Some(old.id), token: minted.digest, until, letters })
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
        if old.map(|old| old.id) != promotion.old {
            return Err(Stop::Replayed);
        }
        if !addresses::make_primary(tx, new).await? {
            return Err(Stop::OutOfOrder);
        }
        if let Some(old) = old.filter(|old| old.state.is_proven()) {
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
