//! The mailbox of a development world.

use serde_json::Value;

use super::server::queue;
use crate::support::World;

#[tokio::test]
async fn a_development_world_shows_its_letters() {
    let world = World::dev().await;
    let id = queue(&world, Some("acme"), "you@corp.example").await;
    let mut agent = world.agent();
    let (mut reader, json) = (world.agent(), format!("{}/dev/mail.json", world.platform()));
    let listed = async {
        let mut look = tokio::time::interval(std::time::Duration::from_millis(50));
        loop {
            look.tick().await;
            let all = reader.get(&json).await.json();
            if let Some(letter) = all.as_array().unwrap().first() {
                return letter.clone();
            }
        }
    };
    let letter: Value = tokio::time::timeout(std::time::Duration::from_secs(20), listed).await.unwrap();
    assert_eq!(
        (letter["to"].as_str(), letter["id"].as_str()),
        (Some("you@corp.example"), Some(id.to_string().as_str()))
    );
    assert_eq!(letter["links"], serde_json::json!([world.platform()]));
    assert_eq!(letter["code"], Value::Null);
    let list = agent.get(&format!("{}/dev/mail", world.platform())).await;
    assert!(list.body.contains("Test mail from Acme") && list.body.contains(&format!("/dev/mail/{id}")));
    let page = agent.get(&format!("{}/dev/mail/{id}", world.platform())).await;
    assert!(
        page.body.contains("sandbox=\"\"") && page.body.contains("srcdoc=\"&#60;!doctype html"),
        "{}",
        page.body
    );
    assert_eq!(
        agent
            .get(&format!("{}/dev/mail/{}", world.platform(), "mail_01h455vb4pex5vsknk084sn02q"))
            .await
            .status,
        404
    );
}
