//! An unfinished sign-in, and the one pure function that says what it needs next.

mod next;

pub use next::{Entry, Facts, Next, Site, next};

use serde::{Deserialize, Serialize};

use crate::email::EmailAddress;
use crate::ids::{AppId, IdentityId, SessionId, TenantId};
use crate::oauth::{App, AuthorizeRequest, Prompt, Scopes};

/// What a flow row keeps between two requests.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlowState {
    /// The app's request; none for a sign-in that somebody started at the tenant's own door.
    pub request: Option<AuthorizeRequest>,
    /// The app that asks.
    pub app: Option<AppId>,
    /// The address that was typed.
    pub identifier: Option<EmailAddress>,
    /// The person that the app expects, by the `sub` of an ID token of ours (`id_token_hint`).
    #[serde(default)]
    pub expected: Option<String>,
    /// The signed-in account that was picked.
    pub account: Option<SessionId>,
    /// Whether the person wants to sign in with another account.
    pub another: bool,
    /// The session that was opened in this flow: fresh whatever the request demands.
    pub opened: Option<SessionId>,
    /// The tenant that was picked at the platform issuer.
    pub tenant: Option<TenantId>,
    /// What was agreed to in this flow, by whom and for which tenant.
    pub agreed: Option<(IdentityId, TenantId, Agreed)>,
}

/// What a person lets an app have.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agreed {
    /// The scopes.
    pub scopes: Scopes,
    /// The resources, by identifier.
    pub resources: Vec<String>,
}

impl Agreed {
    /// What a request asks for.
    pub fn asked(request: &AuthorizeRequest) -> Self {
        Self { scopes: request.scopes.clone(), resources: request.resources.clone() }
    }

    /// Whether everything of a request is in it; a narrower consent is not stretched.
    pub fn covers(&self, request: &AuthorizeRequest) -> bool {
        request.scopes.within(&self.scopes)
            && request.resources.iter().all(|resource| self.resources.contains(resource))
    }
}

/// What a person still has to agree to, if anything: nothing for first-party apps, and nothing where as much was agreed to
/// before.
pub fn missing_consent(
    app: &App,
    request: &AuthorizeRequest,
    (person, tenant): (IdentityId, TenantId),
    stored: Option<&Agreed>,
    state: &FlowState,
) -> Option<Agreed> {
    let agreed_now = state
        .agreed
        .as_ref()
        .is_some_and(|(who, place, agreed)| *who == person && *place == tenant && agreed.covers(request));
    if app.config.first_party || agreed_now {
        return None;
    }
    let asked_again = request.prompts.has(Prompt::Consent);
    let covered = stored.is_some_and(|stored| stored.covers(request));
    if covered && !asked_again { None } else { Some(Agreed::asked(request)) }
}
