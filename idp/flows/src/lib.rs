//! Use cases, one verb a file. HTTP parses and renders around them; the store and the keys work under them.
#![warn(missing_docs)]

mod apps;
mod base;
mod ctx;
mod fault;
mod idp;
mod issuer;
mod keyring;
pub mod login;
pub mod oauth;
mod outbound;
mod record;
mod tenants;
mod throttle;

pub use base::{BadBase, Base};
pub use ctx::Ctx;
pub use fault::Fault;
pub use idp::{Idp, Parts, Settings};
pub use issuer::Issuer;
pub use outbound::{Outbound, OutboundError, Sending};
pub use keyring::{Rotated, RotateError};
pub use throttle::Limits;
