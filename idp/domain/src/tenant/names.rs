//! Names that stand in addresses, parsed once.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization as _;

/// Why a text is not a name of the kind asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadName {
    /// Empty, or over the limit of its kind.
    #[error("the length must be between {min} and {max}")]
    Length {
        /// The shortest allowed, in characters.
        min: usize,
        /// The longest allowed, in characters.
        max: usize,
    },
    /// A character that is not allowed.
    #[error("only {0} are allowed")]
    Characters(&'static str),
    /// Not a host or domain name (RFC 1123, section 2.1; UTS 46).
    #[error("not a domain name")]
    Domain,
    /// A name that addresses of this product use themselves.
    #[error("this name is reserved")]
    Reserved,
}

macro_rules! text_name {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The text itself.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl TryFrom<String> for $name {
            type Error = BadName;

            fn try_from(text: String) -> Result<Self, BadName> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0
            }
        }
    };
}

text_name! {
    /// A tenant's name in addresses: 2 to 40 lower-case letters, digits and inner hyphens.
    Slug
}
text_name! {
    /// The name of a tenant's connection or of a provider: 2 to 40 lower-case letters, digits and inner hyphens. It stands in
    /// configuration and may be asked for by an app; nothing is ever trusted by it.
    UpstreamName
}
text_name! {
    /// The name of a cell: 1 to 20 lower-case letters and digits, starting with a letter.
    CellName
}
text_name! {
    /// A domain in lower-case A-label form (UTS 46), never an address literal.
    DomainName
}
text_name! {
    /// A host that answers for a tenant.
    Hostname
}
text_name! {
    /// A name that people read: 1 to 100 characters without controls, angle brackets or anything a mail client would
    /// turn into a link.
    DisplayName
}

impl FromStr for Slug {
    type Err = BadName;

    fn from_str(text: &str) -> Result<Self, BadName> {
        const RESERVED: &[&str] = &["admin", "api", "www", "gatehouse", "platform", "static", "well-known"];
        hyphenated(text)?;
        if RESERVED.contains(&text) {
            return Err(BadName::Reserved);
        }
        Ok(Self(text.to_owned()))
    }
}

impl FromStr for UpstreamName {
    type Err = BadName;

    fn from_str(text: &str) -> Result<Self, BadName> {
        hyphenated(text).map(|()| Self(text.to_owned()))
    }
}

fn hyphenated(text: &str) -> Result<(), BadName> {
    if !(2..=40).contains(&text.len()) {
        return Err(BadName::Length { min: 2, max: 40 });
    }
    let allowed = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if !allowed || text.starts_with('-') || text.ends_with('-') {
        return Err(BadName::Characters("lower-case letters, digits and inner hyphens"));
    }
    Ok(())
}

impl FromStr for CellName {
    type Err = BadName;

    fn from_str(text: &str) -> Result<Self, BadName> {
        if !(1..=20).contains(&text.len()) {
            return Err(BadName::Length { min: 1, max: 20 });
        }
        let letters = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        if !letters || !text.starts_with(|c: char| c.is_ascii_lowercase()) {
            return Err(BadName::Characters("lower-case letters and digits, a letter first,"));
        }
        Ok(Self(text.to_owned()))
    }
}

impl CellName {
    /// The cell that tenants share unless they are placed elsewhere.
    pub fn pool() -> Self {
        Self("pool".to_owned())
    }
}

impl FromStr for DomainName {
    type Err = BadName;

    fn from_str(text: &str) -> Result<Self, BadName> {
        let ascii = idna::domain_to_ascii_strict(text).map_err(|_| BadName::Domain)?;
        let labels = ascii.split('.').all(|label| {
            !label.is_empty()
                && label.len() <= 63
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        });
        let numeric = ascii.rsplit('.').next().is_some_and(|last| last.bytes().all(|b| b.is_ascii_digit()));
        if !labels || numeric || ascii.len() > 253 {
            return Err(BadName::Domain);
        }
        Ok(Self(ascii))
    }
}

impl FromStr for Hostname {
    type Err = BadName;

    fn from_str(text: &str) -> Result<Self, BadName> {
        text.parse::<DomainName>().map(|domain| Self(domain.0))
    }
}

impl FromStr for DisplayName {
    type Err = BadName;

    fn from_str(text: &str) -> Result<Self, BadName> {
        let text: String = text.trim().nfc().collect();
        let length = text.chars().count();
        if !(1..=100).contains(&length) {
            return Err(BadName::Length { min: 1, max: 100 });
        }
        let hostile = |c: char| {
            c.is_control() || matches!(c, '<' | '>' | '\u{2028}' | '\u{2029}') || is_bidi_control(c)
        };
        if text.chars().any(hostile) {
            return Err(BadName::Characters("printable characters without < and >"));
        }
        let lower = text.to_lowercase();
        if lower.contains("://") || lower.contains("www.") || lower.split_whitespace().any(is_path_on_a_host)
        {
            return Err(BadName::Characters("names, not addresses of web pages,"));
        }
        Ok(Self(text))
    }
}

/// Whether a word reads as a page on a host, such as `host.example/page`; a name that is only a host, as some companies have, is
/// a name.
fn is_path_on_a_host(word: &str) -> bool {
    word.split_once('/').is_some_and(|(host, _)| {
        host.rsplit_once('.').is_some_and(|(name, top)| {
            !name.is_empty() && top.chars().count() >= 2 && top.chars().all(char::is_alphanumeric)
        })
    })
}

/// Characters that reorder what stands beside them (UAX 9): they can make a name read as another.
fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs() {
        for good in ["acme", "a1", "north-east-2"] {
            assert!(good.parse::<Slug>().is_ok(), "{good}");
        }
        for bad in ["a", "Acme", "-acme", "acme-", "ac me", "ac/me", "äcme", "admin", "..", &"a".repeat(41)]
        {
            assert!(bad.parse::<Slug>().is_err(), "{bad}");
        }
    }

    #[test]
    fn domains() {
        assert_eq!("BÜCHER.example".parse::<DomainName>().unwrap().as_str(), "xn--bcher-kva.example");
        for bad in ["", ".", "a..b", "-a.example", "127.0.0.1", "a_b.example", "a b.example", "a.example."] {
            assert!(bad.parse::<DomainName>().is_err(), "{bad}");
        }
    }

    #[test]
    fn display_names() {
        assert_eq!("  Zoë Müller ".parse::<DisplayName>().unwrap().as_str(), "Zoë Müller");
        for bad in [
            "",
            "  ",
            "a\r\nBcc: x",
            "<b>x</b>",
            "see https://evil.example",
            "www.evil.example",
            "a\u{202E}b",
        ] {
            assert!(bad.parse::<DisplayName>().is_err(), "{bad:?}");
        }
    }
}
