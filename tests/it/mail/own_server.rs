//! A tenant's own mail server: set by a file, sealed, used for that tenant's letters and no others.

use gatehouse_flows::apply::{ApplyOptions, Checked, NoSources, Trust};

use super::server::{MailServer, header, queue, until};
use crate::support::World;

fn file(mail: &str) -> String {
    format!("version: 1\ntenants:\n  - slug: acme\n    name: Acme\n    mail: {mail}\n")
}

fn own(port: u16, password: &str) -> String {
    format!(
        "{{ from: login@acme.test, host: localhost, port: {port}, tls: none, user: acme, password: {password} }}"
    )
}

async fn applied(world: &World, mail: &str, options: ApplyOptions) -> String {
    let text = file(mail);
    let checked = Checked::read(&text, "test", &NoSources, Trust::Dev).unwrap();
    world.server.house.idp.apply(&checked, options).await.unwrap().to_string()
}

#[tokio::test]
async fn a_tenants_letters_go_by_its_own_server_and_never_silently_by_another() {
    let mut operators = MailServer::plain().await;
    let mut theirs = MailServer::with(&["--user", "acme", "--password", "open-sesame"]).await;
    let world = operators.world(&[]).await;
    let dry = ApplyOptions { dry_run: true, ..ApplyOptions::default() };
    let shown = applied(&world, &own(theirs.port, "open-sesame"), dry).await;
    assert!(shown.contains("mail server of") && !shown.contains("open-sesame"), "{shown}");

    world.apply(&file(&own(theirs.port, "open-sesame"))).await;
    let id = queue(&world, Some("acme"), "ok@corp.example").await;
    let letter = theirs.letter().await;
    assert_eq!(header(&letter, "From"), ["Acme <login@acme.test>"]);
    assert_eq!((letter["login"].as_bool(), letter["from"].as_str()), (Some(true), Some("login@acme.test")));
    until(&world, id, |row| row.0 == "sent").await;
    queue(&world, Some("globex"), "ok@globex.example").await;
    assert_eq!(header(&operators.letter().await, "From"), ["Globex <login@id.example>"]);

    let again = applied(&world, &own(theirs.port, "open-sesame"), dry).await;
    let other = applied(&world, &own(theirs.port, "else"), dry).await;
    let changes = "password: set -> changed";
    assert!(!again.contains(changes) && other.contains(changes), "{again}\n{other}");
    let sealed: (Vec<u8>,) = sqlx::query_as("SELECT sealed FROM cell.mail_senders")
        .fetch_one(&mut world.admin().await)
        .await
        .unwrap();
    assert!(!sealed.0.windows(11).any(|part| part == b"open-sesame"), "sealed at rest");

    drop(theirs);
    let stuck = queue(&world, Some("acme"), "ok@corp.example").await;
    let failed = until(&world, stuck, |row| row.4.is_some()).await;
    assert_eq!((failed.0.as_str(), failed.4.as_deref()), ("queued", Some("unreachable")));

    world.apply(&file("operator")).await;
    queue(&world, Some("acme"), "ok@corp.example").await;
    assert_eq!(header(&operators.letter().await, "From"), ["Acme <login@id.example>"]);
}

#[test]
fn what_production_would_not_call_is_refused_in_words() {
    for (mail, reason) in [
        (own(587, "x"), "codes and links would travel in clear"),
        (
            "{ from: login@acme.test, host: smtp.acme.test, port: 6379 }".to_owned(),
            "take letters at the ports",
        ),
        ("{ from: login@acme.test, host: 127.0.0.1 }".to_owned(), "not a domain name"),
        ("{ from: login@acme.test, host: smtp.acme.test, user: acme }".to_owned(), "belong together"),
        ("{ host: smtp.acme.test }".to_owned(), "the key from is missing"),
    ] {
        let text = file(&mail);
        let refused = Checked::read(&text, "test", &NoSources, Trust::Serve).unwrap_err().to_string();
        assert!(refused.contains(reason), "{refused}");
    }
}

/// A name that leads to this machine is no way around: production looks at where it leads.
#[tokio::test]
async fn inner_addresses_get_no_letter_outside_of_development() {
    use gatehouse_domain::ids::MailId;
    use gatehouse_domain::mail::{MailServer as Settings, SmtpTls};
    use gatehouse_domain::time::{Clock as _, SystemClock};
    use gatehouse_flows::mail::{Mail, Mailer as _, Sender, TenantSender, Undelivered};
    use gatehouse_keys::entropy::SystemRng;
    use gatehouse_server::smtp::{Operator, Smtp};

    let strict = Smtp::new(Operator::Nothing, "id.example", false);
    let now = SystemClock.now();
    let mail = Mail {
        id: MailId::mint(now, &SystemRng),
        message_id: "x@id.example".to_owned(),
        at: now,
        to: "ok@corp.example".to_owned(),
        to_name: None,
        from_name: "Acme".to_owned(),
        subject: "Subject".to_owned(),
        text: "Text".to_owned(),
        html: "<p>Text</p>".to_owned(),
        locale: "en",
    };
    for (port, tls) in [(587, SmtpTls::Required), (465, SmtpTls::Implicit), (25, SmtpTls::None)] {
        let from = "login@acme.test".parse().unwrap();
        let host = "localhost".parse().unwrap();
        let server = Settings { from, reply_to: None, host, port, tls, user: None };
        let sender = Sender::Tenant(Box::new(TenantSender { server, password: None }));
        assert_eq!(strict.send(&sender, &mail).await, Err(Undelivered::Later("blocked")));
    }
}
