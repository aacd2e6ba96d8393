//! Worlds for tests: the real server on real PostgreSQL, on a clock that can be moved.

mod agent;
mod clock;
pub(crate) mod cluster;
pub(crate) mod gallery;
mod provider;
mod world;

pub(crate) use crate::tenancy::support::{Database, fresh};
pub(crate) use agent::{Agent, Answered};
pub(crate) use clock::TestClock;
pub(crate) use provider::provider;
pub(crate) use world::World;
