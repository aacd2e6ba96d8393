//! The root of an issuer.

use askama::Template;

use crate::chrome::{Account, Chrome, Form};
use crate::sample::{self, Sampled};

/// Says who is signed in here, or offers to sign in.
#[derive(Template)]
#[template(path = "pages/home.html")]
pub struct HomePage {
    /// The frame.
    pub chrome: Chrome,
    /// The session, if there is one.
    pub signed_in: Option<SignedInState>,
    /// The sign-in page; with a session it reads "use another account".
    pub sign_in_href: Option<String>,
}

/// A live session and its end.
pub struct SignedInState {
    /// Who.
    pub account: Account,
    /// Signs out.
    pub sign_out: Form,
}

impl Sampled for HomePage {
    const NAME: &'static str = "home";

    fn samples(chrome: &Chrome) -> Vec<(&'static str, Self)> {
        let page = |signed_in, href: Option<&str>| Self {
            chrome: chrome.clone(),
            signed_in,
            sign_in_href: href.map(str::to_owned),
        };
        let state = || SignedInState { account: sample::alice(), sign_out: sample::form("logout") };
        vec![
            ("signed-in", page(Some(state()), None)),
            ("signed-in-other", page(Some(state()), Some("#login"))),
            ("signed-out", page(None, Some("#login"))),
        ]
    }
}
