//! Dates and times as people of a language write them (Unicode CLDR, through ICU4X). Always in UTC, and said so.

use chrono::{DateTime, Datelike, SecondsFormat, Timelike, Utc};
use icu_calendar::Gregorian;
use icu_datetime::fieldsets::YMD;
use icu_datetime::input::{self, Date, Time};
use icu_datetime::{DateTimeFormatterPreferences, FixedCalendarDateTimeFormatter};
use icu_locale_core::locale;

use crate::locale::Locale;

/// A moment to show on a page: `<time datetime="{{ moment.machine() }}">{{ moment.full(locale) }}</time>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(DateTime<Utc>);

impl From<DateTime<Utc>> for Moment {
    fn from(at: DateTime<Utc>) -> Self {
        Self(at)
    }
}

impl Moment {
    /// For machines, the value of `datetime`: RFC 3339 in whole seconds with `Z`, a valid date string of HTML.
    pub fn machine(self) -> String {
        self.0.to_rfc3339_opts(SecondsFormat::Secs, true)
    }

    /// Medium date, hour and minute, and the zone: "Mar 4, 2026, 9:05 AM UTC".
    ///
    /// The zone stands behind the time in all our languages, and its name is the same in all of them.
    pub fn full(self, locale: Locale) -> String {
        let written = self.date().zip(self.time()).and_then(|(date, time)| {
            let form = YMD::medium().with_time_hm();
            let formatter = FixedCalendarDateTimeFormatter::try_new(preferences(locale), form).ok()?;
            Some(format!("{} UTC", formatter.format(&input::DateTime { date, time })))
        });
        written.unwrap_or_else(|| self.machine())
    }

    /// Medium date alone: "Mar 4, 2026". The day is that of UTC.
    pub fn day(self, locale: Locale) -> String {
        let written = self.date().and_then(|date| {
            let formatter =
                FixedCalendarDateTimeFormatter::try_new(preferences(locale), YMD::medium()).ok()?;
            Some(formatter.format(&date).to_string())
        });
        written.unwrap_or_else(|| self.0.date_naive().to_string())
    }

    /// None for years that ICU4X does not count; they read as machines write them.
    fn date(self) -> Option<Date<Gregorian>> {
        let (month, day) = (u8::try_from(self.0.month()).ok()?, u8::try_from(self.0.day()).ok()?);
        Date::try_new_gregorian(self.0.year(), month, day).ok()
    }

    fn time(self) -> Option<Time> {
        let part = |value: u32| u8::try_from(value).ok();
        Time::try_new(part(self.0.hour())?, part(self.0.minute())?, part(self.0.second())?, 0).ok()
    }
}

fn preferences(locale: Locale) -> DateTimeFormatterPreferences {
    match locale {
        Locale::En => locale!("en"),
        Locale::De => locale!("de"),
        Locale::Fr => locale!("fr"),
        Locale::Es => locale!("es"),
        Locale::PtBr => locale!("pt-BR"),
        Locale::Ja => locale!("ja"),
    }
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(text: &str) -> Moment {
        Moment(text.parse().unwrap())
    }

    /// No-break spaces of every width read as spaces, so that the expectations can be read.
    fn plain(text: &str) -> String {
        text.replace(['\u{a0}', '\u{202f}', '\u{2009}'], " ")
    }

    #[test]
    fn each_language_writes_its_own_way() {
        let (morning, night) = (moment("2026-03-04T09:05:59Z"), moment("2026-12-31T23:07:00Z"));
        for (locale, full, late, day) in [
            (Locale::En, "Mar 4, 2026, 9:05 AM UTC", "Dec 31, 2026, 11:07 PM UTC", "Mar 4, 2026"),
            (Locale::De, "04.03.2026, 09:05 UTC", "31.12.2026, 23:07 UTC", "04.03.2026"),
            (Locale::Fr, "4 mars 2026, 09:05 UTC", "31 déc. 2026, 23:07 UTC", "4 mars 2026"),
            (Locale::Es, "4 mar 2026, 09:05 UTC", "31 dic 2026, 23:07 UTC", "4 mar 2026"),
            (
                Locale::PtBr,
                "4 de mar. de 2026, 09:05 UTC",
                "31 de dez. de 2026, 23:07 UTC",
                "4 de mar. de 2026",
            ),
            (Locale::Ja, "2026/03/04 9:05 UTC", "2026/12/31 23:07 UTC", "2026/03/04"),
        ] {
            assert_eq!(plain(&morning.full(locale)), full);
            assert_eq!(plain(&night.full(locale)), late);
            assert_eq!(plain(&morning.day(locale)), day);
        }
    }

    #[test]
    fn midnight_and_noon_are_told_apart() {
        let (midnight, noon) = (moment("2026-03-04T00:00:00Z"), moment("2026-03-04T12:00:00Z"));
        assert_eq!(plain(&midnight.full(Locale::En)), "Mar 4, 2026, 12:00 AM UTC");
        assert_eq!(plain(&noon.full(Locale::En)), "Mar 4, 2026, 12:00 PM UTC");
        assert_eq!(plain(&midnight.full(Locale::Fr)), "4 mars 2026, 00:00 UTC");
    }

    #[test]
    fn machines_read_whole_seconds() {
        assert_eq!(moment("2026-03-04T09:05:59.987654Z").machine(), "2026-03-04T09:05:59Z");
        assert_eq!(moment("2026-03-04T01:05:59+02:00").machine(), "2026-03-03T23:05:59Z");
        assert_eq!(moment("2026-03-04T01:05:59+02:00").day(Locale::De), "03.03.2026");
    }

    #[test]
    fn no_moment_goes_unwritten() {
        for at in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC, moment("2016-12-31T23:59:60Z").0] {
            for locale in Locale::ALL {
                assert!(!Moment(at).full(locale).is_empty() && !Moment(at).day(locale).is_empty());
            }
        }
    }
}
