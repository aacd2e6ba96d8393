//! Client authentication by signed assertion: `private_key_jwt` (RFC 7523, section 3; OIDC Core, section 9).

mod keys;

use chrono::{DateTime, TimeDelta};
use gatehouse_domain::time::Timestamp;
use jsonwebtoken::{Algorithm, crypto};
use serde::Deserialize;
use serde_json::Value;

use crate::jws::Compact;
use crate::strict_json;
use crate::verify::present;
pub use keys::{BadClientKeys, ClientKeys};

/// What an assertion must say.
#[derive(Debug, Clone, Copy)]
pub struct AssertionExpect<'a> {
    /// The client that the request is about; both `iss` and `sub` must be it.
    pub client_id: &'a str,
    /// The one value `aud` must be, as a single string: our issuer identifier. (Lists and endpoint URLs let another
    /// server forward what it was sent; CVE-2025-27370.)
    pub audience: &'a str,
    /// The present.
    pub now: Timestamp,
    /// How far clocks may differ; what exceeds 30 seconds counts as 30.
    pub leeway: TimeDelta,
}

/// A verified assertion. It authenticates once: the caller records `jti` until `expires_at` and refuses a repetition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientAssertion {
    /// The assertion's identifier, at most 128 characters.
    pub jti: String,
    /// When the assertion ends. The leeway is not included: keep `jti` for [`ClientAssertion::MAX_LEEWAY`] longer.
    pub expires_at: Timestamp,
}

impl ClientAssertion {
    /// The most that clocks may differ.
    pub const MAX_LEEWAY: TimeDelta = TimeDelta::seconds(30);
    /// How far ahead an assertion may end.
    pub const MAX_LIFE: TimeDelta = TimeDelta::minutes(5);

    /// Judges an assertion by everything but its signature, which proves nothing and says whether its keys are worth fetching.
    ///
    /// # Errors
    /// The first [`AssertionFault`] found.
    pub fn judge_unproven(assertion: &str, expect: &AssertionExpect<'_>) -> Result<(), AssertionFault> {
        let token = Compact::split(assertion).ok_or(AssertionFault::Malformed)?;
        if !keys::is_accepted(judge_header(&token)?) {
            return Err(AssertionFault::Algorithm);
        }
        judge_claims(&token, expect).map(drop)
    }
}

/// Why an assertion is refused. For logs; every one of them is `invalid_client` (RFC 6749, section 5.2) outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AssertionFault {
    /// Not a compact token of at most 16 KiB around JSON objects with unique names.
    #[error("the assertion is malformed")]
    Malformed,
    /// A header that changes how the token is to be read, or a mistyped one.
    #[error("the assertion has a header that is not accepted")]
    Header,
    /// No registered key is named, or none is and several are registered.
    #[error("the assertion names none of the client's keys")]
    UnknownKey,
    /// Not an algorithm the named key is for.
    #[error("the assertion's algorithm is not one of its key's")]
    Algorithm,
    /// The signature is not the key's.
    #[error("the assertion's signature is wrong")]
    Signature,
    /// A required claim is absent, too long, or of another type than it must have.
    #[error("the assertion's claims are incomplete or mistyped")]
    Claims,
    /// `iss` or `sub` is not the client.
    #[error("the assertion is about another client")]
    Client,
    /// `aud` is not exactly our issuer.
    #[error("the assertion is for another audience")]
    Audience,
    /// Past its end.
    #[error("the assertion has expired")]
    Expired,
    /// Ends more than five minutes ahead.
    #[error("the assertion ends too far ahead")]
    TooLong,
    /// Issued in the future, or not yet to be used.
    #[error("the assertion is not valid yet")]
    NotYetValid,
}

impl ClientKeys {
    /// Verifies an assertion against the client's registered keys.
    ///
    /// # Errors
    /// The first [`AssertionFault`] found.
    pub fn verify(
        &self,
        assertion: &str,
        expect: &AssertionExpect<'_>,
    ) -> Result<ClientAssertion, AssertionFault> {
        let token = Compact::split(assertion).ok_or(AssertionFault::Malformed)?;
        self.judge_signature(&token, assertion)?;
        judge_claims(&token, expect)
    }

    fn judge_signature(&self, token: &Compact<'_>, assertion: &str) -> Result<(), AssertionFault> {
        let alg = judge_header(token)?;
        let kid = token.text("kid").map_err(|_| AssertionFault::Header)?;
        let key = self.find(kid).ok_or(AssertionFault::UnknownKey)?;
        let alg = key.algorithm(alg).ok_or(AssertionFault::Algorithm)?;
        let (_, signature) = assertion.rsplit_once('.').ok_or(AssertionFault::Malformed)?;
        match crypto::verify(signature, token.signed.as_bytes(), key.decoding(), alg) {
            Ok(true) => Ok(()),
            _ => Err(AssertionFault::Signature),
        }
    }
}

/// The algorithm that an acceptable header names.
fn judge_header<'a>(token: &'a Compact<'_>) -> Result<&'a str, AssertionFault> {
    if token.header.keys().any(|name| REFUSED_HEADERS.contains(&name.as_str())) {
        return Err(AssertionFault::Header);
    }
    let text = |name| token.text(name).map_err(|_| AssertionFault::Header);
    if text("typ")?.is_some_and(|typ| !TYPES.iter().any(|known| known.eq_ignore_ascii_case(typ))) {
        return Err(AssertionFault::Header);
    }
    text("alg")?.ok_or(AssertionFault::Header)
}

fn judge_claims(
    token: &Compact<'_>,
    expect: &AssertionExpect<'_>,
) -> Result<ClientAssertion, AssertionFault> {
    let payload = strict_json::object(&token.payload).map(Value::Object).ok_or(AssertionFault::Malformed)?;
    let claims = Claims::deserialize(&payload).map_err(|_| AssertionFault::Claims)?;
    if !(1..=MAX_JTI).contains(&claims.jti.chars().count()) {
        return Err(AssertionFault::Claims);
    }
    if claims.iss != expect.client_id || claims.sub != expect.client_id {
        return Err(AssertionFault::Client);
    }
    if claims.aud != expect.audience {
        return Err(AssertionFault::Audience);
    }
    let expires_at = claims.judge_times(expect)?;
    Ok(ClientAssertion { jti: claims.jti, expires_at })
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: String,
    jti: String,
    exp: i64,
    #[serde(default, deserialize_with = "present")]
    iat: Option<i64>,
    #[serde(default, deserialize_with = "present")]
    nbf: Option<i64>,
}

impl Claims {
    fn judge_times(&self, expect: &AssertionExpect<'_>) -> Result<Timestamp, AssertionFault> {
        let leeway = expect.leeway.clamp(TimeDelta::zero(), ClientAssertion::MAX_LEEWAY);
        let instant = |seconds| DateTime::from_timestamp(seconds, 0).ok_or(AssertionFault::Claims);
        let expires_at = instant(self.exp)?;
        if expires_at + leeway <= expect.now {
            return Err(AssertionFault::Expired);
        }
        if expires_at - expect.now > ClientAssertion::MAX_LIFE + leeway {
            return Err(AssertionFault::TooLong);
        }
        for start in [self.iat, self.nbf].into_iter().flatten() {
            if instant(start)? > expect.now + leeway {
                return Err(AssertionFault::NotYetValid);
            }
        }
        Ok(expires_at)
    }
}

const MAX_JTI: usize = 128;
/// Headers that bring keys along, or change how the rest is to be read (RFC 7515, section 4.1; RFC 7797).
const REFUSED_HEADERS: [&str; 8] = ["crit", "jku", "jwk", "x5u", "x5c", "zip", "b64", "enc"];
/// `typ` is optional; the second is that of draft-ietf-oauth-rfc7523bis.
const TYPES: [&str; 2] = ["JWT", "client-authentication+jwt"];
const ACCEPTED: [Algorithm; 4] = [Algorithm::ES256, Algorithm::EdDSA, Algorithm::RS256, Algorithm::PS256];

#[cfg(test)]
mod tests;
