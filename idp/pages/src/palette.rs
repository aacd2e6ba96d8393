//! From one brand colour to the few values a page takes from it, for the light and the dark scheme.

use crate::colour::{Colour, PART, TEXT};

/// The brand's style sheet: custom properties with colours, and nothing that a tenant wrote.
///
/// The brand colour itself stays on buttons and the monogram wherever it can be seen. Text in it (links), focus rings
/// and edges use the nearest lightness of the same hue that WCAG 2.2 AA accepts on the card.
pub fn brand_css(primary: Colour) -> String {
    let light = rules(primary, LIGHT_CARD);
    let dark = rules(primary, DARK_CARD);
    format!(":root{{{light}}}@media (prefers-color-scheme:dark){{:root{{{dark}}}}}")
}

/// The brand's icon for the browser's tab: a plate in the brand colour with a keyhole.
pub(crate) fn brand_icon(primary: Colour) -> String {
    let text = primary.text_on();
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 32 32\"><rect width=\"32\" height=\"32\" rx=\"8\" \
         fill=\"{primary}\"/><path fill=\"{text}\" d=\"M16 8a4.5 4.5 0 0 0-2.2 8.4L12.6 24h6.8l-1.2-7.6A4.5 4.5 0 0 0 \
         16 8Z\"/></svg>"
    )
}

fn rules(primary: Colour, card: Colour) -> String {
    let Palette { fill, text, hover, line, accent, soft } = Palette::new(primary, card);
    format!(
        "--brand:{fill};--brand-text:{text};--brand-hover:{hover};--brand-line:{line};--accent:{accent};\
         --accent-soft:{soft}"
    )
}

struct Palette {
    fill: Colour,
    text: Colour,
    hover: Colour,
    line: Colour,
    accent: Colour,
    soft: Colour,
}

impl Palette {
    fn new(primary: Colour, card: Colour) -> Self {
        let fill = fill(primary, card);
        let text = fill.text_on();
        let accent = primary_or_ink(primary, card).legible_on(card, TEXT);
        Self {
            fill,
            text,
            hover: hover(fill, text),
            line: if fill.contrast(card) >= PART { fill } else { fill.legible_on(card, PART) },
            accent,
            soft: accent.over(card, 0.14),
        }
    }
}

/// A pale brand keeps its colour on the white card and gets an edge; a dark one is lifted off the dark card.
fn fill(primary: Colour, card: Colour) -> Colour {
    let chosen = primary_or_ink(primary, card);
    if card == DARK_CARD { chosen.legible_on(card, PART) } else { chosen }
}

/// A grey that vanishes on the card, black on dark or white on light, turns into its opposite.
fn primary_or_ink(primary: Colour, card: Colour) -> Colour {
    if !primary.is_grey() || primary.contrast(card) >= PART {
        return primary;
    }
    if card == DARK_CARD { LIGHT_INK } else { DARK_INK }
}

/// Moves away from the text's colour, so that hovering never costs contrast; at the end of the scale it turns back.
fn hover(fill: Colour, text: Colour) -> Colour {
    let by = if text == Colour::WHITE { -0.06 } else { 0.06 };
    let moved = fill.lighter(by);
    if moved == fill { fill.lighter(-2.0 * by) } else { moved }
}

/// The card's colours in `pages.css`; a test holds them equal.
const LIGHT_CARD: Colour = Colour::WHITE;
const DARK_CARD: Colour = Colour::rgb(0x16, 0x16, 0x1a);
const LIGHT_INK: Colour = Colour::rgb(0xf2, 0xf2, 0xf5);
const DARK_INK: Colour = Colour::rgb(0x17, 0x17, 0x1c);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_brand_is_legible_in_both_schemes() {
        for value in (0..=0xff_ffff_u32).step_by(4_099).chain([0, 0xff_ffff]) {
            let [_, red, green, blue] = value.to_be_bytes();
            let primary = Colour::rgb(red, green, blue);
            for card in [LIGHT_CARD, DARK_CARD] {
                let palette = Palette::new(primary, card);
                assert!(palette.text.contrast(palette.fill) >= TEXT, "text {primary}");
                assert!(palette.text.contrast(palette.hover) >= TEXT, "hover {primary}");
                assert!(palette.accent.contrast(card) >= TEXT, "accent {primary}");
                assert!(palette.line.contrast(card) >= PART, "line {primary}");
                assert!(palette.accent.contrast(palette.soft) >= PART, "tick on its disc {primary}");
            }
        }
    }

    #[test]
    fn a_brand_that_is_legible_stays_as_it_is() {
        let blue = Colour::rgb(0x0b, 0x5f, 0xff);
        let palette = Palette::new(blue, LIGHT_CARD);
        assert_eq!((palette.fill, palette.accent, palette.text), (blue, blue, Colour::WHITE));
    }

    #[test]
    fn greys_turn_into_ink_where_they_would_vanish() {
        assert_eq!(Palette::new(Colour::BLACK, DARK_CARD).fill, LIGHT_INK);
        assert_eq!(Palette::new(Colour::WHITE, LIGHT_CARD).fill, DARK_INK);
    }

    #[test]
    fn the_sheet_holds_colours_only() {
        let css = brand_css(Colour::rgb(0x0b, 0x5f, 0xff));
        assert!(css.starts_with(":root{--brand:#0b5fff;--brand-text:#ffffff;"), "{css}");
        assert!(css.contains("@media (prefers-color-scheme:dark){:root{--brand:#0b5fff;"), "{css}");
        assert!(css.matches('@').count() == 1 && !css.contains("url"), "{css}");
    }

    /// The fixed colours of `pages.css`, in the light and the dark scheme.
    fn fixed(scheme: usize, name: &str) -> Colour {
        let sheet = include_str!("../../../templates/static/pages.css");
        let block = sheet.split(":root {").nth(scheme + 1).unwrap();
        let (_, rest) = block.split_once(&format!("--{name}: ")).unwrap();
        rest.split(';').next().unwrap().parse().unwrap()
    }

    #[test]
    fn the_fixed_colours_are_legible_too() {
        for (scheme, card) in [LIGHT_CARD, DARK_CARD].into_iter().enumerate() {
            let of = |name: &str| fixed(scheme, name);
            assert_eq!(of("surface"), card);
            for (text, back) in [
                ("ink", "surface"),
                ("ink", "tile"),
                ("ink", "hover"),
                ("ink", "page"),
                ("soft", "surface"),
                ("soft", "hover"),
                ("soft", "page"),
                ("fault", "fault-back"),
            ] {
                assert!(of(text).contrast(of(back)) >= TEXT, "{text} on {back} in scheme {scheme}");
            }
            assert!(of("edge").contrast(card) >= PART, "the edge of a field in scheme {scheme}");
            let placeholder = of("soft").over(card, 0.85);
            assert!(placeholder.contrast(card) >= TEXT, "placeholder in scheme {scheme}");
        }
    }
}
