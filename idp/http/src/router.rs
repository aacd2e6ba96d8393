//! Every address, once.

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::{MethodRouter, get, options, post};
use gatehouse_pages::TextId;
use tower_http::catch_panic::CatchPanicLayer;
use tracing::Instrument as _;

use crate::fault::{Frame, Surface};
use crate::web::Web;
use crate::{hosted, protocol};

/// The router of the public listener.
///
/// GETs that act, and on what: `authorize` issues a code, only for a live session of the browser that the cookie names.
/// No other GET writes anything but an unfinished flow.
pub fn router(web: Web) -> Router {
    let mut router = Router::new();
    for prefix in ["", "/t/{slug}"] {
        for (path, methods) in addresses() {
            router = router.route(&format!("{prefix}{path}"), methods);
        }
    }
    router
        .route("/t/{slug}", get(hosted::home))
        .route("/.well-known/oauth-authorization-server/t/{slug}", get(protocol::discovery))
        .route("/assets/{file}", get(hosted::asset))
        .fallback(unknown_page)
        .method_not_allowed_fallback(unknown_method)
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(web.clone(), observe))
        .with_state(web)
}

fn addresses() -> Vec<(&'static str, MethodRouter<Web>)> {
    vec![
        ("/", get(hosted::home)),
        ("/.well-known/openid-configuration", get(protocol::discovery)),
        ("/.well-known/oauth-authorization-server", get(protocol::discovery)),
        ("/.well-known/jwks.json", get(protocol::jwks)),
        ("/oauth2/authorize", get(protocol::authorize).post(protocol::authorize_post)),
        ("/oauth2/token", post(protocol::token).merge(options(protocol::preflight_token))),
        ("/oauth2/revoke", post(protocol::revoke).merge(options(protocol::preflight_token))),
        ("/oauth2/introspect", post(protocol::introspect)),
        (
            "/oauth2/userinfo",
            get(protocol::userinfo)
                .post(protocol::userinfo_post)
                .merge(options(protocol::preflight_userinfo)),
        ),
        ("/oauth2/logout", get(hosted::end_session).post(hosted::end_session_post)),
        ("/login", get(hosted::login)),
        ("/login/identifier", post(hosted::identifier)),
        ("/login/password", post(hosted::password)),
        ("/login/account", post(hosted::account)),
        ("/login/another", post(hosted::another)),
        ("/login/remove", post(hosted::remove)),
        ("/login/organization", post(hosted::organization)),
        ("/login/consent", post(hosted::consent)),
        ("/login/cancel", post(hosted::give_up)),
    ]
}

/// Gives every request its id, a span and a measure.
async fn observe(State(web): State<Web>, mut request: Request, next: Next) -> Response {
    let id = web.idp.new_request_id();
    request.extensions_mut().insert(id);
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let span = tracing::info_span!("request", request_id = %id, http.method = %method, http.path = %path, tenant = slug(&path));
    let mut response = async {
        let response = next.run(request).await;
        tracing::debug!(http.status = response.status().as_u16(), "answered");
        response
    }
    .instrument(span)
    .await;
    metrics::counter!("gatehouse_http_requests_total", "status" => class(response.status())).increment(1);
    if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
        response.headers_mut().insert("x-request-id", value);
    }
    response
}

fn slug(path: &str) -> &str {
    path.strip_prefix("/t/").and_then(|rest| rest.split('/').next()).unwrap_or_default()
}

const fn class(status: StatusCode) -> &'static str {
    match status.as_u16() {
        100..=199 => "1xx",
        200..=299 => "2xx",
        300..=399 => "3xx",
        400..=499 => "4xx",
        _ => "5xx",
    }
}

async fn unknown_page(State(web): State<Web>, request: Request) -> Response {
    refuse(&web, request, TextId::PageUnknown, StatusCode::NOT_FOUND)
}

async fn unknown_method(State(web): State<Web>, request: Request) -> Response {
    refuse(&web, request, TextId::MethodUnknown, StatusCode::METHOD_NOT_ALLOWED)
}

fn refuse(web: &Web, request: Request, text: TextId, status: StatusCode) -> Response {
    let bare = request.method() == Method::OPTIONS || Surface::of(request.uri().path()) == Surface::Protocol;
    if bare {
        let mut response = Response::default();
        *response.status_mut() = status;
        return response;
    }
    let (parts, _) = request.into_parts();
    let accept = parts.headers.get("accept-language").and_then(|value| value.to_str().ok());
    Frame::platform(crate::request::request_id(&parts, web), accept).error(text, None)
}

fn panicked(_: Box<dyn std::any::Any + Send + 'static>) -> Response {
    tracing::error!("a handler panicked");
    let mut response = Response::default();
    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    response
}
