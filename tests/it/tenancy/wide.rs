//! Counts that processes add up, letters that are written seldom, and what is queued when somebody signs in with a new browser.

use std::sync::Arc;

use gatehouse_domain::ids::{MailId, SessionId};
use gatehouse_store::counters::{self, Added, CounterKey};
use gatehouse_store::flows::FlowSaved;
use gatehouse_store::mails::{self, NewMail};
use gatehouse_store::sign_in::Open;
use gatehouse_store::{Scope, jobs, sign_in};
use serde_json::json;

use super::support::fresh;
use super::work::start;
use super::world::{attach, cell, done, later, now, opening, race, sample, session, uuid, write};

const fn added(byte: u8, count: i64) -> Added {
    Added { key: [byte; 32], window_s: 60, count }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_processes_add_at_once_is_all_in_the_sum() {
    let database = fresh("tenancy_wide").await;
    let store = Arc::new(database.store(10).await);
    let racers = (0..20_u8).map(|turn| {
        let store = Arc::clone(&store);
        // The order asked differs, the order written does not: no circle of waits.
        let all = if turn % 2 == 0 { [added(1, 3), added(2, 5)] } else { [added(2, 5), added(1, 3)] };
        async move { counters::add(&cell(&store), &all, now()).await.unwrap() }
    });
    for sums in race(racers).await {
        assert!(sums.iter().all(|sum| *sum >= 3), "{sums:?}");
    }
    let sums = async |all: &[Added], at| counters::add(&cell(&store), all, at).await.unwrap();
    assert_eq!(sums(&[added(2, 0), added(1, 0)], now()).await, [100, 60], "in the order asked");
    assert_eq!(sums(&[added(1, -58)], now()).await, [2], "given back");
    assert_eq!(sums(&[added(1, -5), added(9, -1)], now()).await, [0, 0], "never below nothing");
    assert_eq!(sums(&[added(2, 1)], later(60)).await, [1], "a new window");
    let key = CounterKey { key: [2; 32], window_s: 60, limit: 100 };
    let counted = counters::count(&cell(&store), &[key], now()).await.unwrap();
    assert_eq!((counted[0].count, counted[0].over), (101, true), "one table of counters");
    counters::give_back(&cell(&store), &[key], now()).await.unwrap();
    let counted = counters::count(&cell(&store), &[key], now()).await.unwrap();
    assert_eq!(counted[0].count, 101, "taken back");
    assert_eq!(jobs::sweep(&cell(&store), later(600), now(), 100).await.unwrap(), 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_letters_about_the_same_one_is_queued_in_its_time() {
    let database = fresh("tenancy_seldom").await;
    let store = Arc::new(database.store(8).await);
    let post = async |kind: &'static str, whom: u8, since, at| {
        let mail = NewMail {
            id: MailId::from_uuid(uuid()),
            tenant: None,
            kind,
            recipient: [whom; 32],
            sealed: &[1],
        };
        let mut tx = write(&store, Scope::platform()).await;
        let posted = mails::post_seldom(&mut tx, &mail, since, at).await.unwrap();
        done(tx).await;
        posted
    };
    let racers = (0..8).map(|_| {
        let store = Arc::clone(&store);
        async move {
            let id = MailId::from_uuid(uuid());
            let mail = NewMail { id, tenant: None, kind: "notice", recipient: [1; 32], sealed: &[1] };
            let mut tx = write(&store, Scope::platform()).await;
            let posted = mails::post_seldom(&mut tx, &mail, later(-60), now()).await.unwrap();
            done(tx).await;
            usize::from(posted)
        }
    });
    assert_eq!(race(racers).await.into_iter().sum::<usize>(), 1, "of eight at once");
    assert!(post("other", 1, later(-60), now()).await, "about something else");
    assert!(post("notice", 2, later(-60), now()).await, "to somebody else");
    assert!(!post("notice", 1, later(-1), later(59)).await);
    assert!(post("notice", 1, now(), later(60)).await, "its time is over");
}

#[tokio::test]
async fn whoever_signs_in_again_with_a_new_browser_is_to_hear_of_it() {
    let database = fresh("tenancy_new_device").await;
    let store = database.store(4).await;
    let a = sample(&store, "alpha").await;
    let mut admin = database.admin().await;
    let mut queued = async || -> i64 {
        let sql =
            "SELECT count(*) FROM cell.jobs WHERE kind = 'new_device' AND payload = '{\"to\": \"ada\"}'";
        sqlx::query_scalar(sql).fetch_one(&mut admin).await.unwrap()
    };
    let notice = json!({ "to": "ada" });
    let enter = async |notice| {
        let (flow, place) = (start(&store).await, attach(None));
        let opened = session(&a, SessionId::from_uuid(uuid()));
        let open = Open { notice, ..opening(&opened, &place, &flow) };
        assert_eq!(sign_in::open(&cell(&store), &open, now()).await.unwrap(), FlowSaved::Now(2));
    };
    sqlx::raw_sql("UPDATE cell.credentials SET last_used_at = NULL")
        .execute(&mut database.admin().await)
        .await
        .unwrap();
    enter(Some(&notice)).await;
    assert_eq!(queued().await, 0, "the first sign-in of all");
    enter(None).await;
    assert_eq!(queued().await, 0, "a browser that is known");
    enter(Some(&notice)).await;
    assert_eq!(queued().await, 1);
    enter(Some(&notice)).await;
    assert_eq!(queued().await, 1, "one waits already");
}
