//! The cookies: the pre-session secret that flows are bound to, the handle of the browser's sessions, and the tokens of mailed
//! links and invitations between two clicks.

use axum::http::{HeaderMap, HeaderValue, header};
use gatehouse_domain::secret::Secret;
use gatehouse_flows::login::Browser;

/// The name of the pre-session cookie.
pub(crate) const PRE_SESSION: &str = "__Host-gh_pre";
/// The name of the browser handle of the pooled cell.
pub(crate) const HANDLE: &str = "__Host-gh_pool";

/// The name of the cookie that holds the tokens of mailed links between their opening and their confirmation.
pub(crate) const LINK: &str = "__Host-gh_link";

/// The name of the cookie that holds the token of an invitation between its opening and its answer.
pub(crate) const INVITATION: &str = "__Host-gh_invite";

/// The token of an invitation that this browser has opened.
pub(crate) fn invitation(headers: &HeaderMap) -> Option<Secret<String>> {
    single(headers, INVITATION, LONGEST)
}

/// Reads both. A name that was sent twice is not read: a cookie planted beside ours must not be picked up.
pub(crate) fn read(headers: &HeaderMap) -> Browser {
    Browser { pre: single(headers, PRE_SESSION, LONGEST), handle: single(headers, HANDLE, LONGEST) }
}

/// The longest value of a cookie that holds one handle.
const LONGEST: usize = 256;

/// The value of a cookie that was sent once and is not too long.
pub(crate) fn single(headers: &HeaderMap, name: &str, longest: usize) -> Option<Secret<String>> {
    let mut found = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(key, _)| *key == name)
        .map(|(_, value)| value);
    match (found.next(), found.next()) {
        (Some(only), None) if only.len() <= longest => Some(Secret::new(only.to_owned())),
        _ => None,
    }
}

/// A `Set-Cookie` value (RFC 6265): this host only, over TLS only, unreadable for scripts, not sent with posts from
/// other sites. The pre-session lives as long as the browser runs.
pub(crate) fn set(name: &str, value: &Secret<String>, max_age: Option<u32>) -> Option<HeaderValue> {
    let life = max_age.map(|seconds| format!("; Max-Age={seconds}")).unwrap_or_default();
    let text = format!("{name}={}; Path=/; Secure; HttpOnly; SameSite=Lax{life}", value.expose());
    let mut header = HeaderValue::from_str(&text).ok()?;
    header.set_sensitive(true);
    Some(header)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_doubled_cookie_counts_as_none() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, HeaderValue::from_static("a=b; __Host-gh_pre=x; c=d"));
        assert_eq!(read(&headers).pre.map(|value| value.expose().clone()).as_deref(), Some("x"));
        headers.append(header::COOKIE, HeaderValue::from_static("__Host-gh_pre=y"));
        assert!(read(&headers).pre.is_none());
    }

    #[test]
    fn cookies_are_locked_down() {
        let value = set(HANDLE, &Secret::new("v".to_owned()), Some(60)).unwrap();
        assert_eq!(
            value.to_str().unwrap(),
            "__Host-gh_pool=v; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=60"
        );
    }
}
