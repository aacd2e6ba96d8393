//! The start-up check refuses every role and schema that could not hold tenants apart.

use gatehouse_store::{BootError, Standing, migrate, plan, self_check};
use sqlx::postgres::PgConnectOptions;
use sqlx::{Executor as _, PgConnection};

use super::support::{bare, fresh, set_up};

async fn refusal(options: &PgConnectOptions) -> String {
    self_check(options).await.unwrap_err().to_string()
}

async fn run(admin: &mut PgConnection, sql: &'static str) {
    admin.execute(sql).await.unwrap();
}

#[tokio::test]
async fn only_a_powerless_role_and_protected_tables_pass() {
    let database = fresh("tenancy_check").await;
    let mut admin = database.admin().await;
    self_check(&database.app).await.unwrap();
    assert!(refusal(&database.admin).await.contains("is a superuser"));
    assert!(refusal(&database.migrator).await.contains("is a member of another role"));

    run(&mut admin, "CREATE ROLE check_bypass LOGIN BYPASSRLS PASSWORD 'only for tests, on loopback'").await;
    run(&mut admin, "GRANT CONNECT ON DATABASE tenancy_check TO check_bypass").await;
    assert!(refusal(&database.app.clone().username("check_bypass")).await.contains("has BYPASSRLS"));
    run(&mut admin, "ALTER ROLE check_bypass NOBYPASSRLS CREATEROLE").await;
    assert!(refusal(&database.app.clone().username("check_bypass")).await.contains("may make roles"));
    run(&mut admin, "ALTER ROLE check_bypass NOCREATEROLE; ALTER TABLE cell.jobs OWNER TO check_bypass")
        .await;
    assert!(refusal(&database.app.clone().username("check_bypass")).await.contains("owns"));
    run(&mut admin, "ALTER TABLE cell.jobs OWNER TO gatehouse_owner").await;
    run(&mut admin, "REVOKE CONNECT ON DATABASE tenancy_check FROM check_bypass; DROP ROLE check_bypass")
        .await;

    run(&mut admin, "ALTER TABLE cell.members NO FORCE ROW LEVEL SECURITY").await;
    assert!(refusal(&database.app).await.contains("cell.members has no forced row security"));
    run(&mut admin, "ALTER TABLE cell.members FORCE ROW LEVEL SECURITY").await;
    run(&mut admin, "CREATE TABLE cell.stray (tenant_id uuid)").await;
    assert!(refusal(&database.app).await.contains("cell.stray is not one of this program's"));
    run(&mut admin, "DROP TABLE cell.stray").await;
    self_check(&database.app).await.unwrap();

    run(
        &mut admin,
        "UPDATE gatehouse.migrations SET digest = '\\x00' WHERE set_name = 'cell' AND version = 1",
    )
    .await;
    assert!(refusal(&database.app).await.contains("cell/0001_tenants differs"));
    run(&mut admin, "DELETE FROM gatehouse.migrations WHERE set_name = 'cell' AND version = 1").await;
    assert!(refusal(&database.app).await.contains("1 migrations are pending"));
}

#[tokio::test]
async fn migrating_twice_changes_nothing() {
    let database = bare("tenancy_migrate").await;
    set_up(&database).await;
    let before = plan(&database.migrator).await.unwrap();
    assert!(before.iter().all(|planned| planned.standing == Standing::Pending));
    let ran = migrate(&database.migrator).await.unwrap();
    assert_eq!(ran.len(), before.len());
    assert!(migrate(&database.migrator).await.unwrap().is_empty());
    let after = plan(&database.migrator).await.unwrap();
    assert!(after.iter().all(|planned| planned.standing == Standing::Applied));
    set_up(&database).await;
    self_check(&database.app).await.unwrap();
    let refused = migrate(&database.app).await;
    assert!(
        matches!(refused, Err(BootError::Step { .. })),
        "the server's role does not migrate: {refused:?}"
    );
}
