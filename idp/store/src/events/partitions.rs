//! How far ahead the event log has its monthly partitions.

use gatehouse_domain::time::Timestamp;

use crate::error::StoreError;
use crate::tx::Opener;

/// How many months after the present one have a partition of their own. Events of later months lie in the default one, and as
/// long as they do, PostgreSQL refuses to make their month's.
///
/// # Errors
/// What the database said.
pub async fn months_ahead(cell: &Opener, now: Timestamp) -> Result<u32, StoreError> {
    let query = sqlx::query_as::<_, (i64,)>(MONTHS_AHEAD).bind(now);
    let (months,) = cell.call("events.months", query).await?.ok_or(StoreError::Unreadable("partitions"))?;
    u32::try_from(months).map_err(|_| StoreError::Unreadable("partitions"))
}

const MONTHS_AHEAD: &str = r"
    SELECT count(*) FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'audit.events'::regclass AND c.relname ~ '^events_\d{4}_\d{2}$'
        AND c.relname > 'events_' || to_char($1 AT TIME ZONE 'UTC', 'YYYY_MM')";
