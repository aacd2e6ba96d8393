//! Whose rows a transaction may see.

use gatehouse_domain::ids::{IdentityId, TenantId};

/// The scope of a transaction: set once, in the round trip that opens it, and gone with it.
///
/// With both a tenant and an identity, each table still sees its own scope only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scope {
    tenant: Option<TenantId>,
    identity: Option<IdentityId>,
}

impl Scope {
    /// No tenant and no person: directory tables and functions that find by digest.
    pub const fn platform() -> Self {
        Self { tenant: None, identity: None }
    }

    /// One tenant's rows.
    pub const fn tenant(tenant: TenantId) -> Self {
        Self { tenant: Some(tenant), identity: None }
    }

    /// One person's rows.
    pub const fn identity(identity: IdentityId) -> Self {
        Self { tenant: None, identity: Some(identity) }
    }

    /// One tenant's rows and one person's.
    pub const fn both(tenant: TenantId, identity: IdentityId) -> Self {
        Self { tenant: Some(tenant), identity: Some(identity) }
    }

    /// The tenant, if one is set.
    pub const fn tenant_id(self) -> Option<TenantId> {
        self.tenant
    }

    /// The identity, if one is set.
    pub const fn identity_id(self) -> Option<IdentityId> {
        self.identity
    }

    /// The statements that open a transaction of this scope, for one round trip. The values are UUIDs, so nothing can be
    /// smuggled in.
    pub(crate) fn opening(self, read_only: bool) -> String {
        let mut sql = String::from(if read_only { "BEGIN READ ONLY" } else { "BEGIN" });
        if let Some(tenant) = self.tenant {
            sql.push_str(&format!("; SET LOCAL gatehouse.tenant = '{}'", tenant.uuid()));
        }
        if let Some(identity) = self.identity {
            sql.push_str(&format!("; SET LOCAL gatehouse.identity = '{}'", identity.uuid()));
        }
        sql
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn one_round_trip_opens_and_scopes() {
        let tenant = TenantId::from_uuid(Uuid::from_u128(1));
        let identity = IdentityId::from_uuid(Uuid::from_u128(2));
        assert_eq!(Scope::platform().opening(true), "BEGIN READ ONLY");
        assert_eq!(
            Scope::both(tenant, identity).opening(false),
            "BEGIN; SET LOCAL gatehouse.tenant = '00000000-0000-0000-0000-000000000001'; \
             SET LOCAL gatehouse.identity = '00000000-0000-0000-0000-000000000002'"
        );
    }
}
