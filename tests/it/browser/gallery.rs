//! Every sample of every hosted page in Chromium. A page is covered as soon as it has a sample.

use std::fs;
use std::time::Duration;

use gatehouse_pages::{Colour, Locale, sample};
use serde_json::json;

use super::script::Script;

/// One page of the gallery and how it is looked at.
struct Shown {
    path: String,
    widths: &'static [u16],
    schemes: &'static [&'static str],
}

const SMALL: &[u16] = &[320];
const BOTH: &[u16] = &[320, 1280];
const LIGHT: &[&str] = &["light"];
const LIGHT_AND_DARK: &[&str] = &["light", "dark"];

/// Each language, and brand colours of each kind: one that is legible, a pale one, one that turns into its opposite.
/// What widths and colours do hardly depends on the words, so that one language is looked at in every way and each
/// kind of colour in one.
fn look(locale: Locale) -> (&'static str, Colour, &'static [u16], &'static [&'static str]) {
    let blue = Colour::rgb(0x0b, 0x5f, 0xff);
    match locale {
        Locale::En => ("blue", blue, BOTH, LIGHT_AND_DARK),
        Locale::De => ("yellow", Colour::rgb(0xff, 0xd4, 0x00), SMALL, LIGHT_AND_DARK),
        Locale::Fr => ("black", Colour::BLACK, SMALL, LIGHT_AND_DARK),
        Locale::Es | Locale::PtBr | Locale::Ja => ("blue", blue, SMALL, LIGHT),
    }
}

#[tokio::test]
async fn every_sample_is_accessible_and_whole_on_a_small_screen() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("assets")).unwrap();
    let mut all = Vec::new();
    for locale in Locale::ALL {
        let (look, primary, widths, schemes) = look(locale);
        for file in sample::gallery(look, primary, locale).unwrap() {
            fs::write(folder.path().join(&file.path), &file.bytes).unwrap();
            if file.path.ends_with(".html") {
                all.push(Shown { path: file.path, widths, schemes });
            }
        }
    }
    assert!(all.len() > 6 * 20, "{} pages", all.len());
    let pages: Vec<_> = all
        .iter()
        .map(|Shown { path, widths, schemes }| json!({ "path": path, "widths": widths, "schemes": schemes }))
        .collect();
    let input = json!({ "folder": folder.path(), "pages": pages });
    let found = Script::Node("browser/gallery.mjs").run(&input, Duration::from_secs(520)).await;
    for fault in ["color-contrast", "label-content-name-mismatch", "target-size", "html-has-lang"] {
        found.held(&format!("seen: {fault}"));
    }
    found.held("seen: sideways scrolling");
    for Shown { path, widths, schemes } in &all {
        for width in *widths {
            for scheme in *schemes {
                found.held(&format!("axe: {path}, {scheme}, {width} px"));
                found.held(&format!("no sideways scrolling: {path}, {scheme}, {width} px"));
            }
        }
    }
}
