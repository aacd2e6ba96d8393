//! The way into a flow: its reference goes into the address, its binding into the pre-session cookie.

use axum::http::header;
use axum::response::Response;
use gatehouse_domain::secret::Secret;
use gatehouse_flows::Issuer;

use crate::answer::see_other;
use crate::cookies;

/// Sends the browser to the first page of a flow.
pub(crate) fn begin(issuer: &Issuer, flow: &str, new_pre: Option<&Secret<String>>) -> Response {
    with_pre(see_other(&login_href(issuer, flow)), new_pre)
}

/// Sends the secret that a flow is bound to, if the browser has not got it.
pub(crate) fn with_pre(mut response: Response, new_pre: Option<&Secret<String>>) -> Response {
    if let Some(cookie) = new_pre.and_then(|pre| cookies::set(cookies::PRE_SESSION, pre, None)) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// The address of a flow's current page.
pub(crate) fn login_href(issuer: &Issuer, flow: &str) -> String {
    format!("{}/login?flow={flow}", issuer.path())
}
