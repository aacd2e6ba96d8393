//! Who an asserted person is: the linking table (security rules, 19.1) as one pure function.
//!
//! An identity is found by the key of a credential and by nothing else (rule D1). Who owns an address is asked only where the
//! table comes to it: [`decide`] then answers [`Step::LookUp`], and is asked again with what was found.

mod decide;

pub use decide::decide;

use crate::email::EmailAddress;
use crate::identity::MemberStatus;
use crate::ids::{IdentityId, TenantId};
use crate::session::Authority;

/// What the table is asked about. All of it can be read without looking an address up, but for [`owner`](Self::owner).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// Whether every check of the protocol has passed, the flow and browser are those that asked, and nothing that takes part
    /// is disabled: upstream, tenant, app.
    pub sound: bool,
    /// Who configured the upstream, and what it may do.
    pub source: SourceFacts,
    /// The identity that has this key as a credential.
    pub link: Option<Linked>,
    /// The person who, in this flow and browser, wants the key as a credential of theirs.
    pub intent: Option<Intent>,
    /// The asserted address. What is malformed counts as absent.
    pub address: Option<EmailAddress>,
    /// Whether the person chose to go on as somebody new.
    pub as_new: bool,
    /// Who owns the address; read only after [`Step::LookUp`].
    pub owner: Owner,
}

/// What of an upstream decides how far its word reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourceFacts {
    /// A tenant's own upstream.
    Connection {
        /// The tenant.
        tenant: TenantId,
        /// Whether the tenant has authority over the address's domain now (rule D6), and this connection lists it.
        authority: bool,
        /// Whether the tenant lets a new person in by this assertion.
        join: bool,
        /// Whether a member is linked by address without being asked.
        link_by_domain: bool,
        /// Whether also a person whom nobody knows is asked before an identity is made.
        ask_always: bool,
    },
    /// An upstream of the operator.
    Provider {
        /// Whether it is an authority over the address (19.2).
        authoritative: bool,
        /// Whether our own proof of the address's mailbox was finished in this flow.
        mailbox_proven: bool,
        /// Whether an account may be made here.
        sign_up: bool,
    },
}

/// The identity that has the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Linked {
    /// The identity.
    pub identity: IdentityId,
    /// Whether it may sign in.
    pub active: bool,
    /// Where it stands in the connection's tenant; none for a provider, and for somebody who is nobody there.
    pub standing: Option<MemberStatus>,
}

/// Somebody who wants the key as a credential of theirs: by a FULL session with a fresh step-up, or by having shown a credential
/// of theirs in this flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Intent {
    /// Who.
    pub identity: IdentityId,
    /// Whom the pending link is for, where it is for somebody particular.
    pub only: Option<IdentityId>,
    /// Whether an address of theirs is proven: nobody has a second credential before that.
    pub proven: bool,
    /// Where they stand in the connection's tenant.
    pub standing: Option<MemberStatus>,
    /// Whether and how they have agreed to join the connection's tenant in this flow.
    pub joins: Option<JoinBy>,
}

/// What makes somebody a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JoinBy {
    /// An invitation that can be accepted now, and is theirs.
    Invitation,
    /// The assertion, where the tenant lets new people in by it.
    Assertion,
}

/// What is known about who owns the asserted address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// It was not asked.
    NotAsked,
    /// Nobody; claims are nothing.
    Nobody,
    /// Somebody has proven it.
    Somebody(Holder),
}

/// Who has proven an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holder {
    /// The identity.
    pub identity: IdentityId,
    /// Whether it may sign in.
    pub active: bool,
    /// What the proof is worth now.
    pub proof: Proof,
    /// Where it stands in the connection's tenant.
    pub standing: Option<MemberStatus>,
    /// Whether it holds any right over others: in the connection's tenant, or on the platform.
    pub privileged: bool,
    /// Whether it has another subject of this connection as a credential.
    pub linked_here: bool,
}

/// What the proof of an address is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// It holds.
    Verified,
    /// It lapsed; the address is still kept from others.
    Stale,
    /// It lapsed so long ago that another person may prove the address.
    Cooled,
}

/// What the function answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// The table has come to a row that depends on who owns this address: read that, and ask again.
    LookUp(EmailAddress),
    /// What is to be done.
    Decided(Decision),
}

/// A row of the table that matched, and what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The row.
    pub row: Row,
    /// What it says.
    pub action: Action,
}

macro_rules! rows {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)+) => {
        /// The rows of the table that are about upstreams.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Row { $($(#[$doc])* $name,)+ }

        impl Row {
            /// All of them, in their order.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// Its number, as it stands in events and explanations.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text),+ }
            }
        }
    };
}

rows! {
    /// Something does not hold, or is disabled.
    R0 = "0",
    /// The key's identity may not sign in.
    R1 = "1",
    /// Somebody wants a key that an identity has.
    R2 = "2",
    /// Somebody wants a key that nobody has.
    R3 = "3",
    /// A member comes back.
    R4a = "4a",
    /// Somebody comes back who is no member any more.
    R4b = "4b",
    /// The address's owner is a member, and the tenant links by address.
    R5a = "5a",
    /// The address's owner is a member, and is asked.
    R5b = "5b",
    /// The address's owner is invited.
    R6 = "6",
    /// The address's owner is nobody in the tenant.
    R7a = "7a",
    /// The address's owner is shut out of the tenant.
    R7b = "7b",
    /// The tenant has no authority over the address, or there is none.
    R8 = "8",
    /// The address is nobody's.
    R9 = "9",
    /// Somebody comes back by a provider.
    R10 = "10",
    /// The provider's word about the address is not enough.
    R11 = "11",
    /// The proven address is somebody's.
    R12 = "12",
    /// The proven address is nobody's.
    R13 = "13",
    /// The provider gave no address.
    R13b = "13b",
    /// No row matches.
    Unmatched = "unmatched",
}

/// What a row says. "Proving" somebody means: in the same browser and flow, sign in with a credential that they already have, and
/// with their factor if they have one; then the table is asked again with them as [`Intent`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Change nothing; the page is the same for every reason.
    Refuse(Refusal),
    /// The key is theirs already.
    Nothing,
    /// Open a session, or renew one.
    SignIn {
        /// Whose.
        identity: IdentityId,
        /// What it may do.
        authority: Authority,
        /// Whether the asserted address becomes what the tenant knows of its member. The person's own addresses never change.
        note_address: bool,
    },
    /// Make the key a credential of this identity, and tell its owner. For a connection it opens its tenant and nothing else.
    Link {
        /// Whose it becomes.
        identity: IdentityId,
        /// What makes them a member first.
        joins: Option<JoinBy>,
        /// The session to be opened with it; none where the person is signed in already.
        opens: Option<Authority>,
    },
    /// Ask this person whether they want to join the tenant.
    AskToJoin(IdentityId),
    /// Keep the link pending until this identity is proven. The person may decline, and nothing changes.
    Prove {
        /// Who.
        identity: IdentityId,
        /// Whether the invitation is to be accepted before the link is made.
        invited: bool,
    },
    /// Ask: "I have an account", which is then to be proven, whichever it is; or go on as somebody new.
    Choose {
        /// Whether going on as somebody new is offered.
        new: bool,
    },
    /// Prove the mailbox of this address in this flow, then ask again.
    ProveMailbox(EmailAddress),
    /// Make an identity with this key as its credential, and a member of the connection's tenant where there is one.
    Create {
        /// What its session may do.
        authority: Authority,
        /// What becomes of the address.
        address: NewAddress,
    },
}

/// What becomes of the asserted address of a new identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NewAddress {
    /// Verified, by the provider's authority or by the proof of its mailbox; the claims of others on it end.
    Verified,
    /// What the tenant says of its member, and seen there only.
    TenantAsserted,
    /// Text by which the tenant may reach its member: nothing is known about it.
    Contact,
    /// There is none.
    None,
}

/// Why nothing changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Something does not hold or is disabled.
    Unsound,
    /// The identity may not sign in.
    Disabled,
    /// The key is another identity's, who is not named.
    Taken,
    /// The person proved another identity than the one that the link is for.
    SomebodyElse,
    /// The person has proven no address yet, and has no second credential before that.
    Unproven,
    /// The person is shut out of the tenant or is nobody there.
    NotAMember,
    /// Nobody new is let in.
    Closed,
    /// The table does not know the case.
    Unmatched,
}

impl Refusal {
    /// The reason code of the event.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Unsound => "unsound",
            Self::Disabled => "identity_disabled",
            Self::Taken => "linked_elsewhere",
            Self::SomebodyElse => "somebody_else",
            Self::Unproven => "email_verification_required",
            Self::NotAMember => "not_a_member",
            Self::Closed => "nobody_new",
            Self::Unmatched => "unmatched",
        }
    }
}

impl Row {
    /// Whether an identity may gain a credential by this row, or by what follows on it.
    pub const fn may_link(self) -> bool {
        matches!(self, Self::R3 | Self::R5a | Self::R5b | Self::R6 | Self::R7a | Self::R9 | Self::R12)
    }
}

#[cfg(test)]
mod invariants;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod world;
