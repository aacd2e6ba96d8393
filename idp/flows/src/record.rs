//! From what happened to records of the log.

use std::sync::Arc;

use gatehouse_domain::audit::{self, Actor, Bounded, Event, Personal, Record, Stream, What};
use gatehouse_domain::ids::{EventId, IdentityId, TenantId};
use gatehouse_domain::oauth::Owner;
use gatehouse_domain::time::Timestamp;
use gatehouse_keys::seal::{DataKey, Place};
use gatehouse_store::{Scope, events};
use uuid::Uuid;

use crate::keyring::POOL;
use crate::{Ctx, Fault, Idp};

impl Idp {
    /// An event of a request.
    pub(crate) fn event(&self, cx: &Ctx, actor: Actor, tenant: Option<TenantId>, what: What) -> Event {
        Event {
            id: EventId::mint(cx.now, self.rng.as_ref()),
            actor,
            tenant,
            subject: None,
            request: Some(cx.request),
            network: cx.network(),
            what,
            personal: None,
        }
    }

    /// An event outside of a request.
    pub(crate) fn event_of(&self, owner: Owner, actor: Actor, now: Timestamp, what: What) -> Event {
        let tenant = match owner {
            Owner::Platform => None,
            Owner::Tenant(tenant) => Some(tenant),
        };
        let id = EventId::mint(now, self.rng.as_ref());
        Event { id, actor, tenant, subject: None, request: None, network: None, what, personal: None }
    }

    /// The record of an event that names nobody.
    #[expect(clippy::needless_pass_by_value, reason = "an event becomes exactly one record")]
    pub(crate) fn record(&self, event: Event) -> Result<Record, Fault> {
        if event.names_somebody() {
            return Err(Fault::Inconsistent("event"));
        }
        event.record(None).map_err(|_| Fault::Inconsistent("event"))
    }

    /// The record of an event that names somebody but says nothing else of them.
    pub(crate) async fn record_of_person(&self, event: Event) -> Result<Record, Fault> {
        readable(&event, event.home())?;
        self.named_at_home(event).await?.record(None).map_err(|_| Fault::Inconsistent("event"))
    }

    /// An event with its people as its home stream names them.
    async fn named_at_home(&self, event: Event) -> Result<Event, Fault> {
        let Stream::Tenant(tenant) = event.home() else { return Ok(event) };
        let mac = self.data_key(Owner::Tenant(tenant)).await?.mac_key("event-names")?;
        Ok(event.under(|id| Uuid::from_u128(mac.number(id.as_bytes()))))
    }

    /// The records of an event about a person: in its home stream with the personal fields sealed, and a reference in the
    /// person's own.
    pub(crate) async fn personal_records(&self, event: Event) -> Result<Vec<Record>, Fault> {
        let unwritable = |_| Fault::Inconsistent("event");
        let sealed = match (&event.personal, event.subject) {
            (Some(personal), Some(subject)) => {
                let plain = serde_json::to_vec(personal).map_err(unwritable)?;
                let key = self.subject_key(event.home(), subject).await?;
                let place = Place::new(POOL, "audit.events", "sealed", event.id);
                Some(key.seal(&place, &plain)?)
            }
            _ => None,
        };
        let own = event.subject.map(Stream::Identity);
        if let Some(own) = own {
            readable(&event, own)?;
        }
        let home = self.named_at_home(event).await?.record(sealed.as_deref()).map_err(unwritable)?;
        let own = own.filter(|own| *own != home.stream);
        let reference = own.map(|stream| audit::reference(&home, stream)).transpose().map_err(unwritable)?;
        Ok(std::iter::once(home).chain(reference).collect())
    }

    /// What an event tells about the visitor.
    pub(crate) fn personal(cx: &Ctx, email: Option<&str>) -> Personal {
        Personal {
            address: cx.address,
            user_agent: cx.user_agent.clone(),
            email: email.map(Bounded::new),
            name: None,
        }
    }

    /// Appends a record that describes no change of a row, with others, and waits until it is durable.
    pub(crate) async fn append(&self, record: Record) -> Result<(), Fault> {
        Ok(self.events.append(record).await?)
    }

    /// The key under which one stream holds what it says about one person; made on first use.
    async fn subject_key(&self, stream: Stream, subject: IdentityId) -> Result<Arc<DataKey>, Fault> {
        if let Some(known) = self.keyring.subjects.get(&(stream, subject)) {
            return Ok(known);
        }
        let place = key_place(stream, subject);
        let wrapping = self.data_key(key_owner(stream)).await?;
        let fresh = wrapping.wrap(&DataKey::generate(self.rng.as_ref())?, &place)?;
        let stored = events::subject_key(self.pool()?, stream, subject.uuid(), &fresh, self.now()).await?;
        let key = Arc::new(wrapping.unwrap_key(&stored, &place)?);
        self.keyring.subjects.insert((stream, subject), Arc::clone(&key));
        Ok(key)
    }

    /// The same for a reader: the key that there is. It is looked for each time, because what was erased must not be read.
    pub(crate) async fn known_subject_key(
        &self,
        stream: Stream,
        subject: IdentityId,
    ) -> Result<Option<DataKey>, Fault> {
        let scope = match stream {
            Stream::Tenant(tenant) => Scope::tenant(tenant),
            Stream::Identity(identity) => Scope::identity(identity),
            Stream::Platform => Scope::platform(),
        };
        let stored = {
            let mut tx = self.pool()?.read(scope, "subject_key").await?;
            events::known_subject_key(&mut tx, stream, subject.uuid()).await?
        };
        let Some(stored) = stored else { return Ok(None) };
        let wrapping = self.data_key(key_owner(stream)).await?;
        Ok(Some(wrapping.unwrap_key(&stored, &key_place(stream, subject))?))
    }
}

fn key_place(stream: Stream, subject: IdentityId) -> Place {
    let row = format!("{}/{}/{subject}", stream.kind(), stream.id());
    Place::new(POOL, "audit.subject_keys", "wrapped", row)
}

const fn key_owner(stream: Stream) -> Owner {
    match stream {
        Stream::Tenant(tenant) => Owner::Tenant(tenant),
        Stream::Identity(_) | Stream::Platform => Owner::Platform,
    }
}

/// In a person's stream stands only what has words for that person.
fn readable(event: &Event, stream: Stream) -> Result<(), Fault> {
    match (stream, event.what.own()) {
        (Stream::Identity(_), None) => Err(Fault::Inconsistent("event")),
        _ => Ok(()),
    }
}
