//! What stands in a letter, in the order in which it is read.

use std::borrow::Cow;

use fluent_bundle::FluentArgs;
use gatehouse_domain::identity::Role;
use gatehouse_domain::mail::{Letter, Message};
use gatehouse_domain::secret::Secret;
use gatehouse_domain::time::Timestamp;

use super::Frame;
use super::names::{plain_name, unlinked};
use crate::colour::{Colour, PART};
use crate::locale::Locale;
use crate::words::{labelled, say};

/// A link and its words.
pub(super) struct Link {
    pub(super) label: Cow<'static, str>,
    pub(super) href: String,
}

/// A letter, ready for its two layouts.
pub(super) struct View {
    pub(super) locale: Locale,
    pub(super) product: String,
    pub(super) tenant: Option<String>,
    pub(super) site: String,
    pub(super) subject: String,
    pub(super) heading: Cow<'static, str>,
    pub(super) greeting: Option<Cow<'static, str>>,
    pub(super) lede: Cow<'static, str>,
    pub(super) code: Option<Secret<String>>,
    pub(super) button: Option<Link>,
    pub(super) more: Option<Link>,
    pub(super) note: Option<Cow<'static, str>>,
    pub(super) facts: Vec<(Cow<'static, str>, String)>,
    pub(super) unasked: Cow<'static, str>,
    pub(super) fill: Colour,
    pub(super) on_fill: Colour,
}

impl View {
    pub(super) fn of(frame: &Frame, letter: &Letter) -> Self {
        let words = Words { frame, key: format!("mail-{}", letter.message.kind().replace('_', "-")) };
        let fill = frame.primary.unwrap_or(DEFAULT);
        let mut view = Self {
            locale: frame.locale,
            product: plain_name(&frame.product),
            tenant: frame.tenant.as_deref().map(unlinked).filter(|name| *name != unlinked(&frame.product)),
            site: frame.site.clone(),
            subject: String::new(),
            heading: words.own(None, None),
            greeting: letter.name.as_deref().map(|name| words.greeting(name)),
            lede: Cow::Borrowed(""),
            code: None,
            button: None,
            more: None,
            note: None,
            facts: Vec::new(),
            unasked: Cow::Borrowed(""),
            fill,
            on_fill: fill.text_on(),
        };
        view.told(&words, letter);
        view.facts(&words, letter);
        view
    }

    /// What the message itself says.
    fn told(&mut self, words: &Words<'_>, letter: &Letter) {
        self.lede = match &letter.message {
            Message::Invitation { tenant, inviter, role, .. } => {
                self.subject = words.with("subject", "tenant", tenant).into_owned();
                words.invitation(tenant, inviter.as_deref(), *role)
            }
            Message::DeletionPostponed { tenants, .. } => {
                self.subject = words.of("subject").into_owned();
                words.with("lede", "tenants", tenants)
            }
            _ => {
                self.subject = words.of("subject").into_owned();
                words.of("lede")
            }
        };
        match &letter.message {
            Message::SignUpCode { code, link, minutes }
            | Message::ProveAddress { code, link, minutes }
            | Message::RecoveryCode { code, link, minutes } => {
                self.code = Some(code.clone());
                self.button = Some(words.link(words.of("button"), link.expose()));
                self.note = Some(words.valid(*minutes));
            }
            Message::AlreadyHaveAccount { sign_in, recover } => {
                self.button = Some(words.link(words.shared("mail-sign-in"), sign_in));
                self.more = Some(words.link(words.shared("mail-forgot"), recover));
            }
            Message::Invitation { link, .. } => {
                self.button = Some(words.link(words.of("button"), link.expose()));
            }
            Message::AddressChanged { undo, .. }
            | Message::DeletionRequested { undo, .. }
            | Message::DeletionPostponed { undo, .. } => {
                self.button = Some(words.link(words.of("button"), undo.expose()));
            }
            Message::PasswordChanged { account }
            | Message::NewDevice { account }
            | Message::AddressAdded { account, .. }
            | Message::AddressRestored { account, .. }
            | Message::AddressRemoved { account, .. }
            | Message::AddressStale { account, .. }
            | Message::AddressChangeRequested { account, .. }
            | Message::RefusedTries { account } => {
                self.button = Some(words.link(words.shared("mail-account"), account));
                let recover = format!("{}/recover", words.frame.iss);
                self.more = Some(words.link(words.shared("mail-forgot"), &recover));
            }
            Message::NothingChanged {}
            | Message::AccountDeleted {}
            | Message::Test {}
            | Message::Nobody {} => {}
        }
        self.unasked = match &letter.message {
            Message::PasswordChanged { .. }
            | Message::NewDevice { .. }
            | Message::AddressAdded { .. }
            | Message::AddressRestored { .. }
            | Message::AddressRemoved { .. } => words.shared("mail-not-you"),
            _ => words.of("unasked"),
        };
    }

    /// Who, what, where and when.
    fn facts(&mut self, words: &Words<'_>, letter: &Letter) {
        let mut fact = |key: &str, value: String| self.facts.push((words.shared(key), value));
        fact("mail-fact-account", letter.to.to_string());
        match &letter.message {
            Message::AddressAdded { address, .. }
            | Message::AddressRestored { address, .. }
            | Message::AddressRemoved { address, .. }
            | Message::AddressStale { address, .. } => {
                fact("mail-fact-address", plain_name(address));
            }
            Message::AddressChangeRequested { address, .. } => {
                fact("mail-fact-new-address", plain_name(address));
            }
            Message::AddressChanged { old, new, until, .. } => {
                fact("mail-fact-old-address", plain_name(old));
                fact("mail-fact-new-address", plain_name(new));
                fact("mail-fact-until", time(*until));
            }
            Message::Invitation { expires_at, .. } => fact("mail-fact-until", time(*expires_at)),
            Message::DeletionRequested { due, .. } | Message::DeletionPostponed { due, .. } => {
                fact("mail-fact-due", time(*due));
            }
            _ => {}
        }
        let Some(occasion) = &letter.occasion else { return };
        fact("mail-fact-time", time(occasion.at));
        if let Some(network) = &occasion.network {
            fact("mail-fact-network", plain_name(network));
        }
        if let Some(device) = &occasion.device {
            fact("mail-fact-device", plain_name(device));
        }
    }

    pub(super) fn t(&self, key: &str) -> Cow<'static, str> {
        say(self.locale, key, None, None)
    }

    /// A label that stands in the line above what it is about.
    pub(super) fn above(&self, label: impl AsRef<str>) -> Cow<'static, str> {
        let mut args = FluentArgs::new();
        args.set("label", label.as_ref());
        say(self.locale, "label-above", None, Some(&args))
    }

    /// What something is, and its value.
    pub(super) fn labelled(&self, label: impl AsRef<str>, value: impl AsRef<str>) -> Cow<'static, str> {
        labelled(self.locale, label.as_ref(), value.as_ref())
    }

    /// The product's name where a mail client could take it for a link.
    pub(super) fn shown_product(&self) -> String {
        unlinked(&self.product)
    }

    /// What sets a pale button off the white card.
    pub(super) fn edge(&self) -> Colour {
        if self.fill.contrast(Colour::WHITE) >= PART {
            self.fill
        } else {
            self.fill.legible_on(Colour::WHITE, PART)
        }
    }

    pub(super) fn footer(&self) -> Cow<'static, str> {
        let mut args = FluentArgs::new();
        args.set("product", unlinked(&self.product));
        say(self.locale, "mail-footer", None, Some(&args))
    }
}

/// The words of one kind of message.
struct Words<'a> {
    frame: &'a Frame,
    key: String,
}

impl Words<'_> {
    fn own(&self, attribute: Option<&str>, args: Option<&FluentArgs<'_>>) -> Cow<'static, str> {
        say(self.frame.locale, &self.key, attribute, args)
    }

    /// A part of the message, in which the product may be named.
    fn of(&self, part: &str) -> Cow<'static, str> {
        let mut args = FluentArgs::new();
        args.set("product", unlinked(&self.frame.product));
        self.own(Some(part), Some(&args))
    }

    fn with(&self, part: &str, name: &'static str, value: &str) -> Cow<'static, str> {
        let mut args = FluentArgs::new();
        args.set(name, unlinked(value));
        self.own(Some(part), Some(&args))
    }

    fn shared(&self, key: &str) -> Cow<'static, str> {
        say(self.frame.locale, key, None, None)
    }

    fn greeting(&self, name: &str) -> Cow<'static, str> {
        let mut args = FluentArgs::new();
        args.set("name", unlinked(name));
        say(self.frame.locale, "mail-greeting", None, Some(&args))
    }

    fn valid(&self, minutes: u32) -> Cow<'static, str> {
        let mut args = FluentArgs::new();
        args.set("minutes", minutes);
        say(self.frame.locale, "mail-valid", None, Some(&args))
    }

    fn invitation(&self, tenant: &str, inviter: Option<&str>, role: Role) -> Cow<'static, str> {
        let role = match role {
            Role::Owner => "mail-role-owner",
            Role::Admin => "mail-role-admin",
            Role::Auditor => "mail-role-auditor",
            Role::Member => "mail-role-member",
        };
        let mut args = FluentArgs::new();
        args.set("tenant", unlinked(tenant));
        args.set("role", self.shared(role));
        let Some(inviter) = inviter else { return self.own(Some("lede"), Some(&args)) };
        args.set("inviter", unlinked(inviter));
        self.own(Some("by"), Some(&args))
    }

    fn link(&self, label: Cow<'static, str>, href: &str) -> Link {
        Link { label, href: href.to_owned() }
    }
}

/// A time that reads the same in every language.
fn time(at: Timestamp) -> String {
    at.format("%Y-%m-%d %H:%M UTC").to_string()
}

const DEFAULT: Colour = Colour::rgb(0x3b, 0x3f, 0xd8);
