//! One JSON file and one table.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

use serde::Serialize;
use serde_json::json;

use crate::measure::calibrate::Yardsticks;
use crate::measure::stats::Spread;
use crate::plan::Case;
use crate::scenario::{Scenario, Yardstick};
use crate::subject::Start;
use crate::subject::load::Set;

/// One measured window; CPU-seconds per 1,000.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Window {
    pub(crate) operations: usize,
    pub(crate) app: f64,
    pub(crate) database: f64,
    pub(crate) per_second: f64,
    pub(crate) p50_ms: f64,
    pub(crate) p95_ms: f64,
    pub(crate) p99_ms: f64,
    /// Per operation.
    pub(crate) wal_bytes: Option<f64>,
}

/// Latencies in the open loop.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Open {
    pub(crate) per_second: f64,
    pub(crate) p50_ms: f64,
    pub(crate) p95_ms: f64,
    pub(crate) p99_ms: f64,
}

/// All windows of one case and one server.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) case: Case,
    pub(crate) subject: &'static str,
    pub(crate) windows: Vec<Window>,
    /// CPU-seconds per 1,000 after the last answer.
    pub(crate) tail: f64,
    pub(crate) open: Option<Open>,
    pub(crate) loaded_mib: f64,
    pub(crate) checked: usize,
    pub(crate) failed: usize,
    pub(crate) faults: Vec<String>,
}

/// A server that nobody asks, and its memory after the load.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Idle {
    pub(crate) subject: &'static str,
    pub(crate) app_percent: f64,
    pub(crate) database_percent: f64,
    pub(crate) idle_mib: f64,
    pub(crate) loaded_mib: f64,
}

/// Everything a run found.
#[derive(Debug)]
pub(crate) struct Results {
    set: Set,
    machine: serde_json::Value,
    pub(crate) rows: Vec<Row>,
    pub(crate) idle: Vec<Idle>,
    pub(crate) starts: Vec<(&'static str, Start)>,
    pub(crate) yardsticks: Option<Yardsticks>,
    /// What was answered wrongly.
    pub(crate) wrong: Vec<String>,
}

const OURS: &str = "gatehouse";

impl Row {
    pub(crate) const fn new(case: Case, subject: &'static str) -> Self {
        Self {
            case,
            subject,
            windows: Vec::new(),
            tail: 0.0,
            open: None,
            loaded_mib: 0.0,
            checked: 0,
            failed: 0,
            faults: Vec::new(),
        }
    }

    fn spread(&self, part: impl Fn(&Window) -> f64) -> Option<Spread> {
        Spread::of(self.windows.iter().map(part))
    }

    /// Application, database, and what came after the answers.
    fn total(&self) -> Option<Spread> {
        self.spread(|window| window.app + window.database + self.tail)
    }
}

impl Results {
    pub(crate) const fn new(set: Set, machine: serde_json::Value) -> Self {
        Self {
            set,
            machine,
            rows: Vec::new(),
            idle: Vec::new(),
            starts: Vec::new(),
            yardsticks: None,
            wrong: Vec::new(),
        }
    }

    /// The yardstick of a scenario on this machine.
    fn yardstick(&self, scenario: Scenario) -> Option<f64> {
        let found = self.yardsticks.as_ref()?;
        Some(match scenario.yardstick() {
            Yardstick::Hello => found.hello.median,
            Yardstick::HelloAndSignature => found.hello.median + found.es256.median,
            Yardstick::Hash => found.argon2.median,
        })
    }

    /// The target in CPU-seconds per 1,000.
    fn target(&self, scenario: Scenario) -> Option<f64> {
        let relative = scenario.yardstick() == Yardstick::Hash;
        if relative { Some(scenario.target() * self.yardstick(scenario)?) } else { Some(scenario.target()) }
    }

    fn of(&self, scenario: Scenario, subject: &str) -> Option<&Row> {
        self.rows.iter().find(|row| row.case.scenario == scenario && row.subject == subject)
    }

    fn json(&self) -> serde_json::Value {
        let row = |row: &Row| {
            json!({
                "scenario": row.case.scenario, "tenants": row.case.choice, "server": row.subject,
                "cpu_seconds_per_1000": {
                    "application": row.spread(|window| window.app), "database": row.spread(|window| window.database),
                    "tail": row.tail, "total": row.total(),
                },
                "target": self.target(row.case.scenario),
                "yardstick": row.case.scenario.yardstick(),
                "windows": row.windows, "open_loop": row.open, "loaded_mib": row.loaded_mib,
                "checked": row.checked, "failed": row.failed, "faults": row.faults,
            })
        };
        json!({
            "set": self.set, "size": self.set.size(), "machine": self.machine, "yardsticks": self.yardsticks,
            "noisy": self.yardsticks.as_ref().is_some_and(Yardsticks::noisy),
            "rows": self.rows.iter().map(row).collect::<Vec<_>>(), "idle": self.idle,
            "starts": self.starts.iter().map(|(name, start)| json!({"server": name, "start": start}))
                .collect::<Vec<_>>(),
            "wrong": self.wrong,
        })
    }

    fn markdown(&self) -> Result<String, std::fmt::Error> {
        let mut text = String::new();
        self.heading(&mut text)?;
        writeln!(
            text,
            "| scenario | app | database | total (min–max) | × yardstick | target | met | peer | peer ÷ ours | p50 / p99 ms | req/s |"
        )?;
        writeln!(text, "| --- | ---: | ---: | ---: | ---: | ---: | :---: | ---: | ---: | ---: | ---: |")?;
        let peer_alone = !self.rows.iter().any(|row| row.subject == OURS);
        for row in self.rows.iter().filter(|row| peer_alone || row.subject == OURS) {
            self.line(&mut text, row)?;
        }
        self.footing(&mut text)?;
        Ok(text)
    }

    fn heading(&self, text: &mut String) -> std::fmt::Result {
        let size = self.set.size();
        writeln!(
            text,
            "Set {:?}: {} tenants, {} people each, {} old events. CPU-seconds per 1,000 correct operations, medians.",
            self.set, size.tenants, size.persons, size.events
        )?;
        let machine = |name: &str| match self.machine.get(name) {
            Some(serde_json::Value::String(word)) => word.clone(),
            other => other.map(ToString::to_string).unwrap_or_default(),
        };
        writeln!(
            text,
            "Machine: {} × {}, kernel {}, load {}.\n",
            machine("cores"),
            machine("model"),
            machine("kernel"),
            machine("load_average")
        )?;
        let Some(found) = &self.yardsticks else { return Ok(()) };
        if found.noisy() {
            writeln!(
                text,
                "**Too noisy**: the yardsticks spread by more than 25 %. Read ratios, not figures.\n"
            )?;
        }
        for (name, unit, spread) in [
            ("argon2id m=19456 t=2 p=1, one for each core at once", "CPU-s/1000", found.argon2),
            ("argon2id, one alone", "CPU-s/1000", found.argon2_alone),
            ("ES256 signature", "CPU-s/1000", found.es256),
            ("bare HTTP answer", "CPU-s/1000", found.hello),
            ("fdatasync", "ms", found.fdatasync_ms),
        ] {
            writeln!(
                text,
                "* yardstick {name}: {} {unit} ({}–{})",
                short(spread.median),
                short(spread.min),
                short(spread.max)
            )?;
        }
        writeln!(text)
    }

    fn line(&self, text: &mut String, row: &Row) -> std::fmt::Result {
        let (scenario, both) =
            (row.case.scenario, matches!(self.set, Set::M | Set::T) && row.case.scenario.draws());
        let median = |part: fn(&Window) -> f64| row.spread(part).map_or(f64::NAN, |spread| spread.median);
        let Some(total) = row.total() else {
            return writeln!(text, "| {} | failed: see the faults below |", row.case.name(both));
        };
        let ratio = self.yardstick(scenario).map_or(f64::NAN, |yardstick| total.median / yardstick);
        let peer = self.of(scenario, "oidc-provider").filter(|_| row.subject == OURS).and_then(Row::total);
        let (peer, times) = peer.map_or(("–".to_owned(), "–".to_owned()), |peer| {
            (short(peer.median), short(peer.median / total.median))
        });
        let target = self.target(scenario).filter(|_| row.subject == OURS);
        writeln!(
            text,
            "| {} | {} | {} | {} ({}–{}) | {} | {} | {} | {peer} | {times} | {} / {} | {:.0} |",
            row.case.name(both),
            short(median(|window| window.app)),
            short(median(|window| window.database)),
            short(total.median),
            short(total.min),
            short(total.max),
            short(ratio),
            target.map_or_else(|| "–".to_owned(), |target| format!("≤ {}", short(target))),
            target.map_or("–", |target| met(total, target)),
            short(median(|window| window.p50_ms)),
            short(median(|window| window.p99_ms)),
            median(|window| window.per_second),
        )
    }

    fn footing(&self, text: &mut String) -> std::fmt::Result {
        writeln!(text)?;
        for idle in &self.idle {
            let loaded = self.rows.iter().filter(|row| row.subject == idle.subject).map(|row| row.loaded_mib);
            let loaded = loaded.fold(idle.loaded_mib, f64::max);
            writeln!(
                text,
                "* {}: memory {:.0} MiB idle, {loaded:.0} MiB under load (targets 40, 150); idle CPU {:.2} % of a core, its database {:.2} % (target < 1 %)",
                idle.subject, idle.idle_mib, idle.app_percent, idle.database_percent
            )?;
        }
        for (name, start) in &self.starts {
            let without = start.without_database.map_or_else(String::new, |seconds| {
                format!(", {seconds:.2} s of it after its database was ready (target 0.3 s)")
            });
            writeln!(
                text,
                "* {name}: first token {:.2} s after the start of the process{without}",
                start.to_first_token
            )?;
        }
        let (checked, failed) = self
            .rows
            .iter()
            .fold((0, 0), |(checked, failed), row| (checked + row.checked, failed + row.failed));
        writeln!(text, "* checked tokens and sign-ins: {checked}; wrong answers: {failed}")?;
        for wrong in &self.wrong {
            writeln!(text, "* **wrong**: {wrong}")?;
        }
        Ok(())
    }
}

/// Missed only if every repetition lies above.
fn met(total: Spread, target: f64) -> &'static str {
    if total.median <= target {
        return "yes";
    }
    if total.min <= target { "within the spread" } else { "**no**" }
}

/// Three digits.
fn short(value: f64) -> String {
    match value.abs() {
        _ if value.is_nan() => "–".to_owned(),
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        size if size >= 1.0 => format!("{value:.2}"),
        _ => format!("{value:.3}"),
    }
}

/// Writes `bench.json` and `bench.md`, and prints the table.
pub(crate) fn publish(results: &Results, out: &Path) -> anyhow::Result<()> {
    let table = results.markdown()?;
    std::fs::write(out.join("bench.json"), serde_json::to_vec_pretty(&results.json())?)?;
    std::fs::write(out.join("bench.md"), &table)?;
    writeln!(std::io::stdout(), "{table}")?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_missed_only_by_the_whole_range() {
        let spread = |median, min, max| Spread { median, min, max };
        assert_eq!(met(spread(1.0, 0.9, 1.3), 1.1), "yes");
        assert_eq!(met(spread(1.2, 1.0, 1.3), 1.1), "within the spread");
        assert_eq!(met(spread(1.2, 1.15, 1.3), 1.1), "**no**");
    }

    #[test]
    fn figures_have_three_digits() {
        assert_eq!([0.0514, 2.346, 21.26, 104.4].map(short), ["0.051", "2.35", "21.3", "104"]);
    }
}
