//! The canonical body of a record.
//!
//! The stored record is made by the database from a version byte, the stream, the event id, its own clock and this
//! body, and is hashed as stored. The body is JSON with sorted keys, whole numbers only and no white space, so that the
//! same event always gives the same bytes.

use data_encoding::BASE64;
use serde::Serialize;
use uuid::Uuid;

use super::{Actor, Bounded, Network, Record, Stream, What};
use crate::ids::{EventId, IdentityId, RequestId, SessionId, TenantId};

/// The version of the record format, the first byte of every record.
pub const RECORD_VERSION: u8 = 1;

/// What an event says about a person beyond opaque ids: sealed with a key of that person, so that erasing the person
/// leaves the log whole.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Personal {
    /// The full network address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<std::net::IpAddr>,
    /// What the browser says it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<Bounded>,
    /// The mail address concerned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<Bounded>,
    /// The name concerned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Bounded>,
}

/// One event before it is sealed and written.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Its id, the same in every stream that refers to it.
    pub id: EventId,
    /// Who did it.
    pub actor: Actor,
    /// The tenant it happened in.
    pub tenant: Option<TenantId>,
    /// The person it is about: whose key seals the personal fields, and whose stream refers to it.
    pub subject: Option<IdentityId>,
    /// The request it happened in.
    pub request: Option<RequestId>,
    /// The network it came from.
    pub network: Option<Network>,
    /// What happened.
    pub what: What,
    /// What is told of the person.
    pub personal: Option<Personal>,
}

#[derive(Serialize)]
struct Body<'a> {
    actor: Actor,
    #[serde(skip_serializing_if = "Option::is_none")]
    network: Option<Network>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request: Option<RequestId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sealed: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<IdentityId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant: Option<TenantId>,
    what: &'a What,
}

impl Event {
    /// The stream it belongs to.
    pub fn home(&self) -> Stream {
        Stream::home(self.tenant, self.subject)
    }

    /// Whether it names a person, or a session or credential of one.
    pub fn names_somebody(&self) -> bool {
        let by_person = matches!(self.actor, Actor::Identity { .. });
        let mut what = self.what.clone();
        by_person || self.subject.is_some() || !what.people().is_empty()
    }

    /// The event with each person, session and credential under another name, which `alias` gives: in a tenant's stream one that no
    /// other tenant has for them, so that tenants cannot compare their people.
    #[must_use]
    pub fn under(mut self, alias: impl Fn(Uuid) -> Uuid) -> Self {
        if let Actor::Identity { identity, session } = self.actor {
            self.actor = Actor::Identity {
                identity: IdentityId::from_uuid(alias(identity.uuid())),
                session: session.map(|session| SessionId::from_uuid(alias(session.uuid()))),
            };
        }
        self.subject = self.subject.map(|subject| IdentityId::from_uuid(alias(subject.uuid())));
        for named in self.what.people() {
            named.rename(&alias);
        }
        self
    }

    /// The record of its home stream; `sealed` is [`Event::personal`] as JSON under the subject's key.
    ///
    /// # Errors
    /// None that a value of these types can cause.
    pub fn record(&self, sealed: Option<&[u8]>) -> Result<Record, serde_json::Error> {
        let body = Body {
            actor: self.actor,
            network: self.network,
            request: self.request,
            sealed: sealed.map(|bytes| BASE64.encode(bytes)),
            subject: self.subject,
            tenant: self.tenant,
            what: &self.what,
        };
        Ok(Record { stream: self.home(), event: self.id, kind: self.what.kind(), body: canonical(&body)? })
    }
}

/// The row by which another stream refers to an event of its home stream.
///
/// # Errors
/// None that a value of these types can cause.
pub fn reference(to: &Record, stream: Stream) -> Result<Record, serde_json::Error> {
    #[derive(Serialize)]
    struct Reference {
        home_id: Uuid,
        home_kind: &'static str,
        reference: &'static str,
    }
    let body = Reference { home_id: to.stream.id(), home_kind: to.stream.kind(), reference: to.kind };
    Ok(Record { stream, event: to.event, kind: to.kind, body: canonical(&body)? })
}

/// JSON with sorted keys at every level.
fn canonical(value: &impl Serialize) -> Result<Vec<u8>, serde_json::Error> {
    serde_json::to_vec(&sorted(serde_json::to_value(value)?))
}

fn sorted(value: serde_json::Value) -> serde_json::Value {
    use serde_json::Value;
    match value {
        Value::Object(map) => {
            let mut entries: Vec<(String, Value)> = map.into_iter().map(|(k, v)| (k, sorted(v))).collect();
            entries.sort_by(|a, b| a.0.cmp(&b.0));
            Value::Object(entries.into_iter().collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(sorted).collect()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::Concerned;
    use crate::ids::{AppId, CredentialId, GrantId};
    use uuid::Uuid;

    #[test]
    fn under_other_names_nothing_of_a_person_is_left() {
        let (who, session, credential) = (Uuid::from_u128(71), Uuid::from_u128(72), Uuid::from_u128(73));
        let (identity, opened) = (IdentityId::from_uuid(who), SessionId::from_uuid(session));
        let credential = CredentialId::from_uuid(credential);
        let app = AppId::from_uuid(Uuid::from_u128(2));
        let event = |actor, subject, what| Event {
            id: EventId::from_uuid(Uuid::from_u128(1)),
            actor,
            tenant: Some(TenantId::from_uuid(Uuid::from_u128(3))),
            subject,
            request: None,
            network: None,
            what,
            personal: None,
        };
        let named = [
            What::SignInSucceeded { session: opened, credential, method: "pwd" },
            What::SessionEnded { session: opened, reason: "signed_out" },
            What::IdentityCreated(Concerned { identity }),
            What::CredentialChanged { identity, credential, method: "pwd" },
            What::EmailVerified { identity, method: crate::email::ProvenBy::Mailbox },
        ];
        let by = Actor::Identity { identity, session: Some(opened) };
        let plain = || What::ConsentDenied { app };
        let mut events: Vec<Event> = named.map(|what| event(Actor::System, None, what)).into();
        events.extend([event(by, None, plain()), event(Actor::System, Some(identity), plain())]);
        for event in events {
            assert!(event.names_somebody(), "{event:?}");
            let other = event.under(|id| Uuid::from_u128(id.as_u128() + 1000)).record(None).unwrap();
            let text = String::from_utf8(other.body).unwrap();
            for id in 71..=73 {
                assert!(!text.contains(&crate::ids::encode(Uuid::from_u128(id))), "{text}");
            }
        }
        assert!(!event(Actor::App { app }, None, plain()).names_somebody());
    }

    #[test]
    fn the_same_event_gives_the_same_bytes() {
        let event = Event {
            id: EventId::from_uuid(Uuid::from_u128(1)),
            actor: Actor::App { app: AppId::from_uuid(Uuid::from_u128(2)) },
            tenant: Some(TenantId::from_uuid(Uuid::from_u128(3))),
            subject: None,
            request: None,
            network: Some(Network::of("192.0.2.1".parse().unwrap())),
            what: What::GrantIssued {
                app: AppId::from_uuid(Uuid::from_u128(2)),
                grant: GrantId::from_uuid(Uuid::from_u128(4)),
            },
            personal: None,
        };
        let record = event.record(None).unwrap();
        assert_eq!(record.kind, "grant.issued");
        assert_eq!(
            String::from_utf8(record.body.clone()).unwrap(),
            r#"{"actor":{"app":"app_00000000000000000000000002","type":"app"},"network":"192.0.2.0/24","tenant":"tnt_00000000000000000000000003","what":{"app":"app_00000000000000000000000002","grant":"grt_00000000000000000000000004","kind":"grant.issued"}}"#
        );
        let other = reference(&record, Stream::Platform).unwrap();
        assert_eq!((other.event, other.stream), (record.event, Stream::Platform));
    }

    #[test]
    fn the_name_in_the_body_is_the_name_of_the_record() {
        let what = What::RequestRefused { area: "token", reason: "x", app: None };
        assert_eq!(serde_json::to_value(&what).unwrap()["kind"], what.kind());
        let what =
            What::CodeReplayed { app: AppId::from_uuid(Uuid::nil()), grant: GrantId::from_uuid(Uuid::nil()) };
        assert_eq!(serde_json::to_value(&what).unwrap()["kind"], what.kind());
    }
}
