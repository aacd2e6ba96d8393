//! Room for connections among the process's file descriptors.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Raises the process's limit on open files as far as `wanted` connections need, and returns how many there is room
/// for. Without descriptors a connection could not even be refused: accepting fails, and the kernel's queue fills up.
pub(super) fn places(wanted: usize) -> usize {
    let needed = u64::try_from(wanted).unwrap_or(u64::MAX).saturating_add(RESERVED);
    let limit = getrlimit(Resource::Nofile);
    let target = aim(limit.current, limit.maximum, needed);
    let raised = Rlimit { current: target, maximum: limit.maximum };
    let current = match target != limit.current && setrlimit(Resource::Nofile, raised).is_ok() {
        true => target,
        false => limit.current,
    };
    let places = room(current, wanted);
    if places < wanted {
        tracing::warn!(
            wanted,
            places,
            "the limit on open files leaves room for fewer connections (ulimit -n)"
        );
    }
    places
}

/// The soft limit to ask for; `None` is no limit.
fn aim(current: Option<u64>, maximum: Option<u64>, needed: u64) -> Option<u64> {
    let reachable = maximum.map_or(needed, |maximum| needed.min(maximum));
    current.map(|current| current.max(reachable))
}

fn room(current: Option<u64>, wanted: usize) -> usize {
    let Some(current) = current else { return wanted };
    let left = current.saturating_sub(RESERVED).max(current / 2).max(1);
    wanted.min(usize::try_from(left).unwrap_or(usize::MAX))
}

/// Left to the database, outbound calls, files and the management listener.
const RESERVED: u64 = 256;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_is_raised_no_further_than_needed_or_allowed() {
        for (current, maximum, needed, aimed) in [
            (Some(1024), Some(4096), 2000, Some(2000)),
            (Some(1024), Some(1500), 2000, Some(1500)),
            (Some(1024), None, 2000, Some(2000)),
            (Some(4096), Some(4096), 2000, Some(4096)),
            (None, None, 2000, None),
        ] {
            assert_eq!(aim(current, maximum, needed), aimed, "{current:?} {maximum:?}");
        }
    }

    #[test]
    fn connections_leave_descriptors_for_the_rest() {
        assert_eq!(room(None, 8192), 8192);
        assert_eq!(room(Some(1_048_576), 8192), 8192);
        assert_eq!(room(Some(1024), 8192), 768);
        assert_eq!(room(Some(300), 8192), 150);
    }
}
