//! Signing with the current key, which is made when there is none.

use std::sync::Arc;

use gatehouse_domain::audit::What;
use gatehouse_domain::ids::KeyId;
use gatehouse_domain::oauth::{Alg, Owner};
use gatehouse_keys::signing::SigningKey;
use gatehouse_store::keys::{self, KeyState};
use gatehouse_store::{Insertion, Trail};
use serde::Serialize;

use super::data::place;
use super::rotate::{Urge, is_due};
use crate::{Fault, Idp};

impl Idp {
    /// Signs claims with the owner's current key of an algorithm.
    pub(crate) async fn sign<T: Serialize + Sync>(
        &self,
        owner: Owner,
        alg: Alg,
        typ: &'static str,
        claims: &T,
    ) -> Result<String, Fault> {
        let signer = self.signer(owner, alg).await?;
        if alg != Alg::RS256 {
            return Ok(signer.sign_jwt(typ, claims)?);
        }
        // An RSA signature takes most of a millisecond: too long for a thread that serves others.
        let claims = serde_json::to_value(claims).map_err(|_| Fault::Inconsistent("token"))?;
        let signed = tokio::task::spawn_blocking(move || signer.sign_jwt(typ, &claims)).await;
        Ok(signed.map_err(|_| Fault::Busy)??)
    }

    /// The key that signs now; one that has served its time hands over to its successor first.
    pub(super) async fn signer(&self, owner: Owner, alg: Alg) -> Result<Arc<SigningKey>, Fault> {
        let ring = self.ring(owner).await?;
        if let (Some(key), Some(since)) = (ring.current.get(&alg), ring.since.get(&alg)) {
            if !is_due(*since, self.now()) {
                return Ok(Arc::clone(key));
            }
            self.rotate_key(owner, alg, Urge::Due).await?;
        } else {
            self.first_keys(owner, alg).await?;
        }
        self.forget_ring(owner);
        let ring = self.ring(owner).await?;
        ring.current.get(&alg).cloned().ok_or(Fault::Inconsistent("signing key"))
    }

    /// Makes the keys of an algorithm if there are none, so that they are published.
    pub(crate) async fn publish_key(&self, owner: Owner, alg: Alg) -> Result<(), Fault> {
        if !self.ring(owner).await?.current.contains_key(&alg) {
            self.first_keys(owner, alg).await?;
            self.forget_ring(owner);
        }
        Ok(())
    }

    /// The first pair of keys: one that signs and one that waits, published together.
    async fn first_keys(&self, owner: Owner, alg: Alg) -> Result<(), Fault> {
        for state in [KeyState::Current, KeyState::Next] {
            self.make_key(owner, alg, state, gatehouse_domain::audit::Actor::System).await?;
        }
        Ok(())
    }

    /// Makes a key; where another node was faster, its key stays and this one is dropped.
    pub(super) async fn make_key(
        &self,
        owner: Owner,
        alg: Alg,
        state: KeyState,
        actor: gatehouse_domain::audit::Actor,
    ) -> Result<(), Fault> {
        let now = self.now();
        let id = KeyId::mint(now, self.rng.as_ref());
        let made = tokio::task::spawn_blocking(move || {
            let key = SigningKey::generate(alg, id)?;
            Ok::<_, gatehouse_keys::signing::KeysError>((key.to_pkcs8()?, key.public_jwk()))
        });
        let (pkcs8, jwk) = made.await.map_err(|_| Fault::Busy)??;
        let data_key = self.data_key(owner).await?;
        let sealed = data_key.seal(&place(owner, "signing_keys", "sealed", id.uuid()), pkcs8.expose())?;
        let public_jwk = serde_json::to_value(&jwk).map_err(|_| Fault::Inconsistent("signing key"))?;
        let current_at = (state == KeyState::Current).then_some(now);
        let row = keys::SigningKey {
            id,
            alg,
            state,
            public_jwk,
            sealed,
            created_at: now,
            current_at,
            gone_at: None,
        };
        let record = self.record(self.event_of(
            owner,
            actor,
            now,
            What::KeyChanged { key: id, alg, state: state.as_str() },
        ))?;
        let mut tx = self.write_of(owner, "make_key").await?;
        if keys::insert_signing_key(&mut tx, owner, &row).await? == Insertion::Done {
            tx.commit(Trail::of([record])).await?;
        }
        Ok(())
    }
}
