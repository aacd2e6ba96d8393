//! From an address to the record that a password is judged by: the same questions to the database, whoever it is.

use gatehouse_domain::credential::PasswordRecord;
use gatehouse_domain::email::EmailAddress;
use gatehouse_domain::identity::IdentityStatus;
use gatehouse_domain::ids::{CredentialId, IdentityId};
use gatehouse_store::{Scope, identities, members};

use crate::{Fault, Idp, Issuer};

/// A person with a password.
#[derive(Debug)]
pub(crate) struct Found {
    /// The person.
    pub(crate) identity: IdentityId,
    /// The epoch that a session is opened under.
    pub(crate) epoch: i32,
    /// Whether the person may sign in.
    pub(crate) status: IdentityStatus,
    /// The credential.
    pub(crate) credential: CredentialId,
    /// The record.
    pub(crate) record: PasswordRecord,
}

impl Idp {
    /// The person who signs in with an address here: its proven owner; else, at a tenant's issuer only, the member whose
    /// login address it is.
    pub(crate) async fn find_by_address(
        &self,
        issuer: &Issuer,
        address: &EmailAddress,
    ) -> Result<Option<Found>, Fault> {
        let canonical = address.canonical();
        let scope = issuer.tenant_id().map_or_else(Scope::platform, Scope::tenant);
        let mut tx = self.pool()?.read(scope, "find_by_address").await?;
        let owner = identities::find_verified_owner(&mut tx, address).await?;
        let member = members::by_login_address(&mut tx, &canonical).await?.map(|member| member.identity);
        drop(tx);
        // Somebody unknown is looked up too, under an id that nobody has, so that the work is the same.
        let somebody = owner.or(member).unwrap_or_else(|| IdentityId::from_uuid(uuid::Uuid::nil()));
        let mut tx = self.pool()?.read(Scope::identity(somebody), "password").await?;
        let identity = identities::read(&mut tx).await?;
        let password = identities::password(&mut tx).await?;
        Ok(identity.zip(password).map(|(identity, password)| Found {
            identity: somebody,
            epoch: identity.epoch,
            status: identity.status,
            credential: password.id,
            record: password.record,
        }))
    }
}
