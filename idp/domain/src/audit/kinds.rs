//! What the kinds of events are called, and where they name people.

use uuid::Uuid;

use super::{Concerned, What};
use crate::ids::{CredentialId, IdentityId, SessionId};

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
            Self::Upstream(event) => event.people(),
            Self::SignInSucceeded { session, credential, .. } => {
                vec![Named::Session(session), Named::Credential(credential)]
            }
            Self::SessionEnded { session, .. } | Self::CodeIssued { session, .. } => {
                vec![Named::Session(session)]
            }
            Self::CredentialChanged { identity, credential, .. }
            | Self::CredentialRemoved { identity, credential, .. }
            | Self::PasswordReset { identity, credential } => {
                vec![Named::Person(identity), Named::Credential(credential)]
            }
            Self::MemberChanged { identity, .. }
            | Self::IdentityCreated(Concerned { identity })
            | Self::EmailClaimed { identity, .. }
            | Self::EmailVerified { identity, .. }
            | Self::ClaimEvicted(Concerned { identity })
            | Self::EmailStale { identity, .. }
            | Self::EmailRetired { identity, .. }
            | Self::IdentityDeleted { identity, .. }
            | Self::SessionsRevoked { identity, .. }
            | Self::InvitationAccepted { identity, .. }
            | Self::InvitationDeclined { identity, .. }
            | Self::ProfileChanged(Concerned { identity })
            | Self::EmailChanged(Concerned { identity })
            | Self::EmailChangeUndone(Concerned { identity })
            | Self::AccountExported(Concerned { identity })
            | Self::DeletionRequested(Concerned { identity })
            | Self::DeletionCancelled(Concerned { identity })
            | Self::DeletionPostponed(Concerned { identity })
            | Self::AddDenied(Concerned { identity }) => vec![Named::Person(identity)],
            Self::SignInFailed { .. }
            | Self::ProofSent { .. }
            | Self::GrantIssued { .. }
            | Self::CodeReplayed { .. }
            | Self::GrantRefreshed { .. }
            | Self::RefreshReused { .. }
            | Self::GrantRevoked { .. }
            | Self::TokenIssued { .. }
            | Self::TokenRevoked { .. }
            | Self::ConsentGranted { .. }
            | Self::ConsentDenied { .. }
            | Self::ConsentRevoked { .. }
            | Self::RequestRefused { .. }
            | Self::RefusalsCounted { .. }
            | Self::AttackSuspected { .. }
            | Self::KeyChanged { .. }
            | Self::MailRefused { .. }
            | Self::InvitationCreated { .. }
            | Self::InvitationResent { .. }
            | Self::InvitationRevoked { .. }
            | Self::InvitationExpired { .. }
            | Self::InvitationMismatch { .. }
            | Self::InvitationDenied { .. }
            | Self::DomainJoinDenied { .. }
            | Self::ConfigChanged { .. } => Vec::new(),
        }
    }

    /// The name of the event.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Upstream(event) => event.kind(),
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
            Self::AttackSuspected { .. } => "login.attack_suspected",
            Self::KeyChanged { .. } => "key.changed",
            Self::ConfigChanged { .. } => "config.changed",
            Self::MemberChanged { .. } => "member.changed",
            Self::IdentityCreated(..) => "identity.created",
            Self::CredentialChanged { .. } => "credential.changed",
            Self::EmailClaimed { .. } => "email.claimed",
            Self::ProofSent { .. } => "email.proof_sent",
            Self::EmailVerified { .. } => "email.verified",
            Self::ClaimEvicted(..) => "email.claim_evicted",
            Self::EmailStale { .. } => "email.stale",
            Self::EmailRetired { .. } => "email.retired",
            Self::IdentityDeleted { .. } => "identity.deleted",
            Self::PasswordReset { .. } => "password.reset",
            Self::SessionsRevoked { .. } => "sessions.revoked",
            Self::MailRefused { .. } => "mail.refused",
            Self::InvitationCreated { .. } => "invitation.created",
            Self::InvitationResent { .. } => "invitation.resent",
            Self::InvitationRevoked { .. } => "invitation.revoked",
            Self::InvitationExpired { .. } => "invitation.expired",
            Self::InvitationAccepted { .. } => "invitation.accepted",
            Self::InvitationDeclined { .. } => "invitation.declined",
            Self::InvitationMismatch { .. } => "invitation.mismatch",
            Self::InvitationDenied { .. } => "invitation.denied",
            Self::DomainJoinDenied { .. } => "membership.domain_join_denied",
            Self::ProfileChanged(..) => "profile.changed",
            Self::EmailChanged(..) => "email.changed",
            Self::EmailChangeUndone(..) => "email.change_undone",
            Self::CredentialRemoved { .. } => "credential.removed",
            Self::AddDenied(..) => "credential.add_denied",
            Self::AccountExported { .. } => "account.exported",
            Self::DeletionRequested { .. } => "deletion.requested",
            Self::DeletionCancelled { .. } => "deletion.cancelled",
            Self::DeletionPostponed { .. } => "deletion.postponed",
            Self::ConsentRevoked { .. } => "consent.revoked",
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
                | Self::AttackSuspected { .. }
                | Self::SignInFailed { .. }
                | Self::InvitationMismatch { .. }
                | Self::InvitationDenied { .. }
                | Self::DomainJoinDenied { .. }
        )
    }
}
