//! Notices of what others may have tried with somebody's account. Jobs write them, so that no answer waits for one, and nobody
//! learns from an answer whether there is anybody to write to.

use chrono::TimeDelta;
use data_encoding::BASE64;
use gatehouse_domain::email::EmailAddress;
use gatehouse_domain::identity::MemberStatus;
use gatehouse_domain::ids::{IdentityId, JobId, TenantId};
use gatehouse_domain::mail::{Letter, Message, Occasion};
use gatehouse_domain::oauth::Owner;
use gatehouse_domain::time::Timestamp;
use gatehouse_keys::seal::Place;
use gatehouse_store::jobs::{self, Job, NewJob};
use gatehouse_store::{NoTrail, Scope, Trail, addresses, members};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::jobs::JobFault;
use crate::keyring::POOL;
use crate::{Ctx, Fault, Idp, Issuer};

/// The name under which the database queues the notice of a sign-in from a browser that had not been seen.
pub(crate) const NEW_DEVICE: &str = "new_device";
/// The name under which the notice of many wrong passwords is queued.
pub(crate) const REFUSED_TRIES: &str = "refused_tries";

/// One person hears of a new browser once in this time.
const NEW_DEVICE_PAUSE: TimeDelta = TimeDelta::hours(1);
/// One person hears of refused tries once in this time (abuse case PWD-04).
const REFUSED_TRIES_PAUSE: TimeDelta = TimeDelta::days(1);

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewDevice {
    identity: IdentityId,
    /// In whose name: a tenant's for its own members, else the platform's.
    tenant: Option<TenantId>,
    visit: Visit,
}

/// The address is sealed: it may be anybody's, or a slip of the keyboard that is nobody's.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RefusedTries {
    address: String,
    tenant: Option<TenantId>,
    visit: Visit,
}

/// An occasion as a job keeps it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Visit {
    at: Timestamp,
    network: Option<String>,
    device: Option<String>,
}

impl From<Occasion> for Visit {
    fn from(Occasion { at, network, device }: Occasion) -> Self {
        Self { at, network, device }
    }
}

impl From<Visit> for Occasion {
    fn from(Visit { at, network, device }: Visit) -> Self {
        Self { at, network, device }
    }
}

/// What a notice is, and how seldom it comes.
struct Notice {
    message: fn(String) -> Message,
    pause: TimeDelta,
}

impl Idp {
    /// What the job needs that tells a person of a new browser; none where no letter could be sent.
    pub(crate) fn new_device(
        &self,
        cx: &Ctx,
        identity: IdentityId,
        tenant: Option<TenantId>,
    ) -> Result<Option<Value>, Fault> {
        if !self.can_mail() {
            return Ok(None);
        }
        let payload = NewDevice { identity, tenant, visit: cx.occasion().into() };
        serde_json::to_value(&payload).map(Some).map_err(|_| Fault::Inconsistent("job"))
    }

    /// Tells it.
    pub(crate) async fn tell_new_device(&self, job: &Job) -> Result<(), JobFault> {
        let NewDevice { identity, tenant, visit } =
            serde_json::from_value(job.payload.clone()).map_err(|_| JobFault::Unreadable)?;
        let notice = Notice { message: |account| Message::NewDevice { account }, pause: NEW_DEVICE_PAUSE };
        Ok(self.notify(identity, tenant, &notice, visit).await?)
    }

    /// Queues the notice for whoever owns an address, which is the same work if nobody does. The refusal that it is about stands in
    /// any case.
    pub(crate) async fn queue_refused_tries(
        &self,
        cx: &Ctx,
        tenant: Option<TenantId>,
        address: &EmailAddress,
    ) {
        if let Err(fault) = self.queue_tries(cx, tenant, address).await {
            tracing::error!(error = %fault, "a notice of refused tries was not queued");
        }
    }

    async fn queue_tries(
        &self,
        cx: &Ctx,
        tenant: Option<TenantId>,
        address: &EmailAddress,
    ) -> Result<(), Fault> {
        if !self.can_mail() {
            return Ok(());
        }
        let id = JobId::mint(cx.now, self.rng.as_ref());
        let refused = RefusedTries { address: address.canonical(), tenant, visit: cx.occasion().into() };
        let plain = serde_json::to_vec(&refused).map_err(|_| Fault::Inconsistent("job"))?;
        let sealed = self.data_key(Owner::Platform).await?.seal(&place(id), &plain)?;
        let payload = Value::String(BASE64.encode(&sealed));
        let job = NewJob {
            id,
            tenant: None,
            kind: REFUSED_TRIES,
            payload: &payload,
            dedup: None,
            target: None,
            run_at: cx.now,
        };
        let mut tx = self.pool()?.write(Scope::platform(), "queue_notice").await?;
        jobs::enqueue(&mut tx, &job, cx.now).await?;
        tx.commit(Trail::none(NoTrail::Housekeeping)).await?;
        self.job_bell.notify_one();
        Ok(())
    }

    /// Tells it.
    pub(crate) async fn tell_refused_tries(&self, job: &Job) -> Result<(), JobFault> {
        let sealed = job.payload.as_str().and_then(|text| BASE64.decode(text.as_bytes()).ok());
        let sealed = sealed.ok_or(JobFault::Unreadable)?;
        let key = self.data_key(Owner::Platform).await?;
        let plain = key.open(&place(job.id), &sealed).map_err(Fault::from)?;
        let RefusedTries { address, tenant, visit } =
            serde_json::from_slice(plain.expose()).map_err(|_| JobFault::Unreadable)?;
        let address = address.parse::<EmailAddress>().map_err(|_| JobFault::Unreadable)?;
        let Some(owner) = addresses::mailbox(self.pool()?, &address).await? else { return Ok(()) };
        let tenant = self.if_member(owner.identity, tenant).await?;
        let notice =
            Notice { message: |account| Message::RefusedTries { account }, pause: REFUSED_TRIES_PAUSE };
        Ok(self.notify(owner.identity, tenant, &notice, visit).await?)
    }

    /// The tenant, if the person is a member there: in another's name, and by another's mail server, nobody is written to for
    /// having been attacked there.
    async fn if_member(
        &self,
        person: IdentityId,
        tenant: Option<TenantId>,
    ) -> Result<Option<TenantId>, Fault> {
        let Some(tenant) = tenant else { return Ok(None) };
        let mut tx = self.pool()?.read(Scope::tenant(tenant), "notice_member").await?;
        let member = members::by_identity(&mut tx, person).await?;
        Ok(member.filter(|member| member.status == MemberStatus::Active).map(|_| tenant))
    }

    /// One letter to the first proven address of a person, unless one of the kind went there not long ago.
    async fn notify(
        &self,
        person: IdentityId,
        tenant: Option<TenantId>,
        notice: &Notice,
        visit: Visit,
    ) -> Result<(), Fault> {
        let first = {
            let mut tx = self.pool()?.read(Scope::identity(person), "notice_address").await?;
            addresses::list(&mut tx).await?.into_iter().find(|address| address.state.is_proven())
        };
        let Some(first) = first else { return Ok(()) };
        let Some(owner) = addresses::mailbox(self.pool()?, &first.address).await? else { return Ok(()) };
        let tenant = match tenant {
            Some(tenant) => self.tenant(tenant).await?,
            None => None,
        };
        let issuer =
            tenant.map_or_else(|| self.platform().clone(), |known| Issuer::tenant_at(self.base.url(), known));
        let letter = Letter {
            to: owner.address,
            name: owner.name,
            locale: owner.locale,
            message: (notice.message)(format!("{}/account", issuer.iss())),
            occasion: Some(visit.into()),
        };
        let sealed = self.letter(&issuer, &letter).await?;
        let scope = issuer.tenant_id().map_or(Scope::platform(), Scope::tenant);
        let mut tx = self.pool()?.write(scope, "notice").await?;
        let posted = sealed.post_seldom(&mut tx, self.now() - notice.pause).await?;
        tx.commit(Trail::none(NoTrail::Housekeeping)).await?;
        if posted {
            self.ring_mail();
        }
        Ok(())
    }
}

fn place(id: JobId) -> Place {
    Place::new(POOL, "jobs", "payload", id)
}
