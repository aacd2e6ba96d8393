//! A report that a letter came back, although a server had taken it (RFC 3464).

use gatehouse_domain::email::EmailAddress;
use gatehouse_domain::ids::MailId;
use gatehouse_store::mails;

use super::job::{counted, scope};
use crate::{Fault, Idp};

/// What a delivery status notification says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The letter, from the return path that the report was sent to.
    pub mail: MailId,
    /// The addresses that it names as failed, original and final.
    pub failed: Vec<EmailAddress>,
}

/// What was made of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bounced {
    /// The letter counts as refused, and so does its address if the report names it.
    Noted {
        /// Whether the report names the address that the letter went to.
        address: bool,
    },
    /// No such letter is known as sent: it is long ago, or was reported before.
    Unknown,
}

impl Idp {
    /// Notes that a letter came back. The address counts as refusing only if the report names the one that the letter went
    /// to: who forwards mail elsewhere is not unreachable because of what is elsewhere.
    ///
    /// # Errors
    /// If the machinery failed.
    pub async fn mail_bounced(&self, report: &Report) -> Result<Bounced, Fault> {
        let Some(sent) = mails::sent(self.pool()?, report.mail).await? else { return Ok(Bounced::Unknown) };
        let mut address = None;
        for failed in &report.failed {
            let canonical = failed.canonical();
            if self.recipient_hash(&canonical).await?.as_slice() == sent.recipient.as_slice() {
                address = Some(canonical);
            }
        }
        let trail = self.mail_refused(sent.tenant, report.mail, &sent.kind, "bounced")?;
        let mut tx = self.pool()?.write(scope(sent.tenant), "mail_bounced").await?;
        let noted = mails::bounced(&mut tx, report.mail, "bounced", address.as_deref(), self.now()).await?;
        if !noted {
            return Ok(Bounced::Unknown);
        }
        tx.commit(trail).await?;
        counted("bounced");
        Ok(Bounced::Noted { address: address.is_some() })
    }
}
