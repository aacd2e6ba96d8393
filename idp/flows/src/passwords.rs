//! Whether a new password may be set: by the rules of the tenants concerned, and by lists of passwords that leaked.

use std::sync::Arc;

use gatehouse_domain::credential::{ForeignCost, PasswordRecord};
use gatehouse_domain::password::Judgement;
use gatehouse_domain::policy::PasswordRules;
use gatehouse_domain::secret::Secret;
use gatehouse_keys::password::{Filter, PasswordHash, Shape, judge, range_key, range_lists};
use gatehouse_store::identities;
use tokio::sync::Semaphore;
use url::Url;

use crate::{Fault, Idp, outbound};

/// The passwords that nobody may choose.
#[derive(Debug, Clone)]
pub struct Breached {
    filter: Arc<Filter>,
    range: Option<Url>,
    judges: Arc<Semaphore>,
}

impl Breached {
    /// Those of a list, and of a service that knows ranges of hashes: the first five digits are put behind its address.
    pub fn new(filter: Filter, range: Option<Url>) -> Self {
        Self { filter: Arc::new(filter), range, judges: Arc::new(Semaphore::new(JUDGES)) }
    }

    /// Those of the list inside the program.
    pub fn shipped() -> Self {
        Self::new(Filter::shipped(), None)
    }
}

/// The record of a hash that another system made, with what verifying it costs.
pub(crate) fn imported_record(hash: &PasswordHash) -> PasswordRecord {
    let shape = hash.shape().ok().flatten();
    let foreign = shape.map(|shape| ForeignCost { kib: shape.kib(), shape: shape.to_string() });
    PasswordRecord::imported(hash.as_str(), foreign)
}

impl Idp {
    /// Lets every refusal of a password take as long as one of the dearest hash that anybody has from another system, so that such
    /// people are not told from others by the time. What other processes import is heard of within a minute.
    ///
    /// # Errors
    /// If the database cannot be reached.
    pub async fn level_refusals(&self) -> Result<(), Fault> {
        let text = identities::dearest_shape(self.pool()?).await?;
        let Ok(shape) = text.map(|text| text.parse::<Shape>()).transpose() else {
            // Another version wrote it. The first try for such a hash says what it costs.
            tracing::error!("the dearest imported password hash is of no known shape");
            return Ok(());
        };
        metrics::gauge!("gatehouse_password_foreign_kib").set(f64::from(shape.map_or(0, Shape::kib)));
        self.passwords.level_to(shape);
        Ok(())
    }

    /// Judges a new password. `hints` are what somebody who knows the person tries first: name, address, organisation. The range service,
    /// where there is one, is asked last and about nothing that is refused anyway; if it does not answer, the list has decided.
    ///
    /// # Errors
    /// [`Fault::Busy`] when too many passwords are being judged.
    pub async fn judge_new_password(
        &self,
        rules: PasswordRules,
        given: &Secret<String>,
        hints: &[&str],
    ) -> Result<Judgement, Fault> {
        gatehouse_store::outside();
        let place = Arc::clone(&self.breached.judges).try_acquire_owned().map_err(|_| Fault::Busy)?;
        let (filter, password) = (Arc::clone(&self.breached.filter), given.clone());
        let hints: Vec<String> = hints.iter().map(|hint| (*hint).to_owned()).collect();
        // Milliseconds of CPU: not for a thread that serves requests.
        let judged = tokio::task::spawn_blocking(move || {
            let hints: Vec<&str> = hints.iter().map(String::as_str).collect();
            let judged = judge(rules, &filter, &password, &hints);
            drop(place);
            judged
        });
        let judged = judged.await.map_err(|_| Fault::Inconsistent("password judgement"))?;
        if judged == Judgement::Good && self.leaked(given).await {
            return Ok(Judgement::Breached);
        }
        Ok(judged)
    }

    /// Whether the range service lists a password. It learns five digits of a hash, which a thousand others share.
    async fn leaked(&self, given: &Secret<String>) -> bool {
        let Some(service) = &self.breached.range else { return false };
        let (first, rest) = range_key(given);
        let Ok(url) = service.join(&first) else { return false };
        match outbound::range(self.outbound.as_ref(), &url, MOST_OF_A_RANGE).await {
            Ok(answer) => range_lists(&answer, &rest),
            Err(error) => {
                metrics::counter!("gatehouse_password_range_failures_total").increment(1);
                tracing::warn!(%error, "the range service of leaked passwords gave no answer");
                false
            }
        }
    }
}

/// Passwords judged at once.
const JUDGES: usize = 32;
/// A range has some 1,000 lines of 40 bytes, with padding a little more.
const MOST_OF_A_RANGE: usize = 256 * 1024;
