//! The event log: appending what belongs to no change, reading streams, keys of personal fields.

mod partitions;
mod queue;

pub use partitions::months_ahead;
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
    let events = Columns::of(records);
    let query = sqlx::query_as::<_, (i32,)>(APPEND)
        .bind(events.stream_kinds)
        .bind(events.stream_ids)
        .bind(events.ids)
        .bind(events.kinds)
        .bind(events.bodies);
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
    let query = sqlx::query_as::<_, Row>(READ).bind(stream.kind()).bind(stream.id()).bind(i64::from(limit));
    Ok(tx.guard().all(query).await?.into_iter().map(stored).collect())
}

/// Where to go on reading: older than this event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Before {
    /// Its time.
    pub at: Timestamp,
    /// Its id.
    pub id: EventId,
}

/// The newest events of a stream in scope, newest first, from a place on.
///
/// # Errors
/// What the database said.
pub async fn read_page(
    tx: &mut impl Reads,
    stream: Stream,
    before: Option<Before>,
    limit: u16,
) -> Result<Vec<StoredEvent>, StoreError> {
    let query = sqlx::query_as::<_, Row>(READ_PAGE)
        .bind(stream.kind())
        .bind(stream.id())
        .bind(before.map(|before| before.at))
        .bind(before.map(|before| before.id.uuid()))
        .bind(i64::from(limit));
    Ok(tx.guard().all(query).await?.into_iter().map(stored).collect())
}

/// Events of a stream in scope, by their ids, in no order.
///
/// # Errors
/// What the database said.
pub async fn read_some(
    tx: &mut impl Reads,
    stream: Stream,
    ids: &[EventId],
) -> Result<Vec<StoredEvent>, StoreError> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.uuid()).collect();
    let query = sqlx::query_as::<_, Row>(READ_SOME).bind(stream.kind()).bind(stream.id()).bind(ids);
    Ok(tx.guard().all(query).await?.into_iter().map(stored).collect())
}

/// Deletes the key under which a stream in scope holds what it says about the person in scope: from now on that cannot be read.
/// Whether there was one.
///
/// # Errors
/// What the database said.
pub async fn erase_subject(tx: &mut WriteTx, stream: Stream) -> Result<bool, StoreError> {
    let query = sqlx::query(ERASE_SUBJECT).bind(stream.kind()).bind(stream.id());
    tx.guard().execute(query).await.map(|rows| rows > 0)
}

/// The wrapped key under which a stream in scope holds what it says about a person, if there is one.
///
/// # Errors
/// What the database said.
pub async fn known_subject_key(
    tx: &mut impl Reads,
    stream: Stream,
    subject: Uuid,
) -> Result<Option<Vec<u8>>, StoreError> {
    let query = sqlx::query_as::<_, (Vec<u8>,)>(KNOWN_SUBJECT_KEY)
        .bind(stream.kind())
        .bind(stream.id())
        .bind(subject);
    Ok(tx.guard().optional(query).await?.map(|(wrapped,)| wrapped))
}

/// The wrapped key under which a stream holds what it says about a person: the one there is, else the candidate, which is
/// kept. Of racing makers, all get the winner's.
///
/// # Errors
/// What the database said.
pub async fn subject_key(
    cell: &Opener,
    stream: Stream,
    subject: Uuid,
    candidate: &[u8],
    now: Timestamp,
) -> Result<Vec<u8>, StoreError> {
    let query = sqlx::query_as::<_, (Vec<u8>,)>(SUBJECT_KEY)
        .bind(stream.kind())
        .bind(stream.id())
        .bind(subject)
        .bind(candidate)
        .bind(now);
    let row = cell.call("events.subject_key", query).await?;
    row.map(|(wrapped,)| wrapped).ok_or(StoreError::Unreadable("subject key"))
}

type Row = (Uuid, Timestamp, String, Vec<u8>);

fn stored((id, at, kind, record): Row) -> StoredEvent {
    StoredEvent { id: EventId::from_uuid(id), at, kind, record }
}

/// Records as the arguments of `audit.append`.
#[derive(Debug)]
pub(crate) struct Columns<'a> {
    pub(crate) stream_kinds: Vec<&'static str>,
    pub(crate) stream_ids: Vec<Uuid>,
    pub(crate) ids: Vec<Uuid>,
    pub(crate) kinds: Vec<&'static str>,
    pub(crate) bodies: Vec<&'a [u8]>,
}

impl<'a> Columns<'a> {
    pub(crate) fn of(records: &'a [Record]) -> Self {
        Self {
            stream_kinds: records.iter().map(|record| record.stream.kind()).collect(),
            stream_ids: records.iter().map(|record| record.stream.id()).collect(),
            ids: records.iter().map(|record| record.event.uuid()).collect(),
            kinds: records.iter().map(|record| record.kind).collect(),
            bodies: records.iter().map(|record| record.body.as_slice()).collect(),
        }
    }
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
const READ_PAGE: &str = "
    SELECT event_id, at, kind, record FROM audit.events
    WHERE stream_kind = $1 AND stream_id = $2 AND ($3::timestamptz IS NULL OR (at <= $3 AND (at, event_id) < ($3, $4)))
    ORDER BY at DESC, event_id DESC LIMIT $5";
const READ_SOME: &str = "
    SELECT event_id, at, kind, record FROM audit.events
    WHERE stream_kind = $1 AND stream_id = $2 AND event_id = ANY ($3)";
// Row security leaves the keys of the person in scope alone.
const ERASE_SUBJECT: &str = "DELETE FROM audit.subject_keys WHERE stream_kind = $1 AND stream_id = $2";
const KNOWN_SUBJECT_KEY: &str = "
    SELECT wrapped FROM audit.subject_keys WHERE stream_kind = $1 AND stream_id = $2 AND subject = $3";
const SUBJECT_KEY: &str = "SELECT audit.subject_key($1, $2, $3, $4, $5)";
