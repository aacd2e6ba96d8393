//! Addresses: how one is written, and what is known about who owns it.

mod address;
mod shared;
mod standing;

pub use address::{BadAddress, EmailAddress};
pub use standing::{AddressState, ClaimedBy, LeftBecause, ProofPurpose, ProvenBy};
