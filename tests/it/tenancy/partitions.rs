//! The event log's monthly partitions are counted before they run out.

use chrono::TimeDelta;
use gatehouse_domain::time::Clock as _;
use gatehouse_store::events::months_ahead;
use sqlx::AssertSqlSafe;

use super::support::fresh;
use super::world::cell;
use crate::support::{TestClock, World};

#[tokio::test]
async fn the_months_that_have_a_partition_are_counted() {
    let database = fresh("tenancy_partitions").await;
    let store = database.store(1).await;
    let cell = cell(&store);
    // The partitions begin with the month in which the template was made: at its end the present may be the next one.
    let now = TestClock::default().now();
    let whole = months_ahead(&cell, now).await.unwrap();
    assert!((23..=24).contains(&whole), "{whole}");
    let later = months_ahead(&cell, now + TimeDelta::days(366)).await.unwrap();
    assert!((whole - 13..=whole - 12).contains(&later), "{later} of {whole} a year later");
    assert_eq!(months_ahead(&cell, now + TimeDelta::days(5 * 366)).await.unwrap(), 0);

    let mut admin = database.admin().await;
    let names: Vec<(String,)> = sqlx::query_as(
        "SELECT relname::text FROM pg_class WHERE relkind = 'r' AND relname ~ '^events_[0-9]{4}' ORDER BY relname DESC",
    )
    .fetch_all(&mut admin)
    .await
    .unwrap();
    let dropped = usize::try_from(whole).unwrap() - 2;
    for (name,) in names.iter().take(dropped) {
        sqlx::raw_sql(AssertSqlSafe(format!("DROP TABLE audit.{name}"))).execute(&mut admin).await.unwrap();
    }
    assert_eq!(months_ahead(&cell, now).await.unwrap(), 2);
}

#[tokio::test]
async fn the_housekeeping_measures_them() {
    let world = World::dev().await;
    world.server.house.idp.tidy().await.unwrap();
    let metrics = world.agent().get(&format!("http://{}/metrics", world.server.management)).await.body;
    // The tests of one process share their metrics, and some move their clocks.
    assert!(metrics.contains("\ngatehouse_event_partitions_ahead "), "{metrics}");
}
