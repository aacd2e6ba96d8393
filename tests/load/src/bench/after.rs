//! What follows the windows: the events are counted, also after requests were given up and after a kill, and the
//! server that was started again for that is watched by its database.

use anyhow::Context as _;

use super::{Player, say, window};
use crate::measure::stats::Choice;
use crate::plan::Run;
use crate::report::{OURS, Results};
use crate::scenario::kill::{self, Interrupted};
use crate::scenario::{Scenario, Stage, storm};
use crate::subject::child::Child;
use crate::subject::gatehouse::{self, Options};
use crate::subject::psql::Psql;
use crate::subject::statements;

/// Ends a server that is not ours, and looks closely at ours.
pub(super) async fn end(
    run: &Run,
    options: Option<&Options>,
    player: Player,
    results: &mut Results,
) -> anyhow::Result<()> {
    let tokens = run.cases().iter().any(|case| case.scenario == Scenario::ClientCredentials);
    results.wrong.extend(fault(count_events(&player, tokens).await));
    let Player { child, stage, .. } = player;
    let (Some(database), Some(options)) = (stage.subject.database.clone(), options) else {
        return child.stop().await;
    };
    let counted = statements::load_at_next_start(&database).await?;
    if !counted {
        results
            .notes
            .push("this PostgreSQL has no pg_stat_statements: statements are not counted".to_owned());
    }
    let before = database.token_events().await?;
    let interrupted = interrupt(&stage, child, tokens).await?;
    let (child, subject) =
        gatehouse::resume(options, stage.subject.world.addr.port()).await.context("after its end")?;
    let database = subject.database.clone().context("no database after the end")?;
    if let Some(interrupted) = interrupted {
        // Fewer than before means that older events are lost as well.
        let recorded = database.token_events().await?.saturating_sub(before);
        say(&format!("{} tokens answered before the kill, {recorded} recorded", interrupted.answered));
        results.wrong.extend(fault(interrupted.must_be_kept(recorded)));
        results.killed = Some((interrupted, recorded));
    }
    if counted {
        count_statements(&stage.started_again(subject), &database, results).await?;
    }
    child.stop().await
}

fn fault(outcome: anyhow::Result<()>) -> Option<String> {
    outcome.err().map(|error| format!("{error:#}"))
}

/// Ends the server: in the middle of its tokens where those are measured, in order otherwise.
async fn interrupt(stage: &Stage, child: Child, tokens: bool) -> anyhow::Result<Option<Interrupted>> {
    if !tokens {
        child.stop().await?;
        return Ok(None);
    }
    say("kill -9");
    let stage = stage.drawing(Choice::Uniform, Scenario::ClientCredentials.connections());
    kill::under_load(&stage, child).await.map(Some)
}

async fn count_statements(stage: &Stage, database: &Psql, results: &mut Results) -> anyhow::Result<()> {
    say("statements of each operation");
    statements::prepare(database).await?;
    let mut wrong = Vec::new();
    for row in results.rows.iter_mut().filter(|row| row.subject == OURS) {
        match window::statements(row.case, stage, database).await {
            Ok(sent) => row.statements = sent,
            Err(error) => wrong.push(format!("{}: {error:#}", row.case.scenario.name())),
        }
    }
    results.wrong.extend(wrong);
    Ok(())
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
