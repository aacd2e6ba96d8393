//! The words of the pages: Fluent messages compiled in, one bundle per locale.

use std::borrow::Cow;
use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use unic_langid::LanguageIdentifier;

use crate::locale::Locale;

/// The message of a key, or one attribute of it. A key that is missing reads as itself; tests let none be missing.
pub(crate) fn say(
    locale: Locale,
    key: &str,
    attribute: Option<&str>,
    args: Option<&FluentArgs<'_>>,
) -> Cow<'static, str> {
    #[cfg(test)]
    tests::note(locale, key, attribute);
    find(locale, key, attribute, args).unwrap_or_else(|| {
        #[cfg(test)]
        tests::note_missing(locale, key, attribute);
        Cow::Owned(key.to_owned())
    })
}

fn find(
    locale: Locale,
    key: &str,
    attribute: Option<&str>,
    args: Option<&FluentArgs<'_>>,
) -> Option<Cow<'static, str>> {
    let bundle: &'static Bundle = match locale {
        Locale::En => &EN,
        Locale::De => &DE,
    };
    let message = bundle.get_message(key)?;
    let pattern = match attribute {
        Some(name) => message.get_attribute(name)?.value(),
        None => message.value()?,
    };
    let mut errors = Vec::new();
    let text = bundle.format_pattern(pattern, args, &mut errors);
    errors.is_empty().then_some(text)
}

type Bundle = FluentBundle<FluentResource>;

fn bundle(locale: Locale, sources: [&str; 2]) -> Bundle {
    let language: LanguageIdentifier = locale.tag().parse().unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![language]);
    // Isolation marks would travel into titles and copied addresses; both languages are written left to right.
    bundle.set_use_isolating(false);
    for source in sources {
        // What cannot be read is left out; a test asserts that there is nothing such.
        let (Ok(resource) | Err((resource, _))) = FluentResource::try_new(source.to_owned());
        bundle.add_resource_overriding(resource);
    }
    bundle
}

static EN: LazyLock<Bundle> = LazyLock::new(|| bundle(Locale::En, sources(Locale::En)));
static DE: LazyLock<Bundle> = LazyLock::new(|| bundle(Locale::De, sources(Locale::De)));

const fn sources(locale: Locale) -> [&'static str; 2] {
    match locale {
        Locale::En => [
            include_str!("../../../templates/locales/en/pages.ftl"),
            include_str!("../../../templates/locales/en/faults.ftl"),
        ],
        Locale::De => [
            include_str!("../../../templates/locales/de/pages.ftl"),
            include_str!("../../../templates/locales/de/faults.ftl"),
        ],
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::collections::BTreeSet;

    use super::*;
    use crate::sample;

    type Keys = BTreeSet<String>;

    thread_local! {
        static USED: RefCell<Keys> = const { RefCell::new(Keys::new()) };
        static MISSING: RefCell<Keys> = const { RefCell::new(Keys::new()) };
    }

    fn spell(locale: Locale, key: &str, attribute: Option<&str>) -> String {
        attribute.map_or_else(
            || format!("{} {key}", locale.tag()),
            |name| format!("{} {key}.{name}", locale.tag()),
        )
    }

    pub(super) fn note(locale: Locale, key: &str, attribute: Option<&str>) {
        USED.with_borrow_mut(|keys| keys.insert(spell(locale, key, attribute)));
    }

    pub(super) fn note_missing(locale: Locale, key: &str, attribute: Option<&str>) {
        MISSING.with_borrow_mut(|keys| keys.insert(spell(locale, key, attribute)));
    }

    /// Every message and attribute that the files of a locale define, in the order of the files.
    fn written(locale: Locale) -> Vec<String> {
        let mut all = Vec::new();
        for source in sources(locale) {
            let mut key = "";
            for line in source.lines() {
                let Some((head, _)) = line.split_once(" =") else { continue };
                if let Some(name) = head.strip_prefix("    .") {
                    all.push(spell(locale, key, Some(name)));
                } else if head.starts_with(|first: char| first.is_ascii_lowercase()) {
                    key = head;
                    all.push(spell(locale, key, None));
                }
            }
        }
        all
    }

    #[test]
    fn every_sample_in_every_locale_finds_every_word_and_every_word_is_used() {
        for locale in Locale::ALL {
            let pages = sample::every_page(&sample::chrome(locale)).unwrap();
            assert!(pages.len() > 20, "{} pages", pages.len());
        }
        let missing = MISSING.take();
        assert!(missing.is_empty(), "missing, or wanting another argument: {missing:#?}");
        let used = USED.take();
        let written: Keys = Locale::ALL.into_iter().flat_map(written).collect();
        let unused: Vec<_> = written.difference(&used).collect();
        assert!(unused.is_empty(), "in no sample: {unused:#?}");
    }

    #[test]
    fn the_files_are_well_formed_and_hold_no_markup() {
        for locale in Locale::ALL {
            for source in sources(locale) {
                assert!(FluentResource::try_new(source.to_owned()).is_ok(), "{}", locale.tag());
                assert!(!source.contains(['<', '>']) || !source.replace("->", "").contains(['<', '>']));
                assert!(!source.contains('&'), "an entity would be shown as it is written");
            }
            let all = written(locale);
            assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len(), "a key stands twice");
        }
        let of = |locale| written(locale).into_iter().map(|key| key[3..].to_owned()).collect::<Vec<_>>();
        assert_eq!(of(Locale::En), of(Locale::De));
    }

    #[test]
    fn values_stand_in_the_text_without_marks() {
        let mut args = FluentArgs::new();
        args.set("product", "Acme");
        assert_eq!(say(Locale::De, "home-welcome", None, Some(&args)), "Willkommen bei Acme");
        assert_eq!(say(Locale::De, "no-such-key", None, None), "no-such-key");
    }
}
