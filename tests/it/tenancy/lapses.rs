//! What time does to rows: sessions that are long over go, and addresses that refuse letters for long lapse.

use chrono::TimeDelta;
use gatehouse_domain::audit::Stream;
use gatehouse_domain::ids::{AddressId, MailId, SessionId};
use gatehouse_domain::time::Timestamp;
use gatehouse_store::mails::{MailEnd, NewMail};
use gatehouse_store::{Scope, Store, addresses, browsers, codes, lapses, mails, sessions};
use sqlx::PgConnection;

use super::proving::verify;
use super::support::fresh;
use super::world::{
    Sample, attach, cell, code, done, later, now, open, record, redemption, sample, session, uuid, write,
};

async fn count(admin: &mut PgConnection, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(admin).await.unwrap()
}

#[tokio::test]
async fn sessions_that_are_over_go_unless_a_grant_outlives_them() {
    let database = fresh("lapses_sessions").await;
    let store = database.store(2).await;
    let mut admin = database.admin().await;
    let (kept, gone) = (sample(&store, "alpha").await, sample(&store, "beta").await);
    // Alpha's session has entered the tenant, and a grant of it lives twice as long.
    let code = code(&kept, "openid offline_access");
    let issued = record(Stream::Tenant(kept.tenant), "code.issued");
    let issue = codes::Issue {
        tenant: kept.tenant,
        code: &code,
        enters: true,
        idle_end: None,
        flow: None,
        issued: &issued,
    };
    assert!(codes::issue(&cell(&store), &issue, now()).await.unwrap());
    let redeem = codes::Redeem { refresh: Some(super::world::digest()), ..redemption(&kept, &code) };
    let _ = codes::redeem(&cell(&store), &redeem, now()).await.unwrap();
    // Both sessions end after an hour, beta's second one was ended before that.
    let ended = SessionId::from_uuid(uuid());
    open(&store, &session(&gone, ended), &attach(None)).await;
    let mut tx = write(&store, Scope::identity(gone.identity)).await;
    assert!(sessions::end(&mut tx, ended, "test", later(5)).await.unwrap().is_some());
    done(tx).await;
    let live = "SELECT count(*) FROM cell.sessions";
    assert_eq!(sessions::sweep(&cell(&store), later(3600), 500).await.unwrap(), 0, "not over before its end");
    assert_eq!(sessions::sweep(&cell(&store), later(3601), 1).await.unwrap(), 1, "no more than a batch");
    assert_eq!(sessions::sweep(&cell(&store), later(3601), 500).await.unwrap(), 1);
    assert_eq!(count(&mut admin, live).await, 1, "the one that a grant rests on stays");
    assert_eq!(count(&mut admin, "SELECT count(*) FROM cell.browser_sessions").await, 1);
    assert_eq!(
        count(&mut admin, "SELECT count(*) FROM cell.browsers").await,
        3,
        "a browser has an end of its own"
    );
    assert_eq!(
        sessions::sweep(&cell(&store), later(7201), 500).await.unwrap(),
        1,
        "until the grant is over too"
    );
    assert_eq!(count(&mut admin, live).await, 0);
}

#[tokio::test]
async fn a_person_s_browsers_are_forgotten_but_for_the_one_that_is_kept() {
    let database = fresh("lapses_browsers").await;
    let store = database.store(2).await;
    let (ada, other) = (sample(&store, "alpha").await, sample(&store, "beta").await);
    let (here, there, bystander) = (attach(None), attach(None), attach(None));
    let session_here = SessionId::from_uuid(uuid());
    open(&store, &session(&ada, session_here), &here).await;
    open(&store, &session(&ada, SessionId::from_uuid(uuid())), &there).await;
    open(&store, &session(&other, SessionId::from_uuid(uuid())), &bystander).await;
    let mut tx = write(&store, Scope::identity(ada.identity)).await;
    assert_eq!(
        browsers::forget(&mut tx, Some(session_here)).await.unwrap(),
        2,
        "there, and where she was before"
    );
    done(tx).await;
    for (place, known) in [(&here, true), (&there, false), (&bystander, true)] {
        assert_eq!(
            browsers::knows(&cell(&store), &place.new, &place.mark, now()).await.unwrap().is_some(),
            known
        );
    }
    // A browser that is remembered anew gets another handle, and keeps its sessions.
    let again = browsers::Known { old: Some(there.new), ..attach(None) };
    let mut tx = write(&store, Scope::identity(ada.identity)).await;
    browsers::remember(&mut tx, &again, now()).await.unwrap();
    done(tx).await;
    assert!(
        browsers::knows(&cell(&store), &there.new, &again.mark, now()).await.unwrap().is_none(),
        "the old handle is gone"
    );
    assert!(browsers::knows(&cell(&store), &again.new, &again.mark, now()).await.unwrap().is_some());
    assert_eq!(browsers::read(&cell(&store), &again.new, now()).await.unwrap().unwrap().sessions.len(), 1);
}

/// Queues a letter to Ada, and ends it.
async fn letter(store: &Store, who: &Sample, to: &str, how: MailEnd, at: Timestamp) -> MailId {
    let id = MailId::from_uuid(uuid());
    let mail = NewMail { id, tenant: None, kind: "test", recipient: [1; 32], sealed: b"sealed" };
    let mut tx = write(store, Scope::identity(who.identity)).await;
    assert!(mails::post(&mut tx, &mail, at).await.unwrap());
    assert!(mails::end(&mut tx, id, how, to, at).await.unwrap());
    done(tx).await;
    id
}

const LONG: TimeDelta = TimeDelta::days(30);
const REFUSED: MailEnd = MailEnd::Refused("refused");

fn day(days: i64) -> Timestamp {
    later(days * 86_400)
}

async fn refusing(store: &Store) -> Vec<AddressId> {
    let found = lapses::refusing(&cell(store), LONG, 10).await.unwrap();
    found.into_iter().map(|(_, address)| address).collect()
}

#[tokio::test]
async fn only_what_refuses_for_long_and_takes_nothing_lapses() {
    let database = fresh("lapses_addresses").await;
    let store = database.store(2).await;
    let ada = sample(&store, "alpha").await;
    let (first, second) = ("ada@alpha.example", "ada@second.example");
    letter(&store, &ada, first, REFUSED, day(1)).await;
    letter(&store, &ada, first, REFUSED, day(2)).await;
    assert_eq!(refusing(&store).await, [], "twice within a day");
    letter(&store, &ada, first, REFUSED, day(31)).await;
    assert_eq!(refusing(&store).await, [], "her only address");
    let another = AddressId::from_uuid(uuid());
    let mut tx = write(&store, Scope::identity(ada.identity)).await;
    verify(&mut tx, ada.identity, another, &second.parse().unwrap()).await;
    done(tx).await;
    assert_eq!(refusing(&store).await, [ada.address]);
    letter(&store, &ada, second, REFUSED, day(31)).await;
    assert_eq!(refusing(&store).await, [], "the other one refuses as well");
    letter(&store, &ada, second, MailEnd::Sent, day(32)).await;
    assert_eq!(refusing(&store).await, [ada.address]);
    // A letter that it takes ends the count at once; that it comes back undoes that.
    let taken = letter(&store, &ada, first, MailEnd::Sent, day(32)).await;
    assert_eq!(refusing(&store).await, []);
    let mut tx = write(&store, Scope::identity(ada.identity)).await;
    assert!(mails::bounced(&mut tx, taken, "bounced", Some(first), day(33)).await.unwrap());
    done(tx).await;
    assert_eq!(refusing(&store).await, [ada.address]);
    letter(&store, &ada, first, MailEnd::Sent, day(34)).await;
    letter(&store, &ada, first, REFUSED, day(35)).await;
    assert_eq!(refusing(&store).await, [], "after one that stayed, it begins anew");
    letter(&store, &ada, first, REFUSED, day(64)).await;
    assert_eq!(refusing(&store).await, []);
    letter(&store, &ada, first, REFUSED, day(65)).await;
    assert_eq!(refusing(&store).await, [ada.address]);
    let mut tx = write(&store, Scope::identity(ada.identity)).await;
    assert!(!lapses::of_address(&mut tx, another, uuid(), LONG, day(66)).await.unwrap(), "not that one");
    assert!(lapses::of_address(&mut tx, ada.address, uuid(), LONG, day(66)).await.unwrap());
    assert!(!lapses::of_address(&mut tx, ada.address, uuid(), LONG, day(66)).await.unwrap(), "once");
    let listed = addresses::list(&mut tx).await.unwrap();
    done(tx).await;
    let states: Vec<String> =
        listed.iter().map(|held| format!("{} {} {}", held.address, held.state, held.primary)).collect();
    assert_eq!(states, ["ada@second.example verified true", "ada@alpha.example stale false"]);
    let evidence =
        "SELECT count(*) FROM cell.address_evidence WHERE state = 'stale' AND method = 'mail_refused'
        AND details->>'refusals' = '3'";
    assert_eq!(count(&mut database.admin().await, evidence).await, 1);
}
