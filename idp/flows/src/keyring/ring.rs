//! The signing keys of one issuer, opened and parsed.

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;
use gatehouse_domain::oauth::{Alg, Owner};
use gatehouse_domain::time::Timestamp;
use gatehouse_keys::jwk::{Jwk, Jwks};
use gatehouse_keys::signing::SigningKey;
use gatehouse_keys::verify::VerifyingKey;
use gatehouse_store::keys::{self, KeyState};

use super::data::place;
use crate::{Fault, Idp, Issuer};

/// What signs and verifies for one issuer.
#[derive(Debug)]
pub(crate) struct Ring {
    /// What signs, by algorithm.
    pub(crate) current: HashMap<Alg, Arc<SigningKey>>,
    /// Since when each of those signs.
    pub(crate) since: HashMap<Alg, Timestamp>,
    /// What verifies: next, current and retired.
    pub(crate) verifying: Vec<Arc<VerifyingKey>>,
    /// The published document.
    pub(crate) jwks: Bytes,
}

impl Idp {
    /// The ring of an owner; an empty one if no token was ever asked for.
    pub(crate) async fn ring(&self, owner: Owner) -> Result<Arc<Ring>, Fault> {
        if let Some(found) = self.keyring.rings.get(&owner) {
            return Ok(found);
        }
        let ring = Arc::new(self.load_ring(owner).await?);
        self.keyring.rings.insert(owner, Arc::clone(&ring));
        Ok(ring)
    }

    /// The keys that verify an issuer's tokens, with its name.
    pub(crate) async fn issuer_keys(
        &self,
        issuer: &Issuer,
    ) -> Result<gatehouse_keys::verify::IssuerKeys, Fault> {
        let ring = self.ring(issuer.owner()).await?;
        Ok(gatehouse_keys::verify::IssuerKeys::new(issuer.iss(), ring.verifying.clone()))
    }

    pub(super) fn forget_ring(&self, owner: Owner) {
        self.keyring.rings.invalidate(&owner);
    }

    async fn load_ring(&self, owner: Owner) -> Result<Ring, Fault> {
        let stored = {
            let mut tx = self.read_of(owner, "signing_keys").await?;
            keys::list_verifying(&mut tx, owner, self.now()).await?
        };
        let mut ring = Ring {
            current: HashMap::new(),
            since: HashMap::new(),
            verifying: Vec::new(),
            jwks: Bytes::new(),
        };
        let mut published = Vec::with_capacity(stored.len());
        for row in &stored {
            let jwk: Jwk = serde_json::from_value(row.public_jwk.clone())
                .map_err(|_| Fault::Inconsistent("signing key"))?;
            let parsed = VerifyingKey::from_jwk(&jwk).map_err(|_| Fault::Inconsistent("signing key"))?;
            ring.verifying.push(Arc::new(parsed));
            published.push(jwk);
            if row.state == KeyState::Current {
                ring.current.insert(row.alg, Arc::new(self.open_key(owner, row).await?));
                ring.since.insert(row.alg, row.current_at.unwrap_or(row.created_at));
            }
        }
        let document =
            serde_json::to_vec(&Jwks { keys: published }).map_err(|_| Fault::Inconsistent("signing key"))?;
        ring.jwks = Bytes::from(document);
        Ok(ring)
    }

    async fn open_key(&self, owner: Owner, row: &keys::SigningKey) -> Result<SigningKey, Fault> {
        let data_key = self.data_key(owner).await?;
        let pkcs8 = data_key.open(&place(owner, "signing_keys", "sealed", row.id.uuid()), &row.sealed)?;
        Ok(SigningKey::from_pkcs8(row.alg, row.id, &pkcs8)?)
    }

    /// The published keys of an issuer. Those of its usual algorithm are made when they are first looked for, so that whoever
    /// fetches them before the first token finds the one that will sign it; others are made when they are chosen.
    ///
    /// # Errors
    /// If the machinery failed.
    pub async fn jwks(&self, issuer: &Issuer) -> Result<Bytes, Fault> {
        let owner = issuer.owner();
        self.publish_key(owner, issuer.default_alg()).await?;
        Ok(self.ring(owner).await?.jwks.clone())
    }
}
