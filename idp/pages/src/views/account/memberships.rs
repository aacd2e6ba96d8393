//! The organisations of a person, and the way out.

use askama::Template;
use gatehouse_domain::identity::Role;

use crate::brand::monogram;
use crate::chrome::{Chrome, Form};
use crate::sample::{self, Sampled};

/// An organisation of the person.
pub struct MembershipItem {
    /// Its name.
    pub name: String,
    /// As what.
    pub roles: Vec<Role>,
    /// The page of the account at its own address.
    pub open_href: Option<String>,
    /// The page that asks whether to leave it.
    pub leave_href: String,
}

impl MembershipItem {
    pub(super) fn monogram(&self) -> String {
        monogram(&self.name)
    }

    pub(super) fn roles(&self, chrome: &Chrome) -> String {
        chrome.list(self.roles.iter().map(|role| chrome.t(word(*role)).into_owned()))
    }
}

pub(super) const fn word(role: Role) -> &'static str {
    match role {
        Role::Owner => "mail-role-owner",
        Role::Admin => "mail-role-admin",
        Role::Auditor => "mail-role-auditor",
        Role::Member => "mail-role-member",
    }
}

/// The organisations of a person, or the one that a session is limited to.
#[derive(Template)]
#[template(path = "pages/account/memberships.html")]
pub struct MembershipsPage {
    /// The frame.
    pub chrome: Chrome,
    /// The page of the account, where there is one for the session.
    pub back_href: Option<String>,
    /// Whether the session is limited to one.
    pub only: bool,
    /// The organisations.
    pub memberships: Vec<MembershipItem>,
    /// Where a sign-in of the person's own is set up, for a session that may.
    pub own_href: Option<String>,
}

/// Asks whether to leave an organisation.
#[derive(Template)]
#[template(path = "pages/account/leave.html")]
pub struct LeavePage {
    /// The frame.
    pub chrome: Chrome,
    /// Its name.
    pub tenant: String,
    /// Leaves it.
    pub form: Form,
    /// Back.
    pub stay_href: String,
}

/// Two organisations.
pub(super) fn samples() -> Vec<MembershipItem> {
    let item = |name: &str, roles: &[Role]| MembershipItem {
        name: name.to_owned(),
        roles: roles.to_vec(),
        open_href: Some("#open".to_owned()),
        leave_href: "#leave".to_owned(),
    };
    vec![
        item("Acme", &[Role::Owner, Role::Auditor]),
        item("Landesamt für Vermessung und Geoinformation", &[Role::Member]),
    ]
}

impl Sampled for MembershipsPage {
    const NAME: &'static str = "account-memberships";

    fn samples(chrome: &Chrome) -> Vec<(&'static str, Self)> {
        let page = |only: bool, memberships| Self {
            chrome: chrome.clone(),
            back_href: (!only).then(|| "#account".to_owned()),
            only,
            memberships,
            own_href: only.then(|| "#own".to_owned()),
        };
        let one = samples().into_iter().take(1).map(|item| MembershipItem { open_href: None, ..item });
        vec![
            ("several", page(false, samples())),
            ("only", page(true, one.collect())),
            ("none", page(false, Vec::new())),
        ]
    }
}

impl Sampled for LeavePage {
    const NAME: &'static str = "account-leave";

    fn samples(chrome: &Chrome) -> Vec<(&'static str, Self)> {
        let page = Self {
            chrome: chrome.clone(),
            tenant: "Acme".to_owned(),
            form: sample::form("account/memberships/leave"),
            stay_href: "#memberships".to_owned(),
        };
        vec![("plain", page)]
    }
}
