//! Requests of ours: written by the one writer, signed by the library or over the query.

use chrono::SecondsFormat;
use data_encoding::{BASE64, HEXLOWER};
use gatehouse_domain::connection::{Denial, SamlEndpoints};
use gatehouse_domain::random::{self, Rng};
use gatehouse_domain::time::Timestamp;
use gatehouse_spi::upstream::{AutoForm, Step};
use samael::crypto::{Crypto, CryptoProvider as _};
use url::Url;

use crate::decode::Field;
use crate::keys::SpKey;
use crate::peer::Peer;
use crate::query;
use crate::validate::Requested;
use crate::xml::Writer;

/// An id that nobody can guess and that XML takes for one: 160 random bits.
pub(crate) fn fresh_id(rng: &dyn Rng) -> String {
    format!("_{}", HEXLOWER.encode(&random::bytes::<20>(rng)))
}

/// How XML Schema writes an instant in UTC.
pub(crate) fn written(time: Timestamp) -> String {
    time.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// An `AuthnRequest` (SAML core, section 3.4.1), with a place for its signature where it will travel in a form.
pub(crate) fn authn_request(peer: &Peer, to: &Url, request: &Requested, signer: Option<&SpKey>) -> String {
    let mut out = Writer::default();
    let instant = written(request.at);
    out.open(
        "samlp:AuthnRequest",
        &[
            ("xmlns:saml", Some("urn:oasis:names:tc:SAML:2.0:assertion")),
            ("xmlns:samlp", Some("urn:oasis:names:tc:SAML:2.0:protocol")),
            ("AssertionConsumerServiceURL", Some(peer.sp.acs.as_str())),
            ("Destination", Some(to.as_str())),
            ("ForceAuthn", request.fresh.then_some("true")),
            ("ID", Some(&request.id)),
            ("IssueInstant", Some(&instant)),
            ("ProtocolBinding", Some("urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST")),
            ("Version", Some("2.0")),
        ],
    );
    out.leaf("saml:Issuer", &[], &peer.sp.entity_id);
    if let Some(signer) = signer {
        place_for_signature(&mut out, &request.id, signer);
    }
    let format = peer.config.name_id_format.uri();
    out.empty("samlp:NameIDPolicy", &[("AllowCreate", Some("true")), ("Format", Some(format))]);
    if !request.contexts.is_empty() {
        out.open("samlp:RequestedAuthnContext", &[("Comparison", Some("exact"))]);
        for context in &request.contexts {
            out.leaf("saml:AuthnContextClassRef", &[], context);
        }
        out.close();
    }
    out.finish()
}

/// What the browser has to do to bring a document there. `write` writes it, with a place for a signature or without.
///
/// # Errors
/// If there is nowhere to bring it, or signing fails.
pub(crate) fn step(
    peer: &Peer,
    to: &SamlEndpoints,
    field: Field,
    relay_state: &str,
    write: impl Fn(&Url, Option<&SpKey>) -> String,
) -> Result<Step, Denial> {
    let signed =
        peer.config.sign_requests || field == Field::Response || peer.config.slo.as_ref() == Some(to);
    let signer = if signed { peer.keys.signer() } else { None };
    const FAILED: Denial = Denial::Misconfigured("saml_signing");
    if let Some(url) = &to.redirect {
        let address = query::address(url, field, &write(url, None), relay_state, signer);
        return address.map(Step::Redirect).ok_or(FAILED);
    }
    let url = to.post.as_ref().ok_or(Denial::Misconfigured("saml_endpoint"))?;
    let document = sign(&write(url, signer), signer).ok_or(FAILED)?;
    let mut fields = vec![(field.name(), BASE64.encode(document.as_bytes()))];
    if !relay_state.is_empty() {
        fields.push(("RelayState", relay_state.to_owned()));
    }
    Ok(Step::PostForm(AutoForm { action: url.clone(), fields }))
}

/// Fills the place for the signature.
fn sign(document: &str, signer: Option<&SpKey>) -> Option<String> {
    let Some(signer) = signer else { return Some(document.to_owned()) };
    let signed = Crypto::sign_xml(document, signer.pkcs8().expose()).ok()?;
    // What the library writes has a declaration in front, and perhaps a line end behind.
    let start = signed.find("<saml")?;
    signed.get(start..).map(|text| text.trim_end().to_owned())
}

/// An empty signature of the element with that id (XML Signature, section 4).
pub(crate) fn place_for_signature(out: &mut Writer, id: &str, signer: &SpKey) {
    let method = |uri| [("Algorithm", Some(uri))];
    out.open("ds:Signature", &[("xmlns:ds", Some(DSIG))]).open("ds:SignedInfo", &[]);
    out.empty("ds:CanonicalizationMethod", &method(C14N));
    out.empty("ds:SignatureMethod", &method(query::algorithm(signer)));
    out.open("ds:Reference", &[("URI", Some(&format!("#{id}")))]).open("ds:Transforms", &[]);
    out.empty("ds:Transform", &method(ENVELOPED)).empty("ds:Transform", &method(C14N)).close();
    out.empty("ds:DigestMethod", &method(SHA256)).empty("ds:DigestValue", &[]).close().close();
    out.empty("ds:SignatureValue", &[]).close();
}

const DSIG: &str = "http://www.w3.org/2000/09/xmldsig#";
const C14N: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
const SHA256: &str = "http://www.w3.org/2001/04/xmlenc#sha256";
