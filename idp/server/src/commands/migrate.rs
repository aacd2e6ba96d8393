//! `gatehouse migrate`: roles, then the schema of the directory and of every cell.

mod administrator;

use gatehouse_store::{Passwords, Standing, bootstrap, migrate, plan, role_sql};

use super::say;
use crate::cli::Migrate;
use crate::config::{Migration, Profile, Sources, load_migration};

/// Migrates, or says what would be done.
pub(super) async fn run(options: &Migrate) -> anyhow::Result<()> {
    let sources = Sources::of_process(Profile::Serve, Some(&options.config.config))?;
    let migration = load_migration(&sources)?;
    if options.plan {
        return print_plan(&migration).await;
    }
    if let Some(administrator) = administrator::login(options, &migration.database)? {
        // Another role's password is not this configuration's to set.
        let app = (migration.database.user == "gatehouse_app").then(|| migration.database.password.clone());
        let passwords = Passwords {
            migrator: migration.migrator_password.clone(),
            app: app.flatten(),
            sealer: None,
            export: None,
        };
        bootstrap(&administrator, &passwords).await?;
        say(&format!("The roles are in place; {}.", set(&passwords)));
    }
    let ran = migrate(&migration.options()).await?;
    for migration in &ran {
        say(&format!("{migration} done"));
    }
    say(if ran.is_empty() { "Nothing to do." } else { "The schema is up to date." });
    Ok(())
}

/// Prints SQL that an administrator can run as it stands; how the migrations stand is said in its comments.
async fn print_plan(migration: &Migration) -> anyhow::Result<()> {
    say(role_sql().trim_end());
    for planned in plan(&migration.options()).await? {
        let standing = match planned.standing {
            Standing::Pending => "would run",
            Standing::Applied => "done",
            Standing::Changed => "CHANGED since it ran",
        };
        say(&format!("-- {} {standing}", planned.migration));
    }
    Ok(())
}

fn set(passwords: &Passwords) -> String {
    let given = [("gatehouse_migrator", &passwords.migrator), ("gatehouse_app", &passwords.app)];
    let names: Vec<&str> =
        given.into_iter().filter(|(_, password)| password.is_some()).map(|(name, _)| name).collect();
    match names.as_slice() {
        [] => "no password was set".to_owned(),
        names => format!("passwords were set for {}", names.join(" and ")),
    }
}
