//! Letters that were given up: seen by the operator, and tried again.

use gatehouse_domain::ids::MailId;
use gatehouse_store::mails::{self, DeadMail};

use crate::{Fault, Idp};

/// As many as one look shows.
const SHOWN: u16 = 1000;

impl Idp {
    /// Letters that were given up, the newest first, at most a thousand.
    ///
    /// # Errors
    /// If the database cannot be reached.
    pub async fn dead_mails(&self) -> Result<Vec<DeadMail>, Fault> {
        Ok(mails::dead(self.pool()?, SHOWN).await?)
    }

    /// Lets a letter that was given up start over; false if there is none such, or its content is gone.
    ///
    /// # Errors
    /// If the database cannot be reached.
    pub async fn retry_mail(&self, id: MailId) -> Result<bool, Fault> {
        let queued = mails::retry(self.pool()?, id, self.now()).await?;
        if queued {
            self.ring_mail();
        }
        Ok(queued)
    }
}
