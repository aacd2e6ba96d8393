//! One mapping of what went wrong to what is answered, a surface each.

mod oauth;
mod page;

use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse as _, Response};
use gatehouse_flows::Fault;
use gatehouse_pages::TextId;

pub(crate) use oauth::{bearer_refused, token_refused};
pub(crate) use page::{Frame, stopped, throttled, words};

use crate::request::request_id;
use crate::web::Web;

/// Who reads the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Surface {
    /// A person.
    Page,
    /// A program.
    Protocol,
}

impl Surface {
    /// The surface that a path belongs to.
    pub(crate) fn of(path: &str) -> Self {
        let tail =
            path.strip_prefix("/t/").and_then(|rest| rest.split_once('/')).map_or(path, |(_, tail)| tail);
        let tail = tail.trim_start_matches('/');
        let program = ["oauth2/token", "oauth2/userinfo", "oauth2/introspect", "oauth2/revoke"];
        let wellknown = path.starts_with("/.well-known/") || tail.starts_with(".well-known/");
        if wellknown || program.contains(&tail) { Self::Protocol } else { Self::Page }
    }

    /// The answer to a failure of ours; its cause goes to the log.
    pub(crate) fn broken(self, parts: &Parts, web: &Web, fault: &Fault) -> Response {
        let text = report(fault);
        match self {
            Self::Page => page_fault(parts, web, text),
            Self::Protocol => oauth::machinery(fault),
        }
    }
}

/// Logs a failure of ours once, and says how it shows.
pub(crate) fn report(fault: &Fault) -> TextId {
    if matches!(fault, Fault::Busy) {
        tracing::warn!("over capacity");
        return TextId::Busy;
    }
    let mut chain = String::new();
    let mut cause: Option<&dyn std::error::Error> = Some(fault);
    while let Some(error) = cause {
        if !chain.is_empty() {
            chain.push_str(": ");
        }
        chain.push_str(&error.to_string());
        cause = error.source();
    }
    tracing::error!(error = %chain, "the request failed");
    TextId::ServerError
}

/// A page about a request that was addressed to a host we do not answer for (RFC 9110, section 15.5.20), or to none or to
/// several (RFC 9112, section 3.2).
pub(crate) fn wrong_host(parts: &Parts, web: &Web, surface: Surface, status: StatusCode) -> Response {
    match surface {
        Surface::Page => with_status(page_fault(parts, web, TextId::PageUnknown), status),
        Surface::Protocol => status.into_response(),
    }
}

/// A page about a tenant that does not exist.
pub(crate) fn unknown_issuer(parts: &Parts, web: &Web, surface: Surface) -> Response {
    match surface {
        Surface::Page => page_fault(parts, web, TextId::TenantUnknown),
        Surface::Protocol => StatusCode::NOT_FOUND.into_response(),
    }
}

fn page_fault(parts: &Parts, web: &Web, text: TextId) -> Response {
    let accept = parts.headers.get("accept-language").and_then(|value| value.to_str().ok());
    Frame::platform(request_id(parts, web), accept).error(text, None)
}

fn with_status(mut response: Response, status: StatusCode) -> Response {
    *response.status_mut() = status;
    response
}
