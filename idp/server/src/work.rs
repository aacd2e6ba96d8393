//! The work behind the requests. Each lane of jobs and the housekeeping go their own way: none waits for another.

use std::io;
use std::time::Duration;

use gatehouse_flows::{Idp, Lane};
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

/// How often the queue is looked at when nobody rings.
const LOOK: Duration = Duration::from_secs(2);
/// How long to wait before listening to other processes again.
const AGAIN: Duration = Duration::from_secs(5);
/// How often what is over is deleted.
const TIDY: Duration = Duration::from_secs(60);
/// How often what this process has counted is added to what the others have.
const ADD_UP: Duration = Duration::from_secs(1);

/// Works until `stop` is cancelled; what has begun by then is brought to its end.
pub(crate) async fn run(idp: Idp, stop: CancellationToken) -> io::Result<()> {
    let mut workers = JoinSet::new();
    for lane in Lane::ALL {
        workers.spawn(work(idp.clone(), lane, stop.clone()));
    }
    workers.spawn(bells(idp.clone(), stop.clone()));
    workers.spawn(add_up(idp.clone(), stop.clone()));
    workers.spawn(tidy(idp, stop));
    while let Some(ended) = workers.join_next().await {
        ended?;
    }
    Ok(())
}

/// Rings in other processes and hears them. Without it the workers look at the queue all the same, a little later.
async fn bells(idp: Idp, stop: CancellationToken) {
    let mut again = interval(AGAIN);
    again.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = again.tick() => {}
        }
        let ended = tokio::select! {
            () = stop.cancelled() => return,
            ended = idp.hear_far() => ended,
            ended = idp.ring_far() => ended,
        };
        if let Err(error) = ended {
            tracing::warn!(%error, "other processes cannot be rung for");
        }
    }
}

async fn work(idp: Idp, lane: Lane, stop: CancellationToken) {
    let mut look = interval(LOOK);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut running = JoinSet::new();
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            () = idp.job_queued(lane) => {}
            _ = look.tick() => {}
            Some(_) = running.join_next() => {}
        }
        while running.try_join_next().is_some() {}
        begin(&idp, lane, &mut running).await;
    }
    while running.join_next().await.is_some() {}
}

/// Begins what is due, as far as there is room: a job that takes long holds its own place and no other.
async fn begin(idp: &Idp, lane: Lane, running: &mut JoinSet<()>) {
    loop {
        let room = lane.at_once().saturating_sub(running.len());
        if room == 0 {
            return;
        }
        let claimed = match idp.claim_jobs(lane, room).await {
            Ok(claimed) if claimed.is_empty() => return,
            Ok(claimed) => claimed,
            Err(error) => {
                tracing::warn!(%error, "the queue cannot be reached");
                return;
            }
        };
        for job in claimed {
            let idp = idp.clone();
            running.spawn(async move {
                if let Err(error) = idp.do_job(&job).await {
                    tracing::warn!(%error, job = %job.id, "how a job ended could not be noted");
                }
            });
        }
    }
}

async fn add_up(idp: Idp, stop: CancellationToken) {
    let mut turn = interval(ADD_UP);
    turn.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let last = tokio::select! {
            () = stop.cancelled() => true,
            _ = turn.tick() => false,
        };
        if let Err(error) = idp.add_up_counts().await {
            tracing::warn!(%error, "what was counted could not be added up");
        }
        if last {
            return;
        }
    }
}

async fn tidy(idp: Idp, stop: CancellationToken) {
    let mut turn = interval(TIDY);
    turn.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = turn.tick() => {}
        }
        if let Err(error) = idp.tidy().await {
            tracing::warn!(%error, "what is over could not be deleted");
        }
    }
}
