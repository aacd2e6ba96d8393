//! The catalogue walk: what stands in the database is exactly what is registered.

use std::collections::{BTreeMap, BTreeSet};

use gatehouse_store::registry::{Class, SCHEMAS, TABLES, class_of};
use sqlx::PgConnection;

use super::support::fresh;

#[tokio::test]
async fn the_database_is_what_the_registry_says() {
    let database = fresh("tenancy_catalogue").await;
    let mut admin = database.admin().await;
    let mut faults = Vec::new();
    tables(&mut admin, &mut faults).await;
    policies(&mut admin, &mut faults).await;
    grants(&mut admin, &mut faults).await;
    indexes(&mut admin, &mut faults).await;
    references(&mut admin, &mut faults).await;
    functions(&mut admin, &mut faults).await;
    powers(&mut admin, &mut faults).await;
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

async fn tables(admin: &mut PgConnection, faults: &mut Vec<String>) {
    let rows: Vec<(String, String, bool, bool, String)> =
        sqlx::query_as(TABLES_SQL).bind(SCHEMAS.as_slice()).fetch_all(&mut *admin).await.unwrap();
    assert!(rows.len() >= TABLES.len(), "the walk sees the tables");
    for (name, kind, enabled, forced, owner) in &rows {
        if class_of(name).is_none() {
            faults.push(format!("{name} is not registered"));
        }
        if !(*enabled && *forced) {
            faults.push(format!("{name} has no forced row security"));
        }
        if owner != "gatehouse_owner" {
            faults.push(format!("{name} belongs to {owner}"));
        }
        if kind != "r" && kind != "p" {
            faults.push(format!("{name} is no table but {kind}"));
        }
    }
    let partitions = rows.iter().filter(|row| class_of(&row.0) == Some(Class::Partition)).count();
    assert!(partitions >= 25, "24 months ahead and a default partition, not {partitions}");
    for table in TABLES {
        if !rows.iter().any(|row| row.0 == table.name) {
            faults.push(format!("{} is registered and missing", table.name));
        }
    }
    let enums: Vec<(String,)> = sqlx::query_as("SELECT typname::text FROM pg_type WHERE typtype = 'e'")
        .fetch_all(admin)
        .await
        .unwrap();
    faults.extend(enums.into_iter().map(|(name,)| format!("{name} is an enum type")));
}

async fn policies(admin: &mut PgConnection, faults: &mut Vec<String>) {
    let rows: Vec<(String, String)> =
        sqlx::query_as(POLICIES_SQL).bind(SCHEMAS.as_slice()).fetch_all(admin).await.unwrap();
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (table, policy) in rows {
        found.entry(table).or_default().insert(policy);
    }
    for table in TABLES {
        let expected = expected_policies(table.name, table.class);
        let there = found.remove(table.name).unwrap_or_default();
        for policy in expected.symmetric_difference(&there) {
            let fault = if there.contains(policy) { "has" } else { "lacks" };
            faults.push(format!("{} {fault} policy {policy}", table.name));
        }
    }
    faults.extend(found.keys().map(|table| format!("{table} has policies of its own")));
}

fn expected_policies(name: &str, class: Class) -> BTreeSet<String> {
    let tenant = "(tenant_id = ( SELECT gatehouse.current_tenant() AS current_tenant))";
    let identity = "(identity_id = ( SELECT gatehouse.current_identity() AS current_identity))";
    let stream = "( CASE stream_kind WHEN 't'::text THEN ( SELECT gatehouse.current_tenant() AS current_tenant) \
                  WHEN 'i'::text THEN ( SELECT gatehouse.current_identity() AS current_identity) \
                  ELSE NULL::uuid END = stream_id)";
    let all = |role: &str, test: &str| format!("{role} ALL {test} {test}");
    let sees = |role: &str, test: &str| format!("{role} SELECT {test} -");
    let mut expected = vec![sees("gatehouse_export", "true")];
    match class {
        Class::Directory => expected.push(all("gatehouse_app", "true")),
        Class::Tenant => expected.push(all("gatehouse_app", tenant)),
        Class::Identity => expected.push(all("gatehouse_app", identity)),
        Class::Mirror => expected.push(sees("gatehouse_app", identity)),
        Class::Event => expected.push(sees("gatehouse_app", stream)),
        Class::Flow | Class::Counter | Class::Job => {}
        Class::Partition => return BTreeSet::new(),
    }
    if matches!(class, Class::Flow | Class::Counter | Class::Job | Class::Mirror) {
        expected.push(all("gatehouse_lookup", "true"));
    }
    let inserts = |role: &str, test: &str| format!("{role} INSERT - {test}");
    match name {
        "gatehouse.migrations" => expected.push(all("gatehouse_owner", "true")),
        // Which domains are to be looked at, and whose credential a subject of a provider is.
        "cell.domains" | "cell.provider_links" => expected.push(sees("gatehouse_lookup", "true")),
        "cell.addresses" => expected.push(all("gatehouse_lookup", "true")),
        "cell.address_evidence" => {
            expected.push(inserts("gatehouse_lookup", "true"));
            expected.push(sees("gatehouse_lookup", "true"));
            expected.push("gatehouse_lookup UPDATE true true".to_owned());
        }
        "cell.invitations" => expected.push(sees("gatehouse_lookup", "true")),
        // The name and language of whoever has proven the address that a letter goes to.
        "cell.identities" => expected.push(sees("gatehouse_lookup", "true")),
        // What the dearest hash of another system costs, and which sessions a grant outlives: columns that name nobody.
        "cell.credentials" | "cell.grants" => expected.push(sees("gatehouse_lookup", "true")),
        "cell.sessions" => {
            expected.push(sees("gatehouse_lookup", "true"));
            expected.push("gatehouse_lookup DELETE true -".to_owned());
        }
        "audit.events" => {
            expected.push(inserts("gatehouse_audit", "true"));
            expected.push(sees("gatehouse_sealer", "true"));
            expected.push(all("gatehouse_retention", "true"));
        }
        "audit.pending" => {
            expected.push(inserts("gatehouse_audit", "true"));
            expected.push(all("gatehouse_sealer", "true"));
        }
        "audit.leaves" => expected.push(all("gatehouse_sealer", "true")),
        "audit.subject_keys" => {
            expected.push(inserts("gatehouse_app", stream));
            let own = "subject = ( SELECT gatehouse.current_identity() AS current_identity)";
            expected.push(format!("gatehouse_app DELETE ({stream} AND ({own})) -"));
        }
        _ => {}
    }
    expected.into_iter().collect()
}

async fn grants(admin: &mut PgConnection, faults: &mut Vec<String>) {
    let rows: Vec<(String, String)> =
        sqlx::query_as(GRANTS_SQL).bind(SCHEMAS.as_slice()).fetch_all(admin).await.unwrap();
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (table, grant) in rows {
        found.entry(table).or_default().insert(grant);
    }
    for table in TABLES {
        let mut expected: BTreeSet<String> = table.grants.iter().map(|grant| (*grant).to_owned()).collect();
        expected.insert("gatehouse_export SELECT".to_owned());
        let there = found.remove(table.name).unwrap_or_default();
        for grant in expected.symmetric_difference(&there) {
            let fault = if there.contains(grant) { "has" } else { "lacks" };
            faults.push(format!("{} {fault} grant {grant}", table.name));
        }
    }
    faults.extend(found.into_iter().map(|(table, grants)| format!("{table} has grants {grants:?}")));
}

async fn indexes(admin: &mut PgConnection, faults: &mut Vec<String>) {
    let rows: Vec<(String, String, String)> =
        sqlx::query_as(INDEXES_SQL).bind(SCHEMAS.as_slice()).fetch_all(admin).await.unwrap();
    for (table, index, first) in rows {
        let leads = match class_of(&table) {
            // Not unique, and read by one function alone: whose proven address is invited somewhere.
            Some(Class::Tenant) if index == "invitations_waiting" => "address",
            Some(Class::Tenant) => "tenant_id",
            // The one uniqueness of a cell that crosses people: whose an address is. The two others are not unique and tell
            // nobody of anybody: which claims yield to a proof, and whom a refused letter was for.
            Some(Class::Identity)
                if ["addresses_owner", "addresses_claims", "addresses_mailed"].contains(&index.as_str()) =>
            {
                "address"
            }
            // A subject of a provider is at most one person's.
            Some(Class::Identity) if index == "provider_links_key" => "provider_id",
            // The addresses of a domain that nobody can answer for any more.
            Some(Class::Identity) if index == "addresses_domain" => "(expression)",
            // What stands unproven for too long, whoever's it is.
            Some(Class::Identity) if index == "addresses_unproven" => "created_at",
            // Whose time is over, whoever it is.
            Some(Class::Identity) if index == "identities_ending" => "delete_at",
            // The same of what refuses letters, of sessions that are over, and of what hashes cost.
            Some(Class::Identity) if index == "addresses_refused" => "refused_since",
            Some(Class::Identity) if index == "sessions_over" => "absolute_end",
            Some(Class::Identity) if index == "credentials_dearest" => "foreign_kib",
            Some(Class::Identity | Class::Mirror) => "identity_id",
            Some(Class::Event) if index == "events_in_time" || table != "audit.events" => "stream_kind",
            _ => continue,
        };
        if first != leads {
            faults.push(format!("index {index} of {table} starts with {first}"));
        }
    }
}

async fn references(admin: &mut PgConnection, faults: &mut Vec<String>) {
    let rows: Vec<Reference> =
        sqlx::query_as(REFERENCES_SQL).bind(SCHEMAS.as_slice()).fetch_all(admin).await.unwrap();
    assert!(rows.len() > 10, "the walk sees the references");
    for (table, to, name, from_columns, to_columns) in rows {
        let (class, scope) = match class_of(&table) {
            Some(Class::Tenant) => (Class::Tenant, "tenant_id"),
            Some(Class::Identity) => (Class::Identity, "identity_id"),
            _ => continue,
        };
        let carried = from_columns.iter().zip(&to_columns).any(|(from, to)| from == scope && to == scope);
        if !carried || class_of(&to) != Some(class) {
            faults.push(format!("reference {name} of {table} leaves its scope"));
        }
    }
}

async fn functions(admin: &mut PgConnection, faults: &mut Vec<String>) {
    let rows: Vec<Function> =
        sqlx::query_as(FUNCTIONS_SQL).bind(SCHEMAS.as_slice()).fetch_all(admin).await.unwrap();
    assert!(rows.iter().filter(|row| row.2).count() > 15, "the walk sees the definer functions");
    for (name, owner, definer, settings, public, source) in rows {
        if public {
            faults.push(format!("{name} may be executed by PUBLIC"));
        }
        if !definer {
            continue;
        }
        if !["gatehouse_lookup", "gatehouse_audit"].contains(&owner.as_str()) {
            faults.push(format!("{name} runs with the rights of {owner}"));
        }
        if settings.as_deref() != Some(&["search_path=pg_catalog, pg_temp".to_owned()]) {
            faults.push(format!("{name} is searched in {settings:?}"));
        }
        if source.to_uppercase().split(|c: char| !c.is_alphanumeric()).any(|word| word == "EXECUTE") {
            faults.push(format!("{name} builds SQL"));
        }
    }
}

async fn powers(admin: &mut PgConnection, faults: &mut Vec<String>) {
    let rows: Vec<(String,)> =
        sqlx::query_as(POWERS_SQL).bind(SCHEMAS.as_slice()).fetch_all(admin).await.unwrap();
    faults.extend(rows.into_iter().map(|(fault,)| fault));
}

/// Table, table referred to, name, columns of the one and of the other.
type Reference = (String, String, String, Vec<String>, Vec<String>);
/// Name, owner, whether it runs with the owner's rights, settings, whether PUBLIC may execute it, body.
type Function = (String, String, bool, Option<Vec<String>>, bool, String);

const TABLES_SQL: &str = "
    SELECT n.nspname || '.' || c.relname, c.relkind::text, c.relrowsecurity, c.relforcerowsecurity, c.relowner::regrole::text
    FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE n.nspname = ANY ($1) AND c.relkind IN ('r', 'p', 'v', 'm', 'f')";
const POLICIES_SQL: &str = "
    SELECT schemaname || '.' || tablename, array_to_string(roles, '+') || ' ' || cmd || ' '
        || coalesce(regexp_replace(qual, '\\s+', ' ', 'g'), '-') || ' '
        || coalesce(regexp_replace(with_check, '\\s+', ' ', 'g'), '-')
        || CASE permissive WHEN 'PERMISSIVE' THEN '' ELSE ' restrictive' END
    FROM pg_policies WHERE schemaname = ANY ($1)";
const GRANTS_SQL: &str = "
    SELECT n.nspname || '.' || c.relname, a.grantee::regrole::text || ' ' || a.privilege_type
    FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace, aclexplode(c.relacl) AS a
    WHERE n.nspname = ANY ($1) AND a.grantee <> c.relowner AND c.relkind <> 'S'
    UNION ALL
    SELECT n.nspname || '.' || c.relname, a.grantee::regrole::text || ' ' || a.privilege_type || '('
        || string_agg(t.attname::text, ',' ORDER BY t.attname::text) || ')'
    FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace JOIN pg_attribute AS t ON t.attrelid = c.oid,
        aclexplode(t.attacl) AS a
    WHERE n.nspname = ANY ($1)
    GROUP BY n.nspname, c.relname, a.grantee, a.privilege_type
    UNION ALL
    SELECT n.nspname || '.' || c.relname, 'on the sequence'
    FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace, aclexplode(c.relacl) AS a
    WHERE n.nspname = ANY ($1) AND a.grantee <> c.relowner AND c.relkind = 'S'";
const INDEXES_SQL: &str = "
    SELECT n.nspname || '.' || c.relname, i.relname::text, coalesce(t.attname::text, '(expression)')
    FROM pg_index AS x
    JOIN pg_class AS c ON c.oid = x.indrelid
    JOIN pg_class AS i ON i.oid = x.indexrelid
    JOIN pg_namespace AS n ON n.oid = c.relnamespace
    LEFT JOIN pg_attribute AS t ON t.attrelid = c.oid AND t.attnum = x.indkey[0]
    WHERE n.nspname = ANY ($1)";
const REFERENCES_SQL: &str = "
    SELECT n.nspname || '.' || c.relname, m.nspname || '.' || f.relname, k.conname::text,
        ARRAY(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY AS u (num, place)
            JOIN pg_attribute AS a ON a.attrelid = k.conrelid AND a.attnum = u.num ORDER BY u.place),
        ARRAY(SELECT a.attname::text FROM unnest(k.confkey) WITH ORDINALITY AS u (num, place)
            JOIN pg_attribute AS a ON a.attrelid = k.confrelid AND a.attnum = u.num ORDER BY u.place)
    FROM pg_constraint AS k
    JOIN pg_class AS c ON c.oid = k.conrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
    JOIN pg_class AS f ON f.oid = k.confrelid JOIN pg_namespace AS m ON m.oid = f.relnamespace
    WHERE k.contype = 'f' AND n.nspname = ANY ($1)";
const FUNCTIONS_SQL: &str = "
    SELECT n.nspname || '.' || p.proname, p.proowner::regrole::text, p.prosecdef, p.proconfig,
        p.proacl IS NULL OR EXISTS (SELECT FROM aclexplode(p.proacl) AS a WHERE a.grantee = 0), p.prosrc
    FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
    WHERE n.nspname = ANY ($1)";
const POWERS_SQL: &str = "
    SELECT rolname || ' has a power' FROM pg_roles WHERE rolname LIKE 'gatehouse\\_%'
        AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolinherit OR rolreplication)
    UNION ALL
    SELECT a.member::regrole || ' is a member of ' || a.roleid::regrole FROM pg_auth_members AS a
    WHERE a.member::regrole::text LIKE 'gatehouse\\_%' AND a.member <> 'gatehouse_migrator'::regrole
    UNION ALL
    SELECT a.grantee::regrole || ' may create in ' || n.nspname FROM pg_namespace AS n, aclexplode(n.nspacl) AS a
    WHERE n.nspname = ANY ($1) AND a.privilege_type = 'CREATE' AND a.grantee <> n.nspowner
    UNION ALL
    SELECT 'PUBLIC may use schema ' || n.nspname FROM pg_namespace AS n, aclexplode(n.nspacl) AS a
    WHERE n.nspname = ANY ($1 || '{public}'::text[]) AND a.grantee = 0
    UNION ALL
    SELECT 'PUBLIC has ' || a.privilege_type || ' on the database' FROM pg_database AS d, aclexplode(d.datacl) AS a
    WHERE d.datname = current_database() AND a.grantee = 0
    UNION ALL
    SELECT 'gatehouse_app has ' || a.privilege_type || ' on the database' FROM pg_database AS d, aclexplode(d.datacl) AS a
    WHERE d.datname = current_database() AND a.grantee = 'gatehouse_app'::regrole AND a.privilege_type <> 'CONNECT'";
