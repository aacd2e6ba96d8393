//! What happens with upstreams, the credentials that they vouch for, and the domains that give them a say.

use serde::Serialize;

use super::Bounded;
use super::kinds::Named;
use crate::connection::Source;
use crate::ids::{ConnectionId, CredentialId, DomainId, IdentityId, ProviderId};

/// Which upstream an event is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Upstream {
    /// A tenant's own.
    Connection(ConnectionId),
    /// One of the operator's.
    Provider(ProviderId),
}

impl From<Source> for Upstream {
    fn from(source: Source) -> Self {
        match source {
            Source::Connection(_, connection) => Self::Connection(connection),
            Source::Provider(provider) => Self::Provider(provider),
        }
    }
}

/// What happened. `row` is the row of the linking table (security rules, 19.1) that decided.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind")]
pub enum UpstreamEvent {
    /// A subject became a credential of a person.
    #[serde(rename = "link.created")]
    Linked {
        /// Of which upstream.
        upstream: Upstream,
        /// The person.
        identity: IdentityId,
        /// The credential.
        credential: CredentialId,
        /// The row.
        row: &'static str,
    },
    /// A subject is a credential no longer.
    #[serde(rename = "link.removed")]
    Unlinked {
        /// Of which upstream.
        upstream: Upstream,
        /// The person.
        identity: IdentityId,
        /// The credential.
        credential: CredentialId,
    },
    /// An assertion was sound and came to nothing.
    #[serde(rename = "link.refused")]
    LinkRefused {
        /// Of which upstream.
        upstream: Upstream,
        /// The row.
        row: &'static str,
        /// Why: a closed word.
        reason: &'static str,
    },
    /// An answer came back that nobody had asked for in this session.
    #[serde(rename = "link.intent_missing")]
    IntentMissing {
        /// Of which upstream.
        upstream: Upstream,
    },
    /// A tenant's upstream asserted an address that the tenant has no say about; it was not looked up.
    #[serde(rename = "link.ignored_foreign_domain")]
    ForeignDomain {
        /// The upstream.
        upstream: Upstream,
    },
    /// Somebody signed in by an upstream for the first time, as somebody new.
    #[serde(rename = "login.new_identity")]
    NewIdentity {
        /// By which upstream.
        upstream: Upstream,
        /// The person.
        identity: IdentityId,
        /// The row.
        row: &'static str,
    },
    /// A sign-in by an upstream failed there, or a check of ours did.
    #[serde(rename = "login.upstream_failed")]
    SignInFailed {
        /// At which upstream.
        upstream: Upstream,
        /// Why: a code.
        reason: Bounded,
    },
    /// What an upstream is trusted by was changed.
    #[serde(rename = "connection.trust_changed")]
    TrustChanged {
        /// Which.
        upstream: Upstream,
        /// The fingerprints before.
        before: Vec<Bounded>,
        /// The fingerprints now.
        after: Vec<Bounded>,
    },
    /// An upstream ended sessions of ours.
    #[serde(rename = "connection.logout")]
    UpstreamLogout {
        /// Which.
        upstream: Upstream,
        /// How many ended.
        count: u32,
    },
    /// A domain is proven to be the tenant's.
    #[serde(rename = "domain.verified")]
    DomainVerified {
        /// The claim.
        domain: DomainId,
        /// The domain.
        name: Bounded,
    },
    /// The proof of a domain is gone; the tenant has no say about its addresses any more.
    #[serde(rename = "domain.lapsed")]
    DomainLapsed {
        /// The claim.
        domain: DomainId,
        /// The domain.
        name: Bounded,
    },
    /// Two tenants claim the same domain. It stands in both their logs, and names neither to the other.
    #[serde(rename = "domain.claim_conflict")]
    ClaimConflict {
        /// The domain.
        name: Bounded,
    },
    /// The proof of a person's address lapsed: nobody knows whose mailbox it is now.
    #[serde(rename = "email.stale")]
    EmailStale {
        /// The person.
        identity: IdentityId,
        /// Why: a closed word.
        reason: &'static str,
    },
}

impl UpstreamEvent {
    /// The name of the event.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Linked { .. } => "link.created",
            Self::Unlinked { .. } => "link.removed",
            Self::LinkRefused { .. } => "link.refused",
            Self::IntentMissing { .. } => "link.intent_missing",
            Self::ForeignDomain { .. } => "link.ignored_foreign_domain",
            Self::NewIdentity { .. } => "login.new_identity",
            Self::SignInFailed { .. } => "login.upstream_failed",
            Self::TrustChanged { .. } => "connection.trust_changed",
            Self::UpstreamLogout { .. } => "connection.logout",
            Self::DomainVerified { .. } => "domain.verified",
            Self::DomainLapsed { .. } => "domain.lapsed",
            Self::ClaimConflict { .. } => "domain.claim_conflict",
            Self::EmailStale { .. } => "email.stale",
        }
    }

    pub(super) fn people(&mut self) -> Vec<Named<'_>> {
        match self {
            Self::Linked { identity, credential, .. } | Self::Unlinked { identity, credential, .. } => {
                vec![Named::Person(identity), Named::Credential(credential)]
            }
            Self::NewIdentity { identity, .. } | Self::EmailStale { identity, .. } => {
                vec![Named::Person(identity)]
            }
            Self::LinkRefused { .. }
            | Self::IntentMissing { .. }
            | Self::ForeignDomain { .. }
            | Self::SignInFailed { .. }
            | Self::TrustChanged { .. }
            | Self::UpstreamLogout { .. }
            | Self::DomainVerified { .. }
            | Self::DomainLapsed { .. }
            | Self::ClaimConflict { .. } => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::audit::What;

    fn samples() -> Vec<UpstreamEvent> {
        let (identity, credential) =
            (IdentityId::from_uuid(Uuid::from_u128(71)), CredentialId::from_uuid(Uuid::from_u128(73)));
        let upstream = Upstream::Connection(ConnectionId::from_uuid(Uuid::from_u128(1)));
        let (domain, name) = (DomainId::from_uuid(Uuid::from_u128(2)), Bounded::new("corp.example"));
        vec![
            UpstreamEvent::Linked { upstream, identity, credential, row: "3" },
            UpstreamEvent::Unlinked { upstream, identity, credential },
            UpstreamEvent::LinkRefused { upstream, row: "2", reason: "linked_elsewhere" },
            UpstreamEvent::IntentMissing { upstream },
            UpstreamEvent::ForeignDomain { upstream },
            UpstreamEvent::NewIdentity { upstream, identity, row: "9" },
            UpstreamEvent::SignInFailed { upstream, reason: Bounded::new("oidc_nonce") },
            UpstreamEvent::TrustChanged { upstream, before: vec![name.clone()], after: vec![] },
            UpstreamEvent::UpstreamLogout { upstream, count: 2 },
            UpstreamEvent::DomainVerified { domain, name: name.clone() },
            UpstreamEvent::DomainLapsed { domain, name: name.clone() },
            UpstreamEvent::ClaimConflict { name },
            UpstreamEvent::EmailStale { identity, reason: "domain_lapsed" },
        ]
    }

    #[test]
    fn the_name_in_the_body_is_the_name_of_the_record() {
        for event in samples() {
            let what = What::Upstream(event);
            let body = serde_json::to_value(&what).unwrap();
            assert_eq!(body["kind"], what.kind(), "{body}");
        }
    }

    #[test]
    fn whoever_is_named_is_found() {
        for mut event in samples() {
            let text = serde_json::to_string(&event).unwrap();
            let named =
                [71, 73].iter().filter(|n| text.contains(&crate::ids::encode(Uuid::from_u128(**n)))).count();
            assert_eq!(event.people().len(), named, "{text}");
        }
    }
}
