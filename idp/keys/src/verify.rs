//! The one verifier of tokens that we issued (RFC 8725).
//!
//! Key, algorithm and expectations come from our records; of the token's header only an exact `kid` is used to find a
//! key, and only inside the expected issuer's set. Claims are read by our own type before anything is done with them.

mod claims;

use std::sync::Arc;

use aws_lc_rs::signature::ParsedPublicKey;
use chrono::{DateTime, TimeDelta};
use gatehouse_domain::time::Timestamp;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::jwk::{BadJwk, Jwk};
use crate::jws::{Compact, MAX_TOKEN};
use crate::strict_json;
use claims::Registered;
pub(crate) use claims::present;
use gatehouse_domain::oauth::Alg;

/// Why a token is refused. For logs and metrics; an answer to the sender does not tell these apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenFault {
    /// More than 16 KiB.
    #[error("the token is too long")]
    TooLong,
    /// Not three parts of canonical base64url around JSON objects with unique names.
    #[error("the token is malformed")]
    Malformed,
    /// A header other than `alg`, `kid` and `typ`, or one of these absent or not text.
    #[error("the token's header is not one of ours")]
    Header,
    /// The issuer has no such key.
    #[error("the token names no key of the expected issuer")]
    UnknownKey,
    /// The header's algorithm is not the key's.
    #[error("the token's algorithm is not that of its key")]
    Algorithm,
    /// A token of another kind.
    #[error("the token is of another type")]
    Type,
    /// The signature is not the key's.
    #[error("the token's signature is wrong")]
    Signature,
    /// A required claim is absent, or a claim has another type than it must have.
    #[error("the token's claims are incomplete or mistyped")]
    Claims,
    /// Another issuer.
    #[error("the token is from another issuer")]
    Issuer,
    /// Another audience.
    #[error("the token is for another audience")]
    Audience,
    /// Past its end.
    #[error("the token has expired")]
    Expired,
    /// Issued in the future, or not yet to be used.
    #[error("the token is not valid yet")]
    NotYetValid,
    /// Ends before it was issued, or later than any token of ours may.
    #[error("the token's life is not one we give")]
    Lifetime,
}

/// A public key of ours, parsed once.
pub struct VerifyingKey {
    kid: String,
    alg: Alg,
    key: ParsedPublicKey,
}

impl VerifyingKey {
    /// Parses a stored public key.
    ///
    /// # Errors
    /// [`BadJwk::Numbers`].
    pub fn from_jwk(jwk: &Jwk) -> Result<Self, BadJwk> {
        Ok(Self { kid: jwk.kid().to_owned(), alg: jwk.alg(), key: jwk.parse()? })
    }

    /// The key's name.
    pub fn kid(&self) -> &str {
        &self.kid
    }
}

impl std::fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "VerifyingKey({} {})", self.alg.as_str(), self.kid)
    }
}

/// The keys that speak for one issuer: the active and the retiring ones. Issuer and keys travel together, so that no
/// caller can pair one issuer's name with another's keys.
#[derive(Debug, Clone)]
pub struct IssuerKeys {
    issuer: String,
    keys: Vec<Arc<VerifyingKey>>,
}

impl IssuerKeys {
    /// Names an issuer by its exact identifier, with its keys.
    pub fn new(issuer: impl Into<String>, keys: Vec<Arc<VerifyingKey>>) -> Self {
        Self { issuer: issuer.into(), keys }
    }

    /// The issuer's identifier.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    fn find(&self, kid: &str) -> Option<&VerifyingKey> {
        self.keys.iter().find(|key| key.kid == kid).map(Arc::as_ref)
    }
}

/// What a token's `aud` must be. It is required and well-typed in every case.
#[derive(Debug, Clone, Copy)]
pub enum Audience<'a> {
    /// This audience and no other.
    Exact(&'a str),
    /// Exactly one audience, which is among these.
    OneOf(&'a [&'a str]),
    /// Several audiences are allowed if this is among them.
    Includes(&'a str),
    /// No demand: the caller judges [`Verified::audience`].
    Unjudged,
}

/// What a token must be.
#[derive(Debug, Clone, Copy)]
pub struct Expect<'a> {
    typ: &'a str,
    audience: Audience<'a>,
    now: Timestamp,
    leeway: TimeDelta,
    max_life: TimeDelta,
    expired_accepted: bool,
}

impl<'a> Expect<'a> {
    /// A token of the exact `typ` for an audience, with no leeway, ending within 24 hours from `now`.
    pub fn new(typ: &'a str, audience: Audience<'a>, now: Timestamp) -> Self {
        Self {
            typ,
            audience,
            now,
            leeway: TimeDelta::zero(),
            max_life: TimeDelta::hours(24),
            expired_accepted: false,
        }
    }

    /// Allows clocks to differ; what exceeds 30 seconds counts as 30.
    #[must_use]
    pub fn leeway(self, leeway: TimeDelta) -> Self {
        Self { leeway: leeway.clamp(TimeDelta::zero(), MAX_LEEWAY), ..self }
    }

    /// How far ahead the end may be.
    #[must_use]
    pub fn max_life(self, max_life: TimeDelta) -> Self {
        Self { max_life, ..self }
    }

    /// Accepts a token past its end: only for `id_token_hint` (OIDC RP-Initiated Logout, section 4).
    #[must_use]
    pub fn even_expired(self) -> Self {
        Self { expired_accepted: true, ..self }
    }
}

/// A token that met every expectation.
#[derive(Debug, Clone)]
pub struct Verified<T> {
    /// All claims, as the caller's type.
    pub claims: T,
    /// `sub`.
    pub subject: String,
    /// `aud`, as a list.
    pub audience: Vec<String>,
    /// `iat`.
    pub issued_at: Timestamp,
    /// `exp`.
    pub expires_at: Timestamp,
    /// The key that signed.
    pub kid: String,
}

/// Verifies a token of the issuer that `keys` belong to.
///
/// # Errors
/// The first [`TokenFault`] found; nothing of a refused token is returned.
pub fn verify_jwt<T: DeserializeOwned>(
    token: &str,
    keys: &IssuerKeys,
    expect: &Expect<'_>,
) -> Result<Verified<T>, TokenFault> {
    if token.len() > MAX_TOKEN {
        return Err(TokenFault::TooLong);
    }
    let token = Compact::split(token).ok_or(TokenFault::Malformed)?;
    let key = judge_header(&token, keys, expect.typ)?;
    key.key.verify_sig(token.signed.as_bytes(), &token.signature).map_err(|_| TokenFault::Signature)?;
    let payload = strict_json::object(&token.payload).map(Value::Object).ok_or(TokenFault::Malformed)?;
    let registered = Registered::read(&payload).ok_or(TokenFault::Claims)?;
    if registered.iss != keys.issuer {
        return Err(TokenFault::Issuer);
    }
    let audience = registered.aud.into_list();
    judge_audience(&audience, expect.audience)?;
    let (issued_at, expires_at) = judge_times(registered.iat, registered.exp, registered.nbf, expect)?;
    let claims = serde_json::from_value(payload).map_err(|_| TokenFault::Claims)?;
    Ok(Verified { claims, subject: registered.sub, audience, issued_at, expires_at, kid: key.kid.clone() })
}

fn judge_header<'k>(
    token: &Compact<'_>,
    keys: &'k IssuerKeys,
    typ: &str,
) -> Result<&'k VerifyingKey, TokenFault> {
    if token.header.keys().any(|name| !["alg", "kid", "typ"].contains(&name.as_str())) {
        return Err(TokenFault::Header);
    }
    let text = |name| token.text(name).ok().flatten().ok_or(TokenFault::Header);
    let (alg, kid, given_typ) = (text("alg")?, text("kid")?, text("typ")?);
    let key = keys.find(kid).ok_or(TokenFault::UnknownKey)?;
    if alg != key.alg.as_str() {
        return Err(TokenFault::Algorithm);
    }
    if given_typ != typ {
        return Err(TokenFault::Type);
    }
    Ok(key)
}

fn judge_audience(given: &[String], expected: Audience<'_>) -> Result<(), TokenFault> {
    let fits = match (expected, given) {
        (Audience::Unjudged, _) => true,
        (Audience::Exact(wanted), [only]) => only == wanted,
        (Audience::OneOf(wanted), [only]) => wanted.contains(&only.as_str()),
        (Audience::Includes(wanted), list) => list.iter().any(|audience| audience == wanted),
        _ => false,
    };
    if fits { Ok(()) } else { Err(TokenFault::Audience) }
}

fn judge_times(
    iat: i64,
    exp: i64,
    nbf: Option<i64>,
    expect: &Expect<'_>,
) -> Result<(Timestamp, Timestamp), TokenFault> {
    let instant = |seconds| DateTime::from_timestamp(seconds, 0).ok_or(TokenFault::Lifetime);
    let (issued_at, expires_at) = (instant(iat)?, instant(exp)?);
    if expires_at <= issued_at || expires_at - expect.now > expect.max_life + expect.leeway {
        return Err(TokenFault::Lifetime);
    }
    let soon = expect.now + expect.leeway;
    if issued_at > soon || nbf.map(instant).transpose()?.is_some_and(|not_before| not_before > soon) {
        return Err(TokenFault::NotYetValid);
    }
    if !expect.expired_accepted && expires_at + expect.leeway <= expect.now {
        return Err(TokenFault::Expired);
    }
    Ok((issued_at, expires_at))
}

const MAX_LEEWAY: TimeDelta = TimeDelta::seconds(30);

#[cfg(test)]
mod tests;
