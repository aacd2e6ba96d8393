//! What an app sends to an endpoint that it calls itself, read once: the issuer, the form and who it says it is.

use axum::extract::{FromRequest, FromRequestParts as _, Request};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use gatehouse_domain::oauth::{ClientClaim, Params, TokenError};
use gatehouse_flows::oauth::TokenRefusal;
use gatehouse_flows::{Ctx, Issuer};

use crate::fault::token_refused;
use crate::request::{At, BodyFault, Limit, Visit, form};
use crate::web::Web;

/// A call of the token endpoint or one of its neighbours.
pub(crate) struct AppCall {
    /// The issuer that is called.
    pub(crate) issuer: Issuer,
    /// The context of the operation.
    pub(crate) cx: Ctx,
    /// The request's headers.
    pub(crate) headers: HeaderMap,
    /// The form.
    pub(crate) params: Params,
    /// How the app names and proves itself (RFC 6749, section 2.3), not yet believed.
    pub(crate) claim: ClientClaim,
}

impl FromRequest<Web> for AppCall {
    type Rejection = Response;

    async fn from_request(request: Request, web: &Web) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let At(issuer) = At::from_request_parts(&mut parts, web).await?;
        let Ok(visit) = Visit::from_request_parts(&mut parts, web).await;
        let refuse = |error, description| {
            token_refused(&TokenRefusal::Refused { error, description, reason: None }, issuer.iss())
        };
        let params = form(&parts.headers, body, Limit::PROTOCOL).await.map_err(|fault| match fault {
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
        let claim =
            claim(&parts.headers, &params).map_err(|(error, description)| refuse(error, description))?;
        Ok(Self { issuer, cx: visit.cx, headers: parts.headers, params, claim })
    }
}

fn claim(headers: &HeaderMap, params: &Params) -> Result<ClientClaim, (TokenError, &'static str)> {
    let mut sent = headers.get_all(header::AUTHORIZATION).iter();
    let authorization = sent.next().map(|value| value.to_str().unwrap_or_default());
    if sent.next().is_some() {
        return Err((TokenError::InvalidRequest, "Authorization was sent twice"));
    }
    ClientClaim::read(params, authorization).map_err(|error| match error {
        TokenError::InvalidRequest => (error, "a parameter was sent twice"),
        _ => (error, "client authentication failed"),
    })
}
