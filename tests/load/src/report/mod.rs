//! One JSON file and the tables.

mod table;

use std::io::Write as _;
use std::path::Path;

use serde::Serialize;
use serde_json::json;

use crate::measure::calibrate::Yardsticks;
use crate::measure::drive::Tally;
use crate::measure::stats::{Spread, count, percentile};
use crate::plan::Case;
use crate::scenario::kill::Interrupted;
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
    /// Of the greatest rate.
    percent: u8,
    /// Operations that were due.
    due_per_second: f64,
    /// Operations that were answered: fewer if the server fell behind.
    per_second: f64,
    p50_ms: f64,
    p95_ms: f64,
    p99_ms: f64,
    max_ms: f64,
}

impl Open {
    pub(crate) fn of(percent: u8, due_per_second: f64, tally: &Tally) -> Self {
        let at = |share| percentile(&tally.micros, share).unwrap_or(f64::NAN);
        Self {
            percent,
            due_per_second,
            per_second: count(tally.done) / tally.seconds,
            p50_ms: at(0.5),
            p95_ms: at(0.95),
            p99_ms: at(0.99),
            max_ms: at(1.0),
        }
    }
}

/// All windows of one case and one server.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) case: Case,
    pub(crate) subject: &'static str,
    pub(crate) windows: Vec<Window>,
    /// CPU-seconds per 1,000 after the last answer.
    pub(crate) tail: f64,
    /// One for each step; none where they are not taken.
    pub(crate) open: Vec<Open>,
    /// Sent to the database for one operation, where they could be counted.
    pub(crate) statements: Option<Spread>,
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
    /// What was answered by a server until it was killed, and how many events it had then.
    pub(crate) killed: Option<(Interrupted, usize)>,
    /// What could not be measured, and why.
    pub(crate) notes: Vec<String>,
    /// What was answered wrongly.
    pub(crate) wrong: Vec<String>,
}

/// What our server is called.
pub(crate) const OURS: &str = "gatehouse";

impl Row {
    pub(crate) const fn new(case: Case, subject: &'static str) -> Self {
        Self {
            case,
            subject,
            windows: Vec::new(),
            tail: 0.0,
            open: Vec::new(),
            statements: None,
            loaded_mib: 0.0,
            checked: 0,
            failed: 0,
            faults: Vec::new(),
        }
    }

    fn spread(&self, part: impl Fn(&Window) -> f64) -> Option<Spread> {
        Spread::of(self.windows.iter().map(part))
    }

    /// Operations per second as fast as answers come, in the middle of all windows.
    pub(crate) fn per_second(&self) -> f64 {
        self.spread(|window| window.per_second).map_or(0.0, |spread| spread.median)
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
            killed: None,
            notes: Vec::new(),
            wrong: Vec::new(),
        }
    }

    /// The yardstick of a scenario on this machine.
    fn yardstick(&self, scenario: Scenario) -> Option<f64> {
        let found = self.yardsticks.as_ref()?;
        let (hello, signature) = (found.hello.median, found.es256.median);
        Some(match scenario.yardstick() {
            Yardstick::Hello => hello,
            Yardstick::HelloAndSignature => hello + signature,
            Yardstick::HelloAndRead => hello + found.read?.median,
            Yardstick::HelloSignatureAndInsert => hello + signature + found.insert?.median,
            Yardstick::TwoOfEach => 2.0 * (hello + signature + found.insert?.median),
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
                "windows": row.windows, "open_loop": row.open, "statements_per_operation": row.statements,
                "loaded_mib": row.loaded_mib,
                "checked": row.checked, "failed": row.failed, "faults": row.faults,
            })
        };
        json!({
            "set": self.set, "size": self.set.size(), "machine": self.machine, "yardsticks": self.yardsticks,
            "noisy": self.yardsticks.as_ref().is_some_and(Yardsticks::noisy),
            "rows": self.rows.iter().map(row).collect::<Vec<_>>(), "idle": self.idle,
            "starts": self.starts.iter().map(|(name, start)| json!({"server": name, "start": start}))
                .collect::<Vec<_>>(),
            "killed": self.killed.map(|(interrupted, recorded)| json!({
                "answered": interrupted.answered, "under_way_at_most": interrupted.under_way, "recorded": recorded,
            })),
            "notes": self.notes, "wrong": self.wrong,
        })
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
