//! After a session ended: its grants end in every tenant it had entered, and the apps that want to know are told.

use gatehouse_domain::audit::{Actor, What};
use gatehouse_domain::ids::{IdentityId, JobId, SessionId, TenantId};
use gatehouse_domain::oauth::Owner;
use gatehouse_store::grants::AppOfSession;
use gatehouse_store::jobs::{self, Job, NewJob};
use gatehouse_store::{NoTrail, Scope, Trail, WriteTx, grants};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::JobFault;
use super::backchannel::{self, Announce};
use crate::{Fault, Idp};

/// The name under which it is queued.
pub(super) const KIND: &str = "session_ended";

/// The name under which the database queues the end of a session that a newer one pushed out.
pub(super) const EVICTED: &str = "session_evicted";

/// A session that was pushed out of its browser's list, as the database names it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SessionEvicted {
    identity: Uuid,
    session: Uuid,
}

/// What the job needs.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SessionEnded {
    /// The person.
    pub(crate) identity: IdentityId,
    /// The session.
    pub(crate) session: SessionId,
    /// The tenants it had entered.
    pub(crate) tenants: Vec<TenantId>,
}

impl Idp {
    /// Queues the job with the transaction that ends the session.
    pub(crate) async fn queue_session_ended(
        &self,
        tx: &mut WriteTx,
        ended: &SessionEnded,
    ) -> Result<(), Fault> {
        self.queue(tx, KIND, ended).await
    }

    pub(super) async fn session_ended(&self, job: &Job) -> Result<(), JobFault> {
        let ended: SessionEnded =
            serde_json::from_value(job.payload.clone()).map_err(|_| JobFault::Unreadable)?;
        for tenant in &ended.tenants {
            self.end_grants(*tenant, &ended).await?;
        }
        self.announce_bell.notify_one();
        Ok(())
    }

    /// Ends the grants of a session in a tenant: what ends, its events and the announcements are one transaction.
    async fn end_grants(&self, tenant: TenantId, ended: &SessionEnded) -> Result<(), JobFault> {
        let now = self.now();
        // The records need it while the transaction holds a connection: read there, it would take a second one.
        self.data_key(Owner::Tenant(tenant)).await?;
        let mut tx = self.pool()?.write(Scope::tenant(tenant), "end_grants").await?;
        let ending = grants::revoke_of_session(&mut tx, ended.session, "session_ended", now).await?;
        let mut records = Vec::with_capacity(ending.len());
        for (grant, app) in ending {
            let what = What::GrantRevoked { app, grant, reason: "session_ended" };
            let mut event = self.event_of(Owner::Tenant(tenant), Actor::System, now, what);
            event.subject = Some(ended.identity);
            records.push(self.record_of_person(event).await?);
        }
        for app in grants::apps_of_session(&mut tx, ended.session).await? {
            self.queue_announcement(&mut tx, tenant, &app).await?;
        }
        let trail = if records.is_empty() { Trail::none(NoTrail::Housekeeping) } else { Trail::of(records) };
        tx.commit(trail).await?;
        Ok(())
    }

    /// Queues what tells an app of it; whether the app wants to know is looked up when the job runs.
    pub(crate) async fn queue_announcement(
        &self,
        tx: &mut WriteTx,
        tenant: TenantId,
        told: &AppOfSession,
    ) -> Result<(), Fault> {
        let now = self.now();
        let announce = Announce {
            app: told.app,
            platform: told.platform,
            identity: told.identity,
            member: told.member,
            session: told.session,
        };
        let payload = serde_json::to_value(&announce).map_err(|_| Fault::Inconsistent("job"))?;
        let dedup = format!("{}/{}", told.session, told.app);
        let job = NewJob {
            id: JobId::mint(now, self.rng.as_ref()),
            tenant: Some(tenant),
            kind: backchannel::KIND,
            payload: &payload,
            dedup: Some(&dedup),
            target: Some(told.app.uuid()),
            run_at: now,
        };
        jobs::enqueue(tx, &job, now).await?;
        Ok(())
    }

    pub(super) async fn session_evicted(&self, job: &Job) -> Result<(), JobFault> {
        let evicted: SessionEvicted =
            serde_json::from_value(job.payload.clone()).map_err(|_| JobFault::Unreadable)?;
        let (identity, session) =
            (IdentityId::from_uuid(evicted.identity), SessionId::from_uuid(evicted.session));
        self.end_session(None, identity, session, "replaced").await?;
        Ok(())
    }
}
