//! The pool that requests talk to.

use std::borrow::Cow;
use std::sync::Arc;
use std::thread;

use gatehouse_domain::random::{self, Rng};
use gatehouse_domain::secret::Secret;
use subtle::ConstantTimeEq as _;
use tokio::sync::oneshot;

use super::foreign::{Stored, Work};
use super::judge::normalised;
use super::phc::{self, Recipe};
use super::queue::{Job, Output, Queue};
use super::{Against, Cost, Gauge, MAX_PASSWORD, PasswordHash, PoolError, PoolOptions, Verdict, worker};

/// Hashes and verifies passwords on its own threads. Clones share them; they end with the last clone.
#[derive(Clone)]
pub struct PasswordPool(Arc<Pool>);

impl PasswordPool {
    /// Starts the threads and makes the decoy.
    ///
    /// # Errors
    /// [`PoolError::BadCost`], [`PoolError::NoThread`].
    pub fn start(options: PoolOptions, rng: Arc<dyn Rng>) -> Result<Self, PoolError> {
        let pool = Self::without_threads(options, rng)?;
        for _ in 0..options.threads.get() {
            pool.add_thread()?;
        }
        Ok(pool)
    }

    /// Hashes a new password at the current cost, with a fresh salt. May be cancelled: a request nobody waits for is
    /// not worked on.
    ///
    /// # Errors
    /// [`PoolError::Busy`], [`PoolError::TooLong`], [`PoolError::Library`].
    pub async fn hash(&self, given: Secret<String>) -> Result<PasswordHash, PoolError> {
        let given = fitting(&given).ok_or(PoolError::TooLong)?.into_owned();
        let recipe = fresh(self.0.cost, &*self.0.rng);
        let output = self.derive(Work::Argon2(recipe.clone()), given).await?;
        Ok(phc::write(&recipe, &output))
    }

    /// Verifies a password. Against the decoy it costs what a hash at the current cost does, and against a record of a lower cost
    /// about that, or one wrong password would tell those who have a record from those who have none. For the same reason a password that
    /// exceeds [`MAX_PASSWORD`] is a mismatch, at the decoy's cost, whatever it is verified against. May be cancelled.
    ///
    /// # Errors
    /// [`PoolError::Busy`], [`PoolError::Corrupt`], [`PoolError::Library`].
    pub async fn verify(&self, against: Against<'_>, given: Secret<String>) -> Result<Verdict, PoolError> {
        let Some(composed) = fitting(&given).map(Cow::into_owned) else {
            self.derive(self.0.decoy.work.clone(), Secret::new("-".to_owned())).await?;
            return Ok(Verdict::Mismatch);
        };
        let Stored { work, expected } = match against {
            Against::Hash(stored) => Stored::read(stored.as_str()).map_err(|_| PoolError::Corrupt)?,
            Against::Decoy => self.0.decoy.clone(),
        };
        let current = matches!(&work, Work::Argon2(recipe) if recipe.is_ours_at(self.0.cost, OUTPUT_LEN));
        // Another system hashed what was typed as it was typed.
        let given = if matches!(work, Work::Argon2(_)) { composed } else { given };
        let output = self.derive(work, given).await?;
        let right = bool::from(output.as_slice().ct_eq(&expected)) && matches!(against, Against::Hash(_));
        Ok(match (right, current) {
            (true, true) => Verdict::Match,
            (true, false) => Verdict::MatchNeedsUpgrade,
            (false, _) => Verdict::Mismatch,
        })
    }

    /// How busy the pool is.
    pub fn gauge(&self) -> Gauge {
        self.0.queue.gauge()
    }

    fn without_threads(options: PoolOptions, rng: Arc<dyn Rng>) -> Result<Self, PoolError> {
        if !options.cost.is_acceptable() {
            return Err(PoolError::BadCost);
        }
        let expected = random::bytes::<OUTPUT_LEN>(&*rng).to_vec();
        let decoy = Stored { work: Work::Argon2(fresh(options.cost, &*rng)), expected };
        let queue = Arc::new(Queue::new(options.queue.max(options.threads.get())));
        Ok(Self(Arc::new(Pool { queue, cost: options.cost, decoy, rng })))
    }

    fn add_thread(&self) -> Result<(), PoolError> {
        let (queue, cost) = (Arc::clone(&self.0.queue), self.0.cost);
        thread::Builder::new()
            .name("password".to_owned())
            .spawn(move || worker::run(&queue, cost))
            .map(|_detached| ())
            .map_err(|_| PoolError::NoThread)
    }

    async fn derive(&self, work: Work, given: Secret<String>) -> Result<Output, PoolError> {
        let (reply, answer) = oneshot::channel();
        let filler = self.0.cost.after(work.kib()).map(|cost| fresh(cost, &*self.0.rng));
        self.0.queue.push(Job { work, filler, given, reply })?;
        answer.await.map_err(|_| PoolError::Library)?
    }
}

impl std::fmt::Debug for PasswordPool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PasswordPool({:?}, {:?})", self.0.cost, self.gauge())
    }
}

struct Pool {
    queue: Arc<Queue>,
    cost: Cost,
    decoy: Stored,
    rng: Arc<dyn Rng>,
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.queue.close();
    }
}

fn fresh(cost: Cost, rng: &dyn Rng) -> Recipe {
    Recipe::ours(cost, random::bytes::<16>(rng).to_vec(), OUTPUT_LEN)
}

/// A password in form C; none if it is too long as it was typed, or becomes so.
fn fitting(given: &Secret<String>) -> Option<Cow<'_, Secret<String>>> {
    let fits = |text: &Secret<String>| text.expose().len() <= MAX_PASSWORD;
    fits(given).then(|| normalised(given)).filter(|composed| fits(composed))
}

const OUTPUT_LEN: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SystemRng;
    use std::future::Future;
    use std::num::NonZeroUsize;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

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
                let filler = job.filler.map(|filler| filler.cost);
                job.work.kib() + filler.map_or(0, |cost| cost.memory_kib * cost.passes)
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

    #[test]
    fn a_cheap_hash_of_another_system_is_as_much_work_as_the_decoy() {
        let pool = PasswordPool::without_threads(options(3, Cost::default()), Arc::new(SystemRng)).unwrap();
        let mut cx = Context::from_waker(Waker::noop());
        for (foreign, kib) in [
            ("{SSHA}2WnuxtIj/LmTJq8qitSJxa0AU98wMTIzNDU2Nw==", 38_912),
            ("$P$6abcdefghsT4iauxAa5hweWWY7vTom0", 38_784),
        ] {
            let record = PasswordHash::import(foreign).unwrap();
            let mut known = pin!(pool.verify(Against::Hash(&record), word("wrong")));
            assert!(known.as_mut().poll(&mut cx).is_pending());
            let filler = pool.0.queue.pop().unwrap().filler.unwrap().cost;
            assert_eq!(filler.memory_kib * filler.passes, kib, "{foreign}");
        }
        let dear = "$2b$10$abcdefghijklmnopqrstuuYysDp/yGztbHJAwUhG9t5/i0QmlSF5.";
        let record = PasswordHash::import(dear).unwrap();
        let mut known = pin!(pool.verify(Against::Hash(&record), word("wrong")));
        assert!(known.as_mut().poll(&mut cx).is_pending());
        assert!(pool.0.queue.pop().unwrap().filler.is_none());
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
        let waiting =
            PasswordPool::without_threads(options(1, Cost::default()), Arc::new(SystemRng)).unwrap();
        let mut cx = Context::from_waker(Waker::noop());
        let long = "x".repeat(MAX_PASSWORD + 1);
        let mut known = pin!(waiting.verify(Against::Hash(&foreign), word(&long)));
        assert!(known.as_mut().poll(&mut cx).is_pending());
        let job = waiting.0.queue.pop().unwrap();
        assert!(job.filler.is_none() && job.work.kib() == 38_912, "the decoy's work");
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
        assert_eq!(pool.gauge(), Gauge { queued: 2, limit: 2, hashed: 0, skipped: 0 });
        drop(first);
        let mut fourth = pin!(pool.hash(word("four")));
        assert!(fourth.as_mut().poll(&mut cx).is_pending());
        assert_eq!(pool.gauge(), Gauge { queued: 2, limit: 2, hashed: 0, skipped: 1 });
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
        assert_eq!(pool.gauge(), Gauge { queued: 0, limit: 2, hashed: 1, skipped: 1 });
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
}
