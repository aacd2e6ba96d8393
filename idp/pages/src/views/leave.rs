//! Signing out.

use askama::Template;

use crate::chrome::{Account, Chrome, Form};
use crate::sample::{self, Sampled};

/// Asks before it signs out (OpenID Connect RP-Initiated Logout, section 2): a link must not be enough.
#[derive(Template)]
#[template(path = "pages/sign_out.html")]
pub struct SignOutPage {
    /// The frame.
    pub chrome: Chrome,
    /// Who would be signed out.
    pub account: Account,
    /// Does it.
    pub form: Form,
    /// A way to stay.
    pub stay_href: Option<String>,
}

/// Says that it is done.
#[derive(Template)]
#[template(path = "pages/signed_out.html")]
pub struct SignedOutPage {
    /// The frame.
    pub chrome: Chrome,
    /// Back to the app, to a registered address only.
    pub return_to: Option<ReturnLink>,
    /// The sign-in page.
    pub sign_in_href: Option<String>,
}

/// A way back to an app.
pub struct ReturnLink {
    /// The app's name.
    pub app: String,
    /// The address.
    pub href: String,
}

impl Sampled for SignOutPage {
    const NAME: &'static str = "sign-out";

    fn samples(chrome: &Chrome) -> Vec<(&'static str, Self)> {
        let page = |stay_href| Self {
            chrome: chrome.clone(),
            account: sample::alice(),
            form: sample::form("logout"),
            stay_href,
        };
        vec![("plain", page(None)), ("stay", page(Some("#home".to_owned())))]
    }
}

impl Sampled for SignedOutPage {
    const NAME: &'static str = "signed-out";

    fn samples(chrome: &Chrome) -> Vec<(&'static str, Self)> {
        let page = |return_to, sign_in_href| Self { chrome: chrome.clone(), return_to, sign_in_href };
        let back = ReturnLink { app: "Web".to_owned(), href: "#app".to_owned() };
        vec![("plain", page(None, None)), ("links", page(Some(back), Some("#login".to_owned())))]
    }
}
