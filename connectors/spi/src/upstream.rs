//! The contract of a mechanism that sends the person elsewhere and judges what comes back.

use gatehouse_domain::connection::{Assertion, Denial, Trace};
use gatehouse_domain::email::EmailAddress;
use gatehouse_domain::random::Rng;
use gatehouse_domain::secret::Secret;
use gatehouse_domain::time::Timestamp;
use url::Url;

use crate::Outbound;

/// What a sign-in at an upstream is to be like.
#[derive(Debug, Clone)]
pub struct Ask {
    /// Where the upstream sends the browser back: the redirect URI or the assertion consumer service.
    pub callback: Url,
    /// The reference to the flow that travels through the browser (`state`, `RelayState`): random, and worth nothing without the
    /// browser's cookie.
    pub state: String,
    /// The address that the person typed here.
    pub hint: Option<EmailAddress>,
    /// Whether the person has to show a credential there now, however recent the last time (`max_age=0`, `ForceAuthn`).
    pub fresh: bool,
    /// The authentication context classes that would do; empty for any.
    pub contexts: Vec<String>,
}

/// What the browser has to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Go there.
    Redirect(Url),
    /// Post a form there.
    PostForm(AutoForm),
}

/// A form that is sent without being read; a page of ours shows it with a button for browsers without scripts. Values are plain text:
/// whoever renders it escapes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AutoForm {
    /// Where to.
    pub action: Url,
    /// Names and values.
    pub fields: Vec<(&'static str, String)>,
}

/// What a connector wants to remember between its two phases (nonce, verifier, request id); kept sealed in the flow.
#[derive(Debug, Clone)]
pub struct Memo(pub Secret<Vec<u8>>);

/// What the browser came back with, byte for byte: a signature may cover it.
#[derive(Debug)]
pub enum Reply {
    /// The query of a GET, without its question mark.
    Query(Secret<String>),
    /// The body of an `application/x-www-form-urlencoded` POST.
    Form(Secret<String>),
}

/// What a connector may reach.
#[derive(Debug, Clone, Copy)]
pub struct World<'a> {
    /// The way out.
    pub outbound: &'a dyn Outbound,
    /// Randomness.
    pub rng: &'a dyn Rng,
    /// The time of the request.
    pub now: Timestamp,
}

/// A judgement and how it was reached.
#[derive(Debug, Clone)]
pub struct Judged<T> {
    /// What came of it.
    pub outcome: Result<T, Denial>,
    /// Check by check, for the admin.
    pub trace: Trace,
}

/// A sign-in at an upstream, in two phases. It loads nothing and keeps nothing but public documents of the upstream.
pub trait Upstream {
    /// Starts a try.
    fn begin(&self, ask: &Ask, world: World<'_>) -> impl Future<Output = Judged<(Step, Memo)>> + Send;

    /// Judges what the browser came back with. A memo is good for one reply: the flow that held it is spent before.
    fn resume(
        &self,
        ask: &Ask,
        memo: Memo,
        reply: Reply,
        world: World<'_>,
    ) -> impl Future<Output = Judged<Assertion>> + Send;
}
