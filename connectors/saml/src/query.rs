//! Signatures of the redirect binding (SAML bindings, section 3.4.4.1): over the octets of the query, not over XML.

use std::io::Write as _;

use data_encoding::BASE64;
use flate2::Compression;
use flate2::write::DeflateEncoder;
use openssl::bn::BigNum;
use openssl::ecdsa::EcdsaSig;
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::pkey::{PKeyRef, Public};
use openssl::sign::{Signer, Verifier};
use url::Url;
use url::form_urlencoded::byte_serialize;

use crate::decode::{Field, SignedQuery};
use crate::keys::{Family, Pin, SpKey};
use crate::structure::SIGNATURES;

/// The address with a message in its query, signed where there is a key. None if the libraries fail.
pub(crate) fn address(
    to: &Url,
    field: Field,
    document: &str,
    relay_state: &str,
    signer: Option<&SpKey>,
) -> Option<Url> {
    let mut packed = DeflateEncoder::new(Vec::new(), Compression::default());
    packed.write_all(document.as_bytes()).ok()?;
    let message = BASE64.encode(&packed.finish().ok()?);
    let mut query = format!("{}={}", field.name(), escaped(&message));
    if !relay_state.is_empty() {
        query = format!("{query}&RelayState={}", escaped(relay_state));
    }
    if let Some(key) = signer {
        query = format!("{query}&SigAlg={}", escaped(algorithm(key)));
        let signature = sign(key, query.as_bytes()).ok()?;
        query = format!("{query}&Signature={}", escaped(&BASE64.encode(&signature)));
    }
    let query = match to.query() {
        Some(own) if !own.is_empty() => format!("{own}&{query}"),
        _ => query,
    };
    let mut url = to.clone();
    url.set_query(Some(&query));
    Some(url)
}

/// Whether one of the pinned keys made the signature.
pub(crate) fn is_signed(query: &SignedQuery, pins: &[Pin]) -> bool {
    let Some(at) = SIGNATURES.iter().position(|known| *known == query.algorithm) else { return false };
    let hash = match at % 3 {
        0 => MessageDigest::sha256(),
        1 => MessageDigest::sha384(),
        _ => MessageDigest::sha512(),
    };
    let family = if at < 3 { Family::Rsa } else { Family::Ec };
    pins.iter().filter(|pin| pin.family == family).any(|pin| verify(pin, hash, query).unwrap_or(false))
}

/// The algorithm that a key of ours signs with.
pub(crate) const fn algorithm(key: &SpKey) -> &'static str {
    match key.family() {
        Family::Rsa => SIGNATURES[0],
        Family::Ec => SIGNATURES[3],
    }
}

/// ECDSA signatures are DER here, as the other implementations of this binding write them, although XML Signature says otherwise
/// for those inside of XML.
fn sign(key: &SpKey, octets: &[u8]) -> Result<Vec<u8>, ErrorStack> {
    Signer::new(MessageDigest::sha256(), key.key())?.sign_oneshot_to_vec(octets)
}

fn verify(pin: &Pin, hash: MessageDigest, query: &SignedQuery) -> Result<bool, ErrorStack> {
    let good =
        |signature: &[u8]| Verifier::new(hash, &pin.key)?.verify_oneshot(signature, query.octets.as_bytes());
    let halves = if pin.family == Family::Ec { from_halves(&pin.key, &query.signature) } else { None };
    match halves.map(|der| good(&der)) {
        Some(Ok(true)) => Ok(true),
        _ => good(&query.signature),
    }
}

/// The other way to write an ECDSA signature: both numbers at full length (RFC 6931, section 2.3.6).
fn from_halves(key: &PKeyRef<Public>, signature: &[u8]) -> Option<Vec<u8>> {
    let half = usize::try_from(key.bits().div_ceil(8)).ok()?;
    if signature.len() != 2 * half {
        return None;
    }
    let (r, s) = signature.split_at_checked(half)?;
    EcdsaSig::from_private_components(BigNum::from_slice(r).ok()?, BigNum::from_slice(s).ok()?)
        .ok()?
        .to_der()
        .ok()
}

fn escaped(text: &str) -> String {
    byte_serialize(text.as_bytes()).collect()
}
