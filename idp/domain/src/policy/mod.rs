//! A tenant's rules for who may sign in, how, and for how long.

mod duration;

pub use duration::{BadDuration, Span};

use serde::{Deserialize, Serialize};

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

/// The rules. An absent key takes its default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Policy {
    /// The kinds of credential that open the tenant.
    pub methods: Vec<Method>,
    /// Whether only the tenant's connection opens it.
    pub require_sso: bool,
    /// The second proof demanded.
    pub require_factor: FactorDemand,
    /// How long an unused session lives.
    pub session_idle: Span,
    /// How long a session lives at the most.
    pub session_absolute: Span,
    /// Whether a member is linked by a proven address of the tenant's domain without being asked.
    pub link_by_domain: bool,
    /// The algorithm of its tokens, unless an app asks for another.
    pub token_alg: Alg,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            methods: vec![Method::Password, Method::Passkey, Method::Connection, Method::Provider],
            require_sso: false,
            require_factor: FactorDemand::None,
            session_idle: Span::hours(8),
            session_absolute: Span::hours(7 * 24),
            link_by_domain: false,
            token_alg: Alg::ES256,
        }
    }
}

impl Policy {
    /// Whether these rules let fewer people in, or for a shorter time, than others did.
    pub fn tightens(&self, before: &Self) -> bool {
        before.methods.iter().any(|method| before.allows(*method) && !self.allows(*method))
            || self.require_factor != before.require_factor
            || self.session_idle < before.session_idle
            || self.session_absolute < before.session_absolute
    }

    /// Whether a credential of this kind opens the tenant.
    pub fn allows(&self, method: Method) -> bool {
        self.methods.contains(&method) && (!self.require_sso || method == Method::Connection)
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
    fn stricter_rules_are_told_from_looser_ones() {
        let usual = Policy::default();
        let shorter = Policy { session_idle: Span::hours(1), ..Policy::default() };
        let fewer = Policy { methods: vec![Method::Passkey], ..Policy::default() };
        let sso = Policy { require_sso: true, ..Policy::default() };
        for strict in [&shorter, &fewer, &sso] {
            assert!(strict.tightens(&usual));
            assert!(!usual.tightens(strict));
        }
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
