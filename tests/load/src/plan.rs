//! What a run does: its options, and how long each part takes.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use crate::measure::stats::Choice;
use crate::scenario::Scenario;
use crate::subject::load::Set;

/// `gatehouse-load run`.
#[derive(Debug, Clone, Args)]
pub(crate) struct Run {
    /// How much Gatehouse holds.
    #[arg(long, value_enum, default_value = "m")]
    pub(crate) set: Set,
    /// Only these scenarios.
    #[arg(long, value_enum, value_delimiter = ',')]
    pub(crate) only: Vec<Scenario>,
    /// The length of one measured window; by default as the set demands.
    #[arg(long, value_name = "N")]
    seconds: Option<f64>,
    /// How often each window is repeated.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=100))]
    reps: Option<u16>,
    /// Where results, data and logs go.
    #[arg(long, value_name = "DIR", default_value = ".gatehouse/bench")]
    pub(crate) out: PathBuf,
    /// The program to measure; by default `gatehouse` beside this one.
    #[arg(long, value_name = "PATH")]
    gatehouse_bin: Option<PathBuf>,
    /// Measure the peer alone.
    #[arg(long, conflicts_with_all = ["gatehouse_bin", "no_peer"])]
    peer_only: bool,
    /// A setting of Gatehouse, as an environment variable.
    #[arg(long, value_name = "NAME=VALUE", value_parser = setting)]
    pub(crate) gatehouse_set: Vec<(String, String)>,
    /// The peer's program.
    #[arg(long, value_name = "PATH", default_value = "tests/bench/peer.mjs")]
    pub(crate) peer: PathBuf,
    /// Measure without the peer.
    #[arg(long)]
    pub(crate) no_peer: bool,
    /// Use the data of an earlier run of the same set, and keep it; `first_token` then finds tenants that were used.
    #[arg(long)]
    pub(crate) keep: bool,
    /// Take latencies at 25, 50 and 80 % of the greatest rate with the small sets, too; the large ones always do.
    #[arg(long)]
    latencies: bool,
}

/// One scenario and how its tenants are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Case {
    pub(crate) scenario: Scenario,
    pub(crate) choice: Choice,
}

/// The times of a run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    pub(crate) reps: u16,
    pub(crate) window: Duration,
    /// Before each window, unmeasured.
    pub(crate) warm_up: Duration,
    /// For each yardstick.
    pub(crate) calibration: Duration,
    /// How long an idle server is watched.
    pub(crate) idle: Duration,
    /// Whether latencies are taken in the open loop, too.
    pub(crate) open_loop: bool,
}

/// The steps of the open loop, in percent of the greatest rate.
pub(crate) const STEPS: [u8; 3] = [25, 50, 80];

/// What comes later than the answer is charged to it for so long.
const TAIL_OF_WRITES: Duration = Duration::from_secs(5);
const TAIL_OF_READS: Duration = Duration::from_secs(1);

fn setting(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("expected NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

impl Run {
    /// The program to measure, unless only the peer is.
    pub(crate) fn program(&self) -> anyhow::Result<Option<PathBuf>> {
        if self.peer_only {
            return Ok(None);
        }
        let program = match &self.gatehouse_bin {
            Some(given) => given.clone(),
            None => std::env::current_exe()?.with_file_name("gatehouse"),
        };
        anyhow::ensure!(program.is_file(), "there is no program {}", program.display());
        Ok(Some(program))
    }

    pub(crate) fn plan(&self) -> Plan {
        let large = matches!(self.set, Set::M | Set::T);
        let (reps, seconds) = if large { (5, 5.0) } else { (2, 2.5) };
        let window = Duration::from_secs_f64(self.seconds.unwrap_or(seconds));
        Plan {
            reps: self.reps.unwrap_or(reps),
            window,
            warm_up: window.min(Duration::from_secs(2)) / 4,
            calibration: Duration::from_millis(if large { 1000 } else { 600 }),
            idle: Duration::from_secs(10),
            open_loop: large || self.latencies,
        }
    }

    /// What is measured, in order.
    pub(crate) fn cases(&self) -> Vec<Case> {
        let large = matches!(self.set, Set::M | Set::T);
        let wanted = |scenario: &Scenario| {
            (self.only.is_empty() || self.only.contains(scenario))
                && (large || *scenario != Scenario::FirstToken)
        };
        let mut cases = Vec::new();
        for scenario in Scenario::ALL.into_iter().filter(wanted) {
            cases.push(Case {
                scenario,
                choice: if large && scenario.draws() { Choice::Zipf } else { Choice::Uniform },
            });
            if large && scenario.draws() {
                cases.push(Case { scenario, choice: Choice::Uniform });
            }
        }
        cases
    }
}

impl Case {
    /// Whether the peer can do the same. It has one tenant, and checks no password.
    pub(crate) fn has_peer(self) -> bool {
        self.choice == Choice::Uniform && !matches!(self.scenario, Scenario::FirstToken | Scenario::Password)
    }

    pub(crate) const fn tail(self, database: bool) -> Duration {
        if database && self.scenario.writes() { TAIL_OF_WRITES } else { TAIL_OF_READS }
    }

    pub(crate) fn name(self, both: bool) -> String {
        match self.choice {
            Choice::Zipf => format!("{}, Zipf", self.scenario.name()),
            Choice::Uniform if both => format!("{}, uniform", self.scenario.name()),
            Choice::Uniform => self.scenario.name().to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(clap::Parser)]
    struct Line {
        #[command(flatten)]
        run: Run,
    }

    fn run(line: &str) -> Run {
        <Line as clap::Parser>::try_parse_from(format!("x {line}").split_whitespace()).unwrap().run
    }

    #[test]
    fn small_sets_draw_once_and_large_ones_both_ways() {
        let count =
            |line, scenario| run(line).cases().iter().filter(|case| case.scenario == scenario).count();
        assert_eq!(count("--set s", Scenario::Jwks), 1);
        assert_eq!(count("--set m", Scenario::Jwks), 2);
        assert_eq!(count("--set s", Scenario::FirstToken), 0);
        assert_eq!(count("--set t", Scenario::FirstToken), 1);
        assert_eq!(run("--set s --only password,refresh").cases().len(), 2);
    }

    #[test]
    fn latencies_are_taken_of_large_sets_and_on_demand() {
        assert_eq!(
            ["--set s", "--set s --latencies", "--set m"].map(|line| run(line).plan().open_loop),
            [false, true, true]
        );
    }

    #[test]
    fn a_missing_program_is_one_sentence() {
        let told = run("--gatehouse-bin /nowhere/gatehouse").program().unwrap_err().to_string();
        assert_eq!(told, "there is no program /nowhere/gatehouse");
        assert_eq!(run("--peer-only").program().unwrap(), None);
    }

    #[test]
    fn settings_are_pairs() {
        assert_eq!(setting("A=b=c"), Ok(("A".to_owned(), "b=c".to_owned())));
        assert!(setting("A").is_err());
    }
}
