//! The pool that requests talk to.

use std::borrow::Cow;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use gatehouse_domain::random::{self, Rng};
use gatehouse_domain::secret::Secret;
use subtle::ConstantTimeEq as _;
use tokio::sync::oneshot;

use super::foreign::{Shape, Stored, Work};
use super::judge::normalised;
use super::level::{Level, OUTPUT_LEN, fresh};
use super::phc;
use super::queue::{Job, Judged, Output, Queue};
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
        let output = self.derive(Work::Argon2(recipe.clone()), given, None).await?;
        Ok(phc::write(&recipe, &output))
    }

    /// Verifies a password. A refusal is the same work whatever it was verified against: one hash of ours and, where somebody has a hash
    /// of another system that is dearer than that, one of the dearest, or a wrong password would tell those who have a record from
    /// those who have none. For the same reason a password that exceeds [`MAX_PASSWORD`] is a mismatch, after the decoy's work, whatever
    /// it is verified against. May be cancelled.
    ///
    /// # Errors
    /// [`PoolError::Busy`], [`PoolError::Corrupt`], [`PoolError::Library`].
    pub async fn verify(&self, against: Against<'_>, given: Secret<String>) -> Result<Verdict, PoolError> {
        let composed = fitting(&given).map(Cow::into_owned);
        let (stored, shut) = match (&composed, against) {
            (Some(_), Against::Hash(stored)) => (Some(stored), false),
            (Some(_), Against::Shut(stored)) => (Some(stored), true),
            (None, _) | (_, Against::Decoy) => (None, true),
        };
        let Stored { work, expected } = match stored {
            Some(stored) => Stored::read(stored.as_str()).map_err(|_| PoolError::Corrupt)?,
            None => self.0.decoy.clone(),
        };
        let current = matches!(&work, Work::Argon2(recipe) if recipe.is_ours_at(self.0.cost, OUTPUT_LEN));
        // Another system hashed what was typed as it was typed. What is too long is not worked on at all.
        let given = match composed {
            None => Secret::new("-".to_owned()),
            Some(composed) if matches!(work, Work::Argon2(_)) => composed,
            Some(_) => given,
        };
        let length = given.expose().len();
        let taken = stored.is_some() && work.takes(length);
        let judged = Judged {
            expected: (taken && !shut).then(|| expected.clone()),
            rest: self.0.raised(&work).rest(&work, length, &*self.0.rng),
        };
        let output = self.derive(work, given, Some(judged)).await?;
        let right = bool::from(output.as_slice().ct_eq(&expected)) && taken;
        Ok(match (right, current) {
            (true, true) => Verdict::Match,
            (true, false) => Verdict::MatchNeedsUpgrade,
            (false, _) => Verdict::Mismatch,
        })
    }

    /// Says which hash of another system is the dearest that anybody has, none if there is none: what a refusal costs from now on.
    pub fn level_to(&self, dearest: Option<Shape>) {
        *self.0.dearest.lock().unwrap_or_else(PoisonError::into_inner) = dearest;
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
        let pool = Pool { queue, cost: options.cost, dearest: Mutex::new(None), decoy, rng };
        Ok(Self(Arc::new(pool)))
    }

    fn add_thread(&self) -> Result<(), PoolError> {
        let (queue, cost) = (Arc::clone(&self.0.queue), self.0.cost);
        thread::Builder::new()
            .name("password".to_owned())
            .spawn(move || worker::run(&queue, cost))
            .map(|_detached| ())
            .map_err(|_| PoolError::NoThread)
    }

    async fn derive(
        &self,
        work: Work,
        given: Secret<String>,
        judged: Option<Judged>,
    ) -> Result<Output, PoolError> {
        let (reply, answer) = oneshot::channel();
        self.0.queue.push(Job { work, judged, given, reply })?;
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
    dearest: Mutex<Option<Shape>>,
    decoy: Stored,
    rng: Arc<dyn Rng>,
}

impl Pool {
    /// The level, raised for everybody by a record that was imported since it was said.
    fn raised(&self, own: &Work) -> Level {
        let mut dearest = self.dearest.lock().unwrap_or_else(PoisonError::into_inner);
        let level = Level { ours: self.cost, dearest: *dearest }.with(own);
        *dearest = level.dearest;
        level
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.queue.close();
    }
}

/// A password in form C; none if it is too long as it was typed, or becomes so.
fn fitting(given: &Secret<String>) -> Option<Cow<'_, Secret<String>>> {
    let fits = |text: &Secret<String>| text.expose().len() <= MAX_PASSWORD;
    fits(given).then(|| normalised(given)).filter(|composed| fits(composed))
}

#[cfg(test)]
mod tests;
