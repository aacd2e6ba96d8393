//! The claims of the tokens we sign.

use serde::{Deserialize, Serialize};

use crate::identity::Role;
use crate::ids::TenantId;

/// The tenant that a token is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Organization {
    /// The tenant's public id.
    pub tid: TenantId,
    /// The same, under the name that frameworks look for.
    pub org_id: TenantId,
}

impl Organization {
    /// The claims of a tenant.
    pub const fn of(tenant: TenantId) -> Self {
        Self { tid: tenant, org_id: tenant }
    }
}

/// An access token (RFC 9068, section 2.2).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AccessClaims {
    /// The issuer.
    pub iss: String,
    /// The person at this issuer, or the client for its own tokens (RFC 9068, section 2.2).
    pub sub: String,
    /// The resources, one as a string.
    pub aud: OneOrMany,
    /// The client.
    pub client_id: String,
    /// Made at, in seconds of the epoch.
    pub iat: i64,
    /// Good until.
    pub exp: i64,
    /// The token's own id.
    pub jti: String,
    /// The granted scope.
    pub scope: String,
    /// The tenant; none in a platform app's token for the platform itself.
    #[serde(flatten)]
    pub organization: Option<Organization>,
    /// The roles held in the tenant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub roles: Option<Vec<Role>>,
    /// What the roles permit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permissions: Option<Vec<String>>,
    /// The session at this issuer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sid: Option<String>,
    /// When the person last showed a credential.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth_time: Option<i64>,
    /// The class of authentication.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acr: Option<String>,
    /// The methods shown (RFC 8176).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amr: Option<Vec<String>>,
}

/// A JSON string, or an array where there are several.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum OneOrMany {
    /// One.
    One(String),
    /// Several.
    Many(Vec<String>),
}

impl OneOrMany {
    /// Takes the shorter shape.
    pub fn of(mut values: Vec<String>) -> Self {
        match (values.pop(), values.is_empty()) {
            (Some(only), true) => Self::One(only),
            (Some(last), false) => {
                values.push(last);
                Self::Many(values)
            }
            (None, _) => Self::Many(values),
        }
    }

    /// The values.
    pub fn as_slice(&self) -> &[String] {
        match self {
            Self::One(only) => std::slice::from_ref(only),
            Self::Many(values) => values,
        }
    }
}

/// What we tell about a person, by scope (OIDC Core, section 5.4).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// With `profile`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// With `profile`: the language tag of the person's choice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// With `email`: a proven address only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// With `email`: always true, because an unproven address is not told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email_verified: Option<bool>,
}

/// An ID token (OIDC Core, section 2).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct IdClaims {
    /// The issuer.
    pub iss: String,
    /// The person at this issuer.
    pub sub: String,
    /// The client.
    pub aud: String,
    /// Made at, in seconds of the epoch.
    pub iat: i64,
    /// Good until.
    pub exp: i64,
    /// When the person last showed a credential.
    pub auth_time: i64,
    /// As the request had it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    /// The class of authentication.
    pub acr: String,
    /// The methods shown.
    pub amr: Vec<String>,
    /// The session at this issuer.
    pub sid: String,
    /// The tenant.
    #[serde(flatten)]
    pub organization: Organization,
    /// What the scope tells.
    #[serde(flatten)]
    pub profile: Profile,
}

/// The claim `events` of a logout token: an object with one empty member.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub struct LogoutEvents {
    /// OIDC Back-Channel Logout, section 2.4.
    #[serde(rename = "http://schemas.openid.net/event/backchannel-logout")]
    pub backchannel_logout: Empty,
}

/// An empty JSON object.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub struct Empty {}

/// A logout token (OIDC Back-Channel Logout, section 2.4).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LogoutClaims {
    /// The issuer.
    pub iss: String,
    /// The person at this issuer.
    pub sub: String,
    /// The client.
    pub aud: String,
    /// Made at, in seconds of the epoch.
    pub iat: i64,
    /// Good until.
    pub exp: i64,
    /// The token's own id.
    pub jti: String,
    /// The session that ended.
    pub sid: String,
    /// That it is a logout.
    pub events: LogoutEvents,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_audience_is_a_string() {
        let json = |values: &[&str]| {
            serde_json::to_string(&OneOrMany::of(values.iter().map(|v| (*v).to_owned()).collect())).unwrap()
        };
        assert_eq!(json(&["a"]), r#""a""#);
        assert_eq!(json(&["a", "b"]), r#"["a","b"]"#);
    }
}
