//! Sessions: what a browser's signed-in state is worth, and until when.

use serde::{Deserialize, Serialize};

use crate::identity::{IdentityStatus, MemberStatus, Role};
use crate::ids::{CredentialId, IdentityId, MemberId, SessionId, TenantId};
use crate::policy::{Method, Policy};
use crate::time::Timestamp;

/// What a session may do: everything of its identity, or one tenant only because only that tenant's upstream vouched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Authority {
    /// Opened with the identity's own credential.
    Full,
    /// Opened through a connection of that tenant.
    Tenant(TenantId),
}

impl Authority {
    /// Whether a session of this authority may be used at a tenant at all.
    pub fn reaches(self, tenant: TenantId) -> bool {
        match self {
            Self::Full => true,
            Self::Tenant(only) => only == tenant,
        }
    }
}

/// A membership as its person sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    /// The tenant.
    pub tenant: TenantId,
    /// The member row there.
    pub member: MemberId,
    /// Where the person stands.
    pub status: MemberStatus,
    /// The roles held.
    pub roles: Vec<Role>,
    /// Counts changes that end what was issued before.
    pub epoch: i32,
}

/// A session of this browser that is neither ended nor expired, with its person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveSession {
    /// The session.
    pub id: SessionId,
    /// Its person.
    pub identity: IdentityId,
    /// What it may do.
    pub authority: Authority,
    /// The credential that opened it.
    pub credential: CredentialId,
    /// The methods shown (RFC 8176).
    pub amr: Vec<String>,
    /// When the person last showed a credential.
    pub auth_time: Timestamp,
    /// When it was last used.
    pub last_seen_at: Timestamp,
    /// When it ends if unused.
    pub idle_end: Timestamp,
    /// When it ends in any case.
    pub absolute_end: Timestamp,
    /// The epoch of the identity it was opened under.
    pub identity_epoch: i32,
    /// Whether the person may sign in.
    pub identity_status: IdentityStatus,
    /// The person's name, where one is known.
    pub name: Option<String>,
    /// The language of the person's choice (BCP 47).
    pub locale: Option<String>,
    /// The person's primary proven address.
    pub address: Option<String>,
    /// Where the person is an active member.
    pub memberships: Vec<Membership>,
    /// The tenants that it has entered.
    pub entered: Vec<TenantId>,
}

/// Why a session does not enter a tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Barred {
    /// It was opened through another tenant's connection.
    Authority,
    /// The person is no active member.
    NotAMember,
    /// The tenant does not accept the method that opened it.
    Method,
    /// It is older or longer unused than the tenant allows.
    Age,
    /// The person may not sign in.
    Disabled,
}

impl LiveSession {
    /// The membership through which this session enters a tenant under that tenant's rules, or why it does not.
    ///
    /// # Errors
    /// The first rule that stands in the way.
    pub fn enters(&self, tenant: TenantId, policy: &Policy, now: Timestamp) -> Result<&Membership, Barred> {
        if self.identity_status != IdentityStatus::Active {
            return Err(Barred::Disabled);
        }
        if !self.authority.reaches(tenant) {
            return Err(Barred::Authority);
        }
        let membership = self
            .memberships
            .iter()
            .find(|m| m.tenant == tenant && m.status == MemberStatus::Active)
            .ok_or(Barred::NotAMember)?;
        let method = match self.authority {
            Authority::Tenant(_) => Method::Connection,
            Authority::Full => Method::Password,
        };
        if !policy.allows(method) {
            return Err(Barred::Method);
        }
        let absolute = self.auth_time + policy.session_absolute.delta();
        let idle = self.last_seen_at + policy.session_idle.delta();
        if now >= absolute || now >= idle {
            return Err(Barred::Age);
        }
        Ok(membership)
    }
}

/// The ends of a new session: the idle end moves with use, the absolute end never does.
pub fn ends(policy: &Policy, now: Timestamp) -> (Timestamp, Timestamp) {
    let absolute = now + policy.session_absolute.delta();
    ((now + policy.session_idle.delta()).min(absolute), absolute)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::policy::Span;
    use chrono::{DateTime, TimeDelta};
    use uuid::Uuid;

    fn tenant(n: u128) -> TenantId {
        TenantId::from_uuid(Uuid::from_u128(n))
    }

    /// A session of somebody with a number who is a member of tenants with theirs.
    pub(crate) fn live(number: u128, authority: Authority, tenants: &[u128]) -> LiveSession {
        let now = DateTime::UNIX_EPOCH;
        let member = |n: &u128| Membership {
            tenant: tenant(*n),
            member: MemberId::from_uuid(Uuid::from_u128(*n)),
            status: MemberStatus::Active,
            roles: vec![],
            epoch: 0,
        };
        LiveSession {
            id: SessionId::from_uuid(Uuid::from_u128(number)),
            identity: IdentityId::from_uuid(Uuid::from_u128(number)),
            authority,
            credential: CredentialId::from_uuid(Uuid::nil()),
            amr: vec!["pwd".into()],
            auth_time: now,
            last_seen_at: now,
            idle_end: now + TimeDelta::hours(8),
            absolute_end: now + TimeDelta::days(7),
            identity_epoch: 0,
            identity_status: IdentityStatus::Active,
            name: None,
            locale: None,
            address: None,
            memberships: tenants.iter().map(member).collect(),
            entered: vec![],
        }
    }

    fn session(authority: Authority) -> LiveSession {
        live(0, authority, &[1, 2])
    }

    #[test]
    fn a_tenant_session_never_enters_another_tenant() {
        let now = DateTime::UNIX_EPOCH;
        let policy = Policy::default();
        let bound = session(Authority::Tenant(tenant(1)));
        assert!(bound.enters(tenant(1), &policy, now).is_ok());
        assert_eq!(bound.enters(tenant(2), &policy, now), Err(Barred::Authority));
        assert!(session(Authority::Full).enters(tenant(2), &policy, now).is_ok());
    }

    #[test]
    fn the_tenant_s_rules_decide() {
        let now = DateTime::UNIX_EPOCH;
        let full = session(Authority::Full);
        assert_eq!(full.enters(tenant(3), &Policy::default(), now), Err(Barred::NotAMember));
        let sso = Policy { require_sso: true, ..Policy::default() };
        assert_eq!(full.enters(tenant(1), &sso, now), Err(Barred::Method));
        let short = Policy { session_idle: Span::minutes(5), ..Policy::default() };
        assert_eq!(full.enters(tenant(1), &short, now + TimeDelta::minutes(5)), Err(Barred::Age));
        assert!(full.enters(tenant(1), &short, now + TimeDelta::minutes(4)).is_ok());
        let disabled = LiveSession { identity_status: IdentityStatus::Disabled, ..full };
        assert_eq!(disabled.enters(tenant(1), &Policy::default(), now), Err(Barred::Disabled));
    }

    #[test]
    fn the_idle_end_is_never_past_the_absolute_end() {
        let policy =
            Policy { session_idle: Span::days(9), session_absolute: Span::days(1), ..Policy::default() };
        let (idle, absolute) = ends(&policy, DateTime::UNIX_EPOCH);
        assert_eq!(idle, absolute);
    }
}
