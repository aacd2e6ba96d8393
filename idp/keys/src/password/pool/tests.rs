//! What the pool answers, and what its answers cost.

use super::*;
use crate::entropy::SystemRng;
use std::future::Future;
use std::num::NonZeroUsize;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

const PHPASS_512: &str = "$P$6abcdefghUwp5QUFw6jVlOlIuR1TXl.";
const PHPASS_513: &str = "$P$6abcdefghWASiRSaIOXkRsW8B8LAxc/";
const CHEAP: Cost = Cost { memory_kib: 64, passes: 1, lanes: 1 };

fn options(queue: usize, cost: Cost) -> PoolOptions {
    PoolOptions { threads: NonZeroUsize::MIN, queue, cost }
}

fn pool(cost: Cost) -> PasswordPool {
    PasswordPool::start(options(4, cost), Arc::new(SystemRng)).unwrap()
}

fn word(text: &str) -> Secret<String> {
    Secret::new(text.to_owned())
}

#[tokio::test]
async fn tells_right_from_wrong() {
    let pool = pool(CHEAP);
    let hash = pool.hash(word("correct horse")).await.unwrap();
    assert!(hash.as_str().starts_with("$argon2id$v=19$m=64,t=1,p=1$"));
    assert_eq!(pool.verify(Against::Hash(&hash), word("correct horse")).await, Ok(Verdict::Match));
    for wrong in ["correct horse ", "Correct horse", ""] {
        assert_eq!(pool.verify(Against::Hash(&hash), word(wrong)).await, Ok(Verdict::Mismatch));
    }
    assert_ne!(pool.hash(word("correct horse")).await.unwrap(), hash);
}

#[tokio::test]
async fn another_cost_asks_for_an_upgrade_only_if_the_password_is_right() {
    let old = pool(CHEAP).hash(word("correct horse")).await.unwrap();
    let pool = pool(Cost { passes: 2, ..CHEAP });
    let verdict = pool.verify(Against::Hash(&old), word("correct horse")).await;
    assert_eq!(verdict, Ok(Verdict::MatchNeedsUpgrade));
    assert_eq!(pool.verify(Against::Hash(&old), word("wrong")).await, Ok(Verdict::Mismatch));
}

#[tokio::test]
async fn the_decoy_costs_one_hash_of_the_current_form_and_never_matches() {
    let pool = pool(CHEAP);
    assert_eq!(pool.verify(Against::Decoy, word("anything")).await, Ok(Verdict::Mismatch));
    assert_eq!(pool.gauge().hashed, 1);
    let Stored { work: Work::Argon2(recipe), expected } = &pool.0.decoy else { panic!("no Argon2") };
    assert_eq!((recipe.cost, recipe.salt.len(), expected.len()), (CHEAP, 16, OUTPUT_LEN));
}

#[tokio::test]
async fn a_record_of_a_lower_cost_is_as_much_work_as_the_decoy() {
    let dear = Cost { memory_kib: 96, passes: 3, lanes: 1 };
    for older in [CHEAP, Cost { passes: 4, ..CHEAP }, Cost { memory_kib: 96, passes: 2, lanes: 1 }] {
        let record = pool(older).hash(word("correct horse")).await.unwrap();
        let pool = PasswordPool::without_threads(options(2, dear), Arc::new(SystemRng)).unwrap();
        let mut cx = Context::from_waker(Waker::noop());
        let mut known = pin!(pool.verify(Against::Hash(&record), word("wrong")));
        let mut unknown = pin!(pool.verify(Against::Decoy, word("wrong")));
        assert!(known.as_mut().poll(&mut cx).is_pending() && unknown.as_mut().poll(&mut cx).is_pending());
        let work = || {
            let job = pool.0.queue.pop().unwrap();
            let rest = job.judged.unwrap().rest;
            rest.iter().chain([&job.work]).map(|work| work.kib(5)).sum::<u32>()
        };
        let (to_known, to_unknown) = (work(), work());
        assert_eq!(to_unknown, 288);
        assert!((280..=288).contains(&to_known), "{older:?}: {to_known}, but for rounding");
    }
}

#[test]
fn what_is_missing_to_a_cost_keeps_within_it() {
    let cost = |memory_kib, passes| Cost { memory_kib, passes, lanes: 1 };
    for (older, current, rest) in [
        (cost(19_456, 2), cost(19_456, 3), Some(cost(19_456, 1))),
        (cost(19_456, 2), cost(47_104, 1), Some(cost(8192, 1))),
        (cost(19_456, 2), cost(47_104, 2), Some(cost(27_648, 2))),
        (cost(19_456, 2), cost(19_456, 2), None),
        (cost(47_104, 1), cost(19_456, 2), None),
    ] {
        let worked = older.memory_kib * older.passes;
        assert_eq!(current.after(worked), rest, "{older:?} {current:?}");
    }
}

#[tokio::test]
async fn both_spellings_of_a_letter_open_and_a_hash_of_another_system_is_renewed() {
    let pool = pool(CHEAP);
    let hash = pool.hash(word("gr\u{fc}ne Wiese 42")).await.unwrap();
    let decomposed = word("gru\u{308}ne Wiese 42");
    assert_eq!(pool.verify(Against::Hash(&hash), decomposed.clone()).await, Ok(Verdict::Match));
    let foreign = PasswordHash::import("{SSHA}2WnuxtIj/LmTJq8qitSJxa0AU98wMTIzNDU2Nw==").unwrap();
    let typed = word("gr\u{fc}ne Wiese 42");
    assert_eq!(pool.verify(Against::Hash(&foreign), typed).await, Ok(Verdict::MatchNeedsUpgrade));
    assert_eq!(pool.verify(Against::Hash(&foreign), decomposed).await, Ok(Verdict::Mismatch));
}

#[tokio::test]
async fn every_refusal_is_the_same_work_and_a_right_password_only_its_own() {
    let cost = Cost { memory_kib: 64, passes: 4, lanes: 1 };
    let pool = pool(cost);
    let ours = pool.hash(word("gr\u{fc}ne Wiese 42")).await.unwrap();
    let bcrypt =
        PasswordHash::import("$2b$05$abcdefghijklmnopqrstuuYysDp/yGztbHJAwUhG9t5/i0QmlSF5.").unwrap();
    let digest = PasswordHash::import("{SSHA}2WnuxtIj/LmTJq8qitSJxa0AU98wMTIzNDU2Nw==").unwrap();
    let phpass = PasswordHash::import("$P$6abcdefghsT4iauxAa5hweWWY7vTom0").unwrap();
    pool.level_to(bcrypt.shape().unwrap());
    let both = 256 + (160 << 5);
    let (right, wrong) = ("gr\u{fc}ne Wiese 42", "wrong");
    let long = "x".repeat(600);
    for (against, typed, work, off) in [
        (Against::Decoy, wrong, both, 0),
        (Against::Hash(&ours), wrong, both, 0),
        (Against::Hash(&bcrypt), wrong, both, 0),
        (Against::Hash(&digest), wrong, both, 0),
        (Against::Hash(&phpass), wrong, both, 64),
        (Against::Hash(&phpass), long.as_str(), both, 1024),
        (Against::Shut(&ours), wrong, both, 0),
        (Against::Shut(&bcrypt), right, both, 0),
        (Against::Shut(&ours), right, both, 0),
        (Against::Hash(&ours), right, 256, 0),
        (Against::Hash(&bcrypt), right, 160 << 5, 0),
    ] {
        let before = pool.gauge().kib;
        let verdict = pool.verify(against, word(typed)).await.unwrap();
        let worked = pool.gauge().kib - before;
        assert!(worked.abs_diff(work) <= off, "{against:?} {typed}: {worked}, not {work}");
        let judged = !matches!(against, Against::Decoy) && typed == right;
        assert_eq!(verdict != Verdict::Mismatch, judged, "{against:?} {typed}");
    }
    pool.level_to(None);
    let before = pool.gauge().kib;
    pool.verify(Against::Decoy, word(wrong)).await.unwrap();
    assert_eq!(pool.gauge().kib - before, 256, "once nobody has such a hash any more");
}

#[tokio::test]
async fn phpass_takes_no_text_that_is_longer_than_its_passwords() {
    // MD5 over and over of 512 bytes, and of one more, by Python's hashlib.
    let pool = pool(CHEAP);
    for (length, hash, verdict) in [
        (512, PHPASS_512, Verdict::MatchNeedsUpgrade),
        (513, PHPASS_513, Verdict::Mismatch),
        (513, PHPASS_512, Verdict::Mismatch),
    ] {
        let hash = PasswordHash::import(hash).unwrap();
        assert_eq!(
            pool.verify(Against::Hash(&hash), word(&"x".repeat(length))).await,
            Ok(verdict),
            "{length}"
        );
    }
}

#[tokio::test]
async fn even_the_decoys_own_password_does_not_match() {
    let hash = pool(CHEAP).hash(word("decoy")).await.unwrap();
    let mut pool = PasswordPool::without_threads(options(2, CHEAP), Arc::new(SystemRng)).unwrap();
    Arc::get_mut(&mut pool.0).unwrap().decoy = Stored::read(hash.as_str()).unwrap();
    pool.add_thread().unwrap();
    assert_eq!(pool.verify(Against::Hash(&hash), word("decoy")).await, Ok(Verdict::Match));
    assert_eq!(pool.verify(Against::Decoy, word("decoy")).await, Ok(Verdict::Mismatch));
}

#[tokio::test]
async fn the_default_cost_is_understood_by_the_library_itself() {
    use argon2::PasswordVerifier as _;
    let pool = pool(Cost::default());
    let hash = pool.hash(word("correct horse")).await.unwrap();
    let parsed = argon2::password_hash::phc::PasswordHash::new(hash.as_str()).unwrap();
    assert!(argon2::Argon2::default().verify_password(b"correct horse", &parsed).is_ok());
    assert!(argon2::Argon2::default().verify_password(b"wrong horse", &parsed).is_err());
}

#[tokio::test]
async fn damaged_records_long_passwords_and_bad_costs_have_names() {
    let pool = pool(CHEAP);
    let damaged = PasswordHash::from_stored("$argon2id$v=19$m=4000000000,t=1,p=1$AAAAAAAAAAA$AAAA");
    assert_eq!(pool.verify(Against::Hash(&damaged), word("x")).await, Err(PoolError::Corrupt));
    let long = "x".repeat(MAX_PASSWORD + 1);
    assert_eq!(pool.hash(word(&long)).await, Err(PoolError::TooLong));
    assert!(pool.hash(word(&long[1..])).await.is_ok());
    let absurd = options(1, Cost { memory_kib: 7, ..CHEAP });
    assert_eq!(PasswordPool::start(absurd, Arc::new(SystemRng)).err(), Some(PoolError::BadCost));
}

#[tokio::test]
async fn a_password_that_is_too_long_is_wrong_for_every_record_after_the_same_work() {
    let pool = pool(CHEAP);
    let ours = pool.hash(word("correct horse")).await.unwrap();
    let foreign = PasswordHash::import("{SSHA}2WnuxtIj/LmTJq8qitSJxa0AU98wMTIzNDU2Nw==").unwrap();
    // In form C it has three times the bytes.
    let grows = "\u{1d160}".repeat(MAX_PASSWORD / 4);
    assert_eq!(pool.hash(word(&grows)).await, Err(PoolError::TooLong));
    for long in [grows, "x".repeat(MAX_PASSWORD + 1), "u\u{308}".repeat(MAX_PASSWORD / 3 + 1)] {
        for against in [Against::Decoy, Against::Hash(&ours), Against::Hash(&foreign)] {
            let before = pool.gauge().hashed;
            assert_eq!(pool.verify(against, word(&long)).await, Ok(Verdict::Mismatch), "{against:?}");
            assert_eq!(pool.gauge().hashed, before + 1, "{against:?}");
        }
    }
    let waiting = PasswordPool::without_threads(options(1, Cost::default()), Arc::new(SystemRng)).unwrap();
    let mut cx = Context::from_waker(Waker::noop());
    let long = "x".repeat(MAX_PASSWORD + 1);
    let mut known = pin!(waiting.verify(Against::Hash(&foreign), word(&long)));
    assert!(known.as_mut().poll(&mut cx).is_pending());
    let job = waiting.0.queue.pop().unwrap();
    assert!(job.judged.unwrap().rest.is_empty() && job.work.kib(1) == 38_912, "the decoy's work");
}

#[test]
fn a_full_queue_answers_busy_and_abandoned_requests_make_room() {
    let pool = PasswordPool::without_threads(options(2, CHEAP), Arc::new(SystemRng)).unwrap();
    let mut cx = Context::from_waker(Waker::noop());
    let mut first = Box::pin(pool.hash(word("one")));
    let mut second = pin!(pool.hash(word("two")));
    let mut third = pin!(pool.hash(word("three")));
    assert!(first.as_mut().poll(&mut cx).is_pending());
    assert!(second.as_mut().poll(&mut cx).is_pending());
    assert_eq!(third.as_mut().poll(&mut cx), Poll::Ready(Err(PoolError::Busy)));
    assert_eq!(pool.gauge(), Gauge { queued: 2, limit: 2, hashed: 0, kib: 0, skipped: 0 });
    drop(first);
    let mut fourth = pin!(pool.hash(word("four")));
    assert!(fourth.as_mut().poll(&mut cx).is_pending());
    assert_eq!(pool.gauge(), Gauge { queued: 2, limit: 2, hashed: 0, kib: 0, skipped: 1 });
}

#[tokio::test]
async fn a_request_whose_caller_went_away_is_not_hashed() {
    let pool = PasswordPool::without_threads(options(2, CHEAP), Arc::new(SystemRng)).unwrap();
    let mut cx = Context::from_waker(Waker::noop());
    let mut gone = Box::pin(pool.hash(word("gone")));
    assert!(gone.as_mut().poll(&mut cx).is_pending());
    drop(gone);
    let mut kept = pin!(pool.hash(word("kept")));
    assert!(kept.as_mut().poll(&mut cx).is_pending());
    pool.add_thread().unwrap();
    assert!(kept.await.is_ok());
    assert_eq!(pool.gauge(), Gauge { queued: 0, limit: 2, hashed: 1, kib: 64, skipped: 1 });
}

#[test]
fn the_last_clone_ends_the_threads() {
    let pool = PasswordPool::without_threads(options(2, CHEAP), Arc::new(SystemRng)).unwrap();
    let queue = Arc::clone(&pool.0.queue);
    let thread = thread::spawn(move || worker::run(&queue, CHEAP));
    drop(pool.clone());
    assert!(!thread.is_finished());
    drop(pool);
    thread.join().unwrap();
}
