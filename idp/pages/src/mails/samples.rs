//! Every kind of letter, with and without what it may lack: for the gallery and for the tests of the words.

use gatehouse_domain::email::EmailAddress;
use gatehouse_domain::identity::Role;
use gatehouse_domain::mail::{Letter, Message, Occasion};
use gatehouse_domain::secret::Secret;
use gatehouse_domain::time::Timestamp;

use super::{Frame, Written, write};
use crate::colour::Colour;
use crate::locale::Locale;
use crate::views::RenderError;

/// Every letter in a language, by name.
///
/// # Errors
/// When a letter cannot be written.
pub fn every_letter(locale: Locale, primary: Option<Colour>) -> Result<Vec<(String, Written)>, RenderError> {
    let frame = Frame {
        locale,
        product: "Acme".to_owned(),
        tenant: Some("Acme".to_owned()),
        primary,
        iss: "https://id.example/t/acme".to_owned(),
        site: "https://id.example".to_owned(),
    };
    let mut all = Vec::new();
    let Ok(to) = "alice@acme.test".parse::<EmailAddress>() else { return Ok(all) };
    for message in messages() {
        let kind = message.kind().replace('_', "-");
        all.push((kind, write(&frame, &letter(&to, message, locale))?));
    }
    let bare = Letter { name: None, occasion: None, ..letter(&to, invitation(None, Role::Auditor), locale) };
    let platform =
        Frame { product: "Gatehouse".to_owned(), tenant: Some("Acme Works Ltd".to_owned()), ..frame.clone() };
    all.push(("invitation-without-inviter".to_owned(), write(&platform, &bare)?));
    for role in [Role::Owner, Role::Member] {
        let letter = letter(&to, invitation(Some("Bob"), role), locale);
        all.push((format!("invitation-{}", role.as_str()), write(&frame, &letter)?));
    }
    Ok(all)
}

fn letter(to: &EmailAddress, message: Message, locale: Locale) -> Letter {
    Letter {
        to: to.clone(),
        name: Some("Alice Ångström".to_owned()),
        locale: Some(locale.tag().to_owned()),
        message,
        occasion: Some(Occasion {
            at: time(0),
            network: Some("192.0.2.0/24".to_owned()),
            device: Some("Firefox, Linux".to_owned()),
        }),
    }
}

fn messages() -> Vec<Message> {
    let account = || "https://id.example/t/acme/account".to_owned();
    let new = || "alice.angstrom@consult.test".to_owned();
    let code = || Secret::new("428109".to_owned());
    let link = |page: &str| {
        Secret::new(format!("https://id.example/t/acme/{page}?t=gh_ml_8f3kQ2vT9xLw1ZpR7sNd4YbC6hJm0aUe5gXo"))
    };
    vec![
        Message::SignUpCode { code: code(), link: link("signup"), minutes: 10 },
        Message::AlreadyHaveAccount {
            sign_in: "https://id.example/t/acme/login".to_owned(),
            recover: "https://id.example/t/acme/recover".to_owned(),
        },
        Message::ProveAddress { code: code(), link: link("verify"), minutes: 10 },
        Message::RecoveryCode { code: code(), link: link("recover"), minutes: 10 },
        invitation(Some("Bob Example"), Role::Admin),
        Message::PasswordChanged { account: account() },
        Message::AddressAdded { address: new(), account: account() },
        Message::AddressChangeRequested { address: new(), account: account() },
        Message::AddressChanged {
            old: "alice@acme.test".to_owned(),
            new: new(),
            undo: link("verify/undo"),
            until: time(72),
        },
        Message::AddressRestored { address: "alice@acme.test".to_owned(), account: account() },
        Message::AddressRemoved { address: new(), account: account() },
        Message::AddressStale { address: new(), account: account() },
        Message::NothingChanged {},
        Message::NewDevice { account: account() },
        Message::DeletionRequested { due: time(14 * 24), undo: link("account/undo") },
        Message::DeletionPostponed {
            tenants: "Acme Works".to_owned(),
            due: time(14 * 24),
            undo: link("account/undo"),
        },
        Message::AccountDeleted {},
        Message::RefusedTries { account: account() },
        Message::Test {},
    ]
}

fn invitation(inviter: Option<&str>, role: Role) -> Message {
    Message::Invitation {
        tenant: "Acme Works".to_owned(),
        inviter: inviter.map(str::to_owned),
        role,
        link: Secret::new(
            "https://id.example/t/acme/invitations/8f3kQ2vT9xLw1ZpR7sNd4YbC6hJm0aUe5gXo".to_owned(),
        ),
        expires_at: time(7 * 24),
    }
}

fn time(hours: i64) -> Timestamp {
    Timestamp::from_timestamp(1_800_000_000 + hours * 3600, 0).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> Vec<(String, Written)> {
        Locale::ALL.into_iter().flat_map(|locale| every_letter(locale, None).unwrap()).collect()
    }

    #[test]
    fn every_letter_keeps_the_rules_of_the_house() {
        for (name, mail) in all() {
            assert!(
                !mail.subject.contains("428109") && !mail.subject.contains("http"),
                "{name}: {}",
                mail.subject
            );
            assert!(
                !mail.subject.chars().any(char::is_control) && mail.subject.chars().count() <= 90,
                "{name}"
            );
            for forbidden in ["<img", "<script", "<link", "background-image", "url(", "@import", "{{", "{ $"]
            {
                assert!(!mail.html.contains(forbidden), "{name}: {forbidden}");
            }
            for body in [&mail.text, &mail.html] {
                let hosts = body
                    .match_indices("https://")
                    .all(|(at, _)| body[at..].starts_with("https://id.example"));
                assert!(hosts && !body.contains("http://"), "{name}: every link is ours");
                assert!(
                    body.contains("192.0.2.0/24") || name.contains("without"),
                    "{name}: where it came from"
                );
                assert!(body.contains("alice@acme.test"), "{name}: whose account");
            }
            assert_eq!(mail.html.matches("<h1").count(), 1, "{name}");
            assert!(mail.text.lines().all(|line| line.chars().count() < 400), "{name}");
            let link = "?t=gh_ml_8f3kQ2vT9xLw1ZpR7sNd4YbC6hJm0aUe5gXo";
            assert_eq!(mail.text.contains(link), mail.html.contains(link), "{name}: both parts say the same");
            assert_eq!(mail.text.contains("428109"), mail.html.contains("428109"), "{name}");
        }
    }

    #[test]
    fn what_others_wrote_adds_no_link_and_no_markup() {
        let frame = Frame {
            locale: Locale::En,
            product: "Acme".to_owned(),
            tenant: None,
            primary: None,
            iss: "https://id.example".to_owned(),
            site: "https://id.example".to_owned(),
        };
        let to = "alice@acme.test".parse().unwrap();
        let mut written =
            letter(&to, invitation(Some("<b>Eve</b> at evil.example"), Role::Member), Locale::En);
        written.name = Some("Ada\r\n\r\nhttps://evil.example".to_owned());
        if let Message::Invitation { tenant, .. } = &mut written.message {
            *tenant = "Win at www.evil.example/x\u{2028}now".to_owned();
        }
        let mail = write(&frame, &written).unwrap();
        for body in [&mail.text, &mail.html, &mail.subject] {
            assert!(!body.contains("evil.example") && !body.contains("://evil"), "{body}");
            assert!(!body.contains('\u{2028}'));
        }
        assert!(!mail.html.contains("<b>"), "{}", mail.html);
        assert_eq!(mail.subject.lines().count(), 1);
        assert!(mail.text.contains("Hello Ada"), "{}", mail.text);
    }
}
