//! Login mechanisms that need nobody else.
#![warn(missing_docs)]

mod password;

pub use password::Password;
