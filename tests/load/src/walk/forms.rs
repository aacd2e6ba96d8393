//! The first form of a page: its action and its fields.

use url::form_urlencoded::Serializer;

use super::Person;

/// A form as far as a walk needs it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Form {
    pub(super) action: String,
    fields: Vec<(String, String)>,
}

impl Form {
    /// Reads the first form of a page that sends its fields by POST.
    pub(super) fn find(html: &str) -> Option<Self> {
        let mut rest = html;
        loop {
            let start = rest.find("<form")?;
            let form = rest.get(start..)?;
            let (tag, after) = form.split_once('>')?;
            let (inside, next) = after.split_once("</form>")?;
            if attribute(tag, "method").is_some_and(|method| method.eq_ignore_ascii_case("post")) {
                return Some(Self {
                    action: attribute(tag, "action").unwrap_or_default(),
                    fields: fields(inside),
                });
            }
            rest = next;
        }
    }

    pub(super) fn has(&self, field: &str) -> bool {
        self.fields.iter().any(|(name, _)| name == field)
    }

    /// The body to send: what a person types, everything else as it stands.
    pub(super) fn filled(&self, person: &Person) -> String {
        let typed = |(name, value): &(String, String)| {
            let value = match name.as_str() {
                "identifier" => &person.identifier,
                "password" => &person.password,
                _ => value,
            };
            (name.clone(), value.clone())
        };
        encode(self.fields.iter().map(typed))
    }
}

/// `application/x-www-form-urlencoded`.
pub(crate) fn encode<K: AsRef<str>, V: AsRef<str>>(pairs: impl IntoIterator<Item = (K, V)>) -> String {
    Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// The named inputs, and the first named button, which is what Enter presses.
fn fields(html: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut pressed = false;
    for piece in html.split('<').skip(1) {
        let Some((tag, _)) = piece.split_once('>') else { continue };
        let button = tag.starts_with("button");
        if !(tag.starts_with("input") || (button && !pressed)) {
            continue;
        }
        if let Some(name) = attribute(tag, "name") {
            pressed |= button;
            found.push((name, attribute(tag, "value").unwrap_or_default()));
        }
    }
    found
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    let (value, _) = rest.split_once('"')?;
    Some(unescape(value))
}

/// The character references that templates write.
fn unescape(text: &str) -> String {
    ["&quot;\"", "&#34;\"", "&#39;'", "&#x27;'", "&lt;<", "&#60;<", "&gt;>", "&#62;>", "&#38;&", "&amp;&"]
        .iter()
        .filter_map(|pair| pair.split_at_checked(pair.len() - 1))
        .fold(text.to_owned(), |text, (reference, character)| text.replace(reference, character))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = r#"<form method="get" action="/x"></form>
        <form method="post" action="/login?a=1&amp;b=2">
        <input type="hidden" name="flow" value="a&#38;b"><input class="text" name="identifier" value="">
        <input name="password" type="password"><button class="primary" name="go" value="yes">Go</button>
        <button name="go" value="no">No</button></form>"#;

    #[test]
    fn a_page_is_filled_in() {
        let form = Form::find(PAGE).unwrap();
        assert_eq!(form.action, "/login?a=1&b=2");
        assert!(form.has("password") && !form.has("username"));
        let person = Person { identifier: "a@b.test".to_owned(), password: "p q".to_owned() };
        assert_eq!(form.filled(&person), "flow=a%26b&identifier=a%40b.test&password=p+q&go=yes");
    }

    #[test]
    fn a_page_without_a_form_has_none() {
        assert_eq!(Form::find("<p>no</p>"), None);
        assert_eq!(Form::find("<form method=\"post\" action=\"/x\">"), None);
    }
}
