//! What a connector hands over when it has finished.

use crate::email::EmailAddress;
use crate::ids::{ConnectionId, ProviderId, TenantId};
use crate::time::Timestamp;

/// Who configured the upstream, which decides how far its word reaches (security-rules, table 19.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Source {
    /// A tenant's own upstream: its word counts inside that tenant and nowhere else.
    Connection(TenantId, ConnectionId),
    /// An upstream of the operator, offered to everybody.
    Provider(ProviderId),
}

/// The key of a federated credential: an identity is found by it and by nothing else (rule D1).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FederatedKey {
    /// The upstream.
    pub source: Source,
    /// The issuer identifier (OpenID Connect Core, section 2) or entity id (SAML core, section 8.3.6).
    pub issuer: String,
    /// The subject, stable and never an address that can change hands. For SAML with format and qualifiers, or the immutable
    /// attribute that the connection names.
    pub subject: String,
}

/// An address as an upstream asserted it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssertedAddress {
    /// The address. What is malformed counts as absent.
    pub address: EmailAddress,
    /// Whether this upstream is an authority over it by the table of 19.2; `false` whatever the upstream itself claims,
    /// unless a preset says otherwise. Means nothing for a tenant's connection: there the tenant's domains decide.
    pub authoritative: bool,
    /// The hosted-domain value that stood beside it, for the evidence.
    pub hosted_domain: Option<String>,
}

/// A finished upstream sign-in: every check of the protocol has passed, and no other value is worth anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assertion {
    /// Issuer identifier or entity id.
    pub issuer: String,
    /// The stable subject.
    pub subject: String,
    /// The address, if one was asserted.
    pub address: Option<AssertedAddress>,
    /// The display name.
    pub name: Option<String>,
    /// The language (BCP 47).
    pub locale: Option<String>,
    /// Group names as asserted; the connection's map turns them into roles.
    pub groups: Vec<String>,
    /// When the person showed a credential there, if the upstream says so.
    pub auth_time: Option<Timestamp>,
    /// The methods that the upstream names (RFC 8176), as it names them.
    pub amr: Vec<String>,
    /// The authentication context class that the upstream names.
    pub acr: Option<String>,
    /// The upstream's own session (`sid`, `SessionIndex`), for logout.
    pub session: Option<String>,
    /// What must not be taken a second time, if the protocol has such a thing: whoever signs the person in writes it down in the
    /// same transaction.
    pub once: Option<Once>,
}

/// A message that is good once (SAML profiles, section 4.1.4.5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Once {
    /// Its id, unique for the upstream.
    pub id: String,
    /// How long it has to be remembered: after that it is refused for its age.
    pub until: Timestamp,
}

/// Why an upstream sign-in came to nothing. The page is the same for all but [`Cancelled`](Self::Cancelled); the reason is for
/// the event and the trace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Denial {
    /// The person said no there, or the upstream did not let them in.
    Cancelled,
    /// The upstream answered with an error of its protocol; its code, if it is one of the protocol's own.
    Upstream(&'static str),
    /// A check of ours failed; its code, as in the trace.
    Invalid(&'static str),
    /// The upstream could not be reached, or did not answer in time.
    Unreachable,
    /// What is configured cannot work; the code of what.
    Misconfigured(&'static str),
    /// More work than capacity: try again.
    Busy,
}

impl Denial {
    /// The reason code of the event: lower-case words with underscores.
    pub const fn reason(&self) -> &'static str {
        match self {
            Self::Cancelled => "cancelled",
            Self::Upstream(code) | Self::Invalid(code) | Self::Misconfigured(code) => code,
            Self::Unreachable => "unreachable",
            Self::Busy => "busy",
        }
    }
}
