//! Proofs of mailboxes: a code and a link go out in one mail, and either comes back to the browser that asked.

mod ask;
mod code;
mod demo;
mod evict;
mod prove;
mod secret;

pub(crate) use ask::Asked;
pub(crate) use evict::KIND as EVICTED;
pub(crate) use prove::{COOL_OFF, Owned};
pub(crate) use secret::{PROOF_LIFE, ProofSecret};

use chrono::TimeDelta;

/// How long a proven mailbox may wait for what it was proven for.
const PROVEN_LIFE: TimeDelta = TimeDelta::minutes(30);
/// How many tries a mailed code has (NIST SP 800-63B, section 3.2.2).
const TRIES: u16 = 5;
