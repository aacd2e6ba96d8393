//! What an apply did, or would do.

use gatehouse_domain::tenant::Slug;
use serde::Serialize;

use super::ApplyOptions;
use super::difference::{Difference, Fate};
use super::inventory::Inventory;
use super::plan::{Plan, Step};
use crate::InvitationLink;

/// What was done, or with `dry_run` would be, and what there is now.
#[derive(Debug, Clone, Serialize)]
pub struct Applied {
    /// Whether nothing was written.
    pub dry_run: bool,
    /// Whether what the file does not name went.
    pub prune: bool,
    /// The platform's differences, then each tenant's.
    pub sections: Vec<Section>,
    /// Tenants that the file does not name; they are never touched.
    pub unnamed_tenants: Vec<Slug>,
    /// Ids and addresses.
    pub made: Inventory,
    /// The links of the invitations that were made: they are kept nowhere, and shown only where somebody asks for them.
    #[serde(skip)]
    pub links: Vec<(Slug, InvitationLink)>,
}

/// The differences of the platform or of a tenant.
#[derive(Debug, Clone, Serialize)]
pub struct Section {
    /// The tenant; none for the platform.
    pub tenant: Option<Slug>,
    /// Every object compared.
    pub differences: Vec<Difference>,
}

impl Applied {
    pub(super) fn new(plan: Plan<'_>, options: ApplyOptions, made: Inventory) -> Self {
        let mut sections = vec![Section { tenant: None, differences: differences(plan.platform) }];
        for tenant in plan.tenants {
            let mut all = differences(tenant.config);
            all.extend(differences(tenant.mail));
            all.extend(differences(tenant.members));
            sections.push(Section { tenant: Some(tenant.spec.slug.clone()), differences: all });
        }
        let ApplyOptions { dry_run, prune } = options;
        Self { dry_run, prune, sections, unnamed_tenants: plan.absent, made, links: Vec::new() }
    }

    /// Whether anything was to be done.
    pub fn has_changes(&self) -> bool {
        self.all().any(Difference::is_change)
    }

    /// How many objects met a fate.
    pub fn count(&self, fate: Fate) -> usize {
        self.all().filter(|difference| difference.fate == fate).count()
    }

    /// For scripts: the differences and the ids and addresses of everything the file names.
    pub fn to_json(&self) -> serde_json::Value {
        serde_json::to_value(self).unwrap_or_default()
    }

    fn all(&self) -> impl Iterator<Item = &Difference> {
        self.sections.iter().flat_map(|section| &section.differences)
    }
}

impl Plan<'_> {
    /// Whether something is to be written.
    pub(super) fn has_work(&self) -> bool {
        let acts = |steps: &[Step<_>]| steps.iter().any(|step| step.act.is_some());
        acts(&self.platform)
            || self.tenants.iter().any(|tenant| {
                acts(&tenant.config)
                    || tenant.mail.iter().any(|step| step.act.is_some())
                    || tenant.members.iter().any(|step| step.act.is_some())
                    || tenant.at.is_none()
                    || !(tenant.reserve.is_empty() && tenant.release.is_empty())
            })
    }
}

fn differences<A>(steps: Vec<Step<A>>) -> Vec<Difference> {
    steps.into_iter().map(|step| step.difference).collect()
}
