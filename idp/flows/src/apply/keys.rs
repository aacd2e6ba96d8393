//! Keys of the algorithms that apps and tenants choose: published when the choice is made, so that whoever fetches the keys
//! before the first token finds the one that signs it. Those of the usual algorithm are made when they are first asked for.

use std::collections::HashSet;

use gatehouse_domain::oauth::{Alg, Owner};

use super::current::{Current, OwnerState};
use crate::{Fault, Idp};

impl Idp {
    /// Makes the keys that are missing; of a run that was interrupted before, the next one does it.
    pub(super) async fn publish_chosen(&self, current: &Current) -> Result<(), Fault> {
        for (owner, alg) in chosen(current) {
            self.publish_key(owner, alg).await?;
        }
        Ok(())
    }
}

fn chosen(current: &Current) -> HashSet<(Owner, Alg)> {
    let mut all: HashSet<_> = of_apps(Owner::Platform, &current.platform).collect();
    for tenant in current.tenants.values() {
        let Some(at) = &tenant.at else { continue };
        let owner = Owner::Tenant(at.id);
        all.extend(of_apps(owner, &tenant.own));
        let policy = tenant.record.as_ref().map(|record| record.policy.token_alg);
        all.extend(policy.filter(|alg| *alg != Alg::default()).map(|alg| (owner, alg)));
    }
    all
}

fn of_apps(owner: Owner, state: &OwnerState) -> impl Iterator<Item = (Owner, Alg)> {
    let active = state.apps.iter().filter(|app| app.stored.active);
    active.filter_map(move |app| Some((owner, app.stored.app.config.alg?)))
}
