//! Data keys: one per tenant and one for the platform, wrapped by the operator's key-encryption key.

use std::sync::Arc;

use gatehouse_domain::ids::{KeyId, TenantId};
use gatehouse_domain::oauth::Owner;
use gatehouse_keys::seal::{DataKey, Place, WrappedKey};
use gatehouse_store::keys;
use uuid::Uuid;

use crate::{Fault, Idp};

/// The cell whose name stands in the associated data of a tenant's sealed values.
pub(crate) const POOL: &str = "pool";
/// The same for the directory's.
const DIRECTORY: &str = "directory";

impl Idp {
    /// The data key of an owner, made on first use.
    pub(crate) async fn data_key(&self, owner: Owner) -> Result<Arc<DataKey>, Fault> {
        if let Some(found) = self.keyring.data.get(&owner) {
            return Ok(found);
        }
        let stored = match self.stored_data_key(owner).await? {
            Some(stored) => stored,
            None => self.first_data_key(owner).await?,
        };
        let place = place(owner, "data_keys", "wrapped", stored.id.uuid());
        let key = self.keyring.keks.unwrap_key(&WrappedKey::from_bytes(stored.wrapped), &place)?;
        let key = Arc::new(key);
        self.keyring.data.insert(owner, Arc::clone(&key));
        Ok(key)
    }

    async fn stored_data_key(&self, owner: Owner) -> Result<Option<keys::DataKey>, Fault> {
        let mut tx = self.read_of(owner, "data_key").await?;
        Ok(keys::data_key(&mut tx, owner).await?)
    }

    /// A data key for a tenant that is about to be made: known from now on, and to be stored in the transaction that makes the
    /// tenant, whose events it seals.
    pub(crate) fn data_key_of_new(&self, tenant: TenantId) -> Result<keys::DataKey, Fault> {
        let owner = Owner::Tenant(tenant);
        let key = DataKey::generate(self.rng.as_ref())?;
        let stored = self.wrapped(owner, &key)?;
        self.keyring.data.insert(owner, Arc::new(key));
        Ok(stored)
    }

    fn wrapped(&self, owner: Owner, key: &DataKey) -> Result<keys::DataKey, Fault> {
        let id = KeyId::mint(self.now(), self.rng.as_ref());
        let wrapped = self.keyring.keks.wrap(key, &place(owner, "data_keys", "wrapped", id.uuid()))?;
        let kek_id = wrapped.kek_id()?.to_string();
        Ok(keys::DataKey { id, kek_id, wrapped: wrapped.as_bytes().to_vec() })
    }

    async fn first_data_key(&self, owner: Owner) -> Result<keys::DataKey, Fault> {
        let now = self.now();
        let new = self.wrapped(owner, &DataKey::generate(self.rng.as_ref())?)?;
        let mut tx = self.write_of(owner, "data_key").await?;
        let winner = keys::data_key_or_insert(&mut tx, owner, &new, now).await?;
        tx.commit(gatehouse_store::Trail::none(gatehouse_store::NoTrail::FirstUse)).await?;
        Ok(winner)
    }
}

/// Where a sealed value of an owner lies: what binds it to its cell, table, column and row.
pub(crate) fn place(owner: Owner, table: &str, column: &str, row: Uuid) -> Place {
    match owner {
        Owner::Platform => Place::new(DIRECTORY, table, column, row),
        Owner::Tenant(tenant) => Place::new(POOL, table, column, format!("{tenant}/{row}")),
    }
}
