//! People whose time is over: what they have goes, organisation by organisation, and the account last.

use gatehouse_domain::audit::{Actor, Bounded, Change, Concerned, Event, ObjectKind, Record, Stream, What};
use gatehouse_domain::email::LeftBecause;
use gatehouse_domain::identity::MemberStatus;
use gatehouse_domain::ids::{IdentityId, TenantId, uuid_v7};
use gatehouse_domain::mail::Message;
use gatehouse_domain::oauth::Owner;
use gatehouse_domain::secret::Secret;
use gatehouse_domain::tenant::{Tenant, TenantStatus};
use gatehouse_domain::time::Timestamp;
use gatehouse_store::addresses::{self, Erased};
use gatehouse_store::identities::Profile;
use gatehouse_store::members::{self, Member, MemberChange};
use gatehouse_store::{Scope, Trail, WriteTx, events, grants, identities, proofs, sessions, tenants, undos};

use super::SessionEnded;
use crate::account::{Person, WAIT};
use crate::mailbox::COOL_OFF;
use crate::{Fault, Idp};

/// How many accounts one round ends.
const BATCH: u16 = 20;
/// Why things end.
const DELETED: &str = "account_deleted";

impl Idp {
    /// Ends the accounts whose time is over. One that cannot be ended now keeps nobody waiting: the next round tries again.
    pub(super) async fn end_accounts(&self, now: Timestamp) -> Result<(), Fault> {
        for identity in identities::deletions_due(self.pool()?, now, BATCH).await? {
            if let Err(fault) = self.end_account(identity, now).await {
                metrics::counter!("gatehouse_deletions_failed_total").increment(1);
                tracing::error!(%identity, error = %fault, "an account could not be ended");
            }
        }
        Ok(())
    }

    async fn end_account(&self, identity: IdentityId, now: Timestamp) -> Result<(), Fault> {
        let (profile, person, memberships) = {
            let mut tx = self.pool()?.read(Scope::identity(identity), "ending_account").await?;
            let Some(profile) = identities::profile(&mut tx).await? else { return Ok(()) };
            let addresses = addresses::list(&mut tx).await?;
            let memberships = identities::memberships(&mut tx).await?;
            let (name, locale) = (profile.name.clone(), profile.locale.clone());
            (profile, Person { name, locale, addresses }, memberships)
        };
        if profile.delete_at.is_none_or(|due| due > now) {
            // Another process has put it off since it was found to be due.
            return Ok(());
        }
        let owned = self.only_owner_of(identity, &memberships).await?;
        if !owned.is_empty() {
            return self.postpone(identity, &profile, &person, &owned, now).await;
        }
        for tenant in self.personal_last(memberships).await? {
            if let Some(name) = self.take_out(identity, tenant, now).await? {
                return self.postpone(identity, &profile, &person, &[name], now).await;
            }
        }
        self.erase(identity, &person, now).await
    }

    /// Tenants in the order in which they are left: one of the person's own, which is shut with that, only when no other stands in the way.
    async fn personal_last(&self, tenants: Vec<TenantId>) -> Result<Vec<TenantId>, Fault> {
        let (mut ordered, mut personal) = (Vec::with_capacity(tenants.len()), Vec::new());
        for id in tenants {
            let own = self.tenant(id).await?.is_some_and(|tenant| tenant.personal);
            if own { personal.push(id) } else { ordered.push(id) }
        }
        ordered.append(&mut personal);
        Ok(ordered)
    }

    /// Takes a person out of a tenant; the tenant's name if that would leave it without an owner. A personal one that is nobody else's is shut.
    async fn take_out(
        &self,
        identity: IdentityId,
        at: TenantId,
        now: Timestamp,
    ) -> Result<Option<String>, Fault> {
        let Some(tenant) = self.tenant(at).await? else { return Ok(None) };
        let (member, shuts) = {
            let mut tx = self.pool()?.read(Scope::tenant(at), "ending_member").await?;
            let member = members::by_identity(&mut tx, identity).await?;
            (member, tenant.personal && members::is_only_owner(&mut tx, identity).await?)
        };
        let gone = |member: &Member| member.status == MemberStatus::Removed;
        let Some(member) = member.filter(|member| !gone(member)) else { return Ok(None) };
        let mut records = self.member_gone(identity, at, &member, now).await?;
        if shuts {
            records.push(self.record(self.shut(&tenant, now))?);
        }
        let mut tx = self.pool()?.write(Scope::both(at, identity), "end_membership").await?;
        let locked = identities::lock(&mut tx).await?;
        let due = identities::profile(&mut tx).await?.and_then(|profile| profile.delete_at);
        if !locked || due.is_none_or(|due| due > now) {
            // Kept or put off since it was found to be due: nothing more is taken.
            return Ok(None);
        }
        let told = grants::apps_of_member(&mut tx, member.id).await?;
        match members::leave(&mut tx, member.id).await? {
            MemberChange::Done(_) => {}
            MemberChange::LastOwner => return Ok(Some(tenant.name.to_string())),
            MemberChange::Absent => return Ok(None),
        }
        members::forget(&mut tx, member.id).await?;
        if shuts {
            // Its name is its person's.
            let name = tenant.at.slug.as_str().parse().map_err(|_| Fault::Inconsistent("slug"))?;
            tenants::update(&mut tx, &name, TenantStatus::Suspended, &tenant.policy, &tenant.branding)
                .await?;
            events::erase_subject(&mut tx, Stream::Tenant(at)).await?;
        }
        for app in told {
            self.queue_announcement(&mut tx, at, &app).await?;
        }
        tx.commit(Trail::of(records)).await?;
        self.keyring.subjects.invalidate(&(Stream::Tenant(at), identity));
        self.forget_tenant(at, &tenant.at.slug);
        self.announce_bell.notify_one();
        Ok(None)
    }

    async fn member_gone(
        &self,
        identity: IdentityId,
        tenant: TenantId,
        member: &Member,
        now: Timestamp,
    ) -> Result<Vec<Record>, Fault> {
        let what = What::MemberChanged {
            tenant,
            member: member.id,
            identity,
            status: MemberStatus::Removed,
            roles: member.roles.clone(),
        };
        let event = self.event_of(Owner::Tenant(tenant), Actor::System, now, what);
        self.personal_records(Event { subject: Some(identity), ..event }).await
    }

    fn shut(&self, tenant: &Tenant, now: Timestamp) -> Event {
        let what = What::ConfigChanged {
            object: ObjectKind::Tenant,
            name: Bounded::new(tenant.at.slug.as_str()),
            change: Change::Updated,
            before: Some(serde_json::json!({ "status": tenant.status })),
            after: Some(serde_json::json!({ "status": TenantStatus::Suspended })),
        };
        self.event_of(Owner::Tenant(tenant.at.id), Actor::System, now, what)
    }

    /// Puts the end off, because tenants would be left without an owner (abuse case ADM-04), and tells so with a new link.
    async fn postpone(
        &self,
        identity: IdentityId,
        profile: &Profile,
        person: &Person,
        owned: &[String],
        now: Timestamp,
    ) -> Result<(), Fault> {
        let Some(was_due) = profile.delete_at else { return Ok(()) };
        let due = now + WAIT;
        let issuer = self.platform().clone();
        let link = self.keep_link(&issuer);
        let message = || Message::DeletionPostponed {
            tenants: owned.join(", "),
            due,
            undo: Secret::new(link.address.clone()),
        };
        let letters = self.write_to(&issuer, person, None, &|_| true, &message).await?;
        let record = self.own_end(identity, now, What::DeletionPostponed(Concerned { identity })).await?;
        let mut tx = self.pool()?.write(Scope::identity(identity), "postpone_deletion").await?;
        if !identities::lock(&mut tx).await? || !identities::postpone_deletion(&mut tx, was_due, due).await? {
            return Ok(());
        }
        undos::void_deletion(&mut tx).await?;
        undos::put_deletion(&mut tx, &link.digest, now, due).await?;
        for letter in letters {
            letter.post(&mut tx).await?;
        }
        tx.commit(Trail::of([record])).await?;
        self.ring_mail();
        Ok(())
    }

    /// One transaction: the person is gone with password, sessions, addresses and the key to what the log says of them; the last
    /// letters are on their way.
    async fn erase(&self, identity: IdentityId, person: &Person, now: Timestamp) -> Result<(), Fault> {
        let mut erased = Vec::with_capacity(person.addresses.len());
        for address in &person.addresses {
            let mark = self.release_mark(&address.address.canonical()).await?;
            erased.push(Erased { id: address.id, mark, evidence: uuid_v7(now, self.rng.as_ref()) });
        }
        let issuer = self.platform().clone();
        let farewell = || Message::AccountDeleted {};
        let letters = self.write_to(&issuer, person, None, &|_| true, &farewell).await?;
        let mut tx = self.pool()?.write(Scope::identity(identity), "erase_account").await?;
        // Who is just joining a tenant holds the lock, and is seen then.
        if !identities::lock(&mut tx).await? || !identities::end(&mut tx, now).await? {
            // Gone, put off, or a member again, since it was found to be due.
            return Ok(());
        }
        let mut facts = self.end_access(&mut tx, identity, now).await?;
        addresses::erase_all(&mut tx, &erased, (now, now + COOL_OFF)).await?;
        facts.extend(erased.iter().map(|_| What::EmailRetired { identity, reason: LeftBecause::Deleted }));
        facts.push(What::IdentityDeleted { identity, reason: "asked" });
        let mut records = Vec::with_capacity(facts.len());
        for what in facts {
            records.push(self.own_end(identity, now, what).await?);
        }
        events::erase_subject(&mut tx, Stream::Identity(identity)).await?;
        for letter in letters {
            letter.post(&mut tx).await?;
        }
        tx.commit(Trail::of(records)).await?;
        self.keyring.subjects.invalidate(&(Stream::Identity(identity), identity));
        self.job_bell.notify_one();
        self.ring_mail();
        Ok(())
    }

    /// Ends every session with what it brought forth, and takes the password away.
    async fn end_access(
        &self,
        tx: &mut WriteTx,
        identity: IdentityId,
        now: Timestamp,
    ) -> Result<Vec<What>, Fault> {
        let mut facts = Vec::new();
        let ended = sessions::end_others(tx, None, DELETED, now).await?;
        let count = u32::try_from(ended.len()).unwrap_or(u32::MAX);
        for (session, tenants) in ended {
            self.queue_session_ended(tx, &SessionEnded { identity, session, tenants }).await?;
        }
        sessions::forget_devices(tx).await?;
        if count > 0 {
            facts.push(What::SessionsRevoked { identity, count, reason: DELETED });
        }
        if let Some(credential) = identities::remove_password(tx).await? {
            facts.push(What::CredentialRemoved { identity, credential, method: "password" });
        }
        proofs::void(tx).await?;
        Ok(facts)
    }

    async fn own_end(&self, identity: IdentityId, now: Timestamp, what: What) -> Result<Record, Fault> {
        let event = self.event_of(Owner::Platform, Actor::System, now, what);
        self.record_of_person(Event { subject: Some(identity), ..event }).await
    }
}
