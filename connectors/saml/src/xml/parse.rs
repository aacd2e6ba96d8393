//! The one parser of what comes in: no recovery, no entities, no network, bounded before anything is built.

use quick_xml::NsReader;
use quick_xml::events::{BytesDecl, BytesRef, BytesStart, Event};
use quick_xml::name::{PrefixDeclaration, ResolveResult};

use super::{Attribute, Element, Limits};

/// Why a document is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum XmlFault {
    /// Larger than a budget allows; which one.
    Budget(&'static str),
    /// Something that messages must not hold; what.
    Forbidden(&'static str),
    /// Not well-formed.
    Malformed,
}

impl XmlFault {
    /// A word for the trace.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Budget(word) | Self::Forbidden(word) => word,
            Self::Malformed => "malformed",
        }
    }
}

/// A document that has been read: its tree, and its text from the root on, which is what other parsers are given.
#[derive(Debug, Clone)]
pub(crate) struct Xml {
    /// The root.
    pub(crate) root: Element,
    /// The text without declaration, with `\n` as the only line end.
    pub(crate) text: String,
}

/// Reads a document.
///
/// # Errors
/// If it breaks a budget, holds what is forbidden, or is not well-formed.
pub(crate) fn parse(bytes: &[u8], limits: Limits) -> Result<Xml, XmlFault> {
    if bytes.len() > limits.bytes {
        return Err(XmlFault::Budget("size"));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| XmlFault::Forbidden("encoding"))?;
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    check_bytes(text, limits)?;
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut building = Building { limits, elements: 0, open: Vec::new(), declared: Vec::new(), root: None };
    let mut reader = NsReader::from_str(&text);
    reader.config_mut().expand_empty_elements = true;
    reader.config_mut().check_comments = true;
    reader.resolver_mut().set_max_declarations_per_element(limits.namespaces);
    let mut start = None;
    loop {
        let before = usize::try_from(reader.buffer_position()).map_err(|_| XmlFault::Malformed)?;
        let event = reader.read_event().map_err(|_| XmlFault::Malformed)?;
        if matches!(event, Event::Start(_)) && start.is_none() {
            start = Some(before);
        }
        match event {
            Event::Decl(declaration) if before == 0 => check_declaration(&declaration)?,
            Event::Start(tag) => building.start(&reader, &tag)?,
            Event::End(_) => building.end()?,
            Event::Text(text) => building.text(&text.decode().map_err(|_| XmlFault::Malformed)?)?,
            Event::GeneralRef(reference) => building.text(&resolve(&reference)?)?,
            Event::Comment(_) if limits.comments => {}
            Event::Eof => break,
            _ => return Err(XmlFault::Forbidden("markup")),
        }
    }
    if !building.open.is_empty() {
        return Err(XmlFault::Malformed);
    }
    let root = building.root.ok_or(XmlFault::Malformed)?;
    let text = text.get(start.unwrap_or_default()..).ok_or(XmlFault::Malformed)?.trim_end().to_owned();
    Ok(Xml { root, text })
}

/// The byte gate (rule 19.5.3): what never stands in a message is refused before anything interprets it.
fn check_bytes(text: &str, limits: Limits) -> Result<(), XmlFault> {
    let mut rest = text;
    while let Some(at) = rest.find("<!") {
        rest = rest.get(at..).unwrap_or_default();
        let comment = rest.strip_prefix("<!--").filter(|_| limits.comments);
        let after = comment.and_then(|inside| inside.split_once("-->"));
        rest = after.ok_or(XmlFault::Forbidden("declaration"))?.1;
    }
    let instructions = text.matches("<?").count();
    if instructions > usize::from(text.starts_with("<?xml ")) {
        return Err(XmlFault::Forbidden("instruction"));
    }
    if !text.chars().all(is_char) {
        return Err(XmlFault::Forbidden("character"));
    }
    if text.contains("]]>") {
        return Err(XmlFault::Malformed);
    }
    Ok(())
}

/// Only version 1.0 in UTF-8: another encoding would make other parsers read other characters.
fn check_declaration(declaration: &BytesDecl<'_>) -> Result<(), XmlFault> {
    let version = declaration.version().map_err(|_| XmlFault::Malformed)?;
    let utf8 = match declaration.encoding() {
        None => true,
        Some(encoding) => encoding.map_err(|_| XmlFault::Malformed)?.eq_ignore_ascii_case(b"utf-8"),
    };
    if version.as_ref() == b"1.0" && utf8 { Ok(()) } else { Err(XmlFault::Forbidden("encoding")) }
}

/// A character reference or one of the five names that XML knows by itself.
fn resolve(reference: &BytesRef<'_>) -> Result<String, XmlFault> {
    let name = reference.decode().map_err(|_| XmlFault::Malformed)?;
    resolve_name(&name).map(String::from)
}

fn resolve_name(name: &str) -> Result<char, XmlFault> {
    let number = |digits: &str, radix| {
        let code = u32::from_str_radix(digits, radix).map_err(|_| XmlFault::Malformed)?;
        char::from_u32(code).filter(|c| is_char(*c)).ok_or(XmlFault::Forbidden("character"))
    };
    match name {
        "lt" => Ok('<'),
        "gt" => Ok('>'),
        "amp" => Ok('&'),
        "quot" => Ok('"'),
        "apos" => Ok('\''),
        _ => match (name.strip_prefix("#x"), name.strip_prefix('#')) {
            (Some(hex), _) if hex.bytes().all(|b| b.is_ascii_hexdigit()) => number(hex, 16),
            (None, Some(digits)) if digits.bytes().all(|b| b.is_ascii_digit()) => number(digits, 10),
            _ => Err(XmlFault::Forbidden("entity")),
        },
    }
}

/// `Char` of XML 1.0, section 2.2.
const fn is_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..='\u{10FFFF}')
}

/// Names of ASCII letters, digits and `-._`: every name of SAML is one, and nobody has to agree on which others are.
fn is_name(name: &[u8]) -> bool {
    let first = name.first().is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_');
    first && name.len() <= 256 && name.iter().all(|b| b.is_ascii_alphanumeric() || b"-._".contains(b))
}

struct Building {
    limits: Limits,
    elements: usize,
    open: Vec<Element>,
    /// How many namespaces each open element declares.
    declared: Vec<usize>,
    root: Option<Element>,
}

impl Building {
    fn start(&mut self, reader: &NsReader<&[u8]>, tag: &BytesStart<'_>) -> Result<(), XmlFault> {
        self.elements += 1;
        if self.root.is_some() {
            return Err(XmlFault::Malformed);
        }
        if self.elements > self.limits.elements {
            return Err(XmlFault::Budget("elements"));
        }
        if self.open.len() >= self.limits.depth {
            return Err(XmlFault::Budget("depth"));
        }
        let (local, prefix) = tag.name().decompose();
        if !is_name(local.as_ref())
            || prefix.is_some_and(|prefix| !is_name(prefix.as_ref()) || prefix.is_xml())
        {
            return Err(XmlFault::Malformed);
        }
        let (space, name) = reader.resolver().resolve_element(tag.name());
        let mut element = Element {
            space: space_of(&space)?,
            name: text_of(name.as_ref())?,
            attributes: Vec::new(),
            children: Vec::new(),
            text: String::new(),
            scope: Vec::new(),
        };
        let declared = self.attributes(reader, tag, &mut element)?;
        // Counted along the path, repetitions too: what is in scope costs its length at every look-up.
        if self.declared.iter().sum::<usize>() + declared > self.limits.namespaces {
            return Err(XmlFault::Budget("namespaces"));
        }
        if element.name == "EncryptedAssertion" {
            element.scope = scope(reader)?;
        }
        self.declared.push(declared);
        self.open.push(element);
        Ok(())
    }

    fn attributes(
        &self,
        reader: &NsReader<&[u8]>,
        tag: &BytesStart<'_>,
        element: &mut Element,
    ) -> Result<usize, XmlFault> {
        check_blanks(tag)?;
        let mut declared = 0;
        for (at, attribute) in tag.attributes().enumerate() {
            let attribute = attribute.map_err(|_| XmlFault::Malformed)?;
            if at >= self.limits.attributes {
                return Err(XmlFault::Budget("attributes"));
            }
            let value = normalized(&attribute.value)?;
            if let Some(binding) = attribute.key.as_namespace_binding() {
                check_namespace(&binding, &value)?;
                declared += 1;
                continue;
            }
            let (local, prefix) = attribute.key.decompose();
            if !is_name(local.as_ref()) || prefix.is_some_and(|prefix| !is_name(prefix.as_ref())) {
                return Err(XmlFault::Malformed);
            }
            let of_xml = prefix.is_some_and(|prefix| prefix.is_xml());
            if of_xml && !matches!(local.as_ref(), b"lang" | b"space") {
                return Err(XmlFault::Forbidden("xml attribute"));
            }
            let (space, name) = reader.resolver().resolve_attribute(attribute.key);
            let (space, name) = (space_of(&space)?, text_of(name.as_ref())?);
            if element.attributes.iter().any(|other| other.name == name && other.space == space) {
                return Err(XmlFault::Malformed);
            }
            element.attributes.push(Attribute { space, name, value });
        }
        Ok(declared)
    }

    fn end(&mut self) -> Result<(), XmlFault> {
        let element = self.open.pop().ok_or(XmlFault::Malformed)?;
        self.declared.pop();
        match self.open.last_mut() {
            Some(parent) => parent.children.push(element),
            None => self.root = Some(element),
        }
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), XmlFault> {
        match self.open.last_mut() {
            Some(element) => element.text.push_str(text),
            None if text.bytes().all(|b| b" \t\n".contains(&b)) => {}
            None => return Err(XmlFault::Malformed),
        }
        Ok(())
    }
}

/// The declarations in scope, for the element that is replaced by its plaintext.
fn scope(reader: &NsReader<&[u8]>) -> Result<Vec<(String, String)>, XmlFault> {
    let bound = reader.resolver().bindings().map(|(prefix, space)| {
        let prefix = match prefix {
            PrefixDeclaration::Default => String::new(),
            PrefixDeclaration::Named(name) => text_of(name)?,
        };
        Ok((prefix, text_of(space.as_ref())?))
    });
    bound.collect()
}

/// Namespaces are absolute, neither empty nor long, and the prefixes that XML keeps for itself stay so. Canonicalization repeats a name
/// wherever it is used, so that a long one would be multiplied by the number of elements.
fn check_namespace(declared: &PrefixDeclaration<'_>, value: &str) -> Result<(), XmlFault> {
    let named = match declared {
        PrefixDeclaration::Default => true,
        PrefixDeclaration::Named(name) => is_name(name) && !matches!(*name, b"xml" | b"xmlns"),
    };
    let scheme = value.split_once(':').is_some_and(|(scheme, rest)| {
        let letters = scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b));
        letters && scheme.starts_with(|c: char| c.is_ascii_alphabetic()) && !rest.is_empty()
    });
    let plain =
        value.len() <= 256 && value.bytes().all(|b| b.is_ascii_graphic() && !b"<>\"{}|\\^`&'".contains(&b));
    let kept = value.starts_with("http://www.w3.org/XML/1998/namespace")
        || value.starts_with("http://www.w3.org/2000/xmlns");
    if named && scheme && plain && !kept { Ok(()) } else { Err(XmlFault::Forbidden("namespace")) }
}

/// Between a name and its attributes, and between attributes, stands white space (XML 1.0, section 3.1).
fn check_blanks(tag: &BytesStart<'_>) -> Result<(), XmlFault> {
    let raw = std::str::from_utf8(tag.attributes_raw()).map_err(|_| XmlFault::Malformed)?;
    let mut rest = raw;
    while !rest.trim_start_matches([' ', '\t', '\n']).is_empty() {
        let inner = rest.trim_start_matches([' ', '\t', '\n']);
        if inner.len() == rest.len() {
            return Err(XmlFault::Malformed);
        }
        let (_, value) = inner.split_once('=').ok_or(XmlFault::Malformed)?;
        let value = value.trim_start_matches([' ', '\t', '\n']);
        let quote = value.chars().next().filter(|c| matches!(c, '"' | '\'')).ok_or(XmlFault::Malformed)?;
        rest = value.get(1..).and_then(|value| value.split_once(quote)).ok_or(XmlFault::Malformed)?.1;
    }
    Ok(())
}

/// The value of an attribute: white space as blanks, references resolved.
fn normalized(raw: &[u8]) -> Result<String, XmlFault> {
    let raw = std::str::from_utf8(raw).map_err(|_| XmlFault::Malformed)?;
    if raw.contains('<') {
        return Err(XmlFault::Malformed);
    }
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((before, after)) = rest.split_once('&') {
        let (name, behind) = after.split_once(';').ok_or(XmlFault::Malformed)?;
        out.push_str(&before.replace(['\t', '\n'], " "));
        out.push(resolve_name(name)?);
        rest = behind;
    }
    out.push_str(&rest.replace(['\t', '\n'], " "));
    Ok(out)
}

fn space_of(space: &ResolveResult<'_>) -> Result<String, XmlFault> {
    match space {
        ResolveResult::Unbound => Ok(String::new()),
        ResolveResult::Bound(space) => text_of(space.as_ref()),
        ResolveResult::Unknown(_) => Err(XmlFault::Forbidden("prefix")),
    }
}

fn text_of(bytes: &[u8]) -> Result<String, XmlFault> {
    String::from_utf8(bytes.to_vec()).map_err(|_| XmlFault::Malformed)
}
