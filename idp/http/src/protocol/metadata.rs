//! Discovery and keys: public, cacheable, the same for everybody.

use axum::extract::State;
use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};

use crate::fault::Surface;
use crate::request::At;
use crate::web::Web;

/// GET `{iss}/.well-known/openid-configuration` (OIDC Discovery, section 4; RFC 8414).
pub(crate) async fn discovery(State(web): State<Web>, At(issuer): At) -> Response {
    public(web.idp.metadata(&issuer), "application/json", 300)
}

/// GET `{iss}/.well-known/jwks.json` (RFC 7517, section 5).
pub(crate) async fn jwks(State(web): State<Web>, At(issuer): At, parts: Parts) -> Response {
    match web.idp.jwks(&issuer).await {
        Ok(json) => public(json, "application/jwk-set+json", 300),
        Err(fault) => Surface::Protocol.broken(&parts, &web, &fault),
    }
}

fn public(json: bytes::Bytes, kind: &'static str, seconds: u32) -> Response {
    let mut response = json.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Ok(cache) = HeaderValue::from_str(&format!("public, max-age={seconds}")) {
        headers.insert(header::CACHE_CONTROL, cache);
    }
    response
}
