//! Section `[sign_up]`: who may make an account at the platform's own issuer; a tenant's policy says it for the tenant's.

use gatehouse_domain::policy::SignUp as Who;
use serde::Deserialize;

use super::context::Context;
use super::error::ConfigError;
use super::value::One;

/// Accounts that people make themselves.
#[derive(Debug, Clone, Copy)]
pub struct SignUp {
    /// Who may.
    pub platform: Who,
    /// Whether an account begins with a tenant of its own.
    pub personal_tenant: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawSignUp {
    platform: Option<One<String>>,
    personal_tenant: Option<One<bool>>,
}

impl SignUp {
    pub(super) fn lines(self, out: &mut Vec<(&'static str, String)>) {
        let who = match self.platform {
            Who::Open => "open",
            Who::Invited => "invited",
            Who::Closed => "closed",
        };
        out.push(("sign_up.platform", who.to_owned()));
        out.push(("sign_up.personal_tenant", self.personal_tenant.to_string()));
    }
}

impl RawSignUp {
    pub(super) fn validate(self, cx: &Context<'_>) -> Result<SignUp, ConfigError> {
        let word = self.platform.map_or_else(|| "open".to_owned(), |one| one.0);
        let known = match word.as_str() {
            "open" => Some(Who::Open),
            "invited" => Some(Who::Invited),
            "closed" => Some(Who::Closed),
            _ => None,
        };
        cx.refuse_if(known.is_none(), "sign_up.platform", "expected open, invited or closed")?;
        Ok(SignUp {
            platform: known.unwrap_or(Who::Closed),
            personal_tenant: self.personal_tenant.is_none_or(|one| one.0),
        })
    }
}
