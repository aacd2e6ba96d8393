//! Invitations: somebody is asked to join a tenant, by an address and as one role.

use chrono::TimeDelta;

use crate::words::words;

/// How long an invitation can be accepted.
pub const LIFE: TimeDelta = TimeDelta::days(14);

words! {
    /// Where an invitation stands. It leaves the first state once.
    InvitationState {
        /// It can be accepted.
        Pending = "pending",
        /// The owner of the address said yes.
        Accepted = "accepted",
        /// The owner of the address said no.
        Declined = "declined",
        /// It was taken back.
        Revoked = "revoked",
        /// It was not answered in time.
        Expired = "expired",
    }
}
