//! `gatehouse migrate`: roles, then the schema of the directory and of every cell.

use std::str::FromStr as _;

use anyhow::Context as _;
use gatehouse_domain::secret::Secret;
use gatehouse_store::{Passwords, Standing, bootstrap, migrate, plan, role_sql};
use sqlx::postgres::PgConnectOptions;

use super::say;
use crate::cli::Migrate;
use crate::config::{Database, Profile, Sources, load_database};

/// Migrates, or says what would be done.
pub(super) async fn run(options: &Migrate) -> anyhow::Result<()> {
    let sources = Sources::of_process(Profile::Serve, Some(&options.config.config))?;
    let database = load_database(&sources)?;
    if let Some(administrator) = administrator(options)? {
        let passwords =
            Passwords { migrator: None, app: database.password.clone(), sealer: None, export: None };
        bootstrap(&administrator, &passwords).await?;
        say("The roles are in place.");
        return through(&administrator.username("gatehouse_migrator"), &database, options).await;
    }
    let migrator = database.options().username("gatehouse_migrator");
    through(&migrator, &database, options).await
}

async fn through(migrator: &PgConnectOptions, _database: &Database, options: &Migrate) -> anyhow::Result<()> {
    if options.plan {
        say(role_sql());
        for planned in plan(migrator).await? {
            let standing = match planned.standing {
                Standing::Pending => "would run",
                Standing::Applied => "done",
                Standing::Changed => "CHANGED since it ran",
            };
            say(&format!("{} {standing}", planned.migration));
        }
        return Ok(());
    }
    let ran = migrate(migrator).await?;
    for migration in &ran {
        say(&format!("{migration} done"));
    }
    say(if ran.is_empty() { "Nothing to do." } else { "The schema is up to date." });
    Ok(())
}

fn administrator(options: &Migrate) -> anyhow::Result<Option<PgConnectOptions>> {
    let url = match (&options.bootstrap, &options.bootstrap_file) {
        (Some(url), _) => Secret::new(url.clone()),
        (None, Some(file)) => {
            let text = std::fs::read_to_string(file)
                .with_context(|| format!("{} cannot be read", file.display()))?;
            Secret::new(text.trim().to_owned())
        }
        (None, None) => return Ok(None),
    };
    let parsed = PgConnectOptions::from_str(url.expose());
    parsed.map(Some).map_err(|_| anyhow::anyhow!("the administrator's login is not a postgres:// address"))
}
