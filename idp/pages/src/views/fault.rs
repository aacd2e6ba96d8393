//! What is shown when a request cannot go on.

use askama::Template;

use crate::chrome::Chrome;
use crate::sample::Sampled;
use crate::text_id::TextId;

/// Where a person can go from an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// To the beginning of what was tried.
    Again,
    /// To the account, where the page that refused belongs to it.
    Account,
    /// To a new password.
    Recover,
}

impl Way {
    /// The way that a text speaks of, wherever it comes up; none where only the app, an administrator or time can help.
    pub const fn of(fault: TextId) -> Option<Self> {
        Some(match fault {
            TextId::FlowExpired | TextId::FlowReplayed | TextId::BrowserMismatch | TextId::SessionEnded => {
                Self::Again
            }
            TextId::FullSessionRequired
            | TextId::EmailVerificationRequired
            | TextId::AddressHeld
            | TextId::AddressKnown
            | TextId::AddressPrimary
            | TextId::AddressUndoable
            | TextId::AddressesFull
            | TextId::LastOwner => Self::Account,
            TextId::UndoGone => Self::Recover,
            _ => return None,
        })
    }

    const fn label(self) -> &'static str {
        match self {
            Self::Again => "start-again",
            Self::Account => "account-back",
            Self::Recover => "recover-heading",
        }
    }
}

/// A way, and its address.
#[derive(Debug, Clone)]
pub struct WayOut {
    /// Which.
    pub way: Way,
    /// Where it leads.
    pub href: String,
}

/// An error in plain words, with the operation id that support can look up. Send it with [`TextId::status`].
#[derive(Template)]
#[template(path = "pages/error.html")]
pub struct ErrorPage {
    /// The frame.
    pub chrome: Chrome,
    /// What happened.
    pub fault: TextId,
    /// The request's id (`req_…`).
    pub operation: String,
    /// The way on, where there is one.
    pub way_out: Option<WayOut>,
}

impl Sampled for ErrorPage {
    const NAME: &'static str = "error";

    fn samples(chrome: &Chrome) -> Vec<(&'static str, Self)> {
        TextId::all()
            .into_iter()
            .map(|fault| {
                let way_out = Way::of(fault).map(|way| WayOut { way, href: "#way-out".to_owned() });
                let operation = "req_01jd8mz3kqf8qbv2xw9t0c5n4e".to_owned();
                (fault.code(), Self { chrome: chrome.clone(), fault, operation, way_out })
            })
            .collect()
    }
}
