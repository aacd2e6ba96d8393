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
use crate::request::{BodyFault, DOUBLED, Limit, Visit, form};
use crate::web::Web;

/// A form of ours that came from the browser it was shown to.
pub(crate) struct Guarded {
    /// Its fields.
    pub(crate) fields: Params,
    /// The flow it continues, where it has one.
    pub(crate) flow: String,
}

/// Why a form is not let through.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Refusal {
    /// The browser says that another site or page sent it.
    ForeignOrigin,
    /// It is no form.
    Body(BodyFault),
    /// A field was sent twice.
    Doubled,
    /// The browser has no pre-session.
    NoCookie,
    /// Its token is not for this browser, issuer and flow.
    Token,
}

impl Refusal {
    const fn reason(self) -> &'static str {
        match self {
            Self::ForeignOrigin => "foreign_origin",
            Self::Body(fault) => fault.reason(),
            Self::Doubled => DOUBLED,
            Self::NoCookie => "no_cookie",
            Self::Token => "form_token",
        }
    }
}

/// Lets a form through: its origin, its cookie, its token.
pub(crate) async fn guard(
    web: &Web,
    issuer: &Issuer,
    visit: &Visit,
    headers: &HeaderMap,
    body: Body,
) -> Result<Guarded, Response> {
    let fields = read(headers, body).await;
    match fields.and_then(|fields| admit(web, issuer, visit, headers, fields)) {
        Ok(guarded) => Ok(guarded),
        Err(refusal) => Err(refused(web, issuer, visit, refusal).await),
    }
}

/// Reads a form that may be one of ours.
pub(crate) async fn read(headers: &HeaderMap, body: Body) -> Result<Params, Refusal> {
    let fields = form(headers, body, Limit::PAGE).await.map_err(Refusal::Body)?;
    if fields.has_doubles() { Err(Refusal::Doubled) } else { Ok(fields) }
}

/// Lets fields through that were read.
pub(crate) fn admit(
    web: &Web,
    issuer: &Issuer,
    visit: &Visit,
    headers: &HeaderMap,
    fields: Params,
) -> Result<Guarded, Refusal> {
    if !same_origin(headers, web.idp.base().url()) {
        return Err(Refusal::ForeignOrigin);
    }
    let pre = visit.browser.pre.as_ref().ok_or(Refusal::NoCookie)?;
    let flow = fields.get("flow").unwrap_or_default().to_owned();
    let token = fields.get("csrf").unwrap_or_default();
    if !csrf::is_valid(pre, &purpose(issuer, &flow), token) {
        return Err(Refusal::Token);
    }
    Ok(Guarded { fields, flow })
}

/// Notes a form that was not let through; the page about it.
pub(crate) async fn refused(web: &Web, issuer: &Issuer, visit: &Visit, refusal: Refusal) -> Response {
    web.idp.refused(&visit.cx, issuer, "form", refusal.reason(), None).await;
    let frame = Frame::of(web, issuer, visit);
    match refusal {
        Refusal::ForeignOrigin => frame.error(TextId::BrowserMismatch, None),
        Refusal::Body(BodyFault::TooLarge) => frame.error(TextId::RequestTooLarge, None),
        Refusal::Body(BodyFault::Type | BodyFault::Malformed) | Refusal::Doubled => {
            frame.error(TextId::InvalidRequest, None)
        }
        Refusal::NoCookie => stopped(&frame, issuer, &Stop::CookiesOff),
        Refusal::Token => stopped(&frame, issuer, &Stop::OtherBrowser),
    }
}

/// What a token is for: this issuer and this flow.
pub(crate) fn purpose(issuer: &Issuer, flow: &str) -> String {
    format!("{}\0{flow}", issuer.iss())
}

/// Whether the browser says that a page of ours sent this, and not another of the same site: such a page is no app's.
pub(crate) fn is_our_own(headers: &HeaderMap, base: &str) -> bool {
    let says = |name: &str, expected: &str| headers.get(name).map(|value| value == expected);
    says("sec-fetch-site", "same-origin").or_else(|| says("origin", base)).unwrap_or(false)
}

/// Whether nothing speaks against a page of ours having sent this. Browsers that say nothing are judged by the token alone.
fn same_origin(headers: &HeaderMap, base: &str) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let site = text("sec-fetch-site").is_none_or(|site| matches!(site, "same-origin" | "none"));
    let origin = text("origin").is_none_or(|origin| origin == base);
    site && origin
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderName, HeaderValue};

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

    #[test]
    fn only_what_says_so_is_our_own() {
        let own = |name: &'static str, value: &'static str| {
            let headers =
                HeaderMap::from_iter([(HeaderName::from_static(name), HeaderValue::from_static(value))]);
            is_our_own(&headers, "https://id.example")
        };
        assert!(own("sec-fetch-site", "same-origin") && own("origin", "https://id.example"));
        for site in ["same-site", "cross-site", "none"] {
            assert!(!own("sec-fetch-site", site), "{site}");
        }
        assert!(!own("origin", "https://app.example") && !own("origin", "null") && !own("accept", "*/*"));
    }
}
