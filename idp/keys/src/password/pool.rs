//! The pool that requests talk to.

use std::sync::Arc;
use std::thread;

use gatehouse_domain::random::{self, Rng};
use gatehouse_domain::secret::Secret;
use subtle::ConstantTimeEq as _;
use tokio::sync::oneshot;

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
        let recipe = fresh(self.0.cost, &*self.0.rng);
        let output = self.derive(recipe.clone(), given).await?;
        Ok(phc::write(&recipe, &output))
    }

    /// Verifies a password. Against the decoy it costs what a hash at the current cost does, and against a record of a lower cost
    /// about that, or one wrong password would tell those who have a record from those who have none. May be cancelled.
    ///
    /// # Errors
    /// [`PoolError::Busy`], [`PoolError::TooLong`], [`PoolError::Corrupt`], [`PoolError::Library`].
    pub async fn verify(&self, against: Against<'_>, given: Secret<String>) -> Result<Verdict, PoolError> {
        let (recipe, expected) = match against {
            Against::Hash(stored) => phc::read(stored).ok_or(PoolError::Corrupt)?,
            Against::Decoy => self.0.decoy.clone(),
        };
        let current = recipe.cost == self.0.cost && recipe.length == OUTPUT_LEN;
        let output = self.derive(recipe, given).await?;
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
        let decoy = (fresh(options.cost, &*rng), random::bytes::<OUTPUT_LEN>(&*rng).to_vec());
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

    async fn derive(&self, recipe: Recipe, given: Secret<String>) -> Result<Output, PoolError> {
        if given.expose().len() > MAX_PASSWORD {
            return Err(PoolError::TooLong);
        }
        let (reply, answer) = oneshot::channel();
        let rest = recipe.cost.remainder(self.0.cost);
        let filler = rest.map(|cost| Recipe { cost, ..recipe.clone() });
        self.0.queue.push(Job { recipe, filler, given, reply })?;
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
    decoy: (Recipe, Vec<u8>),
    rng: Arc<dyn Rng>,
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.queue.close();
    }
}

fn fresh(cost: Cost, rng: &dyn Rng) -> Recipe {
    Recipe { cost, salt: random::bytes::<16>(rng).to_vec(), length: OUTPUT_LEN }
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
        let (recipe, expected) = &pool.0.decoy;
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
                let costs =
                    [Some(&job.recipe), job.filler.as_ref()].into_iter().flatten().map(|recipe| recipe.cost);
                costs.map(|cost| cost.memory_kib * cost.passes).sum::<u32>()
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
            assert_eq!(older.remainder(current), rest, "{older:?} {current:?}");
        }
    }

    #[tokio::test]
    async fn even_the_decoys_own_password_does_not_match() {
        let hash = pool(CHEAP).hash(word("decoy")).await.unwrap();
        let mut pool = PasswordPool::without_threads(options(2, CHEAP), Arc::new(SystemRng)).unwrap();
        Arc::get_mut(&mut pool.0).unwrap().decoy = phc::read(&hash).unwrap();
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
        assert_eq!(pool.verify(Against::Decoy, word(&long)).await, Err(PoolError::TooLong));
        assert!(pool.hash(word(&long[1..])).await.is_ok());
        let absurd = options(1, Cost { memory_kib: 7, ..CHEAP });
        assert_eq!(PasswordPool::start(absurd, Arc::new(SystemRng)).err(), Some(PoolError::BadCost));
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
