//! The next step of a flow, with the records it rests on.

use std::borrow::Cow;
use std::sync::Arc;

use gatehouse_domain::email::ProofPurpose;
use gatehouse_domain::login::{Entry, Facts, FlowState, Next, Site, Stage, missing_consent, next};
use gatehouse_domain::oauth::AuthorizeError;
use gatehouse_domain::session::{Barred, LiveSession};
use gatehouse_domain::tenant::Tenant;
use gatehouse_store::{Scope, members};

use super::{AccountFace, Answer, Screen, Stop, TenantFace, error_answer};
use crate::apps::Known;
use crate::oauth::subject;
use crate::{Ctx, Fault, Idp, Issuer};

/// Where a flow stands.
#[derive(Debug)]
pub(crate) enum Decided {
    /// A page has to be shown.
    Screen(Screen),
    /// The app is told no.
    Refused(Answer, AuthorizeError),
    /// The account may be shown its page.
    Returned(LiveSession),
    /// Everything is there.
    Ready(Box<Ready>),
}

/// Who enters which tenant, for which app.
#[derive(Debug)]
pub(crate) struct Ready {
    /// The entry.
    pub(crate) entry: Entry,
    /// Its session.
    pub(crate) session: LiveSession,
    /// The tenant's record.
    pub(crate) tenant: Arc<Tenant>,
    /// The app, unless nobody asked.
    pub(crate) known: Option<Arc<Known>>,
}

impl Idp {
    /// What a flow needs next.
    pub(crate) async fn decide(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        state: &FlowState,
        sessions: &[LiveSession],
    ) -> Result<Decided, Stop> {
        let known = self.app_of(issuer, state).await?;
        let sessions = &*expected_only(issuer, state, sessions);
        let mut tenant = issuer.tenant().cloned();
        let mut step = {
            let site = tenant.as_deref().map_or(Site::Platform(None), Site::Tenant);
            next(state, Facts { site, sessions, mails: self.can_mail(), now: cx.now })
        };
        if let Next::Load(id) = step {
            let record = self.tenant(id).await?.ok_or(Stop::NoSuchTenant)?;
            step = match &known {
                Some(known) if !self.is_entitled(id, known.app.id).await? => {
                    Next::Refuse(AuthorizeError::AccessDenied)
                }
                _ => next(
                    state,
                    Facts {
                        site: Site::Platform(Some(&record)),
                        sessions,
                        mails: self.can_mail(),
                        now: cx.now,
                    },
                ),
            };
            tenant = Some(record);
        }
        match (step, tenant) {
            // OIDC Core, section 3.1.2.1: another person than the hinted one is no answer to the request.
            (Next::Enter(entry), _) if is_unexpected(issuer, state, &entry) => {
                refuse(issuer, state, AuthorizeError::LoginRequired)
            }
            (Next::Enter(entry), Some(tenant)) => {
                let session = sessions.iter().find(|session| session.id == entry.session).cloned();
                let session = session.ok_or(Fault::Inconsistent("session"))?;
                self.with_consent(issuer, state, Ready { entry, session, tenant, known }).await
            }
            (Next::Return(id), _) => {
                let session = sessions.iter().find(|session| session.id == id).cloned();
                session.map(Decided::Returned).ok_or(Stop::Fault(Fault::Inconsistent("session")))
            }
            (Next::Refuse(error), _) => refuse(issuer, state, error),
            (Next::Barred { session, reason: Barred::NotAMember }, _) => {
                let found = sessions.iter().find(|found| found.id == session);
                let found = found.ok_or(Fault::Inconsistent("session"))?;
                let barred = Screen::Barred { account: AccountFace::of(found), reason: Barred::NotAMember };
                Ok(Decided::Screen(self.invited_here(cx, issuer, found).await?.unwrap_or(barred)))
            }
            (step, _) => Ok(Decided::Screen(self.screen(state, sessions, step).await?)),
        }
    }

    /// The app of a flow; one that was disabled meanwhile ends the flow.
    pub(crate) async fn app_of(
        &self,
        issuer: &Issuer,
        state: &FlowState,
    ) -> Result<Option<Arc<Known>>, Stop> {
        let Some(request) = &state.request else { return Ok(None) };
        let known = self.app(issuer.owner(), &request.client_id).await?;
        match known {
            Some(known) if Some(known.app.id) == state.app => Ok(Some(known)),
            _ => Err(Stop::Request(gatehouse_domain::oauth::PageReason::UnknownApp)),
        }
    }

    async fn with_consent(&self, issuer: &Issuer, state: &FlowState, ready: Ready) -> Result<Decided, Stop> {
        let (Some(request), Some(known)) = (&state.request, &ready.known) else {
            return Ok(Decided::Ready(Box::new(ready)));
        };
        if known.app.config.first_party {
            return Ok(Decided::Ready(Box::new(ready)));
        }
        let stored = {
            let mut tx = self.pool()?.read(Scope::tenant(ready.entry.tenant), "consent").await?;
            members::consent(&mut tx, ready.entry.identity, known.app.id).await?
        };
        let Some(wanted) = missing_consent(
            &known.app,
            request,
            (ready.entry.identity, ready.entry.tenant),
            stored.as_ref(),
            state,
        ) else {
            return Ok(Decided::Ready(Box::new(ready)));
        };
        if request.prompts.has(gatehouse_domain::oauth::Prompt::None) {
            return refuse(issuer, state, AuthorizeError::ConsentRequired);
        }
        let tenant = Box::new(TenantFace::of(&ready.tenant));
        Ok(Decided::Screen(Screen::Consent { account: AccountFace::of(&ready.session), tenant, wanted }))
    }

    async fn screen(&self, state: &FlowState, sessions: &[LiveSession], step: Next) -> Result<Screen, Stop> {
        let face = |id| sessions.iter().find(|session| session.id == id).map(AccountFace::of);
        let known = |id| face(id).ok_or(Stop::Fault(Fault::Inconsistent("session")));
        Ok(match step {
            Next::Identifier { hint } => Screen::Identifier {
                value: state.identifier.as_ref().map(ToString::to_string).or(hint).unwrap_or_default(),
                accounts: sessions.len(),
                complaint: None,
            },
            Next::Password { identifier } => Screen::Password {
                identifier: identifier.to_string(),
                renewed: state.done == Some(ProofPurpose::Recovery),
                complaint: None,
            },
            Next::Detour(purpose, stage) => detour(purpose, stage),
            Next::Waiting { address } => Screen::Waiting { address: address.to_string(), complaint: None },
            Next::Confirm { session, address } => {
                Screen::Confirm { account: known(session)?, address: address.to_string(), complaint: None }
            }
            Next::ChooseAccount(ids) => {
                Screen::Accounts { accounts: ids.into_iter().filter_map(face).collect(), complaint: None }
            }
            Next::ChooseTenant { session, tenants } => {
                let mut faces = Vec::with_capacity(tenants.len());
                for id in tenants {
                    if let Some(tenant) = self.tenant(id).await? {
                        faces.push(TenantFace::of(&tenant));
                    }
                }
                Screen::Tenants { account: known(session)?, tenants: faces }
            }
            Next::Barred { session, reason } => Screen::Barred { account: known(session)?, reason },
            Next::Load(_) | Next::Enter(_) | Next::Return(_) | Next::Refuse(_) => {
                let accounts = sessions.iter().map(AccountFace::of).collect();
                Screen::Accounts { accounts, complaint: None }
            }
        })
    }
}

/// The page of a proof on the way.
fn detour(purpose: ProofPurpose, stage: Stage) -> Screen {
    match (stage, purpose) {
        (Stage::Address, _) => Screen::Mailbox { purpose, value: String::new(), complaint: None },
        (Stage::Code(address), _) => Screen::Code { purpose, address: address.to_string(), complaint: None },
        (Stage::Proven(address), ProofPurpose::SignUp) => {
            Screen::NewAccount { address: address.to_string(), name: String::new(), complaint: None }
        }
        // A first proven address comes with a new password: see `mailbox::first`.
        (Stage::Proven(address), ProofPurpose::Recovery | ProofPurpose::Address) => {
            Screen::NewPassword { address: address.to_string(), complaint: None }
        }
    }
}

/// What an app hears that is told no; somebody whom no app sent sees a page.
fn refuse(issuer: &Issuer, state: &FlowState, error: AuthorizeError) -> Result<Decided, Stop> {
    let Some(request) = &state.request else { return Err(Stop::TenantSuspended) };
    let (uri, mode) = (request.redirect_uri.clone(), request.response_mode);
    Ok(Decided::Refused(error_answer(issuer, uri, mode, request.state.clone(), error), error))
}

/// The sessions that a flow may go on with: those of the person that the app expects, until somebody was picked or has
/// signed in; all of them if it expects nobody.
pub(super) fn expected_only<'a>(
    issuer: &Issuer,
    state: &FlowState,
    sessions: &'a [LiveSession],
) -> Cow<'a, [LiveSession]> {
    let Some(expected) = &state.expected else { return Cow::Borrowed(sessions) };
    if state.opened.is_some() || state.account.is_some() || state.another {
        return Cow::Borrowed(sessions);
    }
    let is_it = |session: &&LiveSession| {
        session.memberships.iter().any(|member| subject(issuer, session.identity, member.member) == *expected)
    };
    Cow::Owned(sessions.iter().filter(is_it).cloned().collect())
}

fn is_unexpected(issuer: &Issuer, state: &FlowState, entry: &Entry) -> bool {
    let subject = subject(issuer, entry.identity, entry.member);
    state.expected.as_ref().is_some_and(|expected| *expected != subject)
}

/// Why somebody who is signed in is not let in, for the event log.
pub(crate) const fn barred_reason(reason: Barred) -> &'static str {
    match reason {
        Barred::Authority => "session_authority",
        Barred::NotAMember => "not_a_member",
        Barred::Method => "method_not_allowed",
        Barred::Age => "session_too_old",
        Barred::Disabled => "identity_disabled",
    }
}
