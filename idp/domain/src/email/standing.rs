//! Where an address of a person stands. Verified is a ledger of evidence, not a flag: every move leaves a row.

use crate::words::words;

words! {
    /// What is known about a person's address.
    AddressState {
        /// Somebody said so.
        Claimed = "claimed",
        /// As claimed; a proof is on its way.
        Pending = "pending",
        /// Proven.
        Verified = "verified",
        /// Was proven, and the proof lapsed: still shown, good for nothing until it is proven again.
        Stale = "stale",
        /// Given up.
        Retired = "retired",
    }
    /// Who says that an address is somebody's.
    ClaimedBy {
        /// The person, by typing it.
        Typed = "typed",
        /// The system that the person was imported from.
        Import = "import",
        /// The operator.
        Operator = "operator",
        /// An upstream of the operator.
        Provider = "provider",
    }
    /// What proves an address.
    ProvenBy {
        /// A code or link that we mailed there, finished in the browser that asked for it.
        Mailbox = "mailbox",
        /// A code that was made and shown in the same breath: the demo world.
        Dev = "dev",
        /// The word of a provider that is an authority over the address.
        Provider = "provider",
    }
    /// Why an address is given up.
    LeftBecause {
        /// The person let go of it.
        Released = "released",
        /// It was never proven, for too long.
        Unproven = "unproven",
        /// The person is deleted.
        Deleted = "deleted",
    }
    /// What a proof of a mailbox is for; a proof for one thing is worth nothing for another.
    ProofPurpose {
        /// To make an account.
        SignUp = "sign_up",
        /// To set a new password.
        Recovery = "recovery",
        /// To prove an address of an account.
        Address = "address",
    }
}

impl AddressState {
    /// Whether it is good for recovery, invitations, notices and `email_verified`.
    pub const fn is_proven(self) -> bool {
        matches!(self, Self::Verified)
    }

    /// Whether an address may go from here to there.
    pub const fn may_become(self, next: Self) -> bool {
        matches!(
            (self, next),
            (Self::Claimed, Self::Pending | Self::Verified | Self::Retired)
                | (Self::Pending, Self::Verified | Self::Retired)
                | (Self::Verified, Self::Stale | Self::Retired)
                | (Self::Stale, Self::Verified | Self::Retired)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_these_moves_exist() {
        let moves: Vec<String> = AddressState::ALL
            .iter()
            .flat_map(|from| AddressState::ALL.iter().map(move |to| (*from, *to)))
            .filter(|(from, to)| from.may_become(*to))
            .map(|(from, to)| format!("{from} {to}"))
            .collect();
        assert_eq!(
            moves,
            [
                "claimed pending",
                "claimed verified",
                "claimed retired",
                "pending verified",
                "pending retired",
                "verified stale",
                "verified retired",
                "stale verified",
                "stale retired",
            ]
        );
    }

    #[test]
    fn only_verified_counts_as_proven() {
        assert!(AddressState::ALL.iter().filter(|state| state.is_proven()).eq([&AddressState::Verified]));
    }
}
