//! Revocation (RFC 7009): of a refresh token with its whole family, of an access token alone. What is not the asker's is
//! answered like what does not exist.

use gatehouse_domain::audit::{Actor, Bounded, What};
use gatehouse_domain::ids::{GrantId, TenantId};
use gatehouse_domain::oauth::{AccessClaims, App, ClientClaim, Owner, TokenError};
use gatehouse_keys::mint::{Handle, Kind};
use gatehouse_keys::verify::{Audience, Expect, verify_jwt};
use gatehouse_store::{NoTrail, Scope, Trail, grants};

use super::TokenRefusal;
use super::introspect::LEEWAY;
use super::names::read_jti;
use crate::{Ctx, Idp, Issuer};

impl Idp {
    /// Ends a token.
    ///
    /// # Errors
    /// If the asker is not who it says, or sent no token.
    pub async fn revoke(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        claim: ClientClaim,
        token: Option<&str>,
    ) -> Result<(), TokenRefusal> {
        let known = self.authenticate(cx, issuer, claim).await?;
        let token = token.ok_or(TokenRefusal::new(TokenError::InvalidRequest, "token is missing"))?;
        match Handle::parse(Kind::Refresh, token) {
            Ok(handle) => {
                let named = handle.whereabouts.as_ref().and_then(|at| at.tenant);
                let Some(tenant) = self.handle_tenant(issuer, named).await? else { return Ok(()) };
                let Some(row) = handle.hidden_row(&self.refresh_mask(tenant).await?) else { return Ok(()) };
                let grant = GrantId::from_uuid(row);
                self.revoke_family(cx, &known.app, tenant, grant, &handle.digest).await
            }
            Err(_) => self.revoke_access(cx, issuer, &known.app, token).await,
        }
    }

    async fn revoke_family(
        &self,
        cx: &Ctx,
        app: &App,
        tenant: TenantId,
        grant: GrantId,
        presented: &gatehouse_domain::secret::Digest,
    ) -> Result<(), TokenRefusal> {
        let what = What::GrantRevoked { app: app.id, grant, reason: "revoked_by_app" };
        let record = self.record(self.event(cx, Actor::App { app: app.id }, Some(tenant), what))?;
        let mut tx = self.pool()?.write(Scope::tenant(tenant), "revoke_family").await?;
        let holds = grants::holds(&mut tx, grant, app.id, presented).await?;
        let ended = holds && grants::revoke(&mut tx, grant, app.id, "revoked_by_app", cx.now).await?;
        let trail = if ended { Trail::of([record]) } else { Trail::none(NoTrail::Seen) };
        Ok(tx.commit(trail).await?)
    }

    async fn revoke_access(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        app: &App,
        token: &str,
    ) -> Result<(), TokenRefusal> {
        let keys = self.issuer_keys(issuer).await?;
        let expect = Expect::new("at+jwt", Audience::Unjudged, cx.now).leeway(LEEWAY);
        let Ok(verified) = verify_jwt::<AccessClaims>(token, &keys, &expect) else { return Ok(()) };
        let claims = verified.claims;
        let tenant = claims.organization.as_ref().map(|organization| organization.tid);
        let foreign = issuer.tenant_id().is_some_and(|own| tenant != Some(own));
        if foreign || claims.client_id != app.client_id {
            return Ok(());
        }
        let owner = tenant.map_or(Owner::Platform, Owner::Tenant);
        let Some((jti, _)) = read_jti(&claims.jti, &self.jti_mask(owner).await?) else { return Ok(()) };
        let what = What::TokenRevoked { app: app.id, jti: Bounded::new(&gatehouse_domain::ids::encode(jti)) };
        let record = self.record(self.event(cx, Actor::App { app: app.id }, tenant, what))?;
        let mut tx = self.write_of(owner, "revoke_token").await?;
        let new = grants::revoke_token(&mut tx, owner, jti, verified.expires_at + LEEWAY).await?;
        let trail = if new { Trail::of([record]) } else { Trail::none(NoTrail::Seen) };
        Ok(tx.commit(trail).await?)
    }
}
