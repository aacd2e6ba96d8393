//! Addresses that have refused letters for long: what was proven of them is worth nothing until it is proven again (rule 19.2).

use chrono::TimeDelta;
use gatehouse_domain::audit::What;
use gatehouse_domain::ids::{AddressId, IdentityId, uuid_v7};
use gatehouse_domain::mail::{Letter, Message};
use gatehouse_domain::time::Timestamp;
use gatehouse_store::{NoTrail, Scope, Trail, addresses, identities, lapses};

use crate::mail::SealedLetter;
use crate::{Fault, Idp};

/// How many addresses one round takes.
const BATCH: u16 = 100;

impl Idp {
    /// Lets the proofs of such addresses lapse. The only address of somebody that still takes letters is never among them; where
    /// nobody could be told, nothing lapses.
    pub(super) async fn lapse_addresses(&self, now: Timestamp) -> Result<(), Fault> {
        if !self.can_mail() {
            return Ok(());
        }
        let long = self.settings.stale_after;
        for (identity, address) in lapses::refusing(self.pool()?, long, BATCH).await? {
            if let Err(fault) = self.lapse_address(identity, address, long, now).await {
                tracing::error!(%identity, error = %fault, "a proof could not lapse");
            }
        }
        Ok(())
    }

    async fn lapse_address(
        &self,
        identity: IdentityId,
        address: AddressId,
        long: TimeDelta,
        now: Timestamp,
    ) -> Result<(), Fault> {
        let letters = self.letters_of_lapse(identity, address).await?;
        let record =
            self.own_doing(identity, now, What::EmailStale { identity, reason: "mail_refused" }).await?;
        let evidence = uuid_v7(now, self.rng.as_ref());
        let mut tx = self.pool()?.write(Scope::identity(identity), "lapse_address").await?;
        if !lapses::of_address(&mut tx, address, evidence, long, now).await? {
            // It took a letter, or was let go of, since it was listed.
            return Ok(tx.commit(Trail::none(NoTrail::Housekeeping)).await?);
        }
        for letter in letters {
            letter.post(&mut tx).await?;
        }
        tx.commit(Trail::of([record])).await?;
        self.ring_mail();
        Ok(())
    }

    /// One letter to each other proven address of the person.
    async fn letters_of_lapse(
        &self,
        identity: IdentityId,
        address: AddressId,
    ) -> Result<Vec<SealedLetter>, Fault> {
        let (profile, all) = {
            let mut tx = self.pool()?.read(Scope::identity(identity), "letters_of_lapse").await?;
            (identities::profile(&mut tx).await?, addresses::list(&mut tx).await?)
        };
        let Some(profile) = profile else { return Ok(Vec::new()) };
        let Some(lapsed) = all.iter().find(|held| held.id == address) else { return Ok(Vec::new()) };
        let issuer = self.platform();
        let mut letters = Vec::new();
        for other in all.iter().filter(|other| other.id != address && other.state.is_proven()) {
            let letter = Letter {
                to: other.address.clone(),
                name: profile.name.clone(),
                locale: profile.locale.clone(),
                message: Message::AddressStale {
                    address: lapsed.address.to_string(),
                    account: format!("{}/account", issuer.iss()),
                },
                occasion: None,
            };
            letters.push(self.letter(issuer, &letter).await?);
        }
        Ok(letters)
    }
}
