//! What kind of picture some bytes are: by the bytes themselves, whatever their sender calls them.

/// A kind of picture that pages may show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PictureKind {
    /// Portable Network Graphics.
    Png,
    /// JPEG.
    Jpeg,
    /// GIF.
    Gif,
    /// WebP.
    Webp,
    /// Scalable Vector Graphics, in UTF-8.
    Svg,
}

impl PictureKind {
    /// The kind of a file, none if it is no picture of these kinds. The signatures are those of the WHATWG's MIME Sniffing
    /// Standard (section 6.1); an SVG is text whose root element is `svg`.
    pub fn of(file: &[u8]) -> Option<Self> {
        match file {
            [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => Some(Self::Png),
            [0xff, 0xd8, 0xff, ..] => Some(Self::Jpeg),
            [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some(Self::Gif),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(Self::Webp),
            _ => str::from_utf8(file).ok().filter(|text| is_svg(text)).map(|_| Self::Svg),
        }
    }

    /// The value of `Content-Type`. That of SVG names the encoding, so that the file's own word on it counts for nothing.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Gif => "image/gif",
            Self::Webp => "image/webp",
            Self::Svg => "image/svg+xml; charset=utf-8",
        }
    }
}

/// Whether the first element is `svg`, behind whatever may precede it (XML 1.0, section 2.8). A document type with
/// declarations of its own is refused: entities could make a small file huge.
fn is_svg(text: &str) -> bool {
    let mut rest = text.strip_prefix('\u{feff}').unwrap_or(text);
    loop {
        rest = rest.trim_start_matches(WHITE);
        let behind = if let Some(comment) = rest.strip_prefix("<!--") {
            comment.split_once("-->")
        } else if let Some(instruction) = rest.strip_prefix("<?") {
            instruction.split_once("?>")
        } else if let Some(doctype) = rest.strip_prefix("<!DOCTYPE") {
            doctype.split_once('>').filter(|(said, _)| is_plain_doctype(said))
        } else {
            return rest
                .strip_prefix("<svg")
                .is_some_and(|root| root.starts_with(WHITE) || root.starts_with(['>', '/']));
        };
        let Some((_, behind)) = behind else { return false };
        rest = behind;
    }
}

fn is_plain_doctype(said: &str) -> bool {
    let name = said.trim_start_matches(WHITE).split(WHITE).next();
    said.starts_with(WHITE) && name == Some("svg") && !said.contains('[')
}

const WHITE: [char; 4] = [' ', '\t', '\r', '\n'];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_known_by_their_first_bytes() {
        for (file, kind) in [
            (&b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"[..], PictureKind::Png),
            (b"\xff\xd8\xff\xe0\0\x10JFIF", PictureKind::Jpeg),
            (b"GIF87a\x01\0", PictureKind::Gif),
            (b"GIF89a\x01\0", PictureKind::Gif),
            (b"RIFF\x24\0\0\0WEBPVP8 ", PictureKind::Webp),
        ] {
            assert_eq!(PictureKind::of(file), Some(kind), "{file:?}");
        }
    }

    #[test]
    fn an_svg_is_known_by_its_root() {
        for text in [
            "<svg/>",
            "<svg>",
            "<svg xmlns=\"http://www.w3.org/2000/svg\"></svg>",
            "\u{feff}<?xml version=\"1.0\"?>\r\n<!-- by > hand -->\n<svg\n/>",
            "<!DOCTYPE svg><svg/>",
            "<!DOCTYPE svg PUBLIC \"-//W3C//DTD SVG 1.1//EN\" \"http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd\">\n<svg/>",
        ] {
            assert_eq!(PictureKind::of(text.as_bytes()), Some(PictureKind::Svg), "{text}");
        }
    }

    #[test]
    fn nothing_else_is_a_picture() {
        for file in [
            &b""[..],
            b"<!doctype html><svg/>",
            b"<!DOCTYPE html><svg/>",
            b"<!DOCTYPE svg [<!ENTITY a \"aaaa\">]><svg>&a;</svg>",
            b"<!DOCTYPEsvg><svg/>",
            b"<html><svg/></html>",
            b"<svgx/>",
            b"<svg",
            b"<SVG/>",
            b"<!-- <svg/>",
            b"<?xml version=\"1.0\"",
            b"text <svg/>",
            b"<svg>\xff</svg>",
            b"\xff\xfe<\0s\0v\0g\0/\0>\0",
            b"PNG",
            b"\x89PNG\n\x1a\n",
            b"GIF88a",
            b"RIFF\0\0\0\0WAVE",
            b"BM\0\0",
            b"%PDF-1.7",
            b"alert(1)",
        ] {
            assert_eq!(PictureKind::of(file), None, "{:?}", String::from_utf8_lossy(file));
        }
    }
}
