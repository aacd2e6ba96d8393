//! What a tenant may change about its pages: two names, one colour, one logo. No CSS, no HTML (abuse case ADM-08).

use std::fmt;
use std::str::FromStr;

use url::Url;

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
    /// The logo; without one a monogram and the product's name stand in its place.
    pub logo: Option<LogoUrl>,
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

/// The address of a logo: `https`, a path of our own, or raster bytes inline. Never SVG inline, never another scheme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogoUrl {
    text: String,
    source: Option<String>,
}

/// Why a text is not the address of a logo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a logo is an https address without credentials, a path on this host, or data:image/png, jpeg, gif or webp in base64"
)]
pub struct NotALogoUrl;

impl LogoUrl {
    /// The address as it is written into the page.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The source to name in `img-src`, none for our own origin.
    pub(crate) fn csp_source(&self) -> Option<&str> {
        self.source.as_deref()
    }
}

impl FromStr for LogoUrl {
    type Err = NotALogoUrl;

    fn from_str(text: &str) -> Result<Self, NotALogoUrl> {
        if is_own_path(text) {
            return Ok(Self { text: text.to_owned(), source: None });
        }
        if is_raster(text) {
            return Ok(Self { text: text.to_owned(), source: Some("data:".to_owned()) });
        }
        let url = Url::parse(text).map_err(|_| NotALogoUrl)?;
        let plain = url.username().is_empty() && url.password().is_none();
        // A host with these characters would end the source in the policy's header.
        let named = url.domain().is_some_and(|host| !host.contains([';', ',', ' ', '*', '\'']));
        if url.scheme() != "https" || !plain || !named {
            return Err(NotALogoUrl);
        }
        let source = url.origin().ascii_serialization();
        Ok(Self { text: url.into(), source: Some(source) })
    }
}

impl fmt::Display for LogoUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
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

fn is_raster(text: &str) -> bool {
    let Some((kind, body)) = text.strip_prefix("data:image/").and_then(|rest| rest.split_once(";base64,"))
    else {
        return false;
    };
    matches!(kind, "png" | "jpeg" | "gif" | "webp")
        && body.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'='))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logos_come_from_safe_places_only() {
        let https: LogoUrl = "https://cdn.acme.test/logo.png?x=1".parse().unwrap();
        assert_eq!(https.csp_source(), Some("https://cdn.acme.test"));
        assert_eq!("/logos/acme.png".parse::<LogoUrl>().unwrap().csp_source(), None);
        assert_eq!("data:image/png;base64,AAAA".parse::<LogoUrl>().unwrap().csp_source(), Some("data:"));
        for text in [
            "http://cdn.acme.test/logo.png",
            "//evil.test/x.png",
            "/\\evil.test/x.png",
            "javascript:alert(1)",
            "data:image/svg+xml;base64,AAAA",
            "data:text/html;base64,AAAA",
            "https://user:pw@acme.test/x.png",
            "https://a;script-src.test/x.png",
            "",
        ] {
            assert_eq!(text.parse::<LogoUrl>(), Err(NotALogoUrl), "{text}");
        }
    }

    #[test]
    fn a_monogram_is_a_letter() {
        assert_eq!(monogram("acme"), "A");
        assert_eq!(monogram("  «überall»"), "Ü");
        assert_eq!(monogram("!!"), "•");
    }
}
