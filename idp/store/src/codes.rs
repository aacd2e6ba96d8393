//! Authorization codes (RFC 6749, section 4.1): issued and redeemed in one call each.

use data_encoding::HEXLOWER;
use gatehouse_domain::audit::{Record, Stream};
use gatehouse_domain::ids::{AppId, GrantId, IdentityId, MemberId, SessionId, TenantId};
use gatehouse_domain::oauth::{Challenge, Scopes};
use gatehouse_domain::secret::Digest;
use gatehouse_domain::time::Timestamp;
use sqlx::FromRow;

use crate::claims::{Claims, Gone};
use crate::error::StoreError;
use crate::events::Pair;
use crate::flows::FlowKey;
use crate::tx::Opener;

/// A code to be issued, with everything it will stand for.
#[derive(Debug, Clone)]
pub struct NewCode {
    /// What the code hashes to.
    pub digest: Digest,
    /// Whether the platform issuer gives it.
    pub platform: bool,
    /// The app.
    pub app: AppId,
    /// The person.
    pub identity: IdentityId,
    /// The person in the tenant.
    pub member: MemberId,
    /// The session.
    pub session: SessionId,
    /// The grant that its redemption makes.
    pub grant: GrantId,
    /// The redirect URI of the request.
    pub redirect_uri: String,
    /// The challenge of the request (RFC 7636).
    pub challenge: Option<Challenge>,
    /// The nonce of the request (OIDC Core, section 3.1.2.1).
    pub nonce: Option<String>,
    /// The scopes granted.
    pub scopes: Scopes,
    /// The resources granted, by identifier.
    pub resources: Vec<String>,
    /// When the person last showed a credential.
    pub auth_time: Timestamp,
    /// The class of authentication.
    pub acr: String,
    /// The methods shown (RFC 8176).
    pub amr: Vec<String>,
    /// The epochs that it stands on.
    pub epochs: Epochs,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// The epochs that a code and its grant stand on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Epochs {
    /// Of the identity.
    pub identity: i32,
    /// Of the member.
    pub member: i32,
    /// Of the tenant.
    pub tenant: i32,
    /// Of the app.
    pub app: i32,
}

/// A redemption.
#[derive(Debug, Clone)]
pub struct Redeem<'a> {
    /// The tenant named by the code's handle.
    pub tenant: TenantId,
    /// What the code hashes to.
    pub digest: Digest,
    /// The app that authenticated.
    pub app: AppId,
    /// The redirect URI that it repeats.
    pub redirect_uri: &'a str,
    /// The challenge that its verifier answers, if it sent one.
    pub challenge: Option<Challenge>,
    /// Whether it asks the platform issuer.
    pub platform: bool,
    /// What the refresh token that it gets hashes to, if it gets one.
    pub refresh: Option<Digest>,
    /// The resources that the token is asked for; none beyond the request's.
    pub resources: &'a [String],
    /// When the grant ends if unused.
    pub idle_end: Timestamp,
    /// When the grant ends in any case.
    pub absolute_end: Timestamp,
    /// The event of a redemption, of the tenant's stream.
    pub redeemed: Record,
    /// The event of a replay, of the tenant's stream.
    pub replayed: Record,
}

/// What became of a redemption. Only the first spends nothing but the code; a wrong binding spends nothing at all.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub enum Redeemed {
    /// The grant is made; with the nonce of the request.
    Granted(Box<Claims>, Option<String>),
    /// No such code.
    Unknown,
    /// It is over.
    Expired,
    /// App, redirect URI, challenge or issuer differ; the code is not spent.
    Binding,
    /// A resource is asked for that was not granted; the code is not spent.
    Target,
    /// It was redeemed before, by who could redeem it: the grant it gave is revoked now.
    Replayed(GrantId),
    /// The code is spent, but what it stood on is gone.
    Gone(Gone),
}

/// The issue of a code.
#[derive(Debug, Clone, Copy)]
pub struct Issue<'a> {
    /// The tenant.
    pub tenant: TenantId,
    /// The code.
    pub code: &'a NewCode,
    /// Whether the session enters the tenant by it for the first time.
    pub enters: bool,
    /// The new idle end of the session, if its use is to be noted.
    pub idle_end: Option<Timestamp>,
    /// The flow that ends with it, if there is one.
    pub flow: Option<&'a FlowKey>,
    /// The event, of the tenant's stream.
    pub issued: &'a Record,
}

/// Issues a code in one round trip: the end of its flow, the code, what the session notes, the event. False, and nothing done, if
/// the flow went on meanwhile.
///
/// # Errors
/// What the database said.
pub async fn issue(cell: &Opener, issue: &Issue<'_>, now: Timestamp) -> Result<bool, StoreError> {
    if issue.issued.stream != Stream::Tenant(issue.tenant) {
        return Err(StoreError::OutOfScope);
    }
    let flow = issue
        .flow
        .map(|flow| (flow.digest.as_bytes().to_vec(), flow.browser.as_bytes().to_vec(), flow.revision));
    let query = sqlx::query_as::<_, (bool,)>(ISSUE)
        .bind(issue.tenant.uuid())
        .bind(issue.code.identity.uuid())
        .bind(issue.code.document(issue.tenant, now))
        .bind(issue.enters)
        .bind(issue.idle_end)
        .bind(now)
        .bind(flow.as_ref().map(|(digest, _, _)| digest.clone()))
        .bind(flow.as_ref().map(|(_, browser, _)| browser.clone()))
        .bind(flow.as_ref().map(|(_, _, revision)| *revision))
        .bind(issue.issued.event.uuid())
        .bind(issue.issued.kind)
        .bind(issue.issued.body.as_slice());
    Ok(cell.call("code.issue", query).await?.is_some_and(|(issued,)| issued))
}

impl NewCode {
    /// The row, column by column.
    fn document(&self, tenant: TenantId, now: Timestamp) -> serde_json::Value {
        serde_json::json!({
            "tenant_id": tenant.uuid(),
            "digest": format!("\\x{}", HEXLOWER.encode(self.digest.as_bytes())),
            "platform": self.platform,
            "app_id": self.app.uuid(),
            "identity_id": self.identity.uuid(),
            "member_id": self.member.uuid(),
            "session_id": self.session.uuid(),
            "grant_id": self.grant.uuid(),
            "redirect_uri": self.redirect_uri,
            "challenge": self.challenge.as_ref().map(Challenge::as_str),
            "nonce": self.nonce,
            "scopes": self.scopes.to_vec(),
            "resources": self.resources,
            "auth_time": self.auth_time,
            "acr": self.acr,
            "amr": self.amr,
            "identity_epoch": self.epochs.identity,
            "member_epoch": self.epochs.member,
            "tenant_epoch": self.epochs.tenant,
            "app_epoch": self.epochs.app,
            "created_at": now,
            "expires_at": self.expires_at,
        })
    }
}

/// Redeems a code in one round trip: bindings, single use, liveness of everything it stands on, the grant, the event.
///
/// # Errors
/// What the database said.
pub async fn redeem(cell: &Opener, redeem: &Redeem<'_>, now: Timestamp) -> Result<Redeemed, StoreError> {
    let events = Pair::of(&redeem.redeemed, &redeem.replayed, redeem.tenant)?;
    let query = sqlx::query_as::<_, Row>(REDEEM)
        .bind(redeem.tenant.uuid())
        .bind(redeem.digest.as_bytes().as_slice())
        .bind(redeem.app.uuid())
        .bind(redeem.redirect_uri)
        .bind(redeem.challenge.as_ref().map(Challenge::as_str))
        .bind(redeem.platform)
        .bind(redeem.refresh.map(|digest| digest.as_bytes().to_vec()))
        .bind(redeem.resources)
        .bind(now)
        .bind(redeem.idle_end)
        .bind(redeem.absolute_end)
        .bind(events.ids)
        .bind(events.kinds)
        .bind(events.bodies);
    cell.call("code.redeem", query).await?.ok_or(StoreError::Unreadable("redemption"))?.outcome()
}

#[derive(FromRow)]
struct Row {
    outcome: String,
    reason: Option<String>,
    facts: Option<serde_json::Value>,
    claims: Option<serde_json::Value>,
    nonce: Option<String>,
}

impl Row {
    fn outcome(self) -> Result<Redeemed, StoreError> {
        Ok(match self.outcome.as_str() {
            "redeemed" => Redeemed::Granted(Box::new(Claims::read(self.facts, self.claims)?), self.nonce),
            "unknown" => Redeemed::Unknown,
            "expired" => Redeemed::Expired,
            "binding" => Redeemed::Binding,
            "target" => Redeemed::Target,
            "replayed" => Redeemed::Replayed(crate::grants::grant_of(self.facts.as_ref())?),
            "gone" => Redeemed::Gone(Gone::read(self.reason.as_deref())?),
            _ => return Err(StoreError::Unreadable("redemption")),
        })
    }
}

const ISSUE: &str = "SELECT code_issue($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
const REDEEM: &str = "
    SELECT outcome, reason, facts, claims, nonce
    FROM code_redeem($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
