//! Invitations: made for an address and a role, answered by whoever has proven the address.

mod accept;
mod find;
mod invite;
mod join;
mod manage;
mod own;
mod prove;
mod start;

pub(crate) use accept::ByInvitation;
pub use accept::{Accepted, Declined};
pub use find::{InvitationFace, InvitationSeen};
pub use invite::{InvitationLink, InviteFault, Inviter, NewInvitation};
pub(crate) use manage::all;
pub use manage::{InvitationName, InvitationRow, Managed};
pub use own::{AcceptedHere, OwnInvitation};
