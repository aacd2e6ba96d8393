//! The contract of a mechanism that needs nobody else.

use gatehouse_domain::credential::PasswordRecord;
use gatehouse_domain::policy::Method;
use gatehouse_domain::secret::Secret;

/// What the browser came back with, beside the record that it is judged by.
#[derive(Debug)]
pub enum Reply {
    /// A typed password.
    Password {
        /// The record on file; none for somebody unknown, who must cost the same.
        record: Option<PasswordRecord>,
        /// Whether whoever shows it may enter. Who may not is refused in words elsewhere, and must cost the same here.
        may_enter: bool,
        /// What was typed.
        given: Secret<String>,
    },
}

/// How a try ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The person showed the credential.
    Proved(Proof),
    /// The person did not.
    Denied,
}

/// What was shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// The kind of credential.
    pub method: Method,
    /// The methods for tokens (RFC 8176, section 2).
    pub amr: &'static [&'static str],
    /// Whether the record on file is weaker than what we make today.
    pub outdated: bool,
}

/// Why a connector could not say yes or no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ConnectorError {
    /// More work than capacity: try again.
    #[error("the mechanism is at its capacity")]
    Busy,
    /// The reply does not fit the mechanism.
    #[error("the reply does not belong to this mechanism")]
    WrongReply,
    /// The record on file cannot be read.
    #[error("the record on file is unusable")]
    Corrupt,
}

/// A login mechanism of our own: what the person shows is judged at once.
pub trait Connector {
    /// Judges the browser's reply.
    ///
    /// # Errors
    /// If no judgement could be reached.
    fn judge(&self, reply: Reply) -> impl Future<Output = Result<Outcome, ConnectorError>> + Send;
}
