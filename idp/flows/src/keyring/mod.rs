//! Keys of tenants and of the platform: made on first use, sealed at rest, parsed once.

mod data;
mod ring;
mod rotate;
mod sign;

pub use rotate::{RotateError, Rotated, Rotation};

use std::sync::Arc;
use std::time::Duration;

use gatehouse_domain::audit::Stream;
use gatehouse_domain::ids::IdentityId;
use gatehouse_domain::oauth::Owner;
use gatehouse_keys::seal::{DataKey, KekRing};
use moka::sync::Cache;

pub(crate) use data::{POOL, place};
pub(crate) use ring::Ring;

/// Opened keys, by owner first.
#[derive(Debug)]
pub(crate) struct Keyring {
    keks: KekRing,
    data: Cache<Owner, Arc<DataKey>>,
    rings: Cache<Owner, Arc<Ring>>,
    /// Keys of the personal fields of one person in one event stream.
    pub(crate) subjects: Cache<(Stream, IdentityId), Arc<DataKey>>,
}

/// How long a parsed ring serves before the database is asked again: well within the minute in which a revoked key must
/// be dead everywhere.
const RING_LIFE: Duration = Duration::from_secs(30);
/// How long an unwrapped data key serves.
const DATA_KEY_LIFE: Duration = Duration::from_secs(300);

impl Keyring {
    pub(crate) fn new(keks: KekRing) -> Self {
        Self {
            keks,
            data: Cache::builder().max_capacity(20_000).time_to_live(DATA_KEY_LIFE).build(),
            subjects: Cache::builder().max_capacity(20_000).time_to_live(DATA_KEY_LIFE).build(),
            rings: Cache::builder().max_capacity(20_000).time_to_live(RING_LIFE).build(),
        }
    }
}
