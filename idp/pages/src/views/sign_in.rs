//! Who are you, and prove it.

use askama::Template;

use crate::chrome::{Chrome, Form};
use crate::sample::{self, Sampled};
use crate::text_id::TextId;

/// Asks for the email address (field `identifier`).
#[derive(Template)]
#[template(path = "pages/identifier.html")]
pub struct IdentifierPage {
    /// The frame.
    pub chrome: Chrome,
    /// The app that the person is on the way to; none if they came by themselves.
    pub app: Option<String>,
    /// What the field holds at first: a `login_hint`, or what was typed before a fault.
    pub identifier: String,
    /// Why the last try did not work.
    pub fault: Option<TextId>,
    /// Where the address goes.
    pub form: Form,
    /// The account chooser, if this browser has live sessions.
    pub chooser_href: Option<String>,
    /// Where an account is made, if anybody may.
    pub sign_up_href: Option<String>,
}

/// Asks for the password (field `password`; `username` comes along for password managers and is to be ignored).
#[derive(Template)]
#[template(path = "pages/password.html")]
pub struct PasswordPage {
    /// The frame.
    pub chrome: Chrome,
    /// The app that the person is on the way to.
    pub app: Option<String>,
    /// The address given before, as typed; says nothing about whether anybody owns it.
    pub identifier: String,
    /// Back to the address; a GET that acts on nothing.
    pub change_href: String,
    /// Where a new password can be had by mail, if it can.
    pub recover_href: Option<String>,
    /// Whether the password was set anew a moment ago.
    pub renewed: bool,
    /// What the field holds at first: a password that is no secret, in a development world.
    pub prefilled: Option<&'static str>,
    /// Why the last try did not work.
    pub fault: Option<TextId>,
    /// Where the password goes.
    pub form: Form,
}

impl Sampled for IdentifierPage {
    const NAME: &'static str = "identifier";

    fn samples(chrome: &Chrome) -> Vec<(&'static str, Self)> {
        let plain = || Self {
            chrome: chrome.clone(),
            app: Some("Web".to_owned()),
            identifier: String::new(),
            fault: None,
            form: sample::form("login/identifier"),
            chooser_href: None,
            sign_up_href: Some("#sign-up".to_owned()),
        };
        vec![
            ("plain", plain()),
            ("by-oneself", Self { app: None, chooser_href: Some("#accounts".to_owned()), ..plain() }),
            (
                "fault",
                Self { identifier: "alice".to_owned(), fault: Some(TextId::IdentifierInvalid), ..plain() },
            ),
        ]
    }
}

impl Sampled for PasswordPage {
    const NAME: &'static str = "password";

    fn samples(chrome: &Chrome) -> Vec<(&'static str, Self)> {
        let plain = || Self {
            chrome: chrome.clone(),
            app: Some("Web".to_owned()),
            identifier: "alice@acme.test".to_owned(),
            change_href: "#identifier".to_owned(),
            recover_href: Some("#recover".to_owned()),
            renewed: false,
            prefilled: None,
            fault: None,
            form: sample::form("login/password"),
        };
        let long = "wilhelmina.featherstonehaugh-cholmondeley@international.subsidiaries.example.com";
        vec![
            ("plain", plain()),
            ("renewed", Self { renewed: true, recover_href: None, ..plain() }),
            ("wrong", Self { fault: Some(TextId::WrongCredentials), ..plain() }),
            ("throttled", Self { fault: Some(sample::throttled()), ..plain() }),
            ("prefilled", Self { prefilled: Some("correct horse"), ..plain() }),
            ("long", Self { identifier: long.to_owned(), app: None, ..plain() }),
        ]
    }
}
