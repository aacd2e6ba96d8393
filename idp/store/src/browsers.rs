//! Browser handles: what a cookie is worth. A handle is found by its digest, before any scope is known.

use gatehouse_domain::identity::{IdentityStatus, MemberStatus, Role};
use gatehouse_domain::ids::{CredentialId, IdentityId, MemberId, SessionId, TenantId};
use gatehouse_domain::secret::Digest;
use gatehouse_domain::session::{LiveSession, Membership};
use gatehouse_domain::time::Timestamp;
use serde::Deserialize;
use sqlx::FromRow;
use uuid::Uuid;

use crate::error::StoreError;
use crate::row::document;
use crate::sessions::{authority, evidence, tenants};
use crate::tx::{Opener, Reads as _, WriteTx};

/// A browser that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Browser {
    /// The row.
    pub id: Uuid,
    /// Its live sessions, in the order in which they were added.
    pub sessions: Vec<BrowserSession>,
}

/// A live session of a browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrowserSession {
    /// The session with its person.
    pub session: LiveSession,
    /// The class of authentication.
    pub acr: String,
    /// When the session was opened.
    pub created_at: Timestamp,
}

/// The browser of a handle with its live sessions, in one round trip; `None` for an unknown or expired handle.
///
/// # Errors
/// What the database said.
pub async fn read(cell: &Opener, handle: &Digest, now: Timestamp) -> Result<Option<Browser>, StoreError> {
    let query = sqlx::query_as::<_, Row>(READ).bind(handle.as_bytes().as_slice()).bind(now);
    let rows = cell.call_all("browser.read", query).await?;
    let Some(id) = rows.first().map(|row| row.browser) else {
        // A browser whose sessions are all over looks the same as none: it has nothing to offer.
        return Ok(None);
    };
    let sessions = rows.into_iter().filter_map(Row::live).collect::<Result<_, _>>()?;
    Ok(Some(Browser { id, sessions }))
}

/// The row of a browser that has signed in the address of a mark before, however long ago within its own life. The row stays the
/// same while handles change.
///
/// # Errors
/// What the database said.
pub async fn knows(
    cell: &Opener,
    handle: &Digest,
    mark: &[u8; 32],
    now: Timestamp,
) -> Result<Option<Uuid>, StoreError> {
    let query = sqlx::query_as::<_, (Uuid,)>(KNOWS)
        .bind(handle.as_bytes().as_slice())
        .bind(mark.as_slice())
        .bind(now);
    Ok(cell.call("browser.knows", query).await?.map(|(browser,)| browser))
}

/// A browser in which somebody shows who they are.
#[derive(Debug, Clone, Copy)]
pub struct Known {
    /// The handle that the browser showed, if any.
    pub old: Option<Digest>,
    /// The handle it gets.
    pub new: Digest,
    /// The row's id, if the browser is new.
    pub browser: Uuid,
    /// The keyed hash of the address that it is known for.
    pub mark: [u8; 32],
    /// When the handle ends.
    pub expires_at: Timestamp,
}

/// Makes a browser known for an address of the person in scope, under a new handle.
///
/// # Errors
/// What the database said; out of a person's scope it is refused.
pub async fn remember(tx: &mut WriteTx, known: &Known, now: Timestamp) -> Result<(), StoreError> {
    let query = sqlx::query_as::<_, (Uuid,)>(REMEMBER)
        .bind(known.old.map(|digest| digest.as_bytes().to_vec()))
        .bind(known.new.as_bytes().as_slice())
        .bind(known.browser)
        .bind(known.mark.as_slice())
        .bind(now)
        .bind(known.expires_at);
    tx.guard().optional(query).await.map(|_browser| ())
}

/// Makes every browser a stranger to the person in scope, but for the one that lists a session; how many knew the person.
///
/// # Errors
/// What the database said.
pub async fn forget(tx: &mut WriteTx, kept: Option<SessionId>) -> Result<u64, StoreError> {
    let query = sqlx::query_as::<_, (i64,)>(FORGET).bind(kept.map(SessionId::uuid));
    let row = tx.guard().optional(query).await?;
    Ok(row.map_or(0, |(count,)| u64::try_from(count).unwrap_or(0)))
}

/// Takes a session off a browser's list; whether it was there.
///
/// # Errors
/// What the database said.
pub async fn detach(tx: &mut WriteTx, handle: &Digest, session: SessionId) -> Result<bool, StoreError> {
    let query = sqlx::query_as::<_, (bool,)>(DETACH).bind(handle.as_bytes().as_slice()).bind(session.uuid());
    Ok(tx.guard().optional(query).await?.is_some_and(|(gone,)| gone))
}

#[derive(FromRow)]
struct Row {
    browser: Uuid,
    identity: Option<Uuid>,
    session: Option<Uuid>,
    authority: Option<Uuid>,
    credential: Option<Uuid>,
    amr: Option<Vec<String>>,
    acr: Option<String>,
    auth_time: Option<Timestamp>,
    created_at: Option<Timestamp>,
    last_seen_at: Option<Timestamp>,
    idle_end: Option<Timestamp>,
    absolute_end: Option<Timestamp>,
    entered: Option<serde_json::Value>,
    name: Option<String>,
    locale: Option<String>,
    epoch: Option<i32>,
    address: Option<String>,
    memberships: Option<serde_json::Value>,
}

#[derive(Deserialize)]
struct Mirrored {
    tenant: Uuid,
    member: Uuid,
    roles: Vec<Role>,
    epoch: i32,
}

impl Row {
    /// The session of a row; none for a browser that lists none.
    fn live(self) -> Option<Result<BrowserSession, StoreError>> {
        self.session.map(|session| self.session(session))
    }

    fn session(self, id: Uuid) -> Result<BrowserSession, StoreError> {
        const MISSING: StoreError = StoreError::Unreadable("session");
        let memberships: Vec<Mirrored> = document(self.memberships.ok_or(MISSING)?, "membership")?;
        let session = LiveSession {
            id: SessionId::from_uuid(id),
            identity: IdentityId::from_uuid(self.identity.ok_or(MISSING)?),
            authority: authority(self.authority),
            credential: CredentialId::from_uuid(self.credential.ok_or(MISSING)?),
            amr: self.amr.ok_or(MISSING)?,
            auth_time: self.auth_time.ok_or(MISSING)?,
            last_seen_at: self.last_seen_at.ok_or(MISSING)?,
            idle_end: self.idle_end.ok_or(MISSING)?,
            absolute_end: self.absolute_end.ok_or(MISSING)?,
            identity_epoch: self.epoch.ok_or(MISSING)?,
            // The function answers sessions of active identities under their present epoch only.
            identity_status: IdentityStatus::Active,
            name: self.name,
            locale: self.locale,
            address: self.address,
            memberships: memberships.into_iter().map(Mirrored::membership).collect(),
            evidence: evidence(self.entered.as_ref().ok_or(MISSING)?)?,
            entered: tenants(&self.entered.ok_or(MISSING)?),
        };
        Ok(BrowserSession {
            session,
            acr: self.acr.ok_or(MISSING)?,
            created_at: self.created_at.ok_or(MISSING)?,
        })
    }
}

impl Mirrored {
    fn membership(self) -> Membership {
        Membership {
            tenant: TenantId::from_uuid(self.tenant),
            member: MemberId::from_uuid(self.member),
            status: MemberStatus::Active,
            roles: self.roles,
            epoch: self.epoch,
        }
    }
}

const READ: &str = "
    SELECT browser, identity, session, authority, credential, amr, acr, auth_time, created_at, last_seen_at, idle_end,
        absolute_end, entered, name, locale, epoch, address, memberships
    FROM browser_read($1, $2)";
const KNOWS: &str =
    "SELECT p.browser FROM browser_probe($1, $3) AS p WHERE browser_knows($1, $2, $3) LIMIT 1";
const REMEMBER: &str = "SELECT browser_remember($1, $2, $3, $4, $5, $6)";
const FORGET: &str = "SELECT browsers_forget($1)";
const DETACH: &str = "SELECT browser_detach($1, $2)";
