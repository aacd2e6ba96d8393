//! The one opener: dead connections, exhausted pools, work inside of transactions.

use gatehouse_store::{Scope, Store, StoreError, StoreOptions, identities, outside, tenants};
use sqlx::Executor as _;
use std::sync::Arc;
use std::time::Duration;

use super::support::fresh;
use super::world::{cell, hash, put_other_password, sample, write};

#[tokio::test]
async fn a_restart_of_the_database_costs_no_request() {
    let database = fresh("tenancy_restart").await;
    let store = database.store(4).await;
    let a = sample(&store, "alpha").await;
    let mut held = Vec::new();
    for _ in 0..4 {
        held.push(cell(&store).read(Scope::tenant(a.tenant), "test").await.unwrap());
    }
    drop(held);
    let mut admin = database.admin().await;
    admin.execute(TERMINATE).await.unwrap();
    for _ in 0..8 {
        let mut tx = cell(&store).read(Scope::tenant(a.tenant), "test").await.unwrap();
        assert!(tenants::read(&mut tx).await.unwrap().is_some());
    }
}

#[tokio::test]
async fn a_transaction_that_was_cut_off_is_not_committed() {
    let database = fresh("tenancy_cut").await;
    let store = database.store(2).await;
    let a = sample(&store, "alpha").await;
    let mut tx = write(&store, Scope::identity(a.identity)).await;
    put_other_password(&mut tx, &a).await;
    let mut admin = database.admin().await;
    admin.execute(TERMINATE).await.unwrap();
    let fault = identities::password(&mut tx).await.unwrap_err();
    assert!(matches!(fault, StoreError::Unreachable(_)), "{fault:?}");
    drop(tx);
    let mut tx = cell(&store).read(Scope::identity(a.identity), "test").await.unwrap();
    assert_eq!(identities::password(&mut tx).await.unwrap().unwrap().record, hash());
}

#[tokio::test]
async fn whoever_waits_too_long_is_told_that_we_are_busy() {
    let database = fresh("tenancy_busy").await;
    let patience = Duration::from_secs(1);
    let options = StoreOptions { connect: database.app.clone(), pool_size: 1, patience };
    let store = Store::connect(options).await.unwrap();
    let open = || async { cell(&store).read(Scope::platform(), "test").await };
    let held = open().await.unwrap();
    assert!(matches!(open().await, Err(StoreError::Busy)));
    drop(held);
}

#[tokio::test]
async fn slow_work_inside_of_a_transaction_is_caught() {
    let database = fresh("tenancy_outside").await;
    let store = Arc::new(database.store(2).await);
    let inside = Arc::clone(&store);
    let caught = tokio::spawn(async move {
        let _tx = cell(&inside).read(Scope::platform(), "test").await.unwrap();
        outside();
    });
    assert!(caught.await.unwrap_err().is_panic());
    let fine = tokio::spawn(async move {
        drop(cell(&store).read(Scope::platform(), "test").await.unwrap());
        outside();
    });
    fine.await.unwrap();
}

const TERMINATE: &str = "
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND usename = 'gatehouse_app'";
