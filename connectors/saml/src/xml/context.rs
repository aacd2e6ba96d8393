//! Decrypted XML takes the place of what hid it, and with it the namespaces in scope there (XML Encryption, section 4.4).

use std::collections::BTreeSet;

use quick_xml::Reader;
use quick_xml::events::Event;

/// The text of an element with those declarations added that it does not make itself. None if it does not begin with a tag.
pub(crate) fn in_context(text: &str, scope: &[(String, String)]) -> Option<String> {
    let mut reader = Reader::from_str(text);
    loop {
        let before = usize::try_from(reader.buffer_position()).ok()?;
        match reader.read_event().ok()? {
            Event::Start(tag) | Event::Empty(tag) => {
                let own: BTreeSet<String> = tag
                    .attributes()
                    .take(64)
                    .filter_map(Result::ok)
                    .map(|attribute| String::from_utf8_lossy(attribute.key.as_ref()).into_owned())
                    .collect();
                let (head, tail) = text.split_at_checked(before + 1 + tag.name().as_ref().len())?;
                let mut out = head.to_owned();
                for (prefix, space) in scope {
                    let name = if prefix.is_empty() { "xmlns".to_owned() } else { format!("xmlns:{prefix}") };
                    if !own.contains(&name) {
                        out.push_str(&format!(" {name}=\"{space}\""));
                    }
                }
                return Some(out + tail);
            }
            Event::Decl(_) => {}
            Event::Text(blank) if blank.iter().all(u8::is_ascii_whitespace) => {}
            _ => return None,
        }
    }
}
