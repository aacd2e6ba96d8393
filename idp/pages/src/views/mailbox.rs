//! Proving a mailbox: which address, what was mailed there, and whether the link was meant.

use askama::Template;

use crate::chrome::{Chrome, Form};
use crate::sample::{self, Sampled};
use crate::text_id::TextId;

/// What a mailbox is proven for; decides the words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Errand {
    /// A new account.
    SignUp,
    /// A new password.
    Recovery,
    /// An address of an account.
    Address,
}

impl Errand {
    const fn key(self, words: [&'static str; 3]) -> &'static str {
        let [sign_up, recovery, address] = words;
        match self {
            Self::SignUp => sign_up,
            Self::Recovery => recovery,
            Self::Address => address,
        }
    }

    fn heading(self, chrome: &Chrome) -> String {
        chrome.t(self.key(["sign-up-heading", "recover-heading", "prove-heading"])).into_owned()
    }

    fn lede(self, chrome: &Chrome) -> String {
        chrome.t(self.key(["sign-up-lede", "recover-lede", "prove-lede"])).into_owned()
    }

    fn sent(self, chrome: &Chrome) -> String {
        chrome.t(self.key(["code-sign-up", "code-recover", "code-prove"])).into_owned()
    }

    fn consequence(self, chrome: &Chrome) -> String {
        chrome.t(self.key(["link-sign-up", "link-recover", "link-prove"])).into_owned()
    }
}

/// Asks for the address whose mailbox is to be proven (field `address`).
#[derive(Template)]
#[template(path = "pages/mailbox.html")]
pub struct MailboxPage {
    /// The frame.
    pub chrome: Chrome,
    /// The app that the person is on the way to.
    pub app: Option<String>,
    /// What for.
    pub errand: Errand,
    /// What the field holds at first.
    pub address: String,
    /// Why the last try did not work.
    pub fault: Option<TextId>,
    /// Where the address goes.
    pub form: Form,
    /// Back to signing in.
    pub sign_in_href: Option<String>,
}

/// Asks for the code that was mailed (field `code`). Says the same whether anything was.
#[derive(Template)]
#[template(path = "pages/code.html")]
pub struct CodePage {
    /// The frame.
    pub chrome: Chrome,
    /// What for.
    pub errand: Errand,
    /// The address as it was typed.
    pub address: String,
    /// Where another address can be given, if it can.
    pub change_href: Option<String>,
    /// Why the last try did not work.
    pub fault: Option<TextId>,
    /// Where the code goes.
    pub form: Form,
    /// Asks for another mail.
    pub again: Form,
    /// Goes on without the proof, where it can be put off.
    pub later: Option<Form>,
}

/// Asks whether a mailed link was meant, in the browser that asked for it.
#[derive(Template)]
#[template(path = "pages/link.html")]
pub struct LinkPage {
    /// The frame.
    pub chrome: Chrome,
    /// What for.
    pub errand: Errand,
    /// Whose link.
    pub address: String,
    /// Confirms it.
    pub form: Form,
}

/// Says that a mailed link works in the browser that asked for it, and that the code does the same there.
#[derive(Template)]
#[template(path = "pages/elsewhere.html")]
pub struct ElsewherePage {
    /// The frame.
    pub chrome: Chrome,
}

const ADDRESS: &str = "ada@example.com";

impl Sampled for MailboxPage {
    const NAME: &'static str = "mailbox";

    fn samples(chrome: &Chrome) -> Vec<(&'static str, Self)> {
        let plain = |errand| Self {
            chrome: chrome.clone(),
            app: Some("Web".to_owned()),
            errand,
            address: String::new(),
            fault: None,
            form: sample::form("signup/address"),
            sign_in_href: Some("#sign-in".to_owned()),
        };
        vec![
            ("sign-up", plain(Errand::SignUp)),
            (
                "sign-up-taken",
                Self {
                    address: ADDRESS.to_owned(),
                    fault: Some(TextId::AddressTaken),
                    ..plain(Errand::SignUp)
                },
            ),
            ("recovery", Self { app: None, ..plain(Errand::Recovery) }),
            (
                "recovery-throttled",
                Self {
                    address: ADDRESS.to_owned(),
                    fault: Some(sample::throttled()),
                    ..plain(Errand::Recovery)
                },
            ),
            ("address", Self { app: None, sign_in_href: None, ..plain(Errand::Address) }),
        ]
    }
}

impl Sampled for CodePage {
    const NAME: &'static str = "code";

    fn samples(chrome: &Chrome) -> Vec<(&'static str, Self)> {
        let plain = |errand| Self {
            chrome: chrome.clone(),
            errand,
            address: ADDRESS.to_owned(),
            change_href: Some("#address".to_owned()),
            fault: None,
            form: sample::form("verify/code"),
            again: sample::form("verify/again"),
            later: None,
        };
        vec![
            ("sign-up", plain(Errand::SignUp)),
            ("recovery", plain(Errand::Recovery)),
            ("address", Self { change_href: None, ..plain(Errand::Address) }),
            (
                "confirm",
                Self {
                    change_href: None,
                    later: Some(sample::form("login/later")),
                    ..plain(Errand::Address)
                },
            ),
            ("wrong", Self { fault: Some(TextId::CodeWrong), ..plain(Errand::SignUp) }),
            ("gone", Self { fault: Some(TextId::CodeGone), ..plain(Errand::SignUp) }),
        ]
    }
}

impl Sampled for LinkPage {
    const NAME: &'static str = "link";

    fn samples(chrome: &Chrome) -> Vec<(&'static str, Self)> {
        let plain = |errand| Self {
            chrome: chrome.clone(),
            errand,
            address: ADDRESS.to_owned(),
            form: sample::form("verify/link"),
        };
        vec![
            ("sign-up", plain(Errand::SignUp)),
            ("recovery", plain(Errand::Recovery)),
            ("address", plain(Errand::Address)),
        ]
    }
}

impl Sampled for ElsewherePage {
    const NAME: &'static str = "elsewhere";

    fn samples(chrome: &Chrome) -> Vec<(&'static str, Self)> {
        vec![("plain", Self { chrome: chrome.clone() })]
    }
}
