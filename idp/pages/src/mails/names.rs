//! Names that others chose, made harmless for a letter.

/// The longest name that stands in a letter, in characters.
const LONGEST: usize = 100;

/// A name on one line: controls, line and paragraph separators and marks of direction become blanks, and what is too long is
/// cut (abuse case NRM-05).
pub fn plain_name(name: &str) -> String {
    let hostile = |c: char| {
        c.is_control()
            || matches!(c, '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{200E}' | '\u{200F}' | '\u{061C}')
    };
    let blanked: String = name.chars().take(LONGEST).map(|c| if hostile(c) { ' ' } else { c }).collect();
    blanked.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A name that no mail client turns into a link: inside of what could be a host or an address stands a mark of no width
/// (abuse case NRM-06). It reads as before.
pub(super) fn unlinked(name: &str) -> String {
    let name = plain_name(name);
    let mut out = String::with_capacity(name.len() + 8);
    let mut letters = name.chars().peekable();
    while let Some(letter) = letters.next() {
        out.push(letter);
        let joins = matches!(letter, '.' | '@' | ':' | '/' | '\u{3002}' | '\u{FF0E}' | '\u{FF20}');
        if joins && letters.peek().is_some_and(|next| !next.is_whitespace()) {
            out.push('\u{2060}');
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_line() {
        assert_eq!(plain_name("Ada\r\nBcc: x@y.example"), "Ada Bcc: x@y.example");
        assert_eq!(plain_name("a\u{2028}b\u{0}c\u{202e}d"), "a b c d");
        assert_eq!(plain_name(&"x".repeat(500)).len(), 100);
    }

    #[test]
    fn nothing_in_a_name_can_become_a_link() {
        for name in [
            "evil.example",
            "win at evil.example/x",
            "a@evil.example",
            "http://evil.example",
            "evil。example",
        ] {
            let shown = unlinked(name);
            assert!(
                !shown.contains("evil.example") && !shown.contains("://") && !shown.contains("evil。example"),
                "{shown}"
            );
            assert_eq!(shown.replace('\u{2060}', ""), name, "it reads as before");
        }
        assert_eq!(unlinked("Acme Inc."), "Acme Inc.");
        assert_eq!(unlinked("Dr. Zoë Müller"), "Dr. Zoë Müller");
    }
}
