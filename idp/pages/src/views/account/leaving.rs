//! A copy of everything, and the end of the account.

use askama::Template;
use chrono::{DateTime, Utc};

use crate::chrome::{Chrome, Form};
use crate::date::Moment;
use crate::sample::{self, Sampled};

/// Offers a copy of everything that is kept about the person.
#[derive(Template)]
#[template(path = "pages/account/data.html")]
pub struct DataPage {
    /// The frame.
    pub chrome: Chrome,
    /// The page of the account.
    pub back_href: String,
    /// Downloads it.
    pub form: Form,
}

/// What can be done about the end of the account.
pub enum DeletionAct {
    /// Nobody asked for it: this asks.
    Ask(Form),
    /// It cannot be asked for: these organisations would be left without an owner.
    Owner(Vec<String>),
    /// It is due then; this keeps the account.
    Keep(Moment, Form),
}

/// The end of the account.
#[derive(Template)]
#[template(path = "pages/account/deletion.html")]
pub struct DeletionPage {
    /// The frame.
    pub chrome: Chrome,
    /// The page of the account.
    pub back_href: String,
    /// What can be done.
    pub act: DeletionAct,
}

/// Asks whoever followed a mailed link whether the account is to be kept.
#[derive(Template)]
#[template(path = "pages/account/keep.html")]
pub struct KeepPage {
    /// The frame.
    pub chrome: Chrome,
    /// When it ends otherwise.
    pub due: Moment,
    /// Keeps it.
    pub form: Form,
}

/// Says that the account is kept.
#[derive(Template)]
#[template(path = "pages/account/kept.html")]
pub struct KeptPage {
    /// The frame.
    pub chrome: Chrome,
    /// Where a new password is set.
    pub recover_href: String,
}

fn due() -> Moment {
    Moment::from(DateTime::<Utc>::UNIX_EPOCH)
}

impl Sampled for DataPage {
    const NAME: &'static str = "account-data";

    fn samples(chrome: &Chrome) -> Vec<(&'static str, Self)> {
        let back_href = "#account".to_owned();
        vec![("plain", Self { chrome: chrome.clone(), back_href, form: sample::form("account/data") })]
    }
}

impl Sampled for DeletionPage {
    const NAME: &'static str = "account-deletion";

    fn samples(chrome: &Chrome) -> Vec<(&'static str, Self)> {
        let page = |act| Self { chrome: chrome.clone(), back_href: "#account".to_owned(), act };
        let owned = ["Acme", "Landesamt für Vermessung und Geoinformation"].map(str::to_owned);
        vec![
            ("ask", page(DeletionAct::Ask(sample::form("account/deletion")))),
            ("owner", page(DeletionAct::Owner(owned.to_vec()))),
            ("due", page(DeletionAct::Keep(due(), sample::form("account/keep")))),
        ]
    }
}

impl Sampled for KeepPage {
    const NAME: &'static str = "keep";

    fn samples(chrome: &Chrome) -> Vec<(&'static str, Self)> {
        vec![("plain", Self { chrome: chrome.clone(), due: due(), form: sample::form("account/undo") })]
    }
}

impl Sampled for KeptPage {
    const NAME: &'static str = "kept";

    fn samples(chrome: &Chrome) -> Vec<(&'static str, Self)> {
        vec![("plain", Self { chrome: chrome.clone(), recover_href: "#recover".to_owned() })]
    }
}
