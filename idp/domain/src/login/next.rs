//! From (flow, sessions of the browser, rules) to the next step.

use crate::email::EmailAddress;
use crate::identity::{MemberStatus, Role};
use crate::ids::{IdentityId, MemberId, SessionId, TenantId};
use crate::oauth::{AuthorizeError, AuthorizeRequest, Prompt};
use crate::session::{Barred, LiveSession};
use crate::tenant::{Tenant, TenantStatus};
use crate::time::Timestamp;

use super::FlowState;

/// Where the sign-in happens.
#[derive(Debug, Clone, Copy)]
pub enum Site<'a> {
    /// At a tenant's issuer.
    Tenant(&'a Tenant),
    /// At the platform's, with the record of the tenant that is being entered once it is known.
    Platform(Option<&'a Tenant>),
}

/// What the decision rests on.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// Where it happens.
    pub site: Site<'a>,
    /// The live sessions of this browser, the most recent first.
    pub sessions: &'a [LiveSession],
    /// The current time.
    pub now: Timestamp,
}

/// Who enters which tenant by which session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The session.
    pub session: SessionId,
    /// Its person.
    pub identity: IdentityId,
    /// The tenant.
    pub tenant: TenantId,
    /// The member there.
    pub member: MemberId,
    /// The roles there.
    pub roles: Vec<Role>,
    /// The epoch of the membership.
    pub member_epoch: i32,
    /// The epoch of the identity.
    pub identity_epoch: i32,
}

/// What a flow needs next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// Ask who it is.
    Identifier {
        /// What to write into the field.
        hint: Option<String>,
    },
    /// Ask for the password of this address.
    Password {
        /// The address.
        identifier: EmailAddress,
    },
    /// Let the person pick one of these accounts, or another.
    ChooseAccount(Vec<SessionId>),
    /// Let the person pick an organisation.
    ChooseTenant {
        /// The account.
        session: SessionId,
        /// Where it is an active member.
        tenants: Vec<TenantId>,
    },
    /// Read this tenant's record and ask again.
    Load(TenantId),
    /// Everything is shown; the app may have its code, or the person a page.
    Enter(Entry),
    /// The account is signed in but does not enter this tenant.
    Barred {
        /// The account.
        session: SessionId,
        /// Why not.
        reason: Barred,
    },
    /// Without a page it ends here (`prompt=none`), or the tenant is shut.
    Refuse(AuthorizeError),
}

/// What this flow needs next.
pub fn next(state: &FlowState, facts: Facts<'_>) -> Next {
    if let Site::Tenant(tenant) | Site::Platform(Some(tenant)) = facts.site
        && tenant.status != TenantStatus::Active
    {
        return Next::Refuse(AuthorizeError::AccessDenied);
    }
    let step = interactive(state, facts);
    let silent = state.request.as_ref().is_some_and(|request| request.prompts.has(Prompt::None));
    if silent { without_pages(step) } else { step }
}

fn without_pages(step: Next) -> Next {
    match step {
        Next::Identifier { .. } | Next::Password { .. } | Next::Barred { .. } => {
            Next::Refuse(AuthorizeError::LoginRequired)
        }
        Next::ChooseAccount(_) | Next::ChooseTenant { .. } => {
            Next::Refuse(AuthorizeError::AccountSelectionRequired)
        }
        other => other,
    }
}

fn interactive(state: &FlowState, facts: Facts<'_>) -> Next {
    let chosen = match choose(state, facts) {
        Ok(session) => session,
        Err(step) => return step,
    };
    if stale(state, chosen, facts.now) {
        return ask_again(state, chosen);
    }
    match facts.site {
        Site::Tenant(tenant) => enter(chosen, tenant, facts.now),
        Site::Platform(known) => at_platform(state, chosen, known, facts.now),
    }
}

/// The session to go on with, or the step that finds one.
fn choose<'a>(state: &FlowState, facts: Facts<'a>) -> Result<&'a LiveSession, Next> {
    let by_id = |id: SessionId| facts.sessions.iter().find(|session| session.id == id);
    if let Some(opened) = state.opened.and_then(by_id) {
        return Ok(opened);
    }
    if state.another {
        return Err(ask_who(state));
    }
    if let Some(picked) = state.account.and_then(by_id) {
        return Ok(picked);
    }
    let usable: Vec<&LiveSession> =
        facts.sessions.iter().filter(|session| is_usable(session, facts)).collect();
    let request = state.request.as_ref();
    let pick = request.is_some_and(|request| request.prompts.has(Prompt::SelectAccount));
    if let Some(hinted) = request.and_then(|request| hinted(request, &usable)).filter(|_| !pick) {
        return Ok(hinted);
    }
    match usable.as_slice() {
        [] => Err(ask_who(state)),
        [only] if !pick && state.identifier.is_none() => Ok(only),
        several if state.identifier.is_none() => {
            Err(Next::ChooseAccount(several.iter().map(|s| s.id).collect()))
        }
        _ => Err(ask_who(state)),
    }
}

/// At a tenant's door only accounts that enter it count; at the platform's, every account with an own credential.
fn is_usable(session: &LiveSession, facts: Facts<'_>) -> bool {
    match facts.site {
        Site::Tenant(tenant) => session.enters(tenant.at.id, &tenant.policy, facts.now).is_ok(),
        Site::Platform(_) => session.memberships.iter().any(|m| session.authority.reaches(m.tenant)),
    }
}

fn hinted<'a>(request: &AuthorizeRequest, usable: &[&'a LiveSession]) -> Option<&'a LiveSession> {
    let hint: EmailAddress = request.login_hint.as_deref()?.parse().ok()?;
    let is_it = |address: &String| address.parse::<EmailAddress>().is_ok_and(|address| address == hint);
    usable.iter().find(|session| session.address.as_ref().is_some_and(is_it)).copied()
}

fn ask_who(state: &FlowState) -> Next {
    match &state.identifier {
        Some(identifier) => Next::Password { identifier: identifier.clone() },
        None => {
            Next::Identifier { hint: state.request.as_ref().and_then(|request| request.login_hint.clone()) }
        }
    }
}

/// Whether the request demands a newer sign-in than this session's.
fn stale(state: &FlowState, session: &LiveSession, now: Timestamp) -> bool {
    if state.opened == Some(session.id) {
        return false;
    }
    let Some(request) = &state.request else { return false };
    // OIDC Core, section 3.1.2.1: zero asks for a sign-in now, however recent the last one.
    let age = now.signed_duration_since(session.auth_time).num_seconds();
    let aged = request.max_age.is_some_and(|seconds| seconds == 0 || age > i64::from(seconds));
    aged || request.prompts.has(Prompt::Login)
}

fn ask_again(state: &FlowState, session: &LiveSession) -> Next {
    if state.identifier.is_some() {
        return ask_who(state);
    }
    match session.address.as_deref().and_then(|address| address.parse().ok()) {
        Some(identifier) => Next::Password { identifier },
        None => ask_who(state),
    }
}

fn enter(session: &LiveSession, tenant: &Tenant, now: Timestamp) -> Next {
    match session.enters(tenant.at.id, &tenant.policy, now) {
        Ok(membership) => Next::Enter(Entry {
            session: session.id,
            identity: session.identity,
            tenant: tenant.at.id,
            member: membership.member,
            roles: membership.roles.clone(),
            member_epoch: membership.epoch,
            identity_epoch: session.identity_epoch,
        }),
        Err(reason) => Next::Barred { session: session.id, reason },
    }
}

fn at_platform(state: &FlowState, session: &LiveSession, known: Option<&Tenant>, now: Timestamp) -> Next {
    if let Some(tenant) = known {
        return enter(session, tenant, now);
    }
    let mut tenants: Vec<TenantId> = session
        .memberships
        .iter()
        .filter(|m| m.status == MemberStatus::Active && session.authority.reaches(m.tenant))
        .map(|m| m.tenant)
        .collect();
    let pick = state.request.as_ref().is_some_and(|request| request.prompts.has(Prompt::SelectAccount));
    match (state.tenant, tenants.as_slice()) {
        (Some(picked), _) => Next::Load(picked),
        (None, []) => Next::Barred { session: session.id, reason: Barred::NotAMember },
        (None, [only]) if !pick => Next::Load(*only),
        _ => {
            tenants.sort_unstable();
            Next::ChooseTenant { session: session.id, tenants }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::IdentityStatus;
    use crate::ids::CredentialId;
    use crate::oauth::{Challenge, Prompts, ResponseMode, Scopes};
    use crate::policy::Policy;
    use crate::session::{Authority, Membership};
    use crate::tenant::{Branding, CellName, TenantRef};
    use chrono::{DateTime, TimeDelta};
    use uuid::Uuid;

    const ACME: u128 = 1;
    const GLOBEX: u128 = 2;

    fn tenant(n: u128) -> Tenant {
        Tenant {
            at: TenantRef {
                id: tenant_id(n),
                slug: format!("t{n}").parse().unwrap(),
                cell: CellName::pool(),
            },
            name: "Tenant".parse().unwrap(),
            status: TenantStatus::Active,
            personal: false,
            epoch: 0,
            policy: Policy::default(),
            branding: Branding::default(),
        }
    }

    fn tenant_id(n: u128) -> TenantId {
        TenantId::from_uuid(Uuid::from_u128(n))
    }

    fn session(n: u128, address: &str, tenants: &[u128]) -> LiveSession {
        let now = DateTime::UNIX_EPOCH;
        LiveSession {
            id: SessionId::from_uuid(Uuid::from_u128(n)),
            identity: IdentityId::from_uuid(Uuid::from_u128(n)),
            authority: Authority::Full,
            credential: CredentialId::from_uuid(Uuid::nil()),
            amr: vec!["pwd".into()],
            auth_time: now,
            last_seen_at: now,
            idle_end: now + TimeDelta::hours(8),
            absolute_end: now + TimeDelta::days(7),
            identity_epoch: 0,
            identity_status: IdentityStatus::Active,
            name: None,
            address: Some(address.into()),
            memberships: tenants
                .iter()
                .map(|t| Membership {
                    tenant: tenant_id(*t),
                    member: MemberId::from_uuid(Uuid::from_u128(*t)),
                    status: MemberStatus::Active,
                    roles: vec![],
                    epoch: 0,
                })
                .collect(),
            entered: vec![],
        }
    }

    fn request(prompts: &str) -> FlowState {
        let prompts: Prompts =
            serde_json::from_value(serde_json::json!(prompts.split_whitespace().collect::<Vec<_>>()))
                .unwrap();
        FlowState {
            request: Some(AuthorizeRequest {
                client_id: "web".into(),
                redirect_uri: "https://app.example/cb".into(),
                response_mode: ResponseMode::Query,
                state: None,
                nonce: None,
                scopes: Scopes::default(),
                resources: vec![],
                challenge: Challenge::parse("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM").unwrap(),
                prompts,
                max_age: None,
                login_hint: None,
                ui_locales: None,
                acr_values: vec![],
                organization: None,
            }),
            ..FlowState::default()
        }
    }

    fn at_acme(state: &FlowState, sessions: &[LiveSession]) -> Next {
        next(
            state,
            Facts {
                site: Site::Tenant(&tenant(ACME)),
                sessions,
                now: DateTime::UNIX_EPOCH + TimeDelta::minutes(5),
            },
        )
    }

    fn at_platform(state: &FlowState, sessions: &[LiveSession], known: Option<&Tenant>) -> Next {
        next(state, Facts { site: Site::Platform(known), sessions, now: DateTime::UNIX_EPOCH })
    }

    #[test]
    fn a_usable_session_enters_and_a_foreign_one_counts_for_nothing() {
        let alice = session(1, "alice@acme.test", &[ACME]);
        let bob = session(2, "bob@globex.test", &[GLOBEX]);
        assert!(matches!(at_acme(&request(""), std::slice::from_ref(&alice)), Next::Enter(_)));
        assert_eq!(at_acme(&request(""), std::slice::from_ref(&bob)), Next::Identifier { hint: None });
        assert_eq!(
            at_acme(&request("none"), std::slice::from_ref(&bob)),
            Next::Refuse(AuthorizeError::LoginRequired)
        );
        assert!(matches!(at_acme(&request(""), &[alice, bob]), Next::Enter(_)));
    }

    #[test]
    fn several_accounts_are_a_choice() {
        let both =
            [session(1, "alice@acme.test", &[ACME]), session(2, "carol@consult.test", &[ACME, GLOBEX])];
        assert!(matches!(at_acme(&request(""), &both), Next::ChooseAccount(ids) if ids.len() == 2));
        assert_eq!(at_acme(&request("none"), &both), Next::Refuse(AuthorizeError::AccountSelectionRequired));
        let mut hinted = request("");
        hinted.request.as_mut().unwrap().login_hint = Some("Carol@consult.test".into());
        assert!(matches!(at_acme(&hinted, &both), Next::Enter(entry) if entry.session == both[1].id));
        let picked = FlowState { account: Some(both[0].id), ..request("select_account") };
        assert!(matches!(at_acme(&picked, &both), Next::Enter(entry) if entry.session == both[0].id));
        let another = FlowState { another: true, ..request("") };
        assert_eq!(at_acme(&another, &both), Next::Identifier { hint: None });
    }

    #[test]
    fn a_newer_sign_in_can_be_demanded() {
        let alice = [session(1, "alice@acme.test", &[ACME])];
        let mut aged = request("");
        aged.request.as_mut().unwrap().max_age = Some(60);
        assert!(
            matches!(at_acme(&aged, &alice), Next::Password { identifier } if identifier.canonical() == "alice@acme.test")
        );
        assert!(matches!(at_acme(&request("login"), &alice), Next::Password { .. }));
        let done = FlowState { opened: Some(alice[0].id), ..request("login") };
        assert!(matches!(at_acme(&done, &alice), Next::Enter(_)));
        aged.request.as_mut().unwrap().prompts = request("none").request.unwrap().prompts;
        assert_eq!(at_acme(&aged, &alice), Next::Refuse(AuthorizeError::LoginRequired));
    }

    #[test]
    fn the_platform_asks_for_the_organisation_only_if_there_are_several() {
        let one = [session(1, "alice@acme.test", &[ACME])];
        let two = [session(3, "carol@consult.test", &[ACME, GLOBEX])];
        assert_eq!(at_platform(&request(""), &one, None), Next::Load(tenant_id(ACME)));
        assert!(
            matches!(at_platform(&request(""), &two, None), Next::ChooseTenant { tenants, .. } if tenants.len() == 2)
        );
        let picked = FlowState { tenant: Some(tenant_id(GLOBEX)), ..request("") };
        assert_eq!(at_platform(&picked, &two, None), Next::Load(tenant_id(GLOBEX)));
        let globex = tenant(GLOBEX);
        assert!(
            matches!(at_platform(&picked, &two, Some(&globex)), Next::Enter(entry) if entry.tenant == tenant_id(GLOBEX))
        );
        assert!(matches!(
            at_platform(&picked, &one, Some(&globex)),
            Next::Barred { reason: Barred::NotAMember, .. }
        ));
    }

    #[test]
    fn a_suspended_tenant_is_shut() {
        let shut = Tenant { status: TenantStatus::Suspended, ..tenant(ACME) };
        let facts = Facts { site: Site::Tenant(&shut), sessions: &[], now: DateTime::UNIX_EPOCH };
        assert_eq!(next(&request(""), facts), Next::Refuse(AuthorizeError::AccessDenied));
    }
}
