//! Row security is part of the index condition: a look-up by key in a tenant's or a person's scope reads that one row.

use gatehouse_store::registry::{Class, TABLES};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};

use super::support::fresh;
use super::world::{fill, sample, uuid};

#[tokio::test]
async fn look_ups_by_key_use_the_scope_in_the_index() {
    let database = fresh("tenancy_plans").await;
    let store = database.store(4).await;
    fill(&store, &sample(&store, "alpha").await).await;
    let (mut admin, mut app) = (database.admin().await, database.app().await);
    let mut tried = 0;
    for table in TABLES {
        let scope = match table.class {
            Class::Tenant => "tenant_id",
            Class::Identity | Class::Mirror => "identity_id",
            _ => continue,
        };
        // The planner shall believe that the table is large; nothing else tells keys apart while it is empty.
        sqlx::query(LARGE).bind(table.name).execute(&mut admin).await.unwrap();
        let unique: Vec<(Vec<String>,)> =
            sqlx::query_as(KEYS).bind(table.name).bind(scope).fetch_all(&mut admin).await.unwrap();
        for (columns,) in unique {
            let tests: Vec<String> = columns[1..]
                .iter()
                .map(|column| format!("{column} = (SELECT {column} FROM {} WHERE false)", table.name))
                .collect();
            let sql = format!("EXPLAIN SELECT 1 FROM {} WHERE {}", table.name, tests.join(" AND "));
            let mut tx = app.begin().await.unwrap();
            let opening = format!(
                "SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; \
                 SET LOCAL gatehouse.tenant = '{0}'; SET LOCAL gatehouse.identity = '{0}'",
                uuid()
            );
            tx.execute(AssertSqlSafe(opening)).await.unwrap();
            let plan: Vec<String> = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(&mut *tx).await.unwrap();
            tx.rollback().await.unwrap();
            let wanted = |line: &&String| {
                line.contains("Index Cond")
                    && columns.iter().all(|column| line.contains(&format!("{column} = $")))
            };
            assert!(
                plan.iter().any(|line| wanted(&line)),
                "{} {columns:?}:\n{}",
                table.name,
                plan.join("\n")
            );
            tried += 1;
        }
    }
    assert!(tried >= 20, "{tried} keys tried");
}

const LARGE: &str = "UPDATE pg_class SET reltuples = 100000, relpages = 1 WHERE oid = $1::regclass";
/// Unique keys over plain columns, in full, of more than the scope's column.
const KEYS: &str = "
    SELECT ARRAY(SELECT a.attname::text FROM unnest(i.indkey) WITH ORDINALITY AS k (num, place)
        JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = k.num ORDER BY k.place) AS columns
    FROM pg_index AS i
    WHERE i.indrelid = $1::regclass AND i.indisunique AND i.indpred IS NULL AND i.indexprs IS NULL AND i.indnatts > 1
        AND EXISTS (SELECT FROM pg_attribute AS a
            WHERE a.attrelid = i.indrelid AND a.attnum = i.indkey[0] AND a.attname = $2)";
