//! The languages of the hosted pages, and which one a request gets.

use std::iter::successors;

/// A language in which every page is complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Locale {
    /// English.
    En,
    /// German.
    De,
    /// French.
    Fr,
    /// Spanish.
    Es,
    /// Portuguese as written in Brazil.
    PtBr,
    /// Japanese.
    Ja,
}

impl Locale {
    /// All of them, in the order in which discovery lists them.
    pub const ALL: [Self; 6] = [Self::En, Self::De, Self::Fr, Self::Es, Self::PtBr, Self::Ja];

    /// The language tag (BCP 47).
    pub const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::De => "de",
            Self::Fr => "fr",
            Self::Es => "es",
            Self::PtBr => "pt-BR",
            Self::Ja => "ja",
        }
    }

    /// The language's own name for itself.
    pub const fn name(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::De => "Deutsch",
            Self::Fr => "Français",
            Self::Es => "Español",
            Self::PtBr => "Português (Brasil)",
            Self::Ja => "日本語",
        }
    }

    /// The language without a region: who asks for it alone, or for another region, is served too.
    const fn language(self) -> &'static str {
        match self {
            Self::PtBr => "pt",
            _ => self.tag(),
        }
    }

    /// The direction of its script.
    pub const fn direction(self) -> &'static str {
        "ltr"
    }

    /// The locale for a language range such as `de`, `pt-PT` or `fr-CA`: the range is cut from its end until something
    /// matches (RFC 4647, section 3.4).
    pub fn of_range(range: &str) -> Option<Self> {
        let mut cuts = successors(Some(range), |longer| Some(longer.rsplit_once('-')?.0));
        cuts.find_map(|cut| {
            let named = |name: &str| cut.eq_ignore_ascii_case(name);
            Self::ALL.into_iter().find(|locale| named(locale.tag()) || named(locale.language()))
        })
    }

    /// Chooses: first what the app asked for (`ui_locales`, OpenID Connect Core, section 3.1.2.1: separated by spaces,
    /// in order of preference), then the browser's `Accept-Language` (RFC 9110, section 12.5.4), then the default.
    pub fn negotiate(ui_locales: Option<&str>, accept_language: Option<&str>, default: Self) -> Self {
        ui_locales
            .and_then(|list| list.split_ascii_whitespace().find_map(Self::of_range))
            .or_else(|| accept_language.and_then(|header| best_accepted(header, default)))
            .unwrap_or(default)
    }
}

fn best_accepted(header: &str, default: Locale) -> Option<Locale> {
    let mut best: Option<(u16, Locale)> = None;
    // Nobody has more languages than this; a longer header is not worth reading to its end.
    for item in header.split(',').take(32) {
        let mut parts = item.split(';');
        let range = parts.next().unwrap_or("").trim();
        let locale = if range == "*" { Some(default) } else { Locale::of_range(range) };
        let quality = parts.find_map(|part| part.trim().strip_prefix("q=")).map_or(Some(1000), thousandths);
        let (Some(locale), Some(quality @ 1..)) = (locale, quality) else { continue };
        if best.is_none_or(|(highest, _)| quality > highest) {
            best = Some((quality, locale));
        }
    }
    best.map(|(_, locale)| locale)
}

fn thousandths(text: &str) -> Option<u16> {
    let weight: f32 = text.trim().parse().ok()?;
    (0.0..=1.0).contains(&weight).then(|| (weight * 1000.0).round() as u16)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(ui_locales: Option<&str>, accept: Option<&str>) -> Locale {
        Locale::negotiate(ui_locales, accept, Locale::En)
    }

    #[test]
    fn the_app_decides_first() {
        assert_eq!(chosen(Some("it-CH de-AT en"), Some("en")), Locale::De);
        assert_eq!(chosen(Some("fr ja"), Some("de")), Locale::Fr);
        assert_eq!(chosen(Some("it ko"), Some("de")), Locale::De);
        assert_eq!(chosen(Some(""), None), Locale::En);
    }

    #[test]
    fn the_browser_is_weighed() {
        assert_eq!(chosen(None, Some("it, de;q=0.8, en;q=0.7")), Locale::De);
        assert_eq!(chosen(None, Some("de;q=0.5, EN-gb ; q=0.9")), Locale::En);
        assert_eq!(chosen(None, Some("de;q=0, *;q=0.1")), Locale::En);
        assert_eq!(chosen(None, Some("de-CH-1996,de;q=0.9,en;q=0.8")), Locale::De);
        assert_eq!(chosen(None, Some("en,de")), Locale::En);
    }

    #[test]
    fn another_region_or_script_of_a_language_is_served() {
        for (range, locale) in [
            ("pt", Locale::PtBr),
            ("pt-PT", Locale::PtBr),
            ("PT-br", Locale::PtBr),
            ("pt-BR-x-private", Locale::PtBr),
            ("ja-JP", Locale::Ja),
            ("ja-Latn-JP-hepburn", Locale::Ja),
            ("fr-CA", Locale::Fr),
            ("es-419", Locale::Es),
            ("en-GB-oxendict", Locale::En),
        ] {
            assert_eq!(Locale::of_range(range), Some(locale), "{range}");
            assert_eq!(chosen(Some(range), Some("de")), locale, "{range}");
        }
        assert_eq!(chosen(None, Some("pt-PT,pt;q=0.9,en;q=0.8")), Locale::PtBr);
        assert_eq!(chosen(None, Some("ja,en-US;q=0.9,en;q=0.8")), Locale::Ja);
        for other in ["", "-", "-pt", "p", "ptx", "x-pt", "i-ja", "br", "BR-pt", "zh-Hant-TW", "e n"] {
            assert_eq!(Locale::of_range(other), None, "{other}");
        }
    }

    #[test]
    fn nonsense_is_the_default() {
        for header in ["", ";;;", "q=1", "de;q=x", "de;q=NaN", "de;q=7", "deutsch", "\u{fffd}"] {
            assert_eq!(chosen(None, Some(header)), Locale::En, "{header}");
        }
        assert_eq!(Locale::negotiate(None, Some("it"), Locale::De), Locale::De);
    }
}
