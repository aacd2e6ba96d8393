//! From columns to words of the domain.

use std::str::FromStr;

use gatehouse_domain::identity::Role;
use gatehouse_domain::ids::TenantId;
use gatehouse_domain::oauth::{Owner, Scopes};
use gatehouse_domain::secret::Digest;
use uuid::Uuid;

use crate::error::StoreError;
use crate::tx::Reads;

/// Whether an insertion took place, or something unique was in its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Insertion {
    /// The row is new.
    Done,
    /// The name, address or id is taken.
    Taken,
}

impl Insertion {
    pub(crate) const fn of(rows: u64) -> Self {
        if rows == 0 { Self::Taken } else { Self::Done }
    }
}

/// A part of a list, in the order of ids: those after a row, at most so many.
#[derive(Debug, Clone, Copy)]
pub struct Page {
    /// The last row of the part before; none for the first part.
    pub after: Option<Uuid>,
    /// How many rows at most.
    pub limit: u16,
}

impl Page {
    pub(crate) fn after(self) -> Uuid {
        self.after.unwrap_or(Uuid::nil())
    }

    pub(crate) fn limit(self) -> i64 {
        i64::from(self.limit)
    }
}

/// The same statement on a table of the directory and on its twin in the cell.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Both {
    pub(crate) platform: &'static str,
    pub(crate) tenant: &'static str,
}

impl Both {
    /// The statement for an owner; a tenant's only in that tenant's scope.
    pub(crate) fn of(self, tx: &impl Reads, owner: Owner) -> Result<&'static str, StoreError> {
        match owner {
            Owner::Platform => Ok(self.platform),
            Owner::Tenant(tenant) => in_tenant(tx, tenant).map(|()| self.tenant),
        }
    }
}

macro_rules! both {
    ($before:literal [$table:ident] $after:literal) => {
        $crate::row::Both {
            platform: concat!($before, "directory.", stringify!($table), $after),
            tenant: concat!($before, stringify!($table), $after),
        }
    };
}
pub(crate) use both;

fn in_tenant(tx: &impl Reads, tenant: TenantId) -> Result<(), StoreError> {
    if tx.scope().tenant_id() == Some(tenant) { Ok(()) } else { Err(StoreError::OutOfScope) }
}

/// Reads a stored word or name.
pub(crate) fn parse<T: FromStr>(text: &str, what: &'static str) -> Result<T, StoreError> {
    text.parse().map_err(|_| StoreError::Unreadable(what))
}

pub(crate) fn scopes(values: &[String]) -> Result<Scopes, StoreError> {
    Scopes::collect(values.iter().map(String::as_str)).map_err(|_| StoreError::Unreadable("scope"))
}

pub(crate) fn roles(values: &[String]) -> Result<Vec<Role>, StoreError> {
    values.iter().map(|role| parse(role, "role")).collect()
}

pub(crate) fn role_words(roles: &[Role]) -> Vec<&'static str> {
    roles.iter().map(|role| role.as_str()).collect()
}

pub(crate) fn digest(bytes: &[u8]) -> Result<Digest, StoreError> {
    bytes.try_into().map(Digest::from_bytes).map_err(|_| StoreError::Unreadable("digest"))
}

/// Reads a stored JSON document.
pub(crate) fn document<T: serde::de::DeserializeOwned>(
    value: serde_json::Value,
    what: &'static str,
) -> Result<T, StoreError> {
    serde_json::from_value(value).map_err(|_| StoreError::Unreadable(what))
}

/// Writes a JSON document; our types always can.
pub(crate) fn to_document(
    value: &impl serde::Serialize,
    what: &'static str,
) -> Result<serde_json::Value, StoreError> {
    serde_json::to_value(value).map_err(|_| StoreError::Unreadable(what))
}
