//! The apps that have something of a person, and the end of that.

use gatehouse_domain::audit::{Actor, Event, What};
use gatehouse_domain::ids::{AppId, TenantId};
use gatehouse_domain::oauth::Owner;
use gatehouse_domain::time::Timestamp;
use gatehouse_store::{Scope, Trail, apps, grants, identities, members};

use super::{FreshSession, FullSession};
use crate::login::Stop;
use crate::{Ctx, Idp};

/// Why tokens ended.
const REVOKED_BY_PERSON: &str = "revoked_by_person";

/// An app that has something of the person in one organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectedFace {
    /// What a form sends to name it.
    pub key: String,
    /// Its name.
    pub name: String,
    /// The organisation, as a form names it.
    pub slug: String,
    /// The organisation.
    pub tenant: String,
    /// Since when.
    pub since: Timestamp,
}

impl Idp {
    /// The apps that have tokens or a consent of a person, in each organisation that the person is an active member of.
    ///
    /// # Errors
    /// If the machinery failed.
    pub async fn own_apps(&self, cx: &Ctx, session: &FullSession) -> Result<Vec<ConnectedFace>, Stop> {
        let mut faces = Vec::new();
        for member in &session.session().memberships {
            let Some(tenant) = self.tenant(member.tenant).await? else { continue };
            let connected = {
                let mut tx = self.pool()?.read(Scope::tenant(member.tenant), "own_apps").await?;
                grants::connected(&mut tx, session.identity(), cx.now).await?
            };
            for app in connected {
                let Some(name) = self.app_name(member.tenant, app.app, app.platform).await? else { continue };
                faces.push(ConnectedFace {
                    key: app.app.to_string(),
                    name,
                    slug: tenant.at.slug.to_string(),
                    tenant: tenant.name.to_string(),
                    since: app.since,
                });
            }
        }
        Ok(faces)
    }

    pub(super) async fn app_name(
        &self,
        tenant: TenantId,
        app: AppId,
        platform: bool,
    ) -> Result<Option<String>, Stop> {
        let owner = if platform { Owner::Platform } else { Owner::Tenant(tenant) };
        let mut tx = self.read_of(owner, "app_name").await?;
        Ok(apps::by_id(&mut tx, owner, app).await?.map(|stored| stored.app.name.to_string()))
    }

    /// Takes back what an app has of a person in an organisation: its tokens end, it hears of that, and it asks anew.
    ///
    /// # Errors
    /// Why nothing was changed.
    pub async fn revoke_app(
        &self,
        cx: &Ctx,
        session: &FreshSession,
        slug: &str,
        app: &str,
    ) -> Result<(), Stop> {
        let by = session.session();
        let app = app.parse::<AppId>().map_err(|_| Stop::OutOfOrder)?;
        let tenant = self.tenant_named(slug).await?.ok_or(Stop::NoSuchTenant)?.at.id;
        let member = by.memberships.iter().find(|member| member.tenant == tenant);
        let member = member.ok_or(Stop::NoSuchTenant)?.member;
        let event = |what| {
            let actor = Actor::Identity { identity: by.identity, session: Some(by.id) };
            Event { subject: Some(by.identity), ..self.event(cx, actor, Some(tenant), what) }
        };
        let mut records = vec![self.record_of_person(event(What::ConsentRevoked { app })).await?];
        let mut tx = self.pool()?.write(Scope::both(tenant, by.identity), "revoke_app").await?;
        if !identities::lock_for(&mut tx, by).await? {
            return Err(Stop::NotSignedIn);
        }
        let told = grants::apps_of_member(&mut tx, member).await?;
        let consented = members::drop_consent(&mut tx, by.identity, app).await?;
        let ended = grants::revoke_of_app(&mut tx, by.identity, app, REVOKED_BY_PERSON, cx.now).await?;
        if !consented && ended.is_empty() {
            return Err(Stop::OutOfOrder);
        }
        for grant in ended {
            let what = What::GrantRevoked { app, grant, reason: REVOKED_BY_PERSON };
            records.push(self.record_of_person(event(what)).await?);
        }
        for told in told.iter().filter(|told| told.app == app) {
            self.queue_announcement(&mut tx, tenant, told).await?;
        }
        tx.commit(Trail::of(records)).await?;
        self.announce_bell.notify_one();
        Ok(())
    }
}
