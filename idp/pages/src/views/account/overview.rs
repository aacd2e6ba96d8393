//! The first page of an account.

use askama::Template;
use chrono::{DateTime, Utc};

use super::{AddressItem, MembershipItem, addresses, memberships};
use crate::chrome::{Account, Chrome, Form};
use crate::date::Moment;
use crate::locale::Locale;
use crate::sample::{self, Sampled};

/// What there is of a person, a section each.
#[derive(Template)]
#[template(path = "pages/account/overview.html")]
pub struct OverviewPage {
    /// The frame.
    pub chrome: Chrome,
    /// Who.
    pub account: Account,
    /// The language that the person chose; none where the browser decides.
    pub language: Option<Locale>,
    /// The addresses, the main one first.
    pub addresses: Vec<AddressItem>,
    /// When the password was set; none if there is none.
    pub password_since: Option<Moment>,
    /// How many sessions are live.
    pub sessions: usize,
    /// The organisations.
    pub memberships: Vec<MembershipItem>,
    /// When the account ends, if its person asked for that, and what keeps it.
    pub ending: Option<(Moment, Form)>,
    /// Where the sections lead.
    pub links: AccountLinks,
}

/// The pages of the sections.
#[derive(Debug, Clone)]
pub struct AccountLinks {
    /// Name and language.
    pub name: String,
    /// Addresses.
    pub addresses: String,
    /// Another password.
    pub password: String,
    /// Devices.
    pub sessions: String,
    /// Organisations.
    pub memberships: String,
    /// Connected apps.
    pub apps: String,
    /// What happened.
    pub activity: String,
    /// A copy of everything.
    pub data: String,
    /// The end of the account.
    pub deletion: String,
    /// Another account of this browser.
    pub other: String,
}

impl OverviewPage {
    fn language(&self) -> String {
        self.language.map_or_else(
            || self.chrome.t("account-language-auto").into_owned(),
            |locale| locale.name().to_owned(),
        )
    }
}

impl Sampled for OverviewPage {
    const NAME: &'static str = "account";

    fn samples(chrome: &Chrome) -> Vec<(&'static str, Self)> {
        let link = |name: &str| format!("#{name}");
        let plain = || Self {
            chrome: chrome.clone(),
            account: sample::alice(),
            language: Some(Locale::De),
            addresses: addresses::samples(),
            password_since: Some(Moment::from(DateTime::<Utc>::UNIX_EPOCH)),
            sessions: 3,
            memberships: memberships::samples(),
            ending: None,
            links: AccountLinks {
                name: link("name"),
                addresses: link("addresses"),
                password: link("password"),
                sessions: link("sessions"),
                memberships: link("memberships"),
                apps: link("apps"),
                activity: link("activity"),
                data: link("data"),
                deletion: link("deletion"),
                other: link("other"),
            },
        };
        let bare = Self {
            account: sample::account("ses_3", None, "deliveries.and.returns@warehouse.acme.test", None),
            language: None,
            password_since: None,
            sessions: 1,
            memberships: Vec::new(),
            ..plain()
        };
        let end = (Moment::from(DateTime::<Utc>::UNIX_EPOCH), sample::form("account/keep"));
        let ending = Self { ending: Some(end), ..plain() };
        vec![("full", plain()), ("bare", bare), ("ending", ending)]
    }
}
