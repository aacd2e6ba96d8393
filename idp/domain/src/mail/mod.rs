//! Mail: what a letter says, to whom, and what led to it. How it is worded and sent is not said here.

mod device;
mod packed;
mod server;

pub use device::device;
pub use packed::Unreadable;
pub use server::{MailServer, SmtpTls};

use chrono::TimeDelta;

use crate::email::EmailAddress;
use crate::identity::Role;
use crate::secret::Secret;
use crate::time::Timestamp;

/// What a letter is about: a closed list; every one has words in every locale. Links are whole addresses.
#[derive(Debug, Clone)]
pub enum Message {
    /// Proves an address so that an account can be made.
    SignUpCode {
        /// What is typed in the starting browser.
        code: Secret<String>,
        /// Opens the page on which the code can be confirmed.
        link: Secret<String>,
        /// How long both are good.
        minutes: u32,
    },
    /// Somebody wanted to make an account with an address that has one.
    AlreadyHaveAccount {
        /// The sign-in page.
        sign_in: String,
        /// The page for a new password.
        recover: String,
    },
    /// Proves an address of an account that exists.
    ProveAddress {
        /// What is typed in the starting browser.
        code: Secret<String>,
        /// Opens the page on which the code can be confirmed.
        link: Secret<String>,
        /// How long both are good.
        minutes: u32,
    },
    /// Leads to a new password.
    RecoveryCode {
        /// What is typed in the starting browser.
        code: Secret<String>,
        /// Opens the page on which the code can be confirmed.
        link: Secret<String>,
        /// How long both are good.
        minutes: u32,
    },
    /// Asks somebody to join a tenant.
    Invitation {
        /// The tenant's name.
        tenant: String,
        /// Who invites, where that may be told.
        inviter: Option<String>,
        /// As what.
        role: Role,
        /// Opens the invitation.
        link: Secret<String>,
        /// When it ends.
        expires_at: Timestamp,
    },
    /// Notice: the password is another one now.
    PasswordChanged {
        /// The account page.
        account: String,
    },
    /// Notice to the other addresses: one was added.
    AddressAdded {
        /// The new one.
        address: String,
        /// The account page.
        account: String,
    },
    /// Notice: another main address is wanted, and not proven yet.
    AddressChangeRequested {
        /// The wanted one.
        address: String,
        /// The account page, where it can be stopped.
        account: String,
    },
    /// Notice to the address that was the main one until now.
    AddressChanged {
        /// The one until now.
        old: String,
        /// The one from now on.
        new: String,
        /// Opens the page that takes the change back.
        undo: Secret<String>,
        /// Until when that works.
        until: Timestamp,
    },
    /// Notice: an earlier main address is the main one again.
    AddressRestored {
        /// Which.
        address: String,
        /// The account page.
        account: String,
    },
    /// Notice: an address was taken off the account.
    AddressRemoved {
        /// Which.
        address: String,
        /// The account page.
        account: String,
    },
    /// Notice to the other addresses: one has refused letters for so long that it has to be proven again.
    AddressStale {
        /// Which.
        address: String,
        /// The account page.
        account: String,
    },
    /// Somebody tried to put this address on another account, and nothing changed.
    NothingChanged {},
    /// Notice: a sign-in from a browser that had not been seen.
    NewDevice {
        /// The account page, where sessions can be ended.
        account: String,
    },
    /// Notice: the account will be deleted.
    DeletionRequested {
        /// When.
        due: Timestamp,
        /// Opens the page that keeps the account.
        undo: Secret<String>,
    },
    /// Notice: the account was not deleted, because organisations would be left without an owner.
    DeletionPostponed {
        /// Their names.
        tenants: String,
        /// When it is tried again.
        due: Timestamp,
        /// Opens the page that keeps the account.
        undo: Secret<String>,
    },
    /// Notice: the account is gone.
    AccountDeleted {},
    /// Notice: many wrong passwords were tried.
    RefusedTries {
        /// The account page.
        account: String,
    },
    /// Nothing but that mail works, for whoever sets it up.
    Test {},
    /// To nobody: posted like any other, so that asking takes its time whoever is asked about, and never sent.
    Nobody {},
}

/// Who, from where and when: shown in the letter, so that its reader can tell whether it was they.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Occasion {
    /// When it happened.
    pub at: Timestamp,
    /// The network, as coarse as in events.
    pub network: Option<String>,
    /// The browser and system, as [`device()`] words them.
    pub device: Option<String>,
}

/// A letter to one person.
#[derive(Debug, Clone)]
pub struct Letter {
    /// The stored form of the address; mail never goes to what was typed (abuse case NRM-01).
    pub to: EmailAddress,
    /// The person's name, where known.
    pub name: Option<String>,
    /// The language it is wanted in (BCP 47); without one, the tenant's or the product's.
    pub locale: Option<String>,
    /// What it says.
    pub message: Message,
    /// What led to it.
    pub occasion: Option<Occasion>,
}

impl Message {
    /// Whether the letter speaks for its tenant alone. Any other carries a proof or a notice that holds everywhere, and must not go
    /// through a mail server that a tenant reads.
    pub const fn is_of_tenant(&self) -> bool {
        match self {
            Self::Invitation { .. } | Self::Test {} => true,
            Self::SignUpCode { .. }
            | Self::AlreadyHaveAccount { .. }
            | Self::ProveAddress { .. }
            | Self::RecoveryCode { .. }
            | Self::PasswordChanged { .. }
            | Self::AddressAdded { .. }
            | Self::AddressChangeRequested { .. }
            | Self::AddressChanged { .. }
            | Self::AddressRestored { .. }
            | Self::AddressRemoved { .. }
            | Self::AddressStale { .. }
            | Self::NothingChanged {}
            | Self::NewDevice { .. }
            | Self::DeletionRequested { .. }
            | Self::DeletionPostponed { .. }
            | Self::AccountDeleted {}
            | Self::RefusedTries { .. }
            | Self::Nobody {} => false,
        }
    }

    /// The name of the kind: in the queue, in events, in metrics.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::SignUpCode { .. } => "sign_up_code",
            Self::AlreadyHaveAccount { .. } => "already_have_account",
            Self::ProveAddress { .. } => "prove_address",
            Self::RecoveryCode { .. } => "recovery_code",
            Self::Invitation { .. } => "invitation",
            Self::PasswordChanged { .. } => "password_changed",
            Self::AddressAdded { .. } => "address_added",
            Self::AddressChangeRequested { .. } => "address_change_requested",
            Self::AddressChanged { .. } => "address_changed",
            Self::AddressRestored { .. } => "address_restored",
            Self::AddressRemoved { .. } => "address_removed",
            Self::AddressStale { .. } => "address_stale",
            Self::NothingChanged {} => "nothing_changed",
            Self::NewDevice { .. } => "new_device",
            Self::DeletionRequested { .. } => "deletion_requested",
            Self::DeletionPostponed { .. } => "deletion_postponed",
            Self::AccountDeleted {} => "account_deleted",
            Self::RefusedTries { .. } => "refused_tries",
            Self::Test {} => "test",
            Self::Nobody {} => "nobody",
        }
    }

    /// Until when a letter written at that time is of use; without a time it always is.
    pub fn good_until(&self, written: Timestamp) -> Option<Timestamp> {
        match self {
            Self::SignUpCode { minutes, .. }
            | Self::ProveAddress { minutes, .. }
            | Self::RecoveryCode { minutes, .. } => Some(written + TimeDelta::minutes(i64::from(*minutes))),
            Self::Invitation { expires_at, .. } => Some(*expires_at),
            _ => None,
        }
    }
}
