//! Upstreams that vouch for people: a tenant's own connections, and providers that the operator offers to everybody.

mod assertion;
mod certificate;
mod config;
mod key;
mod oidc;
mod preset;
mod roles;
mod saml;
mod trace;

pub use assertion::{AssertedAddress, Assertion, Denial, FederatedKey, Once, Source};
pub use certificate::{BadCertificate, Certificate, ExpiryWarning, Left, Validity, expiry_warnings};
pub use config::{
    BadChange, Connection, ConnectionConfig, ConnectionSettings, Jit, Provider, ProviderSettings,
    UpstreamStatus,
};
pub use oidc::{
    AssertionAudience, BadOidcSettings, ClaimMap, ClientAuth, IdTokenAlg, OidcConfig, OidcSettings,
    Parameter, Prompt,
};
pub use preset::{AddressClaims, BadDirectory, Directory, Flag, Preset, guid};
pub use roles::{BadRoleMap, RoleMap};
pub use saml::{AttributeMap, BadSamlConfig, NameIdFormat, SamlConfig, SamlEndpoints};
pub use trace::{Check, Trace, Verdict};
