//! An unfinished sign-in, and the one pure function that says what it needs next.

mod back;
mod detour;
mod invited;
pub mod linking;
mod next;
pub mod routing;

pub use back::AccountPage;
pub use detour::{Detour, MailedProof, Stage};
pub use invited::Invited;
pub use next::{Entry, Facts, Next, Site, next};

use serde::{Deserialize, Serialize};

use crate::email::{EmailAddress, ProofPurpose};
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
    /// The proof of a mailbox that comes first.
    #[serde(default)]
    pub detour: Option<Detour>,
    /// What was done on a detour, for the page that comes next to say.
    #[serde(default)]
    pub done: Option<ProofPurpose>,
    /// The invitation that the flow is to end in.
    #[serde(default)]
    pub invitation: Option<Invited>,
    /// Whether the person became a member of the tenant in this flow, for the last page to say.
    #[serde(default)]
    pub joined: bool,
    /// The page of the account that the flow leads to, where no app asked.
    #[serde(default)]
    pub back: Option<AccountPage>,
    /// Whether the person has to show a credential in this flow, however recent the last time.
    #[serde(default)]
    pub fresh: bool,
    /// Whether the address that the flow proves becomes the main one.
    #[serde(default)]
    pub promote: bool,
    /// Whether an account that the tenant made waits for the owner of the mailbox that the flow has proven.
    #[serde(default)]
    pub waiting: bool,
    /// Whether whoever came through a tenant's connection sets up a sign-in of their own.
    #[serde(default)]
    pub own: bool,
    /// Whether the person would rather confirm the address another time.
    #[serde(default)]
    pub put_off: bool,
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

impl FlowState {
    /// Whether the flow proves the address of its own sign-in, which the person may put off.
    pub fn confirms(&self) -> bool {
        let proves = self.detour.as_ref().is_some_and(|detour| detour.purpose == ProofPurpose::Address);
        proves && self.opened.is_some() && self.back.is_none() && !self.joins()
    }

    /// Whether the proof on the way is to make the person a member by the domain of the address.
    pub fn joins(&self) -> bool {
        self.detour.as_ref().is_some_and(|detour| detour.joins)
    }

    /// The languages that the app wished for (OpenID Connect Core, section 3.1.2.1).
    pub fn ui_locales(&self) -> Option<&str> {
        self.request.as_ref()?.ui_locales.as_deref()
    }
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
