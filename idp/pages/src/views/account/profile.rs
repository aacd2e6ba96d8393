//! Name and language.

use askama::Template;

use crate::chrome::{Chrome, Form};
use crate::locale::Locale;
use crate::sample::{self, Sampled};
use crate::text_id::TextId;

/// Asks for name and language (fields `name`, `locale`).
#[derive(Template)]
#[template(path = "pages/account/profile.html")]
pub struct ProfilePage {
    /// The frame.
    pub chrome: Chrome,
    /// The page of the account.
    pub back_href: String,
    /// What the field of the name holds at first.
    pub name: String,
    /// The language of choice, if there is one.
    pub locale: Option<Locale>,
    /// What is wrong with the name.
    pub fault: Option<TextId>,
    /// Where both go.
    pub form: Form,
}

impl ProfilePage {
    fn languages(&self) -> [Locale; 6] {
        Locale::ALL
    }

    fn is_chosen(&self, known: &Locale) -> bool {
        self.locale == Some(*known)
    }
}

impl Sampled for ProfilePage {
    const NAME: &'static str = "account-name";

    fn samples(chrome: &Chrome) -> Vec<(&'static str, Self)> {
        let plain = || Self {
            chrome: chrome.clone(),
            back_href: "#account".to_owned(),
            name: "Alice Archer".to_owned(),
            locale: Some(Locale::De),
            fault: None,
            form: sample::form("account/name"),
        };
        let unfit = Self { name: String::new(), locale: None, fault: Some(TextId::NameUnfit), ..plain() };
        vec![("plain", plain()), ("unfit", unfit)]
    }
}
