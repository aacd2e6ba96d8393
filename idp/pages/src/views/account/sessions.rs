//! Where a person is signed in.

use askama::Template;
use chrono::{DateTime, Utc};

use crate::chrome::{Chrome, Form};
use crate::date::Moment;
use crate::sample::{self, Sampled};

/// A live session; the one that looks has no form that ends it.
pub struct SessionItem {
    /// Browser and system, where known.
    pub device: Option<String>,
    /// The network that it was opened from.
    pub network: Option<String>,
    /// When it was last used.
    pub seen: Moment,
    /// Ends it.
    pub end: Option<Form>,
}

impl SessionItem {
    fn here(&self) -> bool {
        self.end.is_none()
    }

    fn about(&self, chrome: &Chrome) -> String {
        self.device.clone().unwrap_or_else(|| chrome.t("account-session-unknown").into_owned())
    }
}

/// The live sessions of a person.
#[derive(Template)]
#[template(path = "pages/account/sessions.html")]
pub struct SessionsPage {
    /// The frame.
    pub chrome: Chrome,
    /// The page of the account.
    pub back_href: String,
    /// The sessions, the one used last first.
    pub sessions: Vec<SessionItem>,
    /// Ends all but this one, where there are others.
    pub end_others: Option<Form>,
}

impl Sampled for SessionsPage {
    const NAME: &'static str = "account-sessions";

    fn samples(chrome: &Chrome) -> Vec<(&'static str, Self)> {
        let item = |device: Option<&str>, network: Option<&str>, end| SessionItem {
            device: device.map(str::to_owned),
            network: network.map(str::to_owned),
            seen: Moment::from(DateTime::<Utc>::UNIX_EPOCH),
            end,
        };
        let here = || item(Some("Firefox, Linux"), Some("192.0.2.0/24"), None);
        let end = || Some(sample::form("account/sessions/end"));
        let several = vec![
            here(),
            item(Some("Safari, iPhone"), Some("2001:db8:1::/48"), end()),
            item(None, None, end()),
        ];
        let page = |sessions, end_others| Self {
            chrome: chrome.clone(),
            back_href: "#account".to_owned(),
            sessions,
            end_others,
        };
        let others = Some(sample::form("account/sessions/end-others"));
        vec![("several", page(several, others)), ("one", page(vec![here()], None))]
    }
}
