//! Redirect URIs: registered exactly, compared exactly (RFC 9700, section 4.1.3), but for the port of a loopback
//! address (RFC 8252, section 7.3).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use url::{Host, Url};

/// A registered redirect or post-logout URI.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RedirectUri(String);

/// Why a text cannot be registered as a redirect URI.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadRedirect {
    /// Not an absolute URI in its normal form.
    #[error(
        "a redirect URI is an absolute URI, written without user, fragment, wildcard, backslash or dot segments"
    )]
    Form,
    /// A scheme that is neither https, nor http on this machine, nor private to an application.
    #[error(
        "the scheme must be https, http for localhost or a loopback address, or a private one with a dot"
    )]
    Scheme,
}

impl RedirectUri {
    /// The text as registered.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether any program on the person's device may answer to it: http on the device itself, or a private scheme (RFC 8252,
    /// section 8.6).
    pub fn is_anybodys(&self) -> bool {
        !self.0.starts_with("https://")
    }

    /// Whether a URI that a request presents is this one: equal byte for byte; where this one is http on a loopback
    /// address, the presented one may carry any port.
    pub fn matches(&self, presented: &str) -> bool {
        if self.0 == presented {
            return true;
        }
        let Some((head, tail)) = loopback_parts(&self.0) else { return false };
        let Some((other_head, other_tail)) = loopback_parts(presented) else { return false };
        head == other_head && tail == other_tail
    }

    /// What a browser must be let go to for this URI: an origin, or a bare scheme for private ones.
    pub fn destination(presented: &str) -> Option<String> {
        let url = Url::parse(presented).ok()?;
        match url.scheme() {
            "http" | "https" => Some(url.origin().ascii_serialization()),
            private => Some(format!("{private}:")),
        }
    }
}

/// Splits `http://127.0.0.1:PORT/rest` into what stands before and behind the port.
fn loopback_parts(uri: &str) -> Option<(&'static str, &str)> {
    const HEADS: [&str; 2] = ["http://127.0.0.1", "http://[::1]"];
    let (head, rest) = HEADS.iter().find_map(|head| uri.strip_prefix(head).map(|rest| (*head, rest)))?;
    let tail = match rest.strip_prefix(':') {
        None => rest,
        Some(with_port) => {
            let digits = with_port.bytes().take_while(u8::is_ascii_digit).count();
            let (port, tail) = with_port.split_at_checked(digits)?;
            port.parse::<u16>().ok().filter(|port| *port > 0)?;
            tail
        }
    };
    (tail.is_empty() || tail.starts_with(['/', '?'])).then_some((head, tail))
}

impl FromStr for RedirectUri {
    type Err = BadRedirect;

    fn from_str(text: &str) -> Result<Self, BadRedirect> {
        let url = Url::parse(text).map_err(|_| BadRedirect::Form)?;
        let odd = text.contains(['*', '\\', '#']) || text.bytes().any(|b| b <= b' ' || b >= 0x7f);
        let users = !url.username().is_empty() || url.password().is_some();
        let normal = url.as_str() == text || url.as_str().strip_suffix('/') == Some(text);
        let dots = text
            .split(['/', '?'])
            .any(|part| matches!(part.to_ascii_lowercase().as_str(), "." | ".." | "%2e" | "%2e%2e"));
        if odd || users || !normal || dots || text.len() > 2048 {
            return Err(BadRedirect::Form);
        }
        let local = match url.host() {
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            Some(Host::Domain(name)) => name == "localhost",
            None => false,
        };
        let allowed = match url.scheme() {
            "https" => url.host().is_some(),
            "http" => local,
            private => private.contains('.') && url.host().is_none(),
        };
        if allowed { Ok(Self(text.to_owned())) } else { Err(BadRedirect::Scheme) }
    }
}

impl TryFrom<String> for RedirectUri {
    type Error = BadRedirect;

    fn try_from(text: String) -> Result<Self, BadRedirect> {
        text.parse()
    }
}

impl From<RedirectUri> for String {
    fn from(uri: RedirectUri) -> Self {
        uri.0
    }
}

impl fmt::Display for RedirectUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bent_uris_do_not_match() {
        let registered: RedirectUri = "https://app.example/cb".parse().unwrap();
        assert!(registered.matches("https://app.example/cb"));
        for bent in [
            "https://app.example/cb/",
            "https://app.example/cb?x=1",
            "https://app.example/../cb",
            "https://app.example/%63b",
            "https://user@app.example/cb",
            "https://app.example:443/cb",
            "https://APP.example/cb",
            "https://app.example\\cb",
            "https://app.example/cb#f",
            "http://app.example/cb",
            "https://app.example.evil.example/cb",
            "https://app.example",
        ] {
            assert!(!registered.matches(bent), "{bent}");
        }
    }

    #[test]
    fn loopback_addresses_take_any_port_and_nothing_else() {
        let registered: RedirectUri = "http://127.0.0.1/callback".parse().unwrap();
        assert!(registered.matches("http://127.0.0.1:51004/callback"));
        for bent in [
            "http://localhost:51004/callback",
            "http://127.0.0.1:51004/callback/x",
            "http://127.0.0.1:/callback",
            "http://127.0.0.1:99999/callback",
            "http://127.0.0.1:80@evil.example/callback",
            "https://127.0.0.1:1/callback",
            "http://127.0.0.1.evil.example/callback",
            "http://[::1]:5/callback",
        ] {
            assert!(!registered.matches(bent), "{bent}");
        }
        let named: RedirectUri = "http://localhost:8080/demo/callback".parse().unwrap();
        assert!(!named.matches("http://localhost:8081/demo/callback"));
    }

    #[test]
    fn only_sane_uris_are_registered() {
        for good in
            ["https://app.example", "https://app.example/cb?a=b", "com.example.app:/cb", "http://[::1]/cb"]
        {
            assert!(good.parse::<RedirectUri>().is_ok(), "{good}");
        }
        for bad in [
            "",
            "/cb",
            "app.example/cb",
            "https://*.app.example/cb",
            "https://app.example/cb#f",
            "https://a@app.example/cb",
            "http://app.example/cb",
            "javascript:alert(1)",
            "data:text/html,x",
            "https://app.example/a/../b",
            "custom://host/cb",
            "https://app.example/a/%2e%2e/b",
            "https://app.example\\b",
            "com.example.app://host/cb",
            "https:app.example/cb",
        ] {
            assert!(bad.parse::<RedirectUri>().is_err(), "{bad}");
        }
    }
}
