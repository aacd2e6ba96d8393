//! What a message may look like, before any signature in it is believed or even looked at (rule 19.5.5).
//!
//! Every rule keeps something away from the libraries behind it: a second element that could be read in the place of the signed
//! one, a reference that would be fetched, a transform that would be run.

use std::collections::BTreeSet;

use crate::xml::{ASSERTION, DSIG, DSIG11, EXC_C14N, Element, METADATA, PROTOCOL};

/// What a document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The answer to an authentication request.
    Response,
    /// An assertion by itself: what encryption hid.
    Assertion,
    /// Somebody asks us to end a session.
    LogoutRequest,
    /// The answer to our logout request.
    LogoutResponse,
    /// The description of a provider.
    Metadata,
}

impl Kind {
    const fn root(self) -> (&'static str, &'static str) {
        match self {
            Self::Response => (PROTOCOL, "Response"),
            Self::Assertion => (ASSERTION, "Assertion"),
            Self::LogoutRequest => (PROTOCOL, "LogoutRequest"),
            Self::LogoutResponse => (PROTOCOL, "LogoutResponse"),
            Self::Metadata => (METADATA, "EntityDescriptor"),
        }
    }
}

/// What an accepted document holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shape {
    /// Whether the root has a signature of its own.
    pub(crate) root_signed: bool,
    /// Whether the assertion has.
    pub(crate) assertion_signed: bool,
    /// What a response brings.
    pub(crate) cargo: Cargo,
}

/// What a response brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cargo {
    /// No assertion: a refusal, or not a response.
    Nothing,
    /// An assertion to be read.
    Plain,
    /// An assertion to be decrypted.
    Encrypted,
}

/// Why a document is refused: a word for the trace.
pub(crate) type Misshapen = &'static str;

/// Checks the whole tree.
///
/// # Errors
/// With the first rule that is broken.
pub(crate) fn check(root: &Element, kind: Kind) -> Result<Shape, Misshapen> {
    let (space, name) = kind.root();
    if !root.is(space, name) {
        return Err("root");
    }
    if kind != Kind::Metadata && root.attribute("ID").is_none() {
        return Err("id");
    }
    unique_ids(root)?;
    let cargo = only_one_assertion(root, kind)?;
    let assertion = root.only(ASSERTION, "Assertion").filter(|_| kind == Kind::Response);
    if assertion.is_some_and(|assertion| assertion.attribute("ID").is_none()) {
        return Err("id");
    }
    let root_signed = signature_of(root)?;
    let assertion_signed = assertion.map_or(Ok(false), signature_of)?;
    let expected = usize::from(root_signed) + usize::from(assertion_signed);
    if root.walk().filter(|element| element.name == "Signature").count() != expected {
        return Err("signature place");
    }
    Ok(Shape { root_signed, assertion_signed, cargo })
}

/// An id means one element, by whatever parser and under whatever spelling of the attribute.
fn unique_ids(root: &Element) -> Result<(), Misshapen> {
    let mut seen = BTreeSet::new();
    for attribute in root.walk().flat_map(|element| &element.attributes) {
        if attribute.name.eq_ignore_ascii_case("id") {
            let first = attribute.value.bytes().next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_');
            let rest = attribute.value.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b));
            if !first || !rest || attribute.value.len() > 256 || !seen.insert(attribute.value.as_str()) {
                return Err("id");
            }
        }
    }
    Ok(())
}

/// One assertion, in one place; nothing of such a name anywhere else, in no namespace.
fn only_one_assertion(root: &Element, kind: Kind) -> Result<Cargo, Misshapen> {
    let (mut plain, mut encrypted) = (0, 0);
    if kind == Kind::Response {
        plain = root.all(ASSERTION, "Assertion").count();
        encrypted = root.all(ASSERTION, "EncryptedAssertion").count();
    }
    let named = |name: &str| root.walk().filter(|element| element.name == name).count();
    let roots = [usize::from(kind == Kind::Assertion), usize::from(kind == Kind::Response)];
    if named("Assertion") != plain + roots[0]
        || named("EncryptedAssertion") != encrypted
        || named("Response") != roots[1]
    {
        return Err("assertion place");
    }
    match (plain, encrypted) {
        (0, 0) => Ok(Cargo::Nothing),
        (1, 0) => Ok(Cargo::Plain),
        (0, 1) => Ok(Cargo::Encrypted),
        _ => Err("assertion count"),
    }
}

/// Whether an element has a signature of its own, which then is one that may be verified.
fn signature_of(parent: &Element) -> Result<bool, Misshapen> {
    let mut signatures = parent.children.iter().filter(|child| child.name == "Signature");
    let Some(signature) = signatures.next() else { return Ok(false) };
    if signatures.next().is_some() {
        return Err("signature count");
    }
    let id = parent.attribute("ID").ok_or("id")?;
    check_signature(signature, id)?;
    Ok(true)
}

fn check_signature(signature: &Element, id: &str) -> Result<(), Misshapen> {
    if signature.space != DSIG || !blank(signature) {
        return Err("signature");
    }
    let (info, value, key) = match signature.children.as_slice() {
        [info, value] => (info, value, None),
        [info, value, key] => (info, value, Some(key)),
        _ => return Err("signature"),
    };
    if !value.is(DSIG, "SignatureValue") || value.plain_text().is_none_or(str::is_empty) {
        return Err("signature value");
    }
    if let Some(key) = key {
        // What stands there makes no key good; it must only not make the verifier go anywhere.
        let harmless = |part: &Element| {
            (part.space == DSIG || part.space == DSIG11)
                && part.name != "RetrievalMethod"
                && part.attribute("URI").is_none()
        };
        if !key.is(DSIG, "KeyInfo") || !key.walk().all(harmless) {
            return Err("key info");
        }
    }
    let [method, algorithm, reference] = info.children.as_slice() else { return Err("signed info") };
    if !info.is(DSIG, "SignedInfo") || !blank(info) {
        return Err("signed info");
    }
    check_c14n(method, "CanonicalizationMethod")?;
    let allowed = algorithm.attribute("Algorithm").is_some_and(|uri| SIGNATURES.contains(&uri));
    if !algorithm.is(DSIG, "SignatureMethod") || !allowed || !bare(algorithm) {
        return Err("signature algorithm");
    }
    check_reference(reference, id)
}

fn check_reference(reference: &Element, id: &str) -> Result<(), Misshapen> {
    let target = reference.attribute("URI").and_then(|uri| uri.strip_prefix('#'));
    if !reference.is(DSIG, "Reference")
        || target != Some(id)
        || reference.attributes.len() != 1
        || !blank(reference)
    {
        return Err("reference");
    }
    let [transforms, digest, value] = reference.children.as_slice() else { return Err("reference") };
    let [enveloped, c14n] = transforms.children.as_slice() else { return Err("transforms") };
    let is_enveloped = enveloped.is(DSIG, "Transform") && enveloped.attribute("Algorithm") == Some(ENVELOPED);
    if !transforms.is(DSIG, "Transforms") || !blank(transforms) || !is_enveloped || !bare(enveloped) {
        return Err("transforms");
    }
    check_c14n(c14n, "Transform")?;
    let allowed = digest.attribute("Algorithm").is_some_and(|uri| DIGESTS.contains(&uri));
    if !digest.is(DSIG, "DigestMethod") || !allowed || !bare(digest) {
        return Err("digest algorithm");
    }
    if !value.is(DSIG, "DigestValue") || value.plain_text().is_none_or(str::is_empty) {
        return Err("digest value");
    }
    Ok(())
}

/// Exclusive canonicalization without comments, with nothing but a list of prefixes.
fn check_c14n(method: &Element, name: &str) -> Result<(), Misshapen> {
    if !method.is(DSIG, name)
        || method.attribute("Algorithm") != Some(EXC_C14N)
        || method.attributes.len() != 1
    {
        return Err("canonicalization");
    }
    let prefixes = |inside: &Element| {
        let list = inside.attribute("PrefixList").is_some_and(|list| list.len() <= 256);
        inside.is(EXC_C14N, "InclusiveNamespaces")
            && list
            && inside.attributes.len() == 1
            && inside.children.is_empty()
            && blank(inside)
    };
    match method.children.as_slice() {
        [] if blank(method) => Ok(()),
        [inside] if blank(method) && prefixes(inside) => Ok(()),
        _ => Err("canonicalization"),
    }
}

/// No text of its own.
fn blank(element: &Element) -> bool {
    element.text.bytes().all(|b| b" \t\n".contains(&b))
}

/// Nothing but the name of an algorithm.
fn bare(element: &Element) -> bool {
    element.children.is_empty() && blank(element) && element.attributes.len() == 1
}

const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";

/// RFC 6931, sections 2.3.2 to 2.3.4 and 2.3.6.
pub(crate) const SIGNATURES: [&str; 6] = [
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384",
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512",
    "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256",
    "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384",
    "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512",
];

const DIGESTS: [&str; 3] = [
    "http://www.w3.org/2001/04/xmlenc#sha256",
    "http://www.w3.org/2001/04/xmldsig-more#sha384",
    "http://www.w3.org/2001/04/xmlenc#sha512",
];
