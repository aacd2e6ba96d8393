//! The one writer of what goes out: every value is escaped, because no value can be written in another way.

/// A document being written, in canonical form as far as its author keeps attributes in order.
#[derive(Debug, Default)]
pub(crate) struct Writer {
    out: String,
    open: Vec<&'static str>,
}

impl Writer {
    /// Opens an element. Values of attributes are plain text; those without a value are left out.
    pub(crate) fn open(&mut self, name: &'static str, attributes: &[(&str, Option<&str>)]) -> &mut Self {
        self.out.push('<');
        self.out.push_str(name);
        for (name, value) in attributes {
            let Some(value) = value else { continue };
            self.out.push(' ');
            self.out.push_str(name);
            self.out.push_str("=\"");
            escape(&mut self.out, value, true);
            self.out.push('"');
        }
        self.out.push('>');
        self.open.push(name);
        self
    }

    /// Closes the element that was opened last.
    pub(crate) fn close(&mut self) -> &mut Self {
        if let Some(name) = self.open.pop() {
            self.out.push_str("</");
            self.out.push_str(name);
            self.out.push('>');
        }
        self
    }

    /// An element without content.
    pub(crate) fn empty(&mut self, name: &'static str, attributes: &[(&str, Option<&str>)]) -> &mut Self {
        self.open(name, attributes).close()
    }

    /// An element with nothing but text.
    pub(crate) fn leaf(
        &mut self,
        name: &'static str,
        attributes: &[(&str, Option<&str>)],
        text: &str,
    ) -> &mut Self {
        self.open(name, attributes);
        escape(&mut self.out, text, false);
        self.close()
    }

    /// The document, with every element closed.
    pub(crate) fn finish(mut self) -> String {
        while !self.open.is_empty() {
            self.close();
        }
        self.out
    }
}

/// Escapes as canonical XML does (Canonical XML 1.0, section 2.3). Characters that XML has no place for are left out.
fn escape(out: &mut String, text: &str, attribute: bool) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' if !attribute => out.push_str("&gt;"),
            '"' if attribute => out.push_str("&quot;"),
            '\t' if attribute => out.push_str("&#x9;"),
            '\n' if attribute => out.push_str("&#xA;"),
            '\r' => out.push_str("&#xD;"),
            '\t' | '\n' => out.push(c),
            c if c < ' ' || matches!(c, '\u{FFFE}' | '\u{FFFF}') => {}
            c => out.push(c),
        }
    }
}
