//! Section `[log]`.

use serde::Deserialize;

use super::context::Context;
use super::error::ConfigError;
use super::value::{One, Setting};

/// What is logged, and how it looks.
#[derive(Debug, Clone)]
pub struct Log {
    /// The form of a line.
    pub format: LogFormat,
    /// Which events, in the words of `tracing-subscriber`'s `EnvFilter`, such as `info,sqlx=warn`.
    pub filter: String,
}

/// The form of a log line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// One JSON object a line.
    Json,
    /// For eyes.
    Pretty,
}

impl Setting for LogFormat {
    const EXPECTED: &'static str = "json or pretty";

    fn read(text: &str) -> Option<Self> {
        match text {
            "json" => Some(Self::Json),
            "pretty" => Some(Self::Pretty),
            _ => None,
        }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawLog {
    format: Option<One<LogFormat>>,
    filter: Option<One<String>>,
}

impl Log {
    pub(super) fn lines(&self, out: &mut Vec<(&'static str, String)>) {
        let format = match self.format {
            LogFormat::Json => "json",
            LogFormat::Pretty => "pretty",
        };
        out.push(("log.format", format.to_owned()));
        out.push(("log.filter", self.filter.clone()));
    }
}

impl RawLog {
    pub(super) fn validate(self, cx: &Context<'_>) -> Result<Log, ConfigError> {
        let usual = if cx.serves() { LogFormat::Json } else { LogFormat::Pretty };
        let format = self.format.map_or(usual, |one| one.0);
        let filter = self.filter.map_or_else(|| "info".to_owned(), |one| one.0);
        cx.refuse_if(
            tracing_subscriber::EnvFilter::try_new(&filter).is_err(),
            "log.filter",
            "expected levels by target, such as info,sqlx=warn",
        )?;
        Ok(Log { format, filter })
    }
}
