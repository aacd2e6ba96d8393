//! What every handler is given.

use std::net::IpAddr;
use std::sync::Arc;

use gatehouse_flows::Idp;

/// Networks whose forwarding headers are believed.
#[derive(Debug, Clone, Default)]
pub struct Proxies(Vec<(IpAddr, u8)>);

impl Proxies {
    /// Networks as address and prefix length.
    pub fn new(networks: Vec<(IpAddr, u8)>) -> Self {
        Self(networks)
    }

    /// Whether an address lies in one of the networks.
    pub fn include(&self, address: IpAddr) -> bool {
        self.0.iter().any(|(network, prefix)| same_network(*network, address.to_canonical(), *prefix))
    }
}

fn same_network(a: IpAddr, b: IpAddr, prefix: u8) -> bool {
    let bits = |address: IpAddr| match address {
        IpAddr::V4(v4) => (u128::from(v4.to_bits()) << 96, 32),
        IpAddr::V6(v6) => (v6.to_bits(), 128),
    };
    let ((a, width), (b, other)) = (bits(a), bits(b));
    let kept = u32::from(prefix.min(width));
    width == other && (kept == 0 || (a ^ b) >> (128 - kept) == 0)
}

/// The state of the router.
#[derive(Debug, Clone)]
pub struct Web {
    /// The use cases.
    pub idp: Idp,
    /// The proxies in front.
    pub proxies: Arc<Proxies>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_hold_their_own() {
        let proxies =
            Proxies::new(vec![("10.1.0.0".parse().unwrap(), 16), ("2001:db8::".parse().unwrap(), 32)]);
        for (address, inside) in [
            ("10.1.200.3", true),
            ("10.2.0.1", false),
            ("::ffff:10.1.0.9", true),
            ("2001:db8:5::1", true),
            ("2001:db9::1", false),
        ] {
            assert_eq!(proxies.include(address.parse().unwrap()), inside, "{address}");
        }
    }
}
