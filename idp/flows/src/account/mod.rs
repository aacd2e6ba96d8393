//! What people see of themselves, and change: the page of the account.

mod activity;
mod add;
mod apps;
mod deletion;
mod export;
mod first;
mod leave;
mod notice;
mod overview;
mod own;
mod password;
mod primary;
mod profile;
mod remove;
mod sessions;
mod undo;
mod visitor;
mod welcome;

pub(crate) use deletion::{WAIT, call_off};
pub(crate) use notice::{Person, account_page, scope_at};

pub use activity::{Activity, Happened, NoPlace, OlderThan};
pub use add::{Added, NewAddress};
pub use apps::ConnectedFace;
pub use deletion::Ending;
pub use overview::{AddressFace, MembershipFace, Overview, SessionFace};
pub use profile::ProfileFault;
pub use undo::{UndoFace, Undone};
pub use visitor::{FreshSession, FullSession, TenantSession, Visitor};
pub use welcome::{AppStart, Welcome};

/// What the event log calls these pages.
pub const AREA: &str = "account";
