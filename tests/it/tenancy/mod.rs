//! The wall between tenants, on a real PostgreSQL, as `gatehouse_app`.
#![cfg(test)]

mod administration;
mod catalogue;
mod check;
mod functions;
mod isolation;
mod opener;
mod partitions;
mod people;
mod plans;
mod plant;
mod queue;
mod sign_in;
mod storm;
pub(crate) mod support;
mod tokens;
mod trials;
mod work;
mod world;
