//! One run from start to table.

use std::collections::HashMap;
use std::io::Write as _;
use std::path::Path;
use std::sync::OnceLock;
use std::time::Duration;

use anyhow::Context as _;

use crate::measure::calibrate::{self, Sample, Yardsticks};
use crate::measure::drive::{Pace, Tally, drive};
use crate::measure::proc::{Cpu, machine};
use crate::measure::stats::{count, percentile};
use crate::plan::{Case, Plan, Run};
use crate::report::{self, Idle, Open, Results, Row, Window};
use crate::scenario::{Scenario, Stage, storm, verify};
use crate::subject::child::Child;
use crate::subject::load::Size;
use crate::subject::{Start, Subject, gatehouse, peer};

/// Password hashes a second that no machine here reaches, to prepare enough sign-ins for a window.
const HASHES_A_SECOND: f64 = 130.0;

/// First tokens in one window, at the most.
const FIRST_TOKENS: usize = 1000;

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
    let mut players = cast(&run, options.as_ref()).await?;
    let (mut results, samples) = measure(&run, plan, &players, &out).await?;
    let asks_tokens = run.cases().iter().any(|case| case.scenario == Scenario::ClientCredentials);
    for player in &players {
        results.wrong.extend(count_events(player, asks_tokens).await.err().map(|error| format!("{error:#}")));
    }
    for player in players.drain(..) {
        results.starts.extend(player.start.map(|start| (player.stage.subject.name, start)));
        player.child.stop().await?;
    }
    if let Some(options) = &options {
        say("start-up");
        results.starts.push(("gatehouse", gatehouse::start_again(options).await?));
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
    let fresh = ((size.tenants - size.warmed) / usize::from(run.plan().reps)).min(FIRST_TOKENS);
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
    let cases = run.cases();
    let mut rows: HashMap<(usize, usize), Row> = HashMap::new();
    let mut samples = Vec::new();
    for rep in 1..=plan.reps {
        samples.push(calibrate::take(plan.calibration, out).await?);
        for (place, case) in cases.iter().enumerate() {
            for (number, player) in players.iter().enumerate() {
                if player.events.is_none() && !case.has_peer() {
                    continue;
                }
                say(&format!("{rep}/{}: {}, {}", plan.reps, case.scenario.name(), player.stage.subject.name));
                let row =
                    rows.entry((place, number)).or_insert_with(|| Row::new(*case, player.stage.subject.name));
                let taken = take(plan, *case, player, rep == plan.reps, row).await;
                row.faults.extend(taken.err().map(|error| format!("{error:#}")));
            }
        }
    }
    samples.push(calibrate::take(plan.calibration, out).await?);
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

/// One repetition of one case; the last one also waits for what comes after the answers.
async fn take(plan: Plan, case: Case, player: &Player, last: bool, row: &mut Row) -> anyhow::Result<()> {
    let stage = player.stage.drawing(case.choice, case.scenario.connections());
    let (procs, database) = (stage.subject.procs, stage.subject.database.as_ref());
    warm_up(plan, case, &stage).await?;
    let crew = case.scenario.crew(&stage, wanted(case, player.fresh, plan.window)).await?;
    let wal = match database {
        Some(database) => Some((database, database.wal_bytes().await?)),
        None => None,
    };
    let before = procs.cpu()?;
    let tally = drive(crew, Pace::Closed, plan.window).await;
    let after = procs.cpu()?;
    row.loaded_mib = row.loaded_mib.max(procs.memory_mib()?);
    if last {
        tokio::time::sleep(case.tail(database.is_some())).await;
        // What the server does anyway is not work that was put off.
        let idle = player.idle.get().copied().unwrap_or(0.0) * case.tail(database.is_some()).as_secs_f64();
        let put_off = (procs.cpu()?.since(after).total() - idle).max(0.0);
        row.tail = put_off * 1000.0 / count(tally.done.max(1));
    }
    let mut window = window(&tally, after.since(before));
    if let Some((database, before)) = wal {
        window.wal_bytes = Some((database.wal_bytes().await? - before) / count(tally.done.max(1)));
    }
    row.checked += verify::check(&stage).await?;
    row.faults.extend(tally.first_fault);
    row.failed += tally.failed;
    anyhow::ensure!(tally.done > 0, "nothing was answered");
    let rate = window.per_second / 2.0;
    row.windows.push(window);
    if last && plan.open_loop && case.scenario != Scenario::FirstToken {
        row.open = Some(open(plan, case, &stage, rate).await?);
    }
    Ok(())
}

async fn warm_up(plan: Plan, case: Case, stage: &Stage) -> anyhow::Result<()> {
    // A first token cannot be had twice, and hashing needs no warming.
    if matches!(case.scenario, Scenario::FirstToken | Scenario::Password) {
        return Ok(());
    }
    let crew = case.scenario.crew(stage, wanted(case, 0, plan.warm_up)).await?;
    let tally = drive(crew, Pace::Closed, plan.warm_up).await;
    tally.first_fault.map_or(Ok(()), |fault| Err(anyhow::anyhow!("while warming up: {fault}")))
}

/// Latencies at a rate the server can sustain, measured from the moment each request was due.
async fn open(plan: Plan, case: Case, stage: &Stage, rate: f64) -> anyhow::Result<Open> {
    let crew = case.scenario.crew(stage, wanted(case, 0, plan.window)).await?;
    let tally = drive(crew, Pace::Open(rate), plan.window).await;
    verify::check(stage).await?;
    tally.first_fault.map_or(Ok(()), |fault| Err(anyhow::anyhow!("in the open loop: {fault}")))?;
    let at = |share| percentile(&tally.micros, share).unwrap_or(f64::NAN);
    Ok(Open { per_second: rate, p50_ms: at(0.5), p95_ms: at(0.95), p99_ms: at(0.99) })
}

fn window(tally: &Tally, used: Cpu) -> Window {
    let thousands = count(tally.done.max(1)) / 1000.0;
    let at = |share| percentile(&tally.micros, share).unwrap_or(f64::NAN);
    Window {
        operations: tally.done,
        app: used.app / thousands,
        database: used.database / thousands,
        per_second: count(tally.done) / tally.seconds,
        p50_ms: at(0.5),
        p95_ms: at(0.95),
        p99_ms: at(0.99),
        wal_bytes: None,
    }
}

/// How many operations are to be prepared, where each must be.
fn wanted(case: Case, fresh: usize, window: Duration) -> usize {
    match case.scenario {
        Scenario::FirstToken => fresh,
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few hundred")]
        _ => (window.as_secs_f64() * HASHES_A_SECOND) as usize,
    }
}

/// Every token that was answered must have its event, and no other; also when requests are given up.
async fn count_events(player: &Player, storm: bool) -> anyhow::Result<()> {
    let (Some(before), Some(database)) = (player.events, &player.stage.subject.database) else {
        return Ok(());
    };
    let (recorded, issued) = (database.token_events().await? - before, player.stage.tokens());
    anyhow::ensure!(recorded == issued, "{issued} tokens were issued and {recorded} recorded");
    say(&format!("{issued} tokens issued, {recorded} recorded"));
    if storm {
        say("requests given up");
        storm::survive(&player.stage, database).await?;
    }
    Ok(())
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
