//! Userinfo (OIDC Core, section 5.3): what the token's scope tells, as it is now.

use gatehouse_domain::oauth::{AccessClaims, Owner};
use gatehouse_keys::verify::{Audience, Expect, verify_jwt};
use gatehouse_store::grants;

use super::introspect::LEEWAY;
use super::names::{Ground, read_jti, subject};
use super::token::profile;
use super::{BearerRefusal, UserInfo};
use crate::{Ctx, Fault, Idp, Issuer};

impl Idp {
    /// Tells about the person of an access token.
    ///
    /// # Errors
    /// Why the token is not let through.
    pub async fn userinfo(&self, cx: &Ctx, issuer: &Issuer, token: &str) -> Result<UserInfo, BearerRefusal> {
        let keys = self.issuer_keys(issuer).await?;
        let expect = Expect::new("at+jwt", Audience::Unjudged, cx.now).leeway(LEEWAY);
        let claims =
            verify_jwt::<AccessClaims>(token, &keys, &expect).map_err(|_| BearerRefusal::Invalid)?.claims;
        let tenant = claims.organization.as_ref().ok_or(BearerRefusal::Scope)?.tid;
        if issuer.tenant_id().is_some_and(|own| own != tenant) {
            return Err(BearerRefusal::Invalid);
        }
        let mask = self.jti_mask(Owner::Tenant(tenant)).await?;
        let Some((jti, Ground::Grant(grant))) = read_jti(&claims.jti, &mask) else {
            return Err(BearerRefusal::Scope);
        };
        let scopes =
            gatehouse_domain::oauth::Scopes::parse(&claims.scope).map_err(|_| BearerRefusal::Invalid)?;
        if !scopes.has("openid") {
            return Err(BearerRefusal::Scope);
        }
        let known = self.app(issuer.owner(), &claims.client_id).await?.ok_or(BearerRefusal::Invalid)?;
        let live = grants::live(self.pool()?, tenant, grant, Some(jti), issuer.is_platform(), cx.now)
            .await
            .map_err(Fault::from)?
            .map_err(|_| BearerRefusal::Invalid)?;
        if !Self::app_stands(&known.app, &live) {
            return Err(BearerRefusal::Invalid);
        }
        let mut told = serde_json::to_value(profile(&live.person, &scopes))
            .map_err(|_| Fault::Inconsistent("profile"))?;
        if let Some(fields) = told.as_object_mut() {
            fields.insert("sub".to_owned(), subject(issuer, live.person.identity, live.person.member).into());
            fields.insert("tid".to_owned(), tenant.to_string().into());
            fields.insert("org_id".to_owned(), tenant.to_string().into());
        }
        Ok(UserInfo { claims: told, client_id: claims.client_id })
    }
}
