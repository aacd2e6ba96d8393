//! What can go wrong between the product and its database.

use sqlx::error::DatabaseError;

/// Why a store operation did not happen. Nothing in it is fit for a page; callers answer 500 or 503.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// No connection became free in time, or a queue is full: answer 503.
    #[error("the database is busy")]
    Busy,
    /// The database cannot be reached, or the connection broke: answer 503.
    #[error("the database does not answer")]
    Unreachable(#[source] sqlx::Error),
    /// The database refused a statement, or its answer could not be read.
    #[error("the database refused a statement")]
    Refused(#[source] sqlx::Error),
    /// An earlier statement of the transaction failed, so nothing of it may be committed.
    #[error("the transaction had failed before its commit")]
    Failed,
    /// A stored value is not of its kind; names the column.
    #[error("a stored value is no valid {0}")]
    Unreadable(&'static str),
    /// The row named belongs to another scope than the transaction's.
    #[error("the row is outside of the transaction's scope")]
    OutOfScope,
    /// No such cell is known to this process.
    #[error("no such cell")]
    NoSuchCell,
}

impl StoreError {
    /// The SQLSTATE of a refusal, for tests and for mapping.
    pub fn sqlstate(&self) -> Option<String> {
        let Self::Refused(error) = self else { return None };
        error.as_database_error().and_then(DatabaseError::code).map(std::borrow::Cow::into_owned)
    }
}

/// Why the server must not start, or a migration must not run: one clear sentence each.
#[derive(Debug, thiserror::Error)]
pub enum BootError {
    /// The database cannot be reached.
    #[error("the database cannot be reached: {0}")]
    Unreachable(#[source] sqlx::Error),
    /// A statement of the set-up failed.
    #[error("{step} failed: {source}")]
    Step {
        /// What was being done.
        step: String,
        /// What the database said.
        source: sqlx::Error,
    },
    /// The server's version has known holes in row security or is untried.
    #[error("PostgreSQL {found} is too old: 15.14, 16.10, 17.6 or a later one of these lines is needed")]
    Version {
        /// The version in the server's own numbering.
        found: String,
    },
    /// The role of the connection could pass row security by.
    #[error("the database role {role} {power}; the server runs only as a role without that power")]
    Role {
        /// The role.
        role: String,
        /// What it could do.
        power: &'static str,
    },
    /// A table is not protected as its class demands.
    #[error("table {table} {fault}; run `gatehouse migrate`")]
    Table {
        /// Schema and name.
        table: String,
        /// What is wrong with it.
        fault: &'static str,
    },
    /// The schema is older than the program.
    #[error("{count} migrations are pending, the first is {first}; run `gatehouse migrate`")]
    Pending {
        /// How many.
        count: usize,
        /// Its set and number.
        first: String,
    },
    /// A migration that ran is not the one this program carries.
    #[error("migration {name} differs from the one that was applied")]
    Changed {
        /// Its set and number.
        name: String,
    },
}

impl BootError {
    pub(crate) fn step(step: &str) -> impl FnOnce(sqlx::Error) -> Self + use<> {
        let step = step.to_owned();
        move |source| match source {
            sqlx::Error::Io(_) | sqlx::Error::Tls(_) => Self::Unreachable(source),
            _ => Self::Step { step, source },
        }
    }
}
