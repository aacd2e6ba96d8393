//! The contract of a login mechanism: data in, data out.
//!
//! A connector knows its protocol and nothing else: no database, no session, no HTTP type, no tenant's rules. What it needs to
//! know is handed to it, and its only way out is [`Outbound`]. A mechanism of our own judges at once what the person shows
//! ([`local`]); an upstream begins with a step for the person's browser and a memo that is kept for it, and resumes with the
//! browser's reply to a judgement ([`upstream`]).
#![warn(missing_docs)]

pub mod local;
mod outbound;
pub mod upstream;

pub use outbound::{Answer, Authorization, Call, Outbound, OutboundError, Room, Sending};
