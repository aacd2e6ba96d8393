//! The one address type: parsed, normalised and validated once, after which only the typed value travels.

use std::fmt;
use std::str::FromStr;

use unicode_normalization::UnicodeNormalization as _;

use crate::tenant::DomainName;

/// A mailbox address (RFC 5321, section 4.1.2, without quoted local parts, comments, groups and literals).
///
/// The local part keeps the spelling that was given, in NFC; the domain is in lower-case A-label form. Two addresses are
/// the same if their [canonical](EmailAddress::canonical) forms are.
#[derive(Clone, Debug)]
pub struct EmailAddress {
    local: String,
    domain: DomainName,
}

/// Why a text is not an address we accept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadAddress {
    /// Longer than 254 octets, or a local part over 64 (RFC 5321, section 4.5.3.1).
    #[error("the address is too long")]
    TooLong,
    /// Not exactly one `@` between two parts.
    #[error("an address needs one @ between a name and a domain")]
    Shape,
    /// A character that a local part without quotes may not have.
    #[error("the part before the @ has a character that is not allowed")]
    Local,
    /// Not a domain name.
    #[error("the part after the @ is not a domain name")]
    Domain,
}

impl EmailAddress {
    /// The local part as it was given.
    pub fn local(&self) -> &str {
        &self.local
    }

    /// The domain.
    pub const fn domain(&self) -> &DomainName {
        &self.domain
    }

    /// The form by which addresses are compared: ASCII letters of the local part in lower case, all else byte for byte.
    pub fn canonical(&self) -> String {
        format!("{}@{}", self.local.to_ascii_lowercase(), self.domain)
    }
}

impl PartialEq for EmailAddress {
    fn eq(&self, other: &Self) -> bool {
        self.domain == other.domain && self.local.eq_ignore_ascii_case(&other.local)
    }
}

impl Eq for EmailAddress {}

impl EmailAddress {
    /// What stands for the mailbox where its use is counted: without what follows a plus and without dots, which many servers leave
    /// out of account. Two people may share it, so it never says whose an address is (rule D7).
    pub fn folded(&self) -> String {
        let untagged = match self.local.split_once('+') {
            Some((local, _)) if !local.is_empty() => local,
            _ => self.local.as_str(),
        };
        let local: String = untagged.chars().filter(|c| *c != '.').collect();
        format!("{}@{}", local.to_ascii_lowercase(), self.domain.as_str())
    }
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.local, self.domain)
    }
}

impl FromStr for EmailAddress {
    type Err = BadAddress;

    fn from_str(text: &str) -> Result<Self, BadAddress> {
        if text.len() > 1024 {
            return Err(BadAddress::TooLong);
        }
        let text: String = text.nfc().collect();
        let (local, domain) = text.split_once('@').ok_or(BadAddress::Shape)?;
        if local.is_empty() || domain.contains('@') {
            return Err(BadAddress::Shape);
        }
        if !local_is_allowed(local) {
            return Err(BadAddress::Local);
        }
        let domain: DomainName = domain.parse().map_err(|_| BadAddress::Domain)?;
        if !domain.as_str().contains('.') {
            return Err(BadAddress::Domain);
        }
        if local.len() > 64 || local.len() + 1 + domain.as_str().len() > 254 {
            return Err(BadAddress::TooLong);
        }
        Ok(Self { local: local.to_owned(), domain })
    }
}

impl serde::Serialize for EmailAddress {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for EmailAddress {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// A dot-atom (RFC 5322, section 3.2.3) extended by letters and digits of other scripts (RFC 6532), without the
/// characters that old relays read as routes.
fn local_is_allowed(local: &str) -> bool {
    const ATOM: &str = "!#$&'*+-/=?^_`{|}~.";
    let dots = !local.starts_with('.') && !local.ends_with('.') && !local.contains("..");
    dots && !local.starts_with("=?")
        && local.chars().all(|c| {
            if c.is_ascii() { c.is_ascii_alphanumeric() || ATOM.contains(c) } else { c.is_alphanumeric() }
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn keeps_the_typed_local_part_and_compares_by_ascii_case() {
        let typed: EmailAddress = "Alice.B+news@ACME.Test".parse().unwrap();
        assert_eq!(typed.to_string(), "Alice.B+news@acme.test");
        assert_eq!(typed.canonical(), "alice.b+news@acme.test");
        assert_eq!(typed, "alice.b+NEWS@acme.test".parse().unwrap());
    }

    #[test]
    fn spellings_of_one_mailbox_are_counted_together_and_stay_different() {
        let folded = |text: &str| text.parse::<EmailAddress>().unwrap().folded();
        for text in ["ab@corp.example", "a.b@corp.example", "A.B+news@Corp.example", "ab+a.b+c@corp.example"]
        {
            assert_eq!(folded(text), "ab@corp.example", "{text}");
        }
        assert_ne!(
            "a.b@corp.example".parse::<EmailAddress>().unwrap(),
            "ab@corp.example".parse::<EmailAddress>().unwrap()
        );
        assert_eq!(folded("+tag@corp.example"), "+tag@corp.example");
        assert_ne!(folded("ab@corp.example"), folded("ab@other.example"));
    }

    #[test]
    fn idna_domains_become_a_labels() {
        let address: EmailAddress = "info@bücher.example".parse().unwrap();
        assert_eq!(address.to_string(), "info@xn--bcher-kva.example");
    }

    #[test]
    fn look_alikes_stay_different() {
        let plain: EmailAddress = "victim@corp.example".parse().unwrap();
        let dotless: EmailAddress = "vıctım@corp.example".parse().unwrap();
        assert_ne!(plain, dotless);
        assert_ne!(plain.canonical(), dotless.canonical());
    }

    #[test]
    fn refuses_every_trick() {
        for text in [
            "",
            "@",
            "a@",
            "@b.example",
            "a@b",
            "a@b@c.example",
            "a@evil.example,b@corp.example",
            "\"a@evil.example\"@corp.example",
            "=?utf-8?q?x?=@corp.example",
            "a%evil.example@corp.example",
            "a(comment)@corp.example",
            "a@[127.0.0.1]",
            "a@corp.example\r\nBcc: x@y.example",
            "a b@corp.example",
            "a\u{2028}@corp.example",
            "a\u{0}@corp.example",
            ".a@corp.example",
            "a..b@corp.example",
            "<a@corp.example>",
            "victim\u{FF20}corp.example",
            "victim\u{FE6B}corp.example",
            "grp:a@corp.example;",
        ] {
            assert!(text.parse::<EmailAddress>().is_err(), "{text:?} was accepted");
        }
        assert_eq!(
            format!("{}@corp.example", "a".repeat(65)).parse::<EmailAddress>(),
            Err(BadAddress::TooLong)
        );
    }

    proptest! {
        #[test]
        fn parsing_is_idempotent(text in "\\PC{0,30}@\\PC{0,30}") {
            if let Ok(address) = text.parse::<EmailAddress>() {
                let again: EmailAddress = address.to_string().parse().unwrap();
                prop_assert_eq!(again.to_string(), address.to_string());
                let canonical: EmailAddress = address.canonical().parse().unwrap();
                prop_assert_eq!(canonical.canonical(), address.canonical());
            }
        }
    }
}
