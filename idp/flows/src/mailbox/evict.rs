//! Whose claim on an address ended because somebody else proved it: told in the person's own stream.

use gatehouse_domain::audit::{Actor, Concerned, What};
use gatehouse_domain::ids::IdentityId;
use gatehouse_domain::oauth::Owner;
use gatehouse_store::jobs::Job;
use gatehouse_store::{Scope, Trail, WriteTx, identities};
use serde::{Deserialize, Serialize};

use crate::jobs::JobFault;
use crate::{Fault, Idp};

/// The name under which it is queued.
pub(crate) const KIND: &str = "claim_evicted";

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Evicted {
    identity: IdentityId,
}

impl Idp {
    /// Queues the telling with the transaction that ends the claim, whose scope is another person's.
    pub(super) async fn queue_eviction(&self, tx: &mut WriteTx, victim: IdentityId) -> Result<(), Fault> {
        self.queue(tx, KIND, &Evicted { identity: victim }).await
    }

    /// Tells it. A person of whom nothing else is left goes with the claim (rule 19.2): what is retired is listed by no later purge.
    pub(crate) async fn claim_evicted(&self, job: &Job) -> Result<(), JobFault> {
        let Evicted { identity } =
            serde_json::from_value(job.payload.clone()).map_err(|_| JobFault::Unreadable)?;
        let what = What::ClaimEvicted(Concerned { identity });
        let mut event = self.event_of(Owner::Platform, Actor::System, self.now(), what);
        event.subject = Some(identity);
        let evicted = self.record_of_person(event).await?;
        let gone = What::IdentityDeleted { identity, reason: "claim_evicted" };
        let gone = self.own_doing(identity, self.now(), gone).await?;
        let mut tx = self.pool()?.write(Scope::identity(identity), "claim_evicted").await?;
        let mut records = vec![evicted];
        if identities::delete_if_bare(&mut tx).await? {
            records.push(gone);
        }
        tx.commit(Trail::of(records)).await?;
        Ok(())
    }
}
