//! Every letter in every language, and names that mean harm, as another program reads them.

use gatehouse_domain::ids::MailId;
use gatehouse_domain::mail::{MailServer as Settings, SmtpTls};
use gatehouse_domain::time::{Clock as _, SystemClock};
use gatehouse_flows::mail::{Mail, Mailer as _, Sender, TenantSender};
use gatehouse_keys::entropy::SystemRng;
use gatehouse_pages::Locale;
use gatehouse_pages::mails::{Written, every_letter};
use gatehouse_server::smtp::{Operator, Smtp};
use serde_json::{Value, json};

use super::server::{MailServer, header};

fn sender(server: &MailServer) -> Sender {
    let server = Settings {
        from: "login@id.example".parse().unwrap(),
        reply_to: Some("help@id.example".parse().unwrap()),
        host: "localhost".parse().unwrap(),
        port: server.port,
        tls: SmtpTls::None,
        user: None,
    };
    Sender::Tenant(Box::new(TenantSender { server, password: None }))
}

fn mail(written: Written, to: &str) -> Mail {
    let id = MailId::mint(SystemClock.now(), &SystemRng);
    Mail {
        id,
        message_id: format!("{id}@id.example"),
        at: SystemClock.now(),
        to: to.to_owned(),
        to_name: Some("Zoë Ångström".to_owned()),
        from_name: written.product,
        subject: written.subject,
        text: written.text,
        html: written.html,
        locale: written.locale,
    }
}

async fn sent(server: &mut MailServer, mail: &Mail) -> Value {
    let smtp = Smtp::new(Operator::Nothing, "id.example", true);
    smtp.send(&sender(server), mail).await.unwrap();
    server.letter().await
}

#[tokio::test]
async fn every_letter_in_every_language_is_read_as_it_was_written() {
    let mut server = MailServer::plain().await;
    let smtp = Smtp::new(Operator::Nothing, "id.example", true);
    let sender = sender(&server);
    for locale in Locale::ALL {
        for (name, written) in every_letter(locale, None).unwrap() {
            let mail = mail(written, "ok@corp.example");
            smtp.send(&sender, &mail).await.unwrap();
            let letter = server.letter().await;
            assert_eq!(letter["defects"], json!([]), "{name}");
            assert_eq!(
                (&letter["ascii"], letter["longest"].as_u64().unwrap() <= 998),
                (&true.into(), true),
                "{name}"
            );
            assert_eq!(header(&letter, "Subject"), [mail.subject.as_str()]);
            assert_eq!(header(&letter, "Content-Language"), [locale.tag()]);
            assert_eq!(header(&letter, "Reply-To"), ["help@id.example"]);
            for (part, body) in [("text/plain", &mail.text), ("text/html", &mail.html)] {
                let read = letter["parts"][part].as_str().unwrap().replace("\r\n", "\n");
                assert_eq!(read.trim_end(), body.trim_end(), "{name} {part}");
            }
        }
    }
}

#[tokio::test]
async fn no_name_adds_a_header_or_a_recipient() {
    let mut server = MailServer::plain().await;
    let written = every_letter(Locale::En, None).unwrap().remove(0).1;
    for name in [
        "Eve\r\nBcc: x@evil.example",
        "Eve\nX-Injected: yes",
        "Eve\u{2028}Bcc: x@evil.example",
        "Eve\u{0}",
        "\"Eve\" <x@evil.example>, Bob",
        "=?utf-8?q?Eve=0ABcc:_x=40evil.example?=",
        "ok@corp.example, x@evil.example",
    ] {
        let mut mail = mail(written.clone(), "ok@corp.example");
        mail.to_name = Some(name.to_owned());
        mail.from_name = name.to_owned();
        mail.subject = format!("Invitation to {name}");
        let letter = sent(&mut server, &mail).await;
        assert_eq!(letter["to"], json!(["ok@corp.example"]), "{name:?}");
        let names: Vec<&str> =
            letter["headers"].as_array().unwrap().iter().map(|pair| pair[0].as_str().unwrap()).collect();
        for known in ["From", "To", "Subject", "Message-ID", "Date"] {
            assert_eq!(names.iter().filter(|name| **name == known).count(), 1, "{name:?}: {names:?}");
        }
        assert!(!names.iter().any(|name| ["Bcc", "Cc", "X-Injected"].contains(name)), "{name:?}: {names:?}");
        assert!(header(&letter, "To")[0].ends_with("<ok@corp.example>"), "{:?}", header(&letter, "To"));
        assert_eq!(letter["type"], "multipart/alternative", "{name:?}");
    }
}
