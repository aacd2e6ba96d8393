//! Upstreams that vouch for people: a tenant's own connections, and providers that the operator offers to everybody.

mod assertion;
mod oidc;
mod preset;
mod trace;

pub use assertion::{AssertedAddress, Assertion, Denial, FederatedKey, Source};
pub use oidc::{
    AssertionAudience, BadOidcSettings, ClaimMap, ClientAuth, IdTokenAlg, OidcConfig, OidcSettings,
    Parameter, Prompt,
};
pub use preset::{AddressClaims, BadDirectory, Directory, Flag, Preset, guid};
pub use trace::{Check, Trace, Verdict};
