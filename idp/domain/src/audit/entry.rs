//! A stored record, read again. Records never change, so whatever was written once must be readable for ever.

use std::net::IpAddr;

use data_encoding::BASE64;
use serde::Deserialize;
use uuid::Uuid;

use super::RECORD_VERSION;
use crate::ids::{IdentityId, SessionId, TenantId};

/// What stands before the body: version, kind of stream, stream, event, and the database's time.
const HEAD: usize = 1 + 1 + 16 + 16 + 8;

/// A record as its reader needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// It says what happened.
    Home(Told),
    /// It refers to the record of the same id in a tenant's stream.
    Reference(TenantId),
}

/// What a record says of somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Who did it.
    pub by: Doer,
    /// The person it is about, as its stream names people.
    pub subject: Option<IdentityId>,
    /// The network it came from, coarse.
    pub network: Option<String>,
    /// What is told of the person, sealed with that person's key.
    pub sealed: Option<Vec<u8>>,
}

/// Who did something, as its stream names people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doer {
    /// A person, by a session where there is one.
    Person(IdentityId, Option<SessionId>),
    /// Anybody or anything else.
    Other,
}

/// The personal fields of a record in clear.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Opened {
    /// The full network address.
    pub address: Option<IpAddr>,
    /// What the browser said it is.
    pub user_agent: Option<String>,
    /// The mail address concerned.
    pub email: Option<String>,
    /// The name concerned.
    pub name: Option<String>,
}

#[derive(Deserialize)]
struct Body {
    actor: Option<By>,
    network: Option<String>,
    sealed: Option<String>,
    subject: Option<String>,
    home_id: Option<Uuid>,
    home_kind: Option<String>,
}

#[derive(Deserialize)]
struct By {
    identity: Option<String>,
    session: Option<String>,
}

impl Entry {
    /// Reads a record as the log keeps it; none if it is none.
    pub fn read(record: &[u8]) -> Option<Self> {
        if record.first() != Some(&RECORD_VERSION) {
            return None;
        }
        let body: Body = serde_json::from_slice(record.get(HEAD..)?).ok()?;
        if let Some(home) = body.home_id {
            return (body.home_kind.as_deref() == Some("t"))
                .then(|| Self::Reference(TenantId::from_uuid(home)));
        }
        let by = body.actor?;
        let identity = by.identity.and_then(|text| text.parse().ok());
        let session = by.session.and_then(|text| text.parse().ok());
        Some(Self::Home(Told {
            by: identity.map_or(Doer::Other, |identity| Doer::Person(identity, session)),
            subject: body.subject.and_then(|text| text.parse().ok()),
            network: body.network,
            sealed: body.sealed.and_then(|text| BASE64.decode(text.as_bytes()).ok()),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::{Actor, Event, Network, Record, Stream, What, reference};
    use crate::ids::{AppId, EventId};

    /// As the database stores it.
    fn stored(record: &Record) -> Vec<u8> {
        let mut bytes = vec![RECORD_VERSION];
        bytes.extend(record.stream.kind().bytes());
        bytes.extend(record.stream.id().as_bytes());
        bytes.extend(record.event.uuid().as_bytes());
        bytes.extend(0_i64.to_be_bytes());
        bytes.extend(&record.body);
        bytes
    }

    #[test]
    fn what_was_written_is_read_again() {
        let who = IdentityId::from_uuid(Uuid::from_u128(7));
        let session = SessionId::from_uuid(Uuid::from_u128(8));
        let tenant = TenantId::from_uuid(Uuid::from_u128(3));
        let event = Event {
            id: EventId::from_uuid(Uuid::from_u128(1)),
            actor: Actor::Identity { identity: who, session: Some(session) },
            tenant: Some(tenant),
            subject: Some(who),
            request: None,
            network: Some(Network::of("192.0.2.1".parse().unwrap())),
            what: What::ConsentDenied { app: AppId::from_uuid(Uuid::from_u128(2)) },
            personal: None,
        };
        let record = event.record(Some(b"sealed")).unwrap();
        let told = Told {
            by: Doer::Person(who, Some(session)),
            subject: Some(who),
            network: Some("192.0.2.0/24".to_owned()),
            sealed: Some(b"sealed".to_vec()),
        };
        assert_eq!(Entry::read(&stored(&record)), Some(Entry::Home(told)));
        let other = reference(&record, Stream::Identity(who)).unwrap();
        assert_eq!(Entry::read(&stored(&other)), Some(Entry::Reference(tenant)));
    }

    #[test]
    fn nothing_else_is_a_record() {
        for bytes in [&b""[..], b"\x01", &[2; 100], &[1; 100]] {
            assert_eq!(Entry::read(bytes), None);
        }
    }
}
