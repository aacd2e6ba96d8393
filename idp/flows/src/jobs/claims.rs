//! Claims that nobody proved: after a week they are nobody's (rule 19.2).

use chrono::TimeDelta;
use gatehouse_domain::audit::{Actor, What};
use gatehouse_domain::email::LeftBecause;
use gatehouse_domain::ids::{AddressId, IdentityId, uuid_v7};
use gatehouse_domain::oauth::Owner;
use gatehouse_domain::time::Timestamp;
use gatehouse_store::addresses::{self, Released};
use gatehouse_store::{NoTrail, Scope, Trail, identities};

use crate::{Fault, Idp};

/// How long a claim stands without a proof.
const UNPROVEN: TimeDelta = TimeDelta::days(7);
/// How many claims one round takes.
const BATCH: u16 = 100;

impl Idp {
    /// Takes back the claims that have stood too long, together with a person of whom nothing else is left.
    pub(super) async fn purge_claims(&self, now: Timestamp) -> Result<(), Fault> {
        for (identity, claim) in addresses::unproven(self.pool()?, now - UNPROVEN, BATCH).await? {
            if let Err(fault) = self.purge_claim(identity, claim, now).await {
                tracing::error!(%identity, error = %fault, "a claim could not be taken back");
            }
        }
        Ok(())
    }

    async fn purge_claim(&self, identity: IdentityId, claim: AddressId, now: Timestamp) -> Result<(), Fault> {
        let reason = LeftBecause::Unproven;
        let retired = self.own_doing(identity, now, What::EmailRetired { identity, reason }).await?;
        let gone =
            self.own_doing(identity, now, What::IdentityDeleted { identity, reason: "unproven" }).await?;
        let evidence = uuid_v7(now, self.rng.as_ref());
        let mut tx = self.pool()?.write(Scope::identity(identity), "purge_claim").await?;
        identities::lock(&mut tx).await?;
        let released = addresses::release(&mut tx, claim, &[0; 32], reason, evidence, (now, now)).await?;
        if released != Released::Done {
            // Proven, or let go of, since it was listed.
            return Ok(tx.commit(Trail::none(NoTrail::Housekeeping)).await?);
        }
        let mut records = vec![retired];
        if identities::delete_if_bare(&mut tx).await? {
            records.push(gone);
        }
        Ok(tx.commit(Trail::of(records)).await?)
    }

    /// An event of a person's stream that nobody caused.
    pub(crate) async fn own_doing(
        &self,
        identity: IdentityId,
        now: Timestamp,
        what: What,
    ) -> Result<gatehouse_domain::audit::Record, Fault> {
        let mut event = self.event_of(Owner::Platform, Actor::System, now, what);
        event.subject = Some(identity);
        self.record_of_person(event).await
    }
}
