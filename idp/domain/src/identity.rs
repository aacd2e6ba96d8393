//! People: identities, and what a tenant sees of them as members.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Whether a person may sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum IdentityStatus {
    /// May.
    Active,
    /// May not, until the operator says otherwise.
    Disabled,
    /// Gone; the row stays so that its id is never used again.
    Deleted,
}

/// Where a person stands in a tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MemberStatus {
    /// Asked, has not accepted.
    Invited,
    /// In.
    Active,
    /// Shut out for a time.
    Suspended,
    /// Out; the row stays so that the same person gets the same `sub` on return.
    Removed,
}

macro_rules! as_text {
    ($name:ident { $($variant:ident = $text:literal),+ }) => {
        impl $name {
            /// The text that stands in storage and on the wire.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = UnknownWord;

            fn from_str(text: &str) -> Result<Self, UnknownWord> {
                match text { $($text => Ok(Self::$variant),)+ _ => Err(UnknownWord) }
            }
        }
    };
}

/// A stored or configured word that names nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a known word")]
pub struct UnknownWord;

as_text!(IdentityStatus { Active = "active", Disabled = "disabled", Deleted = "deleted" });
as_text!(MemberStatus { Invited = "invited", Active = "active", Suspended = "suspended", Removed = "removed" });
as_text!(Role { Owner = "owner", Admin = "admin", Auditor = "auditor", Member = "member" });

/// A built-in role in a tenant; `access` holds what each permits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Everything, deletion and other owners included. A tenant never has none.
    Owner,
    /// Everything but owners and deletion.
    Admin,
    /// Reads configuration and the event log.
    Auditor,
    /// Signs in.
    Member,
}
