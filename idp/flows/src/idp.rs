//! The identity provider: everything that use cases work with.

use std::ops::Deref;
use std::sync::{Arc, Mutex};

use gatehouse_domain::ids::RequestId;
use gatehouse_domain::random::Rng;
use gatehouse_domain::secret::Secret;
use gatehouse_domain::time::{Clock, Timestamp};
use gatehouse_keys::mint::{Kind, mint};
use gatehouse_keys::password::PasswordPool;
use gatehouse_keys::seal::KekRing;
use gatehouse_local::Password;
use gatehouse_store::Store;
use gatehouse_store::events::EventQueue;
use tokio::sync::Notify;
use uuid::Uuid;

use crate::apps::Apps;
use crate::keyring::Keyring;
use crate::login::Prefill;
use crate::logos::Logos;
use crate::refusals::Refusals;
use crate::tenants::Tenants;
use crate::throttle::Limits;
use crate::{Base, Issuer, Outbound};

/// What the composition root hands over.
#[derive(Debug)]
pub struct Parts {
    /// The databases.
    pub store: Arc<Store>,
    /// The writer of events that stand alone.
    pub events: EventQueue,
    /// The hashing threads.
    pub passwords: PasswordPool,
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
    /// What the operator tuned.
    pub settings: Settings,
}

/// What the operator may tune, and what a development world does otherwise.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Tries before a source has to wait.
    pub limits: Limits,
    /// Whose password page is filled in; nobody's, except in a development world.
    pub prefill: Prefill,
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
    pub(crate) job_bell: Notify,
    pub(crate) announce_bell: Notify,
    pub(crate) refusals: Refusals,
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
            clock: parts.clock,
            rng: parts.rng,
            base: parts.base,
            settings: parts.settings,
            outbound: parts.outbound,
            job_bell: Notify::new(),
            announce_bell: Notify::new(),
            refusals: Refusals::default(),
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
