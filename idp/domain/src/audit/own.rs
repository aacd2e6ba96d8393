//! What a person can read of themselves: the kinds of events that may stand in a person's stream.

use serde::Serialize;

use super::What;
use crate::ids::IdentityId;

macro_rules! own {
    ($($(#[$doc:meta])+ $name:ident = $kind:literal;)+) => {
        /// A kind of event that may stand in a person's stream, at home or as a reference. Each has words on the page of the account.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum OwnKind {
            $($(#[$doc])+ $name,)+
        }

        impl OwnKind {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// The name of the event.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $kind,)+
                }
            }

            /// The kind of a name.
            pub fn of(kind: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|own| own.as_str() == kind)
            }
        }
    };
}

own! {
    /// Signed in.
    SignIn = "signin.succeeded";
    /// One session ended.
    SessionEnded = "session.ended";
    /// Several ended.
    SessionsRevoked = "sessions.revoked";
    /// The account was made.
    Created = "identity.created";
    /// The account is gone.
    Deleted = "identity.deleted";
    /// A password was set.
    CredentialChanged = "credential.changed";
    /// A password was taken away.
    CredentialRemoved = "credential.removed";
    /// A password was set by proof of a mailbox.
    PasswordReset = "password.reset";
    /// Something was not added because nothing is proven yet.
    AddDenied = "credential.add_denied";
    /// An address was added.
    EmailClaimed = "email.claimed";
    /// An address was proven.
    EmailVerified = "email.verified";
    /// Somebody else proved an address.
    ClaimEvicted = "email.claim_evicted";
    /// The proof of an address lapsed.
    EmailStale = "email.stale";
    /// An address is gone.
    EmailRetired = "email.retired";
    /// Another main address.
    EmailChanged = "email.changed";
    /// The main address of before.
    EmailChangeUndone = "email.change_undone";
    /// Another name or language.
    ProfileChanged = "profile.changed";
    /// Everything was downloaded.
    Exported = "account.exported";
    /// The end of the account was asked for.
    DeletionRequested = "deletion.requested";
    /// It is kept after all.
    DeletionCancelled = "deletion.cancelled";
    /// Its end was put off.
    DeletionPostponed = "deletion.postponed";
    /// In or out of an organisation, or something else there.
    MemberChanged = "member.changed";
    /// Joined.
    InvitationAccepted = "invitation.accepted";
    /// Did not join.
    InvitationDeclined = "invitation.declined";
}

/// Whom an event concerns that says no more than that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Concerned {
    /// The person.
    pub identity: IdentityId,
}

impl What {
    /// What its person reads of it; none of what belongs into no person's stream.
    pub fn own(&self) -> Option<OwnKind> {
        OwnKind::of(self.kind())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_found() {
        for own in OwnKind::ALL {
            assert_eq!(OwnKind::of(own.as_str()), Some(*own));
        }
        assert_eq!(OwnKind::of("grant.refreshed"), None);
    }
}
