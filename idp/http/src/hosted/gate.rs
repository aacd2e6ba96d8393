//! What every form of a hosted page has to pass before its use case is called.

use axum::body::Body;
use axum::http::HeaderMap;
use axum::response::Response;
use gatehouse_domain::oauth::Params;
use gatehouse_flows::Issuer;
use gatehouse_flows::login::Stop;
use gatehouse_pages::TextId;

use crate::csrf;
use crate::fault::{Frame, stopped};
use crate::request::{BodyFault, Limit, Visit, form};
use crate::web::Web;

/// A form of ours that came from the browser it was shown to.
pub(crate) struct Guarded {
    /// Its fields.
    pub(crate) fields: Params,
    /// The flow it continues, where it has one.
    pub(crate) flow: String,
}

/// Lets a form through: its origin, its cookie, its token.
pub(crate) async fn guard(
    web: &Web,
    issuer: &Issuer,
    visit: &Visit,
    headers: &HeaderMap,
    body: Body,
) -> Result<Guarded, Response> {
    let frame = Frame::of(issuer, visit.cx.request, visit.accept_language.as_deref());
    if !same_origin(headers, web.idp.base().url()) {
        return Err(frame.error(TextId::BrowserMismatch, None));
    }
    let fields = form(headers, body, Limit::PAGE).await.map_err(|fault| {
        let text = match fault {
            BodyFault::TooLarge => TextId::RequestTooLarge,
            BodyFault::Type | BodyFault::Malformed => TextId::InvalidRequest,
        };
        frame.error(text, None)
    })?;
    if fields.has_doubles() {
        return Err(frame.error(TextId::InvalidRequest, None));
    }
    let Some(pre) = &visit.browser.pre else {
        return Err(stopped(&frame, &Stop::CookiesOff, None));
    };
    let flow = fields.get("flow").unwrap_or_default().to_owned();
    let token = fields.get("csrf").unwrap_or_default();
    if !csrf::is_valid(pre, &purpose(issuer, &flow), token) {
        return Err(stopped(&frame, &Stop::OtherBrowser, None));
    }
    Ok(Guarded { fields, flow })
}

/// What a token is for: this issuer and this flow.
pub(crate) fn purpose(issuer: &Issuer, flow: &str) -> String {
    format!("{}\0{flow}", issuer.iss())
}

/// Whether the browser says that a page of ours sent this. Browsers that say nothing are judged by the token alone.
fn same_origin(headers: &HeaderMap, base: &str) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let site = text("sec-fetch-site").is_none_or(|site| matches!(site, "same-origin" | "none"));
    let origin = text("origin").is_none_or(|origin| origin == base);
    site && origin
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn posts_from_elsewhere_are_told_apart() {
        let base = "https://id.example";
        let with = |pairs: &[(&'static str, &'static str)]| {
            let mut headers = HeaderMap::new();
            for (name, value) in pairs {
                headers.insert(*name, HeaderValue::from_static(value));
            }
            same_origin(&headers, base)
        };
        assert!(with(&[]));
        assert!(with(&[("origin", "https://id.example"), ("sec-fetch-site", "same-origin")]));
        assert!(!with(&[("origin", "https://evil.example")]));
        assert!(!with(&[("origin", "null")]));
        assert!(!with(&[("sec-fetch-site", "cross-site")]));
        assert!(!with(&[("sec-fetch-site", "same-site")]));
    }
}
