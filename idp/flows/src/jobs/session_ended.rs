//! After a session ended: its grants end in every tenant it had entered, and the apps that want to know are told.

use gatehouse_domain::audit::{Actor, Event, What};
use gatehouse_domain::ids::{EventId, IdentityId, JobId, SessionId, TenantId};
use gatehouse_domain::oauth::Owner;
use gatehouse_store::grants::GrantOfSession;
use gatehouse_store::jobs::{self, Job, NewJob};
use gatehouse_store::{NoTrail, Scope, Trail, WriteTx, apps, grants};
use serde::{Deserialize, Serialize};

use super::JobFault;
use super::backchannel::{self, Announce};
use crate::{Fault, Idp};

/// The name under which it is queued.
pub(super) const KIND: &str = "session_ended";

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
        let payload = serde_json::to_value(ended).map_err(|_| Fault::Inconsistent("job"))?;
        let now = self.now();
        let id = JobId::mint(now, self.rng.as_ref());
        let job = NewJob { id, tenant: None, kind: KIND, payload: &payload, dedup: None, run_at: now };
        jobs::enqueue(tx, &job, now).await?;
        Ok(())
    }

    pub(super) async fn session_ended(&self, job: &Job) -> Result<(), JobFault> {
        let ended: SessionEnded =
            serde_json::from_value(job.payload.clone()).map_err(|_| JobFault::Unreadable)?;
        for tenant in &ended.tenants {
            self.end_grants(*tenant, &ended).await?;
        }
        self.job_bell.notify_one();
        Ok(())
    }

    async fn end_grants(&self, tenant: TenantId, ended: &SessionEnded) -> Result<(), JobFault> {
        let now = self.now();
        let mut told = Vec::new();
        let mut records = Vec::new();
        {
            let mut tx = self.pool()?.read(Scope::tenant(tenant), "grants_of_session").await?;
            for grant in grants::of_session(&mut tx, ended.session).await? {
                let owner = if grant.platform { Owner::Platform } else { Owner::Tenant(tenant) };
                if grant.revoked {
                    continue;
                }
                let what = What::GrantRevoked { app: grant.app, grant: grant.id, reason: "session_ended" };
                records.push(Event {
                    id: EventId::mint(now, self.rng.as_ref()),
                    actor: Actor::System,
                    tenant: Some(tenant),
                    subject: Some(ended.identity),
                    request: None,
                    network: None,
                    what,
                    personal: None,
                });
                told.push((owner, grant));
            }
        }
        let announcements = self.announcements(ended.session, told).await?;
        let records: Vec<_> =
            records.into_iter().map(|event| self.record(event)).collect::<Result<_, _>>()?;
        let mut tx = self.pool()?.write(Scope::tenant(tenant), "end_grants").await?;
        grants::revoke_of_session(&mut tx, ended.session, "session_ended", now).await?;
        for announce in &announcements {
            let payload = serde_json::to_value(announce).map_err(|_| JobFault::Unreadable)?;
            let dedup = format!("{}/{}", announce.session, announce.app);
            let id = JobId::mint(now, self.rng.as_ref());
            let kind = backchannel::KIND;
            let job = NewJob {
                id,
                tenant: Some(tenant),
                kind,
                payload: &payload,
                dedup: Some(&dedup),
                run_at: now,
            };
            jobs::enqueue(&mut tx, &job, now).await?;
        }
        let trail = if records.is_empty() { Trail::none(NoTrail::Housekeeping) } else { Trail::of(records) };
        tx.commit(trail).await?;
        Ok(())
    }

    /// The apps to tell, among those that had a grant.
    async fn announcements(
        &self,
        session: SessionId,
        told: Vec<(Owner, GrantOfSession)>,
    ) -> Result<Vec<Announce>, JobFault> {
        let mut announcements = Vec::new();
        for (owner, grant) in told {
            let mut tx = self.read_of(owner, "app_to_tell").await?;
            let found = apps::by_id(&mut tx, owner, grant.app).await?;
            if let Some(uri) = found.and_then(|stored| stored.app.config.backchannel_logout_uri) {
                announcements.push(Announce {
                    app: grant.app,
                    platform: grant.platform,
                    identity: grant.identity,
                    member: grant.member,
                    session,
                    uri,
                });
            }
        }
        Ok(announcements)
    }
}
