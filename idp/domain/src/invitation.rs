//! Invitations: somebody is asked to join a tenant, by an address and as one role.

use std::fmt;
use std::str::FromStr;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use crate::identity::UnknownWord;

/// How long an invitation can be accepted.
pub const LIFE: TimeDelta = TimeDelta::days(14);

/// Where an invitation stands. It leaves the first state once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum InvitationState {
    /// It can be accepted.
    Pending,
    /// The owner of the address said yes.
    Accepted,
    /// The owner of the address said no.
    Declined,
    /// It was taken back.
    Revoked,
    /// It was not answered in time.
    Expired,
}

impl InvitationState {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Pending, Self::Accepted, Self::Declined, Self::Revoked, Self::Expired];

    /// The word that stands in storage.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Accepted => "accepted",
            Self::Declined => "declined",
            Self::Revoked => "revoked",
            Self::Expired => "expired",
        }
    }
}

impl fmt::Display for InvitationState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for InvitationState {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        Self::ALL.into_iter().find(|state| state.as_str() == text).ok_or(UnknownWord)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_back() {
        for state in InvitationState::ALL {
            assert_eq!(state.to_string().parse(), Ok(state));
        }
        assert!("open".parse::<InvitationState>().is_err());
    }
}
