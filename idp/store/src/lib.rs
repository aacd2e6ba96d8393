//! PostgreSQL: the one opener, directory and cell stores, migrations.
#![warn(missing_docs)]

pub mod apps;
mod bootstrap;
pub mod browsers;
mod check;
pub mod claims;
pub mod codes;
pub mod counters;
pub mod directory;
mod error;
pub mod events;
pub mod flows;
pub mod grants;
mod guard;
pub mod identities;
pub mod jobs;
pub mod keys;
pub mod members;
mod migrate;
mod outside;
mod pool;
pub mod registry;
mod row;
mod scope;
pub mod sessions;
pub mod sign_in;
mod store;
pub mod tenants;
mod trail;
mod tx;

pub use bootstrap::{Passwords, bootstrap, role_sql};
pub use check::self_check;
pub use error::{BootError, StoreError};
pub use guard::Guard;
pub use migrate::{MIGRATIONS, Migration, Planned, Standing, migrate, plan};
pub use outside::outside;
pub use row::{Insertion, Page};
pub use scope::Scope;
pub use store::{Store, StoreOptions};
pub use trail::{NoTrail, Trail};
pub use tx::{Opener, ReadTx, Reads, WriteTx};
