//! OAuth 2 and OpenID Connect on the wire.

mod app_call;
mod authorize;
mod cors;
mod metadata;
mod token;
mod userinfo;

pub(crate) use authorize::{authorize, authorize_post};
pub(crate) use cors::{preflight_token, preflight_userinfo};
pub(crate) use metadata::{discovery, jwks};
pub(crate) use token::{introspect, revoke, token};
pub(crate) use userinfo::{userinfo, userinfo_post};
