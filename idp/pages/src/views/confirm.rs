//! An address that nobody has proven yet: of who has just signed in with it, and of an account that the tenant made.

use askama::Template;

use crate::chrome::{Chrome, Form};
use crate::sample::{self, Sampled};
use crate::text_id::TextId;

/// Offers to prove the address of a sign-in.
#[derive(Template)]
#[template(path = "pages/confirm.html")]
pub struct ConfirmPage {
    /// The frame.
    pub chrome: Chrome,
    /// The app that the person is on the way to.
    pub app: Option<String>,
    /// The address.
    pub address: String,
    /// Why the last try did not work.
    pub fault: Option<TextId>,
    /// Has a code mailed.
    pub form: Form,
    /// Goes on without.
    pub later: Form,
}

/// Asks for the password of an account that waits for the owner of a proven mailbox (field `password`; `username` comes along for
/// password managers).
#[derive(Template)]
#[template(path = "pages/waiting.html")]
pub struct WaitingPage {
    /// The frame.
    pub chrome: Chrome,
    /// The app that the person is on the way to.
    pub app: Option<String>,
    /// The organisation that made the account.
    pub tenant: String,
    /// The proven address.
    pub address: String,
    /// Why the last try did not work.
    pub fault: Option<TextId>,
    /// Where the password goes.
    pub form: Form,
    /// Makes a new account.
    pub instead: Form,
}

impl Sampled for ConfirmPage {
    const NAME: &'static str = "confirm";

    fn samples(chrome: &Chrome) -> Vec<(&'static str, Self)> {
        let plain = |app: Option<&str>, fault| Self {
            chrome: chrome.clone(),
            app: app.map(str::to_owned),
            address: "ines@old.example".to_owned(),
            fault,
            form: sample::form("login/confirm"),
            later: sample::form("login/later"),
        };
        vec![
            ("app", plain(Some("Web"), None)),
            ("plain", plain(None, None)),
            ("throttled", plain(None, Some(sample::throttled()))),
        ]
    }
}

impl Sampled for WaitingPage {
    const NAME: &'static str = "waiting";

    fn samples(chrome: &Chrome) -> Vec<(&'static str, Self)> {
        let plain = |fault| Self {
            chrome: chrome.clone(),
            app: Some("Web".to_owned()),
            tenant: "Acme".to_owned(),
            address: "ines@old.example".to_owned(),
            fault,
            form: sample::form("login/password"),
            instead: sample::form("signup/instead"),
        };
        vec![("plain", plain(None)), ("wrong", plain(Some(TextId::WrongCredentials)))]
    }
}
