//! Choosing among what is there: accounts of this browser, organisations of this person.

use askama::Template;

use crate::brand::monogram;
use crate::chrome::{Account, Chrome, Form};
use crate::sample::{self, Sampled};
use crate::text_id::TextId;

/// The accounts signed in to this browser (field `session` names one).
#[derive(Template)]
#[template(path = "pages/account_chooser.html")]
pub struct AccountChooserPage {
    /// The frame.
    pub chrome: Chrome,
    /// The app that the person is on the way to.
    pub app: Option<String>,
    /// Why the last choice did not work.
    pub fault: Option<TextId>,
    /// The live sessions.
    pub accounts: Vec<Account>,
    /// Goes on with one.
    pub choose: Form,
    /// Signs one out.
    pub remove: Form,
    /// Goes on to the identifier.
    pub other: Form,
}

/// The organisations of one person (field `organization` holds the slug of the chosen one).
#[derive(Template)]
#[template(path = "pages/tenant_chooser.html")]
pub struct TenantChooserPage {
    /// The frame.
    pub chrome: Chrome,
    /// The app that the person is on the way to.
    pub app: Option<String>,
    /// Who is choosing.
    pub address: String,
    /// Why the last choice did not work.
    pub fault: Option<TextId>,
    /// The organisations of this cell that have the person as a member.
    pub tenants: Vec<TenantChoice>,
    /// Enters one.
    pub form: Form,
    /// Signs in with another account, which may have one.
    pub other: Form,
}

/// One organisation to choose. A monogram stands for it, not its logo: on a page of the platform that would be a call to each
/// of their hosts.
pub struct TenantChoice {
    /// Its slug: what the form sends.
    pub slug: String,
    /// Its name.
    pub name: String,
}

impl TenantChoice {
    fn monogram(&self) -> String {
        monogram(&self.name)
    }
}

impl Sampled for AccountChooserPage {
    const NAME: &'static str = "accounts";

    fn samples(chrome: &Chrome) -> Vec<(&'static str, Self)> {
        let page = |fault, accounts| Self {
            chrome: chrome.clone(),
            app: Some("Web".to_owned()),
            fault,
            accounts,
            choose: sample::form("login/accounts"),
            remove: sample::form("login/accounts/sign-out"),
            other: sample::form("login/accounts/other"),
        };
        let carol = sample::account(
            "ses_2",
            Some("Carol Contractor-Castellanos"),
            "carol@consult.test",
            Some("Globex"),
        );
        let bare = sample::account("ses_3", None, "deliveries.and.returns@warehouse.acme.test", None);
        vec![
            ("one", page(Some(TextId::SessionEnded), vec![sample::alice()])),
            ("several", page(None, vec![sample::alice(), carol, bare])),
        ]
    }
}

impl Sampled for TenantChooserPage {
    const NAME: &'static str = "tenants";

    fn samples(chrome: &Chrome) -> Vec<(&'static str, Self)> {
        let page = |fault, tenants| Self {
            chrome: chrome.clone(),
            app: Some("Web".to_owned()),
            address: "carol@consult.test".to_owned(),
            fault,
            tenants,
            form: sample::form("login/organization"),
            other: sample::form("login/another"),
        };
        let choice = |slug: &str, name: &str| TenantChoice { slug: slug.to_owned(), name: name.to_owned() };
        let tenants = vec![
            choice("acme", "Acme"),
            choice("globex", "Globex"),
            choice("landesamt", "Landesamt für Vermessung und Geoinformation"),
        ];
        vec![
            ("several", page(None, tenants)),
            ("fault", page(Some(TextId::NotAMember), vec![choice("globex", "Globex")])),
            ("none", page(None, Vec::new())),
        ]
    }
}

#[cfg(test)]
mod tests {
    use askama::Template as _;

    use super::*;
    use crate::Locale;

    #[test]
    fn who_has_no_organisation_can_use_another_account() {
        let samples = TenantChooserPage::samples(&sample::chrome(Locale::En));
        let (_, none) = samples.into_iter().find(|(name, _)| *name == "none").unwrap();
        assert!(none.render().unwrap().contains("/login/another\""));
    }
}
