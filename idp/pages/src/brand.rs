//! What a tenant may change about its pages: two names, one colour, one logo. No CSS, no HTML (abuse case ADM-08).

use std::str::FromStr;

use crate::colour::Colour;

/// The look of one issuer's pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Brand {
    /// The name people know, in headings and titles.
    pub product_name: String,
    /// The organisation behind it; shown in the footer where it differs from the product's name.
    pub tenant_name: Option<String>,
    /// The colour of buttons, links and the monogram.
    pub primary: Colour,
    /// The logo; without one, or while it cannot be had, a monogram and the product's name stand in its place.
    pub logo: Option<LogoPath>,
}

impl Brand {
    /// The letter that stands for the product where there is no logo.
    pub fn monogram(&self) -> String {
        monogram(&self.product_name)
    }

    /// The organisation's name, unless it says the same as the product's.
    pub fn distinct_tenant_name(&self) -> Option<&str> {
        self.tenant_name.as_deref().filter(|name| *name != self.product_name)
    }
}

/// Where a page shows its logo from: a path on the page's own host, for a page calls nobody else (rule D24).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogoPath(String);

/// Why a text is no path of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a logo is shown from a path on this host")]
pub struct NotAPath;

impl LogoPath {
    /// The path as it is written into the page.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for LogoPath {
    type Err = NotAPath;

    fn from_str(text: &str) -> Result<Self, NotAPath> {
        if is_own_path(text) { Ok(Self(text.to_owned())) } else { Err(NotAPath) }
    }
}

/// The first letter or digit of a name, in upper case.
pub(crate) fn monogram(name: &str) -> String {
    name.chars()
        .find(|letter| letter.is_alphanumeric())
        .map_or_else(|| "•".to_owned(), |letter| letter.to_uppercase().collect())
}

fn is_own_path(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next() == Some(b'/')
        && bytes.clone().next().is_some_and(|second| second != b'/')
        && bytes.all(|byte| byte.is_ascii_graphic() && byte != b'\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logos_come_from_our_own_host_only() {
        for text in ["/logo", "/t/acme/logo?v=0a1b"] {
            assert_eq!(text.parse::<LogoPath>().unwrap().as_str(), text);
        }
        for text in [
            "https://cdn.acme.test/logo.png",
            "//evil.test/x.png",
            "/\\evil.test/x.png",
            "/logo x",
            "/",
            "logo",
            "javascript:alert(1)",
            "data:image/png;base64,AAAA",
            "",
        ] {
            assert_eq!(text.parse::<LogoPath>(), Err(NotAPath), "{text}");
        }
    }

    #[test]
    fn a_monogram_is_a_letter() {
        assert_eq!(monogram("acme"), "A");
        assert_eq!(monogram("  «überall»"), "Ü");
        assert_eq!(monogram("!!"), "•");
    }
}
