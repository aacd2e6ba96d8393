//! The way to the mail server: protected, or not taken.

use super::server::{Certificates, MailServer, queue, row, until};

fn text(path: &std::path::Path) -> &str {
    path.to_str().unwrap()
}

#[tokio::test]
async fn letters_go_over_tls_with_a_login_to_a_server_of_the_named_authority() {
    let certificates = Certificates::new();
    let served = ["--certificate", text(&certificates.certificate), "--key", text(&certificates.key)];
    let login = ["--user", "gatehouse", "--password", "open sesame"];
    for (implicit, tls) in [(None, "required"), (Some("--implicit"), "implicit")] {
        let arguments: Vec<&str> = served.iter().chain(&login).copied().chain(implicit).collect();
        let mut server = MailServer::with(&arguments).await;
        let more = [
            ("GATEHOUSE_MAIL__TLS", tls),
            ("GATEHOUSE_MAIL__CA_FILE", text(&certificates.authority)),
            ("GATEHOUSE_MAIL__USER", "gatehouse"),
            ("GATEHOUSE_MAIL__PASSWORD", "open sesame"),
        ];
        let world = server.world(&more).await;
        queue(&world, None, "ok@corp.example").await;
        let letter = server.letter().await;
        assert_eq!((&letter["login"], &letter["tls"]), (&true.into(), &true.into()), "{tls}: {letter}");
    }
}

#[tokio::test]
async fn a_server_that_cannot_prove_itself_gets_nothing() {
    let (theirs, ours) = (Certificates::new(), Certificates::new());
    let served = ["--certificate", text(&theirs.certificate), "--key", text(&theirs.key)];
    let starttls = MailServer::with(&served).await;
    let implicit = MailServer::with(&[served.as_slice(), &["--implicit"]].concat()).await;
    let bare = MailServer::plain().await;
    for (server, tls, fault) in
        [(starttls, "required", "tls"), (implicit, "implicit", "tls"), (bare, "required", "no_tls")]
    {
        let more = [("GATEHOUSE_MAIL__TLS", tls), ("GATEHOUSE_MAIL__CA_FILE", text(&ours.authority))];
        let world = server.world(&more).await;
        let id = queue(&world, None, "ok@corp.example").await;
        let failed = until(&world, id, |row| row.4.is_some()).await;
        assert_eq!((failed.4.as_deref(), failed.1), (Some(fault), true), "it waits, with its content");
        assert_eq!(row(&world, id).await.0, "queued");
    }
}

#[tokio::test]
async fn a_wrong_password_is_no_refusal_of_the_recipient() {
    let certificates = Certificates::new();
    let served = ["--certificate", text(&certificates.certificate), "--key", text(&certificates.key)];
    let server = MailServer::with(
        &[served.as_slice(), &["--user", "gatehouse", "--password", "open sesame"]].concat(),
    )
    .await;
    let more = [
        ("GATEHOUSE_MAIL__TLS", "required"),
        ("GATEHOUSE_MAIL__CA_FILE", text(&certificates.authority)),
        ("GATEHOUSE_MAIL__USER", "gatehouse"),
        ("GATEHOUSE_MAIL__PASSWORD", "something else"),
    ];
    let world = server.world(&more).await;
    let id = queue(&world, None, "ok@corp.example").await;
    let failed = until(&world, id, |row| row.4.is_some()).await;
    assert_eq!((failed.0.as_str(), failed.4.as_deref()), ("queued", Some("login")));
}
