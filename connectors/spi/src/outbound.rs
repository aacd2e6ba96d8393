//! The one way out: calls to addresses that others chose, through a client that guards them.

use std::fmt::Debug;
use std::pin::Pin;

use gatehouse_domain::secret::Secret;
use url::Url;

/// A future of the guarded client.
pub type Sending<'a> = Pin<Box<dyn Future<Output = Result<Answer, OutboundError>> + Send + 'a>>;

/// Why an outbound call came to nothing: few values, so that an answer tells nothing about what it met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OutboundError {
    /// The address is one that we do not call.
    #[error("the address is not allowed")]
    Blocked,
    /// Nobody answered in time, or the connection broke.
    #[error("the address cannot be reached")]
    Unreachable,
    /// The answer is longer than asked for.
    #[error("the answer is not acceptable")]
    BadAnswer,
    /// As many calls as we make at once are under way.
    #[error("too many calls are under way")]
    Busy,
}

/// Whose places a call takes: calls that anybody can cause leave room for the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Room {
    /// Documents that anybody who names a client or an upstream can ask for.
    Documents,
    /// Pictures.
    Pictures,
    /// Ranges of leaked passwords: somebody has just pressed a button and waits, and can do without the answer.
    Ranges,
    /// Calls that a sign-in waits for, each bound to a flow.
    SignIns,
    /// Calls of jobs, for which nobody waits.
    Jobs,
}

/// How a call shows who makes it.
#[derive(Debug)]
pub enum Authorization {
    /// `Basic` (RFC 7617); the client form-encodes both parts, as RFC 6749, section 2.3.1, asks.
    Basic(String, Secret<String>),
    /// `Bearer` (RFC 6750).
    Bearer(Secret<String>),
}

/// One call. No redirect is followed, no proxy used, no cookie kept.
#[derive(Debug)]
pub struct Call<'a> {
    /// Where to.
    pub url: &'a Url,
    /// `POST` of these fields, `GET` without them.
    pub form: Option<Vec<(&'static str, Secret<String>)>>,
    /// Who calls.
    pub authorization: Option<Authorization>,
    /// The `Accept` header.
    pub accept: &'static str,
    /// Further headers that the service asks for (`Add-Padding`, `X-GitHub-Api-Version`).
    pub headers: &'static [(&'static str, &'static str)],
    /// The longest body that is read, in bytes; 0 if it does not matter, which leaves it unread whatever it is.
    pub most: usize,
    /// Whose places it takes.
    pub room: Room,
}

/// What came back, whatever its status.
#[derive(Clone)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The media type, without parameters, in lower case.
    pub media_type: String,
    /// The body: it may hold tokens, so that it is shown nowhere.
    pub body: Vec<u8>,
}

impl Answer {
    /// Whether the status is 2xx.
    pub const fn is_success(&self) -> bool {
        self.status / 100 == 2
    }
}

impl Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Answer").field("status", &self.status).finish_non_exhaustive()
    }
}

/// The guarded client.
pub trait Outbound: Send + Sync + Debug + 'static {
    /// Makes a call and waits for the whole answer, as long as its room allows and no longer.
    fn send<'a>(&'a self, call: Call<'a>) -> Sending<'a>;
}
