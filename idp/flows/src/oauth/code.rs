//! A code becomes a token family (RFC 6749, section 4.1.3).

use gatehouse_domain::audit::{Actor, What};
use gatehouse_domain::ids::{GrantId, TenantId};
use gatehouse_domain::oauth::{GrantType, Owner, TokenError, Verifier};
use gatehouse_domain::secret::Secret;
use gatehouse_keys::mint::{Handle, Kind, Minted, Whereabouts, mint_hidden};
use gatehouse_keys::seal::Mac;
use gatehouse_store::claims::Claims;
use gatehouse_store::codes::{self, Redeem, Redeemed};

use super::answer::gone_reason;
use super::names::{cell_label, grant_of_code};
use super::token::{Asked, Caller, narrowed};
use super::{TokenAnswer, TokenRefusal};
use crate::{Fault, Idp};

impl Idp {
    pub(crate) async fn redeem_code(
        &self,
        caller: Caller<'_>,
        code: &Secret<String>,
        redirect_uri: &str,
        verifier: &Verifier,
        resources: &[String],
    ) -> Result<TokenAnswer, TokenRefusal> {
        let Caller { cx, issuer, app } = caller;
        if !app.may(GrantType::AuthorizationCode) {
            return Err(TokenRefusal::new(TokenError::UnauthorizedClient, "this app may not use this grant"));
        }
        let handle = Handle::parse(Kind::Code, code.expose()).map_err(|_| TokenRefusal::grant())?;
        let place = handle.whereabouts.ok_or_else(TokenRefusal::grant)?;
        let tenant = self.handle_tenant(issuer, place.tenant).await?.ok_or_else(TokenRefusal::grant)?;
        let grant = grant_of_code(&handle.digest, &self.grant_mac(tenant).await?);
        if !resources.iter().all(|resource| app.config.resources.contains(resource)) {
            return Err(TokenRefusal::new(
                TokenError::InvalidTarget,
                "a resource is not registered for this app",
            ));
        }
        let minted = if app.may(GrantType::RefreshToken) {
            Some(self.mint_refresh(tenant, grant).await?)
        } else {
            None
        };
        let lives = app.config.lives;
        let record = |what| self.record(self.event(cx, Actor::App { app: app.id }, Some(tenant), what));
        let redeem = Redeem {
            tenant,
            digest: handle.digest,
            app: app.id,
            redirect_uri,
            challenge: Some(verifier.challenge()),
            platform: issuer.is_platform(),
            refresh: minted.as_ref().map(|minted| minted.digest),
            resources,
            idle_end: cx.now + lives.refresh_idle.delta(),
            absolute_end: cx.now + lives.refresh_absolute.delta(),
            redeemed: record(What::GrantIssued { app: app.id, grant })?,
            replayed: record(What::CodeReplayed { app: app.id, grant })?,
        };
        match codes::redeem(self.pool()?, &redeem, cx.now).await? {
            Redeemed::Granted(claims, nonce) if Self::app_stands(app, &claims) => {
                let refresh = minted.map(|minted| minted.text);
                self.first_answer(caller, tenant, (&claims, nonce, resources, refresh)).await
            }
            Redeemed::Granted(..) => Err(TokenRefusal::grant_for("app_changed")),
            Redeemed::Target => Err(TokenRefusal::target()),
            Redeemed::Unknown => Err(TokenRefusal::grant_for("unknown_code")),
            Redeemed::Expired => Err(TokenRefusal::grant_for("code_expired")),
            Redeemed::Binding => Err(TokenRefusal::grant_for("code_binding_mismatch")),
            Redeemed::Replayed(_) => Err(TokenRefusal::grant_for("code_replayed")),
            Redeemed::Gone(gone) => Err(TokenRefusal::grant_for(gone_reason(gone))),
        }
    }

    async fn first_answer(
        &self,
        caller: Caller<'_>,
        tenant: TenantId,
        (claims, nonce, resources, refresh): (&Claims, Option<String>, &[String], Option<Secret<String>>),
    ) -> Result<TokenAnswer, TokenRefusal> {
        let resources = narrowed(resources, &claims.grant.resources);
        let asked = Asked { scopes: claims.grant.scopes.clone(), resources, nonce };
        let offline = claims.grant.scopes.has("offline_access");
        let mut answer = self.tokens_of(caller, tenant, claims, asked).await?;
        answer.refresh_token = refresh.filter(|_| offline).map(|token| token.expose().clone());
        Ok(answer)
    }

    /// A new refresh token of a family. Its grant stands in it under a mask, so that nobody who reads the name of a grant in
    /// an event can write a token that counts as a reuse.
    pub(crate) async fn mint_refresh(&self, tenant: TenantId, grant: GrantId) -> Result<Minted, Fault> {
        let whereabouts = Whereabouts { cell: cell_label()?, tenant: Some(tenant), row: Some(grant.uuid()) };
        let mask = self.refresh_mask(tenant).await?;
        Ok(mint_hidden(Kind::Refresh, &whereabouts, &mask, self.rng.as_ref()))
    }

    /// The mask of grants in a tenant's refresh tokens.
    pub(crate) async fn refresh_mask(&self, tenant: TenantId) -> Result<Mac, Fault> {
        Ok(self.data_key(Owner::Tenant(tenant)).await?.mac_key("refresh")?)
    }
}
