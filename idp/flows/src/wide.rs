//! What a whole tenant, and all of them together, ask for: counted in this process, and added up with the others every second.
//!
//! A try of the whole deployment must not wait for one row that all others wait for. So each process judges by the sum that it
//! heard last and by what it has counted since: while a second lasts, processes may together let through more than a limit says.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use gatehouse_domain::ids::TenantId;
use gatehouse_domain::oauth::Owner;
use gatehouse_domain::time::Timestamp;
use gatehouse_store::counters::{self, Added};

use crate::throttle::Ask;
use crate::{Fault, Idp};

/// What is counted: what is asked for, of a tenant or, without one, of all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Measure {
    pub(crate) ask: Ask,
    pub(crate) tenant: Option<TenantId>,
}

/// A measure and how much of it a window allows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Allowed {
    pub(crate) measure: Measure,
    pub(crate) window_s: u32,
    pub(crate) limit: u32,
}

/// A limit that is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Over {
    pub(crate) measure: Measure,
    /// Seconds until its window ends.
    pub(crate) wait: u32,
    /// Whether this process says so for the first time in the window.
    pub(crate) first: bool,
}

/// The counts of the present windows. There are two for each tenant that is asked for something.
#[derive(Debug, Default)]
pub(crate) struct Wide {
    tallies: Mutex<HashMap<Measure, Tally>>,
    turn: tokio::sync::Mutex<()>,
}

/// What a process adds to a sum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Sent {
    measure: Measure,
    since: i64,
    window_s: u32,
    count: i64,
}

#[derive(Debug, Clone, Copy)]
struct Tally {
    since: i64,
    window_s: u32,
    limit: u32,
    /// The sum of all processes, as heard last.
    heard: i64,
    /// Counted here and not known to be in the sum; below nothing if more was given back.
    unheard: i64,
    asked: bool,
    told: bool,
}

impl Tally {
    const fn new(allowed: &Allowed, since: i64) -> Self {
        let Allowed { window_s, limit, .. } = *allowed;
        Self { since, window_s, limit, heard: 0, unheard: 0, asked: false, told: false }
    }

    fn count(&self) -> i64 {
        self.heard.saturating_add(self.unheard)
    }

    fn end(&self) -> i64 {
        self.since + i64::from(self.window_s)
    }

    /// Whether the sum is worth asking for: there is something to add, it was used, or all shall soon know that it is reached.
    fn wants_to_hear(&self) -> bool {
        self.unheard != 0 || self.asked || self.count().saturating_mul(2) >= i64::from(self.limit)
    }
}

impl Wide {
    /// Counts one use of everything, or of nothing if a limit is reached.
    pub(crate) fn take(&self, uses: &[Allowed], now: Timestamp) -> Result<(), Over> {
        let mut tallies = self.lock();
        for allowed in uses {
            let since = window(now, allowed.window_s);
            let tally = tallies.entry(allowed.measure).or_insert_with(|| Tally::new(allowed, since));
            if tally.since < since {
                *tally = Tally::new(allowed, since);
            }
            tally.asked = true;
            if tally.count() >= i64::from(allowed.limit) {
                let first = !std::mem::replace(&mut tally.told, true);
                let wait = u32::try_from((tally.end() - now.timestamp()).max(1)).unwrap_or(allowed.window_s);
                return Err(Over { measure: allowed.measure, wait, first });
            }
        }
        for allowed in uses {
            if let Some(tally) = tallies.get_mut(&allowed.measure) {
                tally.unheard += 1;
            }
        }
        Ok(())
    }

    /// Takes back one use of everything, if the window of `then` is still the present one.
    pub(crate) fn give_back(&self, uses: &[Allowed], then: Timestamp) {
        let mut tallies = self.lock();
        for allowed in uses {
            let tally = tallies.get_mut(&allowed.measure);
            if let Some(tally) = tally.filter(|tally| tally.since == window(then, allowed.window_s)) {
                tally.unheard -= 1;
            }
        }
    }

    /// What is to be added to the sums; windows that are over are forgotten.
    fn send(&self, now: Timestamp) -> Vec<Sent> {
        let mut tallies = self.lock();
        tallies.retain(|_, tally| now.timestamp() < tally.end());
        let waiting = tallies.iter_mut().filter(|(_, tally)| tally.wants_to_hear());
        waiting
            .map(|(measure, tally)| {
                tally.asked = false;
                Sent { measure: *measure, since: tally.since, window_s: tally.window_s, count: tally.unheard }
            })
            .collect()
    }

    /// Takes the sums, in the order of what was added to them.
    fn hear(&self, sent: &[Sent], sums: &[i64]) {
        let mut tallies = self.lock();
        for (sent, sum) in sent.iter().zip(sums) {
            let tally = tallies.get_mut(&sent.measure);
            if let Some(tally) = tally.filter(|tally| tally.since == sent.since) {
                tally.heard = *sum;
                tally.unheard -= sent.count;
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Measure, Tally>> {
        self.tallies.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// When the window of a time began, in seconds; the same at every process.
fn window(now: Timestamp, window_s: u32) -> i64 {
    let window_s = i64::from(window_s.max(1));
    now.timestamp().div_euclid(window_s) * window_s
}

impl Idp {
    /// Adds what this process has counted for whole tenants, and for all, to the sums of all processes, and hears those. To be
    /// called every second.
    ///
    /// # Errors
    /// If the database cannot be reached; what was counted is added the next time.
    pub async fn add_up_counts(&self) -> Result<(), Fault> {
        let _turn = self.wide.turn.lock().await;
        let now = self.now();
        let mac = self.data_key(Owner::Platform).await?.mac_key("throttle")?;
        let sent = self.wide.send(now);
        if sent.is_empty() {
            return Ok(());
        }
        let added: Vec<Added> = sent
            .iter()
            .map(|sent| {
                let tenant = sent.measure.tenant.map(TenantId::uuid);
                let whose: &[u8] = tenant.as_ref().map_or(b"all", |tenant| tenant.as_bytes());
                let key = mac.tag(&[sent.measure.ask.name().as_bytes(), b"wide", whose].join(&0_u8));
                Added { key, window_s: sent.window_s, count: sent.count }
            })
            .collect();
        let sums = counters::add(self.pool()?, &added, now).await?;
        self.wide.hear(&sent, &sums);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta};
    use gatehouse_domain::ids::TenantId;
    use uuid::Uuid;

    use super::*;

    fn at(seconds: i64) -> Timestamp {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
    }

    fn uses(tenant: u128, limit: u32, of_all: u32) -> [Allowed; 2] {
        let tenant = Some(TenantId::from_uuid(Uuid::from_u128(tenant)));
        let allowed =
            |tenant, limit| Allowed { measure: Measure { ask: Ask::Password, tenant }, window_s: 600, limit };
        [allowed(tenant, limit), allowed(None, of_all)]
    }

    #[test]
    fn a_tenant_that_is_over_takes_nothing_from_the_others() {
        let wide = Wide::default();
        let (acme, globex) = (uses(1, 3, 5), uses(2, 3, 5));
        for _ in 0..3 {
            assert_eq!(wide.take(&acme, at(10)), Ok(()));
        }
        let over = wide.take(&acme, at(10)).unwrap_err();
        assert_eq!(over, Over { measure: acme[0].measure, wait: 590, first: true });
        assert!(!wide.take(&acme, at(599)).unwrap_err().first, "it is told once");
        assert_eq!(wide.take(&globex, at(10)), Ok(()));
        assert_eq!(wide.take(&globex, at(10)), Ok(()), "what was refused is not counted for all");
        assert_eq!(wide.take(&globex, at(10)).unwrap_err().measure, acme[1].measure);
        wide.give_back(&globex, at(10));
        assert_eq!(wide.take(&globex, at(10)), Ok(()), "a try that succeeded");
        assert_eq!(wide.take(&acme, at(600)), Ok(()), "a new window");
    }

    #[test]
    fn windows_that_are_over_are_forgotten_and_give_nothing_back() {
        let wide = Wide::default();
        let acme = uses(1, 1, 9);
        wide.take(&acme, at(599)).unwrap();
        wide.take(&acme, at(600)).unwrap();
        wide.give_back(&acme, at(599));
        assert!(wide.take(&acme, at(600)).is_err(), "the try of the window before does not count here");
        assert_eq!(wide.send(at(600)).len(), 2);
        assert!(wide.send(at(1200)).is_empty());
        assert!(wide.lock().is_empty());
    }

    #[test]
    fn sums_of_all_processes_decide() {
        let (one, other) = (Wide::default(), Wide::default());
        let acme = uses(1, 10, 99);
        for _ in 0..4 {
            one.take(&acme, at(0)).unwrap();
            other.take(&acme, at(0)).unwrap();
        }
        let sent = one.send(at(1));
        assert_eq!(sent.iter().map(|sent| sent.count).collect::<Vec<_>>(), [4, 4]);
        one.take(&acme, at(1)).unwrap();
        one.hear(&sent, &[8, 8]);
        assert_eq!(one.take(&acme, at(1)), Ok(()), "eight that are known, one meanwhile, and this");
        assert!(one.take(&acme, at(1)).is_err());
        let lost = other.send(at(1));
        assert_eq!(other.send(at(1)), lost, "what was not added is added the next time");
        let late = one.send(at(1));
        one.take(&acme, at(600)).unwrap();
        one.hear(&late, &[10, 10]);
        assert_eq!(one.take(&acme, at(600)), Ok(()), "a sum of the window before is worth nothing");
    }
}
