//! An address less.

use gatehouse_domain::audit::What;
use gatehouse_domain::email::LeftBecause;
use gatehouse_domain::ids::{AddressId, uuid_v7};
use gatehouse_domain::mail::Message;
use gatehouse_store::addresses::{self, Released};
use gatehouse_store::{Trail, identities, undos};

use super::{FreshSession, account_page, scope_at};
use crate::login::{Stays, Stop};
use crate::mailbox::COOL_OFF;
use crate::{Ctx, Idp, Issuer};

impl Idp {
    /// Takes an address off the account. The main one stays while there are others, the only proven one always, and one that a
    /// mailed link can make the main one again until that link is over.
    ///
    /// # Errors
    /// Why nothing was changed.
    pub async fn remove_address(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        session: &FreshSession,
        address: &str,
    ) -> Result<(), Stop> {
        let wanted = address.parse::<AddressId>().map_err(|_| Stop::OutOfOrder)?;
        let identity = session.identity();
        let person = self.person(session.session()).await?;
        let held = person.addresses.iter().find(|held| held.id == wanted).ok_or(Stop::OutOfOrder)?;
        let mark = self.release_mark(&held.address.canonical()).await?;
        let message =
            || Message::AddressRemoved { address: held.address.to_string(), account: account_page(issuer) };
        let letters = self.tell(cx, issuer, &person, &|_| held.state.is_proven(), &message).await?;
        let what = What::EmailRetired { identity, reason: LeftBecause::Released };
        let record = self.record_by(cx, session.session(), what).await?;
        let evidence = uuid_v7(cx.now, self.rng.as_ref());
        let mut tx = self.pool()?.write(scope_at(issuer, identity), "remove_address").await?;
        if !identities::lock_for(&mut tx, session.session()).await? {
            return Err(Stop::NotSignedIn);
        }
        let all = addresses::list(&mut tx).await?;
        if all.len() > 1 && all.iter().any(|known| known.id == wanted && known.primary) {
            return Err(Stop::AddressStays(Stays::Primary));
        }
        if undos::kept_until(&mut tx, wanted, cx.now).await?.is_some() {
            return Err(Stop::AddressStays(Stays::Undoable));
        }
        let times = (cx.now, cx.now + COOL_OFF);
        match addresses::release(&mut tx, wanted, &mark, LeftBecause::Released, evidence, times).await? {
            Released::Done => {}
            Released::Absent => return Err(Stop::OutOfOrder),
            Released::Last => return Err(Stop::AddressStays(Stays::Primary)),
        }
        for letter in letters {
            letter.post(&mut tx).await?;
        }
        tx.commit(Trail::of([record])).await?;
        self.ring_mail();
        Ok(())
    }
}
