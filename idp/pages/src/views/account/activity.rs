//! What happened to an account.

use askama::Template;
use chrono::{DateTime, TimeDelta, Utc};
use gatehouse_domain::audit::OwnKind;

use crate::chrome::Chrome;
use crate::date::Moment;
use crate::sample::Sampled;

/// An event of the person.
pub struct ActivityItem {
    /// What happened.
    pub kind: OwnKind,
    /// When.
    pub at: Moment,
    /// The organisation in which it happened.
    pub organization: Option<String>,
    /// Browser and system, where known.
    pub device: Option<String>,
    /// The network that it came from.
    pub network: Option<String>,
}

impl ActivityItem {
    fn words(&self, chrome: &Chrome) -> String {
        chrome.t(words(self.kind)).into_owned()
    }

    fn time(&self, chrome: &Chrome) -> String {
        self.at.full(chrome.locale)
    }

    /// From where, as far as known.
    fn origin(&self) -> String {
        let known = [self.device.as_deref(), self.network.as_deref()];
        known.into_iter().flatten().collect::<Vec<_>>().join(" · ")
    }
}

/// The key of the words for a kind: a kind without words does not compile, and a key without words fails its sample.
const fn words(kind: OwnKind) -> &'static str {
    match kind {
        OwnKind::SignIn => "event-signin-succeeded",
        OwnKind::SessionEnded => "event-session-ended",
        OwnKind::SessionsRevoked => "event-sessions-revoked",
        OwnKind::Created => "event-identity-created",
        OwnKind::Deleted => "event-identity-deleted",
        OwnKind::CredentialChanged => "event-credential-changed",
        OwnKind::CredentialRemoved => "event-credential-removed",
        OwnKind::PasswordReset => "event-password-reset",
        OwnKind::AddDenied => "event-credential-add-denied",
        OwnKind::EmailClaimed => "event-email-claimed",
        OwnKind::EmailVerified => "event-email-verified",
        OwnKind::ClaimEvicted => "event-email-claim-evicted",
        OwnKind::EmailStale => "event-email-stale",
        OwnKind::EmailRetired => "event-email-retired",
        OwnKind::EmailChanged => "event-email-changed",
        OwnKind::EmailChangeUndone => "event-email-change-undone",
        OwnKind::ProfileChanged => "event-profile-changed",
        OwnKind::Exported => "event-account-exported",
        OwnKind::DeletionRequested => "event-deletion-requested",
        OwnKind::DeletionCancelled => "event-deletion-cancelled",
        OwnKind::DeletionPostponed => "event-deletion-postponed",
        OwnKind::MemberChanged => "event-member-changed",
        OwnKind::InvitationAccepted => "event-invitation-accepted",
        OwnKind::InvitationDeclined => "event-invitation-declined",
    }
}

/// A part of what happened, newest first.
#[derive(Template)]
#[template(path = "pages/account/activity.html")]
pub struct ActivityPage {
    /// The frame.
    pub chrome: Chrome,
    /// The page of the account.
    pub back_href: String,
    /// What happened.
    pub happened: Vec<ActivityItem>,
    /// Older events, if there are any.
    pub older_href: Option<String>,
    /// The newest events, where these are not they.
    pub newest_href: Option<String>,
}

impl Sampled for ActivityPage {
    const NAME: &'static str = "account-activity";

    fn samples(chrome: &Chrome) -> Vec<(&'static str, Self)> {
        let every = OwnKind::ALL.iter().zip(0..).map(|(kind, hours): (_, i64)| ActivityItem {
            kind: *kind,
            at: Moment::from(DateTime::<Utc>::UNIX_EPOCH - TimeDelta::hours(hours)),
            organization: (*kind == OwnKind::MemberChanged)
                .then(|| "Landesamt für Vermessung und Geoinformation".to_owned()),
            device: (hours % 2 == 0).then(|| "Firefox, Linux".to_owned()),
            network: (hours % 3 == 0).then(|| "2001:db8:1::/48".to_owned()),
        });
        let page = |happened, older: bool, newest: bool| Self {
            chrome: chrome.clone(),
            back_href: "#account".to_owned(),
            happened,
            older_href: older.then(|| "#older".to_owned()),
            newest_href: newest.then(|| "#newest".to_owned()),
        };
        vec![("every-kind", page(every.collect(), true, false)), ("none", page(Vec::new(), false, true))]
    }
}
