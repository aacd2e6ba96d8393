//! The logo of an issuer, from our own origin: whose host it came from hears of nobody, and nobody's browser calls it.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use gatehouse_flows::Logo;

use crate::request::At;
use crate::web::Web;

/// What the file may do if somebody opens it by itself: nothing, for an SVG can hold script and markup (rule D24).
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

/// GET `{iss}/logo`: the picture, whatever the query; 404 while there is none or it cannot be had.
pub(crate) async fn logo(State(web): State<Web>, At(issuer): At, headers: HeaderMap) -> Response {
    match web.idp.logo(&issuer).await {
        Some(logo) => picture(&logo, &headers),
        None => (StatusCode::NOT_FOUND, [(header::CACHE_CONTROL, "no-store")]).into_response(),
    }
}

fn picture(logo: &Logo, asked: &HeaderMap) -> Response {
    let tag = format!("\"{}\"", logo.tag);
    let mut response = if is_held(asked, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        ([(header::CONTENT_TYPE, logo.kind.content_type())], logo.bytes.clone()).into_response()
    };
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_DISPOSITION, "inline"),
        (header::CACHE_CONTROL, "public, max-age=300"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, tag);
    }
    response
}

/// Whether the browser says that it has this content (RFC 9110, section 13.1.2: compared weakly).
fn is_held(asked: &HeaderMap, tag: &str) -> bool {
    let values = asked.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    values
        .flat_map(|list| list.split(','))
        .map(str::trim)
        .any(|one| one == "*" || one.strip_prefix("W/").unwrap_or(one) == tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_browser_has_is_not_sent_again() {
        let asks = |value: &'static str| {
            let headers = HeaderMap::from_iter([(header::IF_NONE_MATCH, HeaderValue::from_static(value))]);
            is_held(&headers, "\"0a\"")
        };
        assert!(asks("\"0a\"") && asks("W/\"0a\"") && asks("\"1\", \"0a\"") && asks("*"));
        assert!(!asks("0a") && !asks("\"0b\"") && !asks("") && !is_held(&HeaderMap::new(), "\"0a\""));
    }
}
