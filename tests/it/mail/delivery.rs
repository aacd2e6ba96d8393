//! Every letter arrives once, whatever the server does, and no request waits for it.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use chrono::{TimeDelta, Timelike as _};
use gatehouse_domain::ids::MailId;
use gatehouse_domain::tenant::CellName;
use gatehouse_domain::time::{Clock as _, SystemClock};
use gatehouse_flows::Settings;
use gatehouse_keys::entropy::SystemRng;
use gatehouse_store::{NoTrail, Scope, Trail, jobs, mails};

use super::server::{MailServer, header, queue, rests, row, until};
use crate::support::provider;
use crate::tenancy::support::fresh;

#[tokio::test]
async fn a_letter_arrives_with_what_a_letter_needs() {
    let mut server = MailServer::plain().await;
    let world = server.world(&[]).await;
    let id = queue(&world, Some("acme"), "ok@corp.example").await;
    let letter = server.letter().await;
    assert_eq!(letter["to"], serde_json::json!(["ok@corp.example"]));
    assert_eq!(letter["from"], "login@id.example");
    assert_eq!(header(&letter, "Message-ID"), [format!("<{id}@localhost>")]);
    assert_eq!(header(&letter, "From"), ["Acme <login@id.example>"]);
    assert_eq!(header(&letter, "Auto-Submitted"), ["auto-generated"]);
    assert_eq!(header(&letter, "Subject"), ["Test mail from Acme"]);
    assert_eq!((header(&letter, "Date").len(), header(&letter, "MIME-Version").len()), (1, 1));
    assert_eq!(letter["type"], "multipart/alternative");
    assert!(
        letter["parts"]["text/plain"].as_str().unwrap().contains(world.base.as_str().trim_end_matches('/'))
    );
    assert_eq!(letter["defects"], serde_json::json!([]));
    let sent = until(&world, id, |row| row.2 == "done").await;
    assert_eq!((sent.0.as_str(), sent.1, sent.3), ("sent", false, 1), "its content is gone");
}

#[tokio::test]
async fn what_fails_is_tried_again_with_pauses_and_arrives_once() {
    let mut server = MailServer::plain().await;
    let world = server.world(&[]).await;
    for (to, fault) in [("later@corp.example", "deferred"), ("dropped@corp.example", "unreachable")] {
        let id = queue(&world, None, to).await;
        let failed = until(&world, id, |row| row.4.is_some()).await;
        assert_eq!((failed.0.as_str(), failed.1, failed.2.as_str(), failed.3), ("queued", true, "queued", 1));
        assert_eq!(failed.4.as_deref(), Some(fault));
        let due: (chrono::DateTime<chrono::Utc>,) =
            sqlx::query_as("SELECT run_at FROM cell.jobs WHERE id = $1")
                .bind(id.uuid())
                .fetch_one(&mut world.admin().await)
                .await
                .unwrap();
        assert!(due.0 > world.clock.now() + TimeDelta::seconds(2), "there is a pause");
        world.clock.advance(TimeDelta::seconds(6));
        let sent = until(&world, id, |row| row.2 == "done").await;
        assert_eq!((sent.0.as_str(), sent.3), ("sent", 2));
        assert_eq!(header(&server.letter().await, "Message-ID"), [format!("<{id}@localhost>")]);
    }
    let last = queue(&world, None, "ok@corp.example").await;
    let letter = server.letter().await;
    assert_eq!(
        header(&letter, "Message-ID"),
        [format!("<{last}@localhost>")],
        "nothing came twice before it"
    );
}

#[tokio::test]
async fn a_repetition_that_nobody_can_avoid_bears_the_same_id() {
    let mut server = MailServer::plain().await;
    let world = server.world(&[]).await;
    let id = queue(&world, None, "kept@corp.example").await;
    let first = server.letter().await;
    until(&world, id, |row| row.4.is_some()).await;
    world.clock.advance(TimeDelta::seconds(6));
    let second = server.letter().await;
    assert_eq!(header(&first, "Message-ID"), header(&second, "Message-ID"));
}

#[tokio::test]
async fn what_never_works_is_given_up_in_sight_and_can_start_over() {
    let server = MailServer::plain().await;
    let world = server.world(&[("GATEHOUSE_MAIL__PORT", "9")]).await;
    let id = queue(&world, None, "ok@corp.example").await;
    for tries in 1..12 {
        // A try that is under way shows its number already: only what has been put back is over.
        rests(&world, id, tries).await;
        world.clock.advance(TimeDelta::hours(6));
        // Nobody rings for what comes due; a letter that goes nowhere wakes the sender.
        queue(&world, None, "ok@corp.example").await;
    }
    let dead = until(&world, id, |row| row.2 == "dead").await;
    assert_eq!((dead.0.as_str(), dead.1, dead.3), ("dead", true, 12));
    let idp = &world.server.house.idp;
    let given_up = idp.dead_mails().await.unwrap();
    let listed = given_up.iter().find(|mail| mail.id == id).unwrap();
    assert_eq!(
        (listed.fault.as_str(), listed.kind.as_str(), listed.resumable),
        ("unreachable", "test", true)
    );
    assert!(idp.retry_mail(id).await.unwrap());
    assert!(!idp.retry_mail(id).await.unwrap(), "it waits already");
    let again = until(&world, id, |row| row.4.is_some()).await;
    assert_eq!((again.0.as_str(), again.3), ("queued", 1));
}

#[tokio::test]
async fn nobody_waits_for_a_slow_server() {
    let mut server = MailServer::plain().await;
    let world = server.world(&[]).await;
    let began = Instant::now();
    let slow = queue(&world, Some("acme"), "slow@corp.example").await;
    assert_eq!(server.next("recipient").await["to"], "slow@corp.example");
    let quick = queue(&world, Some("globex"), "ok@corp.example").await;
    let letter = server.letter().await;
    assert_eq!(
        header(&letter, "Message-ID"),
        [format!("<{quick}@localhost>")],
        "the later one is not held up"
    );
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    assert_eq!(header(&server.letter().await, "Message-ID"), [format!("<{slow}@localhost>")]);
}

#[tokio::test]
async fn two_processes_send_every_letter_once_over_few_connections() {
    let mut server = MailServer::plain().await;
    let settings = server.settings();
    let settings: Vec<(&str, &str)> = settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let world = server.world(&[]).await;
    let twin = world.twin_with(&settings).await;
    let mut queued = BTreeSet::new();
    for number in 0..40 {
        let at = if number % 2 == 0 { &world } else { &twin };
        queued.insert(format!("<{}@localhost>", queue(at, None, &format!("ok{number}@corp.example")).await));
    }
    let (mut came, mut connections) = (BTreeSet::new(), BTreeSet::new());
    for _ in 0..queued.len() {
        let letter = server.letter().await;
        assert!(came.insert(header(&letter, "Message-ID")[0].to_owned()), "twice: {letter}");
        connections.insert(letter["connection"].as_u64().unwrap());
    }
    assert_eq!(came, queued);
    assert!(connections.len() < queued.len(), "connections are used again");
}

#[tokio::test]
async fn a_tenant_has_its_share_of_a_minute_and_the_rest_waits_its_turn() {
    let mut server = MailServer::plain().await;
    let world = server.world(&[("GATEHOUSE_MAIL__PER_TENANT_PER_MINUTE", "2")]).await;
    let to_the_minute = 60 - i64::from(world.clock.now().second());
    world.clock.advance(TimeDelta::seconds(to_the_minute));
    let mut ids = Vec::new();
    for number in 0..5 {
        ids.push(queue(&world, Some("acme"), &format!("ok{number}@corp.example")).await);
    }
    let globex = queue(&world, Some("globex"), "ok@globex.example").await;
    until(&world, globex, |row| row.0 == "sent").await;
    for _ in 0..3 {
        server.letter().await;
    }
    let mut waits = Vec::new();
    for id in &ids {
        // The server tells of a letter before its sender has noted it: a row is settled when it is sent or put off.
        let settled = until(&world, *id, |row| row.0 == "sent" || row.3 == 0).await;
        assert_eq!(settled.4, None, "waiting is no failure");
        if settled.0 == "queued" {
            waits.push(*id);
        }
    }
    assert_eq!(waits.len(), 3);
    for left in [1, 0] {
        world.clock.advance(TimeDelta::seconds(60));
        let sent = async {
            let mut look = tokio::time::interval(Duration::from_millis(50));
            loop {
                look.tick().await;
                let mut still = 0;
                for id in &waits {
                    still += i32::from(row(&world, *id).await.0 == "queued");
                }
                if still == left {
                    return;
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(20), sent).await.unwrap();
    }
}

#[tokio::test]
async fn what_is_rolled_back_was_never_posted() {
    let database = fresh("mail_rolled_back").await;
    let store = database.store(2).await;
    let cell = store.cell(&CellName::pool()).unwrap();
    let now = SystemClock.now();
    let id = MailId::mint(now, &SystemRng);
    let mail = mails::NewMail { id, tenant: None, kind: "test", recipient: [1; 32], sealed: b"sealed" };
    let mut tx = cell.write(Scope::platform(), "test").await.unwrap();
    assert!(mails::post(&mut tx, &mail, now).await.unwrap());
    drop(tx);
    let claim =
        jobs::Claim { kinds: &["mail"], now, until: now + TimeDelta::seconds(60), most: 10, share: 10 };
    assert_eq!(jobs::claim(cell, &claim).await.unwrap(), []);
    let mut tx = cell.write(Scope::platform(), "test").await.unwrap();
    assert_eq!(mails::waiting(&mut tx, id).await.unwrap(), None);
    assert!(mails::post(&mut tx, &mail, now).await.unwrap());
    tx.commit(Trail::none(NoTrail::Housekeeping)).await.unwrap();
    assert_eq!(jobs::claim(cell, &claim).await.unwrap().len(), 1, "committed, it is there");
}

#[tokio::test]
async fn a_letter_wakes_the_workers_of_other_processes() {
    let database = fresh("mail_bell").await;
    let (here, there) = (database.store(1).await, database.store(1).await);
    let mut bell = there.cell(&CellName::pool()).unwrap().listen().await.unwrap();
    here.cell(&CellName::pool()).unwrap().ring("mail").await.unwrap();
    let rung = tokio::time::timeout(Duration::from_secs(10), bell.rung()).await.unwrap();
    assert_eq!(rung.unwrap(), "mail");

    // A process that sends nothing by itself: no worker, only the bell.
    let (idp, _) = provider(&database, Settings::default()).await;
    let ringing = tokio::spawn({
        let idp = idp.clone();
        async move { idp.ring_far().await }
    });
    let issuer = idp.issuer(None).await.unwrap().unwrap();
    idp.queue_test_mail(&issuer, &"ok@corp.example".parse().unwrap()).await.unwrap();
    let rung = tokio::time::timeout(Duration::from_secs(10), bell.rung()).await.unwrap();
    assert_eq!(rung.unwrap(), "mail");
    ringing.abort();
}
