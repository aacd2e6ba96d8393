//! The server killed in the middle of its work. A token that was answered before is lost if its event was not yet kept.

use std::time::Duration;

use anyhow::ensure;
use serde::Serialize;

use super::{Scenario, Stage};
use crate::measure::drive::{Pace, drive};
use crate::subject::child::Child;

/// Tokens answered before the kill: every connection of the server's pool is at work then.
const BEFORE: usize = 1000;
/// How long they may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// What was answered by a server until it was killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct Interrupted {
    /// Tokens.
    pub(crate) answered: usize,
    /// Requests that may have been on their way: one for each connection.
    pub(crate) under_way: usize,
}

/// Asks for tokens over all connections without a pause and kills the server meanwhile.
pub(crate) async fn under_load(stage: &Stage, child: Child) -> anyhow::Result<Interrupted> {
    let scenario = Scenario::ClientCredentials;
    let crew = scenario.crew(stage, 0).await?;
    let before = stage.tokens();
    let load = tokio::spawn(drive(crew, Pace::Closed, PATIENCE));
    while stage.tokens() - before < BEFORE && !load.is_finished() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    child.kill().await?;
    let tally = load.await?;
    let answered = stage.tokens() - before;
    ensure!(
        answered >= BEFORE,
        "only {answered} tokens were answered before the kill: {:?}",
        tally.first_fault
    );
    ensure!(tally.failed > 0, "nobody noticed that the server was killed");
    Ok(Interrupted { answered, under_way: stage.connections })
}

impl Interrupted {
    /// Every token that was answered must have its event; beside these there may be those of requests under way.
    pub(crate) fn must_be_kept(self, recorded: usize) -> anyhow::Result<()> {
        let Self { answered, under_way } = self;
        ensure!(
            (answered..=answered + under_way).contains(&recorded),
            "{answered} tokens were answered before the server was killed, at most {under_way} were under way, and \
             {recorded} are recorded"
        );
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lost_event_and_one_of_nobody_are_told() {
        let interrupted = Interrupted { answered: 1000, under_way: 64 };
        let told = |recorded| interrupted.must_be_kept(recorded).err().map(|error| error.to_string());
        assert_eq!([1000, 1032, 1064].map(told), [None, None, None]);
        assert_eq!(
            told(999).unwrap(),
            "1000 tokens were answered before the server was killed, at most 64 were under way, and 999 are recorded"
        );
        assert!(told(1065).unwrap().ends_with("and 1065 are recorded"));
    }
}
