//! Issuers: every tenant is one, and so is the platform.

use std::sync::Arc;

use gatehouse_domain::ids::TenantId;
use gatehouse_domain::oauth::Owner;
use gatehouse_domain::tenant::Tenant;

/// An issuer that a request was addressed to: resolved from the host and path, never from anything else in the request.
#[derive(Debug, Clone)]
pub struct Issuer {
    iss: Arc<str>,
    path: Arc<str>,
    tenant: Option<Arc<Tenant>>,
}

impl Issuer {
    /// The platform at a base address without a trailing slash.
    pub fn platform(base: &str) -> Self {
        Self { iss: base.into(), path: "".into(), tenant: None }
    }

    /// A tenant at a base address.
    pub fn tenant_at(base: &str, tenant: Arc<Tenant>) -> Self {
        let path = format!("/t/{}", tenant.at.slug);
        Self { iss: format!("{base}{path}").into(), path: path.into(), tenant: Some(tenant) }
    }

    /// The issuer identifier (RFC 8414, section 2).
    pub fn iss(&self) -> &str {
        &self.iss
    }

    /// What precedes every path of this issuer on its host: empty, or `/t/{slug}`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The tenant, unless this is the platform.
    pub fn tenant(&self) -> Option<&Arc<Tenant>> {
        self.tenant.as_ref()
    }

    /// The tenant's id, unless this is the platform.
    pub fn tenant_id(&self) -> Option<TenantId> {
        self.tenant.as_ref().map(|tenant| tenant.at.id)
    }

    /// Whose apps and keys are asked for here.
    pub fn owner(&self) -> Owner {
        self.tenant_id().map_or(Owner::Platform, Owner::Tenant)
    }

    /// Whether this is the platform's issuer.
    pub fn is_platform(&self) -> bool {
        self.tenant.is_none()
    }
}
