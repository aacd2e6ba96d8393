//! What comes next for somebody who has just made an account.

use std::borrow::Cow;

use askama::Template;
use gatehouse_domain::identity::Role;

use super::memberships::word;
use crate::chrome::{Account, Chrome, Form};
use crate::date::Moment;
use crate::sample::{self, Sampled};

/// Says where the person is, what waits, and where to go.
#[derive(Template)]
#[template(path = "pages/account/welcome.html")]
pub struct WelcomePage {
    /// The frame.
    pub chrome: Chrome,
    /// Who.
    pub account: Account,
    /// The organisation whose page this is, at its own address.
    pub tenant: Option<String>,
    /// The organisation of this person alone.
    pub own: Option<Place>,
    /// What waits for an answer.
    pub invitations: Vec<WaitingInvitation>,
    /// The apps that can be begun here.
    pub apps: Vec<Place>,
    /// The page of the account.
    pub account_href: String,
}

/// Somewhere to go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Its name.
    pub name: String,
    /// Its address.
    pub href: String,
}

/// An invitation, and its answer.
pub struct WaitingInvitation {
    /// The organisation.
    pub tenant: String,
    /// As what.
    pub role: Role,
    /// Until when.
    pub until: Moment,
    /// Accepts.
    pub accept: Form,
}

impl WaitingInvitation {
    fn role(&self, chrome: &Chrome) -> Cow<'static, str> {
        chrome.t(word(self.role))
    }

    fn until(&self, chrome: &Chrome) -> String {
        self.until.full(chrome.locale)
    }
}

impl WelcomePage {
    fn heading(&self) -> Cow<'static, str> {
        match &self.account.name {
            Some(name) => self.chrome.t1("welcome-heading", "name", name),
            None => self.chrome.t("welcome-title"),
        }
    }
}

/// Asks for the address of a sign-in of one's own (field `address`).
#[derive(Template)]
#[template(path = "pages/account/own.html")]
pub struct OwnSignInPage {
    /// The frame.
    pub chrome: Chrome,
    /// Back to what the session sees.
    pub back_href: String,
    /// The organisation through which the person signs in.
    pub tenant: String,
    /// What the field holds at first.
    pub address: String,
    /// Why the last try did not work.
    pub fault: Option<crate::TextId>,
    /// Where the address goes.
    pub form: Form,
}

impl Sampled for WelcomePage {
    const NAME: &'static str = "welcome";

    fn samples(chrome: &Chrome) -> Vec<(&'static str, Self)> {
        let place = |name: &str| Place { name: name.to_owned(), href: format!("#{name}") };
        let invitation = |tenant: &str, role| WaitingInvitation {
            tenant: tenant.to_owned(),
            role,
            until: chrono::DateTime::from_timestamp(1_767_600_000, 0).unwrap_or_default().into(),
            accept: sample::form("welcome/accept"),
        };
        let full = Self {
            chrome: chrome.clone(),
            account: sample::alice(),
            tenant: None,
            own: Some(place("Alice Archer")),
            invitations: vec![invitation("Acme", Role::Admin), invitation("Globex", Role::Member)],
            apps: vec![place("Web"), place("Quarterly Reporting <Beta>")],
            account_href: "#account".to_owned(),
        };
        let bare = Self {
            chrome: chrome.clone(),
            account: sample::account("ses_3", None, "deliveries.and.returns@warehouse.acme.test", None),
            tenant: Some("Acme".to_owned()),
            own: None,
            invitations: Vec::new(),
            apps: Vec::new(),
            account_href: "#account".to_owned(),
        };
        vec![("full", full), ("bare", bare)]
    }
}

impl Sampled for OwnSignInPage {
    const NAME: &'static str = "own-sign-in";

    fn samples(chrome: &Chrome) -> Vec<(&'static str, Self)> {
        let plain = |address: &str, fault| Self {
            chrome: chrome.clone(),
            back_href: "#account".to_owned(),
            tenant: "Acme".to_owned(),
            address: address.to_owned(),
            fault,
            form: sample::form("account/own"),
        };
        let wrong = Some(crate::TextId::IdentifierInvalid);
        vec![("plain", plain("", None)), ("invalid", plain("alice at acme", wrong))]
    }
}
