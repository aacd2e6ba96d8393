//! The identity provider: everything that use cases work with.

use std::ops::Deref;
use std::sync::{Arc, Mutex};

use chrono::TimeDelta;
use gatehouse_domain::ids::RequestId;
use gatehouse_domain::policy::SignUp;
use gatehouse_domain::random::Rng;
use gatehouse_domain::secret::Secret;
use gatehouse_domain::time::{Clock, Timestamp};
use gatehouse_keys::mint::{Kind, mint};
use gatehouse_keys::password::PasswordPool;
use gatehouse_keys::seal::KekRing;
use gatehouse_local::Password;
use gatehouse_spi::Outbound;
use gatehouse_store::Store;
use gatehouse_store::events::EventQueue;
use tokio::sync::Notify;
use uuid::Uuid;

use crate::apps::Apps;
use crate::keyring::Keyring;
use crate::login::Prefill;
use crate::logos::Logos;
use crate::mail::Mailer;
use crate::passwords::Breached;
use crate::refusals::Refusals;
use crate::tenants::Tenants;
use crate::throttle::Limits;
use crate::wide::Wide;
use crate::{Base, Issuer};

/// What the composition root hands over.
#[derive(Debug)]
pub struct Parts {
    /// The databases.
    pub store: Arc<Store>,
    /// The writer of events that stand alone.
    pub events: EventQueue,
    /// The hashing threads.
    pub passwords: PasswordPool,
    /// The passwords that nobody may choose.
    pub breached: Breached,
    /// The key-encryption keys.
    pub keks: KekRing,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The randomness.
    pub rng: Arc<dyn Rng>,
    /// The address.
    pub base: Base,
    /// The way out.
    pub outbound: Arc<dyn Outbound>,
    /// The way out for letters.
    pub mailer: Arc<dyn Mailer>,
    /// What the operator tuned.
    pub settings: Settings,
}

/// What the operator may tune, and what a development world does otherwise.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Tries before a source has to wait.
    pub limits: Limits,
    /// Who may make an account at the platform's issuer, and with what.
    pub sign_up: PlatformSignUp,
    /// Whose password page is filled in; nobody's, except in a development world.
    pub prefill: Prefill,
    /// How many letters a tenant sends a minute; more of them wait. At least one.
    pub mails_per_minute: u32,
    /// How long an address refuses letters until what was proven of it lapses.
    pub stale_after: TimeDelta,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            prefill: Prefill::default(),
            mails_per_minute: 120,
            stale_after: TimeDelta::days(30),
            sign_up: PlatformSignUp::default(),
        }
    }
}

/// Who may make an account at the platform's issuer; a tenant's policy says it for the tenant's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlatformSignUp {
    /// Who.
    pub who: SignUp,
    /// Whether a new account begins with a tenant of its own.
    pub personal_tenant: bool,
}

impl Default for PlatformSignUp {
    fn default() -> Self {
        Self { who: SignUp::Open, personal_tenant: true }
    }
}

/// The identity provider; a cheap handle.
#[derive(Debug, Clone)]
pub struct Idp(Arc<Inner>);

/// What stands behind the handle.
#[expect(unnameable_types, reason = "reached through the handle alone; its fields are this room's own")]
#[derive(Debug)]
pub struct Inner {
    pub(crate) store: Arc<Store>,
    pub(crate) events: EventQueue,
    pub(crate) passwords: PasswordPool,
    pub(crate) breached: Breached,
    pub(crate) password: Password,
    pub(crate) keyring: Keyring,
    pub(crate) tenants: Tenants,
    pub(crate) apps: Apps,
    pub(crate) logos: Logos,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) rng: Arc<dyn Rng>,
    pub(crate) base: Base,
    pub(crate) settings: Settings,
    pub(crate) outbound: Arc<dyn Outbound>,
    pub(crate) mailer: Arc<dyn Mailer>,
    pub(crate) job_bell: Notify,
    pub(crate) announce_bell: Notify,
    pub(crate) mail_bell: Notify,
    pub(crate) far_bell: Notify,
    pub(crate) refusals: Refusals,
    pub(crate) wide: Wide,
    pub(crate) sweep_after: Mutex<Option<Uuid>>,
    platform: Issuer,
}

impl Deref for Idp {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl Idp {
    /// Puts the parts together.
    pub fn new(parts: Parts) -> Self {
        let platform = Issuer::platform(parts.base.url());
        Self(Arc::new(Inner {
            keyring: Keyring::new(parts.keks),
            tenants: Tenants::default(),
            apps: Apps::default(),
            logos: Logos::default(),
            password: Password::new(parts.passwords.clone()),
            store: parts.store,
            events: parts.events,
            passwords: parts.passwords,
            breached: parts.breached,
            clock: parts.clock,
            rng: parts.rng,
            base: parts.base,
            settings: parts.settings,
            outbound: parts.outbound,
            mailer: parts.mailer,
            job_bell: Notify::new(),
            announce_bell: Notify::new(),
            mail_bell: Notify::new(),
            far_bell: Notify::new(),
            refusals: Refusals::default(),
            wide: Wide::default(),
            sweep_after: Mutex::default(),
            platform,
        }))
    }

    /// The current time, read once a request.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The address of the deployment.
    pub fn base(&self) -> &Base {
        &self.base
    }

    /// An id for a request.
    pub fn new_request_id(&self) -> RequestId {
        RequestId::mint(self.now(), self.rng.as_ref())
    }

    /// A secret for a browser that has none yet.
    pub fn new_pre_session(&self) -> Secret<String> {
        mint(Kind::PreSession, None, self.rng.as_ref()).text
    }

    pub(crate) fn platform(&self) -> &Issuer {
        &self.platform
    }
}
