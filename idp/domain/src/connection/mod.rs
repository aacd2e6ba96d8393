//! Upstreams that vouch for people: a tenant's own connections, and providers that the operator offers to everybody.

mod assertion;
mod trace;

pub use assertion::{AssertedAddress, Assertion, Denial, FederatedKey, Source};
pub use trace::{Check, Trace, Verdict};
