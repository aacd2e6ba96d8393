//! Making an account. Nothing of it exists before the mailbox is proven.

mod account;
mod finish;
mod personal;
mod waiting;

pub use finish::NewAccount;

use gatehouse_domain::policy::{Method, SignUp};

use crate::{Idp, Issuer};

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
}
