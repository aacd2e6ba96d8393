//! Apps: OAuth clients and the resources that tokens are made for.

use serde::{Deserialize, Serialize};
use url::Url;

use super::{RedirectUri, Scopes};
use crate::ids::{AppId, ResourceId, TenantId};
use crate::policy::Span;
use crate::tenant::DisplayName;

/// Whether a client can keep a secret (RFC 6749, section 2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AppKind {
    /// Runs where its user can look inside.
    Public,
    /// Runs on a server and authenticates.
    Confidential,
}

/// How a client authenticates (OIDC Core, section 9): exactly the one registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthMethod {
    /// Not at all: public clients.
    None,
    /// Secret in the `Authorization` header.
    ClientSecretBasic,
    /// Secret in the body.
    ClientSecretPost,
    /// A signed assertion (RFC 7523, section 2.2).
    PrivateKeyJwt,
}

impl AuthMethod {
    /// The registered name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::ClientSecretBasic => "client_secret_basic",
            Self::ClientSecretPost => "client_secret_post",
            Self::PrivateKeyJwt => "private_key_jwt",
        }
    }
}

/// A grant that an app may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GrantType {
    /// RFC 6749, section 4.1.
    AuthorizationCode,
    /// RFC 6749, section 6.
    RefreshToken,
    /// RFC 6749, section 4.4.
    ClientCredentials,
}

/// A signature algorithm for tokens (RFC 7518, section 3.1; RFC 8037, section 3.1).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Alg {
    /// ECDSA on P-256.
    #[default]
    ES256,
    /// Ed25519.
    EdDSA,
    /// RSASSA-PKCS1-v1_5, 2048 bits.
    RS256,
}

impl Alg {
    /// Every algorithm we sign with.
    pub const ALL: [Self; 3] = [Self::ES256, Self::EdDSA, Self::RS256];

    /// The registered name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ES256 => "ES256",
            Self::EdDSA => "EdDSA",
            Self::RS256 => "RS256",
        }
    }
}

/// How long what an app gets is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TokenLives {
    /// Access and ID tokens; at most an hour.
    pub access: Span,
    /// A refresh token that is not used.
    pub refresh_idle: Span,
    /// A family of refresh tokens.
    pub refresh_absolute: Span,
}

impl Default for TokenLives {
    fn default() -> Self {
        Self { access: Span::minutes(10), refresh_idle: Span::days(14), refresh_absolute: Span::days(90) }
    }
}

/// What an app may be configured with; stored as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AppConfig {
    /// Whether it can keep a secret.
    #[serde(rename = "type")]
    pub kind: AppKind,
    /// How it authenticates.
    pub auth_method: AuthMethod,
    /// Where answers may go.
    #[serde(default)]
    pub redirect_uris: Vec<RedirectUri>,
    /// Where a browser may go after sign-out.
    #[serde(default)]
    pub post_logout_redirect_uris: Vec<RedirectUri>,
    /// The grants it may use.
    pub grants: Vec<GrantType>,
    /// The scopes it may ask for.
    #[serde(default)]
    pub scopes: Scopes,
    /// The resources it may ask tokens for, by identifier; the first is the default audience.
    #[serde(default)]
    pub resources: Vec<String>,
    /// Web origins that may call token and userinfo from a browser.
    #[serde(default)]
    pub origins: Vec<String>,
    /// Whether it belongs to the tenant itself, so that no consent is asked.
    pub first_party: bool,
    /// Whether tenants of one person, which people make by signing up, may use it; of use for the platform's apps.
    #[serde(default)]
    pub personal_tenants: bool,
    /// Whether it may introspect tokens.
    #[serde(default)]
    pub introspect: bool,
    /// The algorithm of its tokens, if not the tenant's.
    #[serde(default)]
    pub alg: Option<Alg>,
    /// The lives of its tokens.
    #[serde(default)]
    pub lives: TokenLives,
    /// Public keys for `private_key_jwt` (RFC 7517).
    #[serde(default)]
    pub jwks: Option<serde_json::Value>,
    /// Where those keys are published.
    #[serde(default)]
    pub jwks_uri: Option<Url>,
    /// Where ends of sessions are announced (OIDC Back-Channel Logout).
    #[serde(default)]
    pub backchannel_logout_uri: Option<Url>,
    /// Where a person may begin to use it: it is told the issuer and asks for a sign-in (OpenID Connect Core, section 4).
    #[serde(default)]
    pub initiate_login_uri: Option<Url>,
}

/// Why a configuration is not one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadApp {
    /// A public client with an authentication method, or a confidential one without.
    #[error("a public app authenticates with none, a confidential one with a secret or a key")]
    Authentication,
    /// The code grant without anywhere to answer to.
    #[error("authorization_code needs at least one redirect URI")]
    NoRedirect,
    /// Client credentials for a public client.
    #[error("client_credentials and introspection need a confidential app")]
    NeedsSecret,
    /// Refresh tokens without the grant that yields them.
    #[error("refresh_token needs authorization_code")]
    RefreshAlone,
    /// Key authentication without keys, or with both sources.
    #[error("private_key_jwt needs jwks or jwks_uri, and only one of them")]
    Keys,
    /// A token life beyond the limit.
    #[error(
        "access tokens live at most 1h, refresh families at most 3650d and no shorter than their idle time"
    )]
    Lives,
    /// An origin that is not one.
    #[error("an origin is a scheme, a host and a port")]
    Origin,
}

impl AppConfig {
    /// Where the person begins who comes from an issuer (OpenID Connect Core, section 4).
    pub fn start_at(&self, iss: &str) -> Option<Url> {
        let mut start = self.initiate_login_uri.clone()?;
        start.query_pairs_mut().append_pair("iss", iss);
        Some(start)
    }

    /// Checks what single fields cannot say.
    ///
    /// # Errors
    /// The first contradiction.
    pub fn validate(&self) -> Result<(), BadApp> {
        let has = |grant| self.grants.contains(&grant);
        let public = self.kind == AppKind::Public;
        if public != (self.auth_method == AuthMethod::None) {
            return Err(BadApp::Authentication);
        }
        if has(GrantType::AuthorizationCode) && self.redirect_uris.is_empty() {
            return Err(BadApp::NoRedirect);
        }
        if public && (has(GrantType::ClientCredentials) || self.introspect) {
            return Err(BadApp::NeedsSecret);
        }
        if has(GrantType::RefreshToken) && !has(GrantType::AuthorizationCode) {
            return Err(BadApp::RefreshAlone);
        }
        let keyed = self.auth_method == AuthMethod::PrivateKeyJwt;
        if keyed != (self.jwks.is_some() ^ self.jwks_uri.is_some())
            || (self.jwks.is_some() && self.jwks_uri.is_some())
        {
            return Err(BadApp::Keys);
        }
        if self.lives.access > Span::hours(1) || self.lives.refresh_idle > self.lives.refresh_absolute {
            return Err(BadApp::Lives);
        }
        let origin =
            |text: &String| Url::parse(text).is_ok_and(|url| url.origin().ascii_serialization() == *text);
        if self.origins.iter().all(origin) { Ok(()) } else { Err(BadApp::Origin) }
    }

    /// Whether scripts of an origin may read token and userinfo answers: one listed, or, where none is listed, one that
    /// a redirect URI lies on.
    pub fn allows_origin(&self, origin: &str) -> bool {
        if self.kind != AppKind::Public {
            return self.origins.iter().any(|listed| listed == origin);
        }
        if !self.origins.is_empty() {
            return self.origins.iter().any(|listed| listed == origin);
        }
        self.redirect_uris.iter().any(|uri| {
            RedirectUri::destination(uri.as_str()).as_deref() == Some(origin)
                || uri.matches(&loopback_candidate(origin, uri.as_str()))
        })
    }
}

/// A registered loopback URI written on a given origin, so that its free port covers the origin too.
fn loopback_candidate(origin: &str, registered: &str) -> String {
    let path = Url::parse(registered).map(|url| url.path().to_owned()).unwrap_or_default();
    format!("{origin}{path}")
}

/// Who an app belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Owner {
    /// The operator; offered to every tenant that is entitled to it.
    Platform,
    /// One tenant.
    Tenant(TenantId),
}

/// An OAuth client that is in use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct App {
    /// The app.
    pub id: AppId,
    /// Whose it is.
    pub owner: Owner,
    /// Its name in requests.
    pub client_id: String,
    /// Its name for people.
    pub name: DisplayName,
    /// Counts changes that end what was issued before.
    pub epoch: i32,
    /// How it is set up.
    pub config: AppConfig,
}

impl App {
    /// Whether it may use a grant.
    pub fn may(&self, grant: GrantType) -> bool {
        self.config.grants.contains(&grant)
    }

    /// The audience of a token for which no resource was asked: the first resource, else the client id.
    pub fn default_audience(&self) -> &str {
        self.config.resources.first().map_or(self.client_id.as_str(), String::as_str)
    }
}

/// A resource server (RFC 8707).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    /// The row.
    pub id: ResourceId,
    /// Its identifier, an absolute URI without fragment: the `aud` of its tokens.
    pub identifier: String,
    /// The scopes it knows.
    pub scopes: Scopes,
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in super::super) fn public_app() -> App {
        App {
            id: AppId::from_uuid(uuid::Uuid::from_u128(1)),
            owner: Owner::Platform,
            client_id: "web".into(),
            name: "Web".parse().unwrap(),
            epoch: 0,
            config: AppConfig {
                kind: AppKind::Public,
                auth_method: AuthMethod::None,
                redirect_uris: vec![
                    "https://app.example/cb".parse().unwrap(),
                    "http://127.0.0.1/callback".parse().unwrap(),
                ],
                post_logout_redirect_uris: vec![],
                grants: vec![GrantType::AuthorizationCode, GrantType::RefreshToken],
                scopes: Scopes::parse("openid profile email offline_access").unwrap(),
                resources: vec!["https://api.example".into()],
                origins: vec![],
                first_party: true,
                personal_tenants: false,
                introspect: false,
                alg: None,
                lives: TokenLives::default(),
                jwks: None,
                jwks_uri: None,
                backchannel_logout_uri: None,
                initiate_login_uri: None,
            },
        }
    }

    #[test]
    fn contradictions_are_refused() {
        let good = public_app().config;
        assert_eq!(good.validate(), Ok(()));
        type Mistake = fn(&mut AppConfig);
        let cases: [(Mistake, BadApp); 7] = [
            (|c| c.auth_method = AuthMethod::ClientSecretBasic, BadApp::Authentication),
            (|c| c.redirect_uris.clear(), BadApp::NoRedirect),
            (|c| c.introspect = true, BadApp::NeedsSecret),
            (|c| c.grants = vec![GrantType::RefreshToken], BadApp::RefreshAlone),
            (|c| c.jwks = Some(serde_json::Value::Null), BadApp::Keys),
            (|c| c.lives.access = Span::hours(2), BadApp::Lives),
            (|c| c.origins = vec!["https://app.example/".into()], BadApp::Origin),
        ];
        for (change, expected) in cases {
            let mut config = good.clone();
            change(&mut config);
            assert_eq!(config.validate(), Err(expected));
        }
    }

    #[test]
    fn origins_default_to_those_of_the_redirect_uris() {
        let config = public_app().config;
        assert!(config.allows_origin("https://app.example"));
        assert!(config.allows_origin("http://127.0.0.1:4100"));
        for foreign in [
            "https://app.example.evil.example",
            "http://app.example",
            "null",
            "https://evil-app.example",
            "http://127.0.0.1:4100@evil.example",
        ] {
            assert!(!config.allows_origin(foreign), "{foreign}");
        }
    }
}
