//! Proofs of mailboxes: few tries, one end, one browser, one use.

use std::sync::Arc;

use chrono::TimeDelta;
use gatehouse_domain::email::{EmailAddress, ProofPurpose};
use gatehouse_domain::ids::IdentityId;
use gatehouse_store::addresses::Proved;
use gatehouse_store::proofs::Tried;
use gatehouse_store::{Scope, Store, jobs, proofs};
use sqlx::PgConnection;

use super::proving::{Claimant, Mailed, TRIES};
use super::support::fresh;
use super::world::{cell, digest, done, later, now, race, warm, write};

/// Begins a proof in the scope of its person, or of none.
async fn begun(
    store: &Store,
    purpose: ProofPurpose,
    who: Option<IdentityId>,
    address: &EmailAddress,
) -> Mailed {
    begun_in(store, Mailed::new(purpose), who, address).await
}

/// The same in a browser of the test's choice.
async fn begun_in(store: &Store, mailed: Mailed, who: Option<IdentityId>, address: &EmailAddress) -> Mailed {
    let mut tx = write(store, who.map_or_else(Scope::platform, Scope::identity)).await;
    mailed.begin(&mut tx, who, address).await;
    done(tx).await;
    mailed
}

/// Spends a proof in a scope.
async fn spent(store: &Store, scope: Scope, mailed: &Mailed, purpose: ProofPurpose) -> bool {
    let mut tx = write(store, scope).await;
    let spent = proofs::spend(&mut tx, mailed.key(), purpose, now()).await.unwrap();
    done(tx).await;
    spent
}

/// The tries that are counted on a proof, and whether it is proven.
async fn row(admin: &mut PgConnection, mailed: &Mailed) -> (i32, bool) {
    let sql = "SELECT attempts, proven_at IS NOT NULL FROM cell.mailbox_proofs WHERE id = $1";
    sqlx::query_as(sql).bind(mailed.id.uuid()).fetch_one(admin).await.unwrap()
}

fn bob() -> EmailAddress {
    "bob@gamma.example".parse().unwrap()
}

#[tokio::test]
async fn a_try_is_counted_before_it_is_compared() {
    let database = fresh("proofs_tries").await;
    let (store, mut admin) = (database.store(4).await, database.admin().await);
    let mailed = begun(&store, ProofPurpose::SignUp, None, &bob()).await;
    for counted in 1..i32::from(TRIES) {
        assert_eq!(mailed.tried(&store, *digest().as_bytes(), now()).await, Tried::Wrong);
        assert_eq!(row(&mut admin, &mailed).await, (counted, false));
    }
    assert_eq!(mailed.tried(&store, mailed.code, now()).await, Tried::Proven, "the last try");
    assert_eq!(row(&mut admin, &mailed).await, (i32::from(TRIES), true));
    assert_eq!(mailed.tried(&store, mailed.code, now()).await, Tried::Gone, "proven before");
    let mailed = begun(&store, ProofPurpose::SignUp, None, &bob()).await;
    for _ in 0..TRIES {
        assert_eq!(mailed.tried(&store, *digest().as_bytes(), now()).await, Tried::Wrong);
    }
    assert_eq!(mailed.tried(&store, mailed.code, now()).await, Tried::Gone, "its tries are used up");
    assert_eq!(row(&mut admin, &mailed).await, (i32::from(TRIES), false), "and no more are counted");
}

#[tokio::test]
async fn a_proof_ends_and_so_does_what_it_has_proven() {
    let database = fresh("proofs_ends").await;
    let store = database.store(4).await;
    let mailed = begun(&store, ProofPurpose::SignUp, None, &bob()).await;
    assert_eq!(mailed.tried(&store, mailed.code, later(600)).await, Tried::Gone, "expired");
    assert_eq!(mailed.followed(&store, &mailed.link, later(600)).await, Tried::Gone, "expired");
    assert_eq!(mailed.followed(&store, &digest(), now()).await, Tried::Gone, "another link");
    assert_eq!(mailed.followed(&store, &mailed.link, later(599)).await, Tried::Proven);
    let late = later(599) + TimeDelta::minutes(30);
    for (at, spends) in [(late, false), (late - TimeDelta::seconds(1), true)] {
        let mut tx = write(&store, Scope::platform()).await;
        assert_eq!(proofs::spend(&mut tx, mailed.key(), ProofPurpose::SignUp, at).await.unwrap(), spends);
        done(tx).await;
    }
    assert_eq!(jobs::sweep(&cell(&store), late - TimeDelta::seconds(1), now(), 100).await.unwrap(), 0);
    assert_eq!(jobs::sweep(&cell(&store), late, now(), 100).await.unwrap(), 1);
}

#[tokio::test]
async fn what_was_mailed_before_is_worth_nothing() {
    let database = fresh("proofs_replaced").await;
    let store = database.store(4).await;
    let (ada, eve) =
        (Claimant::new(&store, "ada@gamma.example").await, Claimant::new(&store, "ada@gamma.example").await);
    for (purpose, who) in [
        (ProofPurpose::SignUp, None),
        (ProofPurpose::Recovery, Some(ada.who)),
        (ProofPurpose::Address, Some(ada.who)),
    ] {
        let browser = Some(digest());
        let again = || Mailed { browser, ..Mailed::new(purpose) };
        let first = begun_in(&store, again(), who, &ada.address).await;
        let elsewhere = begun(&store, purpose, who, &ada.address).await;
        let proven = begun_in(&store, again(), who, &ada.address).await;
        assert_eq!(
            elsewhere.tried(&store, elsewhere.code, now()).await,
            Tried::Proven,
            "{purpose}: whoever asks in somebody's name takes nothing from them"
        );
        assert_eq!(first.tried(&store, first.code, now()).await, Tried::Gone, "{purpose}");
        assert_eq!(first.followed(&store, &first.link, now()).await, Tried::Gone, "{purpose}");
        assert_eq!(proven.tried(&store, proven.code, now()).await, Tried::Proven);
        let last = begun_in(&store, again(), who, &ada.address).await;
        let scope = who.map_or_else(Scope::platform, Scope::identity);
        assert!(spent(&store, scope, &proven, purpose).await, "{purpose}: what came back is not replaced");
        assert_eq!(last.tried(&store, first.code, now()).await, Tried::Wrong, "the older code");
        assert_eq!(last.followed(&store, &first.link, now()).await, Tried::Gone, "the older link");
        assert_eq!(last.followed(&store, &last.link, now()).await, Tried::Proven);
    }
    let (hers, other) = (ada.mailed(&store).await, eve.mailed(&store).await);
    assert_eq!(hers.tried(&store, hers.code, now()).await, Tried::Proven, "another's claim replaces nothing");
    assert_eq!(other.tried(&store, other.code, now()).await, Tried::Proven);
}

#[tokio::test]
async fn another_browser_fails_and_spends_nothing() {
    let database = fresh("proofs_browser").await;
    let (store, mut admin) = (database.store(4).await, database.admin().await);
    let mailed = begun(&store, ProofPurpose::SignUp, None, &bob()).await;
    for browser in [Some(digest()), None] {
        let elsewhere = Mailed { browser, ..mailed };
        assert_eq!(elsewhere.tried(&store, mailed.code, now()).await, Tried::Gone);
        assert_eq!(elsewhere.followed(&store, &mailed.link, now()).await, Tried::Gone);
        assert_eq!(row(&mut admin, &mailed).await, (0, false), "no try is counted");
    }
    assert_eq!(mailed.tried(&store, mailed.code, now()).await, Tried::Proven);
    for browser in [Some(digest()), None] {
        let elsewhere = Mailed { browser, ..mailed };
        assert!(!spent(&store, Scope::platform(), &elsewhere, ProofPurpose::SignUp).await);
    }
    assert!(spent(&store, Scope::platform(), &mailed, ProofPurpose::SignUp).await);
}

#[tokio::test]
async fn a_proof_is_good_for_its_purpose_and_person() {
    let database = fresh("proofs_purpose").await;
    let store = database.store(4).await;
    let (ada, eve) =
        (Claimant::new(&store, "ada@gamma.example").await, Claimant::new(&store, "eve@gamma.example").await);
    for (purpose, who) in [
        (ProofPurpose::SignUp, None),
        (ProofPurpose::Recovery, Some(ada.who)),
        (ProofPurpose::Address, Some(ada.who)),
    ] {
        let mailed = begun(&store, purpose, who, &ada.address).await;
        let home = who.map_or_else(Scope::platform, Scope::identity);
        assert!(!spent(&store, home, &mailed, purpose).await, "{purpose}: not proven");
        assert_eq!(mailed.tried(&store, mailed.code, now()).await, Tried::Proven);
        for other in ProofPurpose::ALL.iter().filter(|other| **other != purpose) {
            assert!(!spent(&store, home, &mailed, *other).await, "{purpose} spent as {other}");
            assert_eq!(
                ada.proves(&store, &Mailed { purpose: *other, ..mailed }, now()).await,
                Proved::Gone,
                "{purpose} for a claim as {other}"
            );
        }
        if who.is_some() {
            for scope in [Scope::platform(), Scope::identity(eve.who)] {
                assert!(!spent(&store, scope, &mailed, purpose).await, "{purpose} in {scope:?}");
            }
        }
        assert_eq!(eve.proves(&store, &mailed, now()).await, Proved::Gone, "of another address");
        assert!(spent(&store, home, &mailed, purpose).await);
        assert!(!spent(&store, home, &mailed, purpose).await, "twice");
    }
    let mut tx = write(&store, Scope::identity(eve.who)).await;
    let stolen = Mailed::new(ProofPurpose::Recovery);
    let fault = proofs::begin(&mut tx, &stolen.row(Some(ada.who), &ada.address), now()).await.unwrap_err();
    assert_eq!(fault.sqlstate().as_deref(), Some("42501"), "begun for another person");
}

#[tokio::test]
async fn what_is_under_way_for_a_person_ends_with_one_word() {
    let database = fresh("proofs_void").await;
    let store = database.store(4).await;
    let (ada, eve) =
        (Claimant::new(&store, "ada@gamma.example").await, Claimant::new(&store, "eve@gamma.example").await);
    let spent_one = begun(&store, ProofPurpose::Recovery, Some(ada.who), &ada.address).await;
    assert_eq!(spent_one.tried(&store, spent_one.code, now()).await, Tried::Proven);
    assert!(spent(&store, Scope::identity(ada.who), &spent_one, ProofPurpose::Recovery).await);
    let (hers, again) =
        (ada.mailed(&store).await, begun(&store, ProofPurpose::Recovery, Some(ada.who), &ada.address).await);
    let theirs = eve.mailed(&store).await;
    for (scope, ended) in
        [(Scope::platform(), 0), (Scope::identity(ada.who), 2), (Scope::identity(ada.who), 0)]
    {
        let mut tx = write(&store, scope).await;
        assert_eq!(proofs::void(&mut tx).await.unwrap(), ended, "{scope:?}");
        done(tx).await;
    }
    for mailed in [hers, again] {
        assert_eq!(mailed.tried(&store, mailed.code, now()).await, Tried::Gone);
    }
    assert_eq!(theirs.tried(&store, theirs.code, now()).await, Tried::Proven);
}

/// Twenty of the same at once; what each answered.
async fn twenty<T: Send + 'static, F: Future<Output = T> + Send + 'static>(
    store: &Arc<Store>,
    act: impl Fn(Arc<Store>, usize) -> F + Send + Sync,
) -> Vec<T> {
    warm(store, 20).await;
    race((0..20).map(|turn| act(Arc::clone(store), turn))).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_racing_tries_one_proves_and_of_racing_uses_one_spends() {
    let database = fresh("proofs_race").await;
    let store = Arc::new(database.store(20).await);
    let mailed = begun(&store, ProofPurpose::SignUp, None, &bob()).await;
    let tries =
        twenty(&store, |store, _| async move { mailed.tried(&store, mailed.code, now()).await }).await;
    assert_eq!(tries.iter().filter(|tried| **tried == Tried::Proven).count(), 1, "{tries:?}");
    assert_eq!(tries.iter().filter(|tried| **tried == Tried::Gone).count(), 19, "{tries:?}");
    let uses = twenty(&store, |store, _| async move {
        spent(&store, Scope::platform(), &mailed, ProofPurpose::SignUp).await
    });
    assert_eq!(uses.await.into_iter().filter(|spent| *spent).count(), 1);

    let both = begun(&store, ProofPurpose::SignUp, None, &bob()).await;
    let ways = twenty(&store, |store, turn| async move {
        if turn % 2 == 0 {
            both.tried(&store, both.code, now()).await
        } else {
            both.followed(&store, &both.link, now()).await
        }
    });
    let ways = ways.await;
    assert_eq!(ways.iter().filter(|tried| **tried == Tried::Proven).count(), 1, "code and link: {ways:?}");

    let guessed = begun(&store, ProofPurpose::SignUp, None, &bob()).await;
    let guesses =
        twenty(&store, |store, _| async move { guessed.tried(&store, *digest().as_bytes(), now()).await })
            .await;
    let judged = guesses.iter().filter(|tried| **tried == Tried::Wrong).count();
    assert_eq!(judged, usize::from(TRIES), "no more guesses than tries: {guesses:?}");
}
