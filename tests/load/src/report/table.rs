//! The tables, as Markdown.

use std::fmt::Write as _;

use super::{OURS, Open, Results, Row, Window};
use crate::measure::calibrate::Yardsticks;
use crate::measure::stats::Spread;
use crate::plan::STEPS;
use crate::subject::load::Set;

impl Results {
    pub(super) fn markdown(&self) -> Result<String, std::fmt::Error> {
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
        self.latencies(&mut text)?;
        self.asked(&mut text)?;
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
        self.yardsticks(text, found)
    }

    fn yardsticks(&self, text: &mut String, found: &Yardsticks) -> std::fmt::Result {
        for (name, unit, spread) in [
            ("argon2id m=19456 t=2 p=1, one for each core at once", "CPU-s/1000", Some(found.argon2)),
            ("argon2id, one alone", "CPU-s/1000", Some(found.argon2_alone)),
            ("ES256 signature", "CPU-s/1000", Some(found.es256)),
            ("bare HTTP answer", "CPU-s/1000", Some(found.hello)),
            ("one row read by its key (pgbench, 2 connections)", "CPU-s/1000", found.read),
            ("one row kept (pgbench, 8 connections)", "CPU-s/1000", found.insert),
            ("fdatasync", "ms", Some(found.fdatasync_ms)),
        ] {
            let Some(spread) = spread else { continue };
            writeln!(
                text,
                "* yardstick {name}: {} {unit} ({}–{})",
                short(spread.median),
                short(spread.min),
                short(spread.max)
            )?;
        }
        for note in &self.notes {
            writeln!(text, "* {note}")?;
        }
        writeln!(text)
    }

    fn line(&self, text: &mut String, row: &Row) -> std::fmt::Result {
        let scenario = row.case.scenario;
        let median = |part: fn(&Window) -> f64| row.spread(part).map_or(f64::NAN, |spread| spread.median);
        let Some(total) = row.total() else {
            return writeln!(text, "| {} | failed: see the faults below |", self.name(row));
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
            self.name(row),
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

    fn name(&self, row: &Row) -> String {
        row.case.name(matches!(self.set, Set::M | Set::T) && row.case.scenario.draws())
    }

    /// Latencies at each step of the open loop.
    fn latencies(&self, text: &mut String) -> std::fmt::Result {
        if self.rows.iter().all(|row| row.open.is_empty()) {
            return Ok(());
        }
        writeln!(
            text,
            "\nLatencies in the open loop, at a share of the greatest rate: p50 / p95 / p99 / max in ms, from the \
             moment each request was due.\n"
        )?;
        let steps = STEPS.map(|percent| format!("{percent} %")).join(" | ");
        writeln!(text, "| scenario | server | {steps} |")?;
        writeln!(text, "| --- | --- |{}", " ---: |".repeat(STEPS.len()))?;
        for row in self.rows.iter().filter(|row| !row.open.is_empty()) {
            let cells: Vec<String> = row.open.iter().map(step).collect();
            writeln!(text, "| {} | {} | {} |", self.name(row), row.subject, cells.join(" | "))?;
        }
        Ok(())
    }

    /// What one operation asks of the database.
    fn asked(&self, text: &mut String) -> std::fmt::Result {
        if self.rows.iter().all(|row| row.statements.is_none()) {
            return Ok(());
        }
        writeln!(
            text,
            "\nWhat one operation asks of the database; transactions begin and end by statements.\n"
        )?;
        writeln!(
            text,
            "| scenario | statements (min–max) | bytes of write-ahead log |\n| --- | ---: | ---: |"
        )?;
        for row in self.rows.iter().filter(|row| row.subject == OURS) {
            let bytes = Spread::of(row.windows.iter().filter_map(|window| window.wal_bytes));
            let bytes = bytes.map_or(f64::NAN, |bytes| bytes.median);
            let statements = row.statements.map_or_else(
                || short(f64::NAN),
                |each| format!("{} ({}–{})", short(each.median), short(each.min), short(each.max)),
            );
            writeln!(text, "| {} | {statements} | {} |", self.name(row), short(bytes))?;
        }
        Ok(())
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
        if let Some((interrupted, recorded)) = self.killed {
            writeln!(
                text,
                "* killed with SIGKILL after {} tokens were answered, at most {} more under way: {recorded} recorded",
                interrupted.answered, interrupted.under_way
            )?;
        }
        for wrong in &self.wrong {
            writeln!(text, "* **wrong**: {wrong}")?;
        }
        Ok(())
    }
}

/// Below this share of what was due a server could not follow; to wait for the last answer takes some time, too.
const BEHIND: f64 = 0.9;

/// Missed only if every repetition lies above.
fn met(total: Spread, target: f64) -> &'static str {
    if total.median <= target {
        return "yes";
    }
    if total.min <= target { "within the spread" } else { "**no**" }
}

/// One cell of the latencies; it says so if the server fell behind.
fn step(open: &Open) -> String {
    let times = [open.p50_ms, open.p95_ms, open.p99_ms, open.max_ms].map(short).join(" / ");
    let behind = open.per_second < open.due_per_second * BEHIND;
    let rate = if behind {
        format!(" ({:.0} of {:.0}/s)", open.per_second, open.due_per_second)
    } else {
        String::new()
    };
    format!("{times}{rate}")
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::calibrate::Sample;
    use crate::measure::drive::Tally;
    use crate::scenario::Scenario;
    use crate::subject::pgbench::Rows;

    #[test]
    fn a_target_is_missed_only_by_the_whole_range() {
        let spread = |median, min, max| Spread { median, min, max };
        assert_eq!(met(spread(1.0, 0.9, 1.3), 1.1), "yes");
        assert_eq!(met(spread(1.2, 1.0, 1.3), 1.1), "within the spread");
        assert_eq!(met(spread(1.2, 1.15, 1.3), 1.1), "**no**");
    }

    #[test]
    fn a_step_tells_its_latencies_and_whether_the_server_fell_behind() {
        let tally = |seconds| Tally {
            done: 100,
            micros: (1..=100).map(|number| number * 1000).collect(),
            seconds,
            ..Tally::default()
        };
        assert_eq!(step(&Open::of(50, 100.0, &tally(1.05))), "50.0 / 95.0 / 99.0 / 100");
        assert_eq!(step(&Open::of(80, 100.0, &tally(2.0))), "50.0 / 95.0 / 99.0 / 100 (50 of 100/s)");
    }

    #[test]
    fn without_pgbench_the_ratios_of_what_asks_the_database_are_left_out() {
        let sample = |rows| Sample {
            argon2: 15.0,
            argon2_alone: 14.0,
            es256: 0.02,
            hello: 0.01,
            fdatasync_ms: 0.1,
            rows,
        };
        let with = |rows| {
            let mut results = Results::new(Set::S, serde_json::Value::Null);
            results.yardsticks = Yardsticks::of(&[sample(rows)]);
            results.notes.extend(rows.is_none().then(|| "there is no pgbench".to_owned()));
            results
        };
        let known = with(Some(Rows { read: 0.04, insert: 0.14 }));
        let ratio = |scenario| known.yardstick(scenario).map(short);
        assert_eq!(ratio(Scenario::Introspection).unwrap(), "0.050");
        assert_eq!(ratio(Scenario::Refresh).unwrap(), "0.170");
        assert_eq!(ratio(Scenario::Code).unwrap(), "0.340");
        assert!(known.markdown().unwrap().contains("* yardstick one row read by its key (pgbench"));

        let unknown = with(None);
        assert_eq!(unknown.yardstick(Scenario::Introspection), None);
        assert_eq!(unknown.yardstick(Scenario::ClientCredentials).map(short).unwrap(), "0.030");
        let table = unknown.markdown().unwrap();
        assert!(!table.contains("one row read") && table.contains("* there is no pgbench\n"), "{table}");
    }

    #[test]
    fn figures_have_three_digits() {
        assert_eq!([0.0514, 2.346, 21.26, 104.4].map(short), ["0.051", "2.35", "21.3", "104"]);
    }
}
