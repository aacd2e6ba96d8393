//! The token endpoint and its neighbours: what an app calls itself.

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use gatehouse_domain::oauth::{ClientClaim, Params, TokenError, TokenRequest};
use gatehouse_flows::Issuer;
use gatehouse_flows::oauth::TokenRefusal;

use super::cors::share;
use crate::fault::token_refused;
use crate::headers;
use crate::request::{At, BodyFault, Limit, Visit, form};
use crate::web::Web;

/// POST `{iss}/oauth2/token` (RFC 6749, section 3.2).
pub(crate) async fn token(
    State(web): State<Web>,
    At(issuer): At,
    visit: Visit,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let (params, claim) = match read(&issuer, &headers, body).await {
        Ok(read) => read,
        Err(refused) => return refused,
    };
    let client_id = named(&claim);
    let made = match TokenRequest::read(&params) {
        Ok(request) => web.idp.token(&visit.cx, &issuer, claim, request).await,
        Err((error, description)) => Err(TokenRefusal::Refused { error, description, reason: None }),
    };
    let mut response = match made {
        Ok(answer) => {
            let mut response = Json(answer).into_response();
            headers::no_store(response.headers_mut());
            response
        }
        Err(refusal) => token_refused(&refusal, issuer.iss()),
    };
    share(&web, &issuer, &headers, client_id.as_deref(), &mut response).await;
    response
}

/// POST `{iss}/oauth2/introspect` (RFC 7662).
pub(crate) async fn introspect(
    State(web): State<Web>,
    At(issuer): At,
    visit: Visit,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let (params, claim) = match read(&issuer, &headers, body).await {
        Ok(read) => read,
        Err(refused) => return refused,
    };
    match web.idp.introspect(&visit.cx, &issuer, claim, params.get("token")).await {
        Ok(answer) => {
            let mut response = Json(answer).into_response();
            headers::no_store(response.headers_mut());
            response
        }
        Err(refusal) => token_refused(&refusal, issuer.iss()),
    }
}

/// POST `{iss}/oauth2/revoke` (RFC 7009).
pub(crate) async fn revoke(
    State(web): State<Web>,
    At(issuer): At,
    visit: Visit,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let (params, claim) = match read(&issuer, &headers, body).await {
        Ok(read) => read,
        Err(refused) => return refused,
    };
    let client_id = named(&claim);
    let mut response = match web.idp.revoke(&visit.cx, &issuer, claim, params.get("token")).await {
        Ok(()) => StatusCode::OK.into_response(),
        Err(refusal) => token_refused(&refusal, issuer.iss()),
    };
    headers::no_store(response.headers_mut());
    share(&web, &issuer, &headers, client_id.as_deref(), &mut response).await;
    response
}

async fn read(issuer: &Issuer, headers: &HeaderMap, body: Body) -> Result<(Params, ClientClaim), Response> {
    let refuse = |error, description| {
        token_refused(&TokenRefusal::Refused { error, description, reason: None }, issuer.iss())
    };
    let params = form(headers, body, Limit::PROTOCOL).await.map_err(|fault| match fault {
        BodyFault::Type => {
            refuse(TokenError::InvalidRequest, "the body must be application/x-www-form-urlencoded")
        }
        BodyFault::Malformed => refuse(TokenError::InvalidRequest, "the body is not form-encoded UTF-8"),
        BodyFault::TooLarge => {
            let mut response = refuse(TokenError::InvalidRequest, "the body is too large");
            *response.status_mut() = StatusCode::PAYLOAD_TOO_LARGE;
            response
        }
    })?;
    let mut sent = headers.get_all(header::AUTHORIZATION).iter();
    let authorization = sent.next().map(|value| value.to_str().unwrap_or_default());
    if sent.next().is_some() {
        return Err(refuse(TokenError::InvalidRequest, "Authorization was sent twice"));
    }
    let claim = ClientClaim::read(&params, authorization).map_err(|error| {
        let description = match error {
            TokenError::InvalidRequest => "a parameter was sent twice",
            _ => "client authentication failed",
        };
        refuse(error, description)
    })?;
    Ok((params, claim))
}

fn named(claim: &ClientClaim) -> Option<String> {
    match claim {
        ClientClaim::Basic { client_id, .. }
        | ClientClaim::Post { client_id, .. }
        | ClientClaim::Public { client_id } => Some(client_id.clone()),
        ClientClaim::Assertion { client_id, .. } => client_id.clone(),
    }
}
