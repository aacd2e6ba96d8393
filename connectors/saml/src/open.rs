//! From the bytes of a response to an assertion that is vouched for (rule 19.5, steps 3 to 8).

use gatehouse_domain::connection::{Denial, Trace};

use crate::decrypt::{Envelope, Random};
use crate::peer::Peer;
use crate::structure::{Cargo, Kind, Shape, check};
use crate::trace::Checks;
use crate::verify::verified;
use crate::xml::{ASSERTION, Element, Limits, Xml, XmlFault, in_context, parse};

/// What was read. The assertion is verified; the response around it only where that is said.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) response: Element,
    pub(crate) response_signed: bool,
    /// None where the provider refused.
    pub(crate) assertion: Option<Element>,
}

/// Opens a response.
///
/// # Errors
/// If a check fails.
pub(crate) fn open(
    document: &[u8],
    peer: &Peer,
    random: &Random,
    trace: &mut Trace,
) -> Result<Opened, Denial> {
    let mut checks = Checks::new(trace);
    let xml = checks.take("saml_xml", parse(document, Limits::MESSAGE).map_err(XmlFault::word))?;
    let shape = checks.take("saml_structure", check(&xml.root, Kind::Response))?;
    let response = if shape.root_signed { Some(signed(&mut checks, &xml, shape, peer)?) } else { None };
    let outer = response.as_ref().unwrap_or(&xml.root);
    let assertion = match shape.cargo {
        Cargo::Nothing => None,
        Cargo::Plain => {
            checks.that(
                "saml_encryption",
                !peer.config.require_encryption,
                &[("problem", "not encrypted")],
            )?;
            let enough = shape.assertion_signed || (shape.root_signed && !peer.config.want_assertions_signed);
            checks.that("saml_signed", enough, &[])?;
            Some(match &response {
                // The canonical bytes of the response hold the assertion; a signature of its own was verified with it.
                Some(response) => {
                    checks.found("saml_signature", response.only(ASSERTION, "Assertion"))?.clone()
                }
                None => signed(&mut checks, &xml, shape, peer)?,
            })
        }
        Cargo::Encrypted => {
            let hidden = checks.found("saml_structure", outer.only(ASSERTION, "EncryptedAssertion"))?;
            Some(uncover(&mut checks, hidden, shape.root_signed, peer, random)?)
        }
    };
    Ok(Opened { response_signed: shape.root_signed, response: response.unwrap_or(xml.root), assertion })
}

fn signed(checks: &mut Checks<'_>, xml: &Xml, shape: Shape, peer: &Peer) -> Result<Element, Denial> {
    checks.found("saml_signature", verified(xml, shape, &peer.pins))
}

/// Decrypts and looks again: plaintext is input like any other. From here to the inner signature there is one failure.
fn uncover(
    checks: &mut Checks<'_>,
    hidden: &Element,
    outer_signed: bool,
    peer: &Peer,
    random: &Random,
) -> Result<Element, Denial> {
    let envelope = checks.take("saml_encryption", Envelope::read(hidden))?;
    let guarded = !envelope.is_malleable() || (peer.config.allow_cbc && outer_signed);
    checks.that("saml_encryption", guarded, &[("problem", "CBC")])?;
    checks.that("saml_decryption_key", !peer.keys.decryption().is_empty(), &[])?;
    let plain = || {
        let plain = envelope.open(peer.keys.decryption(), random).ok()?;
        let text = in_context(std::str::from_utf8(plain.expose()).ok()?, &hidden.scope)?;
        let xml = parse(text.as_bytes(), Limits::MESSAGE).ok()?;
        let shape = check(&xml.root, Kind::Assertion).ok()?;
        if shape.root_signed {
            return verified(&xml, shape, &peer.pins);
        }
        (outer_signed && !peer.config.want_assertions_signed).then_some(xml.root)
    };
    checks.found("saml_decryption", plain())
}
