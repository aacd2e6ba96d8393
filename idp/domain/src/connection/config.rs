//! A tenant's own upstream, and one that the operator offers to everybody, as they are configured.

use serde::{Deserialize, Serialize};

use super::oidc::OidcSettings;
use super::roles::RoleMap;
use super::saml::SamlConfig;
use crate::ids::{ConnectionId, ProviderId};
use crate::tenant::{DisplayName, DomainName, UpstreamName};

/// How an upstream is spoken to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum ConnectionConfig {
    /// OpenID Connect or OAuth 2.
    Oidc(Box<OidcSettings>),
    /// SAML 2.0.
    Saml(Box<SamlConfig>),
}

impl ConnectionConfig {
    /// The word for the kind.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Oidc(_) => "oidc",
            Self::Saml(_) => "saml",
        }
    }

    /// Who vouches: the issuer identifier or entity id that federated keys are made of. Another one is another upstream. None if
    /// the settings are none that can work.
    pub fn anchor(&self) -> Option<String> {
        match self {
            Self::Oidc(settings) => settings.issuer(),
            Self::Saml(config) => Some(config.entity_id.clone()),
        }
    }
}

/// Who becomes a member by signing in through a connection for the first time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Jit {
    /// Nobody: who comes has to be a member.
    #[default]
    Off,
    /// Whoever was invited under an address of the tenant's domains.
    Invited,
    /// Whoever has an address of the tenant's domains.
    Domain,
    /// Whoever the upstream vouches for, with any address or none.
    Anyone,
}

impl Jit {
    /// Whether a new person is let in (`join(T,k)` of the linking table). An invitation counts only for an address that the tenant
    /// has authority over: otherwise its upstream could name anybody's.
    pub const fn lets_in(self, authority: bool, invited: bool) -> bool {
        match self {
            Self::Off => false,
            Self::Invited => authority && invited,
            Self::Domain => authority,
            Self::Anyone => true,
        }
    }
}

/// Whether an upstream may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum UpstreamStatus {
    /// May.
    Active,
    /// May not: nobody is sent there, and what comes from there is refused.
    Disabled,
}

impl UpstreamStatus {
    /// The word that stands in storage.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Disabled => "disabled",
        }
    }
}

/// What an admin sets about a connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConnectionSettings {
    /// What people read on its button; its name if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<DisplayName>,
    /// How it is spoken to.
    pub config: ConnectionConfig,
    /// The domains that it speaks of. Each counts only while the tenant's claim on it holds.
    #[serde(default)]
    pub domains: Vec<DomainName>,
    /// Who becomes a member by it.
    #[serde(default)]
    pub jit: Jit,
    /// Whether also somebody whose address nobody has is asked for an account before one is made (decision 42).
    #[serde(default)]
    pub ask_always: bool,
    /// Which groups give which roles to who becomes a member by it.
    #[serde(default)]
    pub roles: RoleMap,
}

/// Why settings cannot take the place of others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadChange {
    /// Another upstream would answer for the people of this one.
    #[error(
        "people are linked to this connection, so its issuer or entity id cannot change; make a new connection"
    )]
    Anchor,
}

impl ConnectionSettings {
    /// Whether these may take the place of others that people may be linked by (LNK-11).
    ///
    /// # Errors
    /// [`BadChange`] says why not.
    pub fn may_replace(&self, before: &Self, has_links: bool) -> Result<(), BadChange> {
        let anchor = self.config.anchor();
        let same = self.config.kind() == before.config.kind()
            && anchor.is_some()
            && anchor == before.config.anchor();
        if same || !has_links { Ok(()) } else { Err(BadChange::Anchor) }
    }
}

/// A tenant's own upstream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    /// The connection; nothing is trusted by its name.
    pub id: ConnectionId,
    /// Its name in configuration, and in an app's request for it.
    pub name: UpstreamName,
    /// What is set about it.
    pub settings: ConnectionSettings,
    /// Whether it may be used.
    pub status: UpstreamStatus,
    /// Counts changes that end what was begun before.
    pub epoch: i32,
}

/// What the operator sets about a provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProviderSettings {
    /// What people read on its button.
    pub label: DisplayName,
    /// How it is spoken to.
    pub config: ConnectionConfig,
}

/// An upstream of the operator, offered to everybody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provider {
    /// The provider.
    pub id: ProviderId,
    /// Its name in configuration.
    pub name: UpstreamName,
    /// What is set about it.
    pub settings: ProviderSettings,
    /// Whether it may be used.
    pub status: UpstreamStatus,
    /// Counts changes that end what was begun before.
    pub epoch: i32,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(issuer: &str) -> ConnectionSettings {
        let text = format!(
            r#"{{"config":{{"kind":"oidc","issuer":"{issuer}","client_id":"web"}},"domains":["corp.example"],"jit":"domain",
            "roles":{{"admins":"admin"}}}}"#
        );
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn settings_survive_storage_and_unknown_keys_are_refused() {
        let settings = settings("https://idp.example");
        let stored = serde_json::to_value(&settings).unwrap();
        assert_eq!(serde_json::from_value::<ConnectionSettings>(stored.clone()).unwrap(), settings);
        let mut odd = stored;
        odd["trust_email"] = true.into();
        assert!(serde_json::from_value::<ConnectionSettings>(odd).is_err());
    }

    #[test]
    fn an_upstream_that_people_are_linked_to_is_not_exchanged() {
        let (before, other) = (settings("https://idp.example"), settings("https://evil.example"));
        assert_eq!(other.may_replace(&before, true), Err(BadChange::Anchor));
        assert_eq!(other.may_replace(&before, false), Ok(()));
        let changed = ConnectionSettings { jit: Jit::Anyone, ..before.clone() };
        assert_eq!(changed.may_replace(&before, true), Ok(()));
    }

    #[test]
    fn who_is_let_in() {
        let table = [
            (Jit::Off, [false, false, false, false]),
            (Jit::Invited, [false, false, false, true]),
            (Jit::Domain, [false, false, true, true]),
            (Jit::Anyone, [true, true, true, true]),
        ];
        for (jit, wanted) in table {
            let asked = [(false, false), (false, true), (true, false), (true, true)];
            assert_eq!(asked.map(|(authority, invited)| jit.lets_in(authority, invited)), wanted, "{jit:?}");
        }
    }
}
