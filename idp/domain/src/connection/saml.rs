//! What a tenant's admin settles about a SAML 2.0 identity provider.

use serde::{Deserialize, Serialize};
use url::{Host, Url};

use super::Certificate;

/// An identity provider, as a connection trusts it. Stored as it stands; nothing in it is secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SamlConfig {
    /// Its entity id (SAML core, section 8.3.6), compared character by character.
    pub entity_id: String,
    /// Where sign-in begins.
    pub sso: SamlEndpoints,
    /// Where logout goes, if it takes part in single logout.
    #[serde(default)]
    pub slo: Option<SamlEndpoints>,
    /// The certificates whose keys sign its messages, 1 to 8: pinned, so that nothing else makes a key good.
    pub certificates: Vec<Certificate>,
    /// The form of name that is asked for and accepted.
    #[serde(default)]
    pub name_id_format: NameIdFormat,
    /// Whether requests are signed.
    #[serde(default = "yes")]
    pub sign_requests: bool,
    /// Whether each assertion needs a signature of its own, and one around it is not enough.
    #[serde(default)]
    pub want_assertions_signed: bool,
    /// Whether an assertion that is not encrypted is refused.
    #[serde(default)]
    pub require_encryption: bool,
    /// Whether AES in CBC mode is accepted, which needs a signature around the ciphertext (rule 19.5.7).
    #[serde(default)]
    pub allow_cbc: bool,
    /// Whether a response that nobody asked for begins a sign-in here, instead of being refused. It never ends one.
    #[serde(default)]
    pub allow_idp_initiated: bool,
    /// Which attribute says what.
    #[serde(default)]
    pub attributes: AttributeMap,
    /// The authentication context classes that are asked for where the sign-in itself asks for none (SAML core, section 3.3.2.2.1).
    #[serde(default)]
    pub contexts: Vec<String>,
    /// Where its metadata is looked up again; none when they came as a file.
    #[serde(default)]
    pub metadata_url: Option<Url>,
}

const fn yes() -> bool {
    true
}

/// The addresses of one service, by binding (SAML bindings, sections 3.4 and 3.5).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SamlEndpoints {
    /// Takes messages in a query; preferred, as the person sees no intermediate page.
    #[serde(default)]
    pub redirect: Option<Url>,
    /// Takes messages in a form.
    #[serde(default)]
    pub post: Option<Url>,
}

/// The form of a name (SAML core, section 8.3).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NameIdFormat {
    /// Random, per service, for good.
    #[default]
    Persistent,
    /// An address: it serves as a key only as long as the provider gives it to nobody else.
    EmailAddress,
    /// Whatever the provider means by it.
    Unspecified,
    /// Another one each time: the connection has to name an attribute for the subject.
    Transient,
}

impl NameIdFormat {
    /// Every form.
    pub const ALL: [Self; 4] = [Self::Persistent, Self::EmailAddress, Self::Unspecified, Self::Transient];

    /// Its URI.
    pub const fn uri(self) -> &'static str {
        match self {
            Self::Persistent => "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
            Self::EmailAddress => "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress",
            Self::Unspecified => "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified",
            Self::Transient => "urn:oasis:names:tc:SAML:2.0:nameid-format:transient",
        }
    }
}

/// Names of attributes, compared character by character. What is not named is not read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AttributeMap {
    /// The address.
    pub email: Option<String>,
    /// The display name.
    pub name: Option<String>,
    /// The groups.
    pub groups: Option<String>,
    /// The subject, in the place of the name: never changed and never given to somebody else (`objectidentifier`, `eduPersonUniqueId`).
    pub subject: Option<String>,
}

/// Why a configuration cannot be saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadSamlConfig {
    /// Empty, longer than 1024 characters, or with control characters or blanks.
    #[error("the entity id must be a URI of at most 1024 characters")]
    EntityId,
    /// A service without an address, or one that a browser should not be sent to.
    #[error("each service needs an https address for a binding")]
    Endpoint,
    /// None, more than 8, or the same twice.
    #[error("between 1 and 8 different certificates are needed")]
    Certificates,
    /// A name that changes each time, and no attribute in its place.
    #[error("transient names need an attribute for the subject")]
    NoSubject,
    /// An empty or overlong name of an attribute, or one of them used twice.
    #[error("the names of attributes must be different and of 1 to 256 characters")]
    Attributes,
    /// More than 8 context classes, or an overlong one.
    #[error("at most 8 context classes of at most 256 characters")]
    Contexts,
}

impl SamlConfig {
    /// Whether it can be saved and used.
    ///
    /// # Errors
    /// With the first rule that is broken.
    pub fn check(&self) -> Result<(), BadSamlConfig> {
        if !plain(&self.entity_id, 1024) || self.entity_id.contains(' ') {
            return Err(BadSamlConfig::EntityId);
        }
        if !self.sso.is_usable() || self.slo.as_ref().is_some_and(|slo| !slo.is_usable()) {
            return Err(BadSamlConfig::Endpoint);
        }
        if self.metadata_url.as_ref().is_some_and(|url| !may_visit(url)) {
            return Err(BadSamlConfig::Endpoint);
        }
        let count = self.certificates.len();
        if !(1..=8).contains(&count) || repeats(&self.certificates) {
            return Err(BadSamlConfig::Certificates);
        }
        if self.name_id_format == NameIdFormat::Transient && self.attributes.subject.is_none() {
            return Err(BadSamlConfig::NoSubject);
        }
        let names = self.attributes.names();
        if names.iter().any(|name| !plain(name, 256)) || repeats(&names) {
            return Err(BadSamlConfig::Attributes);
        }
        if self.contexts.len() > 8 || self.contexts.iter().any(|context| !plain(context, 256)) {
            return Err(BadSamlConfig::Contexts);
        }
        Ok(())
    }
}

impl SamlEndpoints {
    fn is_usable(&self) -> bool {
        let mut named = [&self.redirect, &self.post].into_iter().flatten().peekable();
        named.peek().is_some() && named.all(may_visit)
    }
}

impl AttributeMap {
    fn names(&self) -> Vec<&str> {
        [&self.email, &self.name, &self.groups, &self.subject]
            .into_iter()
            .flatten()
            .map(String::as_str)
            .collect()
    }
}

/// Whether a browser may be sent there: https, and http to the machine itself, where providers are tried out.
fn may_visit(url: &Url) -> bool {
    let local = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => return false,
    };
    let scheme = url.scheme() == "https" || (url.scheme() == "http" && local);
    scheme && url.username().is_empty() && url.password().is_none() && url.fragment().is_none()
}

fn plain(text: &str, most: usize) -> bool {
    !text.is_empty()
        && text.len() <= most
        && !text.chars().any(|c| c.is_control() || c.is_whitespace() && c != ' ')
        && text.trim() == text
}

fn repeats<T: PartialEq>(items: &[T]) -> bool {
    items.iter().enumerate().any(|(at, item)| items.iter().skip(at + 1).any(|other| other == item))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good() -> serde_json::Value {
        let certificate = Certificate::from_der([&[0x30_u8, 0x82], &[7_u8; 100][..]].concat()).unwrap();
        serde_json::json!({
            "entity_id": "https://idp.corp.example/saml",
            "sso": { "redirect": "https://idp.corp.example/sso" },
            "certificates": [certificate.to_string()],
        })
    }

    #[test]
    fn the_least_that_is_needed_takes_the_strict_defaults_and_comes_back_as_it_was() {
        let config: SamlConfig = serde_json::from_value(good()).unwrap();
        config.check().unwrap();
        assert!(config.sign_requests && !config.allow_cbc && !config.allow_idp_initiated);
        assert_eq!(config.name_id_format, NameIdFormat::Persistent);
        let again: SamlConfig = serde_json::from_value(serde_json::to_value(&config).unwrap()).unwrap();
        assert_eq!(again, config);
    }

    #[test]
    fn what_cannot_work_is_refused_by_name() {
        use BadSamlConfig as Bad;
        let cases: &[(&str, serde_json::Value, Bad)] = &[
            ("entity_id", "".into(), Bad::EntityId),
            ("entity_id", "a\nb".into(), Bad::EntityId),
            ("entity_id", "a b".into(), Bad::EntityId),
            ("entity_id", "x".repeat(1025).into(), Bad::EntityId),
            ("sso", serde_json::json!({}), Bad::Endpoint),
            ("sso", serde_json::json!({"post": "http://idp.corp.example/"}), Bad::Endpoint),
            ("sso", serde_json::json!({"post": "javascript:alert(1)"}), Bad::Endpoint),
            ("sso", serde_json::json!({"post": "https://a:b@idp.corp.example/"}), Bad::Endpoint),
            ("slo", serde_json::json!({}), Bad::Endpoint),
            ("metadata_url", "file:///etc/passwd".into(), Bad::Endpoint),
            ("certificates", serde_json::json!([]), Bad::Certificates),
            ("name_id_format", "transient".into(), Bad::NoSubject),
            ("attributes", serde_json::json!({"email": ""}), Bad::Attributes),
            ("attributes", serde_json::json!({"email": "mail", "subject": "mail"}), Bad::Attributes),
            ("contexts", serde_json::json!(vec!["a"; 9]), Bad::Contexts),
        ];
        for (key, value, expected) in cases {
            let mut config = good();
            config[*key] = value.clone();
            let config: SamlConfig = serde_json::from_value(config).unwrap();
            assert_eq!(config.check(), Err(*expected), "{key}: {value}");
        }
        let mut twice = good();
        twice["certificates"] = serde_json::json!([twice["certificates"][0], twice["certificates"][0]]);
        let twice: SamlConfig = serde_json::from_value(twice).unwrap();
        assert_eq!(twice.check(), Err(Bad::Certificates));
        let mut unknown = good();
        unknown["certificate"] = "x".into();
        assert!(serde_json::from_value::<SamlConfig>(unknown).is_err());
    }
}
