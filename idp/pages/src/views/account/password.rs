//! Another password.

use askama::Template;
use gatehouse_domain::password::Judgement;

use crate::chrome::{Chrome, Form};
use crate::new_password::NewPasswordFault;
use crate::sample::{self, Sampled};

/// Asks for another password (field `password`; `username` comes along for password managers).
#[derive(Template)]
#[template(path = "pages/account/password.html")]
pub struct ChangePasswordPage {
    /// The frame.
    pub chrome: Chrome,
    /// The page of the account.
    pub back_href: String,
    /// The address by which the person signs in.
    pub address: String,
    /// What is wrong with the password.
    pub unfit: Option<NewPasswordFault>,
    /// Where it goes.
    pub form: Form,
}

impl Sampled for ChangePasswordPage {
    const NAME: &'static str = "account-password";

    fn samples(chrome: &Chrome) -> Vec<(&'static str, Self)> {
        let plain = || Self {
            chrome: chrome.clone(),
            back_href: "#account".to_owned(),
            address: "alice@acme.test".to_owned(),
            unfit: None,
            form: sample::form("account/password"),
        };
        let unfit = NewPasswordFault::of(chrome.locale, &Judgement::TooShort { min: 12 });
        vec![("plain", plain()), ("unfit", Self { unfit, ..plain() })]
    }
}
