//! Flows, counters, jobs and events.

use std::sync::Arc;

use futures_util::future::join_all;
use gatehouse_domain::audit::{Record, Stream};
use gatehouse_domain::ids::{FlowId, JobId, TenantId};
use gatehouse_domain::oauth::Owner;
use gatehouse_domain::time::Timestamp;
use gatehouse_store::counters::CounterKey;
use gatehouse_store::events::{EventQueue, Limits};
use gatehouse_store::flows::{FlowFound, FlowKey, FlowSaved, NewFlow};
use gatehouse_store::jobs::{Claim, Ended, NewJob};
use gatehouse_store::{
    NoTrail, Scope, Store, StoreError, Trail, counters, events, flows, grants, identities, jobs,
};
use serde_json::json;
use sqlx::Executor as _;

use super::support::fresh;
use super::world::{
    cell, digest, done, hash, later, now, put_other_password, race, record, sample, uuid, warm, write,
};

pub(super) async fn start(store: &Store) -> FlowKey {
    let (digest, browser) = (digest(), digest());
    let state = json!({ "step": 0 });
    let flow = NewFlow {
        id: FlowId::from_uuid(uuid()),
        digest,
        browser,
        tenant: None,
        purpose: "signin",
        state: &state,
        expires_at: later(600),
    };
    flows::insert(&cell(store), &flow, now()).await.unwrap();
    FlowKey { digest, browser, revision: 1 }
}

#[tokio::test]
async fn a_flow_belongs_to_its_browser_and_revision() {
    let database = fresh("tenancy_flows").await;
    let store = database.store(4).await;
    let key = start(&store).await;
    let cell = cell(&store);
    let found = flows::read(&cell, &key.digest, &key.browser, now()).await.unwrap();
    let FlowFound::Here(flow) = found else { panic!("{found:?}") };
    assert_eq!((flow.revision, &flow.state), (1, &json!({ "step": 0 })));
    assert_eq!(flows::read(&cell, &key.digest, &digest(), now()).await.unwrap(), FlowFound::OtherBrowser);
    assert_eq!(flows::read(&cell, &digest(), &key.browser, now()).await.unwrap(), FlowFound::Nothing);
    assert_eq!(flows::read(&cell, &key.digest, &key.browser, later(600)).await.unwrap(), FlowFound::Nothing);

    let mut tx = write(&store, Scope::platform()).await;
    let tenant = Some(TenantId::from_uuid(uuid()));
    let state = json!({ "step": 1 });
    let foreign = FlowKey { browser: digest(), ..key };
    assert_eq!(flows::save(&cell, &foreign, tenant, &state, now()).await.unwrap(), FlowSaved::Stale);
    assert_eq!(flows::save(&cell, &key, tenant, &state, later(600)).await.unwrap(), FlowSaved::Stale);
    assert_eq!(flows::save(&cell, &key, tenant, &state, now()).await.unwrap(), FlowSaved::Now(2));
    assert_eq!(flows::save(&cell, &key, tenant, &state, now()).await.unwrap(), FlowSaved::Stale);
    assert!(!flows::finish(&mut tx, &key, &json!({}), now()).await.unwrap(), "an old revision");
    let key = FlowKey { revision: 2, ..key };
    assert!(!flows::finish(&mut tx, &FlowKey { browser: digest(), ..key }, &json!({}), now()).await.unwrap());
    assert!(flows::finish(&mut tx, &key, &json!({ "to": "app" }), now()).await.unwrap());
    done(tx).await;
    let found = flows::read(&cell, &key.digest, &key.browser, now()).await.unwrap();
    let FlowFound::Here(flow) = found else { panic!("{found:?}") };
    assert_eq!((flow.tenant, flow.outcome), (tenant, Some(json!({ "to": "app" }))));
    let after = FlowKey { revision: 3, ..key };
    assert_eq!(
        flows::save(&cell, &after, tenant, &state, now()).await.unwrap(),
        FlowSaved::Stale,
        "finished"
    );
    assert_eq!(jobs::sweep(&cell, later(600), now(), 100).await.unwrap(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_racing_finishes_one_wins() {
    let database = fresh("tenancy_flow_race").await;
    let store = Arc::new(database.store(20).await);
    let key = start(&store).await;
    warm(&store, 20).await;
    let racers = (0..20).map(|_| {
        let store = Arc::clone(&store);
        async move {
            let mut tx = write(&store, Scope::platform()).await;
            let won = flows::finish(&mut tx, &key, &json!({}), now()).await.unwrap();
            done(tx).await;
            usize::from(won)
        }
    });
    let won: usize = race(racers).await.into_iter().sum();
    assert_eq!(won, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn counters_count_every_use_of_a_window() {
    let database = fresh("tenancy_counters").await;
    let store = Arc::new(database.store(20).await);
    let key = |byte, window_s| CounterKey { key: [byte; 32], window_s, limit: 20 };
    warm(&store, 20).await;
    let racers = (0..40_u8).map(|turn| {
        let store = Arc::clone(&store);
        // The order asked differs, the order written does not: no circle of waits.
        let keys = if turn % 2 == 0 { [key(1, 60), key(2, 60)] } else { [key(2, 60), key(1, 60)] };
        async move { counters::count(&cell(&store), &keys, now()).await.unwrap() }
    });
    let mut over = 0;
    for counted in race(racers).await {
        assert_eq!(counted.len(), 2);
        over += counted.iter().filter(|counted| counted.over).count();
    }
    assert_eq!(over, 40, "of forty uses of each, twenty are over the limit");
    let counted = counters::count(&cell(&store), &[key(1, 60), key(9, 60)], now()).await.unwrap();
    assert_eq!(counted.iter().map(|counted| counted.count).collect::<Vec<_>>(), [41, 1]);
    assert!(counted[0].reset_at > now() && counted[0].reset_at <= later(60));
    let next = counters::count(&cell(&store), &[key(1, 60)], later(60)).await.unwrap();
    assert_eq!(next[0].count, 1, "a new window");
    assert_eq!(jobs::sweep(&cell(&store), later(600), now(), 100).await.unwrap(), 4);
}

fn mail(now: Timestamp, until: Timestamp) -> Claim<'static> {
    Claim { kinds: &["mail"], now, until, most: 10, share: 10 }
}

#[tokio::test]
async fn the_directory_is_swept_of_its_own_and_a_tenant_of_its_own() {
    let database = fresh("tenancy_sweeps").await;
    let store = database.store(2).await;
    let (a, b) = (sample(&store, "alpha").await, sample(&store, "beta").await);
    let (jti, lasting) = (uuid(), uuid());
    let owners = [
        (Owner::Platform, Scope::platform()),
        (Owner::Tenant(a.tenant), Scope::tenant(a.tenant)),
        (Owner::Tenant(b.tenant), Scope::tenant(b.tenant)),
    ];
    for (owner, scope) in owners {
        let mut tx = write(&store, scope).await;
        assert!(grants::revoke_token(&mut tx, owner, jti, later(60)).await.unwrap());
        assert!(grants::revoke_token(&mut tx, owner, lasting, later(600)).await.unwrap());
        done(tx).await;
    }
    let known = async || {
        let mut known = Vec::new();
        for (owner, scope) in owners {
            let mut tx = write(&store, scope).await;
            for jti in [jti, lasting] {
                known.push(grants::is_token_revoked(&mut tx, owner, jti).await.unwrap());
            }
        }
        known
    };
    assert_eq!(jobs::sweep_directory(store.directory(), later(59), 100).await.unwrap(), 0, "not over yet");
    assert_eq!(jobs::sweep_directory(store.directory(), later(60), 100).await.unwrap(), 1);
    assert_eq!(known().await, [false, true, true, true, true, true]);
    let mut tx = write(&store, Scope::tenant(a.tenant)).await;
    assert_eq!(jobs::sweep_tenant(&mut tx, later(60), 100).await.unwrap(), 1);
    done(tx).await;
    assert_eq!(known().await, [false, true, false, true, true, true]);
}

#[tokio::test]
async fn jobs_enter_with_their_change_and_are_claimed_once() {
    let database = fresh("tenancy_jobs").await;
    let store = database.store(4).await;
    let cell = cell(&store);
    let a = sample(&store, "alpha").await;
    let payload = json!({ "to": "ada" });
    let job = |dedup| NewJob {
        id: JobId::from_uuid(uuid()),
        tenant: Some(a.tenant),
        kind: "mail",
        payload: &payload,
        dedup,
        target: None,
        run_at: now(),
    };
    let mut tx = write(&store, Scope::tenant(a.tenant)).await;
    assert!(jobs::enqueue(&mut tx, &job(Some("welcome")), now()).await.unwrap());
    assert!(!jobs::enqueue(&mut tx, &job(Some("welcome")), now()).await.unwrap());
    drop(tx);
    assert!(
        jobs::claim(&cell, &mail(now(), later(60))).await.unwrap().is_empty(),
        "taken back with its change"
    );
    let mut tx = write(&store, Scope::tenant(TenantId::from_uuid(uuid()))).await;
    let fault = jobs::enqueue(&mut tx, &job(None), now()).await.unwrap_err();
    assert_eq!(fault.sqlstate().as_deref(), Some("42501"), "another tenant's job");
    drop(tx);
    let mut tx = write(&store, Scope::tenant(a.tenant)).await;
    for _ in 0..3 {
        assert!(jobs::enqueue(&mut tx, &job(None), now()).await.unwrap());
    }
    done(tx).await;
    let depth = jobs::depth(&cell, now()).await.unwrap();
    assert_eq!((depth.queued, depth.due, depth.dead), (3, 3, 0));
    let claimed = jobs::claim(&cell, &mail(now(), later(60))).await.unwrap();
    assert_eq!(claimed.len(), 3);
    assert!(
        claimed.iter().all(|job| job.tenant == Some(a.tenant) && job.attempt == 1 && job.payload == payload)
    );
    assert!(jobs::claim(&cell, &mail(later(59), later(99))).await.unwrap().is_empty(), "claimed");
    assert!(jobs::end(&cell, &claimed[0], Ended::Done).await.unwrap());
    assert!(jobs::end(&cell, &claimed[1], Ended::Retry(later(500), "refused")).await.unwrap());
    let again = jobs::claim(&cell, &mail(later(60), later(120))).await.unwrap();
    assert_eq!(again.iter().map(|job| (job.id, job.attempt)).collect::<Vec<_>>(), [(claimed[2].id, 2)]);
    assert!(!jobs::end(&cell, &claimed[2], Ended::Done).await.unwrap(), "the claim is over");
    assert!(jobs::end(&cell, &again[0], Ended::Dead("gone")).await.unwrap());
    let depth = jobs::depth(&cell, later(500)).await.unwrap();
    assert_eq!((depth.queued, depth.due, depth.dead), (1, 1, 1));
}

/// The stored form of a record, its time apart.
fn stored(record: &Record, time: &[u8]) -> Vec<u8> {
    let mut bytes = vec![1];
    bytes.extend(record.stream.kind().as_bytes());
    bytes.extend(record.stream.id().as_bytes());
    bytes.extend(record.event.uuid().as_bytes());
    bytes.extend(time);
    bytes.extend(&record.body);
    bytes
}

#[tokio::test]
async fn events_go_with_their_change_into_their_own_stream() {
    let database = fresh("tenancy_events").await;
    let store = database.store(4).await;
    let (a, b) = (sample(&store, "alpha").await, sample(&store, "beta").await);
    let ours = record(Stream::Tenant(a.tenant), "config.changed");
    let tx = write(&store, Scope::tenant(a.tenant)).await;
    tx.commit(Trail::of([ours.clone(), record(Stream::Platform, "config.changed")])).await.unwrap();
    for (scope, stream) in [
        (Scope::tenant(a.tenant), Stream::Tenant(b.tenant)),
        (Scope::tenant(a.tenant), Stream::Identity(a.identity)),
        (Scope::identity(a.identity), Stream::Tenant(a.tenant)),
        (Scope::platform(), Stream::Tenant(a.tenant)),
    ] {
        let mut tx = write(&store, scope).await;
        if scope.identity_id().is_some() {
            put_other_password(&mut tx, &a).await;
        }
        let fault = tx.commit(Trail::of([record(stream, "config.changed")])).await.unwrap_err();
        assert_eq!(fault.sqlstate().as_deref(), Some("42501"), "{scope:?} {stream:?}");
    }
    let mut tx = cell(&store).read(Scope::both(a.tenant, a.identity), "test").await.unwrap();
    let events = events::read_events(&mut tx, Stream::Tenant(a.tenant), 10).await.unwrap();
    assert_eq!(events.len(), 1);
    let micros = events[0].at.timestamp_micros().to_be_bytes();
    assert_eq!(events[0].record, stored(&ours, &micros));
    assert!(events::read_events(&mut tx, Stream::Tenant(b.tenant), 10).await.unwrap().is_empty());
    assert_eq!(
        identities::password(&mut tx).await.unwrap().unwrap().record,
        hash(),
        "a refused event takes its change back"
    );
    drop(tx);
    let mut admin = database.admin().await;
    let waiting: i64 =
        sqlx::query_scalar("SELECT count(*) FROM audit.pending").fetch_one(&mut admin).await.unwrap();
    assert_eq!(waiting, 2);
    for sql in ["UPDATE audit.events SET kind = 'x'", "DELETE FROM audit.events", "TRUNCATE audit.events"] {
        let fault = admin.execute(sql).await.unwrap_err();
        assert!(fault.to_string().contains("events are never changed"), "{sql}: {fault}");
    }
    let mut app = database.app().await;
    for sql in [
        "UPDATE audit.events SET kind = 'x'",
        "DELETE FROM audit.events",
        "TRUNCATE audit.events",
        "INSERT INTO audit.events VALUES (now(), 'p', '00000000-0000-0000-0000-000000000000', gen_random_uuid(), 'x', '')",
        "INSERT INTO audit.events_default SELECT * FROM audit.events",
    ] {
        let fault = app.execute(sql).await.unwrap_err();
        assert_eq!(fault.as_database_error().unwrap().code().unwrap(), "42501", "{sql}");
    }
}

#[tokio::test]
async fn grouped_events_are_durable_when_answered() {
    let database = fresh("tenancy_queue").await;
    let store = database.store(4).await;
    let a = sample(&store, "alpha").await;
    let (queue, task) = EventQueue::start(cell(&store), Limits { waiting: 500, batch: 64 });
    // The test has one thread, so that all stand in the queue before the first batch is taken. In that batch are three
    // that must not be appended alone: they do not take their neighbours with them.
    let writers = (0..300).map(|number| {
        let kind = if [0, 20, 40].contains(&number) { "member.changed" } else { "token.issued" };
        let event = record(Stream::Tenant(a.tenant), kind);
        let queue = queue.clone();
        async move { (event.clone(), queue.append(event).await) }
    });
    let mut answered = Vec::new();
    for (event, answer) in join_all(writers).await {
        match answer {
            Ok(()) => answered.push(event.event.uuid()),
            Err(fault) => {
                assert_eq!(event.kind, "member.changed");
                assert_eq!(fault.sqlstate().as_deref(), Some("42501"));
            }
        }
    }
    assert_eq!(answered.len(), 297);
    let mut admin = database.admin().await;
    let found: i64 = sqlx::query_scalar("SELECT count(*) FROM audit.events WHERE event_id = ANY ($1)")
        .bind(&answered)
        .fetch_one(&mut admin)
        .await
        .unwrap();
    assert_eq!(found, 297);
    let groups: i64 = sqlx::query_scalar("SELECT count(DISTINCT xid) FROM audit.pending")
        .fetch_one(&mut admin)
        .await
        .unwrap();
    assert_eq!(groups, 61 + 4, "the first batch one by one, the four others each in one transaction");
    drop(queue);
    task.await.unwrap();
}

#[tokio::test]
async fn a_full_queue_refuses() {
    let database = fresh("tenancy_queue_full").await;
    let store = database.store(1).await;
    // The only connection is held, so nothing drains.
    let held = cell(&store).read(Scope::platform(), "test").await.unwrap();
    let (queue, task) = EventQueue::start(cell(&store), Limits { waiting: 2, batch: 1 });
    let writers: Vec<_> = (0..8)
        .map(|_| {
            let queue = queue.clone();
            tokio::spawn(async move { queue.append(record(Stream::Platform, "token.issued")).await })
        })
        .collect();
    while writers.iter().filter(|writer| writer.is_finished()).count() < 5 {
        tokio::task::yield_now().await;
    }
    drop(held);
    let (mut written, mut refused) = (0, 0);
    for writer in writers {
        match writer.await.unwrap() {
            Ok(()) => written += 1,
            Err(StoreError::Busy) => refused += 1,
            Err(fault) => panic!("{fault:?}"),
        }
    }
    assert_eq!(written + refused, 8);
    assert!(refused >= 5 && written >= 2, "{written} written, {refused} refused");
    drop(queue);
    task.await.unwrap();
}

#[tokio::test]
async fn a_failed_transaction_cannot_be_committed() {
    let database = fresh("tenancy_failed").await;
    let store = database.store(1).await;
    let a = sample(&store, "alpha").await;
    let mut tx = write(&store, Scope::identity(a.identity)).await;
    put_other_password(&mut tx, &a).await;
    let job = NewJob {
        id: JobId::from_uuid(uuid()),
        tenant: Some(a.tenant),
        kind: "mail",
        payload: &json!({}),
        dedup: None,
        target: None,
        run_at: now(),
    };
    assert!(jobs::enqueue(&mut tx, &job, now()).await.is_err(), "refused by the database");
    assert!(matches!(identities::password(&mut tx).await, Err(StoreError::Failed)));
    let commit = tx.commit(Trail::none(NoTrail::Step)).await;
    assert!(matches!(commit, Err(StoreError::Failed)), "no silent rollback: {commit:?}");
    let mut tx = cell(&store).read(Scope::identity(a.identity), "test").await.unwrap();
    assert_eq!(identities::password(&mut tx).await.unwrap().unwrap().record, hash());
}
