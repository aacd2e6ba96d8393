//! Which addresses may be called.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

/// What is allowed beyond public addresses over https.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rule {
    /// Loopback addresses, and plain http to them: for development.
    pub(crate) loopback: bool,
}

impl Rule {
    /// Whether an address may be connected to. Addresses that only wrap another (IPv4-mapped, NAT64) are judged by what
    /// they wrap.
    pub(crate) fn allows(self, address: IpAddr) -> bool {
        let address = unwrapped(address);
        if address.is_loopback() {
            return self.loopback;
        }
        match address {
            IpAddr::V4(v4) => is_public_v4(v4),
            IpAddr::V6(v6) => is_public_v6(v6),
        }
    }

    /// Whether a URL may be called at all: its scheme, port, user part and, where the host is an address, that address.
    /// Names are judged when they are resolved.
    pub(crate) fn allows_url(self, url: &Url) -> bool {
        if !url.username().is_empty() || url.password().is_some() {
            return false;
        }
        let named_here = matches!(url.host(), Some(Host::Domain("localhost")));
        let here = named_here
            || match url.host() {
                Some(Host::Ipv4(v4)) => v4.is_loopback(),
                Some(Host::Ipv6(v6)) => v6.is_loopback(),
                _ => false,
            };
        if here {
            return self.loopback && matches!(url.scheme(), "http" | "https");
        }
        let literal = match url.host() {
            Some(Host::Ipv4(v4)) => self.allows(IpAddr::V4(v4)),
            Some(Host::Ipv6(v6)) => self.allows(IpAddr::V6(v6)),
            Some(Host::Domain(name)) => !name.ends_with('.'),
            None => false,
        };
        literal && url.scheme() == "https" && url.port_or_known_default() == Some(443)
    }
}

fn unwrapped(address: IpAddr) -> IpAddr {
    let IpAddr::V6(v6) = address else { return address };
    if let Some(v4) = v6.to_ipv4_mapped() {
        return IpAddr::V4(v4);
    }
    match v6.segments() {
        // The well-known NAT64 prefix (RFC 6052, section 2.1) and the deprecated IPv4-compatible form.
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0, 0, 0, 0, 0, 0, high, low]
            if v6 != Ipv6Addr::LOCALHOST =>
        {
            let [a, b] = high.to_be_bytes();
            let [c, d] = low.to_be_bytes();
            IpAddr::V4(Ipv4Addr::new(a, b, c, d))
        }
        _ => address,
    }
}

/// Not one of the special-purpose blocks (RFC 6890 and its registry).
fn is_public_v4(v4: Ipv4Addr) -> bool {
    let [a, b, c, _] = v4.octets();
    let special = v4.is_private()
        || v4.is_link_local()
        || v4.is_broadcast()
        || v4.is_documentation()
        || v4.is_multicast()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && (b == 18 || b == 19));
    !special
}

/// Global unicast (2000::/3) without its special blocks.
fn is_public_v6(v6: Ipv6Addr) -> bool {
    let [first, second, ..] = v6.segments();
    let global = first & 0xe000 == 0x2000;
    let special =
        matches!((first, second), (0x2001, 0..=0x1ff) | (0x2001, 0xdb8) | (0x2002, _) | (0x3fff, 0..=0xfff));
    global && !special
}

#[cfg(test)]
mod tests {
    use super::*;

    const STRICT: Rule = Rule { loopback: false };
    const DEV: Rule = Rule { loopback: true };

    #[test]
    fn inner_addresses_are_refused_in_every_spelling() {
        for text in [
            "127.0.0.1",
            "10.0.0.1",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
            "255.255.255.255",
            "192.0.2.1",
            "198.18.0.1",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "fd00::1",
            "ff02::1",
            "2001:db8::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::a00:1",
            "::7f00:1",
            "2002:7f00:1::",
            "2001::1",
        ] {
            assert!(!STRICT.allows(text.parse().unwrap()), "{text}");
        }
        for text in ["93.184.216.34", "2606:2800:220:1::1", "64:ff9b::5db8:d822"] {
            assert!(STRICT.allows(text.parse().unwrap()), "{text}");
        }
        assert!(DEV.allows("127.0.0.1".parse().unwrap()));
        assert!(!DEV.allows("10.0.0.1".parse().unwrap()));
    }

    #[test]
    fn urls_are_judged_before_anything_is_resolved() {
        for text in [
            "http://app.example/x",
            "https://app.example:8443/x",
            "https://127.0.0.1/x",
            "https://2130706433/x",
            "https://0x7f.1/x",
            "https://localhost/x",
            "https://localhost./x",
            "https://[::1]/x",
            "https://u:p@app.example/x",
            "ftp://app.example/x",
            "file:///etc/passwd",
        ] {
            assert!(!STRICT.allows_url(&text.parse().unwrap()), "{text}");
        }
        assert!(STRICT.allows_url(&"https://app.example/x".parse().unwrap()));
        assert!(DEV.allows_url(&"http://localhost:4100/x".parse().unwrap()));
        assert!(DEV.allows_url(&"http://127.0.0.1:4100/x".parse().unwrap()));
        assert!(!DEV.allows_url(&"http://10.0.0.1/x".parse().unwrap()));
    }
}
