//! `gatehouse migrate`.

use sqlx::Connection as _;

use super::installation::{APP_PASSWORD, Installation, MIGRATOR_PASSWORD, access};
use super::program::{refusal, said};

#[tokio::test]
async fn the_administrator_makes_the_roles_and_the_migrator_the_tables() {
    let installation = Installation::empty("migrating").await;
    let first = said(&installation.bootstrap().await);
    let sentence = "The roles are in place; passwords were set for gatehouse_migrator and gatehouse_app.\n";
    assert!(first.starts_with(sentence), "{first}");
    assert!(first.contains("\ncell/0001_tenants done\n") && first.ends_with("The schema is up to date.\n"));

    // From here on nothing knows the administrator.
    assert_eq!(said(&installation.run(&["migrate"], &[]).await), "Nothing to do.\n");
    let mut admin = installation.admin().await;
    let owners: Vec<String> = sqlx::query_scalar(
        "SELECT DISTINCT r.rolname::text FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
         JOIN pg_roles AS r ON r.oid = c.relowner WHERE n.nspname IN ('directory', 'cell', 'gatehouse')",
    )
    .fetch_all(&mut admin)
    .await
    .unwrap();
    assert_eq!(owners, ["gatehouse_owner"]);

    // What a migration job is given need not hold the server's password.
    let alone = installation.configuration().replace("password_file = \"app.password\"\n", "");
    installation.write("gatehouse.toml", &alone);
    assert_eq!(said(&installation.run(&["migrate"], &[]).await), "Nothing to do.\n");
}

#[tokio::test]
async fn a_plan_changes_nothing_and_is_sql() {
    let installation = Installation::empty("planning").await;
    said(&installation.bootstrap().await);
    let mut admin = installation.admin().await;
    let last = "DELETE FROM gatehouse.migrations WHERE set_name = 'cell' AND version = 19";
    sqlx::raw_sql(last).execute(&mut admin).await.unwrap();
    let plan = said(&installation.run(&["migrate", "--plan"], &[]).await);
    let lines: Vec<&str> = plan.lines().filter(|line| line.starts_with("-- cell/00")).collect();
    assert_eq!(lines.first(), Some(&"-- cell/0001_tenants done"));
    assert_eq!(lines.last(), Some(&"-- cell/0019_reading_again would run"));
    let (count,): (i64,) =
        sqlx::query_as("SELECT count(*) FROM gatehouse.migrations").fetch_one(&mut admin).await.unwrap();
    assert_eq!(count, 21);
    let mut transaction = admin.begin().await.unwrap();
    sqlx::raw_sql(sqlx::AssertSqlSafe(plan)).execute(&mut *transaction).await.unwrap();
}

#[tokio::test]
async fn what_cannot_be_done_is_one_sentence_without_a_password() {
    let installation = Installation::migrated("migrating_refused").await;
    let port = access().port.to_string();
    for (args, env, reason) in [
        (
            vec!["migrate"],
            vec![("GATEHOUSE_DATABASE__MIGRATOR_PASSWORD", "a wrong one")],
            "password authentication failed",
        ),
        (vec!["migrate"], vec![("GATEHOUSE_DATABASE__MIGRATOR_PASSWORD_FILE", "none")], "cannot read "),
        (vec!["migrate"], vec![("GATEHOUSE_DATABASE__PORT", "1")], "the database cannot be reached: "),
        (vec!["migrate"], vec![("GATEHOUSE_DATABASE__NAME", "elsewhere")], "\"elsewhere\" does not exist"),
        (vec!["migrate", "--bootstrap-file", "none"], vec![], "none cannot be read: No such file"),
        (
            vec!["migrate", "--bootstrap", "postgres://x:hidden@127.0.0.1/postgres"],
            vec![],
            "another database than",
        ),
        (
            vec!["migrate", "--bootstrap", "postgres://x:hidden@127.0.0.1?sslmode=prefer"],
            vec![],
            "verify-full",
        ),
        (vec!["migrate", "--bootstrap", "x:hidden@127.0.0.1"], vec![], "not a postgres:// address"),
        (
            vec!["migrate", "--bootstrap", &format!("postgres://x:hidden@127.0.0.1:{port}")],
            vec![],
            "authentication failed",
        ),
    ] {
        let refused = refusal(&installation.run(&args, &env).await);
        assert!(refused.contains(reason), "{args:?} {env:?}: {refused}");
        for secret in [APP_PASSWORD, MIGRATOR_PASSWORD, "a wrong one", "hidden"] {
            assert!(!refused.contains(secret), "{refused}");
        }
    }
}
