//! An upstream's keys (RFC 7517), public ones for signatures only.

use data_encoding::BASE64URL_NOPAD;
use gatehouse_domain::connection::IdTokenAlg;
use gatehouse_domain::strict_json;
use openidconnect::JsonWebKey as _;
use openidconnect::core::{CoreJsonWebKey, CoreJwsSigningAlgorithm};
use serde_json::{Map, Value};

/// The keys of one upstream, as its document lists them.
#[derive(Debug)]
pub(crate) struct UpstreamKeys(Vec<UpstreamKey>);

/// One key.
#[derive(Debug)]
pub(crate) struct UpstreamKey {
    kid: Option<String>,
    alg: Option<String>,
    kind: Kind,
    /// Microsoft: whose tokens the key signs; may have `{tenantid}` in it.
    pub(crate) issuer: Option<String>,
    key: CoreJsonWebKey,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Rsa,
    P256,
    P384,
    Ed25519,
}

impl UpstreamKeys {
    /// Reads a JWKS document. Keys that are of no use here are passed over, for upstreams publish keys for other purposes too:
    /// encryption, unknown types, RSA below 2048 bits, anything with a private or symmetric part.
    pub(crate) fn parse(document: &[u8]) -> Option<Self> {
        let mut document = strict_json::object(document)?;
        let Some(Value::Array(list)) = document.remove("keys") else { return None };
        if list.len() > MOST {
            return None;
        }
        let keys = list.into_iter().filter_map(|item| match item {
            Value::Object(jwk) => UpstreamKey::read(&jwk),
            _ => None,
        });
        Some(Self(keys.collect()))
    }

    /// The one key of exactly this name for an algorithm; the only one for it, if the token names none. None if several would do.
    pub(crate) fn find(&self, kid: Option<&str>, alg: IdTokenAlg) -> Option<&UpstreamKey> {
        let mut fitting = self.0.iter().filter(|key| {
            key.is_for(alg) && kid.is_none_or(|kid| key.kid.as_deref() == Some(kid) || self.is_nameless(key))
        });
        let found = fitting.next()?;
        fitting.next().is_none().then_some(found)
    }

    /// Whether a key is the only one and has no name, so that a name in a token tells nothing.
    fn is_nameless(&self, key: &UpstreamKey) -> bool {
        key.kid.is_none() && self.0.len() == 1
    }
}

impl UpstreamKey {
    fn read(jwk: &Map<String, Value>) -> Option<Self> {
        let text = |name: &str| jwk.get(name).and_then(Value::as_str);
        let for_signatures = text("use").is_none_or(|usage| usage == "sig")
            && jwk
                .get("key_ops")
                .is_none_or(|all| all.as_array().is_some_and(|all| all.contains(&"verify".into())));
        if !for_signatures || PRIVATE.iter().any(|name| jwk.contains_key(*name)) {
            return None;
        }
        let number = |name: &str| BASE64URL_NOPAD.decode(text(name)?.as_bytes()).ok();
        let length = |name: &str| number(name).map(|bytes| bytes.len());
        let (kind, members): (_, &[&str]) = match (text("kty")?, text("crv")) {
            ("RSA", _) => {
                (is_sound_rsa(&number("n")?, &number("e")?).then_some(Kind::Rsa)?, &["kty", "n", "e"])
            }
            ("EC", Some("P-256")) => (point(length, 32, Kind::P256)?, &["kty", "crv", "x", "y"]),
            ("EC", Some("P-384")) => (point(length, 48, Kind::P384)?, &["kty", "crv", "x", "y"]),
            ("OKP", Some("Ed25519")) if length("x")? == 32 => (Kind::Ed25519, &["kty", "crv", "x"]),
            _ => return None,
        };
        let members =
            members.iter().filter_map(|name| Some(((*name).to_owned(), jwk.get(*name)?.clone()))).collect();
        let key = serde_json::from_value(Value::Object(members)).ok()?;
        let owned = |name: &str| text(name).map(str::to_owned);
        Some(Self { kid: owned("kid"), alg: owned("alg"), issuer: owned("issuer"), kind, key })
    }

    fn is_for(&self, alg: IdTokenAlg) -> bool {
        let (kind, name, _) = facts(alg);
        self.kind == kind && self.alg.as_deref().is_none_or(|own| own == name)
    }

    /// Whether a signature is this key's.
    pub(crate) fn verifies(&self, alg: IdTokenAlg, message: &[u8], signature: &[u8]) -> bool {
        self.is_for(alg) && self.key.verify_signature(&facts(alg).2, message, signature).is_ok()
    }

    /// The left half of a token's hash, as `at_hash` has it (OIDC Core, section 3.1.3.6).
    pub(crate) fn half_hash(&self, alg: IdTokenAlg, token: &str) -> Option<String> {
        let hash = self.key.hash_bytes(token.as_bytes(), &facts(alg).2).ok()?;
        Some(BASE64URL_NOPAD.encode(hash.get(..hash.len() / 2)?))
    }
}

/// 2048 to 4096 bits, both numbers odd, the exponent more than 1. Zeros in front are forgiven: some servers write them.
fn is_sound_rsa(n: &[u8], e: &[u8]) -> bool {
    let significant = |number: &[u8]| number.len() - number.iter().take_while(|byte| **byte == 0).count();
    let odd = |number: &[u8]| number.last().is_some_and(|byte| byte % 2 == 1);
    let more_than_one = significant(e) > 1 || e.last().is_some_and(|byte| *byte > 1);
    (256..=512).contains(&significant(n)) && odd(n) && e.len() <= 4 && odd(e) && more_than_one
}

fn point(length: impl Fn(&str) -> Option<usize>, size: usize, kind: Kind) -> Option<Kind> {
    (length("x")? == size && length("y")? == size).then_some(kind)
}

/// What an algorithm needs, what it is called, and how the library calls it.
const fn facts(alg: IdTokenAlg) -> (Kind, &'static str, CoreJwsSigningAlgorithm) {
    use CoreJwsSigningAlgorithm as Library;
    match alg {
        IdTokenAlg::RS256 => (Kind::Rsa, "RS256", Library::RsaSsaPkcs1V15Sha256),
        IdTokenAlg::RS384 => (Kind::Rsa, "RS384", Library::RsaSsaPkcs1V15Sha384),
        IdTokenAlg::RS512 => (Kind::Rsa, "RS512", Library::RsaSsaPkcs1V15Sha512),
        IdTokenAlg::PS256 => (Kind::Rsa, "PS256", Library::RsaSsaPssSha256),
        IdTokenAlg::PS384 => (Kind::Rsa, "PS384", Library::RsaSsaPssSha384),
        IdTokenAlg::PS512 => (Kind::Rsa, "PS512", Library::RsaSsaPssSha512),
        IdTokenAlg::ES256 => (Kind::P256, "ES256", Library::EcdsaP256Sha256),
        IdTokenAlg::ES384 => (Kind::P384, "ES384", Library::EcdsaP384Sha384),
        IdTokenAlg::EdDSA => (Kind::Ed25519, "EdDSA", Library::EdDsa),
    }
}

/// The algorithm of a name, among those that are accepted.
pub(crate) fn accepted(accepted: &[IdTokenAlg], name: &str) -> Option<IdTokenAlg> {
    accepted.iter().copied().find(|alg| facts(*alg).1 == name)
}

const MOST: usize = 64;
/// Private members of keys, and the value of symmetric ones (RFC 7518, section 6).
const PRIVATE: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];
