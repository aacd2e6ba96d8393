//! Everything that is kept about a person, downloaded by that person.

use chrono::TimeDelta;
use serde_json::Value;

use super::kit::{FIREFOX, PASSWORD, add, enter, open, person, sql};
use crate::support::World;

const ALICE: &str = "alice@acme.test";

/// Every key at any depth.
fn keys(value: &Value, into: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                into.push(key.clone());
                keys(value, into);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| keys(item, into)),
        _ => {}
    }
}

#[tokio::test]
async fn a_person_gets_everything_and_no_secret() {
    let world = World::dev().await;
    let acme = world.issuer("acme");
    let alice = person(&world, ALICE).await;
    let (mut agent, _) = enter(&world, &acme, ALICE).await;
    add(&world, &mut agent, &acme, "alice@home.example").await;
    sql(&world, "UPDATE cell.sessions SET device = 'Firefox, Linux' WHERE device IS NULL").await;
    let page = open(&mut agent, &format!("{acme}/account/data")).await;
    let before = world.kinds().await;
    let file = agent.submit(&page, "/account/data", &[]).await;
    assert_eq!(file.status, 200, "{}", file.body);
    for (name, value) in [
        ("content-type", "application/json"),
        ("content-disposition", "attachment; filename=\"account.json\""),
        ("cache-control", "no-store"),
    ] {
        assert_eq!(file.headers[name], value);
    }
    let told = file.json();
    assert_eq!(told["profile"]["id"], alice.to_string());
    assert_eq!(told["addresses"][0]["address"], ALICE);
    assert_eq!(
        (&told["addresses"][0]["state"], &told["addresses"][0]["main"]),
        (&"verified".into(), &true.into())
    );
    let ledger = told["addresses"][1]["evidence"].as_array().unwrap();
    let states: Vec<&str> = ledger.iter().map(|row| row["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["claimed", "pending", "verified"]);
    assert_eq!(told["sign_in_methods"][0]["kind"], "password");
    assert_eq!(told["sessions"][0]["device"], "Firefox, Linux");
    assert_eq!(
        (&told["memberships"][0]["organization"], &told["memberships"][0]["roles"][0]),
        (&"Acme".into(), &"owner".into())
    );
    let kinds: Vec<&str> =
        told["events"].as_array().unwrap().iter().map(|event| event["kind"].as_str().unwrap()).collect();
    assert!(kinds.contains(&"email.verified") && kinds.contains(&"signin.succeeded"), "{kinds:?}");
    assert!(told.get("events_note").is_none());
    let mut names = Vec::new();
    keys(&told, &mut names);
    for secret in ["hash", "secret", "digest", "token", "code", "details", "sealed"] {
        assert!(!names.iter().any(|name| name.contains(secret)), "{secret}: {names:?}");
    }
    assert!(!file.body.contains("$argon2") && !file.body.contains(PASSWORD) && !file.body.contains(FIREFOX));
    assert_eq!(world.kinds().await["i account.exported"], 1 + before.get("i account.exported").unwrap_or(&0));
}

#[tokio::test]
async fn a_copy_takes_a_fresh_sign_in_and_says_what_it_leaves_out() {
    let world = World::dev().await;
    let platform = world.platform();
    let alice = person(&world, ALICE).await;
    let (mut agent, _) = enter(&world, &platform, ALICE).await;
    let page = open(&mut agent, &format!("{platform}/account/data")).await;
    let many = format!(
        "INSERT INTO audit.events (at, stream_kind, stream_id, event_id, kind, record)
         SELECT now() - interval '1 day' - n * interval '1 second', 'i', '{}', gen_random_uuid(), 'profile.changed', '\\x01'
         FROM generate_series(1, 1100) AS n",
        alice.uuid()
    );
    sql(&world, &many).await;
    let file = agent.submit(&page, "/account/data", &[]).await.json();
    assert_eq!(file["events"].as_array().unwrap().len(), 1000);
    assert!(file["events_note"].as_str().unwrap().contains("newest 1,000"), "{}", file["events_note"]);
    world.clock.advance(TimeDelta::minutes(6));
    let stale = agent.submit(&page, "/account/data", &[]).await;
    assert_eq!(stale.status, 303, "{}", stale.body);
    assert!(stale.location().path().ends_with("/login"), "{}", stale.location());
    assert_eq!(world.events("account.exported").await, 1);
}
