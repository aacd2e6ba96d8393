//! What happened: a closed list.

use serde::Serialize;
use uuid::Uuid;

use super::Bounded;
use crate::identity::{MemberStatus, Role};
use crate::ids::{AppId, CredentialId, GrantId, IdentityId, KeyId, MemberId, SessionId, TenantId};
use crate::oauth::{Alg, Scopes};

/// What was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ObjectKind {
    /// A tenant's record.
    Tenant,
    /// A domain of a tenant.
    Domain,
    /// A tenant's rules.
    Policy,
    /// A tenant's looks.
    Branding,
    /// An app.
    App,
    /// The secret of an app.
    AppSecret,
    /// A resource.
    Resource,
    /// The use of a platform app by a tenant.
    Entitlement,
}

/// How it was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// Made.
    Created,
    /// Altered.
    Updated,
    /// Taken away.
    Removed,
}

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
    IdentityCreated {
        /// The person.
        identity: IdentityId,
    },
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
    /// An address was proven.
    #[serde(rename = "email.verified")]
    EmailVerified {
        /// The person.
        identity: IdentityId,
        /// How it was proven.
        method: &'static str,
    },
}

/// The place in an event that names a person, or a session or credential of one.
#[derive(Debug)]
pub(super) enum Named<'a> {
    Person(&'a mut IdentityId),
    Session(&'a mut SessionId),
    Credential(&'a mut CredentialId),
}

impl Named<'_> {
    pub(super) fn rename(self, alias: impl Fn(Uuid) -> Uuid) {
        match self {
            Self::Person(identity) => *identity = IdentityId::from_uuid(alias(identity.uuid())),
            Self::Session(session) => *session = SessionId::from_uuid(alias(session.uuid())),
            Self::Credential(credential) => *credential = CredentialId::from_uuid(alias(credential.uuid())),
        }
    }
}

impl What {
    /// Where it names a person, or a session or credential of one.
    pub(super) fn people(&mut self) -> Vec<Named<'_>> {
        match self {
            Self::SignInSucceeded { session, credential, .. } => {
                vec![Named::Session(session), Named::Credential(credential)]
            }
            Self::SessionEnded { session, .. } | Self::CodeIssued { session, .. } => {
                vec![Named::Session(session)]
            }
            Self::CredentialChanged { identity, credential, .. } => {
                vec![Named::Person(identity), Named::Credential(credential)]
            }
            Self::MemberChanged { identity, .. }
            | Self::IdentityCreated { identity }
            | Self::EmailVerified { identity, .. } => vec![Named::Person(identity)],
            Self::SignInFailed { .. }
            | Self::GrantIssued { .. }
            | Self::CodeReplayed { .. }
            | Self::GrantRefreshed { .. }
            | Self::RefreshReused { .. }
            | Self::GrantRevoked { .. }
            | Self::TokenIssued { .. }
            | Self::TokenRevoked { .. }
            | Self::ConsentGranted { .. }
            | Self::ConsentDenied { .. }
            | Self::RequestRefused { .. }
            | Self::RefusalsCounted { .. }
            | Self::KeyChanged { .. }
            | Self::ConfigChanged { .. } => Vec::new(),
        }
    }

    /// The name of the event.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::SignInSucceeded { .. } => "signin.succeeded",
            Self::SignInFailed { .. } => "signin.failed",
            Self::SessionEnded { .. } => "session.ended",
            Self::CodeIssued { .. } => "code.issued",
            Self::GrantIssued { .. } => "grant.issued",
            Self::CodeReplayed { .. } => "code.replay",
            Self::GrantRefreshed { .. } => "grant.refreshed",
            Self::RefreshReused { .. } => "refresh.reuse",
            Self::GrantRevoked { .. } => "grant.revoked",
            Self::TokenIssued { .. } => "token.issued",
            Self::TokenRevoked { .. } => "token.revoked",
            Self::ConsentGranted { .. } => "consent.granted",
            Self::ConsentDenied { .. } => "consent.denied",
            Self::RequestRefused { .. } => "request.refused",
            Self::RefusalsCounted { .. } => "refusals.counted",
            Self::KeyChanged { .. } => "key.changed",
            Self::ConfigChanged { .. } => "config.changed",
            Self::MemberChanged { .. } => "member.changed",
            Self::IdentityCreated { .. } => "identity.created",
            Self::CredentialChanged { .. } => "credential.changed",
            Self::EmailVerified { .. } => "email.verified",
        }
    }

    /// Whether the event describes no change of a row, so that it may be appended with others outside a transaction of
    /// its own.
    pub const fn is_detached(&self) -> bool {
        matches!(
            self,
            Self::TokenIssued { .. }
                | Self::RequestRefused { .. }
                | Self::RefusalsCounted { .. }
                | Self::SignInFailed { .. }
        )
    }
}
