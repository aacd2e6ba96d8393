//! Signing in: one flow row per attempt, one verb a file.

mod choose;
mod consent;
mod decide;
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
pub use look::Look;
pub use prefill::Prefill;
pub use screen::{
    AccountFace, Answer, AppFace, Browser, Complaint, Landing, Offers, Screen, Stays, Step, Stop, TenantFace,
};
pub use start::{Authorized, Started};

pub(crate) use flow::{Loaded, document};
pub(crate) use session::Shown;
pub(crate) use settle::error_answer;
