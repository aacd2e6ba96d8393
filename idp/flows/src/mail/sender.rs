//! By whose mail server an owner's letters go.

use gatehouse_domain::ids::TenantId;
use gatehouse_domain::mail::MailServer;
use gatehouse_domain::oauth::Owner;
use gatehouse_domain::secret::Secret;
use gatehouse_domain::time::Timestamp;
use gatehouse_store::mail_senders::{self, MailSender};
use gatehouse_store::{Scope, WriteTx};

use super::{Sender, TenantSender};
use crate::keyring::place;
use crate::{Fault, Idp};

impl Idp {
    /// A tenant's own server if it has one, else the operator's. Where a tenant's own does not work its letters wait: they
    /// never go out by another without anybody having said so.
    pub(super) async fn mail_sender(&self, owner: Owner) -> Result<Sender, Fault> {
        let Owner::Tenant(tenant) = owner else { return Ok(Sender::Operator) };
        let own = self.own_mail_server(tenant).await?;
        Ok(own.map_or(Sender::Operator, |own| Sender::Tenant(Box::new(own))))
    }

    /// A tenant's own mail server, with its password in clear.
    pub(crate) async fn own_mail_server(&self, tenant: TenantId) -> Result<Option<TenantSender>, Fault> {
        let found = {
            let mut tx = self.pool()?.read(Scope::tenant(tenant), "mail_sender").await?;
            mail_senders::of_tenant(&mut tx).await?
        };
        let Some(found) = found else { return Ok(None) };
        let owner = Owner::Tenant(tenant);
        let password = match &found.sealed {
            Some(sealed) => {
                let opened = self
                    .data_key(owner)
                    .await?
                    .open(&place(owner, "mail_senders", "sealed", found.id), sealed)?;
                let text = std::str::from_utf8(opened.expose());
                Some(Secret::new(text.map_err(|_| Fault::Inconsistent("mail server"))?.to_owned()))
            }
            None => None,
        };
        Ok(Some(TenantSender { server: found.server, password }))
    }

    /// Seals a tenant's mail server before the transaction that sets it.
    pub(crate) async fn sealed_mail_server(
        &self,
        tenant: TenantId,
        server: &MailServer,
        password: Option<&Secret<String>>,
        now: Timestamp,
    ) -> Result<MailSender, Fault> {
        let owner = Owner::Tenant(tenant);
        let id = gatehouse_domain::ids::uuid_v7(now, self.rng.as_ref());
        let sealed = match password {
            Some(password) => {
                let key = self.data_key(owner).await?;
                Some(key.seal(&place(owner, "mail_senders", "sealed", id), password.expose().as_bytes())?)
            }
            None => None,
        };
        Ok(MailSender { id, server: server.clone(), sealed })
    }

    /// Sets or removes the mail server of the tenant in scope.
    pub(crate) async fn set_mail_server(
        &self,
        tx: &mut WriteTx,
        sender: Option<&MailSender>,
        now: Timestamp,
    ) -> Result<(), Fault> {
        match sender {
            Some(sender) => mail_senders::set(tx, sender, now).await?,
            None => {
                mail_senders::remove(tx).await?;
            }
        }
        Ok(())
    }
}
