//! The wall between tenants, on a real PostgreSQL, as `gatehouse_app`.

mod administration;
mod catalogue;
mod check;
mod isolation;
mod people;
mod opener;
mod plans;
mod plant;
mod storm;
mod support;
mod tokens;
mod work;
mod world;
