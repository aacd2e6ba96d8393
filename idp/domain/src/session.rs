//! Sessions: what a browser's signed-in state is worth, and until when.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::email::EmailAddress;
use crate::identity::{IdentityStatus, MemberStatus, Role};
use crate::ids::{ConnectionId, CredentialId, IdentityId, MemberId, SessionId, TenantId};
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

/// What stands first among the methods of a session that an upstream opened: RFC 8176 has no name for it, and what the upstream
/// itself names says nothing about a credential of ours.
pub const FEDERATED: &str = "fed";

/// That a tenant's connection vouched for the person of a session in this browser.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// The connection.
    pub connection: ConnectionId,
    /// When it did.
    pub at: Timestamp,
    /// Until when that is good: not longer than the tenant's sessions live.
    pub until: Timestamp,
    /// When the person showed a credential there, if it said so.
    #[serde(default)]
    pub auth_time: Option<Timestamp>,
    /// The methods that it named (RFC 8176).
    #[serde(default)]
    pub amr: Vec<String>,
    /// The authentication context class that it named.
    #[serde(default)]
    pub acr: Option<String>,
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
    /// The tenants whose connection has vouched for the person in this session (security rules, 19.3, rule 3).
    pub evidence: BTreeMap<TenantId, Evidence>,
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
        let vouched = self.vouched(tenant, policy, now);
        if !policy.allows(self.method()) && vouched.is_none() && !self.breaks_glass(membership, policy) {
            return Err(Barred::Method);
        }
        // What the connection said counts from when it said so, unless the session's own credential opens the tenant too.
        let shown = vouched.filter(|_| !policy.allows(self.method())).map_or(self.auth_time, |by| by.at);
        let absolute = shown + policy.session_absolute.delta();
        let idle = self.last_seen_at + policy.session_idle.delta();
        if now >= absolute || now >= idle {
            return Err(Barred::Age);
        }
        Ok(membership)
    }

    /// The kind of credential that opened it.
    pub fn method(&self) -> Method {
        match (self.authority, self.amr.first().map(String::as_str)) {
            (Authority::Tenant(_), _) => Method::Connection,
            (Authority::Full, Some(FEDERATED)) => Method::Provider,
            (Authority::Full, Some("hwk" | "swk" | "pop")) => Method::Passkey,
            (Authority::Full, _) => Method::Password,
        }
    }

    /// What a tenant's connection has said in this session, while it is good and the tenant accepts it. Tokens for the tenant describe
    /// this where the tenant's rules are met by it.
    pub fn vouched(&self, tenant: TenantId, policy: &Policy, now: Timestamp) -> Option<&Evidence> {
        self.evidence.get(&tenant).filter(|by| now < by.until && policy.allows(Method::Connection))
    }

    fn breaks_glass(&self, membership: &Membership, policy: &Policy) -> bool {
        let address = self.address.as_deref().and_then(|address| address.parse::<EmailAddress>().ok());
        membership.roles.contains(&Role::Owner) && policy.allows_in_emergency(self.method(), address.as_ref())
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
            evidence: BTreeMap::new(),
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

    fn evidence(hours: i64) -> Evidence {
        let at = DateTime::UNIX_EPOCH;
        let connection = ConnectionId::from_uuid(Uuid::nil());
        let until = at + TimeDelta::hours(hours);
        Evidence { connection, at, until, auth_time: None, amr: vec!["mfa".into()], acr: None }
    }

    #[test]
    fn a_tenant_s_connection_lets_its_own_tenant_be_entered_while_its_word_is_good() {
        let now = DateTime::UNIX_EPOCH;
        let sso = Policy { require_sso: true, ..Policy::default() };
        let mut full = session(Authority::Full);
        full.evidence.insert(tenant(1), evidence(2));
        assert!(full.enters(tenant(1), &sso, now).is_ok());
        assert_eq!(full.vouched(tenant(1), &sso, now), Some(&evidence(2)));
        assert_eq!(full.enters(tenant(2), &sso, now), Err(Barred::Method), "one tenant's word is no other's");
        assert_eq!(full.enters(tenant(1), &sso, now + TimeDelta::hours(2)), Err(Barred::Method));
        let none = Policy { methods: vec![Method::Passkey], ..Policy::default() };
        assert_eq!(full.enters(tenant(1), &none, now), Err(Barred::Method), "no connection is accepted");
        let short = Policy { session_absolute: Span::hours(1), ..sso };
        let late = LiveSession { auth_time: now + TimeDelta::hours(1), ..full };
        let then = now + TimeDelta::hours(1);
        assert_eq!(
            late.enters(tenant(1), &short, then),
            Err(Barred::Age),
            "a newer password is no newer word"
        );
        assert!(late.enters(tenant(1), &Policy { require_sso: false, ..short }, then).is_ok());
    }

    #[test]
    fn the_kind_of_credential_is_the_first_method() {
        let method = |amr: &[&str]| {
            let amr = amr.iter().map(|name| (*name).to_owned()).collect();
            LiveSession { amr, ..session(Authority::Full) }.method()
        };
        assert_eq!(method(&["pwd", "otp"]), Method::Password);
        assert_eq!(method(&["hwk"]), Method::Passkey);
        assert_eq!(method(&["fed", "pwd"]), Method::Provider, "what an upstream names is its own affair");
        let bound = LiveSession { amr: vec!["pwd".into()], ..session(Authority::Tenant(tenant(1))) };
        assert_eq!(bound.method(), Method::Connection);
        let only = |method| Policy { methods: vec![method], ..Policy::default() };
        let by_provider = LiveSession { amr: vec![FEDERATED.into()], ..session(Authority::Full) };
        let now = DateTime::UNIX_EPOCH;
        assert!(by_provider.enters(tenant(1), &only(Method::Provider), now).is_ok());
        assert_eq!(by_provider.enters(tenant(1), &only(Method::Password), now), Err(Barred::Method));
    }

    #[test]
    fn owners_who_are_named_for_emergencies_need_no_connection() {
        let now = DateTime::UNIX_EPOCH;
        let glass = vec!["Owner@corp.example".parse().unwrap()];
        let sso = Policy { require_sso: true, break_glass: glass, ..Policy::default() };
        let mut owner =
            LiveSession { address: Some("owner@corp.example".into()), ..session(Authority::Full) };
        assert_eq!(
            owner.enters(tenant(1), &sso, now),
            Err(Barred::Method),
            "a member who is named is no owner"
        );
        owner.memberships[0].roles = vec![Role::Owner];
        assert!(owner.enters(tenant(1), &sso, now).is_ok());
        let password_less = Policy { methods: vec![Method::Connection], ..sso.clone() };
        assert_eq!(owner.enters(tenant(1), &password_less, now), Err(Barred::Method));
        owner.address = Some("other@corp.example".into());
        assert_eq!(owner.enters(tenant(1), &sso, now), Err(Barred::Method), "an owner who is not named");
        owner.address = None;
        assert_eq!(owner.enters(tenant(1), &sso, now), Err(Barred::Method));
    }

    #[test]
    fn the_idle_end_is_never_past_the_absolute_end() {
        let policy =
            Policy { session_idle: Span::days(9), session_absolute: Span::days(1), ..Policy::default() };
        let (idle, absolute) = ends(&policy, DateTime::UNIX_EPOCH);
        assert_eq!(idle, absolute);
    }
}
