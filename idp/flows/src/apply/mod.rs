//! Declarative configuration: a file says what there is to be, the difference is shown and then made true.
//!
//! The whole file is read and checked, and the whole plan made, before the first row is written. Then the platform's
//! configuration, each tenant's and each person's is changed in a transaction of its own with its events; a run that was
//! interrupted is completed by running it again.

mod applied;
mod check;
mod current;
mod demo;
mod difference;
mod fields;
mod inventory;
mod keys;
mod mail;
mod node;
mod people;
mod plan;
mod problem;
mod read;
mod read_app;
mod read_member;
mod run;
mod show;
mod sources;
mod spec;

pub use applied::{Applied, Section};
pub use check::Checked;
pub use demo::{DEMO_PASSWORD, DEMO_PEOPLE};
pub use difference::{Difference, Fate, Object};
pub use inventory::{
    AppMade, DomainMade, Inventory, InvitationMade, MemberMade, OwnerMade, ResourceMade, TenantMade,
};
pub use problem::{BadFile, Problem};
pub use sources::{NoSources, Sources, Trust};

use crate::{Fault, Idp};
use people::Addresses;

/// How a file is applied.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ApplyOptions {
    /// Whether the difference is only shown.
    pub dry_run: bool,
    /// Whether what the file does not name goes: apps are disabled, domains released, resources and entitlements
    /// withdrawn, members removed, invitations taken back. Tenants stay.
    pub prune: bool,
}

/// Why a file was not applied, or not to its end.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// The file is wrong in itself, or asks for what cannot be. Nothing was changed.
    #[error(transparent)]
    Refused(#[from] BadFile),
    /// Something else changed this at the same time. What stood before it in the file is done; run the file again.
    #[error("{0} was changed by somebody else at the same time; run the file again")]
    Raced(String),
    /// The machinery failed. What stood before in the file is done; run the file again.
    #[error("the file was not applied to its end; run it again")]
    Fault(#[from] Fault),
}

impl From<gatehouse_store::StoreError> for ApplyError {
    fn from(error: gatehouse_store::StoreError) -> Self {
        Self::Fault(error.into())
    }
}

impl Idp {
    /// Compares a file with what is there and, unless only the difference is wanted, makes it so. A second run of the
    /// same file changes nothing.
    ///
    /// # Errors
    /// [`ApplyError`]; a refused file changed nothing.
    pub async fn apply(&self, file: &Checked, options: ApplyOptions) -> Result<Applied, ApplyError> {
        self.apply_with(file, options, Addresses::Claimed).await
    }

    async fn apply_with(
        &self,
        file: &Checked,
        options: ApplyOptions,
        addresses: Addresses,
    ) -> Result<Applied, ApplyError> {
        let before = self.current(&file.spec, self.now()).await?;
        let plan = plan::plan(file, &before, options.prune).map_err(|problem| problem.in_file(&file.file))?;
        let mut links = Vec::new();
        let after = if options.dry_run || !plan.has_work() {
            before
        } else {
            links = self.run(&plan, addresses).await?;
            self.current(&file.spec, self.now()).await?
        };
        if !options.dry_run {
            self.publish_chosen(&after).await?;
        }
        let made = Inventory::of(&file.spec, &after, self.base.url());
        Ok(Applied { links, ..Applied::new(plan, options, made) })
    }
}
