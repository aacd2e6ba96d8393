//! Rotation: the waiting key, long published, becomes the current one; its predecessor verifies until every token it
//! signed has ended.

use chrono::TimeDelta;
use gatehouse_domain::audit::{Actor, What};
use gatehouse_domain::ids::KeyId;
use gatehouse_domain::oauth::{Alg, Owner};
use gatehouse_domain::time::Timestamp;
use gatehouse_store::Trail;
use gatehouse_store::keys::{self, KeyState};

use crate::{Fault, Idp};

/// How long a key signs before it hands over by itself.
const SIGNS_FOR: TimeDelta = TimeDelta::days(90);
/// How long a retired key stays published: the longest life of a token, and an hour for caches and clocks.
const VERIFIES_FOR: TimeDelta = TimeDelta::hours(26);

/// Whether a key has served its time.
pub(super) fn is_due(since: Timestamp, now: Timestamp) -> bool {
    now.signed_duration_since(since) >= SIGNS_FOR
}

/// What a rotation did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rotated {
    /// The key that signs now.
    pub current: KeyId,
    /// Its algorithm.
    pub alg: Alg,
}

/// Why a key did not rotate.
#[derive(Debug, thiserror::Error)]
pub enum RotateError {
    /// No such tenant.
    #[error("no such tenant")]
    NoSuchTenant,
    /// Machinery.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Idp {
    /// Rotates the key of a tenant, or of the platform, on the operator's word.
    ///
    /// # Errors
    /// If there is no such tenant, or the machinery failed.
    pub async fn rotate_keys(&self, slug: Option<&str>, alg: Option<Alg>) -> Result<Rotated, RotateError> {
        let issuer = self.issuer(slug).await?.ok_or(RotateError::NoSuchTenant)?;
        let alg = alg.unwrap_or_else(|| issuer.default_alg());
        self.signer(issuer.owner(), alg).await?;
        Ok(self.rotate_key(issuer.owner(), alg, Actor::Operator).await?)
    }

    pub(super) async fn rotate_key(&self, owner: Owner, alg: Alg, actor: Actor) -> Result<Rotated, Fault> {
        let now = self.now();
        self.make_key(owner, alg, KeyState::Next, actor).await?;
        let mut tx = self.write_of(owner, "rotate_key").await?;
        let known = keys::list_verifying(&mut tx, owner, now).await?;
        let waiting =
            known.iter().find(|key| key.alg == alg && key.state == KeyState::Next).map(|key| key.id);
        let waiting = waiting.ok_or(Fault::Inconsistent("signing key"))?;
        let what = What::KeyChanged { key: waiting, alg, state: KeyState::Current.as_str() };
        let record = self.record(self.event_of(owner, actor, now, what))?;
        if keys::promote(&mut tx, owner, waiting, now, now + VERIFIES_FOR).await? {
            tx.commit(Trail::of([record])).await?;
        }
        self.make_key(owner, alg, KeyState::Next, actor).await?;
        self.forget_ring(owner);
        Ok(Rotated { current: waiting, alg })
    }
}
