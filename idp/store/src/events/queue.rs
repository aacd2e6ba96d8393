//! Group commit: events that wait at the same time share one transaction, and each writer is answered after it.

use gatehouse_domain::audit::Record;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use super::append_detached;
use crate::error::StoreError;
use crate::tx::Opener;

/// How much may wait.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// How many events wait at the most; the next writer is refused.
    pub waiting: usize,
    /// How many share a transaction at the most.
    pub batch: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { waiting: 4096, batch: 256 }
    }
}

/// Takes events that describe no change and answers when they are durable.
#[derive(Debug, Clone)]
pub struct EventQueue {
    sender: mpsc::Sender<Waiting>,
}

#[derive(Debug)]
struct Waiting {
    record: Record,
    answer: oneshot::Sender<Result<(), StoreError>>,
}

impl EventQueue {
    /// Starts the writing task of a cell; it ends when every handle is dropped and the rest is written.
    pub fn start(cell: Opener, limits: Limits) -> (Self, JoinHandle<()>) {
        let (sender, receiver) = mpsc::channel(limits.waiting.max(1));
        let task = tokio::spawn(drain(cell, receiver, limits.batch.max(1)));
        (Self { sender }, task)
    }

    /// Appends an event; when this answers `Ok` the event is durable.
    ///
    /// # Errors
    /// [`StoreError::Busy`] when too many wait, or why it was not appended.
    pub async fn append(&self, record: Record) -> Result<(), StoreError> {
        let (answer, answered) = oneshot::channel();
        self.sender.try_send(Waiting { record, answer }).map_err(|_| StoreError::Busy)?;
        answered.await.unwrap_or(Err(StoreError::Busy))
    }
}

async fn drain(cell: Opener, mut receiver: mpsc::Receiver<Waiting>, limit: usize) {
    let mut waiting = Vec::with_capacity(limit);
    while receiver.recv_many(&mut waiting, limit).await > 0 {
        metrics::histogram!("gatehouse_store_events_batch")
            .record(f64::from(u32::try_from(waiting.len()).unwrap_or(u32::MAX)));
        let (records, answers): (Vec<_>, Vec<_>) =
            waiting.drain(..).map(|waiting| (waiting.record, waiting.answer)).unzip();
        match append_detached(&cell, &records).await {
            Ok(()) => answers.into_iter().for_each(|answer| drop(answer.send(Ok(())))),
            Err(StoreError::Refused(_)) if records.len() > 1 => one_by_one(&cell, records, answers).await,
            Err(error) => refuse(answers, error),
        }
    }
}

/// One event of a batch was refused, so each is tried alone: a bad one must not take others with it.
async fn one_by_one(
    cell: &Opener,
    records: Vec<Record>,
    answers: Vec<oneshot::Sender<Result<(), StoreError>>>,
) {
    for (record, answer) in records.into_iter().zip(answers) {
        // A writer that has gone does not wait for its answer.
        let _ = answer.send(append_detached(cell, &[record]).await);
    }
}

/// The database could not be reached: the first writer is told why, the others that they may come again.
fn refuse(answers: Vec<oneshot::Sender<Result<(), StoreError>>>, error: StoreError) {
    let mut error = Some(error);
    for answer in answers {
        // A writer that has gone does not wait for its answer.
        let _ = answer.send(Err(error.take().unwrap_or(StoreError::Busy)));
    }
}
