//! OAuth 2 and OpenID Connect: what apps ask for.

mod answer;
mod client;
mod code;
mod credentials;
mod introspect;
mod logout;
mod logout_note;
mod metadata;
mod names;
mod refresh;
mod revoke;
mod token;
mod userinfo;

pub use answer::{BearerRefusal, TokenAnswer, TokenRefusal, UserInfo};
pub use introspect::Introspection;
pub use logout::{AfterLogout, LogoutRequest, Question};

pub(crate) use names::{ACR_SINGLE, cell_label, grant_of_code, sid, subject};
