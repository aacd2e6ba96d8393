//! The job that sends a letter: read, worded, handed over, and noted.

use gatehouse_domain::audit::{Actor, Bounded, What};
use gatehouse_domain::email::EmailAddress;
use gatehouse_domain::ids::{MailId, TenantId};
use gatehouse_domain::mail::{Letter, Message};
use gatehouse_domain::oauth::Owner;
use gatehouse_domain::time::Timestamp;
use gatehouse_store::jobs::Job;
use gatehouse_store::mails::{self, MailEnd, Waiting};
use gatehouse_store::{NoTrail, Scope, Trail};

use super::letter::place;
use super::{Mail, Sender, Undelivered};
use crate::{Fault, Idp, Issuer};

/// The name under which it is queued; the database queues it with the letter.
pub(crate) const KIND: &str = "mail";

/// Why a letter is not sent yet.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotSent {
    /// Machinery.
    #[error("machinery")]
    Machinery(#[from] Fault),
    /// Its tenant has sent its share of this minute.
    #[error("its turn comes later")]
    Wait(Timestamp),
    /// The mail server did not take it.
    #[error("{0}")]
    Later(&'static str),
    /// It can never be sent.
    #[error("{0}")]
    Never(&'static str),
}

impl From<gatehouse_store::StoreError> for NotSent {
    fn from(error: gatehouse_store::StoreError) -> Self {
        Self::Machinery(error.into())
    }
}

impl Idp {
    /// Sends the letter of a job. A letter that waits no longer was dealt with by an earlier try, and there is nothing to do.
    pub(crate) async fn send_mail(&self, job: &Job) -> Result<(), NotSent> {
        let id = MailId::from_uuid(job.id.uuid());
        let Some(waiting) = self.waiting_mail(job.tenant, id).await? else { return Ok(()) };
        let (issuer, letter) = self.opened(job.tenant, id, &waiting).await?;
        let now = self.now();
        if letter.message.good_until(waiting.created_at).is_some_and(|end| end <= now) {
            return Err(NotSent::Never("expired"));
        }
        if matches!(letter.message, Message::Nobody {}) {
            return Ok(self.end_mail(job.tenant, id, &waiting.kind, MailEnd::Sent, None).await?);
        }
        let sender = if letter.message.is_of_tenant() {
            self.mail_sender(issuer.owner()).await?
        } else {
            Sender::Operator
        };
        if let Some(tenant) = job.tenant
            && let Some(turn) = self.mail_turn(tenant, now).await?
        {
            return Err(NotSent::Wait(turn));
        }
        // What a tenant's own server says of an address is no news of the people who have it elsewhere.
        let whom = matches!(sender, Sender::Operator).then_some(&letter.to);
        let mail = self.worded(&issuer, id, &letter)?;
        gatehouse_store::outside();
        match self.mailer.send(&sender, &mail).await {
            Ok(()) => self.end_mail(job.tenant, id, &waiting.kind, MailEnd::Sent, whom).await?,
            Err(Undelivered::Refused(fault)) => {
                self.end_mail(job.tenant, id, &waiting.kind, MailEnd::Refused(fault), whom).await?;
            }
            Err(Undelivered::Later(fault)) => return Err(NotSent::Later(fault)),
        }
        Ok(())
    }

    /// Gives up the letter of a job.
    pub(crate) async fn give_up_mail(&self, job: &Job, fault: &'static str) -> Result<(), Fault> {
        let mut tx = self.pool()?.write(scope(job.tenant), "mail_given_up").await?;
        // Of an address nothing is known: the letter did not get as far as to be refused.
        let id = MailId::from_uuid(job.id.uuid());
        mails::end(&mut tx, id, MailEnd::Dead(fault), "", self.now()).await?;
        tx.commit(Trail::none(NoTrail::Housekeeping)).await?;
        counted("dead");
        Ok(())
    }

    async fn waiting_mail(&self, tenant: Option<TenantId>, id: MailId) -> Result<Option<Waiting>, NotSent> {
        let mut tx = self.pool()?.read(scope(tenant), "mail").await?;
        Ok(mails::waiting(&mut tx, id).await?)
    }

    /// The issuer in whose name a letter goes, and the letter in clear.
    async fn opened(
        &self,
        tenant: Option<TenantId>,
        id: MailId,
        waiting: &Waiting,
    ) -> Result<(Issuer, Letter), NotSent> {
        let issuer = match tenant {
            None => self.platform().clone(),
            Some(tenant) => {
                let record = self.tenant(tenant).await?.ok_or(NotSent::Never("no_tenant"))?;
                Issuer::tenant_at(self.base.url(), record)
            }
        };
        let key = self.data_key(issuer.owner()).await?;
        let plain = key.open(&place(issuer.owner(), id), &waiting.sealed).map_err(Fault::from)?;
        let letter = Letter::unsealed(&plain).map_err(|_| NotSent::Never("unreadable"))?;
        Ok((issuer, letter))
    }

    pub(super) fn worded(&self, issuer: &Issuer, id: MailId, letter: &Letter) -> Result<Mail, NotSent> {
        let written = super::words::written(issuer, self.base.url(), letter)
            .map_err(|_| NotSent::Never("unreadable"))?;
        let host = self.base.authority().split(':').next().unwrap_or_default();
        Ok(Mail {
            id,
            at: self.now(),
            message_id: format!("{id}@{host}"),
            to: letter.to.to_string(),
            to_name: letter.name.as_deref().map(gatehouse_pages::mails::plain_name),
            from_name: written.product,
            subject: written.subject,
            text: written.text,
            html: written.html,
            locale: written.locale,
        })
    }

    /// Notes how a letter ended; its content is gone with that.
    async fn end_mail(
        &self,
        tenant: Option<TenantId>,
        id: MailId,
        kind: &str,
        how: MailEnd,
        whom: Option<&EmailAddress>,
    ) -> Result<(), Fault> {
        let (result, trail) = match how {
            MailEnd::Refused(reason) => ("refused", self.mail_refused(tenant, id, kind, reason)?),
            MailEnd::Sent | MailEnd::Dead(_) => ("sent", Trail::none(NoTrail::Housekeeping)),
        };
        let mut tx = self.pool()?.write(scope(tenant), "mail_ended").await?;
        let whom = whom.map(EmailAddress::canonical).unwrap_or_default();
        if mails::end(&mut tx, id, how, &whom, self.now()).await? {
            tx.commit(trail).await?;
            counted(result);
        }
        Ok(())
    }

    /// The trail of a refusal.
    pub(super) fn mail_refused(
        &self,
        tenant: Option<TenantId>,
        mail: MailId,
        kind: &str,
        reason: &'static str,
    ) -> Result<Trail, Fault> {
        let owner = tenant.map_or(Owner::Platform, Owner::Tenant);
        let what = What::MailRefused { mail, letter: Bounded::new(kind), reason };
        Ok(Trail::of([self.record(self.event_of(owner, Actor::System, self.now(), what))?]))
    }
}

/// The scope in which a letter is read and ended.
pub(super) fn scope(tenant: Option<TenantId>) -> Scope {
    tenant.map_or(Scope::platform(), Scope::tenant)
}

pub(super) fn counted(result: &'static str) {
    metrics::counter!("gatehouse_mails_total", "result" => result).increment(1);
}
