//! From a letter to a row that waits.

use gatehouse_domain::ids::{MailId, TenantId};
use gatehouse_domain::mail::{Letter, Occasion, device};
use gatehouse_domain::oauth::Owner;
use gatehouse_domain::time::Timestamp;
use gatehouse_keys::seal::Place;
use gatehouse_store::WriteTx;
use gatehouse_store::mails::{self, NewMail};

use crate::keyring::POOL;
use crate::{Ctx, Fault, Idp, Issuer};

/// A letter ready to be posted: nothing in it can be read without the owner's key.
#[derive(Debug)]
pub(crate) struct SealedLetter {
    id: MailId,
    tenant: Option<TenantId>,
    kind: &'static str,
    recipient: [u8; 32],
    sealed: Vec<u8>,
    at: Timestamp,
}

impl Idp {
    /// Writes and seals a letter in an issuer's name. Comes before the transaction that posts it, for it may read a key.
    pub(crate) async fn letter(&self, issuer: &Issuer, letter: &Letter) -> Result<SealedLetter, Fault> {
        let at = self.now();
        let id = MailId::mint(at, self.rng.as_ref());
        let plain = letter.to_be_sealed().map_err(|_| Fault::Inconsistent("letter"))?;
        let key = self.data_key(issuer.owner()).await?;
        let sealed = key.seal(&place(issuer.owner(), id), plain.expose())?;
        let recipient = self.recipient_hash(&letter.to.canonical()).await?;
        let kind = letter.message.kind();
        Ok(SealedLetter { id, tenant: issuer.tenant_id(), kind, recipient, sealed, at })
    }

    /// Wakes the sender, here and in other processes. Comes after the commit: what was rolled back wakes nobody.
    pub(crate) fn ring_mail(&self) {
        self.wake_senders();
    }

    /// Whether letters reach anybody: without a mail server, use cases that need one say so in words.
    pub fn can_mail(&self) -> bool {
        self.mailer.ready()
    }

    /// What stands for an address where only equality matters.
    pub(super) async fn recipient_hash(&self, canonical: &str) -> Result<[u8; 32], Fault> {
        Ok(self.data_key(Owner::Platform).await?.mac_key("mail-recipient")?.tag(canonical.as_bytes()))
    }
}

impl SealedLetter {
    /// The row that it becomes.
    pub(crate) const fn id(&self) -> MailId {
        self.id
    }

    /// The same, unless its reader was written to about the same since a time; whether it was queued.
    pub(crate) async fn post_seldom(&self, tx: &mut WriteTx, since: Timestamp) -> Result<bool, Fault> {
        Ok(mails::post_seldom(tx, &self.row(), since, self.at).await?)
    }

    /// Queues the letter with a transaction whose scope includes the issuer's tenant, if it has one.
    pub(crate) async fn post(&self, tx: &mut WriteTx) -> Result<(), Fault> {
        mails::post(tx, &self.row(), self.at).await?;
        Ok(())
    }

    fn row(&self) -> NewMail<'_> {
        NewMail {
            id: self.id,
            tenant: self.tenant,
            kind: self.kind,
            recipient: self.recipient,
            sealed: &self.sealed,
        }
    }
}

impl Ctx {
    /// What a letter tells of this request.
    pub fn occasion(&self) -> Occasion {
        Occasion {
            at: self.now,
            network: self.network().map(|network| network.to_string()),
            device: self.user_agent.as_ref().and_then(|agent| device(agent.as_str())),
        }
    }
}

/// Where a sealed letter lies.
pub(super) fn place(owner: Owner, id: MailId) -> Place {
    match owner {
        Owner::Platform => Place::new(POOL, "mails", "sealed", id),
        Owner::Tenant(tenant) => Place::new(POOL, "mails", "sealed", format!("{tenant}/{id}")),
    }
}
