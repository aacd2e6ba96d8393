//! Userinfo (OIDC Core, section 5.3).

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse as _, Response};
use gatehouse_domain::oauth::Params;
use gatehouse_flows::Issuer;
use gatehouse_flows::oauth::BearerRefusal;

use super::cors::share;
use crate::fault::bearer_refused;
use crate::headers;
use crate::request::{At, Limit, Visit, form};
use crate::web::Web;

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
    let params = if headers.contains_key(header::CONTENT_TYPE) {
        form(&headers, body, Limit::PROTOCOL).await.unwrap_or_default()
    } else {
        Params::default()
    };
    let in_body = params.get("access_token").map(str::to_owned);
    let token = match (from_header(&headers), in_body) {
        _ if params.has_doubles() => Err(BearerRefusal::Malformed),
        (Ok(_), Some(_)) => Err(BearerRefusal::Malformed),
        (Err(BearerRefusal::Missing), Some(token)) => Ok(token),
        (header, _) => header,
    };
    tell(&web, &issuer, &visit, &headers, token).await
}

async fn tell(
    web: &Web,
    issuer: &Issuer,
    visit: &Visit,
    headers: &HeaderMap,
    token: Result<String, BearerRefusal>,
) -> Response {
    let told = match token {
        Ok(token) => web.idp.userinfo(&visit.cx, issuer, &token).await,
        Err(refusal) => Err(refusal),
    };
    let (mut response, client_id) = match told {
        Ok(info) => {
            let mut response = Json(info.claims).into_response();
            headers::no_store(response.headers_mut());
            (response, Some(info.client_id))
        }
        Err(refusal) => (bearer_refused(&refusal, issuer.iss()), None),
    };
    share(web, issuer, headers, client_id.as_deref(), &mut response).await;
    response
}

fn from_header(headers: &HeaderMap) -> Result<String, BearerRefusal> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    match (values.next(), values.next()) {
        (None, _) => Err(BearerRefusal::Missing),
        (Some(only), None) => {
            let text = only.to_str().map_err(|_| BearerRefusal::Malformed)?;
            let (scheme, token) = text.split_once(' ').ok_or(BearerRefusal::Malformed)?;
            if scheme.eq_ignore_ascii_case("bearer") {
                Ok(token.trim().to_owned())
            } else {
                Err(BearerRefusal::Missing)
            }
        }
        _ => Err(BearerRefusal::Malformed),
    }
}
