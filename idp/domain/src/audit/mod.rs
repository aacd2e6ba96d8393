//! The event log: what can be said, in types that no secret fits into.

mod body;
mod change;
mod entry;
mod kinds;
mod own;
mod text;
mod upstream;
mod what;

pub use body::{Event, Personal, RECORD_VERSION, reference};
pub use change::{Change, ObjectKind};
pub use entry::{Doer, Entry, Opened, Told};
pub use own::{Concerned, OwnKind};
pub use text::{Bounded, Network};
pub use upstream::{Upstream, UpstreamEvent};
pub use what::What;

use serde::Serialize;
use uuid::Uuid;

use crate::ids::{AppId, IdentityId, SessionId, TenantId};

/// The log that an event belongs to: gapless and provable on its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stream {
    /// A tenant's.
    Tenant(TenantId),
    /// A person's.
    Identity(IdentityId),
    /// The operator's.
    Platform,
}

impl Stream {
    /// The home of an event: the tenant if one is entered, else the person, else the platform.
    pub fn home(tenant: Option<TenantId>, identity: Option<IdentityId>) -> Self {
        match (tenant, identity) {
            (Some(tenant), _) => Self::Tenant(tenant),
            (None, Some(identity)) => Self::Identity(identity),
            (None, None) => Self::Platform,
        }
    }

    /// The letter under which the kind is stored.
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Tenant(_) => "t",
            Self::Identity(_) => "i",
            Self::Platform => "p",
        }
    }

    /// The id under which it is stored; the platform's is the nil UUID.
    pub const fn id(self) -> Uuid {
        match self {
            Self::Tenant(tenant) => tenant.uuid(),
            Self::Identity(identity) => identity.uuid(),
            Self::Platform => Uuid::nil(),
        }
    }
}

/// Who did it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Actor {
    /// A person, by a session where there is one.
    Identity {
        /// The person.
        identity: IdentityId,
        /// The session.
        #[serde(skip_serializing_if = "Option::is_none")]
        session: Option<SessionId>,
    },
    /// An app by its own right.
    App {
        /// The app.
        app: AppId,
    },
    /// Whoever runs the commands on the host.
    Operator,
    /// A job or rotation of our own.
    System,
    /// Nobody known.
    Anonymous,
}

/// A record ready to be appended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Where to.
    pub stream: Stream,
    /// The event.
    pub event: crate::ids::EventId,
    /// Its kind, for look-ups.
    pub kind: &'static str,
    /// The canonical body.
    pub body: Vec<u8>,
}
