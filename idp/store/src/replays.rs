//! Assertions that were taken, so that none is taken twice: the tenant's scope.

use gatehouse_domain::ids::ConnectionId;
use gatehouse_domain::secret::Digest;
use gatehouse_domain::time::Timestamp;

use crate::error::StoreError;
use crate::tx::{Reads, WriteTx};

/// Takes an assertion of a connection, once; `false` if it was taken before. `until` lies past the assertion's own end and all
/// differences of clocks.
///
/// # Errors
/// What the database said.
pub async fn take(
    tx: &mut WriteTx,
    connection: ConnectionId,
    assertion: &Digest,
    until: Timestamp,
) -> Result<bool, StoreError> {
    let query = sqlx::query(TAKE).bind(connection.uuid()).bind(assertion.as_bytes().as_slice()).bind(until);
    tx.guard().execute(query).await.map(|rows| rows > 0)
}

const TAKE: &str = "
    INSERT INTO saml_replays (connection_id, assertion, expires_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
