//! Signing in: one flow row per attempt, one verb a file.

mod choose;
mod confirm;
mod consent;
mod decide;
mod faces;
mod flow;
mod home;
mod identifier;
mod look;
mod password;
mod prefill;
mod screen;
mod session;
mod settle;
mod start;

pub use consent::Given;
pub use faces::{AccountFace, AppFace, TenantFace};
pub use look::Look;
pub use prefill::Prefill;
pub use screen::{Answer, Browser, Complaint, Landing, Offers, Screen, Stays, Step, Stop};
pub use start::{Authorized, Started};

pub(crate) use flow::{Loaded, document, handle_digest};
pub(crate) use session::Shown;
pub(crate) use settle::error_answer;
