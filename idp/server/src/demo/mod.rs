//! The demo app of a development world: an OpenID Connect client that signs in and shows what it got. It talks to the
//! identity provider as any app does, over the same router, and keeps its visitors' tokens in memory.

mod client;
mod mailbox;
mod page;
mod people;
mod visitors;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Form, Query, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{Html, IntoResponse as _, Response};
use axum::routing::{get, post};
use serde::Deserialize;

use crate::wire::House;
use client::Client;
use page::{CSP, DemoPage};
use people::PEOPLE;
use visitors::{Trip, Visitors};

/// What the demo's handlers share.
#[derive(Debug, Clone)]
pub(crate) struct Demo {
    client: Client,
    visitors: Arc<Visitors>,
}

/// The public router with the demo app beside it.
pub(crate) fn with_demo(public: Router, house: &House) -> Router {
    let demo = Demo {
        client: Client::new(public.clone(), house.idp.base().url()),
        visitors: Arc::new(Visitors::new(house.rng())),
    };
    let own: Arc<str> = house.idp.base().authority().into();
    Router::new()
        .route("/demo", get(show))
        .route("/demo/demo.css", get(style))
        .route("/demo/start", post(start))
        .route("/demo/callback", get(callback))
        .route("/demo/refresh", post(refresh))
        .route("/demo/userinfo", post(userinfo))
        .route("/demo/sign-out", post(sign_out))
        .with_state(demo)
        .merge(mailbox::routes(house.mailbox.clone()))
        .route_layer(middleware::from_fn_with_state(own, at_home))
        .fallback_service(public)
}

/// Answers 421 (RFC 9110, section 15.5.20) unless the request names this deployment's own authority: a page of another origin whose name
/// is pointed here must not read letters or tokens.
async fn at_home(State(own): State<Arc<str>>, request: Request, next: Next) -> Response {
    if names(&request, &own) {
        return next.run(request).await;
    }
    StatusCode::MISDIRECTED_REQUEST.into_response()
}

/// Whether a request names an authority, and no other: in `Host`, or in HTTP/2 as the authority of its target.
fn names(request: &Request, own: &str) -> bool {
    let headers = request.headers().get_all(header::HOST).iter().map(HeaderValue::as_bytes);
    let target = request.uri().authority().map(|authority| authority.as_str().as_bytes());
    let mut named = target.into_iter().chain(headers).peekable();
    named.peek().is_some() && named.all(|name| name == own.as_bytes())
}

#[derive(Deserialize)]
struct Start {
    issuer: Option<String>,
    person: Option<String>,
}

#[derive(Deserialize)]
struct Back {
    code: Option<String>,
    state: Option<String>,
    iss: Option<String>,
    error: Option<String>,
    error_description: Option<String>,
}

async fn show(State(demo): State<Demo>, headers: HeaderMap) -> Response {
    let visitor = demo.visitors.of(&headers);
    page(&DemoPage::of(&demo.client, visitor.as_ref()))
}

async fn style() -> Response {
    const CSS: &str = include_str!("../../../../templates/demo/demo.css");
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], CSS).into_response()
}

/// Begins the code flow: for one of the people where they are at home, or for anybody at one of the issuers.
async fn start(State(demo): State<Demo>, Form(form): Form<Start>) -> Response {
    let person = PEOPLE.iter().find(|person| form.person.as_deref() == Some(person.address));
    let issuer = match (person, form.issuer) {
        (Some(person), None) => person.issuer(&demo.client),
        (None, Some(named)) if demo.client.issuers().iter().any(|(issuer, _)| *issuer == named) => named,
        _ => return StatusCode::BAD_REQUEST.into_response(),
    };
    let trip = Trip::new(issuer, &demo.visitors);
    let location = demo.client.authorize_url(&trip, person);
    let cookie = demo.visitors.begin(trip);
    let mut response = see_other(&location);
    if let Ok(value) = HeaderValue::from_str(&cookie) {
        response.headers_mut().insert(header::SET_COOKIE, value);
    }
    response
}

/// Takes the answer: checks `state` and `iss`, redeems the code, shows the page under its own address.
async fn callback(State(demo): State<Demo>, headers: HeaderMap, Query(back): Query<Back>) -> Response {
    let Some(visitor) = demo.visitors.of(&headers) else {
        return page(&DemoPage::fault(
            &demo.client,
            "This browser started no sign-in here, or the server was restarted.",
        ));
    };
    if let Some(error) = &back.error {
        let more = back.error_description.as_deref().unwrap_or("the sign-in was not completed");
        return page(&DemoPage::fault(&demo.client, &format!("{error}: {more}")));
    }
    let fits = back.state.as_deref() == Some(visitor.trip.state.as_str())
        && back.iss.as_deref() == Some(visitor.trip.issuer.as_str());
    let Some(code) = back.code.filter(|_| fits) else {
        return page(&DemoPage::fault(&demo.client, "The answer belongs to another sign-in."));
    };
    match demo.client.redeem(&visitor.trip, &code).await {
        Ok(tokens) => {
            demo.visitors.keep(&headers, tokens);
            see_other("/demo")
        }
        Err(fault) => page(&DemoPage::fault(&demo.client, &fault)),
    }
}

async fn refresh(State(demo): State<Demo>, headers: HeaderMap) -> Response {
    let Some(visitor) = demo.visitors.of(&headers) else { return see_other("/demo") };
    match demo.client.refresh(&visitor).await {
        Ok(tokens) => {
            demo.visitors.keep(&headers, tokens);
            see_other("/demo")
        }
        Err(fault) => {
            demo.visitors.forget(&headers);
            page(&DemoPage::fault(&demo.client, &fault))
        }
    }
}

async fn userinfo(State(demo): State<Demo>, headers: HeaderMap) -> Response {
    let Some(visitor) = demo.visitors.of(&headers) else { return see_other("/demo") };
    match demo.client.userinfo(&visitor).await {
        Ok(told) => {
            demo.visitors.keep_userinfo(&headers, told);
            see_other("/demo")
        }
        Err(fault) => page(&DemoPage::fault(&demo.client, &fault)),
    }
}

/// Forgets the tokens and goes to the issuer's sign-out page.
async fn sign_out(State(demo): State<Demo>, headers: HeaderMap) -> Response {
    let Some(visitor) = demo.visitors.of(&headers) else { return see_other("/demo") };
    demo.visitors.forget(&headers);
    see_other(&demo.client.logout_url(&visitor))
}

fn page(page: &DemoPage) -> Response {
    let Some(html) = page.html() else { return StatusCode::INTERNAL_SERVER_ERROR.into_response() };
    let headers = [
        (header::CONTENT_SECURITY_POLICY, CSP),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    ];
    (headers, Html(html)).into_response()
}

fn see_other(location: &str) -> Response {
    match HeaderValue::from_str(location) {
        Ok(value) => (StatusCode::SEE_OTHER, [(header::LOCATION, value)]).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
