//! The token endpoint and its neighbours: what an app calls itself.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use gatehouse_domain::oauth::{ClientClaim, TokenRequest};
use gatehouse_flows::Issuer;
use gatehouse_flows::oauth::TokenRefusal;

use super::app_call::AppCall;
use super::cors::share;
use crate::fault::token_refused;
use crate::headers;
use crate::web::Web;

/// POST `{iss}/oauth2/token` (RFC 6749, section 3.2).
pub(crate) async fn token(State(web): State<Web>, call: AppCall) -> Response {
    let AppCall { issuer, cx, headers, params, claim } = call;
    let client_id = named(&claim);
    let made = match TokenRequest::read(&params) {
        Ok(request) => web.idp.token(&cx, &issuer, claim, request).await,
        Err((error, description)) => {
            web.idp.refused(&cx, &issuer, "token", error.as_str(), None).await;
            Err(TokenRefusal::Refused { error, description, reason: None })
        }
    };
    let mut response = answered(&issuer, made.map(Json));
    share(&web, &issuer, &headers, client_id.as_deref(), &mut response).await;
    response
}

/// POST `{iss}/oauth2/introspect` (RFC 7662).
pub(crate) async fn introspect(State(web): State<Web>, call: AppCall) -> Response {
    let AppCall { issuer, cx, params, claim, .. } = call;
    let made = web.idp.introspect(&cx, &issuer, claim, params.get("token")).await;
    answered(&issuer, made.map(Json))
}

/// POST `{iss}/oauth2/revoke` (RFC 7009).
pub(crate) async fn revoke(State(web): State<Web>, call: AppCall) -> Response {
    let AppCall { issuer, cx, headers, params, claim } = call;
    let client_id = named(&claim);
    let ended = web.idp.revoke(&cx, &issuer, claim, params.get("token")).await;
    let mut response = answered(&issuer, ended.map(|()| StatusCode::OK));
    share(&web, &issuer, &headers, client_id.as_deref(), &mut response).await;
    response
}

/// Nothing that these endpoints say may be kept by a cache (RFC 6749, section 5.1).
fn answered(issuer: &Issuer, made: Result<impl IntoResponse, TokenRefusal>) -> Response {
    let mut response = match made {
        Ok(answer) => answer.into_response(),
        Err(refusal) => token_refused(&refusal, issuer.iss()),
    };
    headers::no_store(response.headers_mut());
    response
}

fn named(claim: &ClientClaim) -> Option<String> {
    match claim {
        ClientClaim::Basic { client_id, .. }
        | ClientClaim::Post { client_id, .. }
        | ClientClaim::Public { client_id } => Some(client_id.clone()),
        ClientClaim::Assertion { client_id, .. } => client_id.clone(),
    }
}
