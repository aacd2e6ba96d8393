//! People: identities, and what a tenant sees of them as members.

use crate::words::words;

words! {
    /// Whether a person may sign in.
    IdentityStatus {
        /// May.
        Active = "active",
        /// May not, until the operator says otherwise.
        Disabled = "disabled",
        /// Gone; the row stays so that its id is never used again.
        Deleted = "deleted",
    }
    /// Where a person stands in a tenant.
    MemberStatus {
        /// Asked, has not accepted.
        Invited = "invited",
        /// In.
        Active = "active",
        /// Shut out for a time.
        Suspended = "suspended",
        /// Out; the row stays so that the same person gets the same `sub` on return.
        Removed = "removed",
    }
    /// A built-in role in a tenant; `access` holds what each permits.
    Role {
        /// Everything, deletion and other owners included. A tenant never has none.
        Owner = "owner",
        /// Everything but owners and deletion.
        Admin = "admin",
        /// Reads configuration and the event log.
        Auditor = "auditor",
        /// Signs in.
        Member = "member",
    }
}
