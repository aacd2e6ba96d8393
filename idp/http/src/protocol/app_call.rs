//! What an app sends to an endpoint that it calls itself, read once: the issuer, the form and who it says it is.

use axum::extract::{FromRequest, FromRequestParts as _, Request};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use gatehouse_domain::oauth::{ClientClaim, Params, TokenError};
use gatehouse_flows::oauth::TokenRefusal;
use gatehouse_flows::{Ctx, Issuer};

use super::cors::share;
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
        let read = match form(&parts.headers, body, Limit::PROTOCOL).await {
            Ok(params) => claim(&parts.headers, &params).map(|claim| (params, claim)),
            Err(fault) => Err(Refusal::of(fault)),
        };
        match read {
            Ok((params, claim)) => Ok(Self { issuer, cx: visit.cx, headers: parts.headers, params, claim }),
            Err(refusal) => {
                let mut response = refusal.answer(&issuer);
                // Pages may read why, as they may read every other answer of these endpoints.
                if !parts.uri.path().ends_with("/introspect") {
                    share(web, &issuer, &parts.headers, None, &mut response).await;
                }
                Err(response)
            }
        }
    }
}

/// Why a call is not looked at.
struct Refusal {
    error: TokenError,
    description: &'static str,
    status: Option<StatusCode>,
}

impl Refusal {
    const fn new(error: TokenError, description: &'static str) -> Self {
        Self { error, description, status: None }
    }

    const fn of(fault: BodyFault) -> Self {
        let description = match fault {
            BodyFault::Type => "the body must be application/x-www-form-urlencoded",
            BodyFault::Malformed => "the body is not form-encoded UTF-8",
            BodyFault::TooLarge => "the body is too large",
        };
        let status = match fault {
            BodyFault::TooLarge => Some(StatusCode::PAYLOAD_TOO_LARGE),
            BodyFault::Type | BodyFault::Malformed => None,
        };
        Self { error: TokenError::InvalidRequest, description, status }
    }

    fn answer(&self, issuer: &Issuer) -> Response {
        let refused =
            TokenRefusal::Refused { error: self.error, description: self.description, reason: None };
        let mut response = token_refused(&refused, issuer.iss());
        if let Some(status) = self.status {
            *response.status_mut() = status;
        }
        response
    }
}

fn claim(headers: &HeaderMap, params: &Params) -> Result<ClientClaim, Refusal> {
    let mut sent = headers.get_all(header::AUTHORIZATION).iter();
    let authorization = sent.next().map(|value| value.to_str().unwrap_or_default());
    if sent.next().is_some() {
        return Err(Refusal::new(TokenError::InvalidRequest, "Authorization was sent twice"));
    }
    ClientClaim::read(params, authorization).map_err(|error| match error {
        TokenError::InvalidRequest => Refusal::new(error, "a parameter was sent twice"),
        _ => Refusal::new(error, "client authentication failed"),
    })
}
