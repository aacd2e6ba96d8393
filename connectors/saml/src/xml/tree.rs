//! A document as a tree of names that have been resolved.

/// An attribute; declarations of namespaces are none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Attribute {
    /// The namespace; empty for a name without prefix.
    pub(crate) space: String,
    /// The local name.
    pub(crate) name: String,
    /// The value, normalized (XML 1.0, section 3.3.3).
    pub(crate) value: String,
}

/// An element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Element {
    /// The namespace; empty for none.
    pub(crate) space: String,
    /// The local name.
    pub(crate) name: String,
    /// Its attributes.
    pub(crate) attributes: Vec<Attribute>,
    /// The elements directly inside, in order.
    pub(crate) children: Vec<Self>,
    /// All text directly inside, without that of the elements.
    pub(crate) text: String,
    /// The declarations of namespaces in scope, prefix and name; kept only where the structure needs them.
    pub(crate) scope: Vec<(String, String)>,
}

impl Element {
    /// Whether this is its name.
    pub(crate) fn is(&self, space: &str, name: &str) -> bool {
        self.name == name && self.space == space
    }

    /// The attribute of that name without a namespace.
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|attribute| attribute.space.is_empty() && attribute.name == name)
            .map(|attribute| attribute.value.as_str())
    }

    /// The elements of that name directly inside.
    pub(crate) fn all<'a>(&'a self, space: &'a str, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| child.is(space, name))
    }

    /// The only element of that name directly inside; none if there are several.
    pub(crate) fn only<'a>(&'a self, space: &'a str, name: &'a str) -> Option<&'a Self> {
        let mut found = self.all(space, name);
        let first = found.next()?;
        found.next().is_none().then_some(first)
    }

    /// The text of an element that holds nothing else, without the white space around it.
    pub(crate) fn plain_text(&self) -> Option<&str> {
        self.children.is_empty().then(|| self.text.trim_matches([' ', '\t', '\n', '\r']))
    }

    /// The element itself and everything inside, parents first.
    pub(crate) fn walk(&self) -> impl Iterator<Item = &Self> {
        let mut waiting = vec![self];
        std::iter::from_fn(move || {
            let next = waiting.pop()?;
            waiting.extend(next.children.iter().rev());
            Some(next)
        })
    }
}
