//! Public keys as JSON (RFC 7517, RFC 7518 section 6, RFC 8037): public members only, by type.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents,
};
use data_encoding::BASE64URL_NOPAD;
use gatehouse_domain::oauth::Alg;
use serde::{Deserialize, Serialize};

/// Why JSON is not a usable public key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadJwk {
    /// A required member is absent, of a wrong form, or contradicts another.
    #[error("the key lacks members or they contradict each other")]
    Members,
    /// The numbers do not form a key of the accepted sizes.
    #[error("the numbers are not a key of an accepted size")]
    Numbers,
}

/// A public signing key of ours, for the database and the JWKS document.
///
/// Serializes with `kty`, the key's public members, `kid`, `alg` and `use: sig`; reading refuses every other member,
/// private ones among them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "RawJwk", into = "RawJwk")]
pub struct Jwk {
    kid: String,
    alg: Alg,
    members: Members,
}

/// [`Jwk`] under the name used where it is stored.
pub type PublicJwk = Jwk;

/// A JWKS document (RFC 7517, section 5).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Jwks {
    /// The keys, in the order they are to be published.
    pub keys: Vec<Jwk>,
}

impl Jwk {
    pub(crate) fn new(kid: String, alg: Alg, members: Members) -> Self {
        Self { kid, alg, members }
    }

    /// The key's name.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The one algorithm the key is for.
    pub fn alg(&self) -> Alg {
        self.alg
    }

    pub(crate) fn parse(&self) -> Result<ParsedPublicKey, BadJwk> {
        self.members.parse()
    }
}

/// The public numbers of a key, decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Members {
    P256 { x: [u8; 32], y: [u8; 32] },
    Ed25519 { x: [u8; 32] },
    Rsa { n: Vec<u8>, e: Vec<u8> },
}

impl Members {
    /// From an uncompressed point (SEC 1, section 2.3.3).
    pub(crate) fn from_point(point: &[u8]) -> Option<Self> {
        let (tag, rest) = point.split_first()?;
        let (x, y) = rest.split_first_chunk::<32>()?;
        (*tag == 4).then_some(Self::P256 { x: *x, y: y.try_into().ok()? })
    }

    /// The members in a JWK; none if key type or curve is one we do not use.
    pub(crate) fn from_raw(raw: &RawJwk) -> Result<Option<Self>, BadJwk> {
        let members = match (raw.kty.as_str(), raw.crv.as_deref()) {
            ("EC", Some("P-256")) => Self::P256 { x: number(&raw.x)?, y: number(&raw.y)? },
            ("OKP", Some("Ed25519")) => Self::Ed25519 { x: number(&raw.x)? },
            ("RSA", None) => Self::Rsa { n: bytes(&raw.n)?, e: bytes(&raw.e)? },
            _ => return Ok(None),
        };
        members.parse()?;
        Ok(Some(members))
    }

    /// Checks the numbers and prepares them for verification (RSA keys for RS256).
    pub(crate) fn parse(&self) -> Result<ParsedPublicKey, BadJwk> {
        let parsed = match self {
            Self::P256 { x, y } => {
                ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, [&[4], x.as_slice(), y.as_slice()].concat())
            }
            Self::Ed25519 { x } => ParsedPublicKey::new(&ED25519, x),
            Self::Rsa { n, e } => {
                let accepted = (256..=512).contains(&n.len())
                    && n.first().is_some_and(|byte| *byte >= 0x80)
                    && (1..=4).contains(&e.len())
                    && e.last().is_some_and(|byte| byte % 2 == 1)
                    && e.as_slice() != [1];
                if !accepted {
                    return Err(BadJwk::Numbers);
                }
                RsaPublicKeyComponents { n, e }.to_parsed_public_key(&RSA_PKCS1_2048_8192_SHA256)
            }
        };
        parsed.map_err(|_| BadJwk::Numbers)
    }
}

/// A JWK as JSON spells it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawJwk {
    pub(crate) kty: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) crv: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) x: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) y: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) n: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) e: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) kid: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) alg: Option<String>,
    #[serde(default, rename = "use", skip_serializing_if = "Option::is_none")]
    pub(crate) usage: Option<String>,
}

impl RawJwk {
    /// The members this type knows.
    pub(crate) const NAMES: [&str; 9] = ["kty", "crv", "x", "y", "n", "e", "kid", "alg", "use"];
}

impl TryFrom<RawJwk> for Jwk {
    type Error = BadJwk;

    fn try_from(raw: RawJwk) -> Result<Self, BadJwk> {
        let members = Members::from_raw(&raw)?.ok_or(BadJwk::Members)?;
        let alg = match (raw.alg.as_deref(), &members) {
            (Some("ES256"), Members::P256 { .. }) => Alg::ES256,
            (Some("EdDSA"), Members::Ed25519 { .. }) => Alg::EdDSA,
            (Some("RS256"), Members::Rsa { .. }) => Alg::RS256,
            _ => return Err(BadJwk::Members),
        };
        if raw.usage.as_deref() != Some("sig") {
            return Err(BadJwk::Members);
        }
        Ok(Self { kid: raw.kid.ok_or(BadJwk::Members)?, alg, members })
    }
}

impl From<Jwk> for RawJwk {
    fn from(jwk: Jwk) -> Self {
        let mut raw = Self {
            kty: String::new(),
            crv: None,
            x: None,
            y: None,
            n: None,
            e: None,
            kid: Some(jwk.kid),
            alg: Some(jwk.alg.as_str().to_owned()),
            usage: Some("sig".to_owned()),
        };
        let encode = |bytes: &[u8]| Some(BASE64URL_NOPAD.encode(bytes));
        match &jwk.members {
            Members::P256 { x, y } => {
                "EC".clone_into(&mut raw.kty);
                raw.crv = Some("P-256".to_owned());
                (raw.x, raw.y) = (encode(x), encode(y));
            }
            Members::Ed25519 { x } => {
                "OKP".clone_into(&mut raw.kty);
                raw.crv = Some("Ed25519".to_owned());
                raw.x = encode(x);
            }
            Members::Rsa { n, e } => {
                "RSA".clone_into(&mut raw.kty);
                (raw.n, raw.e) = (encode(n), encode(e));
            }
        }
        raw
    }
}

fn bytes(text: &Option<String>) -> Result<Vec<u8>, BadJwk> {
    let text = text.as_ref().ok_or(BadJwk::Members)?;
    BASE64URL_NOPAD.decode(text.as_bytes()).map_err(|_| BadJwk::Members)
}

fn number(text: &Option<String>) -> Result<[u8; 32], BadJwk> {
    bytes(text)?.try_into().map_err(|_| BadJwk::Members)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    /// The public key of RFC 7517, appendix A.1.
    fn ec() -> Value {
        json!({"kty": "EC", "crv": "P-256", "kid": "1", "alg": "ES256", "use": "sig",
            "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
            "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"})
    }

    /// The public key of RFC 8037, appendix A.2.
    fn okp() -> Value {
        json!({"kty": "OKP", "crv": "Ed25519", "kid": "2", "alg": "EdDSA", "use": "sig",
            "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})
    }

    fn with(mut jwk: Value, name: &str, value: impl Into<Value>) -> Value {
        jwk[name] = value.into();
        jwk
    }

    #[test]
    fn survives_storage_without_change() {
        for json in [ec(), okp()] {
            let jwk: Jwk = serde_json::from_value(json.clone()).unwrap();
            assert_eq!(serde_json::to_value(&jwk).unwrap(), json);
        }
    }

    #[test]
    fn private_and_unknown_members_are_refused() {
        for name in ["d", "p", "q", "dp", "dq", "qi", "oth", "k", "x5u"] {
            assert!(serde_json::from_value::<Jwk>(with(ec(), name, "AAAA")).is_err(), "{name}");
        }
    }

    #[test]
    fn members_that_contradict_each_other_are_refused() {
        for jwk in [
            with(ec(), "alg", "EdDSA"),
            with(ec(), "alg", "HS256"),
            with(ec(), "alg", Value::Null),
            with(ec(), "kid", Value::Null),
            with(ec(), "use", "enc"),
            with(ec(), "crv", "P-384"),
            with(ec(), "kty", "oct"),
            with(ec(), "y", "AAAA"),
            with(ec(), "x", "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"),
            with(okp(), "alg", "ES256"),
            with(okp(), "x", "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo="),
        ] {
            assert!(serde_json::from_value::<Jwk>(jwk.clone()).is_err(), "{jwk}");
        }
    }

    #[test]
    fn weak_rsa_numbers_are_refused() {
        let rsa = |n: &[u8], e: &[u8]| Members::Rsa { n: n.to_vec(), e: e.to_vec() }.parse().map(|_| ());
        let good = [0xc5; 256];
        assert_eq!(rsa(&good, &[1, 0, 1]), Ok(()));
        assert_eq!(rsa(&good[..128], &[1, 0, 1]), Err(BadJwk::Numbers));
        assert_eq!(rsa(&[0xc5; 513], &[1, 0, 1]), Err(BadJwk::Numbers));
        assert_eq!(rsa(&good, &[1]), Err(BadJwk::Numbers));
        assert_eq!(rsa(&good, &[2]), Err(BadJwk::Numbers));
        assert_eq!(rsa(&good, &[1, 0, 0, 0, 1]), Err(BadJwk::Numbers));
    }
}
