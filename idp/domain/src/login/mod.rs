//! An unfinished sign-in, and the one pure function that says what it needs next.

mod next;

pub use next::{Entry, Facts, Next, Site, next};

use serde::{Deserialize, Serialize};

use crate::email::EmailAddress;
use crate::ids::{AppId, SessionId, TenantId};
use crate::oauth::{App, AuthorizeRequest, Scopes};

/// What a flow row keeps between two requests.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlowState {
    /// The app's request; none for a sign-in that somebody started at the tenant's own door.
    pub request: Option<AuthorizeRequest>,
    /// The app that asks.
    pub app: Option<AppId>,
    /// The address that was typed.
    pub identifier: Option<EmailAddress>,
    /// The signed-in account that was picked.
    pub account: Option<SessionId>,
    /// Whether the person wants to sign in with another account.
    pub another: bool,
    /// The session that was opened in this flow: fresh whatever the request demands.
    pub opened: Option<SessionId>,
    /// The tenant that was picked at the platform issuer.
    pub tenant: Option<TenantId>,
    /// The scopes agreed to in this flow.
    pub agreed: Option<Scopes>,
}

/// The scopes that a person still has to agree to, if any: none for first-party apps, and none where the very same
/// request was agreed to before; a narrower consent is not stretched.
pub fn missing_consent(
    app: &App,
    request: &AuthorizeRequest,
    stored: Option<&Scopes>,
    state: &FlowState,
) -> Option<Scopes> {
    let agreed_now = state.agreed.as_ref().is_some_and(|agreed| request.scopes.within(agreed));
    if app.config.first_party || agreed_now {
        return None;
    }
    let asked_again = request.prompts.has(crate::oauth::Prompt::Consent);
    let covered = stored.is_some_and(|stored| request.scopes.within(stored));
    if covered && !asked_again { None } else { Some(request.scopes.clone()) }
}
