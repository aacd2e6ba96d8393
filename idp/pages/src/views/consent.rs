//! May this app have that?

use std::borrow::Cow;

use askama::Template;

use crate::chrome::{Account, Chrome, Form};
use crate::sample::{self, Sampled};

/// Asks for consent (field `decision`: `allow` or `deny`).
#[derive(Template)]
#[template(path = "pages/consent.html")]
pub struct ConsentPage {
    /// The frame.
    pub chrome: Chrome,
    /// Who asks.
    pub app: AskingApp,
    /// Who is asked.
    pub account: Account,
    /// For what.
    pub scopes: Vec<Scope>,
    /// Where the decision goes.
    pub form: Form,
}

/// The app that asks.
pub struct AskingApp {
    /// Its registered name.
    pub name: String,
    /// The host of its redirect URI, the part of its identity that it cannot choose freely.
    pub host: Option<String>,
}

/// One scope that is asked for.
pub struct Scope {
    /// Its name in the protocol.
    pub name: String,
    /// Its words, where the resource gave some; standard scopes have words of their own.
    pub description: Option<String>,
}

impl Scope {
    /// The scope in words: "would be able to: …".
    fn words<'a>(&'a self, chrome: &Chrome) -> Cow<'a, str> {
        match (self.name.as_str(), &self.description) {
            ("openid", _) => chrome.t("scope-openid"),
            ("profile", _) => chrome.t("scope-profile"),
            ("email", _) => chrome.t("scope-email"),
            ("offline_access", _) => chrome.t("scope-offline-access"),
            (_, Some(description)) => Cow::Borrowed(description),
            (name, None) => chrome.t1("scope-custom", "scope", name),
        }
    }
}

impl Sampled for ConsentPage {
    const NAME: &'static str = "consent";

    fn samples(chrome: &Chrome) -> Vec<(&'static str, Self)> {
        let scope = |name: &str, words: Option<&str>| Scope {
            name: name.to_owned(),
            description: words.map(str::to_owned),
        };
        let page = |name: &str, host: Option<&str>, scopes| Self {
            chrome: chrome.clone(),
            app: AskingApp { name: name.to_owned(), host: host.map(str::to_owned) },
            account: sample::alice(),
            scopes,
            form: sample::form("login/consent"),
        };
        let every = vec![
            scope("openid", None),
            scope("profile", None),
            scope("email", None),
            scope("offline_access", None),
            scope("invoices:read", None),
            scope("orders:write", Some("Create and change orders")),
        ];
        vec![
            (
                "plain",
                page("Ledger", Some("ledger.example"), vec![scope("openid", None), scope("email", None)]),
            ),
            ("every-scope", page("Quarterly Reporting <Beta>", None, every)),
        ]
    }
}
