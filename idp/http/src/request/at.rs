//! The issuer that a request is addressed to: from the host and the path, and from nothing else.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{StatusCode, Uri, header};
use axum::response::Response;
use gatehouse_flows::Issuer;

use crate::fault::{Surface, unknown_issuer, wrong_host};
use crate::web::Web;

/// The issuer of this request.
pub(crate) struct At(pub(crate) Issuer);

impl FromRequestParts<Web> for At {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Response> {
        let surface = Surface::of(parts.uri.path());
        let authority = web.idp.base().authority();
        match host(parts) {
            Some(named) if named == authority => {}
            Some(_) => return Err(wrong_host(parts, web, surface, StatusCode::MISDIRECTED_REQUEST)),
            None => return Err(wrong_host(parts, web, surface, StatusCode::BAD_REQUEST)),
        }
        let found = web.idp.issuer(slug(&parts.uri)).await;
        match found {
            Ok(Some(issuer)) => Ok(Self(issuer)),
            Ok(None) => Err(unknown_issuer(parts, web, surface)),
            Err(fault) => Err(surface.broken(parts, web, &fault)),
        }
    }
}

/// The host that the request names: the one `Host` header, or the authority of an HTTP/2 request.
fn host(parts: &Parts) -> Option<&str> {
    let mut hosts = parts.headers.get_all(header::HOST).iter();
    match (parts.uri.authority(), hosts.next(), hosts.next()) {
        (Some(authority), None, None) => Some(authority.as_str()),
        (None, Some(only), None) => only.to_str().ok(),
        (Some(authority), Some(only), None) if only.as_bytes() == authority.as_str().as_bytes() => {
            Some(authority.as_str())
        }
        _ => None,
    }
}

/// The slug in `/t/{slug}/…`, or behind a well-known prefix (RFC 8414, section 3.1).
fn slug(uri: &Uri) -> Option<&str> {
    let path = uri.path();
    let rest = path.strip_prefix("/.well-known/oauth-authorization-server").unwrap_or(path);
    rest.strip_prefix("/t/").and_then(|rest| rest.split('/').next())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slug_stands_in_the_path_alone() {
        let slug_of = |path: &'static str| slug(&Uri::from_static(path)).map(str::to_owned);
        assert_eq!(slug_of("/t/acme/oauth2/token").as_deref(), Some("acme"));
        assert_eq!(slug_of("/.well-known/oauth-authorization-server/t/acme").as_deref(), Some("acme"));
        assert_eq!(slug_of("/oauth2/token?organization=acme"), None);
        assert_eq!(slug_of("/"), None);
    }
}
