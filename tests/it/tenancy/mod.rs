//! The wall between tenants, on a real PostgreSQL, as `gatehouse_app`.
#![cfg(test)]

mod address_moves;
mod addresses;
mod administration;
mod catalogue;
mod check;
mod functions;
mod invitation_trials;
mod isolation;
mod lapses;
mod opener;
mod own_trials;
mod partitions;
mod people;
mod plans;
mod plant;
mod proofs;
mod proving;
mod queue;
mod sign_in;
mod storm;
pub(crate) mod support;
mod tokens;
mod trials;
mod upstream_trials;
mod upstreams;
mod wide;
mod work;
mod world;
