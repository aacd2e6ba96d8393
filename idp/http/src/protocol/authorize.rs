//! The authorization endpoint (RFC 6749, section 3.1), by GET and POST.

use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use gatehouse_domain::oauth::Params;
use gatehouse_flows::Issuer;
use gatehouse_flows::login::Authorized;
use gatehouse_pages::TextId;

use crate::answer::{answer, see_other};
use crate::fault::{Frame, stopped};
use crate::hosted::begin;
use crate::request::{At, BodyFault, DOUBLED, Limit, MALFORMED, Visit, form};
use crate::web::Web;

/// GET: acts only on a live session of this browser, and otherwise begins a flow.
pub(crate) async fn authorize(
    State(web): State<Web>,
    At(issuer): At,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Response {
    match Params::read(query.unwrap_or_default().as_bytes()) {
        Ok(params) => run(&web, &issuer, &visit, &params).await,
        Err(_) => refuse(&web, &issuer, &visit, MALFORMED, TextId::InvalidRequest).await,
    }
}

/// POST (OIDC Core, section 3.1.2.1). From another site it carries no cookie, so the browser is asked to come back by
/// GET, where it does.
pub(crate) async fn authorize_post(
    State(web): State<Web>,
    At(issuer): At,
    visit: Visit,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let cross = headers.get("sec-fetch-site").is_none_or(|site| site != "same-origin");
    match form(&headers, body, Limit::PROTOCOL).await {
        Ok(params) if cross => match params.to_query() {
            Some(query) => see_other(&format!("{}/oauth2/authorize?{query}", issuer.path())),
            None => refuse(&web, &issuer, &visit, DOUBLED, TextId::InvalidRequest).await,
        },
        Ok(params) => run(&web, &issuer, &visit, &params).await,
        Err(fault) => {
            let text = match fault {
                BodyFault::TooLarge => TextId::RequestTooLarge,
                BodyFault::Type | BodyFault::Malformed => TextId::InvalidRequest,
            };
            refuse(&web, &issuer, &visit, fault.reason(), text).await
        }
    }
}

async fn refuse(web: &Web, issuer: &Issuer, visit: &Visit, reason: &'static str, text: TextId) -> Response {
    web.idp.refused(&visit.cx, issuer, "authorize", reason, None).await;
    Frame::of(web, issuer, visit).error(text, None)
}

async fn run(web: &Web, issuer: &Issuer, visit: &Visit, params: &Params) -> Response {
    match web.idp.authorize(&visit.cx, issuer, &visit.browser, params).await {
        Ok(Authorized::Answer(to_app)) => answer(&Frame::of(web, issuer, visit), &to_app),
        Ok(Authorized::Begin(started)) => begin(issuer, &started.flow, started.pre.as_ref()),
        Err(stop) => stopped(&Frame::of(web, issuer, visit), issuer, &stop),
    }
}
