//! A new password, wherever one is chosen: judged by the rules of every organisation that it will open, then hashed.

use std::sync::Arc;

use gatehouse_domain::credential::PasswordRecord;
use gatehouse_domain::email::EmailAddress;
use gatehouse_domain::ids::IdentityId;
use gatehouse_domain::password::Judgement;
use gatehouse_domain::policy::PasswordRules;
use gatehouse_domain::secret::Secret;
use gatehouse_domain::tenant::Tenant;
use gatehouse_store::{Scope, members};

use crate::login::Stop;
use crate::{Ctx, Fault, Idp, Issuer};

/// Who chooses a password, as far as choosing is counted.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Chooser<'a> {
    /// Somebody with an account.
    Person(IdentityId),
    /// Whoever has proven a mailbox for a new one.
    Newcomer(&'a EmailAddress),
}

/// What became of a password that somebody chose.
#[derive(Debug)]
pub(crate) enum NewPassword {
    /// It may be set, as this record.
    Good(PasswordRecord),
    /// It does not do.
    Unfit(Judgement),
}

impl Idp {
    /// Judges a password that somebody chose and, if it does, hashes it. A person has one password for all of their organisations,
    /// so the strictest of their rules counts, with those of the issuer; who has no account yet is bound by the issuer alone. `hints`
    /// are what somebody who knows the person tries first. Each choice is counted first, so that nobody keeps the judges from others.
    ///
    /// # Errors
    /// [`Stop::Throttled`] after too many, and [`Fault::Busy`] when too many passwords are being judged or hashed.
    pub(crate) async fn new_password(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        chooser: Chooser<'_>,
        typed: &Secret<String>,
        hints: &[String],
    ) -> Result<NewPassword, Stop> {
        if let Some(seconds) = self.count_new_password(cx, chooser).await? {
            self.note_throttled(cx, issuer.tenant_id());
            return Err(Stop::Throttled { seconds });
        }
        let mut concerned: Vec<Arc<Tenant>> = issuer.tenant().cloned().into_iter().collect();
        if let Chooser::Person(person) = chooser {
            concerned.extend(self.tenants_of(person).await?);
        }
        let platform = issuer.is_platform().then(PasswordRules::default);
        let all = platform.into_iter().chain(concerned.iter().map(|tenant| tenant.policy.password));
        let rules = all.reduce(PasswordRules::and).unwrap_or_default();
        let mut hints: Vec<&str> = hints.iter().map(String::as_str).collect();
        hints.extend(concerned.iter().map(|tenant| tenant.name.as_str()));
        let judged = self.judge_new_password(rules, typed, &hints).await?;
        if judged != Judgement::Good {
            return Ok(NewPassword::Unfit(judged));
        }
        gatehouse_store::outside();
        let hash = self.passwords.hash(typed.clone()).await.map_err(Fault::from)?;
        Ok(NewPassword::Good(PasswordRecord::from_stored(hash.as_str())))
    }

    /// The organisations of a person: which they are, the person's own rows say; each one's rules are read in its own scope.
    async fn tenants_of(&self, person: IdentityId) -> Result<Vec<Arc<Tenant>>, Fault> {
        let listed = {
            let mut tx = self.pool()?.read(Scope::identity(person), "tenants_of").await?;
            members::tenants_of_person(&mut tx).await?
        };
        let mut tenants = Vec::with_capacity(listed.len());
        for id in listed {
            tenants.extend(self.tenant(id).await?);
        }
        Ok(tenants)
    }
}
