//! Use cases, one verb a file. HTTP parses and renders around them; the store and the keys work under them.
#![warn(missing_docs)]

pub mod apply;
mod apps;
mod base;
mod begun;
mod ctx;
mod fault;
mod idp;
mod issuer;
mod jobs;
mod keyring;
pub mod login;
mod logos;
pub mod oauth;
mod outbound;
mod record;
mod refusals;
mod tenants;
mod throttle;

pub use base::{BadBase, Base};
pub use ctx::Ctx;
pub use fault::Fault;
pub use idp::{Idp, Parts, Settings};
pub use issuer::Issuer;
pub use jobs::Lane;
pub use keyring::{RotateError, Rotated, Rotation};
pub use logos::Logo;
pub use outbound::{Outbound, OutboundError, Sending};
pub use throttle::Limits;
