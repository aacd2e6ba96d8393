//! From a proven mailbox to a verified address.

use chrono::TimeDelta;
use gatehouse_domain::email::{EmailAddress, ProofPurpose, ProvenBy};
use gatehouse_domain::ids::{AddressId, IdentityId, uuid_v7};
use gatehouse_store::WriteTx;
use gatehouse_store::addresses::{self, Proved, Proving};
use gatehouse_store::proofs::ProofKey;
use serde_json::json;

use crate::{Ctx, Fault, Idp};

/// How long an address that somebody let go of, or whose proof lapsed, is kept from others.
pub(crate) const COOL_OFF: TimeDelta = TimeDelta::days(30);

/// A claim of a person and the mailbox that proves it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Owned<'a> {
    /// The claim.
    pub(crate) claim: AddressId,
    /// Its address.
    pub(crate) address: &'a EmailAddress,
    /// The proof.
    pub(crate) proof: ProofKey,
    /// What the proof was for.
    pub(crate) purpose: ProofPurpose,
    /// The keyed hash by which the address is known once it is let go of.
    pub(crate) mark: [u8; 32],
}

impl Idp {
    /// Makes the claim of the person in scope verified, and takes everybody else's claims on the address, who hear of it by jobs
    /// (table 19.1, rows 13 and 14).
    pub(crate) async fn verify_address(
        &self,
        cx: &Ctx,
        tx: &mut WriteTx,
        owned: &Owned<'_>,
    ) -> Result<Proved, Fault> {
        let network = cx.network().map(|network| network.to_string());
        let proving = Proving {
            address: owned.claim,
            proof: owned.proof,
            purpose: owned.purpose,
            mark: owned.mark,
            cool_off: COOL_OFF,
            evidence: uuid_v7(cx.now, self.rng.as_ref()),
            by: ProvenBy::Mailbox,
            details: &json!({ "request": cx.request, "network": network }),
        };
        let proved = addresses::prove(tx, &proving, cx.now).await?;
        if let Proved::Verified(superseded) = proved {
            let mut victims: Vec<IdentityId> = superseded.into_iter().collect();
            victims.extend(addresses::evict_claims(tx, owned.address, cx.now).await?);
            for victim in victims {
                self.queue_eviction(tx, victim).await?;
            }
        }
        Ok(proved)
    }
}
