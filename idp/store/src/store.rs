//! The store: a directory, and cells by name.

use std::collections::HashMap;
use std::time::Duration;

use gatehouse_domain::tenant::CellName;
use sqlx::postgres::PgConnectOptions;

use crate::check::self_check;
use crate::error::{BootError, StoreError};
use crate::tx::Opener;

/// How to reach one database as `gatehouse_app`.
#[derive(Debug, Clone)]
pub struct StoreOptions {
    /// Host, role, password, database and TLS.
    pub connect: PgConnectOptions,
    /// How many connections at most.
    pub pool_size: usize,
    /// How long a request waits for one of them.
    pub patience: Duration,
}

/// The databases of an installation.
#[derive(Debug)]
pub struct Store {
    directory: Opener,
    cells: HashMap<CellName, Opener>,
}

impl Store {
    /// Checks the database and connects the directory and the pool cell, which share it.
    ///
    /// # Errors
    /// Why the server must not start.
    pub async fn connect(options: StoreOptions) -> Result<Self, BootError> {
        self_check(&options.connect).await?;
        let connect = placed(options.connect, "cell");
        let opener = Opener::new("pool", connect, options.pool_size, options.patience);
        let cells = HashMap::from([(CellName::pool(), opener.clone())]);
        Ok(Self { directory: opener, cells })
    }

    /// The directory.
    pub const fn directory(&self) -> &Opener {
        &self.directory
    }

    /// A cell.
    ///
    /// # Errors
    /// [`StoreError::NoSuchCell`] if this process knows no cell of that name.
    pub fn cell(&self, name: &CellName) -> Result<&Opener, StoreError> {
        self.cells.get(name).ok_or(StoreError::NoSuchCell)
    }

    /// The cells that this process knows.
    pub fn cells(&self) -> impl Iterator<Item = (&CellName, &Opener)> {
        self.cells.iter()
    }
}

/// Cell tables are named without a schema; what a session might plant in its temporary schema comes last. Statements find
/// their rows by key, so a plan does not depend on its parameters: planning each anew at first would cost more than running it.
fn placed(connect: PgConnectOptions, schema: &str) -> PgConnectOptions {
    connect.application_name("gatehouse").options([
        ("search_path", format!("{schema},pg_temp").as_str()),
        ("timezone", "UTC"),
        ("row_security", "on"),
        ("plan_cache_mode", "force_generic_plan"),
    ])
}
