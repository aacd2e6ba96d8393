//! Spans of time as people write them: `30m`, `8h`, `7d`.

use std::fmt;
use std::str::FromStr;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

/// A positive span of whole seconds, at most ten years.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Span(u32);

/// A text that is not a span.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a span is a whole number and s, m, h or d, such as 30m, at most 3650d")]
pub struct BadDuration;

const LONGEST: u32 = 3650 * 86_400;

impl Span {
    /// That many seconds; more than the longest span is cut to it, zero becomes one.
    pub const fn seconds(count: u32) -> Self {
        match count {
            0 => Self(1),
            LONGEST.. => Self(LONGEST),
            _ => Self(count),
        }
    }

    /// That many minutes.
    pub const fn minutes(count: u32) -> Self {
        Self::seconds(count.saturating_mul(60))
    }

    /// That many hours.
    pub const fn hours(count: u32) -> Self {
        Self::seconds(count.saturating_mul(3600))
    }

    /// That many days.
    pub const fn days(count: u32) -> Self {
        Self::seconds(count.saturating_mul(86_400))
    }

    /// The span in seconds.
    pub const fn as_seconds(self) -> u32 {
        self.0
    }

    /// The span for arithmetic with instants.
    pub fn delta(self) -> TimeDelta {
        TimeDelta::seconds(i64::from(self.0))
    }
}

impl FromStr for Span {
    type Err = BadDuration;

    fn from_str(text: &str) -> Result<Self, BadDuration> {
        let unit = text.chars().last().ok_or(BadDuration)?;
        let digits = text.strip_suffix(unit).ok_or(BadDuration)?;
        let factor = match unit {
            's' => 1,
            'm' => 60,
            'h' => 3600,
            'd' => 86_400,
            _ => return Err(BadDuration),
        };
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(BadDuration);
        }
        let count: u32 = digits.parse().map_err(|_| BadDuration)?;
        match count.checked_mul(factor) {
            Some(seconds @ 1..=LONGEST) => Ok(Self(seconds)),
            _ => Err(BadDuration),
        }
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (count, unit) = [(86_400, 'd'), (3600, 'h'), (60, 'm')]
            .into_iter()
            .find(|(factor, _)| self.0.is_multiple_of(*factor))
            .map_or((self.0, 's'), |(factor, unit)| (self.0 / factor, unit));
        write!(f, "{count}{unit}")
    }
}

impl TryFrom<String> for Span {
    type Error = BadDuration;

    fn try_from(text: String) -> Result<Self, BadDuration> {
        text.parse()
    }
}

impl From<Span> for String {
    fn from(span: Span) -> Self {
        span.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_writes() {
        for (text, seconds) in [("30m", 1800), ("8h", 28_800), ("7d", 604_800), ("90s", 90), ("1d", 86_400)] {
            let span: Span = text.parse().unwrap();
            assert_eq!((span.as_seconds(), span.to_string().as_str()), (seconds, text));
        }
        for bad in ["", "h", "0h", "-1h", "1.5h", "8", "8 h", "8w", "99999999999d", "4000d", "+8h", "8ℎ"] {
            assert!(bad.parse::<Span>().is_err(), "{bad}");
        }
    }
}
