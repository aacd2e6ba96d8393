//! From an empty cluster to a database that the server can run on.

use anyhow::Context as _;
use gatehouse_store::{Passwords, bootstrap, migrate};
use sqlx::Connection as _;
use sqlx::PgConnection;
use sqlx::postgres::PgConnectOptions;

use super::Secrets;
use crate::cluster::Access;

/// Makes the database if it is missing, then its roles and schema. May run again at any time.
///
/// # Errors
/// What the database said.
pub async fn prepare_database(access: &Access, database: &str, secrets: &Secrets) -> anyhow::Result<()> {
    make_database(access, database).await.context("the database could not be made")?;
    let passwords = Passwords {
        migrator: Some(secrets.migrator.clone()),
        app: Some(secrets.app.clone()),
        sealer: None,
        export: None,
    };
    let administrator = access.options(database);
    bootstrap(&administrator, &passwords).await?;
    migrate(&as_migrator(administrator, secrets)).await?;
    Ok(())
}

fn as_migrator(options: PgConnectOptions, secrets: &Secrets) -> PgConnectOptions {
    options.username("gatehouse_migrator").password(secrets.migrator.expose())
}

async fn make_database(access: &Access, database: &str) -> Result<(), sqlx::Error> {
    let mut connection = PgConnection::connect_with(&access.options("postgres")).await?;
    let known: Option<(i32,)> = sqlx::query_as("SELECT 1 FROM pg_database WHERE datname = $1")
        .bind(database)
        .fetch_optional(&mut connection)
        .await?;
    if known.is_none() {
        let create: (String,) = sqlx::query_as("SELECT format('CREATE DATABASE %I', $1::text)")
            .bind(database)
            .fetch_one(&mut connection)
            .await?;
        sqlx::raw_sql(sqlx::AssertSqlSafe(create.0)).execute(&mut connection).await?;
    }
    connection.close().await
}
