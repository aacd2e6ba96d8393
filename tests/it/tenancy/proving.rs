//! Claims and proofs of addresses, as the journeys make them.

use chrono::TimeDelta;
use gatehouse_domain::email::{ClaimedBy, EmailAddress, ProofPurpose, ProvenBy};
use gatehouse_domain::ids::{AddressId, IdentityId, ProofId};
use gatehouse_domain::secret::Digest;
use gatehouse_domain::time::Timestamp;
use gatehouse_store::addresses::{self, Claim, Proved, Proving};
use gatehouse_store::proofs::{self, NewProof, ProofKey, Tried, Typed};
use gatehouse_store::{Insertion, Scope, Store, WriteTx, identities};
use serde_json::json;

use super::world::{cell, digest, done, later, now, uuid, write};

/// How many tries the proofs of these tests have.
pub(super) const TRIES: u16 = 3;
/// How long an address that was let go of, or whose proof lapsed, is kept from others.
pub(super) const COOL_OFF: TimeDelta = TimeDelta::days(30);

/// A proof under way, with what was mailed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mailed {
    pub(super) id: ProofId,
    pub(super) browser: Option<Digest>,
    pub(super) code: [u8; 32],
    pub(super) link: Digest,
    pub(super) purpose: ProofPurpose,
}

impl Mailed {
    pub(super) fn new(purpose: ProofPurpose) -> Self {
        Self {
            id: ProofId::from_uuid(uuid()),
            browser: Some(digest()),
            code: *digest().as_bytes(),
            link: digest(),
            purpose,
        }
    }

    pub(super) const fn key(&self) -> ProofKey {
        ProofKey { id: self.id, browser: self.browser }
    }

    /// Begins it, good for ten minutes.
    pub(super) async fn begin(&self, tx: &mut WriteTx, who: Option<IdentityId>, address: &EmailAddress) {
        proofs::begin(tx, &self.row(who, address), now()).await.unwrap();
    }

    pub(super) fn row<'a>(&self, identity: Option<IdentityId>, address: &'a EmailAddress) -> NewProof<'a> {
        NewProof {
            id: self.id,
            purpose: self.purpose,
            identity,
            address,
            browser: self.browser,
            code: self.code,
            link: self.link,
            evidence: uuid(),
            expires_at: later(600),
        }
    }

    /// Tries a code at a moment; what is proven stays so for half an hour.
    pub(super) async fn tried(&self, store: &Store, code: [u8; 32], at: Timestamp) -> Tried {
        proofs::try_code(&cell(store), self.key(), &typed(code, at), at).await.unwrap()
    }

    /// Follows the link.
    pub(super) async fn followed(&self, store: &Store, link: &Digest, at: Timestamp) -> Tried {
        proofs::follow(&cell(store), self.key(), link, at, at + TimeDelta::minutes(30)).await.unwrap()
    }
}

pub(super) fn typed(code: [u8; 32], at: Timestamp) -> Typed {
    Typed { code, tries: TRIES, until: at + TimeDelta::minutes(30) }
}

/// The keyed hash by which an address is known that somebody let go of.
pub(super) fn mark(address: &EmailAddress) -> [u8; 32] {
    *Digest::of(address.canonical().as_bytes()).as_bytes()
}

/// Claims an address for the person in scope.
pub(super) async fn claim(tx: &mut WriteTx, id: AddressId, address: &EmailAddress) -> Insertion {
    let details = json!({});
    let claim = Claim { id, address, by: ClaimedBy::Typed, evidence: uuid(), details: &details };
    addresses::claim(tx, &claim, now()).await.unwrap()
}

/// Proves a claim of the person in scope by a proven mailbox.
pub(super) async fn prove(
    tx: &mut WriteTx,
    id: AddressId,
    address: &EmailAddress,
    mailed: &Mailed,
    at: Timestamp,
) -> Proved {
    let details = json!({});
    let proving = Proving {
        address: id,
        proof: mailed.key(),
        purpose: mailed.purpose,
        mark: mark(address),
        cool_off: COOL_OFF,
        evidence: uuid(),
        by: ProvenBy::Mailbox,
        details: &details,
    };
    addresses::prove(tx, &proving, at).await.unwrap()
}

/// Claims and proves an address for the person in scope, in one transaction.
pub(super) async fn verify(tx: &mut WriteTx, who: IdentityId, id: AddressId, address: &EmailAddress) {
    assert_eq!(claim(tx, id, address).await, Insertion::Done);
    let mailed = Mailed::new(ProofPurpose::Address);
    mailed.begin(tx, Some(who), address).await;
    let shown = proofs::show_code(tx, mailed.key(), &typed(mailed.code, now()), now()).await.unwrap();
    assert_eq!(shown, Tried::Proven);
    assert_eq!(prove(tx, id, address, &mailed, now()).await, Proved::Verified(None));
}

/// Somebody who claims an address.
#[derive(Debug, Clone)]
pub(super) struct Claimant {
    pub(super) who: IdentityId,
    pub(super) id: AddressId,
    pub(super) address: EmailAddress,
}

impl Claimant {
    /// Makes one.
    pub(super) async fn new(store: &Store, address: &str) -> Self {
        let who = IdentityId::from_uuid(uuid());
        let mut tx = write(store, Scope::identity(who)).await;
        assert_eq!(identities::insert(&mut tx, None, None, now()).await.unwrap(), Insertion::Done);
        done(tx).await;
        Self::of(store, who, address).await
    }

    /// One more claim of somebody there.
    pub(super) async fn of(store: &Store, who: IdentityId, address: &str) -> Self {
        let (id, address) = (AddressId::from_uuid(uuid()), address.parse().unwrap());
        let mut tx = write(store, Scope::identity(who)).await;
        assert_eq!(claim(&mut tx, id, &address).await, Insertion::Done);
        done(tx).await;
        Self { who, id, address }
    }

    /// Begins a proof of the claim.
    pub(super) async fn mailed(&self, store: &Store) -> Mailed {
        let mailed = Mailed::new(ProofPurpose::Address);
        let mut tx = write(store, Scope::identity(self.who)).await;
        mailed.begin(&mut tx, Some(self.who), &self.address).await;
        done(tx).await;
        mailed
    }

    /// Shows a proven mailbox for the claim.
    pub(super) async fn proves(&self, store: &Store, mailed: &Mailed, at: Timestamp) -> Proved {
        let mut tx = write(store, Scope::identity(self.who)).await;
        let proved = prove(&mut tx, self.id, &self.address, mailed, at).await;
        done(tx).await;
        proved
    }

    /// Gets a mail, types its code and proves the claim, all at one moment.
    pub(super) async fn verified(&self, store: &Store, at: Timestamp) -> Proved {
        let mailed = Mailed::new(ProofPurpose::Address);
        let mut tx = write(store, Scope::identity(self.who)).await;
        let row =
            NewProof { expires_at: at + TimeDelta::minutes(10), ..mailed.row(Some(self.who), &self.address) };
        proofs::begin(&mut tx, &row, at).await.unwrap();
        done(tx).await;
        assert_eq!(mailed.tried(store, mailed.code, at).await, Tried::Proven);
        self.proves(store, &mailed, at).await
    }
}
