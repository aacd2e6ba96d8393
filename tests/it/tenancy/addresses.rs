//! Whose an address is: one proof at a time wins, claims yield to it, and what was let go of stays free for its time.

use std::sync::Arc;

use chrono::TimeDelta;
use gatehouse_domain::email::LeftBecause;
use gatehouse_domain::ids::{AddressId, IdentityId};
use gatehouse_domain::time::Timestamp;
use gatehouse_store::addresses::{self, Proved, Released};
use gatehouse_store::proofs::Tried;
use gatehouse_store::{Scope, Store};
use sqlx::Executor as _;

use super::address_moves::lapse;
use super::proving::{COOL_OFF, Claimant, Mailed, mark, prove};
use super::support::fresh;
use super::world::{cell, done, later, now, race, uuid, warm, write};

const SHARED: &str = "bob@gamma.example";

async fn owner(store: &Store, address: &str) -> Option<IdentityId> {
    let mut tx = cell(store).read(Scope::platform(), "test").await.unwrap();
    addresses::find_verified_owner(&mut tx, &address.parse().unwrap()).await.unwrap()
}

async fn let_go(store: &Store, one: &Claimant, at: Timestamp) -> Released {
    let mut tx = write(store, Scope::identity(one.who)).await;
    let times = (at, at + COOL_OFF);
    let why = LeftBecause::Released;
    let released = addresses::release(&mut tx, one.id, &mark(&one.address), why, uuid(), times).await;
    done(tx).await;
    released.unwrap()
}

/// Twenty people who have shown the same mailbox and have not come further.
async fn crowd(store: &Store) -> Vec<(Claimant, Mailed)> {
    let mut crowd = Vec::new();
    for _ in 0..20 {
        let one = Claimant::new(store, SHARED).await;
        let mailed = one.mailed(store).await;
        assert_eq!(mailed.tried(store, mailed.code, now()).await, Tried::Proven);
        crowd.push((one, mailed));
    }
    warm(store, 20).await;
    crowd
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_racing_proofs_of_an_address_one_wins() {
    let database = fresh("addresses_race").await;
    let store = Arc::new(database.store(20).await);
    let racers = crowd(&store).await.into_iter().map(|(one, mailed)| {
        let store = Arc::clone(&store);
        async move { (one.who, one.proves(&store, &mailed, now()).await) }
    });
    let mut winner = None;
    for answer in race(racers).await {
        match answer {
            (who, Proved::Verified(None)) => assert_eq!(winner.replace(who), None, "one winner"),
            (_, proved) => assert_eq!(proved, Proved::Taken),
        }
    }
    assert_eq!(owner(&store, SHARED).await, winner);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_winner_of_a_race_takes_the_claims_of_those_who_wait() {
    let database = fresh("addresses_evictions").await;
    let (store, mut admin) = (Arc::new(database.store(20).await), database.admin().await);
    let racers = crowd(&store).await.into_iter().map(|(one, mailed)| {
        let store = Arc::clone(&store);
        async move {
            let mut tx = write(&store, Scope::identity(one.who)).await;
            let proved = prove(&mut tx, one.id, &one.address, &mailed, now()).await;
            let victims = match proved {
                Proved::Verified(_) => addresses::evict_claims(&mut tx, &one.address, now()).await.unwrap(),
                _ => Vec::new(),
            };
            done(tx).await;
            (proved, victims.len())
        }
    });
    let answers = race(racers).await;
    let won: Vec<_> = answers.iter().filter(|(proved, _)| *proved == Proved::Verified(None)).collect();
    assert_eq!(won, [&(Proved::Verified(None), 19)], "{answers:?}");
    assert_eq!(answers.iter().filter(|(proved, _)| *proved == Proved::Gone).count(), 19, "{answers:?}");
    let (retired, told): (i64, i64) = sqlx::query_as(
        "SELECT (SELECT count(*) FROM cell.addresses WHERE state = 'retired'),
            (SELECT count(*) FROM cell.address_evidence WHERE state = 'retired' AND method = 'evicted')",
    )
    .fetch_one(&mut admin)
    .await
    .unwrap();
    assert_eq!((retired, told), (19, 19));
}

#[tokio::test]
async fn claims_yield_to_nothing_but_a_proof_of_this_transaction() {
    let database = fresh("addresses_evict").await;
    let store = database.store(4).await;
    let winner = Claimant::new(&store, SHARED).await;
    let (claimed, pending) = (Claimant::new(&store, SHARED).await, Claimant::new(&store, SHARED).await);
    let theirs = pending.mailed(&store).await;
    let elsewhere = Claimant::of(&store, claimed.who, "elsewhere@gamma.example").await;
    let gone = Claimant::new(&store, SHARED).await;
    assert_eq!(let_go(&store, &gone, now()).await, Released::Done);
    let other = Claimant::of(&store, winner.who, "other@gamma.example").await;
    let mailed = winner.mailed(&store).await;
    assert_eq!(mailed.tried(&store, mailed.code, now()).await, Tried::Proven);

    let refused = async |prepare: u8| {
        let mut tx = write(&store, Scope::identity(winner.who)).await;
        match prepare {
            1 => assert!(addresses::make_primary(&mut tx, winner.id).await.unwrap()),
            2 => {
                let proved = prove(&mut tx, winner.id, &winner.address, &mailed, now()).await;
                assert_eq!(proved, Proved::Verified(None));
                // What was proven is one address, and no other of the same person.
                let fault = addresses::evict_claims(&mut tx, &other.address, now()).await.unwrap_err();
                return fault.sqlstate();
            }
            _ => {}
        }
        let fault = addresses::evict_claims(&mut tx, &winner.address, now()).await.unwrap_err();
        fault.sqlstate()
    };
    assert_eq!(refused(0).await.as_deref(), Some("42501"), "nothing is proven");
    assert_eq!(refused(2).await.as_deref(), Some("42501"), "another address is");
    let mut tx = write(&store, Scope::identity(winner.who)).await;
    assert_eq!(prove(&mut tx, winner.id, &winner.address, &mailed, now()).await, Proved::Verified(None));
    let mut victims = addresses::evict_claims(&mut tx, &winner.address, now()).await.unwrap();
    victims.sort_by_key(|who| who.uuid());
    let mut expected = [claimed.who, pending.who];
    expected.sort_by_key(|who| who.uuid());
    assert_eq!(victims, expected, "those who claimed it or waited for a mail, and nobody else");
    assert!(addresses::evict_claims(&mut tx, &winner.address, now()).await.unwrap().is_empty(), "once");
    done(tx).await;
    assert_eq!(refused(0).await.as_deref(), Some("42501"), "proven before");
    assert_eq!(refused(1).await.as_deref(), Some("42501"), "touched is not proven");

    assert_eq!(
        theirs.tried(&store, theirs.code, now()).await,
        Tried::Gone,
        "the mail on its way is worth nothing"
    );
    for (who, kept) in [(claimed.who, vec![elsewhere.id]), (pending.who, vec![])] {
        let mut tx = cell(&store).read(Scope::identity(who), "test").await.unwrap();
        let listed: Vec<_> = addresses::list(&mut tx).await.unwrap().iter().map(|a| a.id).collect();
        assert_eq!(listed, kept);
    }
}

#[tokio::test]
async fn what_was_let_go_of_is_kept_from_others_for_thirty_days() {
    let database = fresh("addresses_released").await;
    let store = database.store(4).await;
    let old = Claimant::new(&store, "old@gamma.example").await;
    assert_eq!(old.verified(&store, now()).await, Proved::Verified(None));
    let shared = Claimant::of(&store, old.who, SHARED).await;
    assert_eq!(shared.verified(&store, now()).await, Proved::Verified(None));
    let new = Claimant::new(&store, SHARED).await;
    assert_eq!(new.verified(&store, later(5)).await, Proved::Taken, "not let go of yet");
    assert_eq!(let_go(&store, &shared, later(10)).await, Released::Done);
    assert_eq!(owner(&store, SHARED).await, None);
    let free = later(10) + COOL_OFF;
    assert_eq!(new.verified(&store, later(20)).await, Proved::Held);
    assert_eq!(new.verified(&store, free - TimeDelta::seconds(1)).await, Proved::Held);
    assert_eq!(owner(&store, SHARED).await, None, "a proof that is held off writes nothing");

    let back = Claimant::of(&store, old.who, SHARED).await;
    assert_eq!(back.verified(&store, later(30)).await, Proved::Verified(None), "the one who let go, at once");
    assert_eq!(let_go(&store, &back, later(40)).await, Released::Done);
    assert_eq!(new.verified(&store, free).await, Proved::Held, "let go of again since");
    assert_eq!(new.verified(&store, later(40) + COOL_OFF).await, Proved::Verified(None));
    assert_eq!(owner(&store, SHARED).await, Some(new.who));

    let unproven = Claimant::new(&store, "claimed@gamma.example").await;
    assert_eq!(let_go(&store, &unproven, now()).await, Released::Done);
    let next = Claimant::new(&store, "claimed@gamma.example").await;
    assert_eq!(
        next.verified(&store, now()).await,
        Proved::Verified(None),
        "what was never proven is free at once"
    );
}

#[tokio::test]
async fn an_owner_whose_proof_lapsed_gives_way_after_the_cool_off() {
    let database = fresh("addresses_lapsed").await;
    let (store, mut admin) = (database.store(4).await, database.admin().await);
    let (old, new) = (Claimant::new(&store, SHARED).await, Claimant::new(&store, SHARED).await);
    assert_eq!(old.verified(&store, now()).await, Proved::Verified(None));
    let lapsed = now() + TimeDelta::days(1);
    lapse(&mut admin, &old, &format!("timestamptz '{lapsed}'")).await;
    assert_eq!(owner(&store, SHARED).await, None, "good for nothing");
    assert!(addresses::mailbox(&cell(&store), &old.address).await.unwrap().is_none());
    assert_eq!(new.verified(&store, lapsed + COOL_OFF - TimeDelta::seconds(1)).await, Proved::Taken);
    assert_eq!(new.verified(&store, lapsed + COOL_OFF).await, Proved::Verified(Some(old.who)));
    assert_eq!(owner(&store, SHARED).await, Some(new.who));
    let told: String = sqlx::query_scalar(
        "SELECT method FROM cell.address_evidence WHERE address_id = $1 AND state = 'retired'",
    )
    .bind(old.id.uuid())
    .fetch_one(&mut admin)
    .await
    .unwrap();
    assert_eq!(told, "superseded");

    let (kept, late) = (Claimant::new(&store, "kept@gamma.example").await, later(60));
    assert_eq!(kept.verified(&store, now()).await, Proved::Verified(None));
    lapse(&mut admin, &kept, &format!("timestamptz '{late}'")).await;
    assert_eq!(
        kept.verified(&store, late).await,
        Proved::Verified(None),
        "the owner proves it again at once"
    );
    assert_eq!(owner(&store, "kept@gamma.example").await, Some(kept.who));
}

#[tokio::test]
async fn the_last_proven_address_stays_and_the_oldest_other_one_follows_the_first() {
    let database = fresh("addresses_first").await;
    let (store, mut admin) = (database.store(4).await, database.admin().await);
    let first = Claimant::new(&store, "first@gamma.example").await;
    let who = first.who;
    assert_eq!(first.verified(&store, now()).await, Proved::Verified(None));
    let claimed = Claimant::of(&store, who, "claimed@gamma.example").await;
    assert_eq!(let_go(&store, &first, later(1)).await, Released::Last, "a claim is no second one");
    let youngest = Claimant::of(&store, who, "youngest@gamma.example").await;
    let second = Claimant::of(&store, who, "second@gamma.example").await;
    assert_eq!(second.verified(&store, later(10)).await, Proved::Verified(None));
    assert_eq!(youngest.verified(&store, later(20)).await, Proved::Verified(None));
    let order = async || {
        let mut tx = cell(&store).read(Scope::identity(who), "test").await.unwrap();
        let listed = addresses::list(&mut tx).await.unwrap();
        let primary: Vec<_> = listed.iter().filter(|one| one.primary).map(|one| one.id).collect();
        (primary, listed.iter().map(|one| one.id).collect::<Vec<_>>())
    };
    let all = vec![first.id, second.id, youngest.id, claimed.id];
    assert_eq!(order().await, (vec![first.id], all), "the first proven one is the first");
    let make_primary = async |one: &Claimant| {
        let mut tx = write(&store, Scope::identity(who)).await;
        let made = addresses::make_primary(&mut tx, one.id).await.unwrap();
        done(tx).await;
        made
    };
    assert!(!make_primary(&claimed).await, "not proven");
    assert!(!make_primary(&Claimant::new(&store, "theirs@gamma.example").await).await, "somebody else's");
    assert!(make_primary(&youngest).await);
    assert_eq!(order().await.0, [youngest.id]);
    assert!(make_primary(&first).await);
    assert_eq!(let_go(&store, &first, later(30)).await, Released::Done);
    assert_eq!(order().await.0, [second.id], "the oldest proven of the others");
    assert!(!make_primary(&first).await, "let go of");
    assert_eq!(let_go(&store, &first, later(30)).await, Released::Absent);
    assert_eq!(let_go(&store, &youngest, later(40)).await, Released::Done);
    assert_eq!(order().await.0, [second.id]);
    lapse(&mut admin, &second, "now()").await;
    assert!(!make_primary(&second).await, "lapsed");
}

#[tokio::test]
async fn mail_goes_to_whoever_has_proven_the_address_and_may_sign_in() {
    let database = fresh("addresses_mailbox").await;
    let (store, mut admin) = (database.store(4).await, database.admin().await);
    let one = Claimant::new(&store, "Ada.L@gamma.example").await;
    let typed = "ADA.l@gamma.example".parse().unwrap();
    let mailbox = async || addresses::mailbox(&cell(&store), &typed).await.unwrap();
    assert!(mailbox().await.is_none(), "claimed");
    let mailed = one.mailed(&store).await;
    assert!(mailbox().await.is_none(), "pending");
    assert_eq!(mailed.tried(&store, mailed.code, now()).await, Tried::Proven);
    assert!(mailbox().await.is_none(), "a proven mailbox alone is no address");
    assert_eq!(one.proves(&store, &mailed, now()).await, Proved::Verified(None));
    let found = mailbox().await.unwrap();
    assert_eq!((found.identity, found.address.to_string()), (one.who, "Ada.L@gamma.example".to_owned()));
    for (status, there) in [("disabled", false), ("deleted", false), ("active", true)] {
        let sql = format!("UPDATE cell.identities SET status = '{status}'");
        admin.execute(sqlx::AssertSqlSafe(sql)).await.unwrap();
        assert_eq!(mailbox().await.is_some(), there, "{status}");
    }
}

#[tokio::test]
async fn claims_that_stand_too_long_are_named_and_nothing_else_is_given_up() {
    let database = fresh("addresses_unproven").await;
    let store = database.store(4).await;
    let (claimed, pending) =
        (Claimant::new(&store, "a@gamma.example").await, Claimant::new(&store, "b@gamma.example").await);
    pending.mailed(&store).await;
    let proven = Claimant::new(&store, "c@gamma.example").await;
    let sorted = |mut rows: Vec<(IdentityId, AddressId)>| {
        rows.sort_by_key(|(_, id)| id.uuid());
        rows
    };
    let named = async |before| sorted(addresses::unproven(&cell(&store), before, 10).await.unwrap());
    let of = |one: &Claimant| (one.who, one.id);
    assert_eq!(named(now()).await, []);
    assert_eq!(named(later(1)).await, sorted(vec![of(&claimed), of(&pending), of(&proven)]));
    assert_eq!(proven.verified(&store, later(2)).await, Proved::Verified(None), "since the list was read");
    for (one, given_up) in
        [(&claimed, Released::Done), (&pending, Released::Done), (&proven, Released::Absent)]
    {
        let mut tx = write(&store, Scope::identity(one.who)).await;
        let (why, times) = (LeftBecause::Unproven, (later(3), later(4)));
        let left =
            addresses::release(&mut tx, one.id, &mark(&one.address), why, uuid(), times).await.unwrap();
        assert_eq!(left, given_up, "{}", one.address);
        done(tx).await;
    }
    assert_eq!(owner(&store, "c@gamma.example").await, Some(proven.who));
    assert_eq!(named(later(9)).await, []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_first_addresses_at_once_are_no_fault() {
    let database = fresh("addresses_primary_race").await;
    let store = Arc::new(database.store(20).await);
    let who = Claimant::new(&store, "0@gamma.example").await.who;
    let mut proven = Vec::new();
    for number in 1..=10 {
        let one = Claimant::of(&store, who, &format!("{number}@gamma.example")).await;
        let mailed = one.mailed(&store).await;
        assert_eq!(mailed.tried(&store, mailed.code, now()).await, Tried::Proven);
        proven.push((one, mailed));
    }
    warm(&store, 20).await;
    let racers = proven.clone().into_iter().map(|(one, mailed)| {
        let store = Arc::clone(&store);
        async move { one.proves(&store, &mailed, now()).await }
    });
    assert_eq!(race(racers).await, [Proved::Verified(None); 10]);
    let racers = proven.into_iter().map(|(one, _)| {
        let store = Arc::clone(&store);
        async move {
            let mut tx = write(&store, Scope::identity(who)).await;
            let made = addresses::make_primary(&mut tx, one.id).await.unwrap();
            done(tx).await;
            made
        }
    });
    assert_eq!(race(racers).await, [true; 10]);
    let mut tx = cell(&store).read(Scope::identity(who), "test").await.unwrap();
    let listed = addresses::list(&mut tx).await.unwrap();
    assert_eq!(listed.iter().filter(|one| one.primary).count(), 1);
}
