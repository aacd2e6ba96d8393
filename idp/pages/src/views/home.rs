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
    /// What just became of the person here.
    pub joined: Option<Joined>,
    /// The sign-in page; with a session it reads "use another account".
    pub sign_in_href: Option<String>,
}

/// What an invitation, or a proven mailbox, has led to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Joined {
    /// The person is a member of this organisation now.
    Now(String),
    /// The person was one already.
    Already(String),
}

/// A live session and its end.
pub struct SignedInState {
    /// Who.
    pub account: Account,
    /// The page of the account.
    pub account_href: String,
    /// Signs out.
    pub sign_out: Form,
}

impl HomePage {
    fn news(&self) -> Option<String> {
        let (key, tenant) = match self.joined.as_ref()? {
            Joined::Now(tenant) => ("joined", tenant),
            Joined::Already(tenant) => ("joined-already", tenant),
        };
        Some(self.chrome.t1(key, "tenant", tenant).into_owned())
    }
}

impl Sampled for HomePage {
    const NAME: &'static str = "home";

    fn samples(chrome: &Chrome) -> Vec<(&'static str, Self)> {
        let page = |signed_in, href: Option<&str>| Self {
            chrome: chrome.clone(),
            signed_in,
            joined: None,
            sign_in_href: href.map(str::to_owned),
        };
        let state = || SignedInState {
            account: sample::alice(),
            account_href: "#account".to_owned(),
            sign_out: sample::form("logout"),
        };
        vec![
            ("signed-in", page(Some(state()), None)),
            ("signed-in-other", page(Some(state()), Some("#login"))),
            ("signed-out", page(None, Some("#login"))),
            ("joined", Self { joined: Some(Joined::Now("Acme".to_owned())), ..page(Some(state()), None) }),
            (
                "joined-already",
                Self { joined: Some(Joined::Already("Acme".to_owned())), ..page(Some(state()), None) },
            ),
        ]
    }
}
