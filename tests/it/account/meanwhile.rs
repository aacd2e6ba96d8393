//! What changes while somebody waits for their turn (rule D9): a request is judged by what is there once it has it.

use chrono::TimeDelta;
use futures_util::future::BoxFuture;
use gatehouse_domain::ids::IdentityId;
use gatehouse_domain::time::Clock as _;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

use super::kit::{PASSWORD, act, add, enter, link, open, person, sql, standing, state};
use crate::support::{Agent, Answered, World};

const ALICE: &str = "alice@acme.test";
const CAROL: &str = "carol@consult.test";
const MORE: &str = "alice@home.example";
const LATER: &str = "mallory@later.example";

/// Holds something in a transaction of its own until a request waits for it, changes something, and lets it go on.
async fn meanwhile(
    world: &World,
    held: &str,
    request: BoxFuture<'static, Answered>,
    change: &str,
) -> Answered {
    let mut admin = world.admin().await;
    let mut holding = admin.begin().await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(held.to_owned())).execute(&mut *holding).await.unwrap();
    let asking = tokio::spawn(request);
    let mut looking = world.admin().await;
    while waiting(&mut looking, "true").await == 0 {
        assert!(!asking.is_finished(), "it did not wait: {:?}", asking.await);
        tokio::task::yield_now().await;
    }
    let done = sqlx::raw_sql(AssertSqlSafe(change.to_owned())).execute(&mut *holding).await.unwrap();
    assert!(done.rows_affected() > 0, "{change}");
    holding.commit().await.unwrap();
    asking.await.unwrap()
}

/// How many connections of this database wait for a lock, among those that something more is true of.
async fn waiting(looking: &mut PgConnection, more: &str) -> i64 {
    let sql = format!(
        "SELECT count(*) FROM pg_stat_activity AS a
         WHERE a.datname = current_database() AND a.wait_event_type = 'Lock' AND {more}"
    );
    sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(looking).await.unwrap()
}

/// The person's turn.
fn turn(who: IdentityId) -> String {
    format!("SELECT pg_advisory_xact_lock(hashtextextended('{}', 0))", who.uuid())
}

/// A form of the account, filled in beforehand.
fn form(
    agent: &Agent,
    page: &Answered,
    action: &str,
    fields: &[(&str, &str)],
) -> BoxFuture<'static, Answered> {
    let (mut agent, page, action) = (agent.clone(), page.clone(), action.to_owned());
    let fields: Vec<(String, String)> =
        fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Box::pin(async move {
        let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        agent.submit(&page, &action, &fields).await
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_that_waited_falls_with_its_session() {
    let world = World::dev().await;
    let platform = world.platform();
    let carol = person(&world, CAROL).await;
    let (mut agent, _) = enter(&world, &platform, CAROL).await;
    add(&world, &mut agent, &platform, MORE).await;
    let own = open(&mut agent, &format!("{platform}/account/password")).await;
    let hidden = own.hidden("/account/password");
    let who = carol.uuid();
    let epoch =
        |by: &str| format!("UPDATE cell.identities SET epoch = epoch {by} WHERE identity_id = '{who}'");
    let ended = |to: &str| {
        format!("UPDATE cell.sessions SET (ended_at, ended_reason) = ({to}) WHERE identity_id = '{who}'")
    };
    let ways = [(epoch("+ 1"), epoch("- 1")), (ended("now(), 'trial'"), ended("NULL, NULL"))];
    let more = sqlx::query_scalar::<_, uuid::Uuid>("SELECT id FROM cell.addresses WHERE address = $1")
        .bind(MORE)
        .fetch_one(&mut world.admin().await)
        .await
        .unwrap();
    let more = gatehouse_domain::ids::AddressId::from_uuid(more).to_string();
    for (action, filled) in [
        ("password", ("password", "seven purple walruses dance")),
        ("name", ("name", "Mallory")),
        ("address", ("address", LATER)),
        ("addresses/primary", ("address", more.as_str())),
        ("addresses/remove", ("address", more.as_str())),
        ("sessions/end-others", ("", "")),
        ("memberships/leave", ("organization", "acme")),
        ("data", ("", "")),
        ("deletion", ("", "")),
        ("keep", ("", "")),
    ] {
        let (change, back) = &ways[action.len() % 2];
        let before = state(&world).await;
        let mut fields: Vec<(String, String)> = hidden.clone();
        fields.push((filled.0.to_owned(), filled.1.to_owned()));
        let (mut agent, url) = (agent.clone(), format!("{platform}/account/{action}"));
        let request = Box::pin(async move {
            let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
            agent.post(&url, &fields).await
        });
        let no = meanwhile(&world, &turn(carol), request, change).await;
        assert_eq!(no.status, 303, "{action}: {}", no.body);
        assert!(no.location().path().ends_with("/login"), "{action}: {}", no.location());
        sql(&world, back).await;
        assert_eq!(state(&world).await, before, "{action}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sign_in_that_was_judged_by_another_password_opens_nothing() {
    let world = World::dev().await;
    let platform = world.platform();
    let alice = person(&world, ALICE).await;
    let (open, _) = enter(&world, &platform, ALICE).await;
    let changed = |other: IdentityId| {
        format!(
            "UPDATE cell.credentials SET secret = (SELECT secret FROM cell.credentials WHERE identity_id = '{}')
             WHERE identity_id = '{}'",
            other.uuid(),
            alice.uuid()
        )
    };
    let sessions = async || {
        let sql = "SELECT count(*) FROM cell.sessions WHERE identity_id = $1 AND ended_at IS NULL";
        let count = sqlx::query_scalar::<_, i64>(sql).bind(alice.uuid());
        count.fetch_one(&mut world.admin().await).await.unwrap()
    };
    let before = sessions().await;
    world.clock.advance(TimeDelta::minutes(6));
    for (mut agent, other) in [(world.agent(), "bob@globex.test"), (open, CAROL)] {
        let changed = changed(person(&world, other).await);
        let begun = agent.get(&format!("{platform}/account/password")).await;
        let mut page = agent.follow(&begun).await;
        if page.body.contains("/login/identifier") {
            let named = agent.submit(&page, "/login/identifier", &[("identifier", ALICE)]).await;
            page = agent.follow(&named).await;
        }
        let request = form(&agent, &page, "/login/password", &[("password", PASSWORD)]);
        let no = meanwhile(&world, &changed, request, "SELECT 1").await;
        assert_eq!(no.status, 409, "{}", no.body);
        assert_eq!(sessions().await, before);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_proven_while_a_change_is_taken_back_goes_too() {
    let world = World::dev().await;
    let platform = world.platform();
    let alice = person(&world, ALICE).await;
    let (mut mallory, _) = enter(&world, &platform, ALICE).await;
    add(&world, &mut mallory, &platform, "mallory@evil.example").await;
    assert_eq!(act(&mut mallory, &platform, "primary", "mallory@evil.example").await.status, 303);
    let page = open(&mut mallory, &format!("{platform}/account/address")).await;
    mallory.submit(&page, "/account/address", &[("address", LATER)]).await;
    let link = link(&world, ALICE, "/account/undo").await;
    let mut victim = world.agent();
    let hop = victim.get(&link).await;
    let page = victim.follow(&hop).await;
    let proven = format!(
        "UPDATE cell.addresses SET state = 'verified', verified_at = '{}' WHERE address = '{LATER}'",
        world.clock.now()
    );
    let done = meanwhile(&world, &turn(alice), form(&victim, &page, "/account/undo", &[]), &proven).await;
    assert_eq!(done.status, 200, "{}", done.body);
    assert_eq!(standing(&world, alice).await, ["alice@acme.test verified main"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_waits_for_a_person_s_row_has_the_turn() {
    let world = World::dev().await;
    let platform = world.platform();
    let alice = person(&world, ALICE).await;
    let (mut agent, _) = enter(&world, &platform, ALICE).await;
    add(&world, &mut agent, &platform, MORE).await;
    assert_eq!(act(&mut agent, &platform, "primary", MORE).await.status, 303);
    let undo = link(&world, ALICE, "/account/undo").await;
    let mut victim = world.agent();
    let hop = victim.get(&undo).await;
    let undo = victim.follow(&hop).await;
    let addresses = open(&mut agent, &format!("{platform}/account/address")).await;
    let held = format!("SELECT FROM cell.identities WHERE identity_id = '{}' FOR UPDATE", alice.uuid());
    for request in [
        form(&agent, &addresses, "/account/address", &[("address", LATER)]),
        form(&victim, &undo, "/account/undo", &[]),
    ] {
        let mut admin = world.admin().await;
        let mut holding = admin.begin().await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(held.clone())).execute(&mut *holding).await.unwrap();
        let asking = tokio::spawn(request);
        let mut looking = world.admin().await;
        while waiting(&mut looking, "true").await == 0 {
            assert!(!asking.is_finished(), "it did not wait: {:?}", asking.await);
            tokio::task::yield_now().await;
        }
        let has_turn = "EXISTS (SELECT FROM pg_locks AS l WHERE l.pid = a.pid AND l.locktype = 'advisory' AND l.granted)";
        assert_eq!(waiting(&mut looking, has_turn).await, 1, "the turn comes before the row");
        holding.commit().await.unwrap();
        assert!(asking.await.unwrap().status.as_u16() < 400);
    }
}
