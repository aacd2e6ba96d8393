//! How large a document may be, counted before anything is built from it.

/// Budgets of one document (rule 19.5.3, decision 33).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// Bytes of the whole.
    pub(crate) bytes: usize,
    /// Elements of the whole.
    pub(crate) elements: usize,
    /// Elements inside one another.
    pub(crate) depth: usize,
    /// Attributes of one element, declarations of namespaces among them.
    pub(crate) attributes: usize,
    /// Declarations of namespaces in scope at one place.
    pub(crate) namespaces: usize,
    /// Whether comments are passed over. In a message they are refused; people write them into metadata.
    pub(crate) comments: bool,
}

impl Limits {
    /// For messages.
    pub(crate) const MESSAGE: Self = Self {
        bytes: 256 * 1024,
        elements: 5000,
        depth: 32,
        attributes: 64,
        namespaces: 32,
        comments: false,
    };

    /// For metadata.
    pub(crate) const METADATA: Self = Self { comments: true, ..Self::MESSAGE };
}
