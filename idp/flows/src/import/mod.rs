//! People from another system: a file of JSON Lines becomes identities with claimed addresses and the password hashes they had.
//!
//! The whole file is read and checked before the first row is written; then people are made a batch in a transaction, each with its events.
//! A second run makes nobody twice.

mod line;
mod people;

use gatehouse_domain::email::EmailAddress;
use gatehouse_domain::tenant::{Slug, TenantRef};
use gatehouse_store::import::{self, Outcome};
use gatehouse_store::{Scope, directory};
use serde_json::{Value, json};

use crate::{Fault, Idp};

use line::Person;
pub use line::{BadLine, BadLines, ImportFile};

/// What an import did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Imported {
    /// Whether nothing was written.
    pub dry_run: bool,
    /// How many people were made.
    pub made: usize,
    /// How many were members already.
    pub there: usize,
    /// Lines whose address somebody has proven who is no member of the tenant: they can be invited, nobody is made in their name.
    pub owned: Vec<u64>,
}

/// Why a file was not imported, or not to its end.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file is wrong, or names a tenant that is not there. Nothing was changed.
    #[error(transparent)]
    Refused(#[from] BadLines),
    /// The machinery failed. What stood before in the file may be done; run it again.
    #[error("the file was not imported to its end; run it again")]
    Fault(#[from] Fault),
}

impl From<gatehouse_store::StoreError> for ImportError {
    fn from(error: gatehouse_store::StoreError) -> Self {
        Self::Fault(error.into())
    }
}

impl Imported {
    /// For scripts.
    pub fn to_json(&self) -> Value {
        json!({ "dry_run": self.dry_run, "made": self.made, "there": self.there, "owned_lines": self.owned })
    }
}

impl std::fmt::Display for Imported {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for line in &self.owned {
            writeln!(
                f,
                "line {line}: skipped, somebody has proven this address; the tenant can invite them"
            )?;
        }
        let Self { made, there, .. } = self;
        write!(f, "{made} made, {there} there already, {} skipped", self.owned.len())?;
        if self.dry_run { write!(f, "; dry run, nothing was written") } else { Ok(()) }
    }
}

impl Idp {
    /// Makes the people of a file who are not there yet, or counts who would be made. Their addresses stay unproven: they open the tenant they
    /// are imported to and nothing else (the security model's row 24).
    ///
    /// # Errors
    /// [`ImportError`]; a refused file changed nothing.
    pub async fn import_people(&self, file: &ImportFile, dry_run: bool) -> Result<Imported, ImportError> {
        let mut done = Imported { dry_run, ..Imported::default() };
        let mut places = Vec::new();
        for (slug, people) in file.by_tenant() {
            let at = self.tenant_of_import(slug).await?;
            places.push((at.ok_or_else(|| file.refuse_tenant(slug))?, people));
        }
        for (at, people) in places {
            for batch in people.chunks(BATCH) {
                self.import_batch(&at, batch, &mut done).await?;
            }
        }
        Ok(done)
    }

    async fn import_batch(
        &self,
        at: &TenantRef,
        batch: &[&Person],
        done: &mut Imported,
    ) -> Result<(), ImportError> {
        let cell = self.store.cell(&at.cell)?;
        let addresses: Vec<EmailAddress> = batch.iter().map(|person| person.email.clone()).collect();
        let looked = import::look(cell, at.id, &addresses, self.now()).await?;
        let mut wanted = Vec::new();
        for (person, outcome) in batch.iter().zip(looked) {
            match outcome {
                Outcome::Made => wanted.push(*person),
                other => done.count(person, other),
            }
        }
        if done.dry_run {
            done.made += wanted.len();
            return Ok(());
        }
        let mut newcomers = Vec::with_capacity(wanted.len());
        for person in &wanted {
            newcomers.push(self.newcomer(at, person).await?);
        }
        let outcomes = import::people(cell, at.id, &newcomers, self.now()).await?;
        wanted.iter().zip(outcomes).for_each(|(person, outcome)| done.count(person, outcome));
        Ok(())
    }

    async fn tenant_of_import(&self, slug: &Slug) -> Result<Option<TenantRef>, Fault> {
        let mut tx = self.store.directory().read(Scope::platform(), "import_tenant").await?;
        Ok(directory::tenant_by_slug(&mut tx, slug).await?)
    }
}

impl Imported {
    fn count(&mut self, person: &Person, outcome: Outcome) {
        match outcome {
            Outcome::Made => self.made += 1,
            Outcome::There => self.there += 1,
            Outcome::Owned => self.owned.push(person.line),
        }
    }
}

/// People made in one transaction.
const BATCH: usize = 100;
