//! Sign-in in few round trips: what a password is judged by, and the session that a right one opens.

use gatehouse_domain::audit::Record;
use gatehouse_domain::credential::PasswordRecord;
use gatehouse_domain::identity::IdentityStatus;
use gatehouse_domain::ids::{CredentialId, IdentityId, TenantId};
use gatehouse_domain::time::Timestamp;
use sqlx::FromRow;
use uuid::Uuid;

use crate::browsers::Known;
use crate::counters::{CounterKey, columns};
use crate::error::StoreError;
use crate::events::Columns;
use crate::flows::{FlowKey, FlowSaved};
use crate::row::parse;
use crate::sessions::StoredSession;
use crate::tx::Opener;

/// A person with a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The person.
    pub identity: IdentityId,
    /// Whether the person is a member of the tenant that was asked.
    pub is_member: bool,
    /// Whether the person may sign in.
    pub status: IdentityStatus,
    /// The epoch that a session is opened under.
    pub epoch: i32,
    /// The credential.
    pub credential: CredentialId,
    /// The record.
    pub record: PasswordRecord,
}

/// A session to be opened, with everything that happens at the same moment.
#[derive(Debug, Clone, Copy)]
pub struct Open<'a> {
    /// The tenant whose issuer the person signs in at; none at the platform's.
    pub tenant: Option<TenantId>,
    /// The session.
    pub session: &'a StoredSession,
    /// Whether it is one that the browser has already.
    pub renews: bool,
    /// The record that was judged: if another one is stored by now, nothing is opened.
    pub judged: &'a PasswordRecord,
    /// Its successor with newer parameters, if it is outdated.
    pub upgrade: Option<&'a PasswordRecord>,
    /// Where the browser lists it.
    pub attach: &'a Known,
    /// The flow, at the revision that was read, and its next state.
    pub flow: (&'a FlowKey, &'a serde_json::Value),
    /// The tries that are given back.
    pub tries: &'a [CounterKey],
    /// The events: of the tenant's stream and of the person's.
    pub records: &'a [Record],
    /// What the job `new_device` is queued with, if the person has signed in before; none where no notice is due.
    pub notice: Option<&'a serde_json::Value>,
}

/// What the password of an address is judged by: that of its proven owner; else, at a tenant's issuer only, of the member
/// whose login address it is. The database does the same work for an address that nobody has.
///
/// # Errors
/// What the database said.
pub async fn record(
    cell: &Opener,
    tenant: Option<TenantId>,
    address: &str,
) -> Result<Option<Found>, StoreError> {
    let query = sqlx::query_as::<_, Row>(RECORD).bind(tenant.map(TenantId::uuid)).bind(address);
    cell.call("sign_in.record", query).await?.and_then(Row::found).transpose()
}

/// Opens or renews a session in one round trip, unless the password is another one since it was judged. What falls off the browser's list is ended by jobs.
///
/// # Errors
/// What the database said.
pub async fn open(cell: &Opener, open: &Open<'_>, now: Timestamp) -> Result<FlowSaved, StoreError> {
    let (flow, state) = open.flow;
    let (keys, windows) = columns(open.tries);
    let events = Columns::of(open.records);
    let query = sqlx::query_as::<_, (Option<i32>,)>(OPEN)
        .bind(open.tenant.map(TenantId::uuid))
        .bind(open.session.document())
        .bind(open.renews)
        .bind(open.judged.as_str())
        .bind(open.upgrade.map(PasswordRecord::as_str))
        .bind(open.attach.old.map(|digest| digest.as_bytes().to_vec()))
        .bind(open.attach.new.as_bytes().as_slice())
        .bind(open.attach.browser)
        .bind(open.attach.mark.as_slice())
        .bind(open.attach.expires_at)
        .bind(flow.digest.as_bytes().as_slice())
        .bind(flow.browser.as_bytes().as_slice())
        .bind(flow.revision)
        .bind(state)
        .bind(now)
        .bind(keys)
        .bind(windows)
        .bind(events.stream_kinds)
        .bind(events.stream_ids)
        .bind(events.ids)
        .bind(events.kinds)
        .bind(events.bodies)
        .bind(open.notice);
    match cell.call("sign_in.open", query).await {
        Ok(row) => Ok(row.and_then(|(revision,)| revision).map_or(FlowSaved::Stale, FlowSaved::Now)),
        Err(error) if error.sqlstate().as_deref() == Some(SERIALIZATION_FAILURE) => Ok(FlowSaved::Stale),
        Err(error) => Err(error),
    }
}

#[derive(FromRow)]
struct Row {
    identity: Uuid,
    is_member: bool,
    status: Option<String>,
    epoch: Option<i32>,
    credential: Option<Uuid>,
    secret: Option<String>,
}

impl Row {
    fn found(self) -> Option<Result<Found, StoreError>> {
        let (status, epoch) = self.status.zip(self.epoch)?;
        let (credential, secret) = self.credential.zip(self.secret)?;
        Some(parse(&status, "identity status").map(|status| Found {
            identity: IdentityId::from_uuid(self.identity),
            is_member: self.is_member,
            status,
            epoch,
            credential: CredentialId::from_uuid(credential),
            record: PasswordRecord::from_stored(secret),
        }))
    }
}

/// The session to be renewed ended, or the password became another one, between their reading and now.
const SERIALIZATION_FAILURE: &str = "40001";
const RECORD: &str =
    "SELECT identity, is_member, status, epoch, credential, secret FROM sign_in_record($1, $2)";
const OPEN: &str = "
    SELECT session_open($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21,
        $22, $23)";
