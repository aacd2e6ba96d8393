//! Who is signed in at an issuer.

use gatehouse_domain::session::LiveSession;

use super::{AccountFace, Browser};
use crate::{Ctx, Fault, Idp, Issuer};

impl Idp {
    /// The account that an issuer's own pages speak of: the most recent session that counts there.
    ///
    /// # Errors
    /// If the machinery failed.
    pub async fn signed_in(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        browser: &Browser,
    ) -> Result<Option<AccountFace>, Fault> {
        Ok(self.session_at(cx, issuer, browser).await?.as_ref().map(AccountFace::of))
    }

    pub(crate) async fn session_at(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        browser: &Browser,
    ) -> Result<Option<LiveSession>, Fault> {
        Ok(self.sessions_at(cx, issuer, browser).await?.into_iter().next())
    }

    /// The sessions of a browser that count at an issuer, the most recent first.
    pub(crate) async fn sessions_at(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        browser: &Browser,
    ) -> Result<Vec<LiveSession>, Fault> {
        let mut sessions = self.sessions(cx, browser).await?;
        if let Some(tenant) = issuer.tenant() {
            sessions.retain(|session| session.enters(tenant.at.id, &tenant.policy, cx.now).is_ok());
        }
        Ok(sessions)
    }
}
