//! A tenant's rules for who may sign in, how, and for how long.

mod duration;
mod password;

pub use duration::{BadDuration, Span};
pub use password::{BadPasswordRules, PasswordRules};

use serde::{Deserialize, Serialize};

use crate::email::EmailAddress;
use crate::oauth::Alg;

/// A kind of credential that a tenant may allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Method {
    /// A password of the identity.
    Password,
    /// A passkey of the identity.
    Passkey,
    /// The tenant's own upstream.
    Connection,
    /// An upstream of the operator, offered to everybody.
    Provider,
}

/// The class of second proof that a tenant demands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FactorDemand {
    /// None.
    #[default]
    None,
}

/// Who may make an account.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SignUp {
    /// Whoever proves a mailbox.
    Open,
    /// Whoever was invited.
    #[default]
    Invited,
    /// Nobody.
    Closed,
}

/// The rules. An absent key takes its default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Policy {
    /// The kinds of credential that open the tenant.
    pub methods: Vec<Method>,
    /// Whether only the tenant's connection opens it.
    pub require_sso: bool,
    /// The proven addresses of owners who enter with a credential of their own all the same, for when the upstream is down.
    pub break_glass: Vec<EmailAddress>,
    /// The second proof demanded.
    pub require_factor: FactorDemand,
    /// How long an unused session lives.
    pub session_idle: Span,
    /// How long a session lives at the most.
    pub session_absolute: Span,
    /// Whether a member is linked by a proven address of the tenant's domain without being asked.
    pub link_by_domain: bool,
    /// Who may make an account here.
    pub sign_up: SignUp,
    /// Whether whoever proves a mailbox in one of the tenant's verified domains becomes a member.
    pub join_by_domain: bool,
    /// The algorithm of its tokens, unless an app asks for another.
    pub token_alg: Alg,
    /// What a new password of a member has to fulfil.
    pub password: PasswordRules,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            methods: vec![Method::Password, Method::Passkey, Method::Connection, Method::Provider],
            require_sso: false,
            break_glass: vec![],
            require_factor: FactorDemand::None,
            session_idle: Span::hours(8),
            session_absolute: Span::hours(7 * 24),
            link_by_domain: false,
            sign_up: SignUp::default(),
            join_by_domain: false,
            token_alg: Alg::ES256,
            password: PasswordRules::default(),
        }
    }
}

impl Policy {
    /// Whether these rules let fewer people in, or for a shorter time, than others did.
    pub fn tightens(&self, before: &Self) -> bool {
        before.methods.iter().any(|method| before.allows(*method) && !self.allows(*method))
            || before.break_glass.iter().any(|owner| !self.break_glass.contains(owner))
            || self.require_factor != before.require_factor
            || self.session_idle < before.session_idle
            || self.session_absolute < before.session_absolute
    }

    /// Whether somebody whom nobody invited may begin to make an account. With [`join_by_domain`](Self::join_by_domain) whose
    /// address counts is decided once the mailbox is proven.
    pub fn invites_everybody(&self) -> bool {
        self.sign_up == SignUp::Open || (self.sign_up == SignUp::Invited && self.join_by_domain)
    }

    /// Whether a credential of this kind opens the tenant.
    pub fn allows(&self, method: Method) -> bool {
        self.methods.contains(&method) && (!self.require_sso || method == Method::Connection)
    }

    /// Whether an owner with this proven address enters by a credential of this kind although the connection is required.
    pub fn allows_in_emergency(&self, method: Method, owner: Option<&EmailAddress>) -> bool {
        self.require_sso
            && self.methods.contains(&method)
            && owner.is_some_and(|owner| self.break_glass.contains(owner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sso_shuts_out_everything_but_the_connection() {
        let policy = Policy { require_sso: true, ..Policy::default() };
        assert!(!policy.allows(Method::Password));
        assert!(policy.allows(Method::Connection));
    }

    #[test]
    fn accounts_are_begun_where_somebody_might_come_in() {
        for (sign_up, join_by_domain, begun) in [
            (SignUp::Open, false, true),
            (SignUp::Invited, false, false),
            (SignUp::Invited, true, true),
            (SignUp::Closed, true, false),
        ] {
            let policy = Policy { sign_up, join_by_domain, ..Policy::default() };
            assert_eq!(policy.invites_everybody(), begun, "{sign_up:?} {join_by_domain}");
        }
    }

    #[test]
    fn stricter_rules_are_told_from_looser_ones() {
        let usual = Policy::default();
        let shorter = Policy { session_idle: Span::hours(1), ..Policy::default() };
        let fewer = Policy { methods: vec![Method::Passkey], ..Policy::default() };
        let sso = Policy { require_sso: true, ..Policy::default() };
        for strict in [&shorter, &fewer, &sso] {
            assert!(strict.tightens(&usual));
            assert!(!usual.tightens(strict));
        }
        let glass = Policy { break_glass: vec!["o@corp.example".parse().unwrap()], ..sso.clone() };
        assert!(sso.tightens(&glass) && !glass.tightens(&sso), "an owner less gets in");
        let other = Policy { token_alg: Alg::EdDSA, link_by_domain: true, ..Policy::default() };
        assert!(!other.tightens(&usual) && !usual.tightens(&other));
    }

    #[test]
    fn unknown_keys_are_refused() {
        assert!(serde_json::from_str::<Policy>(r#"{"session_idl":"8h"}"#).is_err());
        let policy: Policy = serde_json::from_str(r#"{"session_idle":"30m"}"#).unwrap();
        assert_eq!(policy.session_idle, Span::minutes(30));
    }
}
