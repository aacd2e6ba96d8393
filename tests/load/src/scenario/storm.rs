//! Requests that are given up at random points. A server that loses a transaction that way answers later requests and
//! does not keep what it answered.

use std::time::Duration;

use anyhow::ensure;
use futures_util::future::join_all;

use super::{Stage, machine};
use crate::subject::psql::Psql;

/// What is given up, over how many connections at once.
const REQUESTS: usize = 5000;
const AT_ONCE: usize = 50;
/// Tokens asked for afterwards: enough to meet every connection of the server's pool.
const AFTER: usize = 500;

/// Asks for tokens and hangs up, asks for some more and stays; then the event log must hold every token that was
/// answered, and besides only what was asked for and not waited for.
pub(crate) async fn survive(stage: &Stage, database: &Psql) -> anyhow::Result<()> {
    let (events, issued) = (database.token_events().await?, stage.tokens());
    let shift = |part: usize| give_up(stage.clone(), REQUESTS / AT_ONCE, part);
    let given_up: usize = join_all((0..AT_ONCE).map(shift)).await.into_iter().sum();
    ensure!(given_up > REQUESTS / 10, "only {given_up} of {REQUESTS} requests could be given up");
    let (mut link, mut dice) = (stage.link(), stage.dice());
    for _ in 0..AFTER {
        machine::token(stage, &mut link, stage.pick(&mut dice)).await?;
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    let open = database
        .query("SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%'")
        .await?;
    ensure!(open == "0", "{open} connections are left in a transaction");
    let (recorded, answered) = (database.token_events().await? - events, stage.tokens() - issued);
    let most = answered + given_up;
    ensure!(
        (answered..=most).contains(&recorded),
        "{answered} tokens were answered beside {given_up} given up, and {recorded} recorded"
    );
    Ok(())
}

/// How many of so many requests were given up before their answer.
async fn give_up(stage: Stage, requests: usize, part: usize) -> usize {
    let mut dice = stage.dice();
    let mut given_up = 0;
    for number in 0..requests {
        let site = stage.pick(&mut dice);
        let mut link = stage.link();
        // Steps of the runtime, from none at all to the answer; and a few by the clock.
        let asked = machine::token(&stage, &mut link, site);
        let patience = async {
            if (number + part).is_multiple_of(4) {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            for _ in 0..dice.below(60) {
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            biased;
            _ = asked => {}
            () = patience => given_up += 1,
        }
    }
    given_up
}
