//! What happened: a closed list.

use serde::Serialize;

use super::Bounded;
use super::UpstreamEvent;
use super::change::{Change, ObjectKind};
use super::own::Concerned;
use crate::email::{ClaimedBy, LeftBecause, ProofPurpose, ProvenBy};
use crate::identity::{MemberStatus, Role};
use crate::ids::{
    AppId, CredentialId, GrantId, IdentityId, InvitationId, KeyId, MailId, MemberId, SessionId, TenantId,
};
use crate::oauth::{Alg, Scopes};

/// What happened. Secrets have no type in here; changed values are the public configuration.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind")]
pub enum What {
    /// A person showed a credential.
    #[serde(rename = "signin.succeeded")]
    SignInSucceeded {
        /// The session that was opened.
        session: SessionId,
        /// The credential.
        credential: CredentialId,
        /// The method (RFC 8176).
        method: &'static str,
    },
    /// A try that failed.
    #[serde(rename = "signin.failed")]
    SignInFailed {
        /// Why.
        reason: &'static str,
        /// A keyed fingerprint of the address that was typed.
        subject: Option<String>,
    },
    /// A session ended before its time.
    #[serde(rename = "session.ended")]
    SessionEnded {
        /// The session.
        session: SessionId,
        /// Why.
        reason: &'static str,
    },
    /// An app got a code for a person.
    #[serde(rename = "code.issued")]
    CodeIssued {
        /// The app.
        app: AppId,
        /// The grant it will become.
        grant: GrantId,
        /// The session.
        session: SessionId,
        /// What was granted.
        scopes: Scopes,
    },
    /// A code became a token family.
    #[serde(rename = "grant.issued")]
    GrantIssued {
        /// The app.
        app: AppId,
        /// The family.
        grant: GrantId,
    },
    /// A code was used again; its tokens ended.
    #[serde(rename = "code.replay")]
    CodeReplayed {
        /// The app.
        app: AppId,
        /// The family.
        grant: GrantId,
    },
    /// A refresh token was rotated.
    #[serde(rename = "grant.refreshed")]
    GrantRefreshed {
        /// The app.
        app: AppId,
        /// The family.
        grant: GrantId,
    },
    /// A rotated-out refresh token came back; the family ended.
    #[serde(rename = "refresh.reuse")]
    RefreshReused {
        /// The app.
        app: AppId,
        /// The family.
        grant: GrantId,
    },
    /// A family ended before its time.
    #[serde(rename = "grant.revoked")]
    GrantRevoked {
        /// The app.
        app: AppId,
        /// The family.
        grant: GrantId,
        /// Why.
        reason: &'static str,
    },
    /// An app got a token for itself.
    #[serde(rename = "token.issued")]
    TokenIssued {
        /// The app.
        app: AppId,
        /// The token's id.
        jti: String,
        /// What was granted.
        scopes: Scopes,
    },
    /// A single token was ended.
    #[serde(rename = "token.revoked")]
    TokenRevoked {
        /// The app.
        app: AppId,
        /// The token's id.
        jti: Bounded,
    },
    /// A person agreed.
    #[serde(rename = "consent.granted")]
    ConsentGranted {
        /// The app.
        app: AppId,
        /// To what.
        scopes: Scopes,
    },
    /// A person said no.
    #[serde(rename = "consent.denied")]
    ConsentDenied {
        /// The app.
        app: AppId,
    },
    /// A request was refused.
    #[serde(rename = "request.refused")]
    RequestRefused {
        /// Which part of the product: `authorize`, `token`, …
        area: &'static str,
        /// Why.
        reason: &'static str,
        /// The app, where one is known.
        app: Option<AppId>,
    },
    /// Further refusals of one source in a minute, too many to be logged one by one.
    #[serde(rename = "refusals.counted")]
    RefusalsCounted {
        /// How many.
        count: u32,
    },
    /// So much was asked for that somebody may be attacking: told once a window, and not once a try.
    #[serde(rename = "login.attack_suspected")]
    AttackSuspected {
        /// What was asked for: `password` tries or `mail`.
        ask: &'static str,
        /// The limit that was reached: of one `network`, of the `tenant`, or of `all` together.
        limit: &'static str,
    },
    /// A signing key was made or moved on.
    #[serde(rename = "key.changed")]
    KeyChanged {
        /// The key.
        key: KeyId,
        /// Its algorithm.
        alg: Alg,
        /// The state it is in now.
        state: &'static str,
    },
    /// Configuration was changed.
    #[serde(rename = "config.changed")]
    ConfigChanged {
        /// What.
        object: ObjectKind,
        /// Which, by its name.
        name: Bounded,
        /// How.
        change: Change,
        /// The public values before.
        before: Option<serde_json::Value>,
        /// The public values now.
        after: Option<serde_json::Value>,
    },
    /// A person became, or ceased to be, somebody in a tenant.
    #[serde(rename = "member.changed")]
    MemberChanged {
        /// The tenant.
        tenant: TenantId,
        /// The member.
        member: MemberId,
        /// The person.
        identity: IdentityId,
        /// Where the person stands now.
        status: MemberStatus,
        /// The roles now.
        roles: Vec<Role>,
    },
    /// An identity was made.
    #[serde(rename = "identity.created")]
    IdentityCreated(Concerned),
    /// A credential was set.
    #[serde(rename = "credential.changed")]
    CredentialChanged {
        /// The person.
        identity: IdentityId,
        /// The credential.
        credential: CredentialId,
        /// Its kind.
        method: &'static str,
    },
    /// An address was said to be a person's.
    #[serde(rename = "email.claimed")]
    EmailClaimed {
        /// The person.
        identity: IdentityId,
        /// Who says so.
        by: ClaimedBy,
    },
    /// A code and a link were mailed, or would have been if anybody had the address.
    #[serde(rename = "email.proof_sent")]
    ProofSent {
        /// What for.
        purpose: ProofPurpose,
        /// A keyed fingerprint of the address.
        subject: String,
    },
    /// An address was proven.
    #[serde(rename = "email.verified")]
    EmailVerified {
        /// The person.
        identity: IdentityId,
        /// How it was proven.
        method: ProvenBy,
    },
    /// A person's claim on an address ended because somebody else proved it.
    #[serde(rename = "email.claim_evicted")]
    ClaimEvicted(Concerned),
    /// An address was proven, and its proof lapsed.
    #[serde(rename = "email.stale")]
    EmailStale {
        /// The person.
        identity: IdentityId,
        /// Why.
        reason: &'static str,
    },
    /// An address is a person's no longer.
    #[serde(rename = "email.retired")]
    EmailRetired {
        /// The person.
        identity: IdentityId,
        /// Why.
        reason: LeftBecause,
    },
    /// A person is gone; the id is never used again.
    #[serde(rename = "identity.deleted")]
    IdentityDeleted {
        /// The person.
        identity: IdentityId,
        /// Why.
        reason: &'static str,
    },
    /// A password was set by proof of a mailbox.
    #[serde(rename = "password.reset")]
    PasswordReset {
        /// The person.
        identity: IdentityId,
        /// The credential.
        credential: CredentialId,
    },
    /// Several sessions of a person ended at once.
    #[serde(rename = "sessions.revoked")]
    SessionsRevoked {
        /// The person.
        identity: IdentityId,
        /// How many.
        count: u32,
        /// Why.
        reason: &'static str,
    },
    /// A letter did not reach its address: the mail server refused it, at once or by a later report.
    #[serde(rename = "mail.refused")]
    MailRefused {
        /// The letter.
        mail: MailId,
        /// What it was about.
        letter: Bounded,
        /// Why: a closed word.
        reason: &'static str,
    },
    /// Somebody is asked to join.
    #[serde(rename = "invitation.created")]
    InvitationCreated {
        /// The invitation.
        invitation: InvitationId,
        /// As what.
        role: Role,
    },
    /// An invitation got a new link; the older one is worth nothing any more.
    #[serde(rename = "invitation.resent")]
    InvitationResent {
        /// The invitation.
        invitation: InvitationId,
    },
    /// An invitation was taken back.
    #[serde(rename = "invitation.revoked")]
    InvitationRevoked {
        /// The invitation.
        invitation: InvitationId,
    },
    /// An invitation was not answered in time.
    #[serde(rename = "invitation.expired")]
    InvitationExpired {
        /// The invitation.
        invitation: InvitationId,
    },
    /// The owner of the address said yes.
    #[serde(rename = "invitation.accepted")]
    InvitationAccepted {
        /// The invitation.
        invitation: InvitationId,
        /// The person.
        identity: IdentityId,
        /// As what; somebody who was a member already stays what they were.
        role: Role,
    },
    /// The owner of the address said no.
    #[serde(rename = "invitation.declined")]
    InvitationDeclined {
        /// The invitation.
        invitation: InvitationId,
        /// The person.
        identity: IdentityId,
    },
    /// Somebody opened or accepted an invitation whose address they have not proven; it stays open.
    #[serde(rename = "invitation.mismatch")]
    InvitationMismatch {
        /// The invitation.
        invitation: InvitationId,
    },
    /// Somebody wanted to invite for a role that is not theirs to give.
    #[serde(rename = "invitation.denied")]
    InvitationDenied {
        /// The role.
        role: Role,
        /// Why: a closed word.
        reason: &'static str,
    },
    /// An address of a domain of the tenant was proven, and its owner does not become a member by that.
    #[serde(rename = "membership.domain_join_denied")]
    DomainJoinDenied {
        /// Why: a closed word.
        reason: &'static str,
    },
    /// A person changed name or language.
    #[serde(rename = "profile.changed")]
    ProfileChanged(Concerned),
    /// Another address became a person's main one.
    #[serde(rename = "email.changed")]
    EmailChanged(Concerned),
    /// The main address became what it was before, by a mailed link.
    #[serde(rename = "email.change_undone")]
    EmailChangeUndone(Concerned),
    /// A credential was taken away.
    #[serde(rename = "credential.removed")]
    CredentialRemoved {
        /// The person.
        identity: IdentityId,
        /// The credential.
        credential: CredentialId,
        /// Its kind.
        method: &'static str,
    },
    /// An address or credential was not added, because the person has proven no address yet.
    #[serde(rename = "credential.add_denied")]
    AddDenied(Concerned),
    /// A person downloaded everything that is kept about them.
    #[serde(rename = "account.exported")]
    AccountExported(Concerned),
    /// A person asked for the end of the account.
    #[serde(rename = "deletion.requested")]
    DeletionRequested(Concerned),
    /// The account is kept after all.
    #[serde(rename = "deletion.cancelled")]
    DeletionCancelled(Concerned),
    /// The end of the account was put off, because a tenant would be left without an owner.
    #[serde(rename = "deletion.postponed")]
    DeletionPostponed(Concerned),
    /// A person took back what an app was allowed.
    #[serde(rename = "consent.revoked")]
    ConsentRevoked {
        /// The app.
        app: AppId,
    },
    /// Something about an upstream, what it vouches for, or a domain.
    #[serde(untagged)]
    Upstream(UpstreamEvent),
}
