//! Upstreams that vouch for people: a tenant's own connections, and providers that the operator offers to everybody.

mod assertion;
mod certificate;
mod oidc;
mod preset;
mod saml;
mod trace;

pub use assertion::{AssertedAddress, Assertion, Denial, FederatedKey, Once, Source};
pub use certificate::{BadCertificate, Certificate, ExpiryWarning, Left, Validity, expiry_warnings};
pub use oidc::{
    AssertionAudience, BadOidcSettings, ClaimMap, ClientAuth, IdTokenAlg, OidcConfig, OidcSettings,
    Parameter, Prompt,
};
pub use preset::{AddressClaims, BadDirectory, Directory, Flag, Preset, guid};
pub use saml::{AttributeMap, BadSamlConfig, NameIdFormat, SamlConfig, SamlEndpoints};
pub use trace::{Check, Trace, Verdict};
