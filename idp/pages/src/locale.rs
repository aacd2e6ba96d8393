//! The languages of the hosted pages, and which one a request gets.

/// A language in which every page is complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Locale {
    /// English.
    En,
    /// German.
    De,
}

impl Locale {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::En, Self::De];

    /// The language tag (BCP 47).
    pub const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::De => "de",
        }
    }

    /// The direction of its script.
    pub const fn direction(self) -> &'static str {
        match self {
            Self::En | Self::De => "ltr",
        }
    }

    /// The locale for a language range such as `de` or `de-AT`.
    pub fn of_range(range: &str) -> Option<Self> {
        let language = range.split('-').next().unwrap_or(range);
        Self::ALL.into_iter().find(|locale| language.eq_ignore_ascii_case(locale.tag()))
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
        assert_eq!(chosen(Some("fr-CA de-AT en"), Some("en")), Locale::De);
        assert_eq!(chosen(Some("fr ja"), Some("de")), Locale::De);
        assert_eq!(chosen(Some(""), None), Locale::En);
    }

    #[test]
    fn the_browser_is_weighed() {
        assert_eq!(chosen(None, Some("fr, de;q=0.8, en;q=0.7")), Locale::De);
        assert_eq!(chosen(None, Some("de;q=0.5, EN-gb ; q=0.9")), Locale::En);
        assert_eq!(chosen(None, Some("de;q=0, *;q=0.1")), Locale::En);
        assert_eq!(chosen(None, Some("de-CH-1996,de;q=0.9,en;q=0.8")), Locale::De);
        assert_eq!(chosen(None, Some("en,de")), Locale::En);
    }

    #[test]
    fn nonsense_is_the_default() {
        for header in ["", ";;;", "q=1", "de;q=x", "de;q=NaN", "de;q=7", "deutsch", "\u{fffd}"] {
            assert_eq!(chosen(None, Some(header)), Locale::En, "{header}");
        }
        assert_eq!(Locale::negotiate(None, Some("fr"), Locale::De), Locale::De);
    }
}
