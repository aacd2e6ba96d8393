//! The way into a flow: its reference goes into the address, its binding into the pre-session cookie.

use axum::http::header;
use axum::response::Response;
use gatehouse_domain::secret::Secret;
use gatehouse_flows::Issuer;

use crate::answer::see_other;
use crate::cookies;

/// Sends the browser to the first page of a flow.
pub(crate) fn begin(issuer: &Issuer, flow: &str, new_pre: Option<&Secret<String>>) -> Response {
    let mut response = see_other(&login_href(issuer, flow));
    if let Some(cookie) = new_pre.and_then(|pre| cookies::set(cookies::PRE_SESSION, pre, None)) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// The address of a flow's current page.
pub(crate) fn login_href(issuer: &Issuer, flow: &str) -> String {
    format!("{}/login?flow={flow}", issuer.path())
}
