//! Jobs put into the queue.

use gatehouse_domain::ids::JobId;
use gatehouse_store::WriteTx;
use gatehouse_store::jobs::{self, NewJob};
use serde::Serialize;

use crate::{Fault, Idp};

impl Idp {
    /// Queues work of no tenant with the transaction that makes it due; it may run as soon as that commits.
    pub(crate) async fn queue(
        &self,
        tx: &mut WriteTx,
        kind: &'static str,
        work: &(impl Serialize + Sync),
    ) -> Result<(), Fault> {
        let payload = serde_json::to_value(work).map_err(|_| Fault::Inconsistent("job"))?;
        let now = self.now();
        let id = JobId::mint(now, self.rng.as_ref());
        let job =
            NewJob { id, tenant: None, kind, payload: &payload, dedup: None, target: None, run_at: now };
        jobs::enqueue(tx, &job, now).await?;
        Ok(())
    }
}
