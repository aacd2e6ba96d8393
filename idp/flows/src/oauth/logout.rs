//! Sign-out that an app asks for (OIDC RP-Initiated Logout): asked first, then done by POST.

use gatehouse_domain::ids::SessionId;
use gatehouse_domain::oauth::{IdClaims, Params};
use gatehouse_domain::session::LiveSession;
use gatehouse_keys::verify::{Audience, Expect, verify_jwt};
use serde::{Deserialize, Serialize};

use super::names::{sid, subject};
use crate::login::{AccountFace, Browser};
use crate::{Ctx, Fault, Idp, Issuer};

/// What an app says when it asks.
#[derive(Debug, Clone, Default)]
pub struct LogoutRequest {
    id_token_hint: Option<String>,
    note: Option<String>,
    post_logout_redirect_uri: Option<String>,
    state: Option<String>,
    client_id: Option<String>,
}

impl LogoutRequest {
    /// Reads the parameters.
    pub fn read(params: &Params) -> Self {
        let get = |name| params.get(name).map(str::to_owned);
        Self {
            id_token_hint: get("id_token_hint"),
            note: get("note"),
            post_logout_redirect_uri: get("post_logout_redirect_uri"),
            state: get("state"),
            client_id: get("client_id"),
        }
    }

    /// Whether a hint came with it, good or not.
    pub(super) const fn has_token(&self) -> bool {
        self.id_token_hint.is_some()
    }
}

/// Where the browser goes afterwards.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AfterLogout {
    /// A registered address of the app; without one, a page of ours says that it is done.
    pub redirect_uri: Option<String>,
    /// Returned unchanged.
    pub state: Option<String>,
}

/// What is asked before signing out.
#[derive(Debug, Clone)]
pub struct Question {
    /// Whose session would end; none if there is none.
    pub account: Option<AccountFace>,
    /// Where the browser goes afterwards.
    pub after: AfterLogout,
}

/// What an ID token of ours, sent as a hint, says.
#[derive(Serialize, Deserialize)]
pub(super) struct Hint {
    client_id: String,
    sid: String,
    sub: String,
}

impl Idp {
    /// Whose session a sign-out would end, and where it would lead.
    ///
    /// # Errors
    /// If the machinery failed.
    pub async fn ask_sign_out(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        browser: &Browser,
        request: &LogoutRequest,
    ) -> Result<Question, Fault> {
        let hint = self.hint(cx, issuer, request).await?;
        let sessions = self.sessions(cx, browser).await?;
        let hinted = hint.as_ref().and_then(|hint| session_of(issuer, &sessions, hint)).cloned();
        let session = match hinted {
            Some(session) => Some(session),
            None => self.session_at(cx, issuer, browser).await?,
        };
        // Without a hint of ours nothing but the person's own word sends the browser on.
        let after = match (&hint, &session) {
            (None, None) => AfterLogout::default(),
            _ => self.after(issuer, request, hint.as_ref()).await?,
        };
        Ok(Question { account: session.as_ref().map(AccountFace::of), after })
    }

    /// Ends the session that the question named, if it is this browser's.
    ///
    /// # Errors
    /// If the machinery failed.
    pub async fn sign_out(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        browser: &Browser,
        session: &str,
        request: &LogoutRequest,
    ) -> Result<AfterLogout, Fault> {
        let sessions = self.sessions(cx, browser).await?;
        let named = session.parse::<SessionId>().ok();
        if let Some(session) = named.and_then(|id| sessions.into_iter().find(|session| session.id == id)) {
            self.sign_out_session(cx, browser, &session).await?;
        }
        let hint = self.hint(cx, issuer, request).await?;
        self.after(issuer, request, hint.as_ref()).await
    }

    async fn sign_out_session(
        &self,
        cx: &Ctx,
        browser: &Browser,
        session: &LiveSession,
    ) -> Result<(), Fault> {
        self.end_session(Some(cx), session.identity, session.id, "signed_out").await?;
        match self.detach(browser, session.id).await {
            Ok(()) => Ok(()),
            Err(crate::login::Stop::Fault(fault)) => Err(fault),
            Err(_) => Ok(()),
        }
    }

    pub(super) async fn hint(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        request: &LogoutRequest,
    ) -> Result<Option<Hint>, Fault> {
        let token = match (&request.id_token_hint, &request.note) {
            (Some(token), _) => token,
            (None, Some(note)) => return self.noted(cx, issuer, note).await,
            (None, None) => return Ok(None),
        };
        let keys = self.issuer_keys(issuer).await?;
        let expect = Expect::new("JWT", Audience::Unjudged, cx.now).even_expired();
        Ok(verify_jwt::<IdClaims>(token, &keys, &expect).ok().map(|verified| Hint {
            client_id: verified.claims.aud,
            sid: verified.claims.sid,
            sub: verified.claims.sub,
        }))
    }

    /// The address afterwards: only one that the app of the hint, or of `client_id`, has registered; a hint of another app
    /// than `client_id` counts for neither.
    async fn after(
        &self,
        issuer: &Issuer,
        request: &LogoutRequest,
        hint: Option<&Hint>,
    ) -> Result<AfterLogout, Fault> {
        let hinted = hint.map(|hint| hint.client_id.as_str());
        let client_id = match (hinted, request.client_id.as_deref()) {
            (Some(hinted), Some(named)) if hinted != named => None,
            (Some(hinted), _) => Some(hinted),
            (None, named) => named.filter(|_| request.id_token_hint.is_none() && request.note.is_none()),
        };
        let (Some(client_id), Some(uri)) = (client_id, &request.post_logout_redirect_uri) else {
            return Ok(AfterLogout::default());
        };
        let known = self.app(issuer.owner(), client_id).await?;
        let registered = known.is_some_and(|known| {
            known.app.config.post_logout_redirect_uris.iter().any(|listed| listed.matches(uri))
        });
        if !registered {
            return Ok(AfterLogout::default());
        }
        Ok(AfterLogout { redirect_uri: Some(uri.clone()), state: request.state.clone() })
    }
}

/// The session that a hint means: the very one, else one of the same person, who may have signed in again since.
fn session_of<'a>(issuer: &Issuer, sessions: &'a [LiveSession], hint: &Hint) -> Option<&'a LiveSession> {
    let very = sessions.iter().find(|session| sid(issuer, session.id) == hint.sid);
    let same = |session: &&LiveSession| {
        session.memberships.iter().any(|member| subject(issuer, session.identity, member.member) == hint.sub)
    };
    very.or_else(|| sessions.iter().find(same))
}
