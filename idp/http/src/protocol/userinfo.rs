//! Userinfo (OIDC Core, section 5.3).

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use gatehouse_domain::oauth::Params;
use gatehouse_flows::Issuer;
use gatehouse_flows::oauth::BearerRefusal;

use super::cors::share;
use crate::fault::bearer_refused;
use crate::headers;
use crate::request::{At, BodyFault, Limit, Visit, form_if_any};
use crate::web::Web;

/// What the event log calls this endpoint.
const AREA: &str = "userinfo";

/// Why a request holds no token that could be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum NoToken {
    Missing,
    Malformed,
    TooLarge,
}

impl NoToken {
    const fn reason(self) -> &'static str {
        match self {
            Self::Missing => "token_missing",
            Self::Malformed => "malformed_request",
            Self::TooLarge => BodyFault::TooLarge.reason(),
        }
    }

    /// RFC 6750, section 3.1; a body over the limit by its own status (RFC 9110, section 15.5.14).
    fn answer(self, issuer: &Issuer) -> Response {
        let refusal = match self {
            Self::Missing => BearerRefusal::Missing,
            Self::Malformed | Self::TooLarge => BearerRefusal::Malformed,
        };
        let mut response = bearer_refused(&refusal, issuer.iss());
        if self == Self::TooLarge {
            *response.status_mut() = StatusCode::PAYLOAD_TOO_LARGE;
        }
        response
    }
}

/// GET, with the token in the header.
pub(crate) async fn userinfo(
    State(web): State<Web>,
    At(issuer): At,
    visit: Visit,
    headers: HeaderMap,
) -> Response {
    let token = from_header(&headers);
    tell(&web, &issuer, &visit, &headers, token).await
}

/// POST, with the token in the header or the body (RFC 6750, section 2.2), not in both.
pub(crate) async fn userinfo_post(
    State(web): State<Web>,
    At(issuer): At,
    visit: Visit,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let token = match form_if_any(&headers, body, Limit::PROTOCOL).await {
        Ok(params) => from_either(&headers, &params),
        Err(BodyFault::TooLarge) => Err(NoToken::TooLarge),
        Err(BodyFault::Type | BodyFault::Malformed) => Err(NoToken::Malformed),
    };
    tell(&web, &issuer, &visit, &headers, token).await
}

fn from_either(headers: &HeaderMap, params: &Params) -> Result<String, NoToken> {
    match (from_header(headers), params.get("access_token")) {
        _ if params.has_doubles() => Err(NoToken::Malformed),
        (Ok(_), Some(_)) => Err(NoToken::Malformed),
        (Err(NoToken::Missing), Some(token)) => Ok(token.to_owned()),
        (header, _) => header,
    }
}

async fn tell(
    web: &Web,
    issuer: &Issuer,
    visit: &Visit,
    headers: &HeaderMap,
    token: Result<String, NoToken>,
) -> Response {
    let (mut response, client_id) = match token {
        Ok(token) => told(web, issuer, visit, &token).await,
        Err(none) => {
            web.idp.refused(&visit.cx, issuer, AREA, none.reason(), None).await;
            (none.answer(issuer), None)
        }
    };
    share(web, issuer, headers, client_id.as_deref(), &mut response).await;
    response
}

async fn told(web: &Web, issuer: &Issuer, visit: &Visit, token: &str) -> (Response, Option<String>) {
    match web.idp.userinfo(&visit.cx, issuer, token).await {
        Ok(info) => {
            let mut response = Json(info.claims).into_response();
            headers::no_store(response.headers_mut());
            (response, Some(info.client_id))
        }
        Err(refusal) => {
            if let Some(reason) = reason(&refusal) {
                web.idp.refused(&visit.cx, issuer, AREA, reason, None).await;
            }
            (bearer_refused(&refusal, issuer.iss()), None)
        }
    }
}

/// Why a token was not let through, for the event log; nothing about failures of ours.
const fn reason(refusal: &BearerRefusal) -> Option<&'static str> {
    match refusal {
        BearerRefusal::Missing => Some(NoToken::Missing.reason()),
        BearerRefusal::Malformed => Some(NoToken::Malformed.reason()),
        BearerRefusal::Invalid => Some("invalid_token"),
        BearerRefusal::Scope => Some("insufficient_scope"),
        BearerRefusal::Fault(_) => None,
    }
}

fn from_header(headers: &HeaderMap) -> Result<String, NoToken> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    match (values.next(), values.next()) {
        (None, _) => Err(NoToken::Missing),
        (Some(only), None) => {
            let text = only.to_str().map_err(|_| NoToken::Malformed)?;
            let (scheme, token) = text.split_once(' ').ok_or(NoToken::Malformed)?;
            if scheme.eq_ignore_ascii_case("bearer") {
                Ok(token.trim().to_owned())
            } else {
                Err(NoToken::Missing)
            }
        }
        _ => Err(NoToken::Malformed),
    }
}
