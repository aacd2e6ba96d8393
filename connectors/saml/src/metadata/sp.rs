//! Our description of ourselves.

use gatehouse_domain::connection::{NameIdFormat, SamlConfig};

use crate::keys::{SpKey, SpKeys};
use crate::peer::ServiceProvider;
use crate::xml::{DSIG, METADATA, PROTOCOL, Writer};

/// The metadata of one connection (SAML metadata, section 2.4.4), with two certificates of a use while keys change. Before anything is
/// known of the provider it says what the strict defaults say.
pub fn describe(sp: &ServiceProvider, keys: &SpKeys, config: Option<&SamlConfig>) -> String {
    let mut out = Writer::default();
    let names =
        [("xmlns:ds", Some(DSIG)), ("xmlns:md", Some(METADATA)), ("entityID", Some(sp.entity_id.as_str()))];
    out.open("md:EntityDescriptor", &names);
    let signed = |yes| Some(if yes { "true" } else { "false" });
    out.open(
        "md:SPSSODescriptor",
        &[
            ("AuthnRequestsSigned", signed(config.is_none_or(|config| config.sign_requests))),
            ("WantAssertionsSigned", signed(config.is_some_and(|config| config.want_assertions_signed))),
            ("protocolSupportEnumeration", Some(PROTOCOL)),
        ],
    );
    for key in keys.signing() {
        describe_key(&mut out, key, "signing", &[]);
    }
    let cbc = config.is_some_and(|config| config.allow_cbc);
    for key in keys.decryption() {
        describe_key(&mut out, key, "encryption", if cbc { &CIPHERS } else { &CIPHERS[..3] });
    }
    if let Some(slo) = &sp.slo {
        for binding in [REDIRECT, POST] {
            let to = [("Binding", Some(binding)), ("Location", Some(slo.as_str()))];
            out.empty("md:SingleLogoutService", &to);
        }
    }
    let format = config.map_or(NameIdFormat::default(), |config| config.name_id_format);
    out.leaf("md:NameIDFormat", &[], format.uri());
    out.empty(
        "md:AssertionConsumerService",
        &[
            ("Binding", Some(POST)),
            ("Location", Some(sp.acs.as_str())),
            ("index", Some("0")),
            ("isDefault", Some("true")),
        ],
    );
    out.finish()
}

fn describe_key(out: &mut Writer, key: &SpKey, purpose: &str, ciphers: &[&str]) {
    out.open("md:KeyDescriptor", &[("use", Some(purpose))]);
    out.open("ds:KeyInfo", &[]).open("ds:X509Data", &[]);
    out.leaf("ds:X509Certificate", &[], &key.certificate().base64()).close().close();
    for cipher in ciphers {
        out.empty("md:EncryptionMethod", &[("Algorithm", Some(cipher))]);
    }
    out.close();
}

pub(super) const REDIRECT: &str = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect";
pub(super) const POST: &str = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST";

const CIPHERS: [&str; 5] = [
    "http://www.w3.org/2009/xmlenc11#aes256-gcm",
    "http://www.w3.org/2009/xmlenc11#aes128-gcm",
    "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p",
    "http://www.w3.org/2001/04/xmlenc#aes256-cbc",
    "http://www.w3.org/2001/04/xmlenc#aes128-cbc",
];
