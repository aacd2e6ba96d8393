//! Signing out at the upstream (OIDC RP-Initiated Logout), and the upstream telling that somebody signed out there (OIDC
//! Back-Channel Logout).

use chrono::TimeDelta;
use gatehouse_domain::connection::{Denial, Trace};
use gatehouse_domain::time::Timestamp;
use gatehouse_spi::upstream::{Judged, World};
use openidconnect::{ClientId, CsrfToken, EndSessionUrl, LogoutRequest, PostLogoutRedirectUrl};
use serde_json::Value;
use url::Url;

use crate::Oidc;
use crate::claims::{MOST_OF_A_SUBJECT, SKEW, judge_audience, judge_issuer, judge_times, text};
use crate::jws::Types;
use crate::outcome::{check, invalid, misconfigured};

/// What a sign-out at an upstream is to be like.
#[derive(Debug, Clone)]
pub struct LogoutAsk {
    /// Where the upstream sends the browser afterwards.
    pub back: Url,
    /// What comes back with the browser.
    pub state: String,
}

/// Whom an upstream signed out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggedOut {
    /// The issuer.
    pub issuer: String,
    /// The person, by the upstream's own `sub`, if it is about all their sessions or the upstream names both.
    pub subject: Option<String>,
    /// The session.
    pub session: Option<String>,
    /// The token's identifier: it is to be taken once until `until`.
    pub jti: String,
    /// When the token ends, skew included.
    pub until: Timestamp,
}

impl Oidc {
    /// Where the browser goes to sign out at the upstream; none if that offers no such place, as Google, GitHub and Apple.
    pub async fn logout_url(&self, ask: &LogoutAsk, world: World<'_>) -> Judged<Option<Url>> {
        let mut trace = Trace::default();
        if self.is_github() {
            return Judged { outcome: Ok(None), trace };
        }
        let outcome = self.provider(world, &mut trace).await.map(|provider| {
            let place = provider.end_session.clone()?;
            let request = LogoutRequest::from(EndSessionUrl::from_url(place))
                .set_client_id(ClientId::new(self.config.settings().client_id.clone()))
                .set_post_logout_redirect_uri(PostLogoutRedirectUrl::from_url(ask.back.clone()))
                .set_state(CsrfToken::new(ask.state.clone()));
            Some(request.http_get_url())
        });
        Judged { outcome, trace }
    }

    /// Judges a logout token (OIDC Back-Channel Logout, section 2.6). Whether its `jti` came before is for the caller to say.
    pub async fn judge_logout(&self, token: &str, world: World<'_>) -> Judged<LoggedOut> {
        let mut trace = Trace::default();
        let outcome = self.logged_out(token, world, &mut trace).await;
        Judged { outcome, trace }
    }

    async fn logged_out(
        &self,
        token: &str,
        world: World<'_>,
        trace: &mut Trace,
    ) -> Result<LoggedOut, Denial> {
        if self.is_github() {
            return Err(misconfigured(trace, "oidc_logout_unsupported", &[]));
        }
        let provider = self.provider(world, trace).await?;
        let proven = self.prove(token, TYPES, &provider, world, trace).await?;
        let claims = &proven.claims;
        let issuer = judge_issuer(&self.config, claims, trace)?;
        judge_audience(&self.config.settings().client_id, claims, trace)?;
        let expires = judge_times(claims, world.now - OLDEST, world.now, trace)?;
        check(trace, expires <= world.now + LONGEST, "oidc_expired", &[])?;
        let told = claims.get("events").and_then(|events| events.get(EVENT)).is_some_and(Value::is_object);
        check(trace, told, "oidc_logout_event", &[])?;
        // An ID token has one: it is not to be taken for a logout token.
        check(trace, !claims.contains_key("nonce"), "oidc_logout_nonce", &[])?;
        let owned = |name| text(claims, name, MOST_OF_A_SUBJECT).map(str::to_owned);
        let (subject, session) = (owned("sub"), owned("sid"));
        check(trace, subject.is_some() || session.is_some(), "oidc_logout_whom", &[])?;
        let jti = owned("jti").ok_or_else(|| invalid(trace, "oidc_logout_jti", &[]))?;
        Ok(LoggedOut { issuer, subject, session, jti, until: expires + SKEW })
    }
}

/// Its own type since 2022; before that it had the one of ID tokens, or none.
const TYPES: Types = &[Some("logout+jwt"), Some("JWT"), None];
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
/// How old a logout token may be, and how far ahead it may end (section 2.4 advises two minutes).
const OLDEST: TimeDelta = TimeDelta::minutes(5);
const LONGEST: TimeDelta = TimeDelta::minutes(30);
