//! After a mailbox is proven: a new account, or a new password.

use askama::Template;
use gatehouse_domain::password::Judgement;

use crate::chrome::{Chrome, Form};
use crate::new_password::NewPasswordFault;
use crate::sample::{self, Sampled};
use crate::text_id::TextId;

/// Asks for name and password (fields `name`, `password`; `username` comes along for password managers).
#[derive(Template)]
#[template(path = "pages/new_account.html")]
pub struct NewAccountPage {
    /// The frame.
    pub chrome: Chrome,
    /// The app that the person is on the way to.
    pub app: Option<String>,
    /// The proven address.
    pub address: String,
    /// What the field of the name holds at first.
    pub name: String,
    /// What is wrong with the name.
    pub fault: Option<TextId>,
    /// What is wrong with the password.
    pub unfit: Option<NewPasswordFault>,
    /// Where both go.
    pub form: Form,
}

/// Asks for a new password (field `password`).
#[derive(Template)]
#[template(path = "pages/new_password.html")]
pub struct NewPasswordPage {
    /// The frame.
    pub chrome: Chrome,
    /// The proven address.
    pub address: String,
    /// What is wrong with the password.
    pub unfit: Option<NewPasswordFault>,
    /// Where it goes.
    pub form: Form,
}

fn too_short(chrome: &Chrome) -> Option<NewPasswordFault> {
    NewPasswordFault::of(chrome.locale, &Judgement::TooShort { min: 12 })
}

fn weak(chrome: &Chrome) -> Option<NewPasswordFault> {
    let weak = NewPasswordFault::samples().into_iter().find(|one| matches!(one, Judgement::Weak { .. }));
    weak.and_then(|judgement| NewPasswordFault::of(chrome.locale, &judgement))
}

impl Sampled for NewAccountPage {
    const NAME: &'static str = "new-account";

    fn samples(chrome: &Chrome) -> Vec<(&'static str, Self)> {
        let plain = || Self {
            chrome: chrome.clone(),
            app: Some("Web".to_owned()),
            address: "ada@example.com".to_owned(),
            name: String::new(),
            fault: None,
            unfit: None,
            form: sample::form("signup/account"),
        };
        vec![
            ("plain", plain()),
            ("name", Self { fault: Some(TextId::NameUnfit), ..plain() }),
            ("short", Self { name: "Ada".to_owned(), unfit: too_short(chrome), ..plain() }),
            ("weak", Self { name: "Ada".to_owned(), unfit: weak(chrome), ..plain() }),
        ]
    }
}

impl Sampled for NewPasswordPage {
    const NAME: &'static str = "new-password";

    fn samples(chrome: &Chrome) -> Vec<(&'static str, Self)> {
        let plain = || Self {
            chrome: chrome.clone(),
            address: "ada@example.com".to_owned(),
            unfit: None,
            form: sample::form("recover/password"),
        };
        vec![("plain", plain()), ("short", Self { unfit: too_short(chrome), ..plain() })]
    }
}
