//! Signatures: what is verified comes back as the bytes that were verified, and nothing else is read.

use samael::crypto::{AllowedSignatureAlgorithm, Crypto, CryptoProvider as _, ReduceMode};

use crate::keys::{Family, Pin};
use crate::structure::{SIGNATURES, Shape};
use crate::xml::{ASSERTION, DSIG, Element, Limits, Xml, parse};

/// The element that the signatures of a document vouch for, read from its canonical bytes.
///
/// The document must have passed [`crate::structure::check`]: the library behind this one fetches references and runs transforms
/// before it knows whether a signature is good. Each pin is tried by itself, so that one of another kind spoils nothing; all
/// signatures of a message are by one key.
pub(crate) fn verified(xml: &Xml, shape: Shape, pins: &[Pin]) -> Option<Element> {
    let signed = if shape.root_signed {
        &xml.root
    } else {
        xml.root.only(ASSERTION, "Assertion").filter(|_| shape.assertion_signed)?
    };
    let family = family_of(signed)?;
    let canonical = pins.iter().filter(|pin| pin.family == family).find_map(|pin| {
        Crypto::reduce_xml_to_signed_with_allowed_algorithms(
            &xml.text,
            std::slice::from_ref(&pin.certificate),
            ReduceMode::PreDigest,
            Some(&ALLOWED),
        )
        .ok()
    })?;
    let read = parse(canonical.as_bytes(), Limits { bytes: 2 * Limits::MESSAGE.bytes, ..Limits::MESSAGE })
        .ok()?
        .root;
    let same = read.is(&signed.space, &signed.name) && read.attribute("ID") == signed.attribute("ID");
    same.then_some(read)
}

/// Which kind of key the signature says it was made with.
fn family_of(signed: &Element) -> Option<Family> {
    let info = signed.only(DSIG, "Signature")?.only(DSIG, "SignedInfo")?;
    let uri = info.only(DSIG, "SignatureMethod")?.attribute("Algorithm")?;
    let at = SIGNATURES.iter().position(|known| *known == uri)?;
    Some(if at < 3 { Family::Rsa } else { Family::Ec })
}

const ALLOWED: [AllowedSignatureAlgorithm; 6] = [
    AllowedSignatureAlgorithm::RsaSha256,
    AllowedSignatureAlgorithm::RsaSha384,
    AllowedSignatureAlgorithm::RsaSha512,
    AllowedSignatureAlgorithm::EcdsaSha256,
    AllowedSignatureAlgorithm::EcdsaSha384,
    AllowedSignatureAlgorithm::EcdsaSha512,
];
