//! The page of the account: what there is of a person, and the forms that change it.

mod activity;
mod addresses;
mod apps;
mod leaving;
mod memberships;
mod overview;
mod password;
mod profile;
mod sessions;
mod undo;
mod welcome;

pub use activity::{ActivityItem, ActivityPage};
pub use addresses::{AddAddressPage, AddressItem, AddressesPage, Standing};
pub use apps::{ConnectedItem, ConnectedPage};
pub use leaving::{DataPage, DeletionAct, DeletionPage, KeepPage, KeptPage};
pub use memberships::{LeavePage, MembershipItem, MembershipsPage};
pub use overview::{AccountLinks, OverviewPage};
pub use password::ChangePasswordPage;
pub use profile::ProfilePage;
pub use sessions::{SessionItem, SessionsPage};
pub use undo::{UndoPage, UndonePage};
pub use welcome::{OwnSignInPage, Place, WaitingInvitation, WelcomePage};
