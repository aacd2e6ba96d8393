//! Errors of the protocol endpoints (RFC 6749, section 5.2; RFC 6750, section 3).

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use gatehouse_domain::oauth::TokenError;
use gatehouse_flows::Fault;
use gatehouse_flows::oauth::{BearerRefusal, TokenRefusal};
use serde::Serialize;

use super::report;
use crate::headers;

#[derive(Serialize)]
struct Body {
    error: TokenError,
    error_description: &'static str,
}

/// The answer of the token, introspection and revocation endpoints to a refusal.
pub(crate) fn token_refused(refusal: &TokenRefusal, issuer: &str) -> Response {
    match refusal {
        TokenRefusal::Refused { error, description, .. } => body(*error, description, issuer),
        TokenRefusal::Fault(fault) => machinery(fault),
    }
}

fn body(error: TokenError, error_description: &'static str, issuer: &str) -> Response {
    let status = match error {
        TokenError::InvalidClient => StatusCode::UNAUTHORIZED,
        TokenError::TemporarilyUnavailable => StatusCode::SERVICE_UNAVAILABLE,
        TokenError::ServerError => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::BAD_REQUEST,
    };
    let mut response = (status, Json(Body { error, error_description })).into_response();
    headers::no_store(response.headers_mut());
    if error == TokenError::InvalidClient
        && let Ok(challenge) = HeaderValue::from_str(&format!("Basic realm=\"{issuer}\""))
    {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    }
    response
}

/// The answer to a failure of ours.
pub(crate) fn machinery(fault: &Fault) -> Response {
    report(fault);
    let (error, description) = match fault {
        Fault::Busy => (TokenError::TemporarilyUnavailable, "over capacity, try again"),
        _ => (TokenError::ServerError, "a failure of ours; the log has it"),
    };
    let mut response = body(error, description, "");
    if matches!(fault, Fault::Busy) {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    }
    response
}

/// The answer to a protected resource request that is not let through (RFC 6750, section 3.1).
pub(crate) fn bearer_refused(refusal: &BearerRefusal, issuer: &str) -> Response {
    let (status, error) = match refusal {
        BearerRefusal::Missing => (StatusCode::UNAUTHORIZED, None),
        BearerRefusal::Invalid => (StatusCode::UNAUTHORIZED, Some("invalid_token")),
        BearerRefusal::Malformed => (StatusCode::BAD_REQUEST, Some("invalid_request")),
        BearerRefusal::Scope => (StatusCode::FORBIDDEN, Some("insufficient_scope")),
        BearerRefusal::Fault(fault) => return machinery(fault),
    };
    let mut challenge = format!("Bearer realm=\"{issuer}\"");
    if let Some(error) = error {
        challenge.push_str(&format!(", error=\"{error}\""));
    }
    let mut response = status.into_response();
    headers::no_store(response.headers_mut());
    if let Ok(value) = HeaderValue::from_str(&challenge) {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, value);
    }
    response
}
