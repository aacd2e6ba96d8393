//! Writes every sample of every page, in every locale and some brands, to the folder given as argument.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{env, fs, io};

use gatehouse_pages::asset::{brand_icon_asset, brand_stylesheet};
use gatehouse_pages::{Chrome, Colour, Locale, StaticAsset, form_post_script, sample, stylesheet};

fn main() -> io::Result<()> {
    let folder = env::args_os().nth(1).map(PathBuf::from).ok_or(io::ErrorKind::InvalidInput)?;
    fs::create_dir_all(folder.join("assets"))?;
    for locale in Locale::ALL {
        for (look, primary) in LOOKS {
            write_look(&folder, look, primary, sample::chrome(locale))?;
        }
    }
    write_asset(&folder, stylesheet())?;
    write_asset(&folder, form_post_script())
}

fn write_look(folder: &Path, look: &str, primary: Colour, mut chrome: Chrome) -> io::Result<()> {
    let mut brand = (*chrome.brand).clone();
    brand.primary = primary;
    chrome.brand = Arc::new(brand);
    chrome.asset_root = ".".to_owned();
    write_asset(folder, &brand_stylesheet(primary))?;
    write_asset(folder, &brand_icon_asset(primary))?;
    for (name, html) in sample::every_page(&chrome).map_err(io::Error::other)? {
        fs::write(folder.join(format!("{look}-{name}-{}.html", chrome.locale.tag())), html)?;
    }
    Ok(())
}

fn write_asset(folder: &Path, asset: &StaticAsset) -> io::Result<()> {
    fs::write(folder.join(asset.path.trim_start_matches('/')), &asset.bytes)
}

const LOOKS: [(&str, Colour); 5] = [
    ("blue", Colour::rgb(0x0b, 0x5f, 0xff)),
    ("yellow", Colour::rgb(0xff, 0xd4, 0x00)),
    ("navy", Colour::rgb(0x0a, 0x1a, 0x4f)),
    ("black", Colour::BLACK),
    ("white", Colour::WHITE),
];
