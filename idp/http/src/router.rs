//! Every address, once.

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::{MethodFilter, MethodRouter, get, on};
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
        for Address(verb, path, answer) in ADDRESSES {
            router = router.route(&format!("{prefix}{path}"), answer(verb.filter()));
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

/// Every address below an issuer, its method first, so that tests can try each of them.
pub fn addresses() -> impl Iterator<Item = (&'static str, &'static str)> {
    ADDRESSES.iter().map(|Address(verb, path, _)| (verb.name(), *path))
}

/// A method, a path below an issuer, and what answers there.
struct Address(Verb, &'static str, fn(MethodFilter) -> MethodRouter<Web>);

#[derive(Clone, Copy)]
enum Verb {
    Get,
    Post,
    Options,
}

impl Verb {
    const fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Options => "OPTIONS",
        }
    }

    const fn filter(self) -> MethodFilter {
        match self {
            Self::Get => MethodFilter::GET,
            Self::Post => MethodFilter::POST,
            Self::Options => MethodFilter::OPTIONS,
        }
    }
}

const ADDRESSES: &[Address] = &[
    Address(Verb::Get, "/", |method| on(method, hosted::home)),
    Address(Verb::Get, "/.well-known/openid-configuration", |method| on(method, protocol::discovery)),
    Address(Verb::Get, "/.well-known/oauth-authorization-server", |method| on(method, protocol::discovery)),
    Address(Verb::Get, "/.well-known/jwks.json", |method| on(method, protocol::jwks)),
    Address(Verb::Get, "/oauth2/authorize", |method| on(method, protocol::authorize)),
    Address(Verb::Post, "/oauth2/authorize", |method| on(method, protocol::authorize_post)),
    Address(Verb::Post, "/oauth2/token", |method| on(method, protocol::token)),
    Address(Verb::Options, "/oauth2/token", |method| on(method, protocol::preflight_token)),
    Address(Verb::Post, "/oauth2/revoke", |method| on(method, protocol::revoke)),
    Address(Verb::Options, "/oauth2/revoke", |method| on(method, protocol::preflight_token)),
    Address(Verb::Post, "/oauth2/introspect", |method| on(method, protocol::introspect)),
    Address(Verb::Get, "/oauth2/userinfo", |method| on(method, protocol::userinfo)),
    Address(Verb::Post, "/oauth2/userinfo", |method| on(method, protocol::userinfo_post)),
    Address(Verb::Options, "/oauth2/userinfo", |method| on(method, protocol::preflight_userinfo)),
    Address(Verb::Get, "/oauth2/logout", |method| on(method, hosted::end_session)),
    Address(Verb::Post, "/oauth2/logout", |method| on(method, hosted::end_session_post)),
    Address(Verb::Get, "/logo", |method| on(method, hosted::logo)),
    Address(Verb::Get, "/login", |method| on(method, hosted::login)),
    Address(Verb::Post, "/login/identifier", |method| on(method, hosted::identifier)),
    Address(Verb::Post, "/login/password", |method| on(method, hosted::password)),
    Address(Verb::Post, "/login/confirm", |method| on(method, hosted::confirm)),
    Address(Verb::Post, "/login/later", |method| on(method, hosted::later)),
    Address(Verb::Post, "/login/join", |method| on(method, hosted::join)),
    Address(Verb::Post, "/login/account", |method| on(method, hosted::account)),
    Address(Verb::Post, "/login/another", |method| on(method, hosted::another)),
    Address(Verb::Post, "/login/remove", |method| on(method, hosted::remove)),
    Address(Verb::Post, "/login/organization", |method| on(method, hosted::organization)),
    Address(Verb::Post, "/login/consent", |method| on(method, hosted::consent)),
    Address(Verb::Post, "/login/cancel", |method| on(method, hosted::give_up)),
    Address(Verb::Get, "/signup", |method| on(method, hosted::sign_up)),
    Address(Verb::Post, "/signup/address", |method| on(method, hosted::sign_up_address)),
    Address(Verb::Post, "/signup/account", |method| on(method, hosted::new_account)),
    Address(Verb::Post, "/signup/instead", |method| on(method, hosted::sign_up_instead)),
    Address(Verb::Get, "/invitations/{token}", |method| on(method, hosted::open_invitation)),
    Address(Verb::Get, "/invitations", |method| on(method, hosted::invitation)),
    Address(Verb::Post, "/invitations/accept", |method| on(method, hosted::accept_invitation)),
    Address(Verb::Post, "/invitations/decline", |method| on(method, hosted::decline_invitation)),
    Address(Verb::Post, "/invitations/sign-in", |method| on(method, hosted::sign_in_to_answer)),
    Address(Verb::Post, "/invitations/sign-up", |method| on(method, hosted::sign_up_to_answer)),
    Address(Verb::Post, "/invitations/prove", |method| on(method, hosted::prove_to_answer)),
    Address(Verb::Get, "/welcome", |method| on(method, hosted::account::welcome)),
    Address(Verb::Post, "/welcome/accept", |method| on(method, hosted::account::accept)),
    Address(Verb::Get, "/recover", |method| on(method, hosted::recover)),
    Address(Verb::Post, "/recover/address", |method| on(method, hosted::recover_address)),
    Address(Verb::Post, "/recover/password", |method| on(method, hosted::new_password)),
    Address(Verb::Get, "/verify", |method| on(method, hosted::verify)),
    Address(Verb::Post, "/verify/code", |method| on(method, hosted::code)),
    Address(Verb::Post, "/verify/link", |method| on(method, hosted::confirm_link)),
    Address(Verb::Post, "/verify/again", |method| on(method, hosted::send_again)),
    Address(Verb::Get, "/account", |method| on(method, hosted::account::overview)),
    Address(Verb::Get, "/account/choose", |method| on(method, hosted::account::choose)),
    Address(Verb::Get, "/account/name", |method| on(method, hosted::account::profile_page)),
    Address(Verb::Post, "/account/name", |method| on(method, hosted::account::change_profile)),
    Address(Verb::Get, "/account/addresses", |method| on(method, hosted::account::addresses)),
    Address(Verb::Get, "/account/address", |method| on(method, hosted::account::add_page)),
    Address(Verb::Post, "/account/address", |method| on(method, hosted::account::add)),
    Address(Verb::Post, "/account/addresses/prove", |method| on(method, hosted::account::prove)),
    Address(Verb::Post, "/account/addresses/primary", |method| on(method, hosted::account::make_primary)),
    Address(Verb::Post, "/account/addresses/remove", |method| on(method, hosted::account::remove)),
    Address(Verb::Get, "/account/password", |method| on(method, hosted::account::password_page)),
    Address(Verb::Post, "/account/password", |method| on(method, hosted::account::change_password)),
    Address(Verb::Get, "/account/sessions", |method| on(method, hosted::account::sessions)),
    Address(Verb::Post, "/account/sessions/end", |method| on(method, hosted::account::end_session)),
    Address(Verb::Post, "/account/sessions/end-others", |method| on(method, hosted::account::end_others)),
    Address(Verb::Get, "/account/memberships", |method| on(method, hosted::account::memberships)),
    Address(Verb::Get, "/account/memberships/leave", |method| on(method, hosted::account::leave_page)),
    Address(Verb::Post, "/account/memberships/leave", |method| on(method, hosted::account::leave)),
    Address(Verb::Get, "/account/own", |method| on(method, hosted::account::own_page)),
    Address(Verb::Post, "/account/own", |method| on(method, hosted::account::set_up_own)),
    Address(Verb::Get, "/account/apps", |method| on(method, hosted::account::apps)),
    Address(Verb::Post, "/account/apps/revoke", |method| on(method, hosted::account::revoke)),
    Address(Verb::Get, "/account/activity", |method| on(method, hosted::account::activity)),
    Address(Verb::Get, "/account/data", |method| on(method, hosted::account::data_page)),
    Address(Verb::Post, "/account/data", |method| on(method, hosted::account::download)),
    Address(Verb::Get, "/account/deletion", |method| on(method, hosted::account::deletion_page)),
    Address(Verb::Post, "/account/deletion", |method| on(method, hosted::account::ask_deletion)),
    Address(Verb::Post, "/account/keep", |method| on(method, hosted::account::keep)),
    Address(Verb::Get, "/account/undo", |method| on(method, hosted::account::undo_page)),
    Address(Verb::Post, "/account/undo", |method| on(method, hosted::account::undo)),
];

/// Gives every request its id, a span and a measure.
async fn observe(State(web): State<Web>, mut request: Request, next: Next) -> Response {
    let id = web.idp.new_request_id();
    request.extensions_mut().insert(id);
    let method = request.method().clone();
    let span = tracing::info_span!("request", request_id = %id, http.method = %method, http.path = template(&request), tenant = slug(request.uri().path()));
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

/// What stands in the log for the path of a request: the address of which it is one. A path itself may hold a token, in any spelling.
fn template(request: &Request) -> &str {
    request.extensions().get::<MatchedPath>().map_or("unknown", MatchedPath::as_str)
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
