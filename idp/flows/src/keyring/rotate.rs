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

/// How long a key is published before it may sign: longer than anybody caches the published keys.
const PUBLISHED_FOR: TimeDelta = TimeDelta::minutes(10);

/// What the operator wants of a rotation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rotation {
    /// It happens if the waiting key has been published long enough.
    Planned,
    /// It happens come what may: the current key is in danger.
    Now,
    /// It happens come what may, and the older keys verify nothing any more: somebody else may sign with one of them.
    NowAndRevoke,
}

/// Who wants a rotation, and how much.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Urge {
    /// The key has served its time; if another node was faster, nothing is left to do.
    Due,
    /// The operator says so.
    Asked(Rotation),
}

/// What a rotation did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rotated {
    /// The key that signs now.
    pub current: KeyId,
    /// Its algorithm.
    pub alg: Alg,
    /// The keys that verify nothing any more.
    pub revoked: Vec<KeyId>,
}

/// Why a key did not rotate.
#[derive(Debug, thiserror::Error)]
pub enum RotateError {
    /// No such tenant.
    #[error("no such tenant")]
    NoSuchTenant,
    /// Whoever caches the published keys may not know the waiting one yet.
    #[error(
        "the next key was published less than ten minutes ago; wait, or say --now if the current key is in danger"
    )]
    TooEarly,
    /// Machinery.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Idp {
    /// Rotates the key of a tenant, or of the platform, on the operator's word.
    ///
    /// # Errors
    /// If there is no such tenant, it is too early, or the machinery failed.
    pub async fn rotate_keys(
        &self,
        slug: Option<&str>,
        alg: Option<Alg>,
        how: Rotation,
    ) -> Result<Rotated, RotateError> {
        let issuer = self.issuer(slug).await?.ok_or(RotateError::NoSuchTenant)?;
        let alg = alg.unwrap_or_else(|| issuer.default_alg());
        self.signer(issuer.owner(), alg).await?;
        self.rotate_key(issuer.owner(), alg, Urge::Asked(how)).await?.ok_or(RotateError::TooEarly)
    }

    /// Makes the waiting key the current one and a new one wait; nothing if it is not yet, or no longer, time for it.
    pub(super) async fn rotate_key(
        &self,
        owner: Owner,
        alg: Alg,
        urge: Urge,
    ) -> Result<Option<Rotated>, Fault> {
        let now = self.now();
        let actor = if urge == Urge::Due { Actor::System } else { Actor::Operator };
        self.make_key(owner, alg, KeyState::Next, actor).await?;
        let mut tx = self.write_of(owner, "rotate_key").await?;
        let known = keys::list_verifying(&mut tx, owner, now).await?;
        let of = |state| known.iter().find(|key| key.alg == alg && key.state == state);
        let waiting = of(KeyState::Next).ok_or(Fault::Inconsistent("signing key"))?;
        let current = of(KeyState::Current).ok_or(Fault::Inconsistent("signing key"))?;
        let published = now.signed_duration_since(waiting.created_at) >= PUBLISHED_FOR;
        let wanted = match urge {
            Urge::Due => published && is_due(current.current_at.unwrap_or(current.created_at), now),
            Urge::Asked(Rotation::Planned) => published,
            Urge::Asked(Rotation::Now | Rotation::NowAndRevoke) => true,
        };
        if !wanted {
            return Ok(None);
        }
        let moved = |key, state: KeyState| {
            let what = What::KeyChanged { key, alg, state: state.as_str() };
            self.record(self.event_of(owner, actor, now, what))
        };
        let mut records = vec![moved(waiting.id, KeyState::Current)?];
        if !keys::promote(&mut tx, owner, waiting.id, now, now + VERIFIES_FOR).await? {
            return Ok(None);
        }
        let mut revoked = Vec::new();
        if urge == Urge::Asked(Rotation::NowAndRevoke) {
            // Retired keys as well: nobody knows which of the older ones is in other hands.
            let older = known.iter().filter(|key| key.alg == alg && key.id != waiting.id);
            for key in older {
                keys::revoke(&mut tx, owner, key.id, now).await?;
                records.push(moved(key.id, KeyState::Revoked)?);
                revoked.push(key.id);
            }
        }
        tx.commit(Trail::of(records)).await?;
        self.make_key(owner, alg, KeyState::Next, actor).await?;
        self.forget_ring(owner);
        Ok(Some(Rotated { current: waiting.id, alg, revoked }))
    }
}
