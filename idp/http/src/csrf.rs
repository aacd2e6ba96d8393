//! The token of a form: derived from the browser's pre-session secret and what the form is for, so that only a page
//! that this browser was shown can send it.

use data_encoding::BASE64URL_NOPAD;
use gatehouse_domain::secret::{Digest, Secret};

/// The token for a purpose.
pub(crate) fn token(pre: &Secret<String>, purpose: &str) -> String {
    let inner = Digest::of(format!("csrf\0{}\0{purpose}", pre.expose()).as_bytes());
    BASE64URL_NOPAD.encode(Digest::of(inner.as_bytes()).as_bytes())
}

/// Whether a token is the one for a purpose; compared in constant time.
pub(crate) fn is_valid(pre: &Secret<String>, purpose: &str, given: &str) -> bool {
    Secret::new(token(pre, purpose)).matches(given.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_serves_one_browser_and_one_purpose() {
        let (one, two) = (Secret::new("one".to_owned()), Secret::new("two".to_owned()));
        let good = token(&one, "flow-1");
        assert!(is_valid(&one, "flow-1", &good));
        assert!(!is_valid(&one, "flow-2", &good));
        assert!(!is_valid(&two, "flow-1", &good));
        assert!(!is_valid(&one, "flow-1", ""));
    }
}
