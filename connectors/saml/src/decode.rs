//! From what a browser carries to the bytes of a document, in bounded memory.

use std::io::Read as _;

use data_encoding::BASE64;
use flate2::read::DeflateDecoder;
use gatehouse_spi::upstream::Reply;
use url::form_urlencoded;

use crate::xml::Limits;

/// What a message travels as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Field {
    /// `SAMLRequest`.
    Request,
    /// `SAMLResponse`.
    Response,
}

impl Field {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Request => "SAMLRequest",
            Self::Response => "SAMLResponse",
        }
    }
}

/// A message that arrived.
#[derive(Debug)]
pub(crate) struct Arrived {
    /// The bytes of the document.
    pub(crate) document: Vec<u8>,
    /// What came back beside it.
    pub(crate) relay_state: Option<String>,
    /// The signature over the query, if it came by one.
    pub(crate) query: Option<SignedQuery>,
}

/// A signature of the redirect binding (SAML bindings, section 3.4.4.1).
#[derive(Debug)]
pub(crate) struct SignedQuery {
    /// The octets that were signed, exactly as they came.
    pub(crate) octets: String,
    /// The URI of the algorithm.
    pub(crate) algorithm: String,
    /// The signature.
    pub(crate) signature: Vec<u8>,
}

/// Takes the message of that kind out of a reply. Words are for the trace.
///
/// # Errors
/// If there is not exactly one, or it cannot be decoded.
pub(crate) fn arrived(reply: &Reply, field: Field) -> Result<Arrived, &'static str> {
    match reply {
        Reply::Form(body) => posted(body.expose(), field),
        Reply::Query(query) => queried(query.expose(), field),
    }
}

fn posted(body: &str, field: Field) -> Result<Arrived, &'static str> {
    if body.len() > 4 * Limits::MESSAGE.bytes {
        return Err("size");
    }
    let (mut message, mut relay_state) = (None, None);
    for (name, value) in form_urlencoded::parse(body.as_bytes()) {
        let kept = match name.as_ref() {
            "RelayState" => relay_state.replace(value.into_owned()),
            name if name == field.name() => message.replace(value.into_owned()),
            "SAMLRequest" | "SAMLResponse" => return Err("fields"),
            _ => None,
        };
        if kept.is_some() {
            return Err("fields");
        }
    }
    let document = unpack(&message.ok_or("fields")?)?;
    Ok(Arrived { document, relay_state, query: None })
}

fn queried(query: &str, field: Field) -> Result<Arrived, &'static str> {
    if query.len() > 4 * Limits::MESSAGE.bytes {
        return Err("size");
    }
    let raw = |wanted: &str| -> Result<Option<&str>, &'static str> {
        let mut found = query.split('&').filter_map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decoded(name) == wanted).then_some((name, value))
        });
        match (found.next(), found.next()) {
            (None, _) => Ok(None),
            (Some((name, value)), None) if name == wanted => Ok(Some(value)),
            _ => Err("fields"),
        }
    };
    let other = if field == Field::Request { Field::Response } else { Field::Request };
    if raw(other.name())?.is_some() {
        return Err("fields");
    }
    if raw("SAMLEncoding")?.is_some_and(|encoding| decoded(encoding) != DEFLATE) {
        return Err("encoding");
    }
    let message = raw(field.name())?.ok_or("fields")?;
    let relay_state = raw("RelayState")?;
    let signed = match (raw("SigAlg")?, raw("Signature")?) {
        (Some(algorithm), Some(signature)) => {
            let relay = relay_state.map(|state| format!("&RelayState={state}")).unwrap_or_default();
            Some(SignedQuery {
                octets: format!("{}={message}{relay}&SigAlg={algorithm}", field.name()),
                algorithm: decoded(algorithm),
                signature: unpack(&decoded(signature))?,
            })
        }
        (None, None) => None,
        _ => return Err("fields"),
    };
    let document = inflate(&unpack(&decoded(message))?)?;
    Ok(Arrived { document, relay_state: relay_state.map(decoded), query: signed })
}

fn decoded(text: &str) -> String {
    // A pair without a name is all value.
    form_urlencoded::parse(format!("={text}").as_bytes())
        .next()
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}

/// Strict base64: line ends may stand in it (RFC 2045, section 6.8), nothing else.
fn unpack(text: &str) -> Result<Vec<u8>, &'static str> {
    if text.len() > 2 * Limits::MESSAGE.bytes {
        return Err("size");
    }
    let packed: String = text.chars().filter(|c| !matches!(c, '\r' | '\n')).collect();
    if packed.is_empty() {
        return Err("base64");
    }
    BASE64.decode(packed.as_bytes()).map_err(|_| "base64")
}

/// Inflates (RFC 1951), no further than a message may be long.
fn inflate(packed: &[u8]) -> Result<Vec<u8>, &'static str> {
    let most = Limits::MESSAGE.bytes;
    let mut out = Vec::new();
    let room = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
    DeflateDecoder::new(packed).take(room).read_to_end(&mut out).map_err(|_| "deflate")?;
    if out.len() > most { Err("size") } else { Ok(out) }
}

const DEFLATE: &str = "urn:oasis:names:tc:SAML:2.0:bindings:URL-Encoding:DEFLATE";
