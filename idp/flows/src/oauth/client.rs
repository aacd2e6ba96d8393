//! Client authentication (RFC 6749, section 2.3): the one method registered, and one answer for every failure.

use std::sync::Arc;

use gatehouse_domain::audit::What;
use gatehouse_domain::ids::AppId;
use gatehouse_domain::oauth::{AuthMethod, ClientClaim, Owner};
use gatehouse_domain::secret::{Digest, Secret};
use gatehouse_keys::client_assertion::{AssertionExpect, ClientAssertion, ClientKeys};
use gatehouse_store::{NoTrail, Trail, apps};

use super::TokenRefusal;
use crate::apps::Known;
use crate::{Ctx, Idp, Issuer};

impl Idp {
    /// The app that a claim proves to be.
    pub(crate) async fn authenticate(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        claim: ClientClaim,
    ) -> Result<Arc<Known>, TokenRefusal> {
        let client_id = match &claim {
            ClientClaim::Basic { client_id, .. }
            | ClientClaim::Post { client_id, .. }
            | ClientClaim::Public { client_id } => client_id.clone(),
            ClientClaim::Assertion { client_id, jwt } => match claimed_client(jwt) {
                Some(named) if client_id.as_ref().is_none_or(|id| *id == named) => named,
                _ => return Err(self.client_refused(cx, issuer, "assertion_malformed", None).await),
            },
        };
        let Some(known) = self.app(issuer.owner(), &client_id).await? else {
            return Err(self.client_refused(cx, issuer, "unknown_client", None).await);
        };
        let app = known.app.id;
        let method = known.app.config.auth_method;
        let failure = match claim {
            ClientClaim::Public { .. } if method == AuthMethod::None => None,
            ClientClaim::Basic { secret, .. } if method == AuthMethod::ClientSecretBasic => {
                wrong_secret(&known, &secret, cx)
            }
            ClientClaim::Post { secret, .. } if method == AuthMethod::ClientSecretPost => {
                wrong_secret(&known, &secret, cx)
            }
            ClientClaim::Assertion { jwt, .. } if method == AuthMethod::PrivateKeyJwt => {
                self.wrong_assertion(cx, issuer, &known, &jwt).await?
            }
            _ => Some("other_method"),
        };
        match failure {
            None => Ok(known),
            Some(reason) => Err(self.client_refused(cx, issuer, reason, Some(app)).await),
        }
    }

    async fn client_refused(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        reason: &'static str,
        app: Option<AppId>,
    ) -> TokenRefusal {
        let what = What::RequestRefused { area: "client_authentication", reason, app };
        self.note_refusal(cx, issuer.tenant_id(), what).await;
        TokenRefusal::client()
    }

    /// Why an assertion does not prove the app; a good one is spent.
    async fn wrong_assertion(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        known: &Known,
        jwt: &str,
    ) -> Result<Option<&'static str>, TokenRefusal> {
        let expect = AssertionExpect {
            client_id: &known.app.client_id,
            audience: issuer.iss(),
            now: cx.now,
            leeway: ClientAssertion::MAX_LEEWAY,
        };
        // Before anything is fetched for it: nobody has proven anything yet.
        if ClientAssertion::judge_unproven(jwt, &expect).is_err() {
            return Ok(Some("assertion"));
        }
        let Some(keys) = self.client_keys(issuer.owner(), known).await? else {
            return Ok(Some("keys_unreachable"));
        };
        let Ok(assertion) = keys.verify(jwt, &expect) else { return Ok(Some("assertion")) };
        let owner = issuer.owner();
        let end = assertion.expires_at + ClientAssertion::MAX_LEEWAY;
        let mut tx = self.write_of(owner, "spend_assertion").await?;
        let fresh =
            apps::spend_assertion(&mut tx, owner, known.app.id, &Digest::of(assertion.jti.as_bytes()), end)
                .await?;
        tx.commit(Trail::none(NoTrail::Housekeeping)).await?;
        Ok((!fresh).then_some("assertion_replayed"))
    }

    async fn client_keys(&self, owner: Owner, known: &Known) -> Result<Option<ClientKeys>, TokenRefusal> {
        let document = match (&known.app.config.jwks, &known.app.config.jwks_uri) {
            (Some(jwks), _) => jwks.to_string().into_bytes(),
            (None, Some(uri)) => match self.published_keys(owner, known.app.id, uri).await? {
                Some(bytes) => bytes,
                None => return Ok(None),
            },
            (None, None) => return Ok(None),
        };
        Ok(ClientKeys::parse(&document).ok())
    }
}

fn wrong_secret(known: &Known, secret: &Secret<String>, cx: &Ctx) -> Option<&'static str> {
    (!known.has_secret(&secret.digest(), cx.now)).then_some("wrong_secret")
}

/// The client that an unverified assertion names: only to find the keys that judge it.
fn claimed_client(jwt: &str) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct Named {
        sub: String,
    }
    if jwt.len() > 16 * 1024 {
        return None;
    }
    let payload = data_encoding::BASE64URL_NOPAD.decode(jwt.split('.').nth(1)?.as_bytes()).ok()?;
    serde_json::from_slice::<Named>(&payload).ok().map(|named| named.sub)
}
