//! The proof of the demo world: made, shown and taken in one breath, by the functions that every proof goes through.

use gatehouse_domain::email::{EmailAddress, ProofPurpose, ProvenBy};
use gatehouse_domain::ids::{IdentityId, ProofId, uuid_v7};
use gatehouse_domain::time::Timestamp;
use gatehouse_store::WriteTx;
use gatehouse_store::addresses::{self, Claim, Proved, Proving};
use gatehouse_store::proofs::{self, NewProof, ProofKey, Tried, Typed};
use uuid::Uuid;

use super::{COOL_OFF, PROOF_LIFE, ProofSecret};
use crate::{Fault, Idp};

/// What the demo world proves an address by.
#[derive(Debug)]
pub(crate) struct DemoProof {
    id: ProofId,
    secret: ProofSecret,
    mark: [u8; 32],
    evidence: [Uuid; 2],
}

impl Idp {
    /// Makes a proof that nobody is mailed.
    pub(crate) async fn demo_proof(&self, email: &EmailAddress, now: Timestamp) -> Result<DemoProof, Fault> {
        let rng = self.rng.as_ref();
        let id = ProofId::mint(now, rng);
        Ok(DemoProof {
            id,
            secret: self.proof_secret(id).await?,
            mark: self.release_mark(&email.canonical()).await?,
            evidence: [uuid_v7(now, rng), uuid_v7(now, rng)],
        })
    }
}

impl DemoProof {
    /// Proves a claim that the transaction has just made; whether it is verified now.
    pub(crate) async fn finish(
        &self,
        tx: &mut WriteTx,
        identity: IdentityId,
        claim: &Claim<'_>,
        now: Timestamp,
    ) -> Result<bool, Fault> {
        let [pending, verified] = self.evidence;
        let until = now + PROOF_LIFE;
        let new = NewProof {
            id: self.id,
            purpose: ProofPurpose::Address,
            identity: Some(identity),
            address: claim.address,
            browser: None,
            code: self.secret.code_mark,
            link: self.secret.link_digest,
            evidence: pending,
            expires_at: until,
        };
        proofs::begin(tx, &new, now).await?;
        let key = ProofKey { id: self.id, browser: None };
        let typed = Typed { code: self.secret.code_mark, tries: 1, until };
        if proofs::show_code(tx, key, &typed, now).await? != Tried::Proven {
            return Ok(false);
        }
        let proving = Proving {
            address: claim.id,
            proof: key,
            purpose: ProofPurpose::Address,
            mark: self.mark,
            cool_off: COOL_OFF,
            evidence: verified,
            by: ProvenBy::Dev,
            details: claim.details,
        };
        Ok(matches!(addresses::prove(tx, &proving, now).await?, Proved::Verified(_)))
    }
}
