//! An invitation that somebody is on the way to accept.

use serde::{Deserialize, Serialize};

use crate::email::EmailAddress;
use crate::ids::InvitationId;

/// What a flow keeps of an invitation. Tenant and role are read from its row when it is accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invited {
    /// The row.
    pub id: InvitationId,
    /// The address that it is for; a new account in this flow has no other.
    pub address: EmailAddress,
}
