//! A session that can make temporary tables cannot make the product read them.

use gatehouse_domain::ids::IdentityId;
use gatehouse_store::{Scope, identities, members};
use sqlx::{Connection as _, Executor as _, PgConnection};

use super::support::fresh;
use super::world::{cell, sample, uuid};

#[tokio::test]
async fn temporary_tables_are_refused() {
    let database = fresh("tenancy_plant").await;
    let mut app = database.app().await;
    for sql in [
        "CREATE TEMP TABLE members (id uuid)",
        "CREATE TABLE public.members (id uuid)",
        "CREATE TABLE cell.planted (id uuid)",
        "CREATE FUNCTION cell.current_tenant() RETURNS uuid LANGUAGE sql AS 'SELECT NULL::uuid'",
        "CREATE SCHEMA planted",
    ] {
        let fault = app.execute(sql).await.unwrap_err();
        assert_eq!(fault.as_database_error().unwrap().code().unwrap(), "42501", "{sql}");
    }
}

#[tokio::test]
async fn a_planted_table_is_not_read() {
    let database = fresh("tenancy_planted").await;
    let store = database.store(1).await;
    let ours = sample(&store, "alpha").await;
    let mut admin = database.admin().await;
    admin.execute("GRANT TEMP ON DATABASE tenancy_planted TO gatehouse_app").await.unwrap();
    // Searched as the store's connections are; the tables as an injected statement might leave them.
    let options = database.app.clone().options([("search_path", "cell,pg_temp")]);
    let mut app = PgConnection::connect_with(&options).await.unwrap();
    app.execute(
        "CREATE TEMP TABLE members AS SELECT gen_random_uuid() AS id, 'planted' AS name;
         CREATE TEMP TABLE addresses AS SELECT gen_random_uuid() AS identity_id, 'ada@alpha.example' AS address,
            'verified' AS state;
         CREATE FUNCTION pg_temp.current_tenant() RETURNS uuid LANGUAGE sql AS 'SELECT gen_random_uuid()'",
    )
    .await
    .unwrap();
    let seen: i64 = sqlx::query_scalar("SELECT count(*) FROM members").fetch_one(&mut app).await.unwrap();
    assert_eq!(seen, 0, "the name means the product's table, which shows nothing without a scope");
    let owner: Option<uuid::Uuid> =
        sqlx::query_scalar("SELECT verified_owner('ada@alpha.example')").fetch_one(&mut app).await.unwrap();
    assert_eq!(owner, Some(ours.identity.uuid()), "a definer function reads the product's table");
    let mut tx = cell(&store).read(Scope::tenant(ours.tenant), "test").await.unwrap();
    assert_eq!(members::by_id(&mut tx, ours.member).await.unwrap().unwrap().identity, ours.identity);
    drop(tx);
    let mut tx = cell(&store).read(Scope::identity(IdentityId::from_uuid(uuid())), "test").await.unwrap();
    assert!(identities::password(&mut tx).await.unwrap().is_none());
}
