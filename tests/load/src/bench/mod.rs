//! One run from start to table.

mod after;
mod window;

use std::collections::HashMap;
use std::io::Write as _;
use std::path::Path;
use std::sync::OnceLock;
use std::time::Duration;

use anyhow::Context as _;

use crate::measure::calibrate::{self, Sample, Yardsticks};
use crate::measure::proc::{Cpu, machine};
use crate::plan::{Plan, Run};
use crate::report::{self, Idle, Results, Row};
use crate::scenario::Stage;
use crate::subject::child::Child;
use crate::subject::load::Size;
use crate::subject::pgbench::Pgbench;
use crate::subject::{Start, Subject, gatehouse, peer};

/// First tokens in one window, at the most.
const FIRST_TOKENS: usize = 1000;
/// First tokens that are left for the counting of statements.
const FIRST_TOKENS_SPARED: usize = 10;

/// A server on its stage.
struct Player {
    child: Child,
    stage: Stage,
    start: Option<Start>,
    /// Tokens in the event log before anything was asked.
    events: Option<usize>,
    /// Cores that it and its database keep busy while nobody asks.
    idle: OnceLock<f64>,
    /// First tokens to ask for in one window.
    fresh: usize,
}

/// Runs everything; false if an answer was wrong.
pub(crate) async fn run(run: Run) -> anyhow::Result<bool> {
    let plan = run.plan();
    std::fs::create_dir_all(&run.out).with_context(|| format!("cannot make {}", run.out.display()))?;
    let out = std::path::absolute(&run.out)?;
    let data = out.join(format!("data-{:?}", run.set).to_lowercase());
    let options = run.program()?.map(|program| gatehouse::Options {
        program,
        data: data.clone(),
        set: run.set,
        settings: run.gatehouse_set.clone(),
    });
    if !run.keep {
        remove(&data)?;
    }
    let players = cast(&run, options.as_ref()).await?;
    let (mut results, samples) = measure(&run, plan, &players, &out).await?;
    for player in players {
        let name = player.stage.subject.name;
        results.starts.extend(player.start.map(|start| (name, start)));
        let ended = after::end(&run, options.as_ref(), player, &mut results).await;
        results.wrong.extend(ended.err().map(|error| format!("{name}: {error:#}")));
    }
    if let Some(options) = &options {
        say("start-up");
        match gatehouse::start_again(options).await {
            Ok(start) => results.starts.push((report::OURS, start)),
            Err(error) => results.wrong.push(format!("started again: {error:#}")),
        }
    }
    if !run.keep {
        remove(&data)?;
    }
    results.yardsticks = Yardsticks::of(&samples);
    report::publish(&results, &out)?;
    Ok(results.wrong.is_empty())
}

/// Starts and prepares everybody.
async fn cast(run: &Run, options: Option<&gatehouse::Options>) -> anyhow::Result<Vec<Player>> {
    let mut players = Vec::new();
    let mut size = run.set.size();
    if !run.cases().iter().any(|case| case.scenario.needs_session()) {
        size.sessions = 0;
    }
    let unused = (size.tenants - size.warmed).saturating_sub(FIRST_TOKENS_SPARED);
    let fresh = (unused / usize::from(run.plan().reps)).min(FIRST_TOKENS);
    if let Some(options) = options {
        say("gatehouse: start, data, first tokens, sign-ins");
        let (child, subject) = gatehouse::start(options).await?;
        players.push(Player::enter(child, subject, None, size, fresh).await?);
    }
    if !run.no_peer {
        say("peer: start, sign-in");
        let (child, subject, start) = peer::start(&run.peer).await?;
        players.push(Player::enter(child, subject, Some(start), size, 0).await?);
    }
    Ok(players)
}

impl Player {
    async fn enter(
        child: Child,
        subject: Subject,
        start: Option<Start>,
        size: Size,
        fresh: usize,
    ) -> anyhow::Result<Self> {
        let events = match &subject.database {
            Some(database) => Some(database.token_events().await?),
            None => None,
        };
        let stage = Stage::set(subject, size.warmed, size.sessions).await?;
        Ok(Self { child, stage, start, events, idle: OnceLock::new(), fresh })
    }
}

async fn measure(
    run: &Run,
    plan: Plan,
    players: &[Player],
    out: &Path,
) -> anyhow::Result<(Results, Vec<Sample>)> {
    let mut results = Results::new(run.set, machine());
    results.idle = idle(plan, players).await?;
    let pgbench = match pgbench(players).await? {
        Some(Ok(found)) => Some(found),
        Some(Err(missing)) => {
            results.notes.push(missing);
            None
        }
        None => None,
    };
    let cases = run.cases();
    let mut rows: HashMap<(usize, usize), Row> = HashMap::new();
    let mut samples = Vec::new();
    for rep in 1..=plan.reps {
        samples.push(calibrate::take(plan.calibration, out, pgbench.as_ref()).await?);
        for (place, case) in cases.iter().enumerate() {
            for (number, player) in players.iter().enumerate() {
                if player.events.is_none() && !case.has_peer() {
                    continue;
                }
                say(&format!("{rep}/{}: {}, {}", plan.reps, case.scenario.name(), player.stage.subject.name));
                let row =
                    rows.entry((place, number)).or_insert_with(|| Row::new(*case, player.stage.subject.name));
                let taken = window::take(plan, *case, player, rep == plan.reps, row).await;
                row.faults.extend(taken.err().map(|error| format!("{error:#}")));
            }
        }
    }
    samples.push(calibrate::take(plan.calibration, out, pgbench.as_ref()).await?);
    let mut rows: Vec<_> = rows.into_iter().collect();
    rows.sort_by_key(|(place, _)| *place);
    results.rows = rows.into_iter().map(|(_, row)| row).collect();
    for row in &results.rows {
        let fault =
            row.faults.first().map(|fault| format!("{}, {}: {fault}", row.case.scenario.name(), row.subject));
        results.wrong.extend(fault);
    }
    for (player, idle) in players.iter().zip(&mut results.idle) {
        idle.loaded_mib = player.stage.subject.procs.memory_mib()?;
    }
    Ok((results, samples))
}

/// The yardsticks of the database, if anybody has one; a sentence if its load generator is missing.
async fn pgbench(players: &[Player]) -> anyhow::Result<Option<Result<Pgbench, String>>> {
    for Subject { database, procs, .. } in players.iter().map(|player| &player.stage.subject) {
        if let Some(database) = database {
            return Pgbench::prepare(database, *procs).await.map(Some);
        }
    }
    Ok(None)
}

/// What servers use while nobody asks for anything.
async fn idle(plan: Plan, players: &[Player]) -> anyhow::Result<Vec<Idle>> {
    say("idle");
    tokio::time::sleep(Duration::from_secs(1)).await;
    let before: Vec<Cpu> =
        players.iter().map(|player| player.stage.subject.procs.cpu()).collect::<Result<_, _>>()?;
    tokio::time::sleep(plan.idle).await;
    let seconds = plan.idle.as_secs_f64();
    let look = |(player, before): (&Player, Cpu)| {
        let procs = player.stage.subject.procs;
        let used = procs.cpu()?.since(before);
        player.idle.get_or_init(|| used.total() / seconds);
        Ok(Idle {
            subject: player.stage.subject.name,
            app_percent: used.app / seconds * 100.0,
            database_percent: used.database / seconds * 100.0,
            idle_mib: procs.memory_mib()?,
            loaded_mib: 0.0,
        })
    };
    players.iter().zip(before).map(look).collect()
}

fn remove(data: &Path) -> anyhow::Result<()> {
    // The cluster's own folder may lie behind a link.
    if let Ok(elsewhere) = std::fs::read_link(data.join("postgres")) {
        std::fs::remove_dir_all(elsewhere)?;
    }
    match std::fs::remove_dir_all(data) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).context("cannot remove old data")
        }
        _ => Ok(()),
    }
}

/// Progress; nobody needs it if it cannot be written.
fn say(what: &str) {
    let _ = writeln!(std::io::stderr(), "· {what}");
}
