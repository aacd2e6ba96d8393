//! Rotation of refresh tokens (RFC 9700, section 4.14.2).
//!
//! The predecessor is answered with the same successor for a few seconds, so that a client whose answer was lost in the
//! network is not thrown out; whatever else comes back of a family ends it.

use chrono::TimeDelta;
use gatehouse_domain::audit::{Actor, What};
use gatehouse_domain::ids::{GrantId, TenantId};
use gatehouse_domain::oauth::{GrantType, Owner, Scopes, TokenError};
use gatehouse_domain::secret::Secret;
use gatehouse_keys::mint::{Handle, Kind};
use gatehouse_keys::seal::Place;
use gatehouse_store::grants::{self, NewRefresh, Rotate, Rotated};

use super::answer::gone_reason;
use super::token::{Asked, Caller, narrowed};
use super::{TokenAnswer, TokenRefusal};
use crate::{Fault, Idp, keyring};

/// How long the predecessor is still answered.
const GRACE: TimeDelta = TimeDelta::seconds(10);

impl Idp {
    pub(crate) async fn refresh(
        &self,
        caller: Caller<'_>,
        token: &Secret<String>,
        scopes: Option<Scopes>,
        resources: &[String],
    ) -> Result<TokenAnswer, TokenRefusal> {
        let Caller { cx, issuer, app } = caller;
        if !app.may(GrantType::RefreshToken) {
            return Err(TokenRefusal::new(TokenError::UnauthorizedClient, "this app may not use this grant"));
        }
        let handle = Handle::parse(Kind::Refresh, token.expose()).map_err(|_| TokenRefusal::grant())?;
        let at = handle.whereabouts.as_ref().ok_or_else(TokenRefusal::grant)?;
        let tenant = self.handle_tenant(issuer, at.tenant).await?.ok_or_else(TokenRefusal::grant)?;
        let row = handle.hidden_row(&self.refresh_mask(tenant).await?).ok_or_else(TokenRefusal::grant)?;
        let grant = GrantId::from_uuid(row);
        let next = self.mint_refresh(tenant, grant).await?;
        // Only who shows the predecessor opens the successor again.
        let key = self.data_key(Owner::Tenant(tenant)).await?.derived(token).map_err(Fault::from)?;
        let place = place(tenant, grant);
        let record = |what| self.record(self.event(cx, Actor::App { app: app.id }, Some(tenant), what));
        let asked_scopes = scopes.as_ref().map(Scopes::to_vec).unwrap_or_default();
        let rotate = Rotate {
            tenant,
            grant,
            presented: handle.digest,
            app: app.id,
            next: NewRefresh {
                digest: next.digest,
                sealed: key.seal(&place, next.text.expose().as_bytes()).map_err(Fault::from)?,
            },
            scopes: &asked_scopes,
            resources,
            idle_end: cx.now + app.config.lives.refresh_idle.delta(),
            graced_since: cx.now - GRACE,
            rotated: record(What::GrantRefreshed { app: app.id, grant })?,
            reused: record(What::RefreshReused { app: app.id, grant })?,
        };
        let (claims, successor) = match grants::rotate(self.pool()?, &rotate, cx.now).await? {
            Rotated::Fresh(claims) => (claims, next.text),
            Rotated::Graced(claims, sealed) => {
                (claims, text(&key.open(&place, &sealed).map_err(Fault::from)?)?)
            }
            Rotated::Scope => {
                return Err(TokenRefusal::new(TokenError::InvalidScope, "a scope was not granted"));
            }
            Rotated::Target => return Err(TokenRefusal::target()),
            Rotated::Reused(_) => return Err(TokenRefusal::grant_for("refresh_reused")),
            Rotated::Gone(gone) => return Err(TokenRefusal::grant_for(gone_reason(gone))),
        };
        if !Self::app_stands(app, &claims) {
            return Err(TokenRefusal::grant_for("app_changed"));
        }
        let scopes = scopes.unwrap_or_else(|| claims.grant.scopes.clone());
        let asked = Asked { scopes, resources: narrowed(resources, &claims.grant.resources), nonce: None };
        let mut answer = self.tokens_of(caller, tenant, &claims, asked).await?;
        answer.refresh_token = Some(successor.expose().clone());
        Ok(answer)
    }
}

fn place(tenant: TenantId, grant: GrantId) -> Place {
    keyring::place(Owner::Tenant(tenant), "grants", "current_sealed", grant.uuid())
}

fn text(plain: &Secret<Vec<u8>>) -> Result<Secret<String>, Fault> {
    let text = String::from_utf8(plain.expose().clone()).map_err(|_| Fault::Inconsistent("refresh token"))?;
    Ok(Secret::new(text))
}
