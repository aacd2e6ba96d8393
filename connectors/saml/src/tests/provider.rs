//! A provider: responses as text, signed and encrypted by the xmlsec1 program.

use std::path::{Path, PathBuf};
use std::process::Command;

use data_encoding::BASE64;
use tempfile::TempDir;

use super::world::{ACS, ENTITY, IDP, REQUEST};
use crate::SpKey;

/// Which elements have a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Signed {
    Nothing,
    Assertion,
    Response,
    Both,
}

/// An unsigned response with places for signatures, all of whose values are good.
pub(super) fn draft(signed: Signed) -> String {
    let outer =
        if matches!(signed, Signed::Response | Signed::Both) { template("_r1") } else { String::new() };
    let inner =
        if matches!(signed, Signed::Assertion | Signed::Both) { template("_a1") } else { String::new() };
    format!(
        r##"<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_r1" Version="2.0" IssueInstant="2026-03-01T12:00:01Z" Destination="{ACS}" InResponseTo="{REQUEST}"><saml:Issuer>{IDP}</saml:Issuer>{outer}<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>{}</samlp:Response>"##,
        assertion(&inner)
    )
}

/// The assertion alone.
pub(super) fn assertion(signature: &str) -> String {
    format!(
        r##"<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xs="http://www.w3.org/2001/XMLSchema" ID="_a1" Version="2.0" IssueInstant="2026-03-01T12:00:01.250Z"><saml:Issuer>{IDP}</saml:Issuer>{signature}<saml:Subject><saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent" NameQualifier="{IDP}" SPNameQualifier="{ENTITY}">alice-7</saml:NameID><saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData NotOnOrAfter="2026-03-01T12:05:00Z" Recipient="{ACS}" InResponseTo="{REQUEST}"/></saml:SubjectConfirmation></saml:Subject><saml:Conditions NotBefore="2026-03-01T11:55:00Z" NotOnOrAfter="2026-03-01T12:05:00Z"><saml:AudienceRestriction><saml:Audience>{ENTITY}</saml:Audience></saml:AudienceRestriction></saml:Conditions><saml:AuthnStatement AuthnInstant="2026-03-01T11:59:00Z" SessionIndex="s-1"><saml:AuthnContext><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement><saml:AttributeStatement><saml:Attribute Name="mail"><saml:AttributeValue xsi:type="xs:string">alice@corp.example</saml:AttributeValue></saml:Attribute><saml:Attribute Name="cn"><saml:AttributeValue>Alice &amp; Co</saml:AttributeValue></saml:Attribute><saml:Attribute Name="memberOf"><saml:AttributeValue>staff</saml:AttributeValue><saml:AttributeValue>ops</saml:AttributeValue></saml:Attribute></saml:AttributeStatement></saml:Assertion>"##
    )
}

/// An empty signature for an element, RSA with SHA-256.
pub(super) fn template(id: &str) -> String {
    format!(
        r##"<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/><ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/><ds:Reference URI="#{id}"><ds:Transforms><ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/><ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/></ds:Transforms><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue/></ds:Reference></ds:SignedInfo><ds:SignatureValue/></ds:Signature>"##
    )
}

/// Replaces, and insists that there was something to replace.
pub(super) fn edited(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "{from} is not in the message");
    text.replace(from, to)
}

/// A folder for the files of the program.
pub(super) struct Bench {
    folder: TempDir,
}

impl Bench {
    pub(super) fn new() -> Self {
        Self { folder: TempDir::new().unwrap() }
    }

    pub(super) fn file(&self, name: &str, content: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    /// Signs each element by id, the inner one first.
    pub(super) fn sign(&self, text: &str, key: &SpKey, ids: &[&str]) -> String {
        let private = self.file("key.pem", &pem(key));
        ids.iter().fold(text.to_owned(), |text, id| {
            let input = self.file("in.xml", &text);
            let args = ["--sign", "--privkey-pem", path(&private), "--node-id", id];
            self.run(&[&args[..], &IDS, &[path(&input)]].concat())
        })
    }

    /// A good response, signed.
    pub(super) fn response(&self, signed: Signed) -> String {
        self.signed(&draft(signed), signed)
    }

    /// A draft that was changed, signed by the provider.
    pub(super) fn signed(&self, draft: &str, signed: Signed) -> String {
        let ids: &[&str] = match signed {
            Signed::Nothing => &[],
            Signed::Assertion => &["_a1"],
            Signed::Response => &["_r1"],
            Signed::Both => &["_a1", "_r1"],
        };
        self.sign(draft, &super::world::keys().provider, ids)
    }

    /// Whether the program accepts the first signature inside of the element with that id.
    pub(super) fn verifies(&self, text: &str, key: &SpKey, id: &str) -> bool {
        let certificate = self.file("cert.pem", &key.certificate().to_string());
        let input = self.file("signed.xml", text);
        let args = ["--verify", "--pubkey-cert-pem", path(&certificate), "--node-id", id];
        let args = [&args[..], &IDS, &[path(&input)]].concat();
        Command::new("xmlsec1").args(args).output().unwrap().status.success()
    }

    /// Encrypts the assertion of a response for a certificate: content and key transport as the template says.
    pub(super) fn encrypt(&self, text: &str, key: &SpKey, session: &str, template: &str) -> String {
        let certificate = self.file("sp.pem", &key.certificate().to_string());
        let template = self.file("template.xml", template);
        let input = self.file("plain.xml", text);
        let args = ["--encrypt", "--pubkey-cert-pem", path(&certificate), "--session-key", session];
        let data =
            ["--xml-data", path(&input), "--node-xpath", "//*[local-name()='Assertion']", path(&template)];
        let out = self.run(&[&args[..], &data].concat());
        let out = edited(&out, "<xenc:EncryptedData", "<saml:EncryptedAssertion><xenc:EncryptedData");
        edited(&out, "</xenc:EncryptedData>", "</xenc:EncryptedData></saml:EncryptedAssertion>")
    }

    fn run(&self, args: &[&str]) -> String {
        let output = self.folder.path().join("out.xml");
        let (verb, rest) = args.split_first().unwrap();
        let done =
            Command::new("xmlsec1").arg(verb).arg("--output").arg(&output).args(rest).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        let text = std::fs::read_to_string(output).unwrap();
        text.strip_prefix("<?xml version=\"1.0\"?>\n").unwrap_or(&text).trim_end().to_owned()
    }
}

/// A private key in PEM.
pub(super) fn pem(key: &SpKey) -> String {
    format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", wrapped(key.pkcs8().expose()))
}

fn wrapped(bytes: &[u8]) -> String {
    let text = BASE64.encode(bytes);
    text.as_bytes().chunks(64).map(|line| String::from_utf8_lossy(line)).collect::<Vec<_>>().join("\n")
}

pub(super) fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Which attributes are ids.
pub(super) const IDS: [&str; 10] = [
    "--id-attr:ID",
    "urn:oasis:names:tc:SAML:2.0:assertion:Assertion",
    "--id-attr:ID",
    "urn:oasis:names:tc:SAML:2.0:protocol:Response",
    "--id-attr:ID",
    "urn:oasis:names:tc:SAML:2.0:protocol:AuthnRequest",
    "--id-attr:ID",
    "urn:oasis:names:tc:SAML:2.0:protocol:LogoutRequest",
    "--id-attr:ID",
    "urn:oasis:names:tc:SAML:2.0:metadata:EntityDescriptor",
];
