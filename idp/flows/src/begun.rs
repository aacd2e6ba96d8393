//! Sign-ins that sources begin, counted by the minute in memory of fixed size.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Mutex, PoisonError};

use gatehouse_domain::audit::Network;
use gatehouse_domain::time::Timestamp;

/// Sign-ins that a source may begin in a minute.
const FLOWS: u16 = 240;
/// Places in each of the two tables.
const PLACES: usize = 1 << 16;

/// The counts of the present minute: a source has one place in each of two tables, and the smaller of its counts holds. Both
/// places are hashes under keys of this process, so that nobody can choose addresses that fill another's; and whoever comes
/// from very many networks takes the share of others only where both places happen to be among theirs.
#[derive(Debug)]
pub(crate) struct Begun {
    keys: [RandomState; 2],
    counts: Mutex<Counts>,
}

#[derive(Debug)]
struct Counts {
    minute: i64,
    tables: [Box<[u16]>; 2],
}

impl Default for Begun {
    fn default() -> Self {
        let table = || vec![0; PLACES].into_boxed_slice();
        let counts = Counts { minute: 0, tables: [table(), table()] };
        Self { keys: [RandomState::new(), RandomState::new()], counts: Mutex::new(counts) }
    }
}

impl Begun {
    /// Counts the beginning of a sign-in; whether the source may begin one more.
    pub(crate) fn may_begin(&self, network: Option<Network>, now: Timestamp) -> bool {
        let hashes = self.keys.each_ref().map(|key| key.hash_one(network));
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let minute = minute_of(now);
        if counts.minute < minute {
            counts.minute = minute;
            for table in &mut counts.tables {
                table.fill(0);
            }
        }
        let places = counts.tables.iter_mut().zip(hashes);
        let mut places: Vec<&mut u16> = places.filter_map(|(table, hash)| place(table, hash)).collect();
        let least = places.iter().map(|count| **count).min().unwrap_or(u16::MAX);
        if least >= FLOWS {
            return false;
        }
        // Only a place that holds the least count grows: the other has been counted for somebody else as well.
        for count in places.iter_mut().filter(|count| ***count == least) {
            **count = least.saturating_add(1);
        }
        true
    }
}

/// The minute of an instant.
pub(crate) fn minute_of(now: Timestamp) -> i64 {
    now.timestamp().div_euclid(60)
}

fn place(table: &mut [u16], hash: u64) -> Option<&mut u16> {
    let places = u64::try_from(table.len()).ok()?;
    table.get_mut(usize::try_from(hash.checked_rem(places)?).ok()?)
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use chrono::{DateTime, TimeDelta};

    use super::*;

    fn network(number: u32) -> Option<Network> {
        Some(Network::of(Ipv4Addr::from(number << 8).into()))
    }

    #[test]
    fn a_source_begins_so_many_a_minute() {
        let begun = Begun::default();
        let at = |seconds| DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds);
        assert_eq!((0..1000).filter(|_| begun.may_begin(network(1), at(0))).count(), 240);
        assert!(begun.may_begin(network(2), at(0)));
        assert!(!begun.may_begin(network(1), at(59)));
        assert!(begun.may_begin(network(1), at(60)), "the minute turns by the clock alone");
        assert!(begun.may_begin(network(1), at(59)), "a request that began earlier turns nothing back");
    }

    #[test]
    fn many_sources_do_not_use_up_the_share_of_others() {
        let begun = Begun::default();
        let now = DateTime::UNIX_EPOCH;
        // More networks than any table of the past held, most of which stay far below the limit.
        for number in 0..12_000 {
            assert!(begun.may_begin(network(number), now));
        }
        for number in 0..1000 {
            for _ in 0..240 {
                begun.may_begin(network(number), now);
            }
        }
        let others = (100_000..101_000).filter(|number| begun.may_begin(network(*number), now)).count();
        assert!(others > 980, "{others} of a thousand newcomers may begin");
    }
}
