//! Refusals in the log: each by itself up to a measure, then one event a minute for a source.
//!
//! Whoever is refused has shown nothing, so what a flood of refusals may write is bounded.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use gatehouse_domain::audit::{Actor, Network, What};
use gatehouse_domain::ids::TenantId;

use crate::{Ctx, Idp};

/// Refusals of a source that a minute's log holds one by one.
const ONE_BY_ONE: u32 = 20;
/// Sources that are remembered at once; more than that share one count.
const SOURCES: usize = 10_000;
/// Sign-ins that a source may begin in a minute.
const FLOWS: u32 = 240;

type Source = (Option<Network>, Option<TenantId>);

/// What sources were refused, or began, in the present minute.
#[derive(Debug, Default)]
pub(crate) struct Refusals {
    minute: Mutex<Minute>,
}

#[derive(Debug, Default)]
struct Minute {
    refused: HashMap<Source, u32>,
    begun: HashMap<Option<Network>, u32>,
}

impl Refusals {
    /// Counts a refusal; whether it is to be logged by itself.
    fn count(&self, source: Source) -> bool {
        let mut minute = self.lock();
        let key = if minute.refused.len() < SOURCES || minute.refused.contains_key(&source) {
            source
        } else {
            (None, None)
        };
        let count = minute.refused.entry(key).or_default();
        *count = count.saturating_add(1);
        *count <= ONE_BY_ONE
    }

    /// Counts a refusal that is never logged by itself.
    fn count_beyond(&self, source: Source) {
        let mut minute = self.lock();
        let key = if minute.refused.len() < SOURCES || minute.refused.contains_key(&source) {
            source
        } else {
            (None, None)
        };
        let count = minute.refused.entry(key).or_insert(ONE_BY_ONE);
        *count = (*count).max(ONE_BY_ONE).saturating_add(1);
    }

    /// Counts the beginning of a sign-in; whether the source may begin one more.
    pub(crate) fn may_begin(&self, network: Option<Network>) -> bool {
        let mut minute = self.lock();
        let key =
            if minute.begun.len() < SOURCES || minute.begun.contains_key(&network) { network } else { None };
        let count = minute.begun.entry(key).or_default();
        *count = count.saturating_add(1);
        *count <= FLOWS
    }

    /// Ends the minute; the sources whose further refusals were only counted, with how many those were.
    fn turn(&self) -> Vec<(Source, u32)> {
        let mut minute = std::mem::take(&mut *self.lock());
        minute.refused.retain(|_, count| *count > ONE_BY_ONE);
        minute.refused.into_iter().map(|(source, count)| (source, count - ONE_BY_ONE)).collect()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Minute> {
        self.minute.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Idp {
    /// Notes a refusal. It stands even if the log is out of reach; a counter says so then.
    pub(crate) async fn note_refusal(&self, cx: &Ctx, tenant: Option<TenantId>, what: What) {
        if !self.refusals.count((cx.network(), tenant)) {
            return;
        }
        let noted = match self.record(self.event(cx, Actor::Anonymous, tenant, what)) {
            Ok(record) => self.append(record).await,
            Err(fault) => Err(fault),
        };
        if let Err(fault) = noted {
            metrics::counter!("gatehouse_events_lost_total").increment(1);
            tracing::error!(error = %fault, "a refusal was not recorded");
        }
    }

    /// Notes a try beyond a limit: only in the minute's count.
    pub(crate) fn note_throttled(&self, cx: &Ctx, tenant: Option<TenantId>) {
        self.refusals.count_beyond((cx.network(), tenant));
    }

    /// Logs what was only counted in the minute that ends.
    pub(crate) async fn log_counted_refusals(&self) {
        for ((network, tenant), count) in self.refusals.turn() {
            let owner = tenant
                .map_or(gatehouse_domain::oauth::Owner::Platform, gatehouse_domain::oauth::Owner::Tenant);
            let what = What::RefusalsCounted { count };
            let mut event = self.event_of(owner, Actor::Anonymous, self.now(), what);
            event.network = network;
            let logged = match self.record(event) {
                Ok(record) => self.append(record).await,
                Err(fault) => Err(fault),
            };
            if let Err(fault) = logged {
                metrics::counter!("gatehouse_events_lost_total").increment(1);
                tracing::error!(error = %fault, "counted refusals were not recorded");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_counted_and_not_written() {
        let refusals = Refusals::default();
        let source = (Some(Network::of("192.0.2.1".parse().unwrap())), None);
        let written = (0..500).filter(|_| refusals.count(source)).count();
        assert_eq!(written, 20);
        assert_eq!(refusals.turn(), [(source, 480)]);
        assert!(refusals.turn().is_empty());
        assert!(refusals.count(source), "a new minute starts anew");
    }

    #[test]
    fn flows_of_a_source_are_bounded() {
        let refusals = Refusals::default();
        let network = Some(Network::of("192.0.2.1".parse().unwrap()));
        assert_eq!((0..1000).filter(|_| refusals.may_begin(network)).count(), 240);
        assert!(refusals.may_begin(Some(Network::of("198.51.100.1".parse().unwrap()))));
    }
}
