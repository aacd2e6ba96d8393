//! The apps that have something of a person.

use askama::Template;
use chrono::{DateTime, Utc};

use crate::brand::monogram;
use crate::chrome::{Chrome, Form};
use crate::date::Moment;
use crate::sample::{self, Sampled};

/// An app in one organisation.
pub struct ConnectedItem {
    /// Its name.
    pub name: String,
    /// The organisation.
    pub tenant: String,
    /// Since when.
    pub since: Moment,
    /// Takes everything back.
    pub revoke: Form,
}

impl ConnectedItem {
    fn monogram(&self) -> String {
        monogram(&self.name)
    }
}

/// The apps that have something of a person.
#[derive(Template)]
#[template(path = "pages/account/apps.html")]
pub struct ConnectedPage {
    /// The frame.
    pub chrome: Chrome,
    /// The page of the account.
    pub back_href: String,
    /// The apps.
    pub apps: Vec<ConnectedItem>,
}

impl Sampled for ConnectedPage {
    const NAME: &'static str = "account-apps";

    fn samples(chrome: &Chrome) -> Vec<(&'static str, Self)> {
        let page = |apps| Self { chrome: chrome.clone(), back_href: "#account".to_owned(), apps };
        let item = |name: &str, tenant: &str| ConnectedItem {
            name: name.to_owned(),
            tenant: tenant.to_owned(),
            since: Moment::from(DateTime::<Utc>::UNIX_EPOCH),
            revoke: sample::form("account/apps/revoke"),
        };
        let several = vec![item("Quarterly Reporting <Beta>", "Acme"), item("Web", "Globex")];
        vec![("several", page(several)), ("none", page(Vec::new()))]
    }
}
