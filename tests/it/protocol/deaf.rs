//! An app that takes calls and never answers delays its own announcements and nobody else's work.

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

use super::backchannel::{listening_app, tenant};
use super::flow::tokens;
use crate::support::{Agent, World};

/// An app that accepts and says nothing; what it accepted stays open as long as the receiver lives.
async fn deaf_app() -> (String, mpsc::Receiver<TcpStream>) {
    let (sender, receiver) = mpsc::channel(64);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let uri = format!("http://{}/bye", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            if sender.send(stream).await.is_err() {
                return;
            }
        }
    });
    (uri, receiver)
}

/// Somebody signed in, with the ID token that says so.
async fn enter(world: &World, slug: &str, address: &str) -> (Agent, String) {
    let mut agent = world.agent();
    let tokens = tokens(&mut agent, &world.issuer(slug), "told", address).await;
    (agent, tokens["id_token"].as_str().unwrap().to_owned())
}

async fn leave(issuer: &str, (mut agent, id_token): (Agent, String)) {
    let page = agent.get(&format!("{issuer}/oauth2/logout?id_token_hint={id_token}")).await;
    let signed_out = agent.submit(&page, "/oauth2/logout", &[]).await;
    assert_eq!(signed_out.status, 200, "{}", signed_out.body);
}

#[tokio::test]
async fn a_deaf_app_holds_up_nobody_else() {
    let world = World::dev().await;
    let (deaf, mut held) = deaf_app().await;
    let (uri, mut heard) = listening_app().await;
    world.apply(&tenant("acme", &deaf)).await;
    world.apply(&tenant("globex", &uri)).await;

    let mut many = Vec::new();
    for _ in 0..6 {
        many.push(enter(&world, "acme", "alice@acme.test").await);
    }
    let one = enter(&world, "globex", "bob@globex.test").await;
    for signed_in in many {
        leave(&world.issuer("acme"), signed_in).await;
    }
    let mut calls = Vec::new();
    for _ in 0..4 {
        calls.push(held.recv().await.unwrap());
    }
    leave(&world.issuer("globex"), one).await;
    heard.recv().await.unwrap();

    let mut admin = world.admin().await;
    let (given_up, waiting): (i64, i64) = sqlx::query_as(
        "SELECT count(*) FILTER (WHERE last_error IS NOT NULL), count(*) FILTER (WHERE attempts = 0)
         FROM cell.jobs WHERE kind = 'backchannel_logout' AND state = 'queued'",
    )
    .fetch_one(&mut admin)
    .await
    .unwrap();
    assert_eq!(given_up, 0, "the other tenant's app heard while the deaf one was still being waited for");
    assert_eq!(waiting, 2, "of one app's announcements four run at once");
    assert_eq!(world.events("session.ended").await, 7);
    assert!(held.try_recv().is_err(), "no fifth call");
}
