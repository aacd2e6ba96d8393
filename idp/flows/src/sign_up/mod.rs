//! Making an account. Nothing of it exists before the mailbox is proven.

mod account;
mod finish;
mod personal;
mod waiting;

pub use finish::NewAccount;

use gatehouse_domain::password::Judgement;
use gatehouse_domain::policy::{Method, PasswordRules, SignUp};
use gatehouse_domain::secret::Secret;

use crate::{Fault, Idp, Issuer};

impl Idp {
    /// Whether anybody may begin to make an account at an issuer. Where a tenant's people join by their domain, everybody may, so
    /// that nothing tells addresses apart before the mailbox is proven.
    pub fn sign_up_is_open(&self, issuer: &Issuer) -> bool {
        self.may_sign_up(issuer, false)
    }

    /// Whether somebody may begin to make an account at an issuer, invited or not.
    pub(crate) fn may_sign_up(&self, issuer: &Issuer, invited: bool) -> bool {
        let may = match issuer.tenant() {
            Some(tenant) if invited => tenant.policy.sign_up != SignUp::Closed,
            Some(tenant) => tenant.policy.invites_everybody(),
            None => self.settings.sign_up.who == SignUp::Open,
        };
        may && self.can_mail() && self.recovers(issuer)
    }
}

impl Idp {
    /// Whether a password means anything at an issuer.
    pub(crate) fn recovers(&self, issuer: &Issuer) -> bool {
        issuer.tenant().is_none_or(|tenant| tenant.policy.allows(Method::Password))
    }

    /// Why a new password does not do under the rules of an issuer, if it does not.
    pub(crate) async fn unfit_password(
        &self,
        issuer: &Issuer,
        typed: &Secret<String>,
        hints: &[String],
    ) -> Result<Option<Judgement>, Fault> {
        let rules = issuer.tenant().map_or_else(PasswordRules::default, |tenant| tenant.policy.password);
        let mut hints: Vec<&str> = hints.iter().map(String::as_str).collect();
        hints.extend(issuer.tenant().map(|tenant| tenant.name.as_str()));
        let judged = self.judge_new_password(rules, typed, &hints).await?;
        Ok((judged != Judgement::Good).then_some(judged))
    }
}
