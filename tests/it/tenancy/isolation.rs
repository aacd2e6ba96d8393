//! For every table of tenants and people, generated from the registry: without a scope nothing is seen and nothing can be written;
//! a scope never sees, changes, inserts or references what is another's.

use gatehouse_domain::random::bytes;
use gatehouse_keys::entropy::SystemRng;
use gatehouse_store::registry::{Class, TABLES};
use serde_json::{Map, Value, json};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};
use uuid::Uuid;

use super::support::fresh;
use super::world::{Sample, fill, sample};

/// A table under trial.
struct Trial {
    name: &'static str,
    /// The column that carries the scope.
    column: &'static str,
    /// The setting that opens it.
    setting: &'static str,
    /// The scopes of the two sides.
    ours: Uuid,
    theirs: Uuid,
}

#[tokio::test]
async fn no_scope_sees_or_touches_another() {
    let database = fresh("tenancy_isolation").await;
    let store = database.store(4).await;
    let (a, b) = (sample(&store, "alpha").await, sample(&store, "beta").await);
    fill(&store, &a).await;
    fill(&store, &b).await;
    let (mut admin, mut app) = (database.admin().await, database.app().await);
    let mut tried = 0;
    for table in TABLES {
        let Some(trial) = trial(table.name, table.class, &a, &b) else { continue };
        tried += 1;
        let row = row_of(&mut admin, &trial, trial.theirs).await;
        without_scope(&mut app, &trial, &row).await;
        reads_and_changes(&mut admin, &mut app, &trial).await;
        inserts(&mut admin, &mut app, &trial, &row).await;
        references(&mut admin, &mut app, &trial).await;
    }
    assert!(tried >= 20, "{tried} tables tried");
}

#[tokio::test]
async fn tables_behind_functions_are_nobodys() {
    let database = fresh("tenancy_functions").await;
    let mut app = database.app().await;
    for table in TABLES.iter().filter(|t| matches!(t.class, Class::Flow | Class::Counter | Class::Job)) {
        for sql in [format!("SELECT FROM {}", table.name), format!("DELETE FROM {}", table.name)] {
            assert_eq!(refused(&mut app, sql, None).await.as_deref(), Some("42501"), "{}", table.name);
        }
    }
}

fn trial(name: &'static str, class: Class, a: &Sample, b: &Sample) -> Option<Trial> {
    let (column, setting, ours, theirs) = match class {
        Class::Tenant => ("tenant_id", "gatehouse.tenant", a.tenant.uuid(), b.tenant.uuid()),
        Class::Identity | Class::Mirror => {
            ("identity_id", "gatehouse.identity", a.identity.uuid(), b.identity.uuid())
        }
        Class::Event if name != "audit.pending" && name != "audit.leaves" => {
            ("stream_id", "gatehouse.tenant", a.tenant.uuid(), b.tenant.uuid())
        }
        _ => return None,
    };
    Some(Trial { name, column, setting, ours, theirs })
}

async fn row_of(admin: &mut PgConnection, trial: &Trial, owner: Uuid) -> Map<String, Value> {
    let sql = format!("SELECT to_jsonb(t) FROM {} AS t WHERE {} = $1 LIMIT 1", trial.name, trial.column);
    let row: Option<(Value,)> =
        sqlx::query_as(AssertSqlSafe(sql)).bind(owner).fetch_optional(admin).await.unwrap();
    let (row,) = row.unwrap_or_else(|| panic!("the sample has no row in {}: add one to fill()", trial.name));
    row.as_object().unwrap().clone()
}

async fn without_scope(app: &mut PgConnection, trial: &Trial, row: &Map<String, Value>) {
    assert_eq!(count(app, trial.name).await, 0, "{} is seen without a scope", trial.name);
    let fault = insert(app, trial, row, None).await;
    assert_eq!(fault.as_deref(), Some("42501"), "{} is written without a scope", trial.name);
    for (column, rows) in update_all(app, trial, None).await {
        assert_eq!(rows, 0, "{}.{column} is changed without a scope", trial.name);
    }
}

async fn reads_and_changes(admin: &mut PgConnection, app: &mut PgConnection, trial: &Trial) {
    let ours = owned(admin, trial, trial.ours).await;
    let before = fingerprint(admin, trial).await;
    let mut tx = app.begin().await.unwrap();
    scope(&mut tx, trial.setting, trial.ours).await;
    assert_eq!(count(&mut tx, trial.name).await, ours, "{} is seen across scopes", trial.name);
    tx.rollback().await.unwrap();
    for (column, rows) in update_all(app, trial, Some(trial.ours)).await {
        assert_eq!(i64::try_from(rows).unwrap(), ours, "{}.{column} is changed across scopes", trial.name);
    }
    if privileged(app, trial.name, "DELETE").await {
        let mut tx = app.begin().await.unwrap();
        scope(&mut tx, trial.setting, trial.ours).await;
        // A row that others refer to stays; what matters is that nobody else's is reached.
        if let Ok(done) = tx.execute(AssertSqlSafe(format!("DELETE FROM {}", trial.name))).await {
            // The key to what a stream says of a person goes only in the scope of that person as well.
            let reached = if trial.name == "audit.subject_keys" { 0 } else { ours };
            assert_eq!(i64::try_from(done.rows_affected()).unwrap(), reached, "{}", trial.name);
        }
        tx.rollback().await.unwrap();
    }
    let move_away = format!("UPDATE {} SET {} = '{}'", trial.name, trial.column, trial.theirs);
    let fault = refused(app, move_away, Some((trial.setting, trial.ours))).await;
    assert_eq!(fault.as_deref(), Some("42501"), "{} rows can be given away", trial.name);
    assert_eq!(fingerprint(admin, trial).await, before, "{}: another's rows changed", trial.name);
}

async fn inserts(
    admin: &mut PgConnection,
    app: &mut PgConnection,
    trial: &Trial,
    theirs: &Map<String, Value>,
) {
    let mut row = theirs.clone();
    for column in unique_columns(admin, trial).await {
        let fresh = another(row.get(&column));
        row.insert(column, fresh);
    }
    let fault = insert(app, trial, &row, Some((trial.setting, trial.ours))).await;
    assert_eq!(fault.as_deref(), Some("42501"), "{} rows can be given to another", trial.name);
}

/// A row of ours that refers to a row of theirs is refused as one that refers to nothing.
async fn references(admin: &mut PgConnection, app: &mut PgConnection, trial: &Trial) {
    if !privileged(app, trial.name, "INSERT").await {
        return;
    }
    for (column, target, target_column) in foreign_columns(admin, trial).await {
        let sql =
            format!("SELECT to_jsonb({target_column}) FROM {target} WHERE {} = $1 LIMIT 1", trial.column);
        let (theirs,): (Value,) =
            sqlx::query_as(AssertSqlSafe(sql)).bind(trial.theirs).fetch_one(&mut *admin).await.unwrap();
        for reference in [theirs, json!(Uuid::from_u128(7))] {
            let mut row = row_of(admin, trial, trial.ours).await;
            for unique in unique_columns(admin, trial).await {
                let fresh = another(row.get(&unique));
                row.insert(unique, fresh);
            }
            row.insert(column.clone(), reference);
            let fault = insert(app, trial, &row, Some((trial.setting, trial.ours))).await;
            assert_eq!(fault.as_deref(), Some("23503"), "{}.{column} reaches another's row", trial.name);
        }
    }
}

/// Inserts the columns that the application may; the SQLSTATE of the refusal. Nothing stays.
async fn insert(
    app: &mut PgConnection,
    trial: &Trial,
    row: &Map<String, Value>,
    under: Option<(&str, Uuid)>,
) -> Option<String> {
    let columns: Vec<&str> = columns(app, trial.name, "INSERT")
        .await
        .into_iter()
        .filter_map(|column| row.get_key_value(&column).map(|(key, _)| key.as_str()))
        .collect();
    let list = if columns.is_empty() { trial.column.to_owned() } else { columns.join(", ") };
    let row = serde_json::to_string(row).unwrap().replace('\'', "''");
    let sql = format!(
        "INSERT INTO {0} ({list}) SELECT {list} FROM jsonb_populate_record(NULL::{0}, '{row}')",
        trial.name
    );
    refused(app, sql, under).await
}

/// Runs a statement and takes it back; the SQLSTATE of its refusal.
async fn refused(app: &mut PgConnection, sql: String, under: Option<(&str, Uuid)>) -> Option<String> {
    let mut tx = app.begin().await.unwrap();
    if let Some((setting, value)) = under {
        scope(&mut tx, setting, value).await;
    }
    let fault = tx.execute(AssertSqlSafe(sql)).await.err();
    tx.rollback().await.unwrap();
    fault.map(|error| error.as_database_error().unwrap().code().unwrap().into_owned())
}

/// Sets every column that may be set to what it is, in a scope; how many rows each reached.
async fn update_all(app: &mut PgConnection, trial: &Trial, under: Option<Uuid>) -> Vec<(String, u64)> {
    let mut reached = Vec::new();
    for column in columns(app, trial.name, "UPDATE").await {
        let mut tx = app.begin().await.unwrap();
        if let Some(value) = under {
            scope(&mut tx, trial.setting, value).await;
        }
        let sql = format!("UPDATE {} SET {column} = {column}", trial.name);
        let done = tx.execute(AssertSqlSafe(sql)).await.unwrap();
        reached.push((column, done.rows_affected()));
        tx.rollback().await.unwrap();
    }
    reached
}

async fn scope(connection: &mut PgConnection, setting: &str, value: Uuid) {
    let sql = format!("SET LOCAL {setting} = '{value}'");
    connection.execute(AssertSqlSafe(sql)).await.unwrap();
}

async fn count(connection: &mut PgConnection, table: &str) -> i64 {
    let sql = format!("SELECT count(*) FROM {table}");
    sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(connection).await.unwrap()
}

async fn owned(admin: &mut PgConnection, trial: &Trial, owner: Uuid) -> i64 {
    let sql = format!("SELECT count(*) FROM {} WHERE {} = $1", trial.name, trial.column);
    sqlx::query_scalar(AssertSqlSafe(sql)).bind(owner).fetch_one(admin).await.unwrap()
}

async fn fingerprint(admin: &mut PgConnection, trial: &Trial) -> String {
    let sql = format!(
        "SELECT coalesce(md5(string_agg(t::text, ';' ORDER BY t::text)), '') FROM {} AS t",
        trial.name
    );
    sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(admin).await.unwrap()
}

async fn privileged(app: &mut PgConnection, table: &str, privilege: &str) -> bool {
    let sql = "SELECT has_table_privilege($1, $2) OR ($2 <> 'DELETE' AND has_any_column_privilege($1, $2))";
    sqlx::query_scalar(sql).bind(table).bind(privilege).fetch_one(app).await.unwrap()
}

async fn columns(app: &mut PgConnection, table: &str, privilege: &str) -> Vec<String> {
    let sql = "SELECT attname::text FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped
        AND has_column_privilege(attrelid, attnum, $2) ORDER BY attnum";
    sqlx::query_scalar(sql).bind(table).bind(privilege).fetch_all(app).await.unwrap()
}

/// The columns of unique indexes, the scope's and the referring ones apart.
async fn unique_columns(admin: &mut PgConnection, trial: &Trial) -> Vec<String> {
    let sql = "SELECT DISTINCT a.attname::text FROM pg_index AS i JOIN pg_attribute AS a
            ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
        WHERE i.indrelid = $1::regclass AND i.indisunique AND a.attname <> $2
            AND a.atttypid IN ('uuid'::regtype, 'bytea'::regtype, 'text'::regtype)
            AND a.attname NOT IN ('stream_kind', 'alg')
            AND NOT EXISTS (SELECT FROM pg_constraint AS k WHERE k.contype = 'f' AND k.conrelid = i.indrelid
                AND a.attnum = ANY (k.conkey))";
    sqlx::query_scalar(sql).bind(trial.name).bind(trial.column).fetch_all(admin).await.unwrap()
}

/// The columns by which a table refers to others of its class, with their targets.
async fn foreign_columns(admin: &mut PgConnection, trial: &Trial) -> Vec<(String, String, String)> {
    let sql = "SELECT a.attname::text, k.confrelid::regclass::text, f.attname::text FROM pg_constraint AS k,
            unnest(k.conkey, k.confkey) AS u (mine, other)
        JOIN pg_attribute AS a ON a.attrelid = $1::regclass AND a.attnum = u.mine
        JOIN pg_attribute AS f ON f.attnum = u.other
        WHERE k.contype = 'f' AND k.conrelid = $1::regclass AND f.attrelid = k.confrelid AND a.attname <> $2";
    sqlx::query_as(sql).bind(trial.name).bind(trial.column).fetch_all(admin).await.unwrap()
}

/// A value of the same kind that nobody has.
fn another(value: Option<&Value>) -> Value {
    let random: [u8; 32] = bytes(&SystemRng);
    let hex: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
    match value.and_then(Value::as_str) {
        Some(text) if text.starts_with("\\x") => json!(format!("\\x{hex}")),
        Some(text) if Uuid::parse_str(text).is_ok() => json!(Uuid::from_slice(&random[..16]).unwrap()),
        Some(_) => json!(hex),
        None => Value::Null,
    }
}
