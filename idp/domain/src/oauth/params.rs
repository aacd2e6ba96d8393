//! Request parameters, read once.

use std::collections::BTreeMap;

/// Parameters of a request: each at most once, except `resource` (RFC 8707, section 2). A parameter without a value
/// counts as not sent (RFC 6749, section 3.1).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Params {
    single: BTreeMap<String, String>,
    resources: Vec<String>,
    doubled: bool,
}

/// Why a query or body is not a set of parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadParams {
    /// Not UTF-8 after percent-decoding, or with a NUL.
    #[error("parameters must be UTF-8 without NUL")]
    Encoding,
    /// More than 64 parameters, or one of over 8 KiB.
    #[error("too many or too long parameters")]
    TooMany,
}

const MOST: usize = 64;
const LONGEST: usize = 8 * 1024;

impl Params {
    /// Reads an `application/x-www-form-urlencoded` text (a query or a body).
    ///
    /// # Errors
    /// If it is not UTF-8, or beyond the limits.
    pub fn read(encoded: &[u8]) -> Result<Self, BadParams> {
        let mut params = Self::default();
        for (index, pair) in encoded.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()).enumerate() {
            if index >= MOST || pair.len() > LONGEST {
                return Err(BadParams::TooMany);
            }
            let mut parts = pair.splitn(2, |byte| *byte == b'=');
            let name = decode(parts.next().unwrap_or_default())?;
            let value = decode(parts.next().unwrap_or_default())?;
            params.put(name, value);
        }
        Ok(params)
    }

    fn put(&mut self, name: String, value: String) {
        if value.is_empty() {
            return;
        }
        if name == "resource" {
            self.resources.push(value);
        } else if self.single.insert(name, value).is_some() {
            self.doubled = true;
        }
    }

    /// The value of a parameter, if it was sent.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.single.get(name).map(String::as_str)
    }

    /// Whether nothing was sent but these.
    pub fn are_only(&self, names: &[&str]) -> bool {
        self.resources.is_empty() && self.single.keys().all(|name| names.contains(&name.as_str()))
    }

    /// Every `resource` that was sent.
    pub fn resources(&self) -> &[String] {
        &self.resources
    }

    /// The same parameters as a query, for a request that has to be repeated as GET; none if a parameter was sent twice.
    pub fn to_query(&self) -> Option<String> {
        if self.doubled {
            return None;
        }
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(&self.single);
        query.extend_pairs(self.resources.iter().map(|resource| ("resource", resource)));
        Some(query.finish())
    }

    /// Whether some parameter was sent twice.
    pub const fn has_doubles(&self) -> bool {
        self.doubled
    }
}

fn decode(encoded: &[u8]) -> Result<String, BadParams> {
    let mut out = Vec::with_capacity(encoded.len());
    let mut bytes = encoded.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'+' => out.push(b' '),
            b'%' => {
                let high = bytes.next().and_then(|b| char::from(*b).to_digit(16));
                let low = bytes.next().and_then(|b| char::from(*b).to_digit(16));
                let (Some(high), Some(low)) = (high, low) else { return Err(BadParams::Encoding) };
                out.push(u8::try_from(high * 16 + low).map_err(|_| BadParams::Encoding)?);
            }
            plain => out.push(*plain),
        }
    }
    // PostgreSQL text holds no NUL, and no parameter has use for one.
    if out.contains(&0) {
        return Err(BadParams::Encoding);
    }
    String::from_utf8(out).map_err(|_| BadParams::Encoding)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_forms() {
        let params = Params::read(b"a=1&b=x+y%20z&empty=&resource=r1&resource=r2&flag").unwrap();
        assert_eq!((params.get("a"), params.get("b")), (Some("1"), Some("x y z")));
        assert_eq!((params.get("empty"), params.get("flag")), (None, None));
        assert_eq!(params.resources(), ["r1", "r2"]);
        assert!(!params.has_doubles());
        assert!(Params::read(b"a=1&a=1").unwrap().has_doubles());
    }

    #[test]
    fn refuses_what_is_no_text() {
        assert_eq!(Params::read(b"a=%ff"), Err(BadParams::Encoding));
        assert_eq!(Params::read(b"a=%f"), Err(BadParams::Encoding));
        assert_eq!(Params::read(b"a=x%00y"), Err(BadParams::Encoding));
        assert_eq!(Params::read(b"a=%zz"), Err(BadParams::Encoding));
        assert_eq!(Params::read("&a=1".repeat(65).as_bytes()), Err(BadParams::TooMany));
    }

    proptest! {
        #[test]
        fn never_panics(bytes: Vec<u8>) {
            let _ = Params::read(&bytes);
        }
    }
}
