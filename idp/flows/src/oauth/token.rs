//! The token endpoint: authenticate, then one use case a grant; and how tokens are put together.

use gatehouse_domain::access;
use gatehouse_domain::audit::What;
use gatehouse_domain::ids::{self, AppId};
use gatehouse_domain::oauth::{
    AccessClaims, App, ClientClaim, GrantRequest, IdClaims, OneOrMany, Organization, Owner, Profile, Scopes,
    TokenRequest,
};
use gatehouse_domain::tenant::Tenant;
use gatehouse_keys::seal::Mac;
use gatehouse_store::claims::{Claims, Person};
use uuid::Uuid;

use super::names::{Ground, jti, sid, subject};
use super::{TokenAnswer, TokenRefusal};
use crate::{Ctx, Fault, Idp, Issuer};

impl Idp {
    /// A token request (RFC 6749, section 3.2).
    ///
    /// # Errors
    /// Why there is no token.
    pub async fn token(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        claim: ClientClaim,
        request: TokenRequest,
    ) -> Result<TokenAnswer, TokenRefusal> {
        let known = self.authenticate(cx, issuer, claim).await?;
        let caller = Caller { cx, issuer, app: &known.app };
        let made = match request.grant {
            GrantRequest::AuthorizationCode { code, redirect_uri, verifier } => {
                self.redeem_code(caller, &code, &redirect_uri, &verifier, &request.resources).await
            }
            GrantRequest::RefreshToken { token, scopes } => {
                self.refresh(caller, &token, scopes, &request.resources).await
            }
            GrantRequest::ClientCredentials { scopes } => {
                let name = request.organization.as_deref();
                self.client_credentials(caller, scopes, &request.resources, name).await
            }
        };
        if let Err(TokenRefusal::Refused { error, reason, .. }) = &made {
            let reason = reason.unwrap_or(error.as_str());
            let what = What::RequestRefused { area: "token", reason, app: Some(known.app.id) };
            self.note_refusal(cx, issuer.tenant_id(), what).await;
        }
        made
    }

    /// The key that leads from a code to its grant.
    pub(crate) async fn grant_mac(&self, tenant: ids::TenantId) -> Result<Mac, Fault> {
        Ok(self.data_key(Owner::Tenant(tenant)).await?.mac_key("grant")?)
    }

    /// The tenant of a handle that somebody presented at an issuer, if there is such a tenant and it is this issuer's.
    pub(crate) async fn handle_tenant(
        &self,
        issuer: &Issuer,
        named: Option<ids::TenantId>,
    ) -> Result<Option<ids::TenantId>, Fault> {
        match (entered(issuer, named), issuer.is_platform()) {
            (Some(tenant), true) => Ok(self.tenant(tenant).await?.map(|record| record.at.id)),
            (found, _) => Ok(found),
        }
    }

    /// The mask of a tenant's grant ids in `jti`; of the platform's for tokens of no tenant.
    pub(crate) async fn jti_mask(&self, owner: Owner) -> Result<Mac, Fault> {
        let key = self.data_key(owner).await?;
        Ok(key.mac_key("jti")?)
    }

    /// Access and, with `openid`, ID token of a grant that is good now.
    pub(crate) async fn tokens_of(
        &self,
        caller: Caller<'_>,
        tenant: ids::TenantId,
        claims: &Claims,
        asked: Asked,
    ) -> Result<TokenAnswer, TokenRefusal> {
        let Caller { cx, issuer, app } = caller;
        let token = ids::uuid_v7(cx.now, self.rng.as_ref());
        let mask = self.jti_mask(Owner::Tenant(tenant)).await?;
        let seat = Seat { issuer, app, tenant, now: cx.now.timestamp() };
        let access = access_claims(&seat, claims, &asked, jti(token, Ground::Grant(claims.grant.id), &mask));
        let alg = app.config.alg.unwrap_or_else(|| issuer.default_alg());
        let access_token = self.sign(issuer.owner(), alg, "at+jwt", &access).await?;
        let id_token = if asked.scopes.has("openid") {
            let claims = id_claims(&seat, claims, &asked);
            Some(self.sign(issuer.owner(), alg, "JWT", &claims).await?)
        } else {
            None
        };
        Ok(TokenAnswer {
            access_token,
            token_type: "Bearer",
            expires_in: app.config.lives.access.as_seconds(),
            scope: asked.scopes.to_string(),
            refresh_token: None,
            id_token,
        })
    }

    /// Whether a grant may still be used by its app: an app that was changed since gets nothing on old grants.
    pub(crate) fn app_stands(app: &App, claims: &Claims) -> bool {
        claims.grant.app == app.id && claims.grant.app_epoch == app.epoch
    }
}

/// An app that has proven itself, in the request it makes at an issuer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Caller<'a> {
    /// The request.
    pub(crate) cx: &'a Ctx,
    /// Where.
    pub(crate) issuer: &'a Issuer,
    /// The app.
    pub(crate) app: &'a App,
}

/// What a token is made for, beyond its grant.
#[derive(Debug)]
pub(crate) struct Asked {
    /// The scope: the grant's, or less.
    pub(crate) scopes: Scopes,
    /// The resources: the grant's, or fewer.
    pub(crate) resources: Vec<String>,
    /// The nonce of the authorization request; not on refresh.
    pub(crate) nonce: Option<String>,
}

/// Who makes a token for whom.
struct Seat<'a> {
    issuer: &'a Issuer,
    app: &'a App,
    tenant: ids::TenantId,
    now: i64,
}

impl Seat<'_> {
    fn end(&self) -> i64 {
        self.now + i64::from(self.app.config.lives.access.as_seconds())
    }
}

fn access_claims(seat: &Seat<'_>, claims: &Claims, asked: &Asked, jti: String) -> AccessClaims {
    let person = &claims.person;
    let permissions = access::permissions(&person.roles).into_iter().map(str::to_owned).collect();
    AccessClaims {
        iss: seat.issuer.iss().to_owned(),
        sub: subject(seat.issuer, person.identity, person.member),
        aud: audience(seat.app, &asked.resources),
        client_id: seat.app.client_id.clone(),
        iat: seat.now,
        exp: seat.end(),
        jti,
        scope: asked.scopes.to_string(),
        organization: Some(Organization::of(seat.tenant)),
        roles: Some(person.roles.clone()),
        permissions: Some(permissions),
        sid: Some(sid(seat.issuer, person.session)),
        auth_time: Some(claims.grant.auth_time.timestamp()),
        acr: Some(claims.grant.acr.clone()),
        amr: Some(claims.grant.amr.clone()),
    }
}

fn id_claims(seat: &Seat<'_>, claims: &Claims, asked: &Asked) -> IdClaims {
    let person = &claims.person;
    IdClaims {
        iss: seat.issuer.iss().to_owned(),
        sub: subject(seat.issuer, person.identity, person.member),
        aud: seat.app.client_id.clone(),
        iat: seat.now,
        exp: seat.end(),
        auth_time: claims.grant.auth_time.timestamp(),
        nonce: asked.nonce.clone(),
        acr: claims.grant.acr.clone(),
        amr: claims.grant.amr.clone(),
        sid: sid(seat.issuer, person.session),
        organization: Organization::of(seat.tenant),
        profile: profile(person, &asked.scopes),
    }
}

/// What the scope tells about a person (OIDC Core, section 5.4).
pub(crate) fn profile(person: &Person, scopes: &Scopes) -> Profile {
    let with_profile = scopes.has("profile");
    let address = person.address.clone().filter(|_| scopes.has("email"));
    Profile {
        name: person.member_name.clone().or_else(|| person.name.clone()).filter(|_| with_profile),
        locale: person.locale.clone().filter(|_| with_profile),
        email_verified: address.as_ref().map(|_| true),
        email: address,
    }
}

/// The resources of a token: those asked for, else the app's default (RFC 9068, section 3).
pub(crate) fn audience(app: &App, resources: &[String]) -> OneOrMany {
    if resources.is_empty() {
        return OneOrMany::One(app.default_audience().to_owned());
    }
    OneOrMany::of(resources.to_vec())
}

/// The resources of a token: those asked for, which the grant covers, else all of the grant's (RFC 8707, section 2.2).
pub(crate) fn narrowed(asked: &[String], granted: &[String]) -> Vec<String> {
    if asked.is_empty() { granted.to_vec() } else { asked.to_vec() }
}

/// The ids of the events of a request.
pub(crate) fn token_event(app: AppId, token: Uuid, scopes: &Scopes) -> What {
    What::TokenIssued { app, jti: ids::encode(token), scopes: scopes.clone() }
}

/// The tenant that stands behind a token of an issuer; at the platform's the one in the token's handle.
fn entered(issuer: &Issuer, handle: Option<ids::TenantId>) -> Option<ids::TenantId> {
    match issuer.tenant().map(|tenant: &std::sync::Arc<Tenant>| tenant.at.id) {
        Some(own) => (handle == Some(own)).then_some(own),
        None => handle,
    }
}
