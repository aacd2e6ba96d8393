//! Writes every sample of every page, in every locale and some brands, to the folder given as argument.

use std::path::PathBuf;
use std::{env, fs, io};

use gatehouse_pages::{Colour, Locale, mails, sample};

fn main() -> io::Result<()> {
    let folder = env::args_os().nth(1).map(PathBuf::from).ok_or(io::ErrorKind::InvalidInput)?;
    fs::create_dir_all(folder.join("assets"))?;
    for locale in Locale::ALL {
        for (look, primary) in LOOKS {
            for file in sample::gallery(look, primary, locale).map_err(io::Error::other)? {
                fs::write(folder.join(file.path), file.bytes)?;
            }
        }
    }
    for (look, primary) in LOOKS {
        for locale in Locale::ALL {
            let letters = mails::every_letter(locale, Some(primary)).map_err(io::Error::other)?;
            for (name, letter) in letters {
                let file = |kind: &str| folder.join(format!("{look}-mail-{name}-{}.{kind}", locale.tag()));
                fs::write(file("html"), &letter.html)?;
                fs::write(file("txt"), format!("Subject: {}\n\n{}", letter.subject, letter.text))?;
            }
        }
    }
    Ok(())
}

const LOOKS: [(&str, Colour); 5] = [
    ("blue", Colour::rgb(0x0b, 0x5f, 0xff)),
    ("yellow", Colour::rgb(0xff, 0xd4, 0x00)),
    ("navy", Colour::rgb(0x0a, 0x1a, 0x4f)),
    ("black", Colour::BLACK),
    ("white", Colour::WHITE),
];
