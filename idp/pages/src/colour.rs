//! A tenant's colour, parsed, and what WCAG 2.2 says about reading one colour on another.

use std::fmt;
use std::str::FromStr;

/// An opaque sRGB colour. Only its parsed form ever reaches a style sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Colour {
    red: u8,
    green: u8,
    blue: u8,
}

/// Why a text is not a colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a colour of the form #rrggbb or #rgb")]
pub struct NotAColour;

impl Colour {
    /// White.
    pub const WHITE: Self = Self::rgb(0xff, 0xff, 0xff);
    /// Black.
    pub const BLACK: Self = Self::rgb(0, 0, 0);

    /// A colour from its three channels.
    pub const fn rgb(red: u8, green: u8, blue: u8) -> Self {
        Self { red, green, blue }
    }

    /// Six lower-case hexadecimal digits, without `#`: the spelling used in addresses of assets.
    pub fn digits(self) -> String {
        format!("{:02x}{:02x}{:02x}", self.red, self.green, self.blue)
    }

    /// Contrast ratio with another colour, from 1 to 21 (WCAG 2.2, "contrast ratio").
    pub fn contrast(self, other: Self) -> f64 {
        let (one, two) = (self.luminance() + 0.05, other.luminance() + 0.05);
        if one > two { one / two } else { two / one }
    }

    /// White if it can be read on this colour (4.5 or more), otherwise black, which then can.
    pub fn text_on(self) -> Self {
        if self.contrast(Self::WHITE) >= TEXT { Self::WHITE } else { Self::BLACK }
    }

    /// Whether the colour is so pale in hue that it passes for grey.
    pub(crate) fn is_grey(self) -> bool {
        let (high, low) = (self.red.max(self.green).max(self.blue), self.red.min(self.green).min(self.blue));
        high - low < 24
    }

    /// The nearest lightness of the same hue that has at least this contrast with a surface.
    pub(crate) fn legible_on(self, surface: Self, ratio: f64) -> Self {
        let step = if surface.luminance() > 0.18 { -0.01 } else { 0.01 };
        (0..=100)
            .map(|count| if count == 0 { self } else { self.lighter(step * f64::from(count)) })
            .find(|candidate| candidate.contrast(surface) >= ratio)
            .unwrap_or(surface.text_on())
    }

    /// The same hue with its HSL lightness (0 to 1) moved by an amount.
    pub(crate) fn lighter(self, by: f64) -> Self {
        let (hue, saturation, lightness) = self.hsl();
        Self::from_hsl(hue, saturation, (lightness + by).clamp(0.0, 1.0))
    }

    /// This colour laid over a surface with an opacity from 0 to 1.
    pub(crate) fn over(self, surface: Self, opacity: f64) -> Self {
        let mix = |top: u8, under: u8| {
            channel((f64::from(top) * opacity + f64::from(under) * (1.0 - opacity)) / 255.0)
        };
        Self::rgb(mix(self.red, surface.red), mix(self.green, surface.green), mix(self.blue, surface.blue))
    }

    fn luminance(self) -> f64 {
        0.2126 * linear(self.red) + 0.7152 * linear(self.green) + 0.0722 * linear(self.blue)
    }

    fn hsl(self) -> (f64, f64, f64) {
        let [red, green, blue] = [self.red, self.green, self.blue].map(|value| f64::from(value) / 255.0);
        let (high, low) = (red.max(green).max(blue), red.min(green).min(blue));
        let (lightness, spread) = (f64::midpoint(high, low), high - low);
        if spread == 0.0 {
            return (0.0, 0.0, lightness);
        }
        let saturation = spread / (1.0 - (2.0 * lightness - 1.0).abs());
        let sixth = if high == red {
            ((green - blue) / spread).rem_euclid(6.0)
        } else if high == green {
            (blue - red) / spread + 2.0
        } else {
            (red - green) / spread + 4.0
        };
        (sixth, saturation, lightness)
    }

    fn from_hsl(sixth: f64, saturation: f64, lightness: f64) -> Self {
        let chroma = (1.0 - (2.0 * lightness - 1.0).abs()) * saturation;
        let second = chroma * (1.0 - (sixth.rem_euclid(2.0) - 1.0).abs());
        let base = lightness - chroma / 2.0;
        let (red, green, blue) = match sixth {
            s if s < 1.0 => (chroma, second, 0.0),
            s if s < 2.0 => (second, chroma, 0.0),
            s if s < 3.0 => (0.0, chroma, second),
            s if s < 4.0 => (0.0, second, chroma),
            s if s < 5.0 => (second, 0.0, chroma),
            _ => (chroma, 0.0, second),
        };
        Self::rgb(channel(red + base), channel(green + base), channel(blue + base))
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.red, self.green, self.blue)
    }
}

impl FromStr for Colour {
    type Err = NotAColour;

    fn from_str(text: &str) -> Result<Self, NotAColour> {
        let digits = text.strip_prefix('#').ok_or(NotAColour)?;
        if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(NotAColour);
        }
        let value = u32::from_str_radix(digits, 16).map_err(|_| NotAColour)?;
        match digits.len() {
            6 => {
                let [_, red, green, blue] = value.to_be_bytes();
                Ok(Self::rgb(red, green, blue))
            }
            3 => {
                let nibble = |shift: u32| u8::try_from((value >> shift) & 15).unwrap_or(0) * 17;
                Ok(Self::rgb(nibble(8), nibble(4), nibble(0)))
            }
            _ => Err(NotAColour),
        }
    }
}

fn linear(value: u8) -> f64 {
    let share = f64::from(value) / 255.0;
    if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
}

fn channel(share: f64) -> u8 {
    // A float cast to u8 saturates, so no share outside 0 to 1 can wrap.
    (share * 255.0).round() as u8
}

/// The least contrast for text (WCAG 2.2, 1.4.3).
pub(crate) const TEXT: f64 = 4.5;
/// The least contrast for parts of controls and focus rings (WCAG 2.2, 1.4.11).
pub(crate) const PART: f64 = 3.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_only_hexadecimal_colours() {
        assert_eq!("#0b5fff".parse(), Ok(Colour::rgb(11, 95, 255)));
        assert_eq!("#FA0".parse(), Ok(Colour::rgb(255, 170, 0)));
        for text in ["", "#", "0b5fff", "#12345", "#+12345", "#1234567", "red", "#fff;}", "#00ff0é", "url(x)"]
        {
            assert_eq!(text.parse::<Colour>(), Err(NotAColour), "{text}");
        }
    }

    #[test]
    fn contrast_is_that_of_wcag() {
        assert!((Colour::WHITE.contrast(Colour::BLACK) - 21.0).abs() < 0.001);
        let grey = Colour::rgb(0x77, 0x77, 0x77);
        assert!((grey.contrast(Colour::WHITE) - 4.478).abs() < 0.01);
    }

    #[test]
    fn text_on_any_colour_can_be_read() {
        for value in (0..=0xff_ffff_u32).step_by(4_099) {
            let [_, red, green, blue] = value.to_be_bytes();
            let colour = Colour::rgb(red, green, blue);
            assert!(colour.contrast(colour.text_on()) >= TEXT, "{colour}");
        }
    }

    #[test]
    fn hsl_comes_back_to_the_same_colour() {
        for value in (0..=0xff_ffff_u32).step_by(4_099) {
            let [_, red, green, blue] = value.to_be_bytes();
            let colour = Colour::rgb(red, green, blue);
            assert_eq!(colour.lighter(0.0), colour);
        }
    }
}
