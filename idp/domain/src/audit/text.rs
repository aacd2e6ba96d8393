//! Text and networks as they may stand in an event.

use std::net::IpAddr;

use serde::Serialize;

/// Text of at most 256 characters in which nothing can forge a line, a colour or a direction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Bounded(String);

impl Bounded {
    /// Cuts and escapes.
    pub fn new(text: &str) -> Self {
        let hostile = |c: char| {
            c.is_control()
                || matches!(c, '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{200E}' | '\u{200F}' | '\u{061C}')
        };
        Self(
            text.chars()
                .take(256)
                .flat_map(|c| if hostile(c) { c.escape_unicode().collect::<Vec<_>>() } else { vec![c] })
                .take(512)
                .collect(),
        )
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A network as coarse as it may stand in clear: /24 of IPv4, /48 of IPv6.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Network(IpAddr);

impl Network {
    /// The network of an address; an IPv4-mapped IPv6 address counts as IPv4.
    pub fn of(address: IpAddr) -> Self {
        Self(match address.to_canonical() {
            IpAddr::V4(v4) => {
                let [a, b, c, _] = v4.octets();
                IpAddr::from([a, b, c, 0])
            }
            IpAddr::V6(v6) => {
                let [a, b, c, ..] = v6.segments();
                IpAddr::from([a, b, c, 0, 0, 0, 0, 0])
            }
        })
    }
}

impl std::fmt::Display for Network {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.0, if self.0.is_ipv4() { 24 } else { 48 })
    }
}

impl Serialize for Network {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_one_harmless_line() {
        let text = Bounded::new("a\r\n\u{1b}[31mb\u{202e}c");
        assert!(!text.as_str().chars().any(char::is_control));
        assert_eq!(text.as_str().lines().count(), 1);
        assert!(Bounded::new(&"x".repeat(10_000)).as_str().len() <= 512);
    }

    #[test]
    fn networks_are_coarse() {
        let of = |text: &str| Network::of(text.parse().unwrap()).to_string();
        assert_eq!(of("192.0.2.77"), "192.0.2.0/24");
        assert_eq!(of("::ffff:192.0.2.77"), "192.0.2.0/24");
        assert_eq!(of("2001:db8:1:2::3"), "2001:db8:1::/48");
    }
}
