//! A change of the main address taken back.

use askama::Template;

use crate::chrome::{Chrome, Form};
use crate::sample::{self, Sampled};

/// Asks whether a change is to be taken back.
#[derive(Template)]
#[template(path = "pages/account/undo.html")]
pub struct UndoPage {
    /// The frame.
    pub chrome: Chrome,
    /// The address that becomes the main one again.
    pub old: String,
    /// The one that goes, unless it is gone already.
    pub new: Option<String>,
    /// Takes it back.
    pub form: Form,
}

/// Says that a change is taken back, and what comes next.
#[derive(Template)]
#[template(path = "pages/account/undone.html")]
pub struct UndonePage {
    /// The frame.
    pub chrome: Chrome,
    /// Where a new password is set.
    pub recover_href: String,
}

impl Sampled for UndoPage {
    const NAME: &'static str = "undo";

    fn samples(chrome: &Chrome) -> Vec<(&'static str, Self)> {
        let page = |new: Option<&str>| Self {
            chrome: chrome.clone(),
            old: "alice@acme.test".to_owned(),
            new: new.map(str::to_owned),
            form: sample::form("account/undo"),
        };
        vec![("plain", page(Some("mallory@elsewhere.test"))), ("gone", page(None))]
    }
}

impl Sampled for UndonePage {
    const NAME: &'static str = "undone";

    fn samples(chrome: &Chrome) -> Vec<(&'static str, Self)> {
        vec![("plain", Self { chrome: chrome.clone(), recover_href: "#recover".to_owned() })]
    }
}
