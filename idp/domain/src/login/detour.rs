//! What a flow does before it goes on to sign somebody in: it proves a mailbox, and does what that proof is for.

use serde::{Deserialize, Serialize};

use crate::email::{EmailAddress, ProofPurpose};
use crate::ids::ProofId;

/// A proof on the way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Detour {
    /// What the proof is for.
    pub purpose: ProofPurpose,
    /// The proof, once an address was given.
    pub proof: Option<MailedProof>,
    /// Whether a proof of one of the person's own addresses makes the person a member by its domain. It is over with the detour, so
    /// that it says nothing about whoever goes on in the same flow.
    #[serde(default)]
    pub joins: bool,
}

/// A proof of a mailbox that a flow has begun.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailedProof {
    /// Its row.
    pub id: ProofId,
    /// The address as it was given; says nothing about whether anybody owns it.
    pub address: EmailAddress,
    /// Whether its code or link came back.
    pub proven: bool,
    /// What it was begun for, where the detour has become another since.
    #[serde(default)]
    pub begun_for: Option<ProofPurpose>,
}

impl MailedProof {
    /// The beginning of one.
    pub const fn begun(id: ProofId, address: EmailAddress) -> Self {
        Self { id, address, proven: false, begun_for: None }
    }
}

/// Where a detour stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stage {
    /// Ask for the address.
    Address,
    /// Ask for what was mailed to this address.
    Code(EmailAddress),
    /// The mailbox is proven: ask for what the proof was for.
    Proven(EmailAddress),
}

impl Detour {
    /// The beginning of one.
    pub const fn to(purpose: ProofPurpose) -> Self {
        Self { purpose, proof: None, joins: false }
    }

    /// The beginning of one that ends in a membership.
    pub const fn to_join() -> Self {
        Self { purpose: ProofPurpose::Address, proof: None, joins: true }
    }

    /// The same errand with a new proof; another errand, if the proof is for one.
    #[must_use]
    pub fn asks(self, purpose: ProofPurpose, proof: MailedProof) -> Self {
        Self { purpose, proof: Some(proof), joins: self.joins && purpose == self.purpose }
    }

    /// What it needs next.
    pub fn stage(&self) -> Stage {
        match &self.proof {
            None => Stage::Address,
            Some(proof) if proof.proven => Stage::Proven(proof.address.clone()),
            Some(proof) => Stage::Code(proof.address.clone()),
        }
    }

    /// The proof that waits for its code, if the detour is for this.
    pub fn awaiting(&self) -> Option<&MailedProof> {
        self.proof.as_ref().filter(|proof| !proof.proven)
    }

    /// Turns a proven mailbox for a new account into one for an address of an account that is there.
    #[must_use]
    pub fn for_account(self) -> Self {
        let begun_for = Some(self.purpose);
        let proof = self.proof.map(|proof| MailedProof { begun_for, ..proof });
        Self { proof, ..Self::to(ProofPurpose::Address) }
    }

    /// The proven mailbox, if the detour is for this.
    pub fn proven(&self, purpose: ProofPurpose) -> Option<&MailedProof> {
        self.proof.as_ref().filter(|proof| proof.proven && self.purpose == purpose)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn who_joins_does_so_by_the_errand_that_was_begun_for_it() {
        let proof = || MailedProof::begun(ProofId::from_uuid(Uuid::nil()), "a@b.example".parse().unwrap());
        assert!(Detour::to_join().asks(ProofPurpose::Address, proof()).joins);
        assert!(!Detour::to_join().asks(ProofPurpose::SignUp, proof()).joins);
        assert!(!Detour::to(ProofPurpose::Address).asks(ProofPurpose::Address, proof()).joins);
    }

    #[test]
    fn no_step_can_be_left_out() {
        let address: EmailAddress = "a@b.example".parse().unwrap();
        let mut detour = Detour::to(ProofPurpose::Recovery);
        assert_eq!(detour.stage(), Stage::Address);
        assert!(detour.awaiting().is_none() && detour.proven(ProofPurpose::Recovery).is_none());
        let id = ProofId::from_uuid(Uuid::nil());
        detour.proof = Some(MailedProof::begun(id, address.clone()));
        assert_eq!(detour.stage(), Stage::Code(address.clone()));
        assert!(detour.awaiting().is_some() && detour.proven(ProofPurpose::Recovery).is_none());
        detour.proof = Some(MailedProof { proven: true, ..MailedProof::begun(id, address.clone()) });
        assert_eq!(detour.stage(), Stage::Proven(address));
        assert!(detour.awaiting().is_none(), "a code is taken once");
        assert!(detour.proven(ProofPurpose::Recovery).is_some());
        assert!(detour.proven(ProofPurpose::SignUp).is_none(), "a proof for one thing is none for another");
    }
}
