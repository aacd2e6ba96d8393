//! People from another system, many in one call.

use gatehouse_domain::audit::Record;
use gatehouse_domain::credential::{ForeignCost, PasswordRecord};
use gatehouse_domain::email::EmailAddress;
use gatehouse_domain::identity::Role;
use gatehouse_domain::ids::{AddressId, CredentialId, IdentityId, MemberId, TenantId};
use gatehouse_domain::time::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::error::StoreError;
use crate::events::Columns;
use crate::row::role_words;
use crate::tx::Opener;

/// Somebody to be made, with a claimed address by which they sign in at the tenant.
#[derive(Debug, Clone)]
pub struct Newcomer {
    /// The person.
    pub identity: IdentityId,
    /// The member.
    pub member: MemberId,
    /// The row of the address.
    pub address_id: AddressId,
    /// The address.
    pub address: EmailAddress,
    /// The name, for the person and for the tenant.
    pub name: Option<String>,
    /// The language (BCP 47).
    pub locale: Option<String>,
    /// The roles in the tenant.
    pub roles: Vec<Role>,
    /// The password, where one is known.
    pub password: Option<(CredentialId, PasswordRecord)>,
    /// The id of the evidence row.
    pub evidence: Uuid,
    /// What the other system said of the address.
    pub details: Value,
    /// What happened, in the tenant's stream and in the person's.
    pub records: Vec<Record>,
}

/// What became of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Made; of a look alone: would be made.
    Made,
    /// The address belongs to a member of the tenant already.
    There,
    /// Somebody who is no member has proven the address.
    Owned,
}

/// What would become of people with these addresses in a tenant.
///
/// # Errors
/// What the database said.
pub async fn look(
    cell: &Opener,
    tenant: TenantId,
    addresses: &[EmailAddress],
    now: Timestamp,
) -> Result<Vec<Outcome>, StoreError> {
    let people = addresses.iter().map(|address| json!({ "address": address.canonical() })).collect();
    call(cell, tenant, Value::Array(people), true, &[], now).await
}

/// Makes people in a tenant, in one transaction: all of them, but for those whom [`look`] would not call [`Outcome::Made`] now.
///
/// # Errors
/// What the database said; then nobody was made.
pub async fn people(
    cell: &Opener,
    tenant: TenantId,
    newcomers: &[Newcomer],
    now: Timestamp,
) -> Result<Vec<Outcome>, StoreError> {
    let documents = newcomers.iter().map(Newcomer::document).collect();
    let records: Vec<(i32, &Record)> = (0..)
        .zip(newcomers)
        .flat_map(|(place, one)| one.records.iter().map(move |record| (place, record)))
        .collect();
    call(cell, tenant, Value::Array(documents), false, &records, now).await
}

impl Newcomer {
    fn foreign(&self) -> Option<&ForeignCost> {
        self.password.as_ref().and_then(|(_, record)| record.foreign())
    }

    fn document(&self) -> Value {
        json!({
            "identity": self.identity.uuid(),
            "member": self.member.uuid(),
            "address_id": self.address_id.uuid(),
            "address": self.address.canonical(),
            "typed": self.address.to_string(),
            "name": self.name,
            "locale": self.locale,
            "roles": role_words(&self.roles),
            "credential": self.password.as_ref().map(|(id, _)| id.uuid()),
            "secret": self.password.as_ref().map(|(_, record)| record.as_str()),
            "foreign_kib": self.foreign().map(|foreign| foreign.kib),
            "foreign_shape": self.foreign().map(|foreign| foreign.shape.as_str()),
            "evidence": self.evidence,
            "details": self.details,
        })
    }
}

async fn call(
    cell: &Opener,
    tenant: TenantId,
    people: Value,
    dry: bool,
    records: &[(i32, &Record)],
    now: Timestamp,
) -> Result<Vec<Outcome>, StoreError> {
    let places: Vec<i32> = records.iter().map(|(place, _)| *place).collect();
    let owned: Vec<Record> = records.iter().map(|(_, record)| (*record).clone()).collect();
    let events = Columns::of(&owned);
    let query = sqlx::query_as::<_, (i32, String)>(PEOPLE)
        .bind(tenant.uuid())
        .bind(people)
        .bind(dry)
        .bind(now)
        .bind(places)
        .bind(events.stream_kinds)
        .bind(events.stream_ids)
        .bind(events.ids)
        .bind(events.kinds)
        .bind(events.bodies);
    let rows = cell.call_all("import.people", query).await?;
    rows.into_iter()
        .map(|(_, outcome)| match outcome.as_str() {
            "made" => Ok(Outcome::Made),
            "there" => Ok(Outcome::There),
            "owned" => Ok(Outcome::Owned),
            _ => Err(StoreError::Unreadable("outcome of an import")),
        })
        .collect()
}

const PEOPLE: &str = "
    SELECT place, outcome FROM import_people($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ORDER BY place";
