//! Grants: what a person gave an app at one sign-in, and the family of its refresh tokens.

use gatehouse_domain::audit::Record;
use gatehouse_domain::ids::{AppId, GrantId, IdentityId, MemberId, SessionId, TenantId};
use gatehouse_domain::oauth::Owner;
use gatehouse_domain::secret::Digest;
use gatehouse_domain::time::Timestamp;
use sqlx::FromRow;
use uuid::Uuid;

use crate::claims::{Claims, Gone};
use crate::error::StoreError;
use crate::events::Pair;
use crate::row::{Both, both};
use crate::tx::{Opener, Reads, WriteTx};

/// A refresh token that takes the place of another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRefresh {
    /// What it hashes to.
    pub digest: Digest,
    /// The token itself, sealed for who shows its predecessor again because the answer was lost.
    pub sealed: Vec<u8>,
}

/// A use of a refresh token.
#[derive(Debug, Clone)]
pub struct Rotate<'a> {
    /// The tenant named by the token's handle.
    pub tenant: TenantId,
    /// The grant named by it.
    pub grant: GrantId,
    /// What the token hashes to.
    pub presented: Digest,
    /// The app that authenticated.
    pub app: AppId,
    /// The successor.
    pub next: NewRefresh,
    /// The scopes that the token is asked for; none beyond the grant's.
    pub scopes: &'a [String],
    /// The resources that it is asked for; none beyond the grant's.
    pub resources: &'a [String],
    /// When the grant ends if unused from now on; never later than its absolute end.
    pub idle_end: Timestamp,
    /// The predecessor is still answered if it was rotated no earlier than this.
    pub graced_since: Timestamp,
    /// The event of a rotation, of the tenant's stream.
    pub rotated: Record,
    /// The event of a reuse, of the tenant's stream.
    pub reused: Record,
}

/// What became of a refresh token.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub enum Rotated {
    /// The successor is in force.
    Fresh(Box<Claims>),
    /// The predecessor came again within the grace interval: answer the successor that is in force, sealed here.
    Graced(Box<Claims>, Vec<u8>),
    /// A token of the family that was over came again: the family is revoked now.
    Reused(GrantId),
    /// A scope is asked for that was not granted; the token is not spent.
    Scope,
    /// A resource is asked for that was not granted; the token is not spent.
    Target,
    /// Nothing to refresh.
    Gone(Gone),
}

/// An app that has had tokens of a session: whom to tell when it ends (OIDC Back-Channel Logout).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AppOfSession {
    /// The session.
    pub session: SessionId,
    /// Whether the platform issuer gave it.
    pub platform: bool,
    /// The app.
    pub app: AppId,
    /// The person.
    pub identity: IdentityId,
    /// The person in the tenant.
    pub member: MemberId,
}

/// Uses a refresh token, in one round trip.
///
/// # Errors
/// What the database said.
pub async fn rotate(cell: &Opener, rotate: &Rotate<'_>, now: Timestamp) -> Result<Rotated, StoreError> {
    let events = Pair::of(&rotate.rotated, &rotate.reused, rotate.tenant)?;
    let query = sqlx::query_as::<_, Row>(ROTATE)
        .bind(rotate.tenant.uuid())
        .bind(rotate.grant.uuid())
        .bind(rotate.presented.as_bytes().as_slice())
        .bind(rotate.app.uuid())
        .bind(rotate.next.digest.as_bytes().as_slice())
        .bind(rotate.next.sealed.as_slice())
        .bind(rotate.scopes)
        .bind(rotate.resources)
        .bind(now)
        .bind(rotate.idle_end)
        .bind(rotate.graced_since)
        .bind(events.ids)
        .bind(events.kinds)
        .bind(events.bodies);
    cell.call("grant.rotate", query).await?.ok_or(StoreError::Unreadable("rotation"))?.outcome()
}

/// Whether a grant, and the token of that id, is good now: introspection and userinfo, in one round trip.
///
/// # Errors
/// What the database said.
pub async fn live(
    cell: &Opener,
    tenant: TenantId,
    grant: GrantId,
    jti: Option<Uuid>,
    platform: bool,
    now: Timestamp,
) -> Result<Result<Box<Claims>, Gone>, StoreError> {
    let query = sqlx::query_as::<_, LiveRow>(LIVE)
        .bind(tenant.uuid())
        .bind(grant.uuid())
        .bind(jti)
        .bind(platform)
        .bind(now);
    let row = cell.call("grant.live", query).await?.ok_or(StoreError::Unreadable("grant"))?;
    if row.reason.is_some() {
        return Gone::read(row.reason.as_deref()).map(Err);
    }
    Claims::read(row.facts, row.claims).map(|claims| Ok(Box::new(claims)))
}

/// Whether a token with no grant (client credentials) was revoked; a tenant's in the tenant's scope.
///
/// # Errors
/// What the database said.
pub async fn is_token_revoked(tx: &mut impl Reads, owner: Owner, jti: Uuid) -> Result<bool, StoreError> {
    let query = sqlx::query_as::<_, (bool,)>(IS_REVOKED.of(tx, owner)?).bind(jti);
    Ok(tx.guard().optional(query).await?.is_some_and(|(revoked,)| revoked))
}

/// Whether a refresh token is the present or the previous one of an app's grant, so that it may speak for the family.
///
/// # Errors
/// What the database said.
pub async fn holds(
    tx: &mut impl Reads,
    grant: GrantId,
    app: AppId,
    presented: &Digest,
) -> Result<bool, StoreError> {
    let query = sqlx::query_as::<_, (bool,)>(HOLDS)
        .bind(grant.uuid())
        .bind(app.uuid())
        .bind(presented.as_bytes().as_slice());
    Ok(tx.guard().optional(query).await?.is_some_and(|(holds,)| holds))
}

/// Revokes a grant of an app, with all its tokens; whether it was in force.
///
/// # Errors
/// What the database said.
pub async fn revoke(
    tx: &mut WriteTx,
    grant: GrantId,
    app: AppId,
    reason: &'static str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let query = sqlx::query(REVOKE).bind(grant.uuid()).bind(app.uuid()).bind(reason).bind(now);
    tx.guard().execute(query).await.map(|rows| rows > 0)
}

/// Revokes every grant of a session in the tenant in scope; those that were in force, with their apps.
///
/// # Errors
/// What the database said.
pub async fn revoke_of_session(
    tx: &mut WriteTx,
    session: SessionId,
    reason: &'static str,
    now: Timestamp,
) -> Result<Vec<(GrantId, AppId)>, StoreError> {
    let query =
        sqlx::query_as::<_, (Uuid, Uuid)>(REVOKE_OF_SESSION).bind(session.uuid()).bind(reason).bind(now);
    let rows = tx.guard().all(query).await?;
    Ok(rows.into_iter().map(|(id, app)| (GrantId::from_uuid(id), AppId::from_uuid(app))).collect())
}

/// An app that has tokens or a consent of a person in a tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Connected {
    /// The app.
    pub app: AppId,
    /// Whether it is the platform's.
    pub platform: bool,
    /// Since when it has the latest of it.
    pub since: Timestamp,
}

/// The apps that have something of a person in the tenant in scope.
///
/// # Errors
/// What the database said.
pub async fn connected(
    tx: &mut impl Reads,
    identity: IdentityId,
    now: Timestamp,
) -> Result<Vec<Connected>, StoreError> {
    let query = sqlx::query_as::<_, (Uuid, bool, Timestamp)>(CONNECTED).bind(identity.uuid()).bind(now);
    let rows = tx.guard().all(query).await?;
    let face = |(app, platform, since)| Connected { app: AppId::from_uuid(app), platform, since };
    Ok(rows.into_iter().map(face).collect())
}

/// Revokes every grant of a person to an app in the tenant in scope, and the codes that would become one.
///
/// # Errors
/// What the database said.
pub async fn revoke_of_app(
    tx: &mut WriteTx,
    identity: IdentityId,
    app: AppId,
    reason: &'static str,
    now: Timestamp,
) -> Result<Vec<GrantId>, StoreError> {
    tx.guard().execute(sqlx::query(DROP_CODES).bind(identity.uuid()).bind(app.uuid())).await?;
    let query = sqlx::query_as::<_, (Uuid,)>(REVOKE_OF_APP)
        .bind(identity.uuid())
        .bind(app.uuid())
        .bind(reason)
        .bind(now);
    let rows = tx.guard().all(query).await?;
    Ok(rows.into_iter().map(|(id,)| GrantId::from_uuid(id)).collect())
}

/// The apps that have had tokens of a session in the tenant in scope, whether they are good now or not: each keeps a
/// session of its own.
///
/// # Errors
/// What the database said.
pub async fn apps_of_session(
    tx: &mut impl Reads,
    session: SessionId,
) -> Result<Vec<AppOfSession>, StoreError> {
    let query = sqlx::query_as::<_, AppRow>(APPS_OF_SESSION).bind(session.uuid());
    Ok(tx.guard().all(query).await?.into_iter().map(AppRow::app).collect())
}

/// The apps that have tokens of a member of the tenant in scope, for each session that they have them of.
///
/// # Errors
/// What the database said.
pub async fn apps_of_member(tx: &mut impl Reads, member: MemberId) -> Result<Vec<AppOfSession>, StoreError> {
    let query = sqlx::query_as::<_, AppRow>(APPS_OF_MEMBER).bind(member.uuid());
    Ok(tx.guard().all(query).await?.into_iter().map(AppRow::app).collect())
}

/// Revokes one access token until it would have ended; whether that is new.
///
/// # Errors
/// What the database said.
pub async fn revoke_token(
    tx: &mut WriteTx,
    owner: Owner,
    jti: Uuid,
    expires_at: Timestamp,
) -> Result<bool, StoreError> {
    let query = sqlx::query(REVOKE_TOKEN.of(tx, owner)?).bind(jti).bind(expires_at);
    tx.guard().execute(query).await.map(|rows| rows > 0)
}

/// The grant named in the facts of an outcome.
pub(crate) fn grant_of(facts: Option<&serde_json::Value>) -> Result<GrantId, StoreError> {
    facts
        .and_then(|facts| facts.get("grant"))
        .and_then(serde_json::Value::as_str)
        .and_then(|text| Uuid::parse_str(text).ok())
        .map(GrantId::from_uuid)
        .ok_or(StoreError::Unreadable("grant"))
}

#[derive(FromRow)]
struct Row {
    outcome: String,
    reason: Option<String>,
    facts: Option<serde_json::Value>,
    claims: Option<serde_json::Value>,
    sealed: Option<Vec<u8>>,
}

#[derive(FromRow)]
struct AppRow {
    session_id: Uuid,
    platform: bool,
    app_id: Uuid,
    identity_id: Uuid,
    member_id: Uuid,
}

impl AppRow {
    fn app(self) -> AppOfSession {
        AppOfSession {
            session: SessionId::from_uuid(self.session_id),
            platform: self.platform,
            app: AppId::from_uuid(self.app_id),
            identity: IdentityId::from_uuid(self.identity_id),
            member: MemberId::from_uuid(self.member_id),
        }
    }
}

#[derive(FromRow)]
struct LiveRow {
    reason: Option<String>,
    facts: Option<serde_json::Value>,
    claims: Option<serde_json::Value>,
}

impl Row {
    fn outcome(self) -> Result<Rotated, StoreError> {
        Ok(match self.outcome.as_str() {
            "rotated" => Rotated::Fresh(Box::new(Claims::read(self.facts, self.claims)?)),
            "graced" => {
                let sealed = self.sealed.ok_or(StoreError::Unreadable("sealed token"))?;
                Rotated::Graced(Box::new(Claims::read(self.facts, self.claims)?), sealed)
            }
            "reused" => Rotated::Reused(grant_of(self.facts.as_ref())?),
            "scope" => Rotated::Scope,
            "target" => Rotated::Target,
            "gone" => Rotated::Gone(Gone::read(self.reason.as_deref())?),
            _ => return Err(StoreError::Unreadable("rotation")),
        })
    }
}

const ROTATE: &str = "
    SELECT outcome, reason, facts, claims, sealed
    FROM grant_rotate($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
const LIVE: &str = "SELECT reason, facts, claims FROM grant_live($1, $2, $3, $4, $5)";
const IS_REVOKED: Both = both!("SELECT EXISTS (SELECT FROM " [revoked_tokens] " WHERE jti = $1)");
const HOLDS: &str = "
    SELECT EXISTS (SELECT FROM grants WHERE id = $1 AND app_id = $2 AND $3 IN (current_digest, previous_digest))";
const REVOKE: &str = "
    UPDATE grants SET revoked_at = $4, revoked_reason = $3 WHERE id = $1 AND app_id = $2 AND revoked_at IS NULL";
const REVOKE_OF_SESSION: &str = "
    UPDATE grants SET revoked_at = $3, revoked_reason = $2 WHERE session_id = $1 AND revoked_at IS NULL
    RETURNING id, app_id";
const CONNECTED: &str = "
    SELECT e.app_id, NOT EXISTS (SELECT FROM apps AS a WHERE a.id = e.app_id), max(e.at)
    FROM (
        SELECT g.app_id, g.created_at AS at FROM grants AS g
        WHERE g.identity_id = $1 AND g.revoked_at IS NULL AND g.idle_end > $2 AND g.absolute_end > $2
        UNION ALL
        SELECT c.app_id, c.granted_at FROM consents AS c WHERE c.identity_id = $1
    ) AS e
    GROUP BY e.app_id ORDER BY 3 DESC, 1";
const DROP_CODES: &str = "DELETE FROM codes WHERE identity_id = $1 AND app_id = $2 AND used_at IS NULL";
const REVOKE_OF_APP: &str = "
    UPDATE grants SET revoked_at = $4, revoked_reason = $3
    WHERE identity_id = $1 AND app_id = $2 AND revoked_at IS NULL
    RETURNING id";
const APPS_OF_SESSION: &str = "
    SELECT DISTINCT session_id, platform, app_id, identity_id, member_id FROM grants WHERE session_id = $1";
const APPS_OF_MEMBER: &str = "
    SELECT DISTINCT g.session_id, g.platform, g.app_id, g.identity_id, g.member_id
    FROM members AS m JOIN grants AS g ON g.identity_id = m.identity_id AND g.member_id = m.id
    WHERE m.id = $1 AND g.revoked_at IS NULL";
const REVOKE_TOKEN: Both = both!(
    "INSERT INTO " [revoked_tokens] " (jti, expires_at) VALUES ($1, $2) ON CONFLICT DO NOTHING");
