//! A tenant's looks: typed design values only, never markup or style text.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use url::Url;

use super::DisplayName;

/// What a tenant may change about its hosted pages.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Branding {
    /// The colour of buttons and focus.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub primary: Option<Colour>,
    /// The https address of a picture shown above the form. Only the server calls it: browsers get the picture from us.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logo_url: Option<Url>,
    /// The name people know the product by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product_name: Option<DisplayName>,
}

/// An sRGB colour, `#rrggbb`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Colour {
    /// Red.
    pub r: u8,
    /// Green.
    pub g: u8,
    /// Blue.
    pub b: u8,
}

/// A text that is not a colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a colour is # and six hexadecimal digits")]
pub struct BadColour;

impl FromStr for Colour {
    type Err = BadColour;

    fn from_str(text: &str) -> Result<Self, BadColour> {
        let digits = text.strip_prefix('#').ok_or(BadColour)?;
        if digits.len() != 6 || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(BadColour);
        }
        let value = u32::from_str_radix(digits, 16).map_err(|_| BadColour)?;
        let [_, r, g, b] = value.to_be_bytes();
        Ok(Self { r, g, b })
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.r, self.g, self.b)
    }
}

impl TryFrom<String> for Colour {
    type Error = BadColour;

    fn try_from(text: String) -> Result<Self, BadColour> {
        text.parse()
    }
}

impl From<Colour> for String {
    fn from(colour: Colour) -> Self {
        colour.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours() {
        assert_eq!("#0B5fff".parse::<Colour>().unwrap().to_string(), "#0b5fff");
        for bad in ["", "#fff", "0b5fff", "#0b5ffg", "#0b5fff;", "#+b5fff", "red"] {
            assert!(bad.parse::<Colour>().is_err(), "{bad}");
        }
    }
}
