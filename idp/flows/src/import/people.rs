//! From a line to the rows and events of a person. Sealing comes before the transaction.

use gatehouse_domain::audit::{Actor, Bounded, Concerned, Event, Personal, What};
use gatehouse_domain::email::ClaimedBy;
use gatehouse_domain::identity::MemberStatus;
use gatehouse_domain::ids::{AddressId, CredentialId, EventId, IdentityId, MemberId, TenantId, uuid_v7};
use gatehouse_domain::tenant::{DisplayName, TenantRef};
use gatehouse_domain::time::Timestamp;
use gatehouse_store::import::Newcomer;

use super::line::Person;
use crate::{Fault, Idp};

impl Idp {
    pub(super) async fn newcomer(&self, at: &TenantRef, person: &Person) -> Result<Newcomer, Fault> {
        let (now, rng) = (self.now(), self.rng.as_ref());
        let identity = IdentityId::mint(now, rng);
        let member = MemberId::mint(now, rng);
        let password = person.password.clone().map(|record| (CredentialId::mint(now, rng), record));
        let mut told = vec![
            (None, What::IdentityCreated(Concerned { identity })),
            (None, What::EmailClaimed { identity, by: ClaimedBy::Import }),
        ];
        if let Some((credential, _)) = &password {
            told.push((
                None,
                What::CredentialChanged { identity, credential: *credential, method: "password" },
            ));
        }
        let (status, roles) = (MemberStatus::Active, person.roles.clone());
        told.push((Some(at.id), What::MemberChanged { tenant: at.id, member, identity, status, roles }));
        let mut records = Vec::new();
        for (tenant, what) in told {
            records.extend(
                self.personal_records(self.event_of_import(person, identity, tenant, what, now)).await?,
            );
        }
        Ok(Newcomer {
            identity,
            member,
            address_id: AddressId::mint(now, rng),
            address: person.email.clone(),
            name: person.name.as_ref().map(ToString::to_string),
            locale: person.locale.clone(),
            roles: person.roles.clone(),
            password,
            evidence: uuid_v7(now, rng),
            details: person.details.clone(),
            records,
        })
    }

    fn event_of_import(
        &self,
        person: &Person,
        identity: IdentityId,
        tenant: Option<TenantId>,
        what: What,
        now: Timestamp,
    ) -> Event {
        let personal = Personal {
            email: Some(Bounded::new(&person.email.canonical())),
            name: person.name.as_ref().map(|name| Bounded::new(DisplayName::as_str(name))),
            ..Personal::default()
        };
        Event {
            id: EventId::mint(now, self.rng.as_ref()),
            actor: Actor::Operator,
            tenant,
            subject: Some(identity),
            request: None,
            network: None,
            what,
            personal: Some(personal),
        }
    }
}
