//! The tenant of one person: reserved in the directory first, made with the account.

use chrono::TimeDelta;
use gatehouse_domain::audit::{Actor, Bounded, Change, Event, ObjectKind, What};
use gatehouse_domain::ids::{AppId, TenantId};
use gatehouse_domain::oauth::Owner;
use gatehouse_domain::policy::Policy;
use gatehouse_domain::random;
use gatehouse_domain::tenant::{Branding, CellName, DisplayName, Slug, TenantRef, TenantStatus};
use gatehouse_domain::time::Timestamp;
use gatehouse_store::keys::{self, DataKey};
use gatehouse_store::tenants::{self, TenantRecord};
use gatehouse_store::{Insertion, NoTrail, Scope, Trail, WriteTx, apps, directory};

use crate::{Ctx, Fault, Idp};

/// A personal tenant whose place in the directory is taken.
#[derive(Debug)]
pub(super) struct Personal {
    at: TenantRef,
    name: DisplayName,
    /// The platform's app that the person came from, if the operator lets tenants of one person use it.
    app: Option<AppId>,
    key: DataKey,
    since: Timestamp,
}

impl Idp {
    /// Takes a place in the directory. Slugs are random: what a person is called is nobody's to reserve.
    pub(super) async fn reserve_personal(
        &self,
        cx: &Ctx,
        name: &DisplayName,
        app: Option<AppId>,
    ) -> Result<Personal, Fault> {
        let id = TenantId::mint(cx.now, self.rng.as_ref());
        let slug: Slug = random_slug(&random::bytes::<10>(self.rng.as_ref()))
            .parse()
            .map_err(|_| Fault::Inconsistent("slug"))?;
        let at = TenantRef { id, slug, cell: CellName::pool() };
        let mut tx = self.store.directory().write(Scope::platform(), "reserve_personal").await?;
        if directory::reserve_tenant(&mut tx, &at, true, cx.now).await? != Insertion::Done {
            return Err(Fault::Inconsistent("slug"));
        }
        tx.commit(Trail::none(NoTrail::PartOf)).await?;
        let key = self.data_key_of_new(id)?;
        Ok(Personal { at, name: name.clone(), app, key, since: cx.now })
    }
}

impl Idp {
    /// Gives the place of a tenant back that was not made after all; what fails here the housekeeping does.
    pub(super) async fn release_unused(&self, cx: &Ctx, unused: &Personal) -> Result<(), Fault> {
        let mut tx = self.store.directory().write(Scope::platform(), "release_unused").await?;
        directory::release_personal(&mut tx, unused.id(), cx.now + TimeDelta::seconds(1)).await?;
        Ok(tx.commit(Trail::none(NoTrail::Housekeeping)).await?)
    }
}

impl Personal {
    /// The tenant.
    pub(super) const fn id(&self) -> TenantId {
        self.at.id
    }

    /// The event of its making.
    pub(super) fn created(&self, idp: &Idp) -> Event {
        let what = What::ConfigChanged {
            object: ObjectKind::Tenant,
            name: Bounded::new(self.at.slug.as_str()),
            change: Change::Created,
            before: None,
            after: Some(serde_json::json!({ "personal": true })),
        };
        idp.event_of(Owner::Tenant(self.at.id), Actor::System, self.since, what)
    }

    /// Makes it in the cell.
    pub(super) async fn make(&self, tx: &mut WriteTx, now: Timestamp) -> Result<(), Fault> {
        let record = TenantRecord {
            name: self.name.clone(),
            status: TenantStatus::Active,
            personal: true,
            epoch: 1,
            policy: Policy::default(),
            branding: Branding::default(),
        };
        if tenants::insert(tx, &record, now).await? != Insertion::Done {
            return Err(Fault::Inconsistent("tenant"));
        }
        keys::data_key_or_insert(tx, Owner::Tenant(self.at.id), &self.key, now).await?;
        if let Some(app) = self.app {
            apps::entitle(tx, app, now).await?;
        }
        Ok(())
    }
}

/// Sixteen characters of a base32 alphabet: eighty random bits.
fn random_slug(bytes: &[u8; 10]) -> String {
    format!("p{}", data_encoding::BASE32_NOPAD.encode(bytes).to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_random_slug_is_a_slug() {
        for byte in [0, 0x5a, 0xff] {
            let text = random_slug(&[byte; 10]);
            assert_eq!(text.len(), 17);
            assert!(text.parse::<Slug>().is_ok(), "{text}");
        }
    }
}
