//! Being asked to join an organisation.

use std::borrow::Cow;

use askama::Template;
use gatehouse_domain::identity::Role;

use crate::chrome::{Account, Chrome, Form};
use crate::date::Moment;
use crate::sample::{self, Sampled};
use crate::text_id::TextId;

/// Says who invites whom, where to, as what and until when, and offers what the visitor can do about it.
#[derive(Template)]
#[template(path = "pages/invitation.html")]
pub struct InvitationPage {
    /// The frame.
    pub chrome: Chrome,
    /// The organisation.
    pub tenant: String,
    /// Who invites, where that is told.
    pub inviter: Option<String>,
    /// As what.
    pub role: Role,
    /// For which address.
    pub address: String,
    /// Until when.
    pub until: Moment,
    /// Why this account cannot accept.
    pub fault: Option<TextId>,
    /// Who is signed in.
    pub account: Option<Account>,
    /// Accepts.
    pub accept: Option<Form>,
    /// Declines.
    pub decline: Option<Form>,
    /// To prove the address for this account.
    pub prove: Option<Form>,
    /// To sign in, or to use another account.
    pub sign_in: Option<Form>,
    /// To make the account.
    pub sign_up: Option<Form>,
}

impl InvitationPage {
    fn until_words(&self) -> String {
        self.until.full(self.chrome.locale)
    }

    fn role_name(&self) -> Cow<'static, str> {
        self.chrome.t(match self.role {
            Role::Owner => "mail-role-owner",
            Role::Admin => "mail-role-admin",
            Role::Auditor => "mail-role-auditor",
            Role::Member => "mail-role-member",
        })
    }
}

/// Says that an invitation was declined.
#[derive(Template)]
#[template(path = "pages/declined.html")]
pub struct DeclinedPage {
    /// The frame.
    pub chrome: Chrome,
    /// The organisation.
    pub tenant: String,
    /// The account at the same issuer.
    pub home_href: String,
}

impl Sampled for InvitationPage {
    const NAME: &'static str = "invitation";

    fn samples(chrome: &Chrome) -> Vec<(&'static str, Self)> {
        let plain = || Self {
            chrome: chrome.clone(),
            tenant: "Acme".to_owned(),
            inviter: Some("Bob Example".to_owned()),
            role: Role::Member,
            address: "alice@acme.test".to_owned(),
            until: chrono::DateTime::from_timestamp(1_767_600_000, 0).unwrap_or_default().into(),
            fault: None,
            account: None,
            accept: None,
            decline: None,
            prove: None,
            sign_in: None,
            sign_up: None,
        };
        let form = |action: &str| Some(sample::form(&format!("invitations/{action}")));
        vec![
            ("signed-out", Self { sign_in: form("sign-in"), sign_up: form("sign-up"), ..plain() }),
            ("signed-out-closed", Self { sign_in: form("sign-in"), inviter: None, ..plain() }),
            (
                "owner",
                Self {
                    account: Some(sample::alice()),
                    accept: form("accept"),
                    decline: form("decline"),
                    role: Role::Admin,
                    ..plain()
                },
            ),
            (
                "on-the-way",
                Self {
                    account: Some(sample::alice()),
                    accept: Some(sample::form("login/join")),
                    sign_in: Some(sample::form("login/another")),
                    ..plain()
                },
            ),
            (
                "mismatch",
                Self {
                    account: Some(sample::account("ses_2", Some("Carol"), "carol@consult.test", None)),
                    fault: Some(TextId::InvitationMismatch),
                    prove: form("prove"),
                    sign_in: form("sign-in"),
                    ..plain()
                },
            ),
        ]
    }
}

impl Sampled for DeclinedPage {
    const NAME: &'static str = "declined";

    fn samples(chrome: &Chrome) -> Vec<(&'static str, Self)> {
        let (tenant, home_href) = ("Acme".to_owned(), "#home".to_owned());
        vec![("plain", Self { chrome: chrome.clone(), tenant, home_href })]
    }
}
