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

/// What something is, and its name or value.
pub(crate) fn labelled(locale: Locale, label: &str, value: &str) -> Cow<'static, str> {
    let mut args = FluentArgs::new();
    args.set("label", label);
    args.set("value", value);
    say(locale, "labelled", None, Some(&args))
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
        Locale::Fr => &FR,
        Locale::Es => &ES,
        Locale::PtBr => &PT_BR,
        Locale::Ja => &JA,
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

fn bundle(locale: Locale) -> Bundle {
    let language: LanguageIdentifier = locale.tag().parse().unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![language]);
    // Isolation marks would travel into titles and copied addresses; all languages are written left to right.
    bundle.set_use_isolating(false);
    for source in sources(locale) {
        // What cannot be read is left out; a test asserts that there is nothing such.
        let (Ok(resource) | Err((resource, _))) = FluentResource::try_new(source.to_owned());
        bundle.add_resource_overriding(resource);
    }
    bundle
}

static EN: LazyLock<Bundle> = LazyLock::new(|| bundle(Locale::En));
static DE: LazyLock<Bundle> = LazyLock::new(|| bundle(Locale::De));
static FR: LazyLock<Bundle> = LazyLock::new(|| bundle(Locale::Fr));
static ES: LazyLock<Bundle> = LazyLock::new(|| bundle(Locale::Es));
static PT_BR: LazyLock<Bundle> = LazyLock::new(|| bundle(Locale::PtBr));
static JA: LazyLock<Bundle> = LazyLock::new(|| bundle(Locale::Ja));

/// The files of a locale; every locale has the same.
macro_rules! files {
    ($folder:literal) => {
        [
            include_str!(concat!("../../../templates/locales/", $folder, "/pages.ftl")),
            include_str!(concat!("../../../templates/locales/", $folder, "/faults.ftl")),
            include_str!(concat!("../../../templates/locales/", $folder, "/passwords.ftl")),
            include_str!(concat!("../../../templates/locales/", $folder, "/mails.ftl")),
            include_str!(concat!("../../../templates/locales/", $folder, "/journeys.ftl")),
            include_str!(concat!("../../../templates/locales/", $folder, "/invitations.ftl")),
            include_str!(concat!("../../../templates/locales/", $folder, "/account.ftl")),
            include_str!(concat!("../../../templates/locales/", $folder, "/first_steps.ftl")),
            include_str!(concat!("../../../templates/locales/", $folder, "/activity.ftl")),
            include_str!(concat!("../../../templates/locales/", $folder, "/leaving.ftl")),
        ]
    };
}

type Sources = [&'static str; 10];

const fn sources(locale: Locale) -> Sources {
    match locale {
        Locale::En => files!("en"),
        Locale::De => files!("de"),
        Locale::Fr => files!("fr"),
        Locale::Es => files!("es"),
        Locale::PtBr => files!("pt-BR"),
        Locale::Ja => files!("ja"),
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;
    use crate::new_password::NewPasswordFault;
    use crate::{mails, sample};

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

    /// Every message and attribute that the files of a locale define, with its text as it is written there.
    fn texts(locale: Locale) -> Vec<(String, String)> {
        let mut all: Vec<(String, String)> = Vec::new();
        for source in sources(locale) {
            let mut message = "";
            for line in source.lines().filter(|line| !line.starts_with('#')) {
                let head = line.split_once(" =").map(|(head, text)| (head, text.trim_start()));
                if let Some((name, text)) =
                    head.and_then(|(head, text)| Some((head.strip_prefix("    .")?, text)))
                {
                    all.push((format!("{message}.{name}"), text.to_owned()));
                } else if let Some((key, text)) = head.filter(|(key, _)| key.starts_with(char::is_alphabetic))
                {
                    message = key;
                    all.push((key.to_owned(), text.to_owned()));
                } else if let Some((_, text)) = all.last_mut() {
                    text.push_str(line);
                }
            }
        }
        all
    }

    fn keys(locale: Locale) -> Vec<String> {
        texts(locale).into_iter().map(|(key, _)| key).collect()
    }

    #[test]
    fn every_sample_in_every_locale_finds_every_word_and_every_word_is_used() {
        for locale in Locale::ALL {
            let pages = sample::every_page(&sample::chrome(locale)).unwrap();
            assert!(pages.len() > 20, "{} pages", pages.len());
            for judgement in NewPasswordFault::samples() {
                assert!(NewPasswordFault::of(locale, &judgement).is_some());
            }
            let letters = mails::every_letter(locale, None).unwrap();
            assert!(letters.len() >= 15, "{} letters", letters.len());
        }
        let missing = MISSING.take();
        assert!(missing.is_empty(), "missing, or wanting another argument: {missing:#?}");
        let used = USED.take();
        let spelt = |locale: Locale| keys(locale).into_iter().map(move |key| spell(locale, &key, None));
        let written: Keys = Locale::ALL.into_iter().flat_map(spelt).collect();
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
            let all = keys(locale);
            assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len(), "a key stands twice");
            assert_eq!(all, keys(Locale::En), "the same keys in the same order: {}", locale.tag());
        }
    }

    /// What is left of a text without what is put into it.
    fn own_words(text: &str) -> usize {
        let kept = text.split('{').map(|part| part.split_once('}').map_or(part, |(_, after)| after));
        kept.flat_map(str::split_whitespace).filter(|word| word.contains(char::is_alphabetic)).count()
    }

    /// Each key with its English text and its text in `locale`; none where a key is missing there.
    fn beside_english(locale: Locale) -> Vec<(String, String, String)> {
        let translated: BTreeMap<_, _> = texts(locale).into_iter().collect();
        let english = texts(Locale::En).into_iter();
        english
            .filter_map(|(key, source)| Some((key.clone(), source, translated.get(&key)?.clone())))
            .collect()
    }

    #[test]
    fn nothing_was_left_in_english() {
        let mut compared = 0;
        for locale in Locale::ALL.into_iter().filter(|locale| *locale != Locale::En) {
            for (key, english, text) in beside_english(locale) {
                if own_words(&english) > 2 {
                    assert_ne!(english, text, "{} {key}", locale.tag());
                    compared += 1;
                }
                let kana_or_kanji = |letter: char| ('\u{3040}'..'\u{a000}').contains(&letter);
                // Signs between two values are no words.
                let signs = ["labelled", "label-above", "listed"].contains(&key.as_str());
                if locale == Locale::Ja && key != "identifier-placeholder" && !signs {
                    assert!(text.contains(kana_or_kanji), "{key}: {text}");
                }
            }
        }
        assert!(compared > 250, "{compared}");
    }

    /// A placeholder that is in one language and not in another: a name or a wait would not be said.
    #[test]
    fn every_language_says_what_was_given() {
        let given = |text: &str| -> BTreeSet<String> {
            let names = text.split('$').skip(1);
            names.map(|rest| rest.chars().take_while(char::is_ascii_lowercase).collect()).collect()
        };
        for locale in Locale::ALL {
            for (key, english, text) in beside_english(locale) {
                assert_eq!(given(&english), given(&text), "{} {key}", locale.tag());
            }
        }
    }

    /// A spoken name starts with what is seen, so that it can be asked for by voice (WCAG 2.2, 2.5.3).
    #[test]
    fn the_spoken_name_of_a_button_starts_with_its_label() {
        let mut args = FluentArgs::new();
        args.set("address", "alice@acme.test");
        for locale in Locale::ALL {
            let spoken = say(locale, "accounts-sign-out-of", None, Some(&args));
            assert!(spoken.starts_with(say(locale, "sign-out", None, None).as_ref()), "{spoken}");
        }
    }

    #[test]
    fn each_language_has_its_own_signs() {
        for locale in Locale::ALL {
            for (key, text) in texts(locale) {
                let any = |signs: &[&str]| signs.iter().any(|sign| text.contains(sign));
                let wrong = match locale {
                    // A sign that stands apart must not begin a line.
                    Locale::Fr => any(&[" :", " ?", " !", " ;", "« ", " »"]),
                    Locale::Es => text.matches('?').count() != text.matches('¿').count(),
                    Locale::Ja => any(&["?", "!", ", ", ". "]),
                    Locale::En | Locale::De | Locale::PtBr => false,
                };
                assert!(!wrong && !any(&["'", "\""]), "{} {key}: {text}", locale.tag());
            }
        }
    }

    /// The letters are written in every language that the pages have or are about to have.
    #[test]
    fn letters_say_the_same_in_every_language() {
        let keys = |source: &str| {
            let lines = source.lines().filter_map(|line| line.split_once(" = "));
            lines.map(|(key, text)| (key.to_owned(), variables(text))).collect::<Vec<_>>()
        };
        let english = keys(include_str!("../../../templates/locales/en/mails.ftl"));
        for source in [
            include_str!("../../../templates/locales/de/mails.ftl"),
            include_str!("../../../templates/locales/es/mails.ftl"),
            include_str!("../../../templates/locales/fr/mails.ftl"),
            include_str!("../../../templates/locales/ja/mails.ftl"),
            include_str!("../../../templates/locales/pt-BR/mails.ftl"),
        ] {
            assert!(FluentResource::try_new(source.to_owned()).is_ok());
            assert_eq!(keys(source), english);
        }
    }

    /// The names in braces.
    fn variables(text: &str) -> BTreeSet<String> {
        text.split("{ $").skip(1).filter_map(|rest| Some(rest.split_once(" }")?.0.to_owned())).collect()
    }

    #[test]
    fn values_stand_in_the_text_without_marks() {
        let mut args = FluentArgs::new();
        args.set("product", "Acme");
        assert_eq!(say(Locale::De, "home-welcome", None, Some(&args)), "Willkommen bei Acme");
        assert_eq!(say(Locale::De, "no-such-key", None, None), "no-such-key");
    }
}
