//! How often a server asks its database, as `pg_stat_statements` counts. The module is loaded for one start of the
//! private cluster only, after everything else was measured: counting has its price.

use super::psql::Psql;

const NAME: &str = "pg_stat_statements";

/// Has the module loaded at the next start; false if this PostgreSQL has none.
pub(crate) async fn load_at_next_start(database: &Psql) -> anyhow::Result<bool> {
    let sql = format!("SELECT count(*) FROM pg_available_extensions WHERE name = '{NAME}'");
    if database.query(&sql).await? == "0" {
        return Ok(false);
    }
    database.query(&format!("ALTER SYSTEM SET shared_preload_libraries = '{NAME}'")).await?;
    Ok(true)
}

/// In a cluster that has the module: makes its view, and leaves the module out of the start after this one.
pub(crate) async fn prepare(database: &Psql) -> anyhow::Result<()> {
    let sql = format!(
        "ALTER SYSTEM RESET shared_preload_libraries; CREATE EXTENSION IF NOT EXISTS {NAME} SCHEMA public"
    );
    database.beside().query(&sql).await.map(|_| ())
}

/// Forgets what was counted.
pub(crate) async fn reset(database: &Psql) -> anyhow::Result<()> {
    database.beside().query(&format!("SELECT {NAME}_reset()")).await.map(|_| ())
}

/// Statements that clients sent since then, those that begin and end transactions among them. What the measuring itself
/// asks is left out: it asks as the superuser, as no server does.
pub(crate) async fn count(database: &Psql) -> anyhow::Result<f64> {
    let sql = format!(
        "SELECT coalesce(sum(calls), 0) FROM {NAME} JOIN pg_roles ON pg_roles.oid = userid WHERE NOT rolsuper"
    );
    Ok(database.beside().query(&sql).await?.parse()?)
}
