//! The files that pages load, each at an address that names its content, so that it may be cached for ever.

use std::borrow::Cow;
use std::sync::LazyLock;

use crate::colour::Colour;
use crate::palette::{brand_css, brand_icon};

/// One file to serve: answer 200 with the type, `nosniff` and [`StaticAsset::CACHE_CONTROL`].
#[derive(Debug, Clone)]
pub struct StaticAsset {
    /// Where it is served, from the root of the host: `/assets/…`.
    pub path: String,
    /// Its content.
    pub bytes: Cow<'static, [u8]>,
    /// The value of `Content-Type`.
    pub content_type: &'static str,
}

impl StaticAsset {
    /// The value of `Cache-Control`: other content has another path.
    pub const CACHE_CONTROL: &'static str = "public, max-age=31536000, immutable";

    fn fixed(name: &str, extension: &str, bytes: &'static [u8], content_type: &'static str) -> Self {
        let path = format!("{PREFIX}{name}-{:016x}.{extension}", fingerprint(bytes));
        Self { path, bytes: Cow::Borrowed(bytes), content_type }
    }
}

/// The style sheet of all pages.
pub fn stylesheet() -> &'static StaticAsset {
    &STYLESHEET
}

/// The script that sends a Form Post answer without a click; only that page names it.
pub fn form_post_script() -> &'static StaticAsset {
    &FORM_POST_SCRIPT
}

/// The style sheet of one brand colour. The colour is part of its path, so that no tenant has to be looked up to
/// serve it, and no tenant is named in it.
pub fn brand_stylesheet(primary: Colour) -> StaticAsset {
    let bytes = Cow::Owned(brand_css(primary).into_bytes());
    StaticAsset { path: brand_stylesheet_path(primary), bytes, content_type: CSS }
}

/// The icon of one brand colour.
pub fn brand_icon_asset(primary: Colour) -> StaticAsset {
    let bytes = Cow::Owned(brand_icon(primary).into_bytes());
    StaticAsset { path: brand_icon_path(primary), bytes, content_type: "image/svg+xml" }
}

/// Where [`brand_stylesheet`] is served; every page asks, so nothing is derived for it.
pub(crate) fn brand_stylesheet_path(primary: Colour) -> String {
    format!("{PREFIX}brand-{}-{:016x}.css", primary.digits(), *DERIVATION)
}

/// Where [`brand_icon_asset`] is served.
pub(crate) fn brand_icon_path(primary: Colour) -> String {
    format!("{PREFIX}icon-{}-{:016x}.svg", primary.digits(), *DERIVATION)
}

/// The asset at a path (`/assets/…`), none if there is none. Serves `GET` and `HEAD` of that whole folder.
pub fn asset(path: &str) -> Option<StaticAsset> {
    for fixed in [stylesheet(), form_post_script()] {
        if path == fixed.path {
            return Some(fixed.clone());
        }
    }
    let name = path.strip_prefix(PREFIX)?;
    let (make, rest): (fn(Colour) -> StaticAsset, _) = match name.split_once('-')? {
        ("brand", rest) => (brand_stylesheet, rest),
        ("icon", rest) => (brand_icon_asset, rest),
        _ => return None,
    };
    let primary = format!("#{}", rest.get(..6)?).parse().ok()?;
    Some(make(primary)).filter(|made| made.path == path)
}

/// FNV-1a. It tells versions of our own files apart; nobody else can put a file here, so it need not resist forgery.
fn fingerprint(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

static STYLESHEET: LazyLock<StaticAsset> = LazyLock::new(|| {
    StaticAsset::fixed("pages", "css", include_bytes!("../../../templates/static/pages.css"), CSS)
});

static FORM_POST_SCRIPT: LazyLock<StaticAsset> = LazyLock::new(|| {
    let bytes = include_bytes!("../../../templates/static/form_post.js");
    StaticAsset::fixed("form-post", "js", bytes, "text/javascript; charset=utf-8")
});

/// Stands for how sheets and icons are derived: another derivation gives some of these colours another result.
static DERIVATION: LazyLock<u64> = LazyLock::new(|| {
    let probes = ["#000000", "#ffffff", "#0b5fff", "#ffd400", "#0a1a4f", "#777777", "#f6b8c8"];
    let colours = probes.iter().filter_map(|text| text.parse().ok());
    let derived: String = colours.map(|colour| brand_css(colour) + &brand_icon(colour)).collect();
    fingerprint(derived.as_bytes())
});

const PREFIX: &str = "/assets/";
const CSS: &str = "text/css; charset=utf-8";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_asset_is_found_at_its_path_and_nothing_else_is() {
        let blue = Colour::rgb(0x0b, 0x5f, 0xff);
        for made in
            [stylesheet().clone(), form_post_script().clone(), brand_stylesheet(blue), brand_icon_asset(blue)]
        {
            let found = asset(&made.path).unwrap();
            assert_eq!((found.bytes, found.content_type), (made.bytes, made.content_type));
        }
        let other = brand_stylesheet(blue).path.replace("0b5fff", "0B5FFF");
        for path in
            ["/assets/", "/assets/pages.css", "/assets/brand-0b5fff.css", &other, "/assets/brand-é", "/x"]
        {
            assert!(asset(path).is_none(), "{path}");
        }
    }

    #[test]
    fn the_static_sheet_loads_nothing() {
        let sheet = str::from_utf8(&stylesheet().bytes).unwrap();
        assert!(!sheet.contains("url(") && !sheet.contains("@import") && !sheet.contains("http"));
    }
}
