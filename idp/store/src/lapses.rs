//! Proofs of addresses that are worth nothing any more: the domain lapsed, or letters are refused for long.

use chrono::TimeDelta;
use gatehouse_domain::ids::{AddressId, IdentityId};
use gatehouse_domain::tenant::DomainName;
use gatehouse_domain::time::Timestamp;
use uuid::Uuid;

use crate::error::StoreError;
use crate::tx::{Opener, Reads as _, WriteTx};

/// Lets the proven addresses of a domain lapse, a batch at a time: whose they were. Only in the scope of a tenant whose claim on the
/// domain has lapsed.
///
/// # Errors
/// What the database said; any other transaction is refused.
pub async fn of_domain(
    tx: &mut WriteTx,
    domain: &DomainName,
    batch: u16,
    now: Timestamp,
) -> Result<Vec<(IdentityId, AddressId)>, StoreError> {
    let query =
        sqlx::query_as::<_, (Uuid, Uuid)>(OF_DOMAIN).bind(domain.as_str()).bind(i32::from(batch)).bind(now);
    let rows = tx.guard().all(query).await?;
    Ok(rows.into_iter().map(|(who, id)| (IdentityId::from_uuid(who), AddressId::from_uuid(id))).collect())
}

/// Addresses that have refused letters for so long that their proof is worth nothing any more, and whose they are. Each of these
/// people has another proven address that takes letters.
///
/// # Errors
/// What the database said.
pub async fn refusing(
    cell: &Opener,
    long: TimeDelta,
    batch: u16,
) -> Result<Vec<(IdentityId, AddressId)>, StoreError> {
    let query = sqlx::query_as::<_, (Uuid, Uuid)>(REFUSING).bind(long).bind(i32::from(batch));
    let rows = cell.call_all("lapses.refusing", query).await?;
    Ok(rows.into_iter().map(|(who, id)| (IdentityId::from_uuid(who), AddressId::from_uuid(id))).collect())
}

/// Lets the proof of such an address of the person in scope lapse; false if it is none any more.
///
/// # Errors
/// What the database said.
pub async fn of_address(
    tx: &mut WriteTx,
    id: AddressId,
    evidence: Uuid,
    long: TimeDelta,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let query = sqlx::query_as::<_, (bool,)>(OF_ADDRESS).bind(id.uuid()).bind(evidence).bind(long).bind(now);
    Ok(tx.guard().optional(query).await?.is_some_and(|(lapsed,)| lapsed))
}

const OF_DOMAIN: &str = "SELECT person, address_id FROM lapse_addresses($1, $2, $3)";
const REFUSING: &str = "SELECT identity, address FROM refusing_addresses($1, $2)";
const OF_ADDRESS: &str = "SELECT lapse_address($1, $2, $3, $4)";
