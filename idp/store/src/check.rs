//! What is verified before the first request: that row security cannot be passed by, and that the schema is ours.

use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection as _, PgConnection};

use crate::error::BootError;
use crate::migrate;
use crate::registry;

/// Refuses a connection whose role, server or tables would not hold tenants apart.
///
/// # Errors
/// The first fault found, in one sentence.
pub async fn self_check(app: &PgConnectOptions) -> Result<(), BootError> {
    let mut connection = PgConnection::connect_with(app).await.map_err(BootError::Unreachable)?;
    version(&mut connection).await?;
    role(&mut connection).await?;
    pending(&mut connection).await?;
    tables(&mut connection).await?;
    connection.close().await.map_err(BootError::Unreachable)
}

async fn version(connection: &mut PgConnection) -> Result<(), BootError> {
    let (number, found): (i32, String) = sqlx::query_as(VERSION)
        .fetch_one(connection)
        .await
        .map_err(BootError::step("reading the server's version"))?;
    if new_enough(number) { Ok(()) } else { Err(BootError::Version { found }) }
}

/// Older servers of a line have published holes in row security (CVE-2024-10976, CVE-2025-8713).
const fn new_enough(number: i32) -> bool {
    match number / 10_000 {
        ..15 => false,
        15 => number >= 150_014,
        16 => number >= 160_010,
        17 => number >= 170_006,
        _ => true,
    }
}

async fn role(connection: &mut PgConnection) -> Result<(), BootError> {
    let (role, power): (String, Option<String>) = sqlx::query_as(ROLE)
        .bind(registry::SCHEMAS.as_slice())
        .fetch_one(connection)
        .await
        .map_err(BootError::step("reading the role's powers"))?;
    let power = match power.as_deref() {
        None => return Ok(()),
        Some("superuser") => "is a superuser",
        Some("bypass") => "has BYPASSRLS",
        Some("manages") => "may make roles",
        Some("member") => "is a member of another role",
        Some("session") => "is not the role that logged in",
        Some(_) => "owns the product's schemas or tables",
    };
    Err(BootError::Role { role, power })
}

async fn pending(connection: &mut PgConnection) -> Result<(), BootError> {
    let pending = migrate::pending(connection).await?;
    match pending.first() {
        None => Ok(()),
        Some(first) => Err(BootError::Pending { count: pending.len(), first: first.to_string() }),
    }
}

async fn tables(connection: &mut PgConnection) -> Result<(), BootError> {
    let found: Vec<(String, bool)> = sqlx::query_as(PROTECTED)
        .bind(registry::SCHEMAS.as_slice())
        .fetch_all(connection)
        .await
        .map_err(BootError::step("reading the tables' row security"))?;
    for (table, forced) in &found {
        if registry::class_of(table).is_none() {
            return Err(BootError::Table { table: table.clone(), fault: "is not one of this program's" });
        }
        if !forced {
            return Err(BootError::Table { table: table.clone(), fault: "has no forced row security" });
        }
    }
    for table in registry::TABLES {
        if !found.iter().any(|(name, _)| name == table.name) {
            return Err(BootError::Table { table: table.name.to_owned(), fault: "is missing" });
        }
    }
    Ok(())
}

const VERSION: &str =
    "SELECT current_setting('server_version_num')::integer, current_setting('server_version')";
const ROLE: &str = "
    SELECT current_user::text, CASE
        WHEN r.rolsuper THEN 'superuser'
        WHEN r.rolbypassrls THEN 'bypass'
        WHEN r.rolcreaterole THEN 'manages'
        WHEN current_user <> session_user THEN 'session'
        WHEN EXISTS (SELECT FROM pg_auth_members WHERE member = r.oid) THEN 'member'
        WHEN EXISTS (SELECT FROM pg_namespace WHERE nspname = ANY ($1) AND nspowner = r.oid)
            OR EXISTS (SELECT FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
                WHERE n.nspname = ANY ($1) AND c.relowner = r.oid)
            OR EXISTS (SELECT FROM pg_database WHERE datname = current_database() AND datdba = r.oid) THEN 'owner'
        END
    FROM pg_roles AS r WHERE r.rolname = current_user";
const PROTECTED: &str = "
    SELECT n.nspname || '.' || c.relname, c.relrowsecurity AND c.relforcerowsecurity
    FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE n.nspname = ANY ($1) AND c.relkind IN ('r', 'p', 'f', 'm', 'v')
    ORDER BY 1";

#[cfg(test)]
mod tests {
    use super::new_enough;

    #[test]
    fn each_line_has_its_floor() {
        for good in [150_014, 150_018, 160_010, 170_006, 180_000] {
            assert!(new_enough(good), "{good}");
        }
        for bad in [140_020, 150_013, 160_009, 170_005] {
            assert!(!new_enough(bad), "{bad}");
        }
    }
}
