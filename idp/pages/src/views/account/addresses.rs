//! The addresses of an account, and one more.

use askama::Template;
use chrono::{DateTime, Utc};

use crate::chrome::{Chrome, Form};
use crate::date::Moment;
use crate::sample::{self, Sampled};
use crate::text_id::TextId;

/// What is known about an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Proven, and the main one.
    Primary,
    /// Proven.
    Proven,
    /// Not proven.
    Unproven,
    /// Was proven once.
    Lapsed,
}

impl Standing {
    pub(super) fn words(self, chrome: &Chrome) -> String {
        let key = match self {
            Self::Primary => "account-address-primary",
            Self::Proven => "account-address-proven",
            Self::Unproven => "account-address-unproven",
            Self::Lapsed => "account-address-lapsed",
        };
        chrome.t(key).into_owned()
    }
}

/// An address, with what can be done about it.
pub struct AddressItem {
    /// The address.
    pub address: String,
    /// What is known about it.
    pub standing: Standing,
    /// Since when letters to it are refused.
    pub refused: Option<Moment>,
    /// Proves it.
    pub prove: Option<Form>,
    /// Makes it the main one.
    pub promote: Option<Form>,
    /// Takes it off the account.
    pub remove: Option<Form>,
}

/// The addresses of an account.
#[derive(Template)]
#[template(path = "pages/account/addresses.html")]
pub struct AddressesPage {
    /// The frame.
    pub chrome: Chrome,
    /// The page of the account.
    pub back_href: String,
    /// The addresses, the main one first.
    pub addresses: Vec<AddressItem>,
    /// The page for one more.
    pub add_href: String,
}

/// Asks for one more address (fields `address`, `promote`).
#[derive(Template)]
#[template(path = "pages/account/add_address.html")]
pub struct AddAddressPage {
    /// The frame.
    pub chrome: Chrome,
    /// The page of the account.
    pub back_href: String,
    /// What the field holds at first.
    pub address: String,
    /// What is wrong.
    pub fault: Option<TextId>,
    /// Where it goes.
    pub form: Form,
}

/// One address of each standing.
pub(super) fn samples() -> Vec<AddressItem> {
    let form = |name: &str| Some(sample::form(name));
    let item = |address: &str, standing, prove, promote, remove| AddressItem {
        address: address.to_owned(),
        standing,
        refused: (standing == Standing::Proven).then(|| Moment::from(DateTime::<Utc>::UNIX_EPOCH)),
        prove,
        promote,
        remove,
    };
    let (prove, promote, remove) =
        ("account/addresses/prove", "account/addresses/primary", "account/addresses/remove");
    vec![
        item("alice@acme.test", Standing::Primary, None, None, None),
        item("alice.archer@mail.test", Standing::Proven, None, form(promote), form(remove)),
        item("archer@new.test", Standing::Unproven, form(prove), None, form(remove)),
        item("deliveries.and.returns@warehouse.acme.test", Standing::Lapsed, form(prove), None, form(remove)),
    ]
}

impl Sampled for AddressesPage {
    const NAME: &'static str = "account-addresses";

    fn samples(chrome: &Chrome) -> Vec<(&'static str, Self)> {
        let page = Self {
            chrome: chrome.clone(),
            back_href: "#account".to_owned(),
            addresses: samples(),
            add_href: "#add".to_owned(),
        };
        vec![("all", page)]
    }
}

impl Sampled for AddAddressPage {
    const NAME: &'static str = "account-address";

    fn samples(chrome: &Chrome) -> Vec<(&'static str, Self)> {
        let plain = || Self {
            chrome: chrome.clone(),
            back_href: "#account".to_owned(),
            address: String::new(),
            fault: None,
            form: sample::form("account/address"),
        };
        let known =
            Self { address: "alice@acme.test".to_owned(), fault: Some(TextId::AddressKnown), ..plain() };
        vec![("plain", plain()), ("known", known)]
    }
}
