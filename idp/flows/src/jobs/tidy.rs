//! Housekeeping: what is over is deleted a little at a time, and what waits is measured.

use std::sync::PoisonError;

use chrono::TimeDelta;
use gatehouse_domain::ids::TenantId;
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
    /// Deletes what is over, lets lapse what has lapsed, and measures the queue.
    ///
    /// # Errors
    /// If the database cannot be reached.
    pub async fn tidy(&self) -> Result<(), Fault> {
        let now = self.now();
        let cell = self.pool()?;
        self.log_counted_refusals().await;
        jobs::sweep(cell, now, now - KEPT, SWEEP).await?;
        mails::sweep(cell, now - KEPT, now - REMEMBERED, SWEEP).await?;
        jobs::sweep_directory(self.store.directory(), now, SWEEP).await?;
        sessions::sweep(cell, now - OVER, SWEEP).await?;
        self.purge_claims(now).await?;
        self.lapse_addresses(now).await?;
        self.level_refusals().await?;
        self.end_accounts(now).await?;
        self.sweep_tenants(now).await?;
        let ahead = events::months_ahead(cell, now).await?;
        metrics::gauge!("gatehouse_event_partitions_ahead").set(f64::from(ahead));
        if ahead < FEW_MONTHS {
            tracing::warn!(months = ahead, "the event log's partitions run out: run `gatehouse migrate`");
        }
        let depth = jobs::depth(cell, now).await?;
        metrics::gauge!("gatehouse_jobs", "state" => "queued").set(gauge(depth.queued));
        metrics::gauge!("gatehouse_jobs", "state" => "due").set(gauge(depth.due));
        metrics::gauge!("gatehouse_jobs", "state" => "dead").set(gauge(depth.dead));
        Ok(())
    }

    /// Sweeps the next tenants in turn, so that all have theirs without a long pause for anybody.
    async fn sweep_tenants(&self, now: Timestamp) -> Result<(), Fault> {
        let after = *self.sweep_after.lock().unwrap_or_else(PoisonError::into_inner);
        let page = {
            let mut tx = self.store.directory().read(Scope::platform(), "sweep_list").await?;
            directory::list_tenants(&mut tx, Page { after, limit: TENANTS_SWEPT }).await?
        };
        for tenant in &page {
            let mut tx =
                self.store.cell(&tenant.cell)?.write(Scope::tenant(tenant.id), "sweep_tenant").await?;
            jobs::sweep_tenant(&mut tx, now, SWEEP).await?;
            let made = tenants::read(&mut tx).await?.is_some();
            self.expire_invitations(tx, tenant.id, now, SWEEP).await?;
            if !made {
                self.release_unmade(tenant.id, now).await?;
            }
        }
        let next = page.last().map(|tenant| tenant.id.uuid());
        *self.sweep_after.lock().unwrap_or_else(PoisonError::into_inner) = next;
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
