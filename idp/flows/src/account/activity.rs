//! What happened to an account, as its person reads it.

use std::collections::HashMap;

use gatehouse_domain::audit::{Doer, Entry, Opened, OwnKind, Stream, Told};
use gatehouse_domain::ids::{EventId, IdentityId, SessionId, TenantId};
use gatehouse_domain::mail::device;
use gatehouse_domain::oauth::Owner;
use gatehouse_domain::time::Timestamp;
use gatehouse_keys::seal::{DataKey, Place};
use gatehouse_store::events::{self, Before, StoredEvent};
use gatehouse_store::{Scope, sessions};
use uuid::Uuid;

use super::FullSession;
use crate::keyring::POOL;
use crate::login::Stop;
use crate::{Fault, Idp};

/// How many events one page has.
const PAGE: u16 = 50;

/// A part of what happened, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activity {
    /// What happened.
    pub happened: Vec<Happened>,
    /// Where older events begin, if there are any.
    pub older: Option<OlderThan>,
}

/// One event of a person's stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happened {
    /// Which.
    pub event: EventId,
    /// When, by the database's clock.
    pub at: Timestamp,
    /// What.
    pub kind: OwnKind,
    /// The organisation in which it happened, unless it is gone.
    pub organization: Option<String>,
    /// The network it came from, as coarse as in the log.
    pub network: Option<String>,
    /// Browser and system in words, where known.
    pub device: Option<String>,
}

/// A place in a person's stream; as text it travels in an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OlderThan(Before);

impl OlderThan {
    fn of(event: &StoredEvent) -> Self {
        Self(Before { at: event.at, id: event.id })
    }
}

impl std::fmt::Display for OlderThan {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.0.at.timestamp_micros(), self.0.id)
    }
}

/// A text that names no place in a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a place in a stream")]
pub struct NoPlace;

impl std::str::FromStr for OlderThan {
    type Err = NoPlace;

    fn from_str(text: &str) -> Result<Self, NoPlace> {
        let (micros, id) = text.split_once('.').ok_or(NoPlace)?;
        let micros = micros.parse().map_err(|_| NoPlace)?;
        let at = Timestamp::from_timestamp_micros(micros).ok_or(NoPlace)?;
        let id = id.parse().map_err(|_| NoPlace)?;
        let place = Self(Before { at, id });
        if place.to_string() == text { Ok(place) } else { Err(NoPlace) }
    }
}

/// What is shown of an event besides its kind and time.
#[derive(Debug, Clone, Default)]
struct Circumstances {
    network: Option<String>,
    device: Option<String>,
    session: Option<SessionId>,
}

impl Idp {
    /// What happened to the person of a session, a page at a time. Where an event stands in a tenant's stream, its circumstances are
    /// read there if the person did it: how somebody else came to do something is not told.
    ///
    /// # Errors
    /// If the machinery failed.
    pub async fn activity(
        &self,
        session: &FullSession,
        older_than: Option<OlderThan>,
    ) -> Result<Activity, Stop> {
        let identity = session.identity();
        let mut stored = {
            let mut tx = self.pool()?.read(Scope::identity(identity), "activity").await?;
            let before = older_than.map(|place| place.0);
            events::read_page(&mut tx, Stream::Identity(identity), before, PAGE + 1).await?
        };
        let more = stored.len() > usize::from(PAGE);
        stored.truncate(usize::from(PAGE));
        let older = stored.last().filter(|_| more).map(OlderThan::of);
        let mut circumstances = self.circumstances(identity, &stored).await?;
        let mut happened = Vec::with_capacity(stored.len());
        for event in stored {
            let Some(kind) = OwnKind::of(&event.kind) else { continue };
            let organization = match Entry::read(&event.record) {
                Some(Entry::Reference(tenant)) => self.tenant(tenant).await?.map(|at| at.name.to_string()),
                _ => None,
            };
            let Circumstances { network, device, .. } = circumstances.remove(&event.id).unwrap_or_default();
            happened.push(Happened { event: event.id, at: event.at, kind, organization, network, device });
        }
        Ok(Activity { happened, older })
    }

    async fn circumstances(
        &self,
        identity: IdentityId,
        stored: &[StoredEvent],
    ) -> Result<HashMap<EventId, Circumstances>, Stop> {
        let mut found = HashMap::new();
        let mut elsewhere: HashMap<TenantId, Vec<EventId>> = HashMap::new();
        let key = self.known_subject_key(Stream::Identity(identity), identity).await?;
        for event in stored {
            match Entry::read(&event.record) {
                Some(Entry::Home(told)) => {
                    found.insert(event.id, circumstances_of(key.as_ref(), event.id, told)?);
                }
                Some(Entry::Reference(tenant)) => elsewhere.entry(tenant).or_default().push(event.id),
                None => {}
            }
        }
        for (tenant, ids) in elsewhere {
            self.circumstances_there(identity, tenant, &ids, &mut found).await?;
        }
        self.name_devices(identity, &mut found).await?;
        Ok(found)
    }

    /// The circumstances of what the person did in a tenant, whose stream has another name for the person.
    async fn circumstances_there(
        &self,
        identity: IdentityId,
        tenant: TenantId,
        ids: &[EventId],
        found: &mut HashMap<EventId, Circumstances>,
    ) -> Result<(), Stop> {
        let stream = Stream::Tenant(tenant);
        let mac = self.data_key(Owner::Tenant(tenant)).await?.mac_key("event-names").map_err(Fault::from)?;
        let alias = IdentityId::from_uuid(Uuid::from_u128(mac.number(identity.uuid().as_bytes())));
        let key = self.known_subject_key(stream, identity).await?;
        let there = {
            let mut tx = self.pool()?.read(Scope::tenant(tenant), "activity_there").await?;
            events::read_some(&mut tx, stream, ids).await?
        };
        for event in there {
            let Some(Entry::Home(told)) = Entry::read(&event.record) else { continue };
            let own = matches!(told.by, Doer::Person(by, _) if by == alias);
            if own && told.subject == Some(alias) {
                // The session has another name there as well.
                let told = Told { by: Doer::Other, ..told };
                found.insert(event.id, circumstances_of(key.as_ref(), event.id, told)?);
            }
        }
        Ok(())
    }

    /// What was done in a session was done on its device.
    async fn name_devices(
        &self,
        identity: IdentityId,
        found: &mut HashMap<EventId, Circumstances>,
    ) -> Result<(), Stop> {
        let wanted = found.values().filter(|known| known.device.is_none());
        let ids: Vec<SessionId> = wanted.filter_map(|known| known.session).collect();
        let mut tx = self.pool()?.read(Scope::identity(identity), "activity_devices").await?;
        let devices: HashMap<SessionId, String> =
            sessions::devices(&mut tx, &ids).await?.into_iter().collect();
        for known in found.values_mut().filter(|known| known.device.is_none()) {
            known.device = known.session.and_then(|session| devices.get(&session).cloned());
        }
        Ok(())
    }
}

/// What a record tells of its person, opened with the key that its stream has for that person; little once that is erased.
fn circumstances_of(key: Option<&DataKey>, event: EventId, told: Told) -> Result<Circumstances, Fault> {
    let opened = match (key, &told.sealed) {
        (Some(key), Some(sealed)) => {
            let plain = key.open(&Place::new(POOL, "audit.events", "sealed", event), sealed)?;
            serde_json::from_slice(plain.expose()).map_err(|_| Fault::Inconsistent("event"))?
        }
        _ => Opened::default(),
    };
    let session = match told.by {
        Doer::Person(_, session) => session,
        Doer::Other => None,
    };
    let device = opened.user_agent.as_deref().and_then(device);
    Ok(Circumstances { network: told.network, device, session })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_comes_back_as_it_was() {
        let at = Timestamp::from_timestamp_micros(1_700_000_000_123_456).unwrap_or_default();
        let place = OlderThan(Before { at, id: EventId::from_uuid(Uuid::from_u128(7)) });
        assert_eq!(place.to_string().parse(), Ok(place));
        let id = EventId::from_uuid(Uuid::nil());
        for text in
            [String::new(), "1".to_owned(), format!("01.{id}"), format!("x.{id}"), "1.evt_x".to_owned()]
        {
            assert_eq!(text.parse::<OlderThan>(), Err(NoPlace), "{text}");
        }
    }
}
