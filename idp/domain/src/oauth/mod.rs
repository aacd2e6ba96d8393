//! OAuth 2 and OpenID Connect as one narrow profile: code with S256 for every client, exact redirect URIs, rotation.

mod app;
mod authorize;
mod claims;
mod error;
mod params;
mod pkce;
mod redirect;
mod scope;
mod token;

pub use app::{Alg, App, AppConfig, AppKind, AuthMethod, BadApp, GrantType, Owner, Resource, TokenLives};
pub use authorize::{
    AuthorizeFault, AuthorizeRequest, PageReason, Prompt, Prompts, ResponseMode, client_of, read,
};
pub use claims::{
    AccessClaims, Empty, IdClaims, LogoutClaims, LogoutEvents, OneOrMany, Organization, Profile,
};
pub use error::{AuthorizeError, TokenError};
pub use params::{BadParams, Params};
pub use pkce::{Challenge, Verifier};
pub use redirect::{BadRedirect, RedirectUri};
pub use scope::{BadScope, Scopes};
pub use token::{ClientClaim, GrantRequest, TokenRequest};
