//! Logs and metrics of the process.
//!
//! One JSON object a line, with the fields of the spans around an event (request id, tenant) beside its own. Secrets
//! have no printable form ([`gatehouse_domain::secret::Secret`]); fields that by their name might hold one are hidden
//! all the same. JSON escaping keeps control characters out of the stream.

use std::fmt;
use std::io::Write as _;
use std::sync::Arc;

use gatehouse_domain::time::Clock;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::{Context, SubscriberExt as _};
use tracing_subscriber::registry::{LookupSpan, Scope};
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer};

use crate::config::{Log, LogFormat};

/// Names whose values are hidden wherever they appear.
const HIDDEN_NAMES: [&str; 8] =
    ["password", "secret", "token", "authorization", "cookie", "assertion", "verifier", "handle"];
/// Bounds of the histograms of durations, in seconds.
const SECONDS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

/// Why logs or metrics could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The filter is not one.
    #[error("log.filter: expected levels by target, such as info,sqlx=warn.")]
    Filter,
    /// Something else in the process already receives them.
    #[error("Logs or metrics were already set up in this process.")]
    Taken,
}

/// Sends the process's logs to standard error, in the configured form.
///
/// # Errors
/// If the filter is malformed or logs were set up before.
pub fn install_logs(log: &Log, clock: Arc<dyn Clock>) -> Result<(), TelemetryError> {
    let filter = EnvFilter::try_new(&log.filter).map_err(|_| TelemetryError::Filter)?;
    let registry = tracing_subscriber::registry().with(filter);
    match log.format {
        LogFormat::Json => registry.with(JsonLines { clock, out: std::io::stderr }).try_init(),
        LogFormat::Pretty => {
            let lines = tracing_subscriber::fmt::layer().with_target(false).with_writer(std::io::stderr);
            registry.with(lines).try_init()
        }
    }
    .map_err(|_| TelemetryError::Taken)
}

/// Receives the process's metrics; the handle renders them and must be kept up ([`crate::management`] does).
///
/// # Errors
/// If metrics were set up before.
pub fn install_metrics() -> Result<PrometheusHandle, TelemetryError> {
    PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)
        .and_then(PrometheusBuilder::install_recorder)
        .map_err(|_| TelemetryError::Taken)
}

/// Writes each event as one line of JSON.
struct JsonLines<W> {
    clock: Arc<dyn Clock>,
    out: W,
}

/// The fields of a span, kept with it.
struct Fields(Map<String, Value>);

impl<S, W> Layer<S> for JsonLines<W>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: for<'a> MakeWriter<'a> + 'static,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, cx: Context<'_, S>) {
        let mut fields = Map::new();
        attributes.record(&mut Collect(&mut fields));
        if let Some(span) = cx.span(id) {
            span.extensions_mut().insert(Fields(fields));
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, cx: Context<'_, S>) {
        if let Some(span) = cx.span(id)
            && let Some(Fields(fields)) = span.extensions_mut().get_mut()
        {
            values.record(&mut Collect(fields));
        }
    }

    fn on_event(&self, event: &Event<'_>, cx: Context<'_, S>) {
        let mut line = Map::new();
        for span in cx.event_scope(event).into_iter().flat_map(Scope::from_root) {
            if let Some(Fields(fields)) = span.extensions().get() {
                line.extend(fields.clone());
            }
        }
        event.record(&mut Collect(&mut line));
        let meta = event.metadata();
        let time = self.clock.now().to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
        line.insert("time".to_owned(), time.into());
        line.insert("level".to_owned(), meta.level().as_str().into());
        line.insert("target".to_owned(), meta.target().into());
        let mut text = Value::Object(line).to_string();
        text.push('\n');
        // A log that cannot be written has nowhere to say so.
        let _ = self.out.make_writer_for(meta).write_all(text.as_bytes());
    }
}

struct Collect<'a>(&'a mut Map<String, Value>);

impl Collect<'_> {
    fn put(&mut self, field: &Field, value: Value) {
        let name = field.name();
        let hidden = HIDDEN_NAMES.iter().any(|word| name.contains(word));
        self.0.insert(name.to_owned(), if hidden { "(hidden)".into() } else { value });
    }
}

impl Visit for Collect<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put(field, format!("{value:?}").into());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, value.into());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, value.into());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, value.into());
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, value.into());
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::Mutex;

    use gatehouse_domain::secret::Secret;
    use gatehouse_domain::time::Timestamp;

    use super::*;

    #[derive(Debug)]
    struct Noon;

    impl Clock for Noon {
        fn now(&self) -> Timestamp {
            "2030-01-02T12:00:00Z".parse().unwrap()
        }
    }

    #[derive(Clone, Default)]
    struct Memory(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Memory {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn logged(work: impl FnOnce()) -> Vec<Value> {
        let memory = Memory::default();
        let writer = memory.clone();
        let layer = JsonLines { clock: Arc::new(Noon), out: move || writer.clone() };
        tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), work);
        let text = String::from_utf8(memory.0.lock().unwrap().clone()).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    #[test]
    fn span_fields_stand_beside_the_events_own() {
        let lines = logged(|| {
            let outer = tracing::info_span!("request", request = "req_1", tenant = tracing::field::Empty);
            let _outer = outer.enter();
            outer.record("tenant", "tnt_2");
            let _inner = tracing::info_span!("use_case", step = 3_u64).entered();
            tracing::warn!(status = 400_u64, "refused");
        });
        let expected = serde_json::json!({
            "time": "2030-01-02T12:00:00.000000Z", "level": "WARN",
            "target": "gatehouse_server::telemetry::tests",
            "request": "req_1", "tenant": "tnt_2", "step": 3, "status": 400, "message": "refused",
        });
        let mut line = lines[0].clone();
        line["target"] = expected["target"].clone();
        assert_eq!(line, expected);
    }

    #[test]
    fn secrets_and_control_characters_stay_out() {
        let lines = logged(|| {
            let secret = Secret::new("hunter2".to_owned());
            tracing::info!(?secret, refresh_token = "hunter2", given = ?secret, "line\nbreak \u{1b}[31m");
        });
        assert_eq!(lines.len(), 1);
        assert!(!lines[0].to_string().contains("hunter2"));
        assert_eq!(lines[0]["message"], "line\nbreak \u{1b}[31m");
        assert!(!lines[0].to_string().contains('\u{1b}'));
    }
}
