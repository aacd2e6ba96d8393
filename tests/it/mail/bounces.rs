//! Refusals are recorded: on the letter, in the log, at the address.

use gatehouse_flows::mail::{Bounced, Report};

use super::server::{MailServer, queue, until};
use crate::support::World;

async fn refused(world: &World, address: &str) -> bool {
    let (refused,): (bool,) =
        sqlx::query_as("SELECT refused_at IS NOT NULL FROM cell.addresses WHERE address = $1")
            .bind(address)
            .fetch_one(&mut world.admin().await)
            .await
            .unwrap();
    refused
}

#[tokio::test]
async fn a_refused_recipient_is_noted_at_once() {
    let mut server = MailServer::with(&["--refuse", "alice@acme.test"]).await;
    let world = server.world(&[]).await;
    let id = queue(&world, Some("acme"), "alice@acme.test").await;
    let row = until(&world, id, |row| row.2 == "done").await;
    assert_eq!((row.0.as_str(), row.1, row.3), ("refused", false, 1), "no second try, no content");
    assert!(refused(&world, "alice@acme.test").await);
    assert!(!refused(&world, "carol@consult.test").await);
    assert_eq!(world.events("mail.refused").await, 1);
    let other = queue(&world, Some("acme"), "ok@corp.example").await;
    server.letter().await;
    assert_eq!(until(&world, other, |row| row.2 == "done").await.0, "sent");
}

#[tokio::test]
async fn a_report_counts_for_the_letter_it_names_and_a_later_letter_makes_good() {
    let mut server = MailServer::plain().await;
    let world = server.world(&[("GATEHOUSE_MAIL__BOUNCE", "bounces@id.example")]).await;
    let idp = &world.server.house.idp;
    let id = queue(&world, Some("globex"), "bob@globex.test").await;
    assert_eq!(server.letter().await["from"], format!("bounces+{id}@id.example"));
    until(&world, id, |row| row.2 == "done").await;

    let of = |addresses: &[&str]| Report {
        mail: id,
        failed: addresses.iter().map(|address| address.parse().unwrap()).collect(),
    };
    let noted = idp.mail_bounced(&of(&["bob@elsewhere.example", "BOB@globex.test"])).await.unwrap();
    assert_eq!(noted, Bounced::Noted { address: true });
    assert!(refused(&world, "bob@globex.test").await);
    assert_eq!(world.events("mail.refused").await, 1);
    assert_eq!(idp.mail_bounced(&of(&["bob@globex.test"])).await.unwrap(), Bounced::Unknown, "once");

    let second = queue(&world, Some("globex"), "bob@globex.test").await;
    until(&world, second, |row| row.0 == "sent").await;
    assert!(!refused(&world, "bob@globex.test").await, "it took a letter again");
    let stranger = Report { mail: second, failed: vec!["alice@acme.test".parse().unwrap()] };
    assert_eq!(idp.mail_bounced(&stranger).await.unwrap(), Bounced::Noted { address: false });
    assert!(!refused(&world, "alice@acme.test").await, "a report speaks for its own address alone");
}
