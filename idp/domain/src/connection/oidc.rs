//! What is configured about an OpenID Connect or OAuth 2 upstream.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use url::{Host, Url};

use super::preset::Preset;
use crate::tenant::DomainName;

/// The settings as they are written and stored; [`OidcConfig::new`] judges them. The client's secret or key is kept apart from them.
///
/// Endpoints and keys come from the issuer's discovery document alone, so that no mixture of two servers can be configured
/// (RFC 9700, section 4.4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OidcSettings {
    /// Whose manners it has.
    #[serde(default)]
    pub preset: Preset,
    /// The issuer identifier of a generic upstream; the address of a GitHub Enterprise Server. The other presets know their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    /// The name that the upstream gave us.
    pub client_id: String,
    /// How we authenticate to its token endpoint; by the preset if not set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth: Option<ClientAuth>,
    /// What an assertion of ours is addressed to.
    #[serde(default)]
    pub assertion_audience: AssertionAudience,
    /// The scopes to ask for beside `openid`; the preset's own if empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scopes: Vec<String>,
    /// Which claims carry what.
    #[serde(default)]
    pub claims: ClaimMap,
    /// The algorithms that may sign an ID token; the preset's own if empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub algorithms: Vec<IdTokenAlg>,
    /// What the upstream is to ask of people each time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompt: Option<Prompt>,
    /// Further parameters of the authorization request.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<Parameter, String>,
    /// For Google: the one hosted domain whose people may sign in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hosted_domain: Option<DomainName>,
}

impl OidcSettings {
    /// The issuer identifier that its tokens name; none if the settings have none that can work.
    pub fn issuer(&self) -> Option<String> {
        issuer(self, true).ok()
    }
}

/// How we authenticate to a token endpoint (OIDC Core, section 9).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientAuth {
    /// The secret in a header.
    ClientSecretBasic,
    /// The secret among the form's fields.
    ClientSecretPost,
    /// An assertion that our key signs.
    PrivateKeyJwt,
}

/// The `aud` of an assertion of ours.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AssertionAudience {
    /// The issuer: no other server can use what it is sent (CVE-2025-27370).
    #[default]
    Issuer,
    /// The token endpoint, for servers that know nothing else.
    TokenEndpoint,
}

/// Which claims carry what, where it is not the standard ones.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClaimMap {
    /// The address; `email`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The display name; `name`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The groups; `groups`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub groups: Option<String>,
    /// The stable subject; `sub`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
}

/// An algorithm that may sign an ID token (RFC 7518, section 3.1; RFC 8037). None of them uses a shared secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names are the registry's")]
pub enum IdTokenAlg {
    RS256,
    RS384,
    RS512,
    PS256,
    PS384,
    PS512,
    ES256,
    ES384,
    EdDSA,
}

/// What an upstream is to ask of people (OIDC Core, section 3.1.2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Prompt {
    /// To show a credential.
    Login,
    /// To agree again.
    Consent,
    /// To choose one of several accounts.
    SelectAccount,
}

/// A further parameter of the authorization request. The list is closed: none of them changes what the answer means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are those of the parameters")]
pub enum Parameter {
    AccessType,
    Audience,
    Connection,
    Display,
    DomainHint,
    KcIdpHint,
    Organization,
    Resource,
    UiLocales,
}

impl Parameter {
    /// The parameter's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AccessType => "access_type",
            Self::Audience => "audience",
            Self::Connection => "connection",
            Self::Display => "display",
            Self::DomainHint => "domain_hint",
            Self::KcIdpHint => "kc_idp_hint",
            Self::Organization => "organization",
            Self::Resource => "resource",
            Self::UiLocales => "ui_locales",
        }
    }
}

/// Why settings of an upstream are refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadOidcSettings {
    /// No issuer, or one that is no https address without query, fragment and user.
    #[error("issuer: an https address without query and fragment, exactly as the upstream calls itself")]
    Issuer,
    /// An issuer where the preset knows its own.
    #[error("issuer: this preset knows its own; leave it out")]
    PresetIssuer,
    /// Empty, too long, or with characters outside printable ASCII.
    #[error("client_id: 1 to 256 printable ASCII characters")]
    ClientId,
    /// An authentication method that the preset does not have.
    #[error("auth: this preset does not authenticate like that")]
    Auth,
    /// A scope with characters that a scope may not have, or too many.
    #[error("scopes: at most 20 names without spaces, quotes and backslashes")]
    Scopes,
    /// A claim's name that is empty or too long.
    #[error("claims: a name has 1 to 128 characters")]
    Claims,
    /// A map for a claim that the preset fixes.
    #[error("claims: this preset fixes the claims for email and subject")]
    PresetClaims,
    /// A subject that can pass to another person.
    #[error("claims.subject: this claim can pass to another person; name one that never changes hands")]
    MovableSubject,
    /// A parameter's value that is empty, too long or not printable ASCII.
    #[error("parameters: a value has 1 to 512 printable ASCII characters")]
    Parameters,
    /// A hosted domain for something else than Google.
    #[error("hosted_domain: for Google only")]
    HostedDomain,
    /// A team or key id that is not of Apple's form.
    #[error("apple: team and key are ids of 1 to 32 letters and digits")]
    Apple,
}

/// Settings that can work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OidcConfig {
    settings: OidcSettings,
    issuer: String,
    loopback: bool,
}

impl OidcConfig {
    /// Judges settings; `loopback` admits plain http to loopback addresses, and presets that are played there, for development.
    ///
    /// # Errors
    /// The first [`BadOidcSettings`] found.
    pub fn new(settings: OidcSettings, loopback: bool) -> Result<Self, BadOidcSettings> {
        let issuer = issuer(&settings, loopback)?;
        judge_words(&settings)?;
        judge_preset(&settings)?;
        Ok(Self { settings, issuer, loopback })
    }

    /// What was judged.
    pub const fn settings(&self) -> &OidcSettings {
        &self.settings
    }

    /// The issuer identifier, as the discovery document states it; with `{tenantid}` in it where every Microsoft directory may
    /// sign in.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Where the discovery document is (OIDC Discovery, section 4).
    pub fn discovery(&self) -> Option<Url> {
        let base = match &self.settings.preset {
            Preset::Microsoft { directory } if directory.only().is_none() => {
                self.issuer.replace(TEMPLATE, &directory.to_string())
            }
            _ => self.issuer.clone(),
        };
        format!("{}/.well-known/openid-configuration", base.trim_end_matches('/')).parse().ok()
    }

    /// The issuer that a token has to name: with the directory of the person where several may sign in.
    pub fn issuer_for(&self, directory: Option<&str>) -> String {
        directory.map_or_else(|| self.issuer.clone(), |directory| self.issuer.replace(TEMPLATE, directory))
    }

    /// Whether an endpoint or issuer may be used at all.
    pub fn admits(&self, url: &Url) -> bool {
        is_sound(url, self.loopback)
    }

    /// How we authenticate.
    pub fn auth(&self) -> ClientAuth {
        self.settings.auth.unwrap_or(match self.settings.preset {
            Preset::Generic => ClientAuth::ClientSecretBasic,
            _ => ClientAuth::ClientSecretPost,
        })
    }

    /// The scopes to ask for, without `openid`.
    pub fn scopes(&self) -> Vec<&str> {
        if !self.settings.scopes.is_empty() {
            let listed = self.settings.scopes.iter().map(String::as_str);
            return listed.filter(|scope| *scope != "openid").collect();
        }
        match self.settings.preset {
            Preset::Generic | Preset::Google | Preset::Microsoft { .. } => vec!["email", "profile"],
            Preset::Apple { .. } => vec!["name", "email"],
            Preset::GitHub => vec!["read:user", "user:email"],
        }
    }

    /// The algorithms that may sign an ID token.
    pub fn algorithms(&self) -> &[IdTokenAlg] {
        use IdTokenAlg::{ES256, EdDSA, PS256, RS256};
        match self.settings.preset {
            _ if !self.settings.algorithms.is_empty() => &self.settings.algorithms,
            Preset::Google | Preset::Microsoft { .. } => &[RS256],
            Preset::Apple { .. } => &[RS256, ES256],
            Preset::Generic | Preset::GitHub => &[RS256, ES256, PS256, EdDSA],
        }
    }
}

fn issuer(settings: &OidcSettings, loopback: bool) -> Result<String, BadOidcSettings> {
    let given = settings.issuer.as_deref();
    let base = |own: &str| match given {
        None => Ok(own.to_owned()),
        Some(text) => match text.parse::<Url>() {
            Ok(url) if loopback && is_here(&url) && is_sound(&url, loopback) => Ok(text.to_owned()),
            _ => Err(BadOidcSettings::PresetIssuer),
        },
    };
    match &settings.preset {
        Preset::Google => base("https://accounts.google.com"),
        Preset::Apple { .. } => base("https://appleid.apple.com"),
        Preset::Microsoft { directory } => {
            let directory = (*directory).only().map_or_else(|| TEMPLATE.to_owned(), |id| id.to_string());
            Ok(format!("{}/{directory}/v2.0", base("https://login.microsoftonline.com")?))
        }
        Preset::GitHub if given.is_none() => Ok("https://github.com".to_owned()),
        Preset::GitHub | Preset::Generic => {
            let text = given.ok_or(BadOidcSettings::Issuer)?;
            let url: Url = text.parse().map_err(|_| BadOidcSettings::Issuer)?;
            let fits = text.len() <= 512 && is_sound(&url, loopback) && url.query().is_none();
            if fits { Ok(text.to_owned()) } else { Err(BadOidcSettings::Issuer) }
        }
    }
}

fn judge_words(settings: &OidcSettings) -> Result<(), BadOidcSettings> {
    let printable = |text: &str, most| {
        (1..=most).contains(&text.len()) && text.bytes().all(|byte| (0x20..0x7f).contains(&byte))
    };
    if !printable(&settings.client_id, 256) {
        return Err(BadOidcSettings::ClientId);
    }
    // RFC 6749, section 3.3.
    let scope = |text: &String| printable(text, 128) && !text.contains([' ', '"', '\\']);
    if settings.scopes.len() > 20 || !settings.scopes.iter().all(scope) {
        return Err(BadOidcSettings::Scopes);
    }
    let ClaimMap { email, name, groups, subject } = &settings.claims;
    if [email, name, groups, subject].into_iter().flatten().any(|name| !(1..=128).contains(&name.len())) {
        return Err(BadOidcSettings::Claims);
    }
    if subject.as_deref().is_some_and(|name| MOVABLE.contains(&name)) {
        return Err(BadOidcSettings::MovableSubject);
    }
    if settings.parameters.values().any(|value| !printable(value, 512)) {
        return Err(BadOidcSettings::Parameters);
    }
    Ok(())
}

fn judge_preset(settings: &OidcSettings) -> Result<(), BadOidcSettings> {
    let generic = settings.preset == Preset::Generic;
    if !generic && (settings.claims.email.is_some() || settings.claims.subject.is_some()) {
        return Err(BadOidcSettings::PresetClaims);
    }
    if settings.hosted_domain.is_some() && settings.preset != Preset::Google {
        return Err(BadOidcSettings::HostedDomain);
    }
    match (&settings.preset, settings.auth) {
        (Preset::Apple { .. }, Some(_)) => Err(BadOidcSettings::Auth),
        // Microsoft wants a certificate named in the assertion, the others take none.
        (_, Some(ClientAuth::PrivateKeyJwt)) if !generic => Err(BadOidcSettings::Auth),
        (Preset::Apple { team, key }, None) => {
            let id = |text: &String| {
                (1..=32).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
            };
            if id(team) && id(key) { Ok(()) } else { Err(BadOidcSettings::Apple) }
        }
        _ => Ok(()),
    }
}

fn is_here(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(v4)) => v4.is_loopback(),
        Some(Host::Ipv6(v6)) => v6.is_loopback(),
        None => false,
    }
}

fn is_sound(url: &Url, loopback: bool) -> bool {
    let scheme = url.scheme() == "https" || (url.scheme() == "http" && loopback && is_here(url));
    scheme
        && url.host().is_some()
        && url.username().is_empty()
        && url.password().is_none()
        && url.fragment().is_none()
}

/// What stands for the directory in the issuer of Microsoft's discovery document for all directories.
const TEMPLATE: &str = "{tenantid}";
/// Claims whose values pass from one person to another.
const MOVABLE: [&str; 8] =
    ["email", "mail", "preferred_username", "upn", "unique_name", "name", "nickname", "phone_number"];

#[cfg(test)]
mod tests;
