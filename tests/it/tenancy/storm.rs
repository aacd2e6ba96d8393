//! The pool storm: requests cancelled at random awaits, some panicking, on a small pool, in transactions and in the fast form
//! of one call. Afterwards no session is left in a transaction, no scope outlives its request, and what was answered is what
//! is durable.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::Poll;

use gatehouse_domain::audit::Stream;
use gatehouse_domain::ids::{AppId, GrantId, SessionId, TenantId};
use gatehouse_domain::random::bytes;
use gatehouse_domain::secret::Digest;
use gatehouse_keys::entropy::SystemRng;
use gatehouse_store::{
    NoTrail, Scope, Store, StoreError, Trail, apps, browsers, codes, grants, identities, tenants,
};
use uuid::Uuid;

use super::support::{Database, fresh};
use super::world::{
    Sample, attach, cell, code, digest, issue, now, open, record, redemption, sample, session, uuid,
};

/// A tenant's person with a browser and a grant, on whose behalf requests come.
#[derive(Clone)]
struct Caller {
    sample: Sample,
    name: &'static str,
    handle: Digest,
    grant: GrantId,
}

/// What the requests saw. Each writes two rows, which must both be there or both be missing.
#[derive(Default)]
struct Seen {
    tried: Vec<[AppId; 2]>,
    answered: Vec<(TenantId, [AppId; 2])>,
    /// Codes whose issue was begun, with their events, and those whose issue was answered.
    codes: Vec<(Digest, Uuid)>,
    issued: Vec<Digest>,
    /// How often a call in the fast form was answered, and how often it was dropped.
    fast: [usize; 2],
    cancelled: usize,
    panicked: usize,
    foreign: usize,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cancelled_requests_leave_nothing_behind() {
    let database = fresh("tenancy_storm").await;
    let store = Arc::new(database.store(POOL).await);
    let mut callers = Vec::new();
    for name in ["alpha", "beta", "gamma", "delta"] {
        callers.push(caller(&store, name).await);
    }
    let seen = Arc::new(Mutex::new(Seen::default()));
    for _ in 0..REQUESTS / AT_ONCE {
        let round: Vec<_> = (0..AT_ONCE)
            .map(|_| {
                let [pick, polls, mood, _] = bytes::<4>(&SystemRng);
                let chosen = callers[usize::from(pick) % callers.len()].clone();
                let (store, seen) = (Arc::clone(&store), Arc::clone(&seen));
                tokio::spawn(async move {
                    let polls = usize::from(polls % 10);
                    if FAST.contains(&(mood % 16)) {
                        return fast(&store, &seen, &chosen, polls, mood).await;
                    }
                    request(store, seen, (chosen.sample.tenant, chosen.name), polls, mood).await;
                })
            })
            .collect();
        for task in round {
            if task.await.is_err() {
                seen.lock().unwrap().panicked += 1;
            }
        }
    }
    let seen = Arc::into_inner(seen).unwrap().into_inner().unwrap();
    assert!(seen.cancelled > REQUESTS / 10, "the storm blows: {} cancelled", seen.cancelled);
    assert!(seen.answered.len() > REQUESTS / 10, "and requests get through: {}", seen.answered.len());
    assert!(seen.panicked > REQUESTS / 100, "some panic: {}", seen.panicked);
    assert!(seen.fast.iter().all(|calls| *calls > REQUESTS / 20), "calls, dropped calls: {:?}", seen.fast);
    assert_eq!(seen.foreign, 0, "no request saw another tenant");
    calm(&database).await;
    no_scope_remains(&store).await;
    durable(&database, &seen).await;
}

async fn caller(store: &Store, name: &'static str) -> Caller {
    let sample = sample(store, name).await;
    let place = attach(None);
    let sample = Sample { session: SessionId::from_uuid(uuid()), ..sample };
    open(store, &session(&sample, sample.session), &place).await;
    let code = code(&sample, "openid");
    issue(store, &sample, &code).await;
    let _ = codes::redeem(&cell(store), &redemption(&sample, &code), now()).await.unwrap();
    Caller { sample, name, handle: place.new, grant: code.grant }
}

/// One call in the fast form, which the server commits by itself, dropped after so many polls.
async fn fast(store: &Store, seen: &Mutex<Seen>, caller: &Caller, polls: usize, mood: u8) {
    let (cell, sample) = (cell(store), &caller.sample);
    let new = code(sample, "openid");
    let issued = record(Stream::Tenant(sample.tenant), "code.issued");
    let work = async {
        let own = match mood % 3 {
            0 => {
                let live = grants::live(&cell, sample.tenant, caller.grant, None, false, now()).await?;
                live.is_ok_and(|live| live.person.identity == sample.identity)
            }
            1 => {
                let browser = browsers::read(&cell, &caller.handle, now()).await?;
                browser.is_some_and(|browser| {
                    browser.sessions.iter().map(|listed| listed.session.id).eq([sample.session])
                })
            }
            _ => {
                seen.lock().unwrap().codes.push((new.digest, issued.event.uuid()));
                let (tenant, code, issued) = (sample.tenant, &new, &issued);
                let issue = codes::Issue { tenant, code, enters: true, idle_end: None, flow: None, issued };
                let answered = codes::issue(&cell, &issue, now()).await?;
                seen.lock().unwrap().issued.push(new.digest);
                answered
            }
        };
        Ok::<_, StoreError>(own)
    };
    let answer = patient(work, polls, mood).await;
    let mut seen = seen.lock().unwrap();
    seen.fast[usize::from(answer.is_none())] += 1;
    seen.foreign += usize::from(answer.is_some_and(|own| !own.unwrap()));
}

/// One request, dropped after so many polls; a panic in the middle of its transaction now and then.
async fn request(
    store: Arc<Store>,
    seen: Arc<Mutex<Seen>>,
    (tenant, name): (TenantId, &'static str),
    polls: usize,
    mood: u8,
) {
    let pair = [AppId::from_uuid(uuid()), AppId::from_uuid(uuid())];
    seen.lock().unwrap().tried.push(pair);
    let work = async {
        if mood % 16 == 3 {
            // A reader without a scope, on a connection that others had.
            let mut tx = cell(&store).read(Scope::platform(), "storm").await?;
            let leaked = !apps::entitlements(&mut tx).await?.is_empty()
                || tenants::read(&mut tx).await?.is_some()
                || identities::password(&mut tx).await?.is_some();
            seen.lock().unwrap().foreign += usize::from(leaked);
            return Ok(false);
        }
        let mut tx = cell(&store).write(Scope::tenant(tenant), "storm").await?;
        let read = tenants::read(&mut tx).await?;
        if read.is_none_or(|read| read.name.as_str() != name) {
            seen.lock().unwrap().foreign += 1;
        }
        apps::entitle(&mut tx, pair[0], now()).await?;
        assert!(!mood.is_multiple_of(16), "a bug in the middle of a transaction");
        if mood % 16 == 1 {
            // A statement that the database refuses: the transaction can only be rolled back.
            apps::spend_assertion(
                &mut tx,
                gatehouse_domain::oauth::Owner::Tenant(tenant),
                pair[0],
                &digest(),
                now(),
            )
            .await?;
        }
        apps::entitle(&mut tx, pair[1], now()).await?;
        tx.commit(Trail::none(NoTrail::Housekeeping)).await?;
        Ok(true)
    };
    match patient(work, polls, mood).await {
        Some(Ok(true)) => seen.lock().unwrap().answered.push((tenant, pair)),
        Some(Ok(false)) => {}
        Some(Err(StoreError::Refused(_))) if mood % 16 == 1 => {}
        Some(Err(error)) => panic!("{error:?}"),
        None => seen.lock().unwrap().cancelled += 1,
    }
}

/// Runs a future to its end, or drops it after so many polls.
async fn patient<T>(work: impl Future<Output = T>, polls: usize, mood: u8) -> Option<T> {
    if mood.is_multiple_of(2) {
        return Some(work.await);
    }
    let mut work = pin!(work);
    let mut left = polls;
    poll_fn(|context| {
        if let Poll::Ready(value) = work.as_mut().poll(context) {
            return Poll::Ready(Some(value));
        }
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        Poll::Pending
    })
    .await
}

/// Waits until rollbacks under way are done, then demands that no session is in a transaction.
async fn calm(database: &Database) {
    let mut admin = database.admin().await;
    let mut open = i64::MAX;
    for _ in 0..400 {
        open = sqlx::query_scalar(OPEN).fetch_one(&mut admin).await.unwrap();
        if open == 0 {
            return;
        }
        tokio::task::yield_now().await;
    }
    assert_eq!(open, 0, "sessions left in a transaction");
}

/// Every connection of the pool, taken at the same time, sees no tenant's and no person's row.
async fn no_scope_remains(store: &Store) {
    let mut held = Vec::new();
    for _ in 0..POOL {
        let mut tx = cell(store).read(Scope::platform(), "storm").await.unwrap();
        assert!(apps::entitlements(&mut tx).await.unwrap().is_empty());
        assert!(tenants::read(&mut tx).await.unwrap().is_none());
        assert!(identities::password(&mut tx).await.unwrap().is_none());
        held.push(tx);
    }
}

async fn durable(database: &Database, seen: &Seen) {
    let mut admin = database.admin().await;
    let (mut tenants, mut apps) = (Vec::new(), Vec::new());
    for (tenant, pair) in &seen.answered {
        tenants.extend([tenant.uuid(); 2]);
        apps.extend(pair.map(AppId::uuid));
    }
    let found: i64 =
        sqlx::query_scalar(DURABLE).bind(tenants).bind(apps).fetch_one(&mut admin).await.unwrap();
    assert_eq!(usize::try_from(found).unwrap(), seen.answered.len() * 2, "answered writes are durable rows");
    let (first, second): (Vec<_>, Vec<_>) = seen.tried.iter().map(|[a, b]| (a.uuid(), b.uuid())).unzip();
    let halves: i64 =
        sqlx::query_scalar(HALVES).bind(first).bind(second).fetch_one(&mut admin).await.unwrap();
    assert_eq!(halves, 0, "no request's commit carried half of another's work");
    let issued: Vec<&[u8]> = seen.issued.iter().map(|digest| digest.as_bytes().as_slice()).collect();
    let found: i64 = sqlx::query_scalar(ISSUED).bind(&issued).fetch_one(&mut admin).await.unwrap();
    assert_eq!(usize::try_from(found).unwrap(), issued.len(), "answered codes are durable rows");
    let (digests, events): (Vec<&[u8]>, Vec<Uuid>) =
        seen.codes.iter().map(|(digest, event)| (digest.as_bytes().as_slice(), *event)).unzip();
    let halves: i64 =
        sqlx::query_scalar(HALF_ISSUED).bind(digests).bind(events).fetch_one(&mut admin).await.unwrap();
    assert_eq!(halves, 0, "a code and its event are both there or neither");
}

/// The moods of a request in the fast form; the odd ones are dropped.
const FAST: [u8; 6] = [5, 6, 7, 8, 9, 10];
const POOL: usize = 4;
const REQUESTS: usize = 3000;
const AT_ONCE: usize = 20;
const OPEN: &str = "
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND usename = 'gatehouse_app' AND (xact_start IS NOT NULL OR state <> 'idle')";
const DURABLE: &str = "
    SELECT count(*) FROM unnest($1::uuid[], $2::uuid[]) AS a (tenant, app)
    JOIN cell.entitlements AS e ON e.tenant_id = a.tenant AND e.app_id = a.app";
const HALVES: &str = "
    SELECT count(*) FROM unnest($1::uuid[], $2::uuid[]) AS p (first, second)
    WHERE EXISTS (SELECT FROM cell.entitlements WHERE app_id = p.first)
        <> EXISTS (SELECT FROM cell.entitlements WHERE app_id = p.second)";
const ISSUED: &str = "SELECT count(*) FROM cell.codes WHERE digest = ANY ($1)";
const HALF_ISSUED: &str = "
    SELECT count(*) FROM unnest($1::bytea[], $2::uuid[]) AS p (code, event)
    WHERE EXISTS (SELECT FROM cell.codes WHERE digest = p.code)
        <> EXISTS (SELECT FROM audit.events WHERE event_id = p.event)";
