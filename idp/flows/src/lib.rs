//! Use cases, one verb a file. HTTP parses and renders around them; the store and the keys work under them.
#![warn(missing_docs)]

pub mod account;
pub mod apply;
mod apps;
mod base;
mod begun;
mod ctx;
mod fault;
mod idp;
pub mod import;
mod invitations;
mod issuer;
mod jobs;
mod keyring;
mod known_browser;
pub mod login;
mod logos;
pub mod mail;
mod mailbox;
mod new_password;
mod notices;
pub mod oauth;
mod outbound;
mod passwords;
mod record;
mod recovery;
mod refusals;
mod sign_up;
mod suspicion;
mod tenants;
mod throttle;
mod wide;

pub use base::{BadBase, Base};
pub use ctx::Ctx;
pub use fault::Fault;
pub use idp::{Idp, Parts, PlatformSignUp, Settings};
pub use invitations::{
    Accepted, AcceptedHere, Declined, InvitationFace, InvitationLink, InvitationName, InvitationRow,
    InvitationSeen, InviteFault, Inviter, Managed, NewInvitation, OwnInvitation,
};
pub use issuer::Issuer;
pub use jobs::Lane;
pub use keyring::{RotateError, Rotated, Rotation};
pub use logos::Logo;
pub use passwords::Breached;
pub use sign_up::NewAccount;
pub use throttle::Limits;
