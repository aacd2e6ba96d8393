//! Answers to an app: a redirect, or a form that posts itself.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use gatehouse_domain::oauth::ResponseMode;
use gatehouse_flows::login::Answer;
use gatehouse_pages::views::FormPostPage;
use gatehouse_pages::{Form, FormTarget, PageKind};
use url::Url;

use crate::fault::Frame;

/// Sends an answer on its way.
pub(crate) fn answer(frame: &Frame, answer: &Answer) -> Response {
    match answer.mode {
        ResponseMode::Query => see_other(&with_query(&answer.redirect_uri, &answer.params)),
        ResponseMode::FormPost => {
            let form =
                answer.params.iter().fold(Form::to(answer.redirect_uri.clone()), |form, (name, value)| {
                    form.with(*name, value.clone())
                });
            let targets: Vec<FormTarget> =
                Url::parse(&answer.redirect_uri).iter().map(FormTarget::of).collect();
            let page = FormPostPage { chrome: frame.chrome.clone(), form };
            frame.show(&page, StatusCode::OK, PageKind::FormPost, &targets)
        }
    }
}

/// 303, so that a password is never posted on (RFC 9700, section 4.12).
pub(crate) fn see_other(location: &str) -> Response {
    let Ok(value) = HeaderValue::from_str(location) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let mut response = StatusCode::SEE_OTHER.into_response();
    response.headers_mut().insert(header::LOCATION, value);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response.headers_mut().insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

/// A URI with parameters added to its query, its own ones kept (RFC 6749, section 4.1.2).
pub(crate) fn with_query(uri: &str, params: &[(&'static str, String)]) -> String {
    let mut out = uri.to_owned();
    let mut separator = if uri.contains('?') { '&' } else { '?' };
    for (name, value) in params {
        out.push(separator);
        out.push_str(name);
        out.push('=');
        out.extend(url::form_urlencoded::byte_serialize(value.as_bytes()));
        separator = '&';
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_added_and_encoded() {
        let params = [("code", "a b&c".to_owned()), ("iss", "https://id.example/t/acme".to_owned())];
        assert_eq!(
            with_query("https://app.example/cb?x=1", &params),
            "https://app.example/cb?x=1&code=a+b%26c&iss=https%3A%2F%2Fid.example%2Ft%2Facme"
        );
        assert_eq!(with_query("com.example.app:/cb", &params[..1]), "com.example.app:/cb?code=a+b%26c");
    }
}
