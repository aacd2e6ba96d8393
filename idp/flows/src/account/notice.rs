//! Who is told of a change, and what ends with it.

use gatehouse_domain::audit::{Record, What};
use gatehouse_domain::email::AddressState;
use gatehouse_domain::ids::IdentityId;
use gatehouse_domain::mail::{Letter, Message, Occasion};
use gatehouse_domain::session::LiveSession;
use gatehouse_store::addresses::{self, Address};
use gatehouse_store::{Scope, WriteTx, browsers, proofs, sessions};

use crate::jobs::SessionEnded;
use crate::mail::SealedLetter;
use crate::{Ctx, Fault, Idp, Issuer};

/// A person with all addresses.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) name: Option<String>,
    pub(crate) locale: Option<String>,
    pub(crate) addresses: Vec<Address>,
}

impl Person {
    /// Whether an address was ever proven: until then the account is nobody's for certain.
    pub(crate) fn is_proven(&self) -> bool {
        self.addresses
            .iter()
            .any(|address| matches!(address.state, AddressState::Verified | AddressState::Stale))
    }

    /// The main address.
    pub(crate) fn primary(&self) -> Option<&Address> {
        self.addresses.iter().find(|address| address.primary)
    }
}

/// The scope of a person's own change that may queue letters in an issuer's name.
pub(crate) fn scope_at(issuer: &Issuer, identity: IdentityId) -> Scope {
    match issuer.tenant_id() {
        Some(tenant) => Scope::both(tenant, identity),
        None => Scope::identity(identity),
    }
}

impl Idp {
    /// The person of a session.
    pub(crate) async fn person(&self, session: &LiveSession) -> Result<Person, Fault> {
        let mut tx = self.pool()?.read(Scope::identity(session.identity), "person").await?;
        Ok(Person {
            name: session.name.clone(),
            locale: session.locale.clone(),
            addresses: addresses::list(&mut tx).await?,
        })
    }

    /// Writes one letter to each proven address of a person that is wanted. Comes before the transaction that posts them.
    pub(crate) async fn tell(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        person: &Person,
        wanted: &(dyn Fn(&Address) -> bool + Sync),
        message: &(dyn Fn() -> Message + Sync),
    ) -> Result<Vec<SealedLetter>, Fault> {
        self.write_to(issuer, person, Some(cx.occasion()), wanted, message).await
    }

    /// The same for what no request of the person led to.
    pub(crate) async fn write_to(
        &self,
        issuer: &Issuer,
        person: &Person,
        occasion: Option<Occasion>,
        wanted: &(dyn Fn(&Address) -> bool + Sync),
        message: &(dyn Fn() -> Message + Sync),
    ) -> Result<Vec<SealedLetter>, Fault> {
        let mut letters = Vec::new();
        if !self.can_mail() {
            return Ok(letters);
        }
        for address in person.addresses.iter().filter(|address| address.state.is_proven() && wanted(address))
        {
            let letter = Letter {
                to: address.address.clone(),
                name: person.name.clone(),
                locale: person.locale.clone(),
                message: message(),
                occasion: occasion.clone(),
            };
            letters.push(self.letter(issuer, &letter).await?);
        }
        Ok(letters)
    }

    /// Ends every session of the person but one, with what the others brought forth, and every proof that is under way. The browsers
    /// that had signed the person in are strangers from now on, but for the one whose session stays.
    pub(crate) async fn end_rest(
        &self,
        cx: &Ctx,
        tx: &mut WriteTx,
        by: &LiveSession,
        kept: bool,
        reason: &'static str,
    ) -> Result<Option<Record>, Fault> {
        let identity = by.identity;
        let ended = sessions::end_others(tx, kept.then_some(by.id), reason, cx.now).await?;
        let count = u32::try_from(ended.len()).unwrap_or(u32::MAX);
        for (session, tenants) in ended {
            self.queue_session_ended(tx, &SessionEnded { identity, session, tenants }).await?;
        }
        browsers::forget(tx, kept.then_some(by.id)).await?;
        proofs::void(tx).await?;
        if count == 0 {
            return Ok(None);
        }
        self.record_by(cx, by, What::SessionsRevoked { identity, count, reason }).await.map(Some)
    }
}

/// The account page of an issuer, as letters name it.
pub(crate) fn account_page(issuer: &Issuer) -> String {
    format!("{}/account", issuer.iss())
}
