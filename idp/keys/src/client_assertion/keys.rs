//! A client's registered keys.

use data_encoding::BASE64URL_NOPAD;
use jsonwebtoken::{Algorithm, DecodingKey};
use serde_json::{Map, Value};

use super::ACCEPTED;
use crate::jwk::{Members, RawJwk};
use crate::strict_json;

/// Why a JWKS document cannot be registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadClientKeys {
    /// Not an object with a list `keys` of objects, or a name twice, or more than 64 KiB.
    #[error("not a JWKS document")]
    Malformed,
    /// A private or symmetric key: it is not ours to know, and whoever sent it should replace it.
    #[error(
        "the document contains a private or symmetric key; publish public keys only, and replace this one"
    )]
    Private,
    /// A key of an accepted type has members that are absent, mistyped or no key.
    #[error("a key in the document is damaged, or weaker than RSA with 2048 bits")]
    BadKey,
    /// Two keys have the same `kid`, or one of several has none.
    #[error("several keys need different kids")]
    Ambiguous,
    /// Not one key can sign with ES256, EdDSA, RS256 or PS256.
    #[error("the document has no signing key for ES256, EdDSA, RS256 or PS256")]
    NoneUsable,
    /// More than 16 keys.
    #[error("the document has more than 16 keys")]
    TooMany,
}

/// The keys a client may sign its assertions with, parsed once from its JWKS.
pub struct ClientKeys {
    keys: Vec<ClientKey>,
}

impl ClientKeys {
    /// Reads a JWKS document (RFC 7517, section 5). Keys for encryption and of unknown types are passed over.
    ///
    /// # Errors
    /// [`BadClientKeys`].
    pub fn parse(jwks: &[u8]) -> Result<Self, BadClientKeys> {
        if jwks.len() > MAX_DOCUMENT {
            return Err(BadClientKeys::Malformed);
        }
        let mut document = strict_json::object(jwks).ok_or(BadClientKeys::Malformed)?;
        let Some(Value::Array(list)) = document.remove("keys") else {
            return Err(BadClientKeys::Malformed);
        };
        if list.len() > MAX_KEYS {
            return Err(BadClientKeys::TooMany);
        }
        let mut keys = Vec::with_capacity(list.len());
        for item in list {
            let Value::Object(jwk) = item else { return Err(BadClientKeys::Malformed) };
            keys.extend(ClientKey::read(jwk)?);
        }
        judge_names(&keys)?;
        Ok(Self { keys })
    }

    /// The key of exactly this name; the only key, if it or the assertion has no name.
    pub(super) fn find(&self, kid: Option<&str>) -> Option<&ClientKey> {
        match (self.keys.as_slice(), kid) {
            ([only], None) => Some(only),
            ([only], Some(_)) if only.kid.is_none() => Some(only),
            (keys, Some(kid)) => keys.iter().find(|key| key.kid.as_deref() == Some(kid)),
            (_, None) => None,
        }
    }
}

impl std::fmt::Debug for ClientKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ClientKeys({})", self.keys.len())
    }
}

pub(super) struct ClientKey {
    kid: Option<String>,
    algorithms: Vec<Algorithm>,
    decoding: DecodingKey,
}

impl ClientKey {
    /// The algorithm a header names, if this key is for it. What the key is for was settled when it was registered.
    pub(super) fn algorithm(&self, header: &str) -> Option<Algorithm> {
        let named = ACCEPTED.into_iter().find(|algorithm| name(*algorithm) == header)?;
        self.algorithms.contains(&named).then_some(named)
    }

    pub(super) fn decoding(&self) -> &DecodingKey {
        &self.decoding
    }

    fn read(mut jwk: Map<String, Value>) -> Result<Option<Self>, BadClientKeys> {
        if PRIVATE.iter().any(|member| jwk.contains_key(*member)) || jwk.get("kty") == Some(&"oct".into()) {
            return Err(BadClientKeys::Private);
        }
        let other_use = jwk.get("use").is_some_and(|usage| usage != "sig")
            || jwk
                .get("key_ops")
                .and_then(Value::as_array)
                .is_some_and(|operations| !operations.contains(&"verify".into()));
        if other_use {
            return Ok(None);
        }
        jwk.retain(|member, _| RawJwk::NAMES.contains(&member.as_str()));
        let raw: RawJwk = serde_json::from_value(Value::Object(jwk)).map_err(|_| BadClientKeys::BadKey)?;
        let Some(members) = Members::from_raw(&raw).map_err(|_| BadClientKeys::BadKey)? else {
            return Ok(None);
        };
        let mut algorithms = match &members {
            Members::P256 { .. } => vec![Algorithm::ES256],
            Members::Ed25519 { .. } => vec![Algorithm::EdDSA],
            Members::Rsa { .. } => vec![Algorithm::RS256, Algorithm::PS256],
        };
        if let Some(alg) = &raw.alg {
            algorithms.retain(|algorithm| name(*algorithm) == alg);
        }
        if algorithms.is_empty() {
            return Ok(None);
        }
        let decoding = decoding_key(&members).map_err(|_| BadClientKeys::BadKey)?;
        Ok(Some(Self { kid: raw.kid, algorithms, decoding }))
    }
}

/// Whether a header may name this algorithm at all.
pub(super) fn is_accepted(header: &str) -> bool {
    ACCEPTED.into_iter().any(|algorithm| name(algorithm) == header)
}

fn decoding_key(members: &Members) -> Result<DecodingKey, jsonwebtoken::errors::Error> {
    let text = |bytes: &[u8]| BASE64URL_NOPAD.encode(bytes);
    match members {
        Members::P256 { x, y } => DecodingKey::from_ec_components(&text(x), &text(y)),
        Members::Ed25519 { x } => DecodingKey::from_ed_components(&text(x)),
        Members::Rsa { n, e } => DecodingKey::from_rsa_components(&text(n), &text(e)),
    }
}

fn judge_names(keys: &[ClientKey]) -> Result<(), BadClientKeys> {
    if keys.is_empty() {
        return Err(BadClientKeys::NoneUsable);
    }
    let mut names: Vec<_> = keys.iter().map(|key| key.kid.as_deref()).collect();
    names.sort_unstable();
    let repeated = names.windows(2).any(|pair| pair.first() == pair.last());
    if repeated || (keys.len() > 1 && names.contains(&None)) {
        return Err(BadClientKeys::Ambiguous);
    }
    Ok(())
}

fn name(algorithm: Algorithm) -> &'static str {
    match algorithm {
        Algorithm::ES256 => "ES256",
        Algorithm::EdDSA => "EdDSA",
        Algorithm::RS256 => "RS256",
        Algorithm::PS256 => "PS256",
        _ => "",
    }
}

const MAX_DOCUMENT: usize = 64 * 1024;
const MAX_KEYS: usize = 16;
/// Private members of EC, OKP and RSA keys, and the value of symmetric ones (RFC 7518, section 6).
const PRIVATE: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];
