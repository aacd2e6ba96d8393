//! What the endpoints answer.

use gatehouse_domain::oauth::TokenError;
use serde::Serialize;

use gatehouse_store::claims::Gone;

use crate::Fault;

/// A token response (RFC 6749, section 5.1; OIDC Core, section 3.1.3.3).
#[derive(Debug, Serialize)]
pub struct TokenAnswer {
    /// The access token.
    pub access_token: String,
    /// Always `Bearer`.
    pub token_type: &'static str,
    /// Seconds.
    pub expires_in: u32,
    /// What was granted.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub scope: String,
    /// With `offline_access`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
    /// With `openid`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token: Option<String>,
}

/// Why an app gets no answer from the token, introspection or revocation endpoint.
#[derive(Debug, thiserror::Error)]
pub enum TokenRefusal {
    /// The protocol says no.
    #[error("{error}: {description}")]
    Refused {
        /// The error.
        error: TokenError,
        /// What is wrong, for developers; never more than the protocol may tell.
        description: &'static str,
        /// Why, for the event log alone.
        reason: Option<&'static str>,
    },
    /// Machinery.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl TokenRefusal {
    pub(crate) const fn new(error: TokenError, description: &'static str) -> Self {
        Self::Refused { error, description, reason: None }
    }

    /// One answer for every code or refresh token that is not usable; the log knows why.
    pub(crate) const fn grant_for(reason: &'static str) -> Self {
        let description = "the code or refresh token is not usable";
        Self::Refused { error: TokenError::InvalidGrant, description, reason: Some(reason) }
    }

    pub(crate) const fn client() -> Self {
        Self::new(TokenError::InvalidClient, "client authentication failed")
    }

    pub(crate) const fn grant() -> Self {
        Self::grant_for("malformed_grant")
    }

    pub(crate) const fn target() -> Self {
        Self::new(TokenError::InvalidTarget, "a resource was not granted")
    }
}

/// Why a grant is good no longer, for the event log.
pub(crate) const fn gone_reason(gone: Gone) -> &'static str {
    match gone {
        Gone::Unknown => "unknown_grant",
        Gone::Revoked => "grant_revoked",
        Gone::Expired => "grant_expired",
        Gone::Tenant => "tenant_closed",
        Gone::Identity => "identity_closed",
        Gone::Member => "membership_closed",
        Gone::Session => "session_ended",
    }
}

impl From<gatehouse_store::StoreError> for TokenRefusal {
    fn from(error: gatehouse_store::StoreError) -> Self {
        Self::Fault(error.into())
    }
}

/// Why a protected resource says nothing (RFC 6750, section 3.1).
#[derive(Debug, thiserror::Error)]
pub enum BearerRefusal {
    /// No token was sent.
    #[error("no token")]
    Missing,
    /// More than one was sent, or it is not where it may be.
    #[error("a malformed request")]
    Malformed,
    /// The token is not good here and now.
    #[error("an invalid token")]
    Invalid,
    /// It does not cover this.
    #[error("insufficient scope")]
    Scope,
    /// Machinery.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// What userinfo tells.
#[derive(Debug)]
pub struct UserInfo {
    /// The claims.
    pub claims: serde_json::Value,
    /// The client that the token was made for.
    pub client_id: String,
}
