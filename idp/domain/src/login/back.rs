//! Where a sign-in leads that no app asked for.

use serde::{Deserialize, Serialize};

/// A page of the account: a closed list, so that no address can be smuggled into a flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountPage {
    /// What comes next, for somebody who has just made the account.
    Welcome,
    /// What there is of the person.
    Overview,
    /// Name and language.
    Name,
    /// One more address.
    AddAddress,
    /// The addresses.
    Addresses,
    /// Another password.
    Password,
    /// Where the person is signed in.
    Sessions,
    /// The organisations.
    Memberships,
    /// The apps that have something of the person.
    Apps,
    /// What happened.
    Activity,
    /// A copy of everything.
    Data,
    /// The end of the account.
    Deletion,
}

impl AccountPage {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::Welcome,
        Self::Overview,
        Self::Name,
        Self::AddAddress,
        Self::Addresses,
        Self::Password,
        Self::Sessions,
        Self::Memberships,
        Self::Apps,
        Self::Activity,
        Self::Data,
        Self::Deletion,
    ];

    /// The path below an issuer, without a slash before it.
    pub const fn path(self) -> &'static str {
        match self {
            Self::Welcome => "welcome",
            Self::Overview => "account",
            Self::Name => "account/name",
            Self::AddAddress => "account/address",
            Self::Addresses => "account/addresses",
            Self::Password => "account/password",
            Self::Sessions => "account/sessions",
            Self::Memberships => "account/memberships",
            Self::Apps => "account/apps",
            Self::Activity => "account/activity",
            Self::Data => "account/data",
            Self::Deletion => "account/deletion",
        }
    }
}
