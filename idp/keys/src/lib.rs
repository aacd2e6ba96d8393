//! Hashing, sealing, minting, signing and JWKS: secrets go in, verdicts and sealed things come out.
#![warn(missing_docs)]

pub mod client_assertion;
pub mod entropy;
pub mod jwk;
pub mod mint;
pub mod password;
pub mod seal;
pub mod signing;
pub mod verify;

use gatehouse_domain::{jws, strict_json};
