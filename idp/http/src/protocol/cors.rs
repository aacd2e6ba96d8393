//! CORS (Fetch, section 3.2): token and userinfo for the registered origins of public apps, never with credentials;
//! nothing else.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use gatehouse_flows::Issuer;

use crate::request::At;
use crate::web::Web;

/// OPTIONS of the token and revocation endpoints.
pub(crate) async fn preflight_token(state: State<Web>, at: At, headers: HeaderMap) -> Response {
    preflight(state, at, &headers, "POST").await
}

/// OPTIONS of userinfo.
pub(crate) async fn preflight_userinfo(state: State<Web>, at: At, headers: HeaderMap) -> Response {
    preflight(state, at, &headers, "GET, POST").await
}

async fn preflight(
    State(web): State<Web>,
    At(issuer): At,
    headers: &HeaderMap,
    methods: &'static str,
) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    if share(&web, &issuer, headers, None, &mut response).await {
        let out = response.headers_mut();
        out.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(methods));
        let allowed = HeaderValue::from_static("authorization, content-type");
        out.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, allowed);
        out.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    }
    response
}

/// Lets the calling page read the answer if its origin is registered for the client, or, before the client is known, for
/// some app of the issuer.
pub(crate) async fn share(
    web: &Web,
    issuer: &Issuer,
    headers: &HeaderMap,
    client_id: Option<&str>,
    response: &mut Response,
) -> bool {
    response.headers_mut().append(header::VARY, HeaderValue::from_static("origin"));
    let Some(origin) = headers.get(header::ORIGIN) else { return false };
    let Ok(text) = origin.to_str() else { return false };
    if !web.idp.origin_is_registered(issuer, client_id, text).await {
        return false;
    }
    response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    let exposed = HeaderValue::from_static("www-authenticate");
    response.headers_mut().insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
    true
}
