//! Who may hold a connection: a number for all, and a share for one source.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ipnet::IpNet;

use super::Terms;

/// The places of a listener.
#[derive(Debug)]
pub(super) struct Admission {
    connections: usize,
    per_source: usize,
    trusted: Vec<IpNet>,
    held: Mutex<Held>,
}

/// Why a connection is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// Every place is taken.
    Full,
    /// Its source holds its share already.
    Source,
}

/// A place, given back when dropped.
#[derive(Debug)]
pub(super) struct Place {
    admission: Arc<Admission>,
    source: Option<Source>,
}

#[derive(Debug, Default)]
struct Held {
    total: usize,
    by_source: HashMap<Source, usize>,
}

/// What one subscriber usually has to himself: an IPv4 address, or an IPv6 /64.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Source {
    V4(Ipv4Addr),
    V6([u16; 4]),
}

impl Admission {
    pub(super) fn new(terms: &Terms) -> Self {
        Self {
            connections: terms.bounds.connections,
            per_source: terms.per_source,
            trusted: terms.trusted.clone(),
            held: Mutex::default(),
        }
    }

    /// Takes a place for a connection from `address`.
    pub(super) fn admit(self: &Arc<Self>, address: IpAddr) -> Result<Place, Refusal> {
        // A socket for both families shows IPv4 peers as mapped addresses.
        let address = address.to_canonical();
        let trusted = self.trusted.iter().any(|net| net.contains(&address));
        let source = (!trusted).then(|| Source::of(address));
        let mut held = self.held();
        if held.total >= self.connections {
            return Err(Refusal::Full);
        }
        if let Some(source) = source {
            let count = held.by_source.get(&source).copied().unwrap_or(0);
            if count >= self.per_source {
                return Err(Refusal::Source);
            }
            held.by_source.insert(source, count + 1);
        }
        held.total += 1;
        show(held.total);
        drop(held);
        Ok(Place { admission: Arc::clone(self), source })
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        // The counts change in whole steps, so that they hold even if a holder of the lock panicked.
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Refusal {
    /// The word for it in metrics.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Source => "source",
        }
    }
}

impl Place {
    /// Whether the other end is a trusted proxy.
    pub(super) fn trusted(&self) -> bool {
        self.source.is_none()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut held = self.admission.held();
        held.total = held.total.saturating_sub(1);
        show(held.total);
        let Some(source) = self.source else { return };
        let left = held.by_source.get(&source).copied().unwrap_or(0).saturating_sub(1);
        if left == 0 {
            held.by_source.remove(&source);
            return;
        }
        held.by_source.insert(source, left);
    }
}

impl Source {
    fn of(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(address) => Self::V4(address),
            IpAddr::V6(address) => Self::V6(network(address)),
        }
    }
}

fn network(address: Ipv6Addr) -> [u16; 4] {
    let [a, b, c, d, ..] = address.segments();
    [a, b, c, d]
}

fn show(total: usize) {
    metrics::gauge!("gatehouse_connections").set(u32::try_from(total).unwrap_or(u32::MAX));
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::Bounds;
    use super::*;

    fn admission(connections: usize, per_source: usize, trusted: &[&str]) -> Arc<Admission> {
        let second = Duration::from_secs(1);
        let bounds =
            Bounds { connections, head_timeout: second, request_timeout: second, shutdown_timeout: second };
        let trusted = trusted.iter().map(|net| net.parse().unwrap()).collect();
        let terms = Terms { per_source, ..Terms::from(bounds).trusting(trusted) };
        Arc::new(Admission::new(&terms))
    }

    fn admit(admission: &Arc<Admission>, address: &str) -> Result<Place, Refusal> {
        admission.admit(address.parse().unwrap())
    }

    #[test]
    fn a_source_is_an_address_or_a_network_of_sixty_four_bits() {
        for (first, second, same) in [
            ("192.0.2.1", "192.0.2.1", true),
            ("192.0.2.1", "::ffff:192.0.2.1", true),
            ("192.0.2.1", "192.0.2.2", false),
            ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true),
            ("2001:db8:1:2::1", "2001:db8:1:3::1", false),
        ] {
            let admission = admission(9, 1, &[]);
            let _place = admit(&admission, first).unwrap();
            assert_eq!(admit(&admission, second).err(), same.then_some(Refusal::Source), "{first} {second}");
        }
    }

    #[test]
    fn a_place_is_free_again_when_dropped() {
        let admission = admission(9, 2, &[]);
        let places = [admit(&admission, "192.0.2.1").unwrap(), admit(&admission, "192.0.2.1").unwrap()];
        assert_eq!(admit(&admission, "192.0.2.1").err(), Some(Refusal::Source));
        drop(places);
        assert!(admission.held().by_source.is_empty());
        assert_eq!(admission.held().total, 0);
        let _place = admit(&admission, "192.0.2.1").unwrap();
        assert_eq!(admission.held().by_source.get(&Source::V4(Ipv4Addr::new(192, 0, 2, 1))), Some(&1));
    }

    #[test]
    fn a_proxy_is_bound_by_the_whole_only() {
        let admission = admission(3, 1, &["10.0.0.0/8", "2001:db8::/32"]);
        let places: Vec<_> = ["10.1.1.1", "::ffff:10.1.1.1", "2001:db8::1"]
            .into_iter()
            .map(|address| admit(&admission, address).unwrap())
            .collect();
        assert!(places.iter().all(Place::trusted));
        assert_eq!(admit(&admission, "10.1.1.1").err(), Some(Refusal::Full));
        assert_eq!(admit(&admission, "192.0.2.1").err(), Some(Refusal::Full));
    }

    #[test]
    fn the_share_follows_the_number_of_connections() {
        let second = Duration::from_secs(1);
        let of = |connections| {
            let bounds = Bounds {
                connections,
                head_timeout: second,
                request_timeout: second,
                shutdown_timeout: second,
            };
            Terms::from(bounds).per_source
        };
        assert_eq!([of(1), of(512), of(8192)], [64, 64, 1024]);
    }
}
