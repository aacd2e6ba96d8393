//! Who knocks, and under which request id.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::HeaderMap;
use axum::http::header;
use axum::http::request::Parts;
use gatehouse_domain::audit::Bounded;
use gatehouse_domain::ids::RequestId;
use gatehouse_flows::Ctx;
use gatehouse_flows::login::Browser;
use gatehouse_pages::Locale;

use crate::cookies;
use crate::web::{Proxies, Web};

/// The context of an operation and the secrets of the browser.
pub(crate) struct Visit {
    /// The context.
    pub(crate) cx: Ctx,
    /// The browser's secrets.
    pub(crate) browser: Browser,
    /// The languages that the browser asks for.
    pub(crate) accept_language: Option<String>,
}

impl FromRequestParts<Web> for Visit {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Self::Rejection> {
        let text = |name| parts.headers.get(name).and_then(|value| value.to_str().ok());
        let accept_language = text(header::ACCEPT_LANGUAGE).map(str::to_owned);
        let cx = Ctx {
            request: request_id(parts, web),
            now: web.idp.now(),
            address: address(parts, &web.proxies),
            user_agent: text(header::USER_AGENT).map(Bounded::new),
            locale: Locale::negotiate(None, accept_language.as_deref(), Locale::En),
        };
        Ok(Self { cx, browser: cookies::read(&parts.headers), accept_language })
    }
}

/// The id of a request: the one the outermost layer gave it.
pub(crate) fn request_id(parts: &Parts, web: &Web) -> RequestId {
    parts.extensions.get::<RequestId>().copied().unwrap_or_else(|| web.idp.new_request_id())
}

/// The peer's address; behind listed proxies, the right-most hop that is not one of them.
fn address(parts: &Parts, proxies: &Proxies) -> Option<IpAddr> {
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>()?.0.ip().to_canonical();
    if proxies.include(peer) { Some(forwarded(&parts.headers, proxies).unwrap_or(peer)) } else { Some(peer) }
}

fn forwarded(headers: &HeaderMap, proxies: &Proxies) -> Option<IpAddr> {
    let hops: Vec<&str> = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(','))
        .map(str::trim)
        .collect();
    for hop in hops.iter().rev() {
        let address: IpAddr = hop.parse().ok()?;
        if !proxies.include(address) {
            return Some(address.to_canonical());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn the_right_most_stranger_counts() {
        let proxies = Proxies::new(vec![("10.0.0.0".parse().unwrap(), 8)]);
        let mut headers = HeaderMap::new();
        headers.append("x-forwarded-for", HeaderValue::from_static("198.51.100.9, 203.0.113.7"));
        headers.append("x-forwarded-for", HeaderValue::from_static("10.0.0.3"));
        assert_eq!(forwarded(&headers, &proxies), Some("203.0.113.7".parse().unwrap()));
        headers.append("x-forwarded-for", HeaderValue::from_static("nonsense"));
        assert_eq!(forwarded(&headers, &proxies), None);
    }
}
