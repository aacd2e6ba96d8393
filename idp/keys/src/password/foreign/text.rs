//! What the formats have in common: numbers and the spellings of base64.

use data_encoding::{BASE64_NOPAD, BASE64URL_NOPAD};

use super::BadHash;

/// A part that is there, or the name of the one that is not.
pub(super) fn need<T>(found: Option<T>, format: &'static str, part: &'static str) -> Result<T, BadHash> {
    found.ok_or(BadHash::Damaged { format, part })
}

/// A number without sign or leading zeros, of at most so much.
pub(super) fn number(
    text: &str,
    format: &'static str,
    parameter: &'static str,
    most: u32,
) -> Result<u32, BadHash> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits || (text.starts_with('0') && text.len() > 1) {
        return Err(BadHash::Damaged { format, part: parameter });
    }
    match text.parse() {
        Ok(number) if number <= most => Ok(number),
        _ => Err(BadHash::TooDear { format, parameter, most: u64::from(most) }),
    }
}

/// Base64 as PHC strings, passlib (a full stop for the plus), LDAP and Firebase (URL-safe) write it, with padding or without.
pub(super) fn base64(text: &str) -> Option<Vec<u8>> {
    let text = text.trim_end_matches('=');
    if text.contains(['-', '_']) {
        return BASE64URL_NOPAD.decode(text.as_bytes()).ok();
    }
    BASE64_NOPAD.decode(text.replace('.', "+").as_bytes()).ok()
}

/// A salt in base64, of no more bytes than any system makes.
pub(super) fn salt(text: &str, format: &'static str) -> Result<Vec<u8>, BadHash> {
    let salt = base64(text).filter(|salt| (1..=128).contains(&salt.len()));
    need(salt, format, "salt")
}

/// An output in base64, long enough that nothing is right by chance.
pub(super) fn output(text: &str, format: &'static str) -> Result<Vec<u8>, BadHash> {
    let output = base64(text).filter(|output| (16..=64).contains(&output.len()));
    need(output, format, "output")
}
