//! A letter for whoever sets mail up.

use gatehouse_domain::email::EmailAddress;
use gatehouse_domain::ids::MailId;
use gatehouse_domain::mail::{Letter, Message};
use gatehouse_store::{NoTrail, Trail};

use super::job::scope;
use super::{NotSent, Undelivered};
use crate::{Fault, Idp, Issuer};

/// Why a test letter did not arrive.
#[derive(Debug, thiserror::Error)]
pub enum TrialFault {
    /// Machinery.
    #[error(transparent)]
    Machinery(#[from] Fault),
    /// The mail server did not take it.
    #[error(transparent)]
    Undelivered(#[from] Undelivered),
}

impl Idp {
    /// Sends a test letter at once, past the queue, so that what the mail server answers is seen.
    ///
    /// # Errors
    /// Why the mail server did not take it.
    pub async fn try_mail(&self, issuer: &Issuer, to: &EmailAddress) -> Result<MailId, TrialFault> {
        let id = MailId::mint(self.now(), self.rng.as_ref());
        let not_sent = |fault| match fault {
            NotSent::Machinery(fault) => fault,
            _ => Fault::Inconsistent("letter"),
        };
        let sender = self.mail_sender(issuer.owner()).await?;
        let mail = self.worded(issuer, id, &letter(to)).map_err(not_sent)?;
        gatehouse_store::outside();
        self.mailer.send(&sender, &mail).await?;
        Ok(id)
    }

    /// Queues a test letter for the running server.
    ///
    /// # Errors
    /// If the machinery failed.
    pub async fn queue_test_mail(&self, issuer: &Issuer, to: &EmailAddress) -> Result<MailId, Fault> {
        let sealed = self.letter(issuer, &letter(to)).await?;
        let mut tx = self.pool()?.write(scope(issuer.tenant_id()), "test_mail").await?;
        sealed.post(&mut tx).await?;
        tx.commit(Trail::none(NoTrail::Housekeeping)).await?;
        self.ring_mail();
        Ok(sealed.id())
    }
}

fn letter(to: &EmailAddress) -> Letter {
    Letter { to: to.clone(), name: None, locale: None, message: Message::Test {}, occasion: None }
}
