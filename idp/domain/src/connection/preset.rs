//! The upstreams that many configure, and how far the word of each reaches about an address (security-rules, table 19.2).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::AssertedAddress;
use crate::email::EmailAddress;
use crate::tenant::DomainName;

/// Whose manners an upstream has.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub enum Preset {
    /// Any OpenID provider that publishes a discovery document.
    #[default]
    Generic,
    /// Google: its word counts for `gmail.com` and for the domain that it hosts.
    Google,
    /// Microsoft Entra ID and Microsoft accounts: a person is a directory and an object in it.
    Microsoft {
        /// Which directories may sign in.
        directory: Directory,
    },
    /// Sign in with Apple: the answer comes as a form, the client secret is a token signed by us.
    Apple {
        /// The team, which issues the client secret.
        team: String,
        /// The name of the key that signs it.
        key: String,
    },
    /// GitHub, or a GitHub Enterprise Server: OAuth 2 without ID tokens, people and addresses come from its API.
    GitHub,
}

/// Which Microsoft directories may sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Directory {
    /// Every organization, and personal accounts.
    Common,
    /// Every organization.
    Organizations,
    /// Personal accounts.
    Consumers,
    /// One organization.
    Id(Uuid),
}

impl Directory {
    /// The one directory, if it is one.
    pub const fn only(self) -> Option<Uuid> {
        match self {
            Self::Common | Self::Organizations => None,
            Self::Consumers => Some(CONSUMERS),
            Self::Id(id) => Some(id),
        }
    }

    /// Whether people of a directory may sign in.
    pub fn admits(self, directory: Uuid) -> bool {
        match self {
            Self::Common => true,
            Self::Organizations => directory != CONSUMERS,
            Self::Consumers | Self::Id(_) => self.only() == Some(directory),
        }
    }
}

impl fmt::Display for Directory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Common => f.write_str("common"),
            Self::Organizations => f.write_str("organizations"),
            Self::Consumers => f.write_str("consumers"),
            Self::Id(id) => write!(f, "{id}"),
        }
    }
}

/// Not the name of a Microsoft directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a directory is common, organizations, consumers or the directory's id (a UUID)")]
pub struct BadDirectory;

impl FromStr for Directory {
    type Err = BadDirectory;

    fn from_str(text: &str) -> Result<Self, BadDirectory> {
        match text {
            "common" => Ok(Self::Common),
            "organizations" => Ok(Self::Organizations),
            "consumers" => Ok(Self::Consumers),
            _ => guid(text).map(Self::Id).ok_or(BadDirectory),
        }
    }
}

impl TryFrom<String> for Directory {
    type Error = BadDirectory;

    fn try_from(text: String) -> Result<Self, BadDirectory> {
        text.parse()
    }
}

impl From<Directory> for String {
    fn from(directory: Directory) -> Self {
        directory.to_string()
    }
}

/// Reads a UUID in the one form with hyphens and lower-case digits: another spelling would be another key.
pub fn guid(text: &str) -> Option<Uuid> {
    Uuid::try_parse(text).ok().filter(|id| id.hyphenated().to_string() == text)
}

/// How a claim that is to be true or false was sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Flag {
    /// It was not.
    #[default]
    Absent,
    /// JSON `true`.
    True,
    /// What some upstreams send for it: `"true"`, `"1"`, `1`.
    AsGoodAsTrue,
    /// Anything else.
    Other,
}

impl Flag {
    /// How a claim was sent.
    pub fn of(value: Option<&Value>) -> Self {
        match value {
            None => Self::Absent,
            Some(Value::Bool(true)) => Self::True,
            Some(Value::String(text)) if text == "true" || text == "1" => Self::AsGoodAsTrue,
            Some(Value::Number(number)) if number.as_u64() == Some(1) => Self::AsGoodAsTrue,
            Some(_) => Self::Other,
        }
    }
}

/// What an upstream said about an address, all from one document.
#[derive(Debug, Clone, Copy, Default)]
pub struct AddressClaims<'a> {
    /// The address.
    pub email: Option<&'a str>,
    /// `email_verified`.
    pub verified: Flag,
    /// `hd`, the domain that Google hosts.
    pub hosted_domain: Option<&'a str>,
    /// `xms_edov`: the directory has proven the address's domain.
    pub domain_verified: Flag,
}

impl Preset {
    /// What an upstream's claims are worth: the address, and whether this upstream is an authority over it.
    ///
    /// Of the Microsoft directories anybody can open one and write any address into it. Where every directory may sign in,
    /// an address counts as absent unless its domain was proven by that directory.
    pub fn vouches(&self, claims: &AddressClaims<'_>) -> Option<AssertedAddress> {
        let address: EmailAddress = claims.email?.parse().ok()?;
        let domain = address.domain().as_str();
        let hosted = claims.hosted_domain.and_then(|name| name.parse::<DomainName>().ok());
        let proven = matches!(claims.domain_verified, Flag::True | Flag::AsGoodAsTrue);
        let authoritative = match self {
            Self::Google => {
                claims.verified == Flag::True
                    && (GMAIL.contains(&domain) || hosted.as_ref() == Some(address.domain()))
            }
            Self::Apple { .. } => {
                matches!(claims.verified, Flag::True | Flag::AsGoodAsTrue) && domain == APPLE_RELAY
            }
            Self::Microsoft { directory } if directory.only().is_none() && !proven => return None,
            Self::GitHub if domain == GITHUB_NOBODY => return None,
            Self::Generic | Self::Microsoft { .. } | Self::GitHub => false,
        };
        let hosted_domain = hosted.filter(|_| *self == Self::Google).map(|domain| domain.to_string());
        Some(AssertedAddress { address, authoritative, hosted_domain })
    }
}

/// The directory of Microsoft's personal accounts.
const CONSUMERS: Uuid = Uuid::from_u128(0x9188_040d_6c67_4c5b_b112_36a3_04b6_6dad);
const GMAIL: [&str; 2] = ["gmail.com", "googlemail.com"];
/// Apple forwards what is sent there.
const APPLE_RELAY: &str = "privaterelay.appleid.com";
/// Where GitHub receives no mail for anybody.
const GITHUB_NOBODY: &str = "users.noreply.github.com";

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn microsoft(directory: &str) -> Preset {
        Preset::Microsoft { directory: directory.parse().unwrap() }
    }

    fn apple() -> Preset {
        Preset::Apple { team: "T".to_owned(), key: "K".to_owned() }
    }

    /// What is made of claims: nothing, an address to be proven here, or one that counts as proven.
    fn worth(preset: &Preset, claims: &Value) -> Option<bool> {
        let text = |name: &str| claims.get(name).and_then(Value::as_str);
        let claims = AddressClaims {
            email: text("email"),
            verified: Flag::of(claims.get("email_verified")),
            hosted_domain: text("hd"),
            domain_verified: Flag::of(claims.get("xms_edov")),
        };
        preset.vouches(&claims).map(|address| address.authoritative)
    }

    #[test]
    fn the_table_of_who_is_an_authority() {
        let (common, one) = (microsoft("common"), microsoft("11111111-2222-4333-8444-555555555555"));
        let table = [
            (Preset::Google, json!({"email": "a@gmail.com", "email_verified": true}), Some(true)),
            (Preset::Google, json!({"email": "a@googlemail.com", "email_verified": true}), Some(true)),
            (Preset::Google, json!({"email": "a@gmail.com", "email_verified": "true"}), Some(false)),
            (Preset::Google, json!({"email": "a@gmail.com"}), Some(false)),
            (Preset::Google, json!({"email": "a@gmail.com", "email_verified": false}), Some(false)),
            (
                Preset::Google,
                json!({"email": "a@acme.test", "email_verified": true, "hd": "acme.test"}),
                Some(true),
            ),
            (
                Preset::Google,
                json!({"email": "a@acme.test", "email_verified": true, "hd": "ACME.test"}),
                Some(true),
            ),
            (
                Preset::Google,
                json!({"email": "a@acme.test", "email_verified": true, "hd": "globex.test"}),
                Some(false),
            ),
            (
                Preset::Google,
                json!({"email": "a@b.acme.test", "email_verified": true, "hd": "acme.test"}),
                Some(false),
            ),
            (Preset::Google, json!({"email": "a@acme.test", "email_verified": true}), Some(false)),
            (Preset::Google, json!({"email": "a@acme.test", "email_verified": true, "hd": ""}), Some(false)),
            (Preset::Google, json!({"email": "not an address", "email_verified": true}), None),
            (apple(), json!({"email": "x@privaterelay.appleid.com", "email_verified": "true"}), Some(true)),
            (apple(), json!({"email": "x@privaterelay.appleid.com", "email_verified": true}), Some(true)),
            (apple(), json!({"email": "x@privaterelay.appleid.com", "email_verified": "false"}), Some(false)),
            (apple(), json!({"email": "a@icloud.com", "email_verified": true}), Some(false)),
            (common.clone(), json!({"email": "ceo@acme.test"}), None),
            (common.clone(), json!({"email": "ceo@acme.test", "email_verified": true}), None),
            (common.clone(), json!({"email": "ceo@acme.test", "xms_edov": false}), None),
            (common.clone(), json!({"email": "ceo@acme.test", "xms_edov": "1"}), Some(false)),
            (common, json!({"email": "ceo@acme.test", "xms_edov": true}), Some(false)),
            (one, json!({"email": "ceo@acme.test"}), Some(false)),
            (Preset::GitHub, json!({"email": "a@acme.test", "email_verified": true}), Some(false)),
            (Preset::GitHub, json!({"email": "1+a@users.noreply.github.com", "email_verified": true}), None),
            (
                Preset::Generic,
                json!({"email": "a@gmail.com", "email_verified": true, "hd": "gmail.com"}),
                Some(false),
            ),
            (Preset::Generic, json!({}), None),
        ];
        for (preset, claims, expected) in table {
            assert_eq!(worth(&preset, &claims), expected, "{preset:?} {claims}");
        }
    }

    #[test]
    fn a_directory_admits_its_own() {
        let acme: Uuid = "11111111-2222-4333-8444-555555555555".parse().unwrap();
        for (name, organization, personal) in [
            ("common", true, true),
            ("organizations", true, false),
            ("consumers", false, true),
            ("11111111-2222-4333-8444-555555555555", true, false),
            ("11111111-2222-4333-8444-555555555556", false, false),
        ] {
            let directory: Directory = name.parse().unwrap();
            assert_eq!((directory.admits(acme), directory.admits(CONSUMERS)), (organization, personal));
            assert_eq!(directory.to_string(), name);
        }
        for name in [
            "",
            "Common",
            "{tenantid}",
            "11111111222243338444555555555555",
            "AAAAAAAA-2222-4333-8444-555555555555",
        ] {
            assert!(name.parse::<Directory>().is_err(), "{name}");
        }
    }

    #[test]
    fn a_preset_is_written_as_it_is_read() {
        for text in [
            json!("generic"),
            json!("google"),
            json!("github"),
            json!({"microsoft": {"directory": "common"}}),
            json!({"apple": {"team": "T", "key": "K"}}),
        ] {
            let preset: Preset = serde_json::from_value(text.clone()).unwrap();
            assert_eq!(serde_json::to_value(preset).unwrap(), text);
        }
        for text in
            [json!("okta"), json!({"microsoft": {"directory": "common", "tenant": "x"}}), json!("apple")]
        {
            assert!(serde_json::from_value::<Preset>(text).is_err());
        }
    }
}
