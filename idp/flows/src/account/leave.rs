//! Out of an organisation, by the member's own wish.

use gatehouse_domain::audit::{Actor, Event, What};
use gatehouse_domain::identity::MemberStatus;
use gatehouse_domain::ids::TenantId;
use gatehouse_store::members::{self, MemberChange};
use gatehouse_store::{Scope, Trail, grants, identities};

use super::{MembershipFace, Visitor};
use crate::login::Stop;
use crate::{Ctx, Idp};

impl Idp {
    /// The memberships that a session may see: all of the person, or that of the one tenant it is worth something in.
    ///
    /// # Errors
    /// If the machinery failed.
    pub async fn own_memberships(&self, visitor: &Visitor) -> Result<Vec<MembershipFace>, Stop> {
        let only = visitor.only_tenant();
        let mut faces = Vec::new();
        for member in &visitor.session().memberships {
            if only.is_some_and(|only| only != member.tenant) {
                continue;
            }
            if let Some(tenant) = self.tenant(member.tenant).await? {
                faces.push(MembershipFace::of(&tenant, &member.roles, self.base.url()));
            }
        }
        Ok(faces)
    }

    /// Takes the person out of a tenant, named by its slug. Tokens for it end at once, and their apps hear of it. The last owner
    /// stays, except in a personal tenant.
    ///
    /// # Errors
    /// Why nothing was changed.
    pub async fn leave(&self, cx: &Ctx, visitor: &Visitor, slug: &str) -> Result<TenantId, Stop> {
        let session = visitor.session();
        let identity = session.identity;
        let tenant = self.tenant_named(slug).await?.ok_or(Stop::NoSuchTenant)?;
        let at = tenant.at.id;
        if visitor.only_tenant().is_some_and(|only| only != at) {
            return Err(Stop::FullSessionRequired);
        }
        let member = {
            let mut tx = self.pool()?.read(Scope::tenant(at), "leaving_member").await?;
            members::by_identity(&mut tx, identity).await?
        };
        let member = member.filter(|member| member.status != MemberStatus::Removed);
        let member = member.ok_or(Stop::NoSuchTenant)?;
        let what = What::MemberChanged {
            tenant: at,
            member: member.id,
            identity,
            status: MemberStatus::Removed,
            roles: member.roles.clone(),
        };
        let actor = Actor::Identity { identity, session: Some(session.id) };
        let event = Event {
            subject: Some(identity),
            personal: Some(Self::personal(cx, None)),
            ..self.event(cx, actor, Some(at), what)
        };
        let records = self.personal_records(event).await?;
        let mut tx = self.pool()?.write(Scope::both(at, identity), "leave").await?;
        if !identities::lock_for(&mut tx, session).await? {
            return Err(Stop::NotSignedIn);
        }
        let told = grants::apps_of_member(&mut tx, member.id).await?;
        match members::leave(&mut tx, member.id).await? {
            MemberChange::Done(_) => {}
            MemberChange::LastOwner => return Err(Stop::LastOwner),
            MemberChange::Absent => return Err(Stop::NoSuchTenant),
        }
        for app in told {
            self.queue_announcement(&mut tx, at, &app).await?;
        }
        tx.commit(Trail::of(records)).await?;
        self.announce_bell.notify_one();
        Ok(at)
    }
}
