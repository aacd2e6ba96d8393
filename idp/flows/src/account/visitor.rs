//! Who asks for a page of the account, as types: what a session may do here is what opened it (rules D4 and D19).

use chrono::TimeDelta;
use gatehouse_domain::audit::{Actor, Event, Record, What};
use gatehouse_domain::ids::{IdentityId, SessionId, TenantId};
use gatehouse_domain::session::{Authority, LiveSession};
use gatehouse_domain::time::Timestamp;

use crate::login::{Browser, Stop};
use crate::{Ctx, Fault, Idp, Issuer};

/// How long after a sign-in what matters may be changed.
const FRESH: TimeDelta = TimeDelta::minutes(5);

/// A session that the person's own credential opened.
#[derive(Debug, Clone)]
pub struct FullSession(LiveSession);

/// A session that a tenant's connection opened: worth something in that tenant alone.
#[derive(Debug, Clone)]
pub struct TenantSession {
    session: LiveSession,
    tenant: TenantId,
}

/// A full session whose person has shown a credential within the last minutes.
#[derive(Debug, Clone)]
pub struct FreshSession(FullSession);

/// Whoever is signed in.
#[derive(Debug, Clone)]
pub enum Visitor {
    /// With everything of the person.
    Full(FullSession),
    /// With one tenant.
    Tenant(TenantSession),
}

impl Idp {
    /// Whose page it is: the account that was shown, or else the one that this browser used last at this issuer.
    ///
    /// # Errors
    /// [`Stop::NotSignedIn`] if there is none.
    pub async fn visitor(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        browser: &Browser,
        shown: Option<&str>,
    ) -> Result<Visitor, Stop> {
        let found = match shown {
            None => self.session_at(cx, issuer, browser).await?,
            Some(shown) => {
                let wanted = shown.parse::<SessionId>().map_err(|_| Stop::NotSignedIn)?;
                let all = self.sessions_at(cx, issuer, browser).await?;
                all.into_iter().find(|session| session.id == wanted)
            }
        };
        found.map(Visitor::of).ok_or(Stop::NotSignedIn)
    }

    /// An event that somebody caused on these pages, in the person's own stream.
    pub(super) async fn record_by(&self, cx: &Ctx, by: &LiveSession, what: What) -> Result<Record, Fault> {
        let actor = Actor::Identity { identity: by.identity, session: Some(by.id) };
        let event = Event { subject: Some(by.identity), ..self.event(cx, actor, None, what) };
        self.record_of_person(event).await
    }
}

impl Visitor {
    pub(crate) fn of(session: LiveSession) -> Self {
        match session.authority {
            Authority::Full => Self::Full(FullSession(session)),
            Authority::Tenant(tenant) => Self::Tenant(TenantSession { session, tenant }),
        }
    }

    /// The session, where only one of the person's own will do.
    ///
    /// # Errors
    /// [`Stop::FullSessionRequired`] for one that a tenant's connection opened.
    pub fn full(self) -> Result<FullSession, Stop> {
        match self {
            Self::Full(session) => Ok(session),
            Self::Tenant(_) => Err(Stop::FullSessionRequired),
        }
    }

    /// The session, whatever it is worth.
    pub(crate) const fn session(&self) -> &LiveSession {
        match self {
            Self::Full(FullSession(session)) | Self::Tenant(TenantSession { session, .. }) => session,
        }
    }

    /// What a form sends to name it.
    pub fn key(&self) -> String {
        self.session().id.to_string()
    }

    /// The language that its person chose.
    pub fn locale(&self) -> Option<&str> {
        self.session().locale.as_deref()
    }

    /// The one tenant in which it is worth something, if that is so.
    pub(super) const fn only_tenant(&self) -> Option<TenantId> {
        match self {
            Self::Full(_) => None,
            Self::Tenant(TenantSession { tenant, .. }) => Some(*tenant),
        }
    }
}

impl TenantSession {
    pub(crate) const fn session(&self) -> &LiveSession {
        &self.session
    }

    /// The tenant in which it is worth something.
    pub(crate) const fn tenant(&self) -> TenantId {
        self.tenant
    }
}

impl FullSession {
    pub(crate) const fn session(&self) -> &LiveSession {
        &self.0
    }

    /// The person.
    pub(crate) const fn identity(&self) -> IdentityId {
        self.0.identity
    }

    /// What a form sends to name it.
    pub fn key(&self) -> String {
        self.0.id.to_string()
    }

    /// The person's name.
    pub fn name(&self) -> Option<&str> {
        self.0.name.as_deref()
    }

    /// The person's main address.
    pub fn address(&self) -> Option<&str> {
        self.0.address.as_deref()
    }

    /// The session, if its person has shown a credential within the last five minutes.
    ///
    /// # Errors
    /// [`Stop::NotFresh`] otherwise.
    pub fn fresh(self, now: Timestamp) -> Result<FreshSession, Stop> {
        if now.signed_duration_since(self.0.auth_time) <= FRESH {
            Ok(FreshSession(self))
        } else {
            Err(Stop::NotFresh(self.0.id))
        }
    }
}

impl FreshSession {
    pub(crate) const fn session(&self) -> &LiveSession {
        self.0.session()
    }

    /// The person.
    pub(crate) const fn identity(&self) -> IdentityId {
        self.0.identity()
    }

    /// The session without its freshness.
    pub const fn full(&self) -> &FullSession {
        &self.0
    }
}
