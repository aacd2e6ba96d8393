//! The queue shares out its workers: few of one tenant, few to one target.

use gatehouse_domain::ids::{JobId, TenantId};
use gatehouse_domain::time::Timestamp;
use gatehouse_store::jobs::{Claim, Ended, NewJob};
use gatehouse_store::{Scope, Store, jobs};
use serde_json::json;
use uuid::Uuid;

use super::support::fresh;
use super::world::{cell, done, later, now, sample, uuid, write};

async fn queue(store: &Store, tenant: TenantId, target: Uuid, count: usize, run_at: Timestamp) {
    let mut tx = write(store, Scope::tenant(tenant)).await;
    for _ in 0..count {
        let job = NewJob {
            id: JobId::from_uuid(uuid()),
            tenant: Some(tenant),
            kind: "call",
            payload: &json!({}),
            dedup: None,
            target: Some(target),
            run_at,
        };
        assert!(jobs::enqueue(&mut tx, &job, now()).await.unwrap());
    }
    done(tx).await;
}

#[tokio::test]
async fn nobody_has_more_than_a_share_of_the_workers() {
    let database = fresh("tenancy_queue_share").await;
    let store = database.store(4).await;
    let cell = cell(&store);
    let (a, b) = (sample(&store, "alpha").await.tenant, sample(&store, "beta").await.tenant);
    let (shared, other) = (uuid(), uuid());
    // More than one look at the queue takes in, so that the second tenant's stand behind what the first may not yet run.
    queue(&store, a, shared, 1010, now()).await;
    queue(&store, b, shared, 3, later(1)).await;
    queue(&store, b, other, 3, later(2)).await;
    let claim = Claim { kinds: &["call"], now: later(2), until: later(60), most: 100, share: 2 };
    let first = jobs::claim(&cell, &claim).await.unwrap();
    assert_eq!(first.iter().map(|job| job.tenant).collect::<Vec<_>>(), [Some(a); 2]);
    let second = jobs::claim(&cell, &claim).await.unwrap();
    assert_eq!(second.iter().map(|job| job.tenant).collect::<Vec<_>>(), [Some(b); 2], "to the other target");
    assert!(jobs::claim(&cell, &claim).await.unwrap().is_empty(), "all have their share");
    assert!(jobs::claim(&cell, &Claim { kinds: &["mail"], ..claim }).await.unwrap().is_empty());

    assert!(jobs::end(&cell, &first[0], Ended::Done).await.unwrap());
    let next = jobs::claim(&cell, &claim).await.unwrap();
    assert_eq!(next.len(), 1, "one ended, one follows");
    let again = Claim { now: later(60), until: later(120), ..claim };
    let reclaimed = jobs::claim(&cell, &again).await.unwrap();
    assert_eq!(reclaimed.len(), 2, "a claim that is over counts for nothing");
}
