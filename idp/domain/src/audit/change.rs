//! What of the configuration was changed, and how.

use serde::Serialize;

/// What was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ObjectKind {
    /// A tenant's record.
    Tenant,
    /// A domain of a tenant.
    Domain,
    /// A tenant's rules.
    Policy,
    /// A tenant's looks.
    Branding,
    /// A tenant's own mail server.
    Mail,
    /// A tenant's own upstream.
    Connection,
    /// What a tenant's upstream knows us by.
    ConnectionSecret,
    /// An upstream of the operator.
    Provider,
    /// What an upstream of the operator knows us by.
    ProviderSecret,
    /// An app.
    App,
    /// The secret of an app.
    AppSecret,
    /// A resource.
    Resource,
    /// The use of a platform app by a tenant.
    Entitlement,
}

/// How it was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// Made.
    Created,
    /// Altered.
    Updated,
    /// Taken away.
    Removed,
}
