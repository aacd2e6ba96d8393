//! One window of one case: the closed loop for what it costs, the open loop for how long it takes.

use std::time::Duration;

use super::{FIRST_TOKENS_SPARED, Player};
use crate::measure::drive::{Pace, Tally, drive};
use crate::measure::proc::Cpu;
use crate::measure::stats::{Spread, count, percentile};
use crate::plan::{Case, Plan, STEPS};
use crate::report::{Open, Row, Window};
use crate::scenario::{Scenario, Stage, verify};
use crate::subject::psql::Psql;
use crate::subject::statements;

/// Password hashes a second that no machine here reaches, to prepare enough sign-ins for a window.
const HASHES_A_SECOND: f64 = 130.0;
/// How long statements are counted, and how often. What a server keeps in memory it asks for again from time to time,
/// all of it at once: the middle of some short windows is what an operation asks for itself.
const COUNTED: Duration = Duration::from_millis(500);
const COUNTS: usize = 3;

/// One repetition of one case; the last one also waits for what comes after the answers.
pub(super) async fn take(
    plan: Plan,
    case: Case,
    player: &Player,
    last: bool,
    row: &mut Row,
) -> anyhow::Result<()> {
    let stage = player.stage.drawing(case.choice, case.scenario.connections());
    let (procs, database) = (stage.subject.procs, stage.subject.database.as_ref());
    warm_up(plan.warm_up, case, &stage).await?;
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
    row.windows.push(window);
    if last && plan.open_loop && case.scenario != Scenario::FirstToken {
        let greatest = row.per_second();
        for percent in STEPS {
            row.open.push(open(plan, case, &stage, percent, greatest).await?);
        }
    }
    Ok(())
}

async fn warm_up(length: Duration, case: Case, stage: &Stage) -> anyhow::Result<()> {
    // A first token cannot be had twice, and hashing needs no warming.
    if matches!(case.scenario, Scenario::FirstToken | Scenario::Password) {
        return Ok(());
    }
    let crew = case.scenario.crew(stage, wanted(case, 0, length)).await?;
    let tally = drive(crew, Pace::Closed, length).await;
    tally.first_fault.map_or(Ok(()), |fault| Err(anyhow::anyhow!("while warming up: {fault}")))
}

/// Latencies at a share of the greatest rate, measured from the moment each request was due.
async fn open(plan: Plan, case: Case, stage: &Stage, percent: u8, greatest: f64) -> anyhow::Result<Open> {
    let share = f64::from(percent) / 100.0;
    let crew = case.scenario.crew(stage, wanted(case, 0, plan.window.mul_f64(share))).await?;
    let tally = drive(crew, Pace::Open(greatest * share), plan.window).await;
    verify::check(stage).await?;
    if let Some(fault) = tally.first_fault {
        anyhow::bail!("in the open loop at {percent} %: {fault}");
    }
    Ok(Open::of(percent, greatest * share, &tally))
}

/// Statements that one operation sends to the database; none where nothing could be done.
pub(super) async fn statements(case: Case, stage: &Stage, database: &Psql) -> anyhow::Result<Option<Spread>> {
    let first = case.scenario == Scenario::FirstToken;
    let connections = if first { 1 } else { case.scenario.connections() };
    let stage = stage.drawing(case.choice, connections);
    warm_up(COUNTED, case, &stage).await?;
    let mut each = Vec::new();
    for _ in 0..COUNTS {
        let crew = case.scenario.crew(&stage, wanted(case, FIRST_TOKENS_SPARED / COUNTS, COUNTED)).await?;
        statements::reset(database).await?;
        let tally = drive(crew, Pace::Closed, COUNTED).await;
        let sent = statements::count(database).await?;
        verify::check(&stage).await?;
        if let Some(fault) = tally.first_fault {
            anyhow::bail!("while statements were counted: {fault}");
        }
        each.extend((tally.done > 0).then(|| sent / count(tally.done)));
    }
    Ok(Spread::of(each))
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
