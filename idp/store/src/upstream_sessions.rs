//! Which sessions stand on a session of a tenant's upstream, so that the upstream can end them: the tenant's scope.

use gatehouse_domain::ids::{ConnectionId, CredentialId, IdentityId, SessionId};
use gatehouse_domain::secret::Digest;
use gatehouse_domain::time::Timestamp;
use uuid::Uuid;

use crate::error::StoreError;
use crate::tx::{Reads, WriteTx};

/// A session of ours and what it stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UpstreamSession {
    /// The connection.
    pub connection: ConnectionId,
    /// Our session.
    pub session: SessionId,
    /// Its person.
    pub identity: IdentityId,
    /// The credential.
    pub link: CredentialId,
    /// The digest of the upstream's own session (`sid`, `SessionIndex`), if it named one.
    pub upstream: Option<Digest>,
    /// When our session ends in any case.
    pub expires_at: Timestamp,
}

/// What an upstream ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended<'a> {
    /// One session of its own.
    Session(&'a Digest),
    /// All sessions of a subject.
    Subject(CredentialId),
}

/// Keeps what a session stands on, in place of what it stood on before.
///
/// # Errors
/// What the database said.
pub async fn put(tx: &mut WriteTx, row: &UpstreamSession) -> Result<(), StoreError> {
    let query = sqlx::query(PUT)
        .bind(row.connection.uuid())
        .bind(row.session.uuid())
        .bind(row.identity.uuid())
        .bind(row.link.uuid())
        .bind(row.upstream.map(|digest| digest.as_bytes().to_vec()))
        .bind(row.expires_at);
    tx.guard().execute(query).await.map(|_| ())
}

/// The sessions that stand on what an upstream ends, each with its person.
///
/// # Errors
/// What the database said.
pub async fn standing_on(
    tx: &mut impl Reads,
    connection: ConnectionId,
    ended: Ended<'_>,
) -> Result<Vec<(IdentityId, SessionId)>, StoreError> {
    let (upstream, link) = match ended {
        Ended::Session(digest) => (Some(digest.as_bytes().to_vec()), None),
        Ended::Subject(link) => (None, Some(link.uuid())),
    };
    let query =
        sqlx::query_as::<_, (Uuid, Uuid)>(STANDING_ON).bind(connection.uuid()).bind(upstream).bind(link);
    let rows = tx.guard().all(query).await?;
    Ok(rows
        .into_iter()
        .map(|(who, session)| (IdentityId::from_uuid(who), SessionId::from_uuid(session)))
        .collect())
}

/// Forgets what a session stood on; whether anything was known.
///
/// # Errors
/// What the database said.
pub async fn forget(tx: &mut WriteTx, session: SessionId) -> Result<bool, StoreError> {
    tx.guard().execute(sqlx::query(FORGET).bind(session.uuid())).await.map(|rows| rows > 0)
}

const PUT: &str = "
    INSERT INTO upstream_sessions (connection_id, session_id, identity_id, link_id, upstream, expires_at)
    VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (tenant_id, connection_id, session_id)
    DO UPDATE SET upstream = excluded.upstream, link_id = excluded.link_id, expires_at = excluded.expires_at";
const STANDING_ON: &str = "
    SELECT identity_id, session_id FROM upstream_sessions
    WHERE connection_id = $1 AND (upstream = $2 OR link_id = $3) ORDER BY session_id";
const FORGET: &str = "DELETE FROM upstream_sessions WHERE session_id = $1";
