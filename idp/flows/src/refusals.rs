//! Refusals in the log: each by itself up to a measure, then one event a minute for a source.
//!
//! Whoever is refused has shown nothing, so what a flood of refusals may write is bounded.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use gatehouse_domain::audit::{Actor, Network, What};
use gatehouse_domain::ids::{AppId, TenantId};
use gatehouse_domain::time::Timestamp;

use crate::begun::{Begun, minute_of};
use crate::{Ctx, Idp, Issuer};

/// Refusals of a source that a minute's log holds one by one.
const ONE_BY_ONE: u32 = 20;
/// Sources whose refusals are told apart in a minute. Those of more share one count: nobody is refused for it, and the log stays
/// bounded.
const SOURCES: usize = 10_000;

type Source = (Option<Network>, Option<TenantId>);

/// What sources were refused, or began, in the present minute.
#[derive(Debug, Default)]
pub(crate) struct Refusals {
    refused: Mutex<Refused>,
    begun: Begun,
}

#[derive(Debug, Default)]
struct Refused {
    minute: i64,
    counts: HashMap<Source, u32>,
    /// Refusals that were only counted, and are not in the log yet.
    unlogged: HashMap<Source, u32>,
}

impl Refusals {
    /// Counts a refusal; whether it is to be logged by itself.
    fn count(&self, source: Source, now: Timestamp) -> bool {
        let mut refused = self.at(now);
        let count = bounded(&mut refused.counts, source);
        *count = count.saturating_add(1);
        let alone = *count <= ONE_BY_ONE;
        if !alone {
            let unlogged = bounded(&mut refused.unlogged, source);
            *unlogged = unlogged.saturating_add(1);
        }
        alone
    }

    /// Counts a refusal that is never logged by itself.
    fn count_beyond(&self, source: Source, now: Timestamp) {
        let mut refused = self.at(now);
        let unlogged = bounded(&mut refused.unlogged, source);
        *unlogged = unlogged.saturating_add(1);
    }

    /// Counts the beginning of a sign-in; whether the source may begin one more.
    pub(crate) fn may_begin(&self, network: Option<Network>, now: Timestamp) -> bool {
        self.begun.may_begin(network, now)
    }

    /// The sources whose refusals were only counted since the last call, with how many those were.
    fn take_unlogged(&self) -> Vec<(Source, u32)> {
        std::mem::take(&mut self.lock().unlogged).into_iter().collect()
    }

    /// The counts of the present minute, whoever asks first in it: nothing waits for the housekeeping.
    fn at(&self, now: Timestamp) -> std::sync::MutexGuard<'_, Refused> {
        let mut refused = self.lock();
        let minute = minute_of(now);
        if refused.minute < minute {
            refused.minute = minute;
            refused.counts.clear();
        }
        refused
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Refused> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn bounded(counts: &mut HashMap<Source, u32>, source: Source) -> &mut u32 {
    let known = counts.len() < SOURCES || counts.contains_key(&source);
    counts.entry(if known { source } else { (None, None) }).or_default()
}

impl Idp {
    /// Notes a refusal. It stands even if the log is out of reach; a counter says so then.
    pub(crate) async fn note_refusal(&self, cx: &Ctx, tenant: Option<TenantId>, what: What) {
        if !self.refusals.count((cx.network(), tenant), cx.now) {
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

    /// Notes a refusal that a surface gave before any use case was called.
    pub async fn refused(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        area: &'static str,
        reason: &'static str,
        app: Option<AppId>,
    ) {
        self.note_refusal(cx, issuer.tenant_id(), What::RequestRefused { area, reason, app }).await;
    }

    /// Notes a try beyond a limit: only in the minute's count.
    pub(crate) fn note_throttled(&self, cx: &Ctx, tenant: Option<TenantId>) {
        self.refusals.count_beyond((cx.network(), tenant), cx.now);
    }

    /// Logs what was only counted since the last time.
    pub(crate) async fn log_counted_refusals(&self) {
        for ((network, tenant), count) in self.refusals.take_unlogged() {
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
    use chrono::{DateTime, TimeDelta};

    use super::*;

    fn at(seconds: i64) -> Timestamp {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
    }

    #[test]
    fn a_flood_is_counted_and_not_written() {
        let refusals = Refusals::default();
        let source = (Some(Network::of("192.0.2.1".parse().unwrap())), None);
        let written = (0..500).filter(|_| refusals.count(source, at(0))).count();
        assert_eq!(written, 20);
        assert_eq!(refusals.take_unlogged(), [(source, 480)]);
        assert!(refusals.take_unlogged().is_empty());
        assert!(!refusals.count(source, at(59)), "logged or not, the minute goes on");
        refusals.count_beyond(source, at(59));
        assert!(refusals.count(source, at(60)), "a new minute starts anew by itself");
        assert_eq!(refusals.take_unlogged(), [(source, 2)], "nothing is lost over the turn");
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let refusals = Refusals::default();
        for number in 0..20_000_u32 {
            let source = (Some(Network::of(std::net::Ipv4Addr::from(number << 8).into())), None);
            refusals.count(source, at(0));
            refusals.count_beyond(source, at(0));
        }
        let unlogged = refusals.take_unlogged();
        assert_eq!(unlogged.len(), SOURCES + 1);
        let total: u32 = unlogged.iter().map(|(_, count)| count).sum();
        assert!(total >= 20_000, "{total}: all are counted");
    }
}
