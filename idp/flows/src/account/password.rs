//! Another password, by somebody who has just shown the present one.

use gatehouse_domain::audit::{Concerned, What};
use gatehouse_domain::ids::CredentialId;
use gatehouse_domain::mail::Message;
use gatehouse_domain::password::Judgement;
use gatehouse_domain::secret::Secret;
use gatehouse_store::{Scope, Trail, identities};

use super::FreshSession;
use super::notice::{account_page, scope_at};
use crate::login::Stop;
use crate::new_password::{Chooser, NewPassword};
use crate::{Ctx, Fault, Idp, Issuer};

/// Why sessions ended.
const PASSWORD_CHANGED: &str = "password_changed";

impl Idp {
    /// Sets another password. Every other session ends with what it brought forth, every proven address is told.
    ///
    /// # Errors
    /// Why nothing was changed; a password that does not do is answered with what is wrong with it.
    pub async fn change_password(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        session: &FreshSession,
        typed: Secret<String>,
    ) -> Result<Option<Judgement>, Stop> {
        let identity = session.identity();
        let person = self.person(session.session()).await?;
        if !person.is_proven() && !self.holds_password(session).await? {
            return Err(self.deny_addition(cx, session).await?);
        }
        let mut hints: Vec<String> = person.addresses.iter().map(|known| known.address.to_string()).collect();
        hints.extend(person.name.clone());
        let record = match self.new_password(cx, issuer, Chooser::Person(identity), &typed, &hints).await? {
            NewPassword::Good(record) => record,
            NewPassword::Unfit(judged) => return Ok(Some(judged)),
        };
        let message = || Message::PasswordChanged { account: account_page(issuer) };
        let letters = self.tell(cx, issuer, &person, &|_| true, &message).await?;
        let fresh = CredentialId::mint(cx.now, self.rng.as_ref());
        let mut tx = self.pool()?.write(scope_at(issuer, identity), "change_password").await?;
        if !identities::lock_for(&mut tx, session.session()).await? {
            return Err(Stop::NotSignedIn);
        }
        let credential = identities::put_password(&mut tx, fresh, &record, cx.now).await?;
        let revoked = self.end_rest(cx, &mut tx, session.session(), true, PASSWORD_CHANGED).await?;
        for letter in letters {
            letter.post(&mut tx).await?;
        }
        let changed = What::CredentialChanged { identity, credential, method: "password" };
        let changed = self.record_by(cx, session.session(), changed).await?;
        tx.commit(Trail::of(std::iter::once(changed).chain(revoked))).await?;
        self.job_bell.notify_one();
        self.ring_mail();
        Ok(None)
    }

    async fn holds_password(&self, session: &FreshSession) -> Result<bool, Fault> {
        let mut tx = self.pool()?.read(Scope::identity(session.identity()), "holds_password").await?;
        Ok(identities::password(&mut tx).await?.is_some())
    }

    /// Notes that something was not added to an account that is nobody's for certain yet (abuse case LNK-03).
    pub(super) async fn deny_addition(&self, cx: &Ctx, session: &FreshSession) -> Result<Stop, Stop> {
        let identity = session.identity();
        let record = self.record_by(cx, session.session(), What::AddDenied(Concerned { identity })).await?;
        let tx = self.pool()?.write(Scope::identity(identity), "deny_addition").await?;
        tx.commit(Trail::of([record])).await?;
        Ok(Stop::EmailUnproven)
    }
}
