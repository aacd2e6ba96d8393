//! An app gets a token for itself (RFC 6749, section 4.4). The answer waits until the event is durable.

use std::sync::Arc;

use gatehouse_domain::audit::Actor;
use gatehouse_domain::ids;
use gatehouse_domain::oauth::{AccessClaims, App, GrantType, Organization, Owner, Scopes, TokenError};
use gatehouse_domain::tenant::{Tenant, TenantStatus};

use super::names::{Ground, jti};
use super::token::{Caller, audience, token_event};
use super::{TokenAnswer, TokenRefusal};
use crate::{Idp, Issuer};

impl Idp {
    pub(crate) async fn client_credentials(
        &self,
        caller: Caller<'_>,
        scopes: Option<Scopes>,
        resources: &[String],
        organization: Option<&str>,
    ) -> Result<TokenAnswer, TokenRefusal> {
        let Caller { cx, issuer, app } = caller;
        if !app.may(GrantType::ClientCredentials) {
            return Err(TokenRefusal::new(TokenError::UnauthorizedClient, "this app may not use this grant"));
        }
        let acting = self.acting_tenant(issuer, app, organization).await?;
        let tenant = acting.as_ref().map(|tenant| tenant.at.id);
        let ground = Ground::App(app.epoch, acting.map_or(0, |tenant| tenant.epoch));
        let scopes = granted(app, scopes)?;
        if !resources.iter().all(|resource| app.config.resources.contains(resource)) {
            return Err(TokenRefusal::new(
                TokenError::InvalidTarget,
                "a resource is not registered for this app",
            ));
        }
        let token = ids::uuid_v7(cx.now, self.rng.as_ref());
        let event = self.event(cx, Actor::App { app: app.id }, tenant, token_event(app.id, token, &scopes));
        let claims = AccessClaims {
            iss: issuer.iss().to_owned(),
            sub: app.client_id.clone(),
            aud: audience(app, resources),
            client_id: app.client_id.clone(),
            iat: cx.now.timestamp(),
            exp: cx.now.timestamp() + i64::from(app.config.lives.access.as_seconds()),
            jti: jti(token, ground, &self.jti_mask(tenant.map_or(Owner::Platform, Owner::Tenant)).await?),
            scope: scopes.to_string(),
            organization: tenant.map(Organization::of),
            roles: None,
            permissions: None,
            sid: None,
            auth_time: None,
            acr: None,
            amr: None,
        };
        let alg = app.config.alg.unwrap_or_else(|| issuer.default_alg());
        let access_token = self.sign(issuer.owner(), alg, "at+jwt", &claims).await?;
        self.append(self.record(event)?).await?;
        Ok(TokenAnswer {
            access_token,
            token_type: "Bearer",
            expires_in: app.config.lives.access.as_seconds(),
            scope: scopes.to_string(),
            refresh_token: None,
            id_token: None,
        })
    }
}

impl Idp {
    /// The tenant that a token is for: the issuer's; at the platform's the one that the app names and is entitled to, or
    /// none.
    async fn acting_tenant(
        &self,
        issuer: &Issuer,
        app: &App,
        organization: Option<&str>,
    ) -> Result<Option<Arc<Tenant>>, TokenRefusal> {
        let (tenant, entitled) = match (issuer.tenant(), organization) {
            (Some(own), _) => (Arc::clone(own), true),
            (None, None) => return Ok(None),
            (None, Some(name)) => match self.tenant_named(name).await? {
                Some(tenant) => {
                    let entitled = self.is_entitled(tenant.at.id, app.id).await?;
                    (tenant, entitled)
                }
                None => {
                    return Err(TokenRefusal::new(
                        TokenError::InvalidTarget,
                        "no such organization for this app",
                    ));
                }
            },
        };
        if !entitled {
            return Err(TokenRefusal::new(TokenError::InvalidTarget, "no such organization for this app"));
        }
        if tenant.status != TenantStatus::Active {
            return Err(TokenRefusal::new(TokenError::UnauthorizedClient, "the tenant is suspended"));
        }
        Ok(Some(tenant))
    }
}

/// The scope of an app's own token: what it asks for among what is registered, without what only a person can grant.
fn granted(app: &App, asked: Option<Scopes>) -> Result<Scopes, TokenRefusal> {
    let personal = ["openid", "profile", "email", "offline_access"];
    let own = personal.iter().fold(app.config.scopes.clone(), |scopes, name| scopes.without(name));
    match asked {
        None => Ok(own),
        Some(asked) if asked.within(&own) => Ok(asked),
        Some(_) => Err(TokenRefusal::new(TokenError::InvalidScope, "a scope is not registered for this app")),
    }
}
