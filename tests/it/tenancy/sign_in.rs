//! What a password is judged by, sessions, and the browsers that list them: right scope, wrong scope, and races.

use std::sync::Arc;

use gatehouse_domain::audit::Stream;
use gatehouse_domain::credential::PasswordRecord;
use gatehouse_domain::identity::{IdentityStatus, MemberStatus, Role};
use gatehouse_domain::ids::{IdentityId, SessionId, TenantId};
use gatehouse_domain::session::Authority;
use gatehouse_domain::time::Timestamp;
use gatehouse_store::browsers::Known;
use gatehouse_store::counters::{self, CounterKey};
use gatehouse_store::flows::FlowSaved;
use gatehouse_store::jobs::Claim;
use gatehouse_store::sessions::StoredSession;
use gatehouse_store::sign_in::Open;
use gatehouse_store::{Scope, Store, browsers, codes, grants, identities, jobs, members, sessions, sign_in};
use sqlx::Executor as _;

use super::support::fresh;
use super::work::start;
use super::world::{
    Sample, another_owner, attach, cell, code, digest, done, hash, issue, later, now, open, opening, race,
    record, redemption, sample, session, uuid, write,
};

#[tokio::test]
async fn a_password_is_found_by_its_address_alone() {
    let database = fresh("tenancy_sign_in").await;
    let store = database.store(4).await;
    let (a, b) = (sample(&store, "alpha").await, sample(&store, "beta").await);
    let found = async |tenant, address| sign_in::record(&cell(&store), tenant, address).await.unwrap();
    for (tenant, is_member) in [(Some(a.tenant), true), (Some(b.tenant), false), (None, false)] {
        let proven = found(tenant, "ada@alpha.example").await.unwrap();
        assert_eq!((proven.identity, proven.credential), (a.identity, a.credential), "a proven address");
        assert_eq!((proven.is_member, proven.status, proven.epoch), (is_member, IdentityStatus::Active, 1));
        assert_eq!(proven.record, hash());
    }
    let at_home = found(Some(a.tenant), "owner@alpha.example").await.unwrap();
    assert_eq!((at_home.identity, at_home.is_member), (a.identity, true), "a member's login address");
    assert_eq!(found(Some(b.tenant), "owner@alpha.example").await, None, "another tenant's login address");
    assert_eq!(found(None, "owner@alpha.example").await, None, "no tenant's");
    assert_eq!(found(Some(a.tenant), "nobody@alpha.example").await, None);
    let mut tx = write(&store, Scope::tenant(a.tenant)).await;
    let _ = members::insert(&mut tx, &another_owner(), now()).await.unwrap();
    let _ = members::update(&mut tx, a.member, MemberStatus::Removed, &[Role::Member]).await.unwrap();
    done(tx).await;
    assert_eq!(found(Some(a.tenant), "owner@alpha.example").await, None, "no member any more");
    assert!(!found(Some(a.tenant), "ada@alpha.example").await.unwrap().is_member);
}

#[tokio::test]
async fn a_session_opens_with_everything_or_not_at_all() {
    let database = fresh("tenancy_open").await;
    let store = database.store(4).await;
    let a = sample(&store, "alpha").await;
    let key = CounterKey { key: *digest().as_bytes(), window_s: 600, limit: 5 };
    assert_eq!(counters::count(&cell(&store), &[key], now()).await.unwrap()[0].count, 1);
    let newer = PasswordRecord::from_stored("$argon2id$v=19$m=9,t=1,p=1$c2FsdA$aGFzaA");
    let (flow, place) = (start(&store).await, attach(None));
    let opened = session(&a, SessionId::from_uuid(uuid()));
    let good = Open { upgrade: Some(&newer), tries: &[key], ..opening(&opened, &place, &flow) };
    let password = async || {
        let mut tx = cell(&store).read(Scope::identity(a.identity), "test").await.unwrap();
        identities::password(&mut tx).await.unwrap().unwrap().record
    };

    let late = gatehouse_store::flows::FlowKey { revision: 7, ..flow };
    let stale = Open { flow: (&late, good.flow.1), ..good };
    assert_eq!(sign_in::open(&cell(&store), &stale, now()).await.unwrap(), FlowSaved::Stale);
    let never = session(&a, SessionId::from_uuid(uuid()));
    let vanished = Open { session: &never, renews: true, ..good };
    assert_eq!(sign_in::open(&cell(&store), &vanished, now()).await.unwrap(), FlowSaved::Stale);
    assert_eq!(password().await, hash(), "nothing happened");
    assert!(browsers::read(&cell(&store), &place.new, now()).await.unwrap().is_none());

    assert_eq!(sign_in::open(&cell(&store), &good, now()).await.unwrap(), FlowSaved::Now(2));
    assert_eq!(password().await, newer, "the same password in a newer form");
    assert_eq!(counters::count(&cell(&store), &[key], now()).await.unwrap()[0].count, 1, "the try came back");
    assert!(browsers::knows(&cell(&store), &place.new, &place.mark, now()).await.unwrap().is_some());
    assert_eq!(browsers::knows(&cell(&store), &place.new, digest().as_bytes(), now()).await.unwrap(), None);
    assert_eq!(
        browsers::knows(&cell(&store), &place.new, &place.mark, later(9999)).await.unwrap(),
        None,
        "expired"
    );

    let again = attach(Some(place.new));
    let (flow, renewed) = (start(&store).await, StoredSession { auth_time: later(60), ..opened.clone() });
    let renewing = Open { renews: true, judged: &newer, ..opening(&renewed, &again, &flow) };
    assert_eq!(sign_in::open(&cell(&store), &renewing, later(60)).await.unwrap(), FlowSaved::Now(2));
    let browser = browsers::read(&cell(&store), &again.new, later(60)).await.unwrap().unwrap();
    let listed: Vec<_> = browser.sessions.iter().map(|s| (s.session.id, s.session.auth_time)).collect();
    assert_eq!(listed, [(opened.id, later(60))]);
    assert!(
        browsers::knows(&cell(&store), &again.new, &place.mark, now()).await.unwrap().is_some(),
        "under any handle"
    );
}

#[tokio::test]
async fn of_racing_sign_ins_in_one_flow_one_opens() {
    let database = fresh("tenancy_open_race").await;
    let store = Arc::new(database.store(8).await);
    let a = sample(&store, "alpha").await;
    let flow = start(&store).await;
    let racers = (0..8).map(|_| {
        let (store, opened) = (Arc::clone(&store), session(&a, SessionId::from_uuid(uuid())));
        async move {
            let place = attach(None);
            sign_in::open(&cell(&store), &opening(&opened, &place, &flow), now()).await.unwrap()
        }
    });
    let answers = race(racers).await;
    assert_eq!(answers.iter().filter(|saved| **saved == FlowSaved::Now(2)).count(), 1);
    let mut admin = database.admin().await;
    let open: i64 =
        sqlx::query_scalar("SELECT count(*) FROM cell.sessions").fetch_one(&mut admin).await.unwrap();
    assert_eq!(open, 2, "the sample's and the winner's");
}

#[tokio::test]
async fn a_session_ends_once_and_falls_with_its_person() {
    let database = fresh("tenancy_sessions").await;
    let store = database.store(4).await;
    let a = sample(&store, "alpha").await;
    let place = attach(None);
    let id = SessionId::from_uuid(uuid());
    open(&store, &session(&a, id), &place).await;
    let live = async |at| {
        let found = browsers::read(&cell(&store), &place.new, at).await.unwrap();
        found.is_some_and(|browser| browser.sessions.iter().any(|listed| listed.session.id == id))
    };
    assert!(live(later(1799)).await);
    assert!(!live(later(1800)).await, "idle for too long");
    let mut admin = database.admin().await;
    admin.execute("UPDATE cell.identities SET epoch = epoch + 1").await.unwrap();
    assert!(!live(now()).await, "the epoch ends sessions");
    admin.execute("UPDATE cell.identities SET epoch = epoch - 1").await.unwrap();
    assert!(live(now()).await);
    let mut tx = write(&store, Scope::identity(a.identity)).await;
    assert_eq!(sessions::end(&mut tx, id, "signed_out", now()).await.unwrap(), Some(vec![]));
    assert_eq!(sessions::end(&mut tx, id, "signed_out", now()).await.unwrap(), None);
    done(tx).await;
    assert!(!live(now()).await);
}

#[tokio::test]
async fn a_browser_lists_sessions_under_a_changing_handle() {
    let database = fresh("tenancy_browsers").await;
    let store = database.store(4).await;
    let (a, b) = (sample(&store, "alpha").await, sample(&store, "beta").await);
    let listed = async |place: &Known, at| {
        let browser = browsers::read(&cell(&store), &place.new, at).await.unwrap();
        browser.map(|browser| browser.sessions.into_iter().map(|listed| listed.session).collect::<Vec<_>>())
    };
    let ids = |sessions: Option<Vec<gatehouse_domain::session::LiveSession>>| {
        sessions.unwrap_or_default().iter().map(|session| session.id).collect::<Vec<_>>()
    };
    let [first, theirs, second, narrow] = std::array::from_fn(|_| SessionId::from_uuid(uuid()));
    let one = attach(None);
    open(&store, &session(&a, first), &one).await;
    let two = attach(Some(one.new));
    open(&store, &session(&b, theirs), &two).await;
    assert!(listed(&one, now()).await.is_none(), "the old secret is over");
    let both = listed(&two, now()).await.unwrap();
    assert_eq!(both.iter().map(|session| session.id).collect::<Vec<_>>(), [first, theirs]);
    assert_eq!(both[0].authority, Authority::Full);
    assert_eq!(both[0].name.as_deref(), Some("Ada"));
    assert_eq!(both[0].address.as_deref(), Some("ada@alpha.example"));
    let places: Vec<_> = both[0].memberships.iter().map(|m| (m.tenant, m.member)).collect();
    assert_eq!(places, [(a.tenant, a.member)]);
    assert!(listed(&two, later(9999)).await.is_none(), "expired");

    // A newer session of the same person and authority takes the place; one for a single tenant stands beside it.
    let three = attach(Some(two.new));
    open(&store, &session(&a, second), &three).await;
    assert_eq!(ids(listed(&three, now()).await), [theirs, second]);
    assert_eq!(fallen(&store).await, [first]);
    let four = attach(Some(three.new));
    let bound = StoredSession { authority: Authority::Tenant(a.tenant), ..session(&a, narrow) };
    open(&store, &bound, &four).await;
    assert_eq!(ids(listed(&four, now()).await).len(), 3);
    let mut tx = write(&store, Scope::platform()).await;
    assert!(browsers::detach(&mut tx, &four.new, second).await.unwrap());
    assert!(!browsers::detach(&mut tx, &four.new, second).await.unwrap());
    done(tx).await;
    assert_eq!(ids(listed(&four, now()).await).len(), 2);
}

fn evicted(now: Timestamp, until: Timestamp) -> Claim<'static> {
    Claim { kinds: &["session_evicted"], now, until, most: 100, share: 100 }
}

/// The sessions that wait to be ended because they fell off a list.
async fn fallen(store: &Store) -> Vec<SessionId> {
    let jobs = jobs::claim(&cell(store), &evicted(now(), later(60))).await.unwrap();
    let session = |job: &jobs::Job| {
        assert_eq!(job.kind, "session_evicted");
        SessionId::from_uuid(job.payload["session"].as_str().unwrap().parse().unwrap())
    };
    jobs.iter().map(session).collect()
}

#[tokio::test]
async fn the_ninth_session_pushes_out_the_first() {
    let database = fresh("tenancy_browser_limit").await;
    let store = database.store(4).await;
    let a = sample(&store, "alpha").await;
    let mut handle = None;
    let mut opened = Vec::new();
    for number in 0..9 {
        assert!(fallen(&store).await.is_empty());
        let id = SessionId::from_uuid(uuid());
        let authority = Authority::Tenant(TenantId::from_uuid(uuid()));
        let place = attach(handle);
        let flow = start(&store).await;
        let listed = StoredSession { authority, ..session(&a, id) };
        let saved = sign_in::open(&cell(&store), &opening(&listed, &place, &flow), later(number)).await;
        assert_eq!(saved.unwrap(), FlowSaved::Now(2));
        handle = Some(place.new);
        opened.push(id);
    }
    let late = jobs::claim(&cell(&store), &evicted(later(60), later(120))).await.unwrap();
    assert_eq!(late.len(), 1);
    let uuid_of = |key: &str| late[0].payload[key].as_str().unwrap().parse::<uuid::Uuid>().unwrap();
    assert_eq!(IdentityId::from_uuid(uuid_of("identity")), a.identity);
    assert_eq!(SessionId::from_uuid(uuid_of("session")), opened[0]);
}

#[tokio::test]
async fn a_session_is_listed_for_its_own_person_only() {
    let database = fresh("tenancy_browser_scope").await;
    let store = database.store(2).await;
    let (a, b): (Sample, Sample) = (sample(&store, "alpha").await, sample(&store, "beta").await);
    let mut app = database.app().await;
    let attach = format!(
        "SELECT set_config('gatehouse.identity', '{}', false);
         SELECT cell.browser_attach(NULL, sha256('a'), '{}', '{}', '{}', NULL, sha256('m'), now(), now())",
        b.identity.uuid(),
        uuid(),
        a.identity.uuid(),
        a.session.uuid()
    );
    let fault = app.execute(sqlx::AssertSqlSafe(attach)).await.unwrap_err();
    assert_eq!(fault.as_database_error().unwrap().code().unwrap(), "42501");
}

#[tokio::test]
async fn all_other_sessions_of_a_person_end_at_once() {
    let database = fresh("tenancy_end_others").await;
    let store = database.store(4).await;
    let (a, b) = (sample(&store, "alpha").await, sample(&store, "beta").await);
    let (kept, ended) = (SessionId::from_uuid(uuid()), a.session);
    open(&store, &session(&a, kept), &attach(None)).await;
    let issued = record(Stream::Tenant(a.tenant), "code.issued");
    let of_session = code(&a, "openid");
    let entering = codes::Issue {
        tenant: a.tenant,
        code: &of_session,
        enters: true,
        idle_end: None,
        flow: None,
        issued: &issued,
    };
    assert!(codes::issue(&cell(&store), &entering, now()).await.unwrap());
    let mut tx = write(&store, Scope::identity(a.identity)).await;
    let others = sessions::end_others(&mut tx, Some(kept), "password_reset", now()).await.unwrap();
    assert_eq!(others, [(ended, vec![a.tenant])], "each that ended, with the tenants it had entered");
    assert!(sessions::end_others(&mut tx, Some(kept), "x", now()).await.unwrap().is_empty());
    done(tx).await;
    let mut admin = database.admin().await;
    let open: Vec<uuid::Uuid> =
        sqlx::query_scalar("SELECT id FROM cell.sessions WHERE ended_at IS NULL ORDER BY id")
            .fetch_all(&mut admin)
            .await
            .unwrap();
    let mut expected = vec![kept.uuid(), b.session.uuid()];
    expected.sort();
    assert_eq!(open, expected);
    let mut tx = write(&store, Scope::identity(a.identity)).await;
    let last = sessions::end_others(&mut tx, None, "password_reset", now()).await.unwrap();
    assert_eq!(last, [(kept, vec![])], "all of them, if none is named");
    done(tx).await;
}

#[tokio::test]
async fn a_raised_epoch_ends_sessions_and_grants() {
    let database = fresh("tenancy_epoch").await;
    let store = database.store(4).await;
    let (a, b) = (sample(&store, "alpha").await, sample(&store, "beta").await);
    let mut people = Vec::new();
    for person in [&a, &b] {
        let place = attach(None);
        open(&store, &session(person, SessionId::from_uuid(uuid())), &place).await;
        let granted = code(person, "openid");
        issue(&store, person, &granted).await;
        let redeemed = codes::redeem(&cell(&store), &redemption(person, &granted), now()).await.unwrap();
        assert!(matches!(redeemed, codes::Redeemed::Granted(..)), "{redeemed:?}");
        people.push((person.tenant, place, granted.grant));
    }
    let live = async |person: usize| {
        let (tenant, place, grant) = &people[person];
        let browser = browsers::read(&cell(&store), &place.new, now()).await.unwrap();
        let listed = browser.is_some_and(|browser| !browser.sessions.is_empty());
        let granted = grants::live(&cell(&store), *tenant, *grant, None, false, now()).await.unwrap();
        (listed, granted.is_ok())
    };
    assert_eq!((live(0).await, live(1).await), ((true, true), (true, true)));
    let mut tx = write(&store, Scope::identity(a.identity)).await;
    assert_eq!(identities::raise_epoch(&mut tx).await.unwrap(), 2);
    done(tx).await;
    assert_eq!((live(0).await, live(1).await), ((false, false), (true, true)));
}
