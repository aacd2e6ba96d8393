//! A mail server that letters are handed to.

use serde::{Deserialize, Serialize};

use crate::email::EmailAddress;
use crate::tenant::DomainName;

/// How the way to a mail server is protected (RFC 8314).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SmtpTls {
    /// STARTTLS, and nothing is sent if the server does not offer it.
    Required,
    /// TLS from the first byte.
    Implicit,
    /// None; on this machine only.
    None,
}

impl SmtpTls {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::Implicit => "implicit",
            Self::None => "none",
        }
    }

    /// The way of a word.
    pub fn of(word: &str) -> Option<Self> {
        [Self::Required, Self::Implicit, Self::None].into_iter().find(|tls| tls.as_str() == word)
    }

    /// The port where nobody named one.
    pub const fn port(self) -> u16 {
        match self {
            Self::Required => 587,
            Self::Implicit => 465,
            Self::None => 25,
        }
    }
}

/// A mail server and what is sent by it. The password lies elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailServer {
    /// The sender's address.
    pub from: EmailAddress,
    /// Where answers go, if not there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<EmailAddress>,
    /// The server's name; its certificate must be for it.
    pub host: DomainName,
    /// Its port.
    pub port: u16,
    /// How the way there is protected.
    pub tls: SmtpTls,
    /// Who logs in there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
}
