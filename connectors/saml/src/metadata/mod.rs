//! Metadata (SAML metadata 2.0): ours for the provider, the provider's for the admin.

mod idp;
mod sp;

pub use idp::{BadMetadata, IdpMetadata, MetadataChange, fetch, read};
pub use sp::describe;
