//! From (flow, sessions of the browser, rules) to the next step.

use crate::email::{EmailAddress, ProofPurpose};
use crate::identity::{MemberStatus, Role};
use crate::ids::{IdentityId, MemberId, SessionId, TenantId};
use crate::oauth::{AuthorizeError, AuthorizeRequest, Prompt};
use crate::session::{Authority, Barred, LiveSession};
use crate::tenant::{Tenant, TenantStatus};
use crate::time::Timestamp;

use super::{FlowState, Stage};

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
    /// Whether mail can be sent, so that a mailbox can be proven.
    pub mails: bool,
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
    /// A proof of a mailbox comes first.
    Detour(ProofPurpose, Stage),
    /// The mailbox is proven, and an account that the tenant made waits for its owner: ask for its password.
    Waiting {
        /// The address.
        address: EmailAddress,
    },
    /// Offer to prove the address that the person has just signed in with.
    Confirm {
        /// The account.
        session: SessionId,
        /// The address.
        address: EmailAddress,
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
    /// The account may be shown its own page; no tenant is entered for it.
    Return(SessionId),
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
        Next::Identifier { .. }
        | Next::Password { .. }
        | Next::Detour(..)
        | Next::Waiting { .. }
        | Next::Confirm { .. }
        | Next::Barred { .. } => Next::Refuse(AuthorizeError::LoginRequired),
        Next::ChooseAccount(_) | Next::ChooseTenant { .. } => {
            Next::Refuse(AuthorizeError::AccountSelectionRequired)
        }
        other => other,
    }
}

fn interactive(state: &FlowState, facts: Facts<'_>) -> Next {
    if let Some(detour) = &state.detour {
        return match detour.proven(ProofPurpose::SignUp).filter(|_| state.waiting) {
            Some(proof) => Next::Waiting { address: proof.address.clone() },
            None => Next::Detour(detour.purpose, detour.stage()),
        };
    }
    let chosen = match choose(state, facts) {
        Ok(session) => session,
        Err(step) => return step,
    };
    if stale(state, chosen, facts.now) {
        return ask_again(state, chosen);
    }
    match facts.site {
        Site::Tenant(tenant) => {
            confirm(state, chosen, facts).unwrap_or_else(|| enter(chosen, tenant, facts.now))
        }
        Site::Platform(_) if state.back.is_some() => Next::Return(chosen.id),
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
        facts.sessions.iter().filter(|session| is_usable(state, session, facts)).collect();
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

/// At a tenant's door only accounts that enter it count; at the platform's, every account that enters some tenant, and every
/// one at all on the way to its own page.
fn is_usable(state: &FlowState, session: &LiveSession, facts: Facts<'_>) -> bool {
    match facts.site {
        Site::Tenant(tenant) => session.enters(tenant.at.id, &tenant.policy, facts.now).is_ok(),
        Site::Platform(_) => {
            state.back.is_some() || session.memberships.iter().any(|m| session.authority.reaches(m.tenant))
        }
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
    if state.fresh {
        return true;
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

/// The offer to prove the address of a sign-in, to somebody who has proven none (table 19.1, row 24): such a person has signed in
/// at this tenant alone and by its word, so the address is the one that was typed. Whoever is on the way to a page of the account
/// finds the same there. It can be put off, each time anew.
fn confirm(state: &FlowState, session: &LiveSession, facts: Facts<'_>) -> Option<Next> {
    let Site::Tenant(tenant) = facts.site else { return None };
    let just_signed_in = state.opened == Some(session.id) && session.authority == Authority::Full;
    let offered = facts.mails && !state.put_off && state.back.is_none() && session.address.is_none();
    if !(just_signed_in && offered && session.enters(tenant.at.id, &tenant.policy, facts.now).is_ok()) {
        return None;
    }
    let address = state.identifier.clone()?;
    Some(Next::Confirm { session: session.id, address })
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
mod tests;
