//! Back-channel logout (OIDC Back-Channel Logout): a signed token to an app that a session of its is over.

use gatehouse_domain::ids::{AppId, IdentityId, MemberId, SessionId, uuid_v7};
use gatehouse_domain::oauth::{LogoutClaims, LogoutEvents, Owner};
use gatehouse_store::apps;
use gatehouse_store::jobs::Job;
use serde::{Deserialize, Serialize};

use super::JobFault;
use crate::oauth::{sid, subject};
use crate::{Idp, Issuer, outbound};

/// The name under which it is queued.
pub(super) const KIND: &str = "backchannel_logout";

/// How long a logout token is good, in seconds (section 2.4: short).
const TOKEN_LIFE: i64 = 120;

/// What the job needs.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Announce {
    pub(super) app: AppId,
    pub(super) platform: bool,
    pub(super) identity: IdentityId,
    pub(super) member: MemberId,
    pub(super) session: SessionId,
}

impl Idp {
    pub(super) async fn announce_logout(&self, job: &Job) -> Result<(), JobFault> {
        let announce: Announce =
            serde_json::from_value(job.payload.clone()).map_err(|_| JobFault::Unreadable)?;
        let tenant = job.tenant.ok_or(JobFault::Unreadable)?;
        let issuer = if announce.platform {
            self.platform().clone()
        } else {
            let record = self.tenant(tenant).await?.ok_or(JobFault::Unreadable)?;
            Issuer::tenant_at(self.base.url(), record)
        };
        let owner = if announce.platform { Owner::Platform } else { Owner::Tenant(tenant) };
        let app = {
            let mut tx = self.read_of(owner, "app_to_tell").await?;
            apps::by_id(&mut tx, owner, announce.app).await?
        };
        let Some(app) = app.filter(|stored| stored.active).map(|stored| stored.app) else { return Ok(()) };
        let Some(uri) = app.config.backchannel_logout_uri.clone() else { return Ok(()) };
        let now = self.now();
        let claims = LogoutClaims {
            iss: issuer.iss().to_owned(),
            sub: subject(&issuer, announce.identity, announce.member),
            aud: app.client_id,
            iat: now.timestamp(),
            exp: now.timestamp() + TOKEN_LIFE,
            jti: gatehouse_domain::ids::encode(uuid_v7(now, self.rng.as_ref())),
            sid: sid(&issuer, announce.session),
            events: LogoutEvents::default(),
        };
        let alg = app.config.alg.unwrap_or_else(|| issuer.default_alg());
        let token = self.sign(owner, alg, "logout+jwt", &claims).await?;
        gatehouse_store::outside();
        Ok(outbound::tell(self.outbound.as_ref(), &uri, "logout_token", token).await?)
    }
}
