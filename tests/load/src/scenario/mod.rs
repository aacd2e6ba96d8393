//! What is measured: one operation each, and what makes it correct.

mod code;
pub(crate) mod kill;
mod machine;
mod password;
mod refresh;
mod stage;
pub(crate) mod storm;
#[cfg(test)]
mod tests;
pub(crate) mod verify;

use clap::ValueEnum;
use serde::Serialize;

use crate::measure::drive::Worker;
pub(crate) use stage::Stage;

/// One operation of a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, ValueEnum, Serialize)]
#[serde(rename_all = "snake_case")]
#[value(rename_all = "snake_case")]
pub(crate) enum Scenario {
    /// The metadata document.
    Discovery,
    /// The public keys.
    Jwks,
    /// A token for an app itself, its event durable before the answer.
    ClientCredentials,
    /// The first token of a tenant that was never used: makes its keys.
    FirstToken,
    /// A refresh token for the next one.
    Refresh,
    /// A look at a person's access token by an app.
    Introspection,
    /// Claims about the person.
    Userinfo,
    /// Authorize with a live session, then code for tokens.
    Code,
    /// The POST of the password, alone.
    Password,
}

/// The yardstick a scenario is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Yardstick {
    /// The bare HTTP server.
    Hello,
    /// The same and a signature.
    HelloAndSignature,
    /// The same without the signature, and one row read.
    HelloAndRead,
    /// The bare HTTP server, a signature and one row kept.
    HelloSignatureAndInsert,
    /// All of that twice: a code and its redemption.
    TwoOfEach,
    /// The bare hash.
    Hash,
}

impl Scenario {
    /// Every scenario, in the order of the table.
    pub(crate) const ALL: [Self; 9] = [
        Self::Discovery,
        Self::Jwks,
        Self::ClientCredentials,
        Self::FirstToken,
        Self::Refresh,
        Self::Introspection,
        Self::Userinfo,
        Self::Code,
        Self::Password,
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Discovery => "discovery",
            Self::Jwks => "JWKS",
            Self::ClientCredentials => "client_credentials, durable event",
            Self::FirstToken => "first token of a tenant",
            Self::Refresh => "refresh rotation",
            Self::Introspection => "introspection",
            Self::Userinfo => "userinfo",
            Self::Code => "code flow, live session",
            Self::Password => "password sign-in (the POST)",
        }
    }

    /// CPU-seconds per 1,000 that may be used, application and database; the password's is a multiple of the hash.
    pub(crate) const fn target(self) -> f64 {
        match self {
            Self::Discovery | Self::Jwks => 0.020,
            Self::ClientCredentials => 0.14,
            Self::FirstToken => 5.0,
            Self::Refresh => 0.65,
            Self::Introspection => 0.22,
            Self::Userinfo => 0.35,
            Self::Code => 1.3,
            Self::Password => 1.08,
        }
    }

    pub(crate) const fn yardstick(self) -> Yardstick {
        match self {
            Self::Discovery | Self::Jwks => Yardstick::Hello,
            // Its event is kept together with those of others.
            Self::ClientCredentials => Yardstick::HelloAndSignature,
            Self::Introspection | Self::Userinfo => Yardstick::HelloAndRead,
            Self::FirstToken | Self::Refresh => Yardstick::HelloSignatureAndInsert,
            Self::Code => Yardstick::TwoOfEach,
            Self::Password => Yardstick::Hash,
        }
    }

    /// Whether it can leave work behind that a later moment pays for.
    pub(crate) const fn writes(self) -> bool {
        !matches!(self, Self::Discovery | Self::Jwks | Self::Introspection | Self::Userinfo)
    }

    /// Connections at once. Hashes are bound by cores; more would measure the queue.
    pub(crate) const fn connections(self) -> usize {
        match self {
            Self::Password => 8,
            Self::ClientCredentials => 64,
            _ => 32,
        }
    }

    /// Whether each tenant is drawn anew for each operation, so that how they are drawn matters.
    pub(crate) const fn draws(self) -> bool {
        matches!(self, Self::Discovery | Self::Jwks | Self::ClientCredentials)
    }

    /// Whether somebody must be signed in beforehand.
    pub(crate) const fn needs_session(self) -> bool {
        matches!(self, Self::Refresh | Self::Introspection | Self::Userinfo | Self::Code)
    }

    /// Workers ready to go. Preparing them may sign people in, which is not measured.
    pub(crate) async fn crew(self, stage: &Stage, wanted: usize) -> anyhow::Result<Vec<Box<dyn Worker>>> {
        match self {
            Self::Discovery => Ok(machine::readers(stage, machine::Document::Discovery)),
            Self::Jwks => Ok(machine::readers(stage, machine::Document::Jwks)),
            Self::ClientCredentials => Ok(machine::drawn(stage)),
            Self::FirstToken => Ok(machine::first(stage, wanted)),
            Self::Introspection => machine::introspectors(stage).await,
            Self::Userinfo => machine::userinfo(stage).await,
            Self::Refresh => refresh::crew(stage).await,
            Self::Code => code::crew(stage).await,
            Self::Password => password::crew(stage, wanted).await,
        }
    }
}
