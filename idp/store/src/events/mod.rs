//! The event log: appending what belongs to no change, reading streams, keys of personal fields.

mod queue;

pub use queue::{EventQueue, Limits};

use gatehouse_domain::audit::{Record, Stream};
use gatehouse_domain::ids::{EventId, TenantId};
use gatehouse_domain::time::Timestamp;
use uuid::Uuid;

use crate::error::StoreError;
use crate::tx::{Opener, Reads, WriteTx};

/// A stored event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEvent {
    /// The event.
    pub id: EventId,
    /// The database's time when it was appended.
    pub at: Timestamp,
    /// Its kind.
    pub kind: String,
    /// The exact bytes that are hashed when the stream is sealed.
    pub record: Vec<u8>,
}

/// Appends events that describe no change of a row, in a transaction of their own and without a scope.
///
/// # Errors
/// What the database said: it refuses kinds that belong into the transaction of a change.
pub async fn append_detached(cell: &Opener, records: &[Record]) -> Result<(), StoreError> {
    let query = sqlx::query_as::<_, (i32,)>(APPEND)
        .bind(records.iter().map(|record| record.stream.kind()).collect::<Vec<_>>())
        .bind(records.iter().map(|record| record.stream.id()).collect::<Vec<_>>())
        .bind(records.iter().map(|record| record.event.uuid()).collect::<Vec<_>>())
        .bind(records.iter().map(|record| record.kind).collect::<Vec<_>>())
        .bind(records.iter().map(|record| record.body.as_slice()).collect::<Vec<_>>());
    cell.call("events.append", query).await.map(|_| ())
}

/// The newest events of a stream, newest first; a tenant's or a person's in that scope, the platform's by nobody yet.
///
/// # Errors
/// What the database said.
pub async fn read_events(
    tx: &mut impl Reads,
    stream: Stream,
    limit: u16,
) -> Result<Vec<StoredEvent>, StoreError> {
    let query = sqlx::query_as::<_, (Uuid, Timestamp, String, Vec<u8>)>(READ)
        .bind(stream.kind())
        .bind(stream.id())
        .bind(i64::from(limit));
    let rows = tx.guard().all(query).await?;
    Ok(rows
        .into_iter()
        .map(|(id, at, kind, record)| StoredEvent { id: EventId::from_uuid(id), at, kind, record })
        .collect())
}

/// The wrapped key of a person's fields in a stream of the transaction's scope, if one was made.
///
/// # Errors
/// What the database said.
pub async fn subject_key(
    tx: &mut impl Reads,
    stream: Stream,
    subject: Uuid,
) -> Result<Option<Vec<u8>>, StoreError> {
    let query =
        sqlx::query_as::<_, (Vec<u8>,)>(SUBJECT_KEY).bind(stream.kind()).bind(stream.id()).bind(subject);
    Ok(tx.guard().optional(query).await?.map(|(wrapped,)| wrapped))
}

/// Inserts a subject key unless there is one, and answers the one there is: of racing makers, all get the winner's.
///
/// # Errors
/// What the database said; a stream outside of the scope is refused.
pub async fn subject_key_or_insert(
    tx: &mut WriteTx,
    stream: Stream,
    subject: Uuid,
    wrapped: &[u8],
    now: Timestamp,
) -> Result<Vec<u8>, StoreError> {
    let query = sqlx::query(INSERT_SUBJECT_KEY)
        .bind(stream.kind())
        .bind(stream.id())
        .bind(subject)
        .bind(wrapped)
        .bind(now);
    tx.guard().execute(query).await?;
    subject_key(tx, stream, subject).await?.ok_or(StoreError::OutOfScope)
}

/// The two events that a grant function may append, of the tenant's stream.
#[derive(Debug)]
pub(crate) struct Pair {
    pub(crate) ids: [Uuid; 2],
    pub(crate) kinds: [&'static str; 2],
    pub(crate) bodies: [Vec<u8>; 2],
}

impl Pair {
    pub(crate) fn of(good: &Record, bad: &Record, tenant: TenantId) -> Result<Self, StoreError> {
        let home = Stream::Tenant(tenant);
        if good.stream != home || bad.stream != home {
            return Err(StoreError::OutOfScope);
        }
        Ok(Self {
            ids: [good.event.uuid(), bad.event.uuid()],
            kinds: [good.kind, bad.kind],
            bodies: [good.body.clone(), bad.body.clone()],
        })
    }
}

const APPEND: &str = "SELECT 1 FROM audit.append($1, $2, $3, $4, $5)";
const READ: &str = "
    SELECT event_id, at, kind, record FROM audit.events
    WHERE stream_kind = $1 AND stream_id = $2 ORDER BY at DESC, event_id DESC LIMIT $3";
const SUBJECT_KEY: &str =
    "SELECT wrapped FROM audit.subject_keys WHERE stream_kind = $1 AND stream_id = $2 AND subject = $3";
const INSERT_SUBJECT_KEY: &str = "
    INSERT INTO audit.subject_keys (stream_kind, stream_id, subject, wrapped, created_at) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT DO NOTHING";
