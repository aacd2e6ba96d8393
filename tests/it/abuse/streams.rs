//! Event streams of tenants: nothing in one leads to a person in another (ISO-08).

use std::collections::BTreeSet;

use super::kit::{PATIENT, refresh, tokens};
use crate::support::World;

/// Every text of the bodies in a tenant's stream that is the name of something.
async fn names(world: &World, slug: &str) -> BTreeSet<String> {
    let tenant = world.tenant(slug).await;
    let bodies: Vec<Vec<u8>> = sqlx::query_scalar(
        "SELECT record FROM audit.events WHERE stream_kind = 't' AND stream_id = $1 AND kind <> 'config.changed'",
    )
    .bind(tenant.uuid())
    .fetch_all(&mut world.admin().await)
    .await
    .unwrap();
    assert!(bodies.len() > 4, "{slug}: {} events", bodies.len());
    let mut names = BTreeSet::new();
    for body in bodies {
        // A version byte, the stream, the event and its time stand before the body.
        let body: serde_json::Value = serde_json::from_slice(&body[42..]).unwrap();
        collect(&body, &mut names);
    }
    names
}

fn collect(value: &serde_json::Value, names: &mut BTreeSet<String>) {
    match value {
        serde_json::Value::String(text) if text.len() > 20 => drop(names.insert(text.clone())),
        serde_json::Value::Array(items) => items.iter().for_each(|item| collect(item, names)),
        serde_json::Value::Object(map) => map.values().for_each(|item| collect(item, names)),
        _ => {}
    }
}

#[tokio::test]
async fn tenants_cannot_compare_their_people() {
    let world = World::with(PATIENT).await;
    for slug in ["acme", "globex"] {
        let held = tokens(&world, &world.issuer(slug), "carol@consult.test").await;
        refresh(&held.agent, &world.issuer(slug), &held.refresh, &[]).await;
        let mut agent = world.agent();
        let asked = agent.get(&super::kit::ask(&world.issuer(slug), &[])).await;
        assert_eq!(agent.sign_in(&asked, "carol@consult.test", "wrong").await.status, 401);
    }
    let (acme, globex) = (names(&world, "acme").await, names(&world, "globex").await);
    let shared: Vec<_> = acme.intersection(&globex).collect();
    assert!(shared.is_empty(), "{shared:?}");
    let ids: Vec<uuid::Uuid> =
        sqlx::query_scalar("SELECT identity_id FROM cell.identities UNION SELECT id FROM cell.sessions")
            .fetch_all(&mut world.admin().await)
            .await
            .unwrap();
    assert!(ids.len() > 4);
    for id in ids {
        let id = gatehouse_domain::ids::encode(id);
        assert!(!acme.iter().any(|name| name.ends_with(&id)), "{id} stands in acme's stream");
    }
}

#[tokio::test]
async fn a_tenant_does_not_hear_who_signs_in_at_its_door_without_being_let_in() {
    let world = World::dev().await;
    let acme = world.issuer("acme");
    let mut agent = world.agent();
    let asked = agent.get(&super::kit::ask(&acme, &[])).await;
    agent.sign_in(&asked, "bob@globex.test", super::kit::PASSWORD).await;
    assert_eq!(world.events("signin.succeeded").await, 1);
    let in_tenants: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM audit.events WHERE kind = 'signin.succeeded' AND stream_kind = 't'",
    )
    .fetch_one(&mut world.admin().await)
    .await
    .unwrap();
    assert_eq!(in_tenants, 0);
}
