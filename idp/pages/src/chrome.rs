//! What all pages share: the brand, the language, forms and the people on them.

use std::borrow::Cow;
use std::sync::Arc;

use fluent_bundle::FluentArgs;

use crate::asset::{brand_icon_path, brand_stylesheet_path, form_post_script, stylesheet};
use crate::brand::{Brand, monogram};
use crate::date::Moment;
use crate::locale::Locale;
use crate::text_id::TextId;
use crate::words::{labelled, say};

/// The frame around every page.
#[derive(Debug, Clone)]
pub struct Chrome {
    /// The look.
    pub brand: Arc<Brand>,
    /// The language.
    pub locale: Locale,
    /// Put before the path of each asset: empty where assets are served from the root of the host.
    pub asset_root: String,
}

/// Where a form goes and what it carries unseen: the CSRF token, the flow's reference.
#[derive(Clone)]
pub struct Form {
    /// The address it is posted to.
    pub action: String,
    /// Its hidden fields, in this order.
    pub hidden: Vec<Field>,
}

/// One hidden field.
#[derive(Clone)]
pub struct Field {
    /// The name.
    pub name: String,
    /// The value; escaped on the page, so it may be anything.
    pub value: String,
}

/// A person who is signed in.
#[derive(Debug, Clone)]
pub struct Account {
    /// What a form sends to name it (field `session`); pages without a choice do not use it.
    pub key: String,
    /// The person's name, where known.
    pub name: Option<String>,
    /// The address they signed in with.
    pub address: String,
    /// The organisation that the session is limited to, if it is.
    pub tenant: Option<String>,
}

impl Chrome {
    /// A frame with assets at the host's root.
    pub fn new(brand: Arc<Brand>, locale: Locale) -> Self {
        Self { brand, locale, asset_root: String::new() }
    }

    pub(crate) fn t(&self, key: &str) -> Cow<'static, str> {
        say(self.locale, key, None, None)
    }

    pub(crate) fn t1(&self, key: &str, name: &'static str, value: &str) -> Cow<'static, str> {
        let mut args = FluentArgs::new();
        args.set(name, value);
        say(self.locale, key, None, Some(&args))
    }

    /// What something is, and its name or value.
    pub(crate) fn labelled(&self, label: impl AsRef<str>, value: impl AsRef<str>) -> Cow<'static, str> {
        labelled(self.locale, label.as_ref(), value.as_ref())
    }

    /// Several words as a list.
    pub(crate) fn list(&self, words: impl IntoIterator<Item = String>) -> String {
        let joined = words.into_iter().reduce(|list, next| {
            let mut args = FluentArgs::new();
            args.set("list", list);
            args.set("next", next);
            say(self.locale, "listed", None, Some(&args)).into_owned()
        });
        joined.unwrap_or_default()
    }

    /// A sentence with a day in it.
    pub(crate) fn with_day(&self, key: &str, at: &Moment) -> Cow<'static, str> {
        self.t1(key, "date", &at.day(self.locale))
    }

    /// A sentence with a day and a time in it.
    pub(crate) fn with_moment(&self, key: &str, at: &Moment) -> Cow<'static, str> {
        self.t1(key, "date", &at.full(self.locale))
    }

    pub(crate) fn count(&self, key: &str, count: &usize) -> Cow<'static, str> {
        let mut args = FluentArgs::new();
        args.set("count", *count);
        say(self.locale, key, None, Some(&args))
    }

    pub(crate) fn fault(&self, fault: &TextId) -> Cow<'static, str> {
        fault.sentence(self.locale)
    }

    pub(crate) fn fault_title(&self, fault: &TextId) -> Cow<'static, str> {
        fault.title(self.locale)
    }

    pub(crate) fn fault_next(&self, fault: &TextId) -> Cow<'static, str> {
        fault.advice(self.locale)
    }

    pub(crate) fn stylesheet_href(&self) -> String {
        self.href(&stylesheet().path)
    }

    pub(crate) fn form_post_script_href(&self) -> String {
        self.href(&form_post_script().path)
    }

    pub(crate) fn brand_css_href(&self) -> String {
        self.href(&brand_stylesheet_path(self.brand.primary))
    }

    pub(crate) fn brand_icon_href(&self) -> String {
        self.href(&brand_icon_path(self.brand.primary))
    }

    fn href(&self, path: &str) -> String {
        format!("{}{path}", self.asset_root)
    }
}

impl Form {
    /// A form with no hidden fields yet.
    pub fn to(action: impl Into<String>) -> Self {
        Self { action: action.into(), hidden: Vec::new() }
    }

    /// The form with one more hidden field.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.hidden.push(Field { name: name.into(), value: value.into() });
        self
    }
}

impl Account {
    pub(crate) fn monogram(&self) -> String {
        monogram(self.name.as_deref().unwrap_or(&self.address))
    }
}
