//! Roles and database grants: the administrator's part of an installation.

use gatehouse_domain::secret::Secret;
use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection as _, Executor as _, PgConnection};

use crate::error::BootError;

/// Passwords for the roles that log in; `None` leaves a role's password as it is.
#[derive(Debug, Default)]
pub struct Passwords {
    /// Of `gatehouse_migrator`.
    pub migrator: Option<Secret<String>>,
    /// Of `gatehouse_app`.
    pub app: Option<Secret<String>>,
    /// Of `gatehouse_sealer`.
    pub sealer: Option<Secret<String>>,
    /// Of `gatehouse_export`.
    pub export: Option<Secret<String>>,
}

/// The SQL that makes or repairs roles and database grants, for an administrator who would rather run it by hand. Passwords
/// are set separately.
pub const fn role_sql() -> &'static str {
    ROLES
}

/// Makes or repairs the roles and the database's grants, with an administrator's login; may run again at any time.
///
/// # Errors
/// What the database said, with the step.
pub async fn bootstrap(admin: &PgConnectOptions, passwords: &Passwords) -> Result<(), BootError> {
    let mut connection = PgConnection::connect_with(admin).await.map_err(BootError::Unreachable)?;
    let roles = format!("BEGIN; SELECT pg_advisory_xact_lock({LOCK}); {ROLES} COMMIT");
    connection
        .execute(sqlx::raw_sql(sqlx::AssertSqlSafe(roles)))
        .await
        .map_err(BootError::step("setting up the roles"))?;
    for (role, password) in passwords.list() {
        set_password(&mut connection, role, password).await?;
    }
    connection.close().await.map_err(BootError::Unreachable)
}

async fn set_password(
    connection: &mut PgConnection,
    role: &str,
    password: &Secret<String>,
) -> Result<(), BootError> {
    let step = || BootError::step("setting a role's password");
    connection.execute("BEGIN").await.map_err(step())?;
    sqlx::query(
        "SELECT set_config('gatehouse.role', $1, true), set_config('gatehouse.password', $2, true), \
         set_config('log_statement', 'none', true), pg_advisory_xact_lock($3)",
    )
    .bind(role)
    .bind(password.expose())
    .bind(LOCK)
    .execute(&mut *connection)
    .await
    .map_err(step())?;
    connection.execute(PASSWORD).await.map_err(step())?;
    connection.execute("COMMIT").await.map_err(step())?;
    Ok(())
}

impl Passwords {
    fn list(&self) -> impl Iterator<Item = (&'static str, &Secret<String>)> {
        [
            ("gatehouse_migrator", &self.migrator),
            ("gatehouse_app", &self.app),
            ("gatehouse_sealer", &self.sealer),
            ("gatehouse_export", &self.export),
        ]
        .into_iter()
        .filter_map(|(role, password)| password.as_ref().map(|password| (role, password)))
    }
}

const ROLES: &str = include_str!("roles.sql");
/// Roles are the whole server's: two databases set up at once take turns.
const LOCK: i64 = 0x6761_7465_726f_6c65;
const PASSWORD: &str = "DO $$ BEGIN EXECUTE format('ALTER ROLE %I PASSWORD %L', \
    current_setting('gatehouse.role'), current_setting('gatehouse.password')); END $$";
