//! `gatehouse apply` on a real PostgreSQL, as `gatehouse_app`.

mod people;
mod runs;
mod world;
