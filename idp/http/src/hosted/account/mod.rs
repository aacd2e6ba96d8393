//! The page of the account. GET shows; every POST is one use case, for the session that the form was shown to.

mod activity;
mod addresses;
mod apps;
mod data;
mod deletion;
mod desk;
mod memberships;
mod overview;
mod own;
mod password;
mod profile;
mod sessions;
mod undo;
mod welcome;

pub(crate) use activity::activity;
pub(crate) use addresses::{add, add_page, addresses, make_primary, prove, remove};
pub(crate) use apps::{apps, revoke};
pub(crate) use data::{data_page, download};
pub(crate) use deletion::{ask_deletion, deletion_page, keep};
pub(crate) use memberships::{leave, leave_page, memberships};
pub(crate) use overview::{choose, overview};
pub(crate) use own::{own_page, set_up_own};
pub(crate) use password::{change_password, password_page};
pub(crate) use profile::{change_profile, profile_page};
pub(crate) use sessions::{end_others, end_session, sessions};
pub(crate) use undo::{undo, undo_page};
pub(crate) use welcome::{accept, welcome};
