//! Limits that only somebody who attacks reaches: told to the log once a window.

use gatehouse_domain::audit::{Actor, What};
use gatehouse_domain::ids::TenantId;
use gatehouse_domain::oauth::Owner;
use gatehouse_store::counters::{self, CounterKey};

use crate::throttle::Ask;
use crate::{Ctx, Fault, Idp};

/// Which limit was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reached {
    /// That of the visitor's network.
    Network,
    /// That of a whole tenant or, without one, of all.
    Wide,
}

impl Idp {
    /// Tells the log of a tenant, or the platform's, that a limit was reached: once a window, whichever process sees it first. The
    /// refusal stands even if the log is out of reach.
    pub(crate) async fn suspect(&self, cx: &Ctx, ask: Ask, tenant: Option<TenantId>, reached: Reached) {
        if let Err(fault) = self.tell_suspicion(cx, ask, tenant, reached).await {
            metrics::counter!("gatehouse_events_lost_total").increment(1);
            tracing::error!(error = %fault, "a suspected attack was not recorded");
        }
    }

    async fn tell_suspicion(
        &self,
        cx: &Ctx,
        ask: Ask,
        tenant: Option<TenantId>,
        reached: Reached,
    ) -> Result<(), Fault> {
        let limit = match (reached, tenant) {
            (Reached::Network, _) => "network",
            (Reached::Wide, Some(_)) => "tenant",
            (Reached::Wide, None) => "all",
        };
        let mac = self.data_key(Owner::Platform).await?.mac_key("suspicion")?;
        let whose = tenant.map(TenantId::uuid);
        let whose: &[u8] = whose.as_ref().map_or(b"", |tenant| tenant.as_bytes());
        let key = mac.tag(&[ask.name().as_bytes(), limit.as_bytes(), whose].join(&0_u8));
        let once = CounterKey { key, window_s: ask.window_s(), limit: 1 };
        if counters::count(self.pool()?, &[once], cx.now).await?.iter().any(|counted| counted.over) {
            return Ok(());
        }
        let what = What::AttackSuspected { ask: ask.name(), limit };
        let mut event = self.event(cx, Actor::Anonymous, tenant, what);
        if reached == Reached::Wide {
            // Whoever came last is not who filled it.
            event.network = None;
            event.request = None;
        }
        tracing::warn!(ask = ask.name(), limit, "so much was asked for that an attack is suspected");
        self.append(self.record(event)?).await
    }
}
