//! Housekeeping: what is over is deleted a little at a time, and what waits is measured.

use std::sync::PoisonError;

use chrono::TimeDelta;
use gatehouse_domain::ids::TenantId;
use gatehouse_domain::tenant::TenantRef;
use gatehouse_domain::time::Timestamp;
use gatehouse_store::{NoTrail, Page, Scope, Trail, directory, events, jobs, mails, sessions, tenants};

use crate::{Fault, Idp};

/// How long finished jobs, and letters that were given up, are kept for looking at.
const KEPT: TimeDelta = TimeDelta::days(7);
/// How long it is remembered that a letter was sent, so that a report that it came back finds it.
const REMEMBERED: TimeDelta = TimeDelta::days(30);
/// How long a session that is over is kept: its person and the log may still name it.
const OVER: TimeDelta = TimeDelta::days(30);
/// How long a place in the directory waits for its tenant.
const UNMADE: TimeDelta = TimeDelta::hours(1);
/// How many tenants one round sweeps.
const TENANTS_SWEPT: u16 = 50;
/// How many rows one sweep deletes of a kind.
const SWEEP: u16 = 500;
/// Below so many months of partitions ahead, the log warns: time enough for whoever runs it.
const FEW_MONTHS: u32 = 3;

impl Idp {
    /// Deletes what is over, lets lapse what has lapsed, and measures the queue. A step that fails keeps none behind it waiting.
    ///
    /// # Errors
    /// That of the first step that failed; those of others are in the log.
    pub async fn tidy(&self) -> Result<(), Fault> {
        let now = self.now();
        self.log_counted_refusals().await;
        let steps = [
            ("queues", self.sweep_queues(now).await),
            ("directory", self.sweep_directory(now).await),
            ("sessions", self.sweep_sessions(now).await),
            ("claims", self.purge_claims(now).await),
            ("lapses", self.lapse_addresses(now).await),
            ("refusals", self.level_refusals().await),
            ("deletions", self.end_accounts(now).await),
            ("tenants", self.sweep_tenants(now).await),
            ("partitions", self.measure_partitions(now).await),
            ("depth", self.measure_queue(now).await),
        ];
        let mut failed = steps.into_iter().filter_map(|(step, done)| Some((step, done.err()?)));
        let Some((_, first)) = failed.next() else { return Ok(()) };
        for (step, fault) in failed {
            tracing::error!(step, error = %fault, "a step of the housekeeping failed");
        }
        Err(first)
    }

    async fn sweep_queues(&self, now: Timestamp) -> Result<(), Fault> {
        let cell = self.pool()?;
        jobs::sweep(cell, now, now - KEPT, SWEEP).await?;
        mails::sweep(cell, now - KEPT, now - REMEMBERED, SWEEP).await?;
        Ok(())
    }

    async fn sweep_directory(&self, now: Timestamp) -> Result<(), Fault> {
        jobs::sweep_directory(self.store.directory(), now, SWEEP).await?;
        Ok(())
    }

    async fn sweep_sessions(&self, now: Timestamp) -> Result<(), Fault> {
        sessions::sweep(self.pool()?, now - OVER, SWEEP).await?;
        Ok(())
    }

    async fn measure_partitions(&self, now: Timestamp) -> Result<(), Fault> {
        let ahead = events::months_ahead(self.pool()?, now).await?;
        metrics::gauge!("gatehouse_event_partitions_ahead").set(f64::from(ahead));
        if ahead < FEW_MONTHS {
            tracing::warn!(months = ahead, "the event log's partitions run out: run `gatehouse migrate`");
        }
        Ok(())
    }

    async fn measure_queue(&self, now: Timestamp) -> Result<(), Fault> {
        let depth = jobs::depth(self.pool()?, now).await?;
        metrics::gauge!("gatehouse_jobs", "state" => "queued").set(gauge(depth.queued));
        metrics::gauge!("gatehouse_jobs", "state" => "due").set(gauge(depth.due));
        metrics::gauge!("gatehouse_jobs", "state" => "dead").set(gauge(depth.dead));
        Ok(())
    }

    /// Sweeps the next tenants in turn, so that all have theirs without a long pause for anybody. One that cannot be swept keeps no
    /// other waiting: its turn comes again.
    async fn sweep_tenants(&self, now: Timestamp) -> Result<(), Fault> {
        let after = *self.sweep_after.lock().unwrap_or_else(PoisonError::into_inner);
        let page = {
            let mut tx = self.store.directory().read(Scope::platform(), "sweep_list").await?;
            directory::list_tenants(&mut tx, Page { after, limit: TENANTS_SWEPT }).await?
        };
        let next = page.last().map(|tenant| tenant.id.uuid());
        *self.sweep_after.lock().unwrap_or_else(PoisonError::into_inner) = next;
        for tenant in &page {
            if let Err(fault) = self.sweep_tenant(tenant, now).await {
                metrics::counter!("gatehouse_sweeps_failed_total").increment(1);
                tracing::error!(tenant = %tenant.id, error = %fault, "a tenant could not be swept");
            }
        }
        Ok(())
    }

    async fn sweep_tenant(&self, tenant: &TenantRef, now: Timestamp) -> Result<(), Fault> {
        let mut tx = self.store.cell(&tenant.cell)?.write(Scope::tenant(tenant.id), "sweep_tenant").await?;
        jobs::sweep_tenant(&mut tx, now, SWEEP).await?;
        let made = tenants::read(&mut tx).await?.is_some();
        self.expire_invitations(tx, tenant.id, now, SWEEP).await?;
        if !made {
            self.release_unmade(tenant.id, now).await?;
        }
        Ok(())
    }

    /// Gives up the place of a personal tenant whose sign-up came to nothing.
    async fn release_unmade(&self, tenant: TenantId, now: Timestamp) -> Result<(), Fault> {
        let mut tx = self.store.directory().write(Scope::platform(), "release_unmade").await?;
        directory::release_personal(&mut tx, tenant, now - UNMADE).await?;
        Ok(tx.commit(Trail::none(NoTrail::Housekeeping)).await?)
    }
}

fn gauge(count: i64) -> f64 {
    u32::try_from(count).map_or(f64::MAX, f64::from)
}
