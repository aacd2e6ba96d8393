//! Words, invariants, state machines and policies: no async, no I/O.
#![warn(missing_docs)]

pub mod access;
pub mod audit;
pub mod connection;
pub mod credential;
pub mod email;
pub mod identity;
pub mod ids;
pub mod invitation;
pub mod jws;
pub mod login;
pub mod mail;
pub mod oauth;
pub mod password;
pub mod policy;
pub mod random;
pub mod secret;
pub mod session;
pub mod strict_json;
pub mod tenant;
pub mod time;
mod words;

pub use words::UnknownWord;
