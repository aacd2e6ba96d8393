//! People: identities, members, passwords. Hashing and sealing come before each transaction.

use gatehouse_domain::audit::{Actor, Bounded, Concerned, Event, Personal, Record, What};
use gatehouse_domain::credential::PasswordRecord;
use gatehouse_domain::email::{ClaimedBy, ProvenBy};
use gatehouse_domain::identity::{MemberStatus, Role};
use gatehouse_domain::ids::{AddressId, CredentialId, EventId, IdentityId, MemberId, uuid_v7};
use gatehouse_domain::tenant::{DisplayName, TenantRef};
use gatehouse_domain::time::Timestamp;
use gatehouse_store::addresses::{self, Claim};
use gatehouse_store::identities;
use gatehouse_store::members::{self, Member, MemberChange};
use gatehouse_store::{Insertion, Scope, Trail, WriteTx, grants};
use serde_json::json;

use super::ApplyError;
use super::difference::Difference;
use super::plan::MemberAct;
use super::spec::MemberSpec;
use crate::{Fault, Idp, InvitationLink, InviteFault, Inviter, NewInvitation};

/// What becomes of the addresses of new people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Addresses {
    /// They are said, not proven: they open the one tenant whose member they stand with.
    Claimed,
    /// They are proven by a code that is made and shown in the same breath: the demo world.
    Proven,
}

/// One change of a person.
struct Change<'a> {
    idp: &'a Idp,
    at: &'a TenantRef,
    now: Timestamp,
    /// The address and name, for sealing.
    personal: Personal,
    events: Vec<Event>,
}

impl Idp {
    /// Changes one person in one transaction.
    pub(super) async fn run_member(
        &self,
        at: &TenantRef,
        act: &MemberAct<'_>,
        difference: &Difference,
        addresses: Addresses,
    ) -> Result<Option<InvitationLink>, ApplyError> {
        let name = difference.after.as_ref().and_then(|after| after.get("name")?.as_str().map(Bounded::new));
        let email = difference.name.contains('@').then(|| Bounded::new(&difference.name));
        let personal = Personal { email, name, ..Personal::default() };
        let mut change = Change { idp: self, at, now: self.now(), personal, events: Vec::new() };
        let done = match act {
            MemberAct::Create(spec) => match (self.proven_meanwhile(at, spec).await?, addresses) {
                (None, _) => change.create(spec, addresses).await?,
                (Some(identity), Addresses::Proven) => {
                    change.join(spec, identity, MemberStatus::Active).await?
                }
                (Some(_), Addresses::Claimed) => false,
            },
            MemberAct::Join { spec, identity, status } => change.join(spec, *identity, *status).await?,
            MemberAct::Change { member, name, status, roles } => {
                change.alter(member, name.as_deref(), *status, roles).await?
            }
            MemberAct::Remove(member) => {
                change.alter(member, member.name.as_deref(), MemberStatus::Removed, &[]).await?
            }
            MemberAct::SetPassword { spec, identity } => change.set_password(spec, *identity).await?,
            MemberAct::TakeBack(id) => self.take_back(at.id, *id).await?,
            MemberAct::Invite(new) => {
                return self.invite_by_file(at, new).await.map(Some);
            }
        };
        if done { Ok(None) } else { Err(ApplyError::Raced(difference.name.clone())) }
    }

    /// Invites somebody in the operator's name.
    async fn invite_by_file(
        &self,
        at: &TenantRef,
        new: &NewInvitation,
    ) -> Result<InvitationLink, ApplyError> {
        // The tenant may have been made, or given another name, a moment ago.
        self.forget_tenant(at.id, &at.slug);
        let issuer = self.issuer(Some(at.slug.as_str())).await?.ok_or(Fault::Inconsistent("tenant"))?;
        self.invite(&issuer, Inviter::Operator, new, true).await.map_err(|fault| match fault {
            InviteFault::Fault(fault) => ApplyError::Fault(fault),
            InviteFault::RoleNotGrantable
            | InviteFault::InviterGone
            | InviteFault::NoTenant
            | InviteFault::Pending => ApplyError::Raced(new.address.canonical()),
        })
    }

    /// The person who has proven an address since the plan was made: somebody whom the demo world names in two tenants, or
    /// chance.
    async fn proven_meanwhile(
        &self,
        at: &TenantRef,
        spec: &MemberSpec,
    ) -> Result<Option<IdentityId>, ApplyError> {
        let mut tx = self.store.cell(&at.cell)?.read(Scope::tenant(at.id), "proven_meanwhile").await?;
        Ok(addresses::find_verified_owner(&mut tx, &spec.email).await?)
    }
}

impl Change<'_> {
    async fn create(&mut self, spec: &MemberSpec, addresses: Addresses) -> Result<bool, ApplyError> {
        let rng = self.idp.rng.as_ref();
        let identity = IdentityId::mint(self.now, rng);
        let address = AddressId::mint(self.now, rng);
        let member = self.member(spec, identity, MemberStatus::Active, Some(spec.email.canonical()));
        self.tell_person(identity, What::IdentityCreated(Concerned { identity }));
        let password = self.hashed(spec, identity).await?;
        self.tell_person(identity, What::EmailClaimed { identity, by: ClaimedBy::Operator });
        if addresses == Addresses::Proven {
            self.tell_person(identity, What::EmailVerified { identity, method: ProvenBy::Dev });
        }
        self.tell_member(&member);
        let records = self.records().await?;

        let proof = match addresses {
            Addresses::Proven => Some(self.idp.demo_proof(&spec.email, self.now).await?),
            Addresses::Claimed => None,
        };
        let details = json!({});
        let claim = Claim {
            id: address,
            address: &spec.email,
            by: ClaimedBy::Operator,
            evidence: uuid_v7(self.now, rng),
            details: &details,
        };
        let mut tx = self.begin(identity).await?;
        let name = spec.name.as_ref().map(DisplayName::as_str);
        let made = identities::insert(&mut tx, name, None, self.now).await? == Insertion::Done
            && addresses::claim(&mut tx, &claim, self.now).await? == Insertion::Done;
        if !made {
            return Ok(false);
        }
        if let Some((id, record)) = password {
            identities::put_password(&mut tx, id, &record, self.now).await?;
        }
        if let Some(proof) = proof
            && !proof.finish(&mut tx, identity, &claim, self.now).await?
        {
            return Ok(false);
        }
        if members::insert(&mut tx, &member, self.now).await? != Insertion::Done {
            return Ok(false);
        }
        tx.commit(Trail::of(records)).await?;
        Ok(true)
    }

    async fn join(
        &mut self,
        spec: &MemberSpec,
        identity: IdentityId,
        status: MemberStatus,
    ) -> Result<bool, ApplyError> {
        let member = self.member(spec, identity, status, None);
        self.tell_member(&member);
        let records = self.records().await?;
        let mut tx = self.begin(identity).await?;
        if members::insert(&mut tx, &member, self.now).await? != Insertion::Done {
            return Ok(false);
        }
        tx.commit(Trail::of(records)).await?;
        Ok(true)
    }

    async fn alter(
        &mut self,
        member: &Member,
        name: Option<&str>,
        status: MemberStatus,
        roles: &[Role],
    ) -> Result<bool, ApplyError> {
        self.tell_member(&Member { status, roles: roles.to_vec(), ..member.clone() });
        let records = self.records().await?;
        let mut tx = self.begin(member.identity).await?;
        let MemberChange::Done(_) = members::update(&mut tx, member.id, status, roles).await? else {
            return Ok(false);
        };
        if name != member.name.as_deref() {
            let address = member.login_address.as_deref();
            if members::rename(&mut tx, member.id, name, address).await? != Insertion::Done {
                return Ok(false);
            }
        }
        if status != MemberStatus::Active {
            for told in grants::apps_of_member(&mut tx, member.id).await? {
                self.idp.queue_announcement(&mut tx, self.at.id, &told).await?;
            }
        }
        tx.commit(Trail::of(records)).await?;
        self.idp.announce_bell.notify_one();
        Ok(true)
    }

    async fn set_password(&mut self, spec: &MemberSpec, identity: IdentityId) -> Result<bool, ApplyError> {
        let Some((id, record)) = self.hashed(spec, identity).await? else {
            return Ok(true);
        };
        let records = self.records().await?;
        let mut tx = self.begin(identity).await?;
        if identities::password(&mut tx).await?.is_some() {
            return Ok(false);
        }
        identities::put_password(&mut tx, id, &record, self.now).await?;
        tx.commit(Trail::of(records)).await?;
        Ok(true)
    }

    async fn hashed(
        &mut self,
        spec: &MemberSpec,
        identity: IdentityId,
    ) -> Result<Option<(CredentialId, PasswordRecord)>, ApplyError> {
        let record = match (&spec.password_hash, &spec.password) {
            (Some(record), _) => record.clone(),
            (None, Some(password)) => {
                let hash = self.idp.passwords.hash(password.clone()).await.map_err(Fault::from)?;
                PasswordRecord::from_stored(hash.as_str())
            }
            (None, None) => return Ok(None),
        };
        let credential = CredentialId::mint(self.now, self.idp.rng.as_ref());
        self.tell_person(identity, What::CredentialChanged { identity, credential, method: "password" });
        Ok(Some((credential, record)))
    }

    fn member(
        &self,
        spec: &MemberSpec,
        identity: IdentityId,
        status: MemberStatus,
        login_address: Option<String>,
    ) -> Member {
        Member {
            id: MemberId::mint(self.now, self.idp.rng.as_ref()),
            identity,
            status,
            roles: spec.roles.clone(),
            login_address,
            name: spec.name.as_ref().map(ToString::to_string),
            epoch: 1,
        }
    }

    async fn begin(&self, identity: IdentityId) -> Result<WriteTx, ApplyError> {
        let cell = self.idp.store.cell(&self.at.cell)?;
        Ok(cell.write(Scope::both(self.at.id, identity), "apply_member").await?)
    }

    /// An event of the person's own stream.
    fn tell_person(&mut self, identity: IdentityId, what: What) {
        self.tell(None, identity, what);
    }

    /// An event of the tenant's stream, to which the person's refers.
    fn tell_member(&mut self, member: &Member) {
        let what = What::MemberChanged {
            tenant: self.at.id,
            member: member.id,
            identity: member.identity,
            status: member.status,
            roles: member.roles.clone(),
        };
        self.tell(Some(self.at.id), member.identity, what);
    }

    fn tell(&mut self, tenant: Option<gatehouse_domain::ids::TenantId>, subject: IdentityId, what: What) {
        self.events.push(Event {
            id: EventId::mint(self.now, self.idp.rng.as_ref()),
            actor: Actor::Operator,
            tenant,
            subject: Some(subject),
            request: None,
            network: None,
            what,
            personal: Some(self.personal.clone()),
        });
    }

    async fn records(&mut self) -> Result<Vec<Record>, ApplyError> {
        let mut records = Vec::new();
        for event in self.events.drain(..) {
            records.extend(self.idp.personal_records(event).await?);
        }
        Ok(records)
    }
}
