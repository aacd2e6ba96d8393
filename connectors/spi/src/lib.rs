//! The contract of a login mechanism: data in, data out.
//!
//! A connector knows its protocol and nothing else: no database, no session, no HTTP type, no tenant's rules. It begins
//! with a step for the person's browser and a memo that is kept for it, and resumes with the browser's reply to an
//! outcome. What it needs to know is handed to it.
#![warn(missing_docs)]

use gatehouse_domain::credential::PasswordRecord;
use gatehouse_domain::policy::Method;
use gatehouse_domain::secret::Secret;

/// What the browser has to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Fill in a form of ours.
    Prompt(Prompt),
}

/// A form that a mechanism asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prompt {
    /// A password.
    Password,
}

/// What a connector wants to remember between its two phases; kept sealed in the flow.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Memo(Vec<u8>);

/// What the browser came back with, beside the record that it is judged by.
#[derive(Debug)]
pub enum Reply {
    /// A typed password.
    Password {
        /// The record on file; none for somebody unknown, who must cost the same.
        record: Option<PasswordRecord>,
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

/// A login mechanism.
pub trait Connector {
    /// Starts a try.
    ///
    /// # Errors
    /// If the mechanism cannot start now.
    fn begin(&self) -> Result<(Step, Memo), ConnectorError>;

    /// Judges the browser's reply.
    ///
    /// # Errors
    /// If no judgement could be reached.
    fn resume(
        &self,
        memo: Memo,
        reply: Reply,
    ) -> impl Future<Output = Result<Outcome, ConnectorError>> + Send;
}
