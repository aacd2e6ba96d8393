//! The compact serialization of a signed token (RFC 7515, section 3.1), read strictly and before any trust.

use data_encoding::BASE64URL_NOPAD;
use serde_json::{Map, Value};

use crate::strict_json;

/// The largest token that is looked at, in bytes.
pub const MAX_TOKEN: usize = 16 * 1024;

/// A token cut into its parts; nothing in it is proven.
#[derive(Debug)]
pub struct Compact<'a> {
    /// What the signature covers.
    pub signed: &'a str,
    /// The header's parameters.
    pub header: Map<String, Value>,
    /// What was signed, decoded.
    pub payload: Vec<u8>,
    /// The signature, decoded.
    pub signature: Vec<u8>,
}

impl<'a> Compact<'a> {
    /// Three parts of canonical base64url without padding, the first an object; otherwise none.
    pub fn split(token: &'a str) -> Option<Self> {
        if token.len() > MAX_TOKEN {
            return None;
        }
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, payload) = signed.split_once('.')?;
        // A further dot would be an invalid base64url character of the payload.
        Some(Self {
            signed,
            header: strict_json::object(&decode(header)?)?,
            payload: decode(payload)?,
            signature: decode(signature)?,
        })
    }

    /// A header parameter that must be text if it is present.
    ///
    /// # Errors
    /// If it is something else.
    pub fn text(&self, name: &str) -> Result<Option<&str>, NotText> {
        match self.header.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(NotText),
        }
    }
}

/// A header parameter has a type it cannot have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a header parameter is not text")]
pub struct NotText;

fn decode(part: &str) -> Option<Vec<u8>> {
    BASE64URL_NOPAD.decode(part.as_bytes()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_canonical_form_is_cut() {
        assert!(Compact::split("e30.e30.AA").is_some());
        assert!(Compact::split("e30.e30.").is_some_and(|token| token.signature.is_empty()));
        for text in [
            "",
            ".",
            "..",
            "e30.e30",
            "e30.e30.AA.AA",
            "e30=.e30.AA",
            "e30.e30.AA==",
            "e30.e30.AB",
            "e30.e 0.AA",
            "e30.e30.A+",
            "e30.e30.A",
            "W10.e30.AA",
            " e30.e30.AA",
            "e30.e30.AA\n",
            "é.e30.AA",
        ] {
            assert!(Compact::split(text).is_none(), "{text}");
        }
        assert!(Compact::split(&format!("e30.{}.AA", "AAAA".repeat(MAX_TOKEN / 4))).is_none());
    }
}
