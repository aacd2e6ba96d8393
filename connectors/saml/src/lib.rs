//! The SAML 2.0 service provider.
//!
//! A response passes, in this order and in no other (rule 19.5): decoding in bounded memory, a gate over its bytes, one strict
//! parse, a check of its structure, its signatures by pinned keys, decryption, and only then a reading of what was verified. The C
//! libraries that verify see nothing that the gate and the structure have not let through. This is the only room that links them.
#![warn(missing_docs)]

mod attributes;
mod connector;
mod decode;
mod decrypt;
mod keys;
mod logout;
pub mod metadata;
mod name;
mod open;
mod peer;
mod query;
mod request;
mod structure;
#[cfg(test)]
mod tests;
mod trace;
mod validate;
mod verify;
mod work;
mod xml;

pub use connector::Saml;
pub use keys::{BadKey, Family, SpKey, SpKeys, inspect};
pub use logout::LogoutAsked;
pub use peer::{BadSetup, ServiceProvider};
pub use work::Work;
