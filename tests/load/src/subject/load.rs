//! The data sets, made by the database itself.

use clap::ValueEnum;
use data_encoding::BASE64_NOPAD;
use serde::Serialize;

use super::psql::Psql;
use super::world::{PASSWORD, REDIRECT, SECRET};
use crate::measure::calibrate::password_hash;

/// How much the server holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Set {
    /// The demo world, for trying the generator.
    Demo,
    /// 10 tenants, 10,000 people: every change.
    S,
    /// 1,000 tenants, 1,000,000 people: the targets.
    M,
    /// 100,000 tenants of one person: growth.
    T,
}

/// Rows of a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct Size {
    pub(crate) tenants: usize,
    /// Per tenant.
    pub(crate) persons: usize,
    /// Events of earlier days.
    pub(crate) events: usize,
    /// Tenants that are used once before anything is measured; the others keep their first use for the scenario that
    /// measures it.
    pub(crate) warmed: usize,
    /// Tenants in which somebody signs in for the scenarios that need a session.
    pub(crate) sessions: usize,
}

impl Set {
    pub(crate) const fn is_loaded(self) -> bool {
        !matches!(self, Self::Demo)
    }

    pub(crate) const fn size(self) -> Size {
        match self {
            Self::Demo => Size { tenants: 2, persons: 1, events: 0, warmed: 2, sessions: 2 },
            Self::S => Size { tenants: 10, persons: 1000, events: 100_000, warmed: 10, sessions: 10 },
            Self::M => Size { tenants: 1000, persons: 1000, events: 10_000_000, warmed: 500, sessions: 100 },
            Self::T => Size { tenants: 100_000, persons: 1, events: 0, warmed: 10_000, sessions: 200 },
        }
    }

    /// Fills an empty server; a filled one is left as it is.
    pub(crate) async fn load(self, database: &Psql) -> anyhow::Result<()> {
        if !self.is_loaded() {
            return Ok(());
        }
        let size = self.size();
        let variables = [
            ("tenants", size.tenants.to_string()),
            ("persons", size.persons.to_string()),
            ("events", size.events.to_string()),
            ("phc", phc()?),
            ("secret", SECRET.to_owned()),
            ("redirect", REDIRECT.to_owned()),
        ];
        database.script(include_str!("load.sql"), &variables).await.map(|_| ())
    }
}

/// The hash of everybody's password, as the product writes it.
fn phc() -> anyhow::Result<String> {
    let salt = b"gatehouse-bench.";
    let mut out = [0; 32];
    password_hash()?
        .hash_password_into(PASSWORD.as_bytes(), salt, &mut out)
        .map_err(|error| anyhow::anyhow!("argon2: {error}"))?;
    Ok(format!("$argon2id$v=19$m=19456,t=2,p=1${}${}", BASE64_NOPAD.encode(salt), BASE64_NOPAD.encode(&out)))
}
