//! The claims every token must carry, with the types they must have (RFC 7519, section 4.1).

use serde::{Deserialize, Deserializer};
use serde_json::Value;

#[derive(Deserialize)]
pub(crate) struct Registered {
    pub(crate) iss: String,
    pub(crate) sub: String,
    pub(crate) aud: Aud,
    pub(crate) exp: i64,
    pub(crate) iat: i64,
    #[serde(default, deserialize_with = "present")]
    pub(crate) nbf: Option<i64>,
}

impl Registered {
    /// None if a claim is absent, mistyped or empty.
    pub(crate) fn read(payload: &Value) -> Option<Self> {
        let claims = Self::deserialize(payload).ok()?;
        let numbers_fit = claims.exp > 0 && claims.iat >= 0 && claims.nbf.is_none_or(|nbf| nbf >= 0);
        (numbers_fit && !claims.sub.is_empty() && claims.aud.is_named()).then_some(claims)
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum Aud {
    One(String),
    Many(Vec<String>),
}

impl Aud {
    pub(crate) fn into_list(self) -> Vec<String> {
        match self {
            Self::One(audience) => vec![audience],
            Self::Many(audiences) => audiences,
        }
    }

    fn is_named(&self) -> bool {
        match self {
            Self::One(audience) => !audience.is_empty(),
            Self::Many(audiences) => !audiences.is_empty() && audiences.iter().all(|one| !one.is_empty()),
        }
    }
}

/// An optional claim may be absent, but not `null`.
pub(crate) fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}
