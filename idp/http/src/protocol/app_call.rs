//! What an app sends to an endpoint that it calls itself, read once: the issuer, the form and who it says it is.

use axum::extract::{FromRequest, FromRequestParts as _, Request};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use gatehouse_domain::oauth::{ClientClaim, Params, TokenError};
use gatehouse_flows::oauth::TokenRefusal;
use gatehouse_flows::{Ctx, Issuer};

use super::cors::share;
use crate::fault::token_refused;
use crate::request::{At, BodyFault, DOUBLED, Limit, Visit, form};
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
                let area = area(parts.uri.path());
                let concerned = if refusal.of_client { "client_authentication" } else { area };
                web.idp.refused(&visit.cx, &issuer, concerned, refusal.reason, None).await;
                let mut response = refusal.answer(&issuer);
                // Pages may read why, as they may read every other answer of these endpoints.
                if area != INTROSPECTION {
                    share(web, &issuer, &parts.headers, None, &mut response).await;
                }
                Err(response)
            }
        }
    }
}

const INTROSPECTION: &str = "introspection";

/// What the event log calls the endpoint at a path.
fn area(path: &str) -> &'static str {
    match path.rsplit('/').next() {
        Some("introspect") => INTROSPECTION,
        Some("revoke") => "revocation",
        _ => "token",
    }
}

/// Why a call is not looked at.
struct Refusal {
    error: TokenError,
    description: &'static str,
    reason: &'static str,
    /// Whether it concerns how the app proves itself.
    of_client: bool,
    status: Option<StatusCode>,
}

impl Refusal {
    const fn of(fault: BodyFault) -> Self {
        let (description, status) = match fault {
            BodyFault::Type => ("the body must be application/x-www-form-urlencoded", None),
            BodyFault::Malformed => ("the body is not form-encoded UTF-8", None),
            BodyFault::TooLarge => ("the body is too large", Some(StatusCode::PAYLOAD_TOO_LARGE)),
        };
        let reason = fault.reason();
        Self { error: TokenError::InvalidRequest, description, reason, of_client: false, status }
    }

    const fn of_client(error: TokenError, description: &'static str, reason: &'static str) -> Self {
        Self { error, description, reason, of_client: true, status: None }
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
        let description = "Authorization was sent twice";
        return Err(Refusal::of_client(TokenError::InvalidRequest, description, "authorization_twice"));
    }
    ClientClaim::read(params, authorization).map_err(|error| match error {
        TokenError::InvalidRequest => {
            let of_client = Refusal::of_client(error, "a parameter was sent twice", DOUBLED);
            Refusal { of_client: false, ..of_client }
        }
        _ => Refusal::of_client(error, "client authentication failed", "malformed_claim"),
    })
}
