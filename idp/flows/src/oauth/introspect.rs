//! Introspection (RFC 7662): live. An app that may introspect sees every token of its issuer: the switch is the tenant's (or
//! operator's) to give, to gateways that guard several resources.

use chrono::TimeDelta;
use gatehouse_domain::oauth::{AccessClaims, App, ClientClaim, GrantType, Owner, Scopes, TokenError};
use gatehouse_domain::tenant::TenantStatus;
use gatehouse_keys::verify::{Audience, Expect, verify_jwt};
use gatehouse_store::grants;
use serde::Serialize;
use uuid::Uuid;

use super::TokenRefusal;
use super::names::{Ground, read_jti};
use crate::{Ctx, Fault, Idp, Issuer};

/// How far the clocks of our own nodes may differ.
pub(crate) const LEEWAY: TimeDelta = TimeDelta::seconds(5);

/// What introspection tells.
#[derive(Debug, Serialize)]
pub struct Introspection {
    /// Whether the token is good now.
    pub active: bool,
    /// What it says, if it is.
    #[serde(flatten)]
    pub claims: Option<AccessClaims>,
    /// Its type, if it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_type: Option<&'static str>,
}

impl Introspection {
    const INACTIVE: Self = Self { active: false, claims: None, token_type: None };
}

impl Idp {
    /// Whether a token is good now.
    ///
    /// # Errors
    /// If the asker is nobody who may ask.
    pub async fn introspect(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        claim: ClientClaim,
        token: Option<&str>,
    ) -> Result<Introspection, TokenRefusal> {
        let known = self.authenticate(cx, issuer, claim).await?;
        if !known.app.config.introspect {
            self.refused(cx, issuer, "introspect", "unauthorized_client", Some(known.app.id)).await;
            return Err(TokenRefusal::new(TokenError::UnauthorizedClient, "this app may not introspect"));
        }
        let token = token.ok_or(TokenRefusal::new(TokenError::InvalidRequest, "token is missing"))?;
        Ok(match self.live_access(cx, issuer, token).await? {
            Some(claims) => Introspection { active: true, claims: Some(claims), token_type: Some("Bearer") },
            None => Introspection::INACTIVE,
        })
    }

    /// The claims of an access token of this issuer that is good now: well signed, not ended, and still standing on a live
    /// grant or app. Roles are told as they are now.
    pub(crate) async fn live_access(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        token: &str,
    ) -> Result<Option<AccessClaims>, Fault> {
        let keys = self.issuer_keys(issuer).await?;
        let expect = Expect::new("at+jwt", Audience::Unjudged, cx.now).leeway(LEEWAY);
        let Ok(verified) = verify_jwt::<AccessClaims>(token, &keys, &expect) else { return Ok(None) };
        let mut claims = verified.claims;
        let Some(known) = self.app(issuer.owner(), &claims.client_id).await? else { return Ok(None) };
        let owner = match (&claims.organization, issuer.tenant_id()) {
            // A platform app's token for the platform itself.
            (None, None) => Owner::Platform,
            (None, Some(_)) => return Ok(None),
            (Some(organization), own) => {
                let tenant = organization.tid;
                if own.is_some_and(|own| own != tenant) || organization.org_id != tenant {
                    return Ok(None);
                }
                Owner::Tenant(tenant)
            }
        };
        let Some((jti, ground)) = read_jti(&claims.jti, &self.jti_mask(owner).await?) else {
            return Ok(None);
        };
        let (grant, tenant) = match (ground, owner) {
            (Ground::Grant(grant), Owner::Tenant(tenant)) => (grant, tenant),
            (Ground::Grant(_), Owner::Platform) => return Ok(None),
            (Ground::App(app, tenant), _) => {
                let stands =
                    self.app_token_stands(issuer, &known.app, &claims, (owner, jti, (app, tenant))).await?;
                return Ok(stands.then_some(claims));
            }
        };
        let live = grants::live(self.pool()?, tenant, grant, Some(jti), issuer.is_platform(), cx.now).await?;
        Ok(live.ok().filter(|live| Self::app_stands(&known.app, live)).map(|live| {
            let permissions = gatehouse_domain::access::permissions(&live.person.roles);
            claims.permissions = Some(permissions.into_iter().map(str::to_owned).collect());
            claims.roles = Some(live.person.roles);
            claims
        }))
    }

    /// Whether an app's own token is good now: not revoked, made since the last change that ended all, within what the app
    /// is registered for today, and its tenant open to the app.
    async fn app_token_stands(
        &self,
        issuer: &Issuer,
        app: &App,
        claims: &AccessClaims,
        (owner, jti, (app_epoch, tenant_epoch)): (Owner, Uuid, (i32, i32)),
    ) -> Result<bool, Fault> {
        let registered = Scopes::parse(&claims.scope).is_ok_and(|scopes| scopes.within(&app.config.scopes))
            && claims
                .aud
                .as_slice()
                .iter()
                .all(|aud| app.config.resources.contains(aud) || *aud == app.client_id);
        if !registered || !app.may(GrantType::ClientCredentials) || app.epoch != app_epoch {
            return Ok(false);
        }
        if let Owner::Tenant(tenant) = owner {
            let record = self.tenant(tenant).await?;
            let open = record
                .is_some_and(|record| record.status == TenantStatus::Active && record.epoch == tenant_epoch);
            let entitled = !issuer.is_platform() || self.is_entitled(tenant, app.id).await?;
            if !open || !entitled {
                return Ok(false);
            }
        }
        let mut tx = self.read_of(owner, "token_revoked").await?;
        Ok(!grants::is_token_revoked(&mut tx, owner, jti).await?)
    }
}
