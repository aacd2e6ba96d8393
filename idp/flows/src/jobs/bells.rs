//! Bells: who queues a job wakes its workers, in this process and in others.

use gatehouse_store::Bell;
use tokio::sync::Notify;

use super::Lane;
use crate::{Fault, Idp};

impl Idp {
    /// Waits until somebody rang for a lane.
    pub async fn job_queued(&self, lane: Lane) {
        self.bell(lane).notified().await;
    }

    /// Wakes the workers of the mail lane in this process, and soon after in others.
    pub(crate) fn wake_senders(&self) {
        self.mail_bell.notify_one();
        self.far_bell.notify_one();
    }

    /// Rings in other processes for what this one has queued, once for all that was queued meanwhile. Never ends, unless
    /// the database cannot be reached.
    ///
    /// # Errors
    /// If the database cannot be reached.
    pub async fn ring_far(&self) -> Result<(), Fault> {
        loop {
            self.far_bell.notified().await;
            self.pool()?.ring(Lane::Mail.as_str()).await?;
        }
    }

    /// Hears what other processes ring for, and wakes the workers here. Never ends, unless the database cannot be reached.
    ///
    /// # Errors
    /// If the database cannot be reached.
    pub async fn hear_far(&self) -> Result<(), Fault> {
        let mut bell: Bell = self.pool()?.listen().await?;
        loop {
            let rung = bell.rung().await?;
            if let Some(lane) = Lane::ALL.into_iter().find(|lane| lane.as_str() == rung) {
                self.bell(lane).notify_one();
            }
        }
    }

    fn bell(&self, lane: Lane) -> &Notify {
        match lane {
            Lane::Inside => &self.job_bell,
            Lane::Announcements => &self.announce_bell,
            Lane::Mail => &self.mail_bell,
        }
    }
}
