//! Signatures that ask for more than a signature needs: what the verifier would fetch, run, or take for another kind.

use super::provider::{Bench, Signed, edited};
use super::world::{cut, judged, refused, saml};

type Case = (&'static str, &'static str, String);

const C14N: &str = "<ds:CanonicalizationMethod Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/>";
const TRANSFORM: &str = "<ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/>";
const RSA: &str = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
const SHA256: &str = "http://www.w3.org/2001/04/xmlenc#sha256";
const URI: &str = "URI=\"#_a1\"";

fn references() -> Vec<Case> {
    vec![
        ("a fetched reference", URI, "URI=\"http://127.0.0.1:1/\"".into()),
        ("a file", URI, "URI=\"file:///etc/passwd\"".into()),
        ("the whole document", URI, "URI=\"\"".into()),
        ("an XPointer", URI, "URI=\"#xpointer(id('_a1'))\"".into()),
        ("the response", URI, "URI=\"#_r1\"".into()),
        ("no address", URI, String::new()),
        ("a type", URI, format!("{URI} Type=\"http://www.w3.org/2000/09/xmldsig#Manifest\"")),
    ]
}

fn algorithms() -> Vec<Case> {
    let xslt = "<ds:Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xslt-19991116\"><xsl:stylesheet xmlns:xsl=\"http://www.w3.org/1999/XSL/Transform\" version=\"1.0\"/></ds:Transform>";
    let xpath = "<ds:Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xpath-19991116\"><ds:XPath>self::saml:Subject</ds:XPath></ds:Transform>";
    let inclusive = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";
    vec![
        ("XSLT", TRANSFORM, xslt.into()),
        ("XPath", TRANSFORM, xpath.into()),
        ("a third transform", TRANSFORM, TRANSFORM.repeat(2)),
        ("no canonicalization", TRANSFORM, String::new()),
        ("comments kept", TRANSFORM, TRANSFORM.replace("c14n#", "c14n#WithComments")),
        (
            "another canonicalization",
            C14N,
            C14N.replace("http://www.w3.org/2001/10/xml-exc-c14n#", inclusive),
        ),
        ("SHA-1", RSA, "http://www.w3.org/2000/09/xmldsig#rsa-sha1".into()),
        ("HMAC", RSA, RSA.replace("rsa", "hmac")),
        ("DSA", RSA, "http://www.w3.org/2009/xmldsig11#dsa-sha256".into()),
        ("a digest of SHA-1", SHA256, "http://www.w3.org/2000/09/xmldsig#sha1".into()),
        ("a digest of MD5", SHA256, "http://www.w3.org/2001/04/xmldsig-more#md5".into()),
    ]
}

fn contents() -> Vec<Case> {
    const END: &str = "</ds:Signature>";
    let key = |inside: &str| format!("<ds:KeyInfo>{inside}</ds:KeyInfo>{END}");
    vec![
        ("an object", END, format!("<ds:Object/>{END}")),
        ("a key elsewhere", END, key("<ds:RetrievalMethod URI=\"http://127.0.0.1:1/\"/>")),
        (
            "a reference to a key",
            END,
            key("<ds11:KeyInfoReference xmlns:ds11=\"http://www.w3.org/2009/xmldsig11#\" URI=\"#x\"/>"),
        ),
        ("a key of another kind", END, key("<e:Key xmlns:e=\"urn:e:e\"/>")),
        ("elements in the value", "</ds:SignatureValue>", "<ds:X/></ds:SignatureValue>".into()),
        ("elements in the digest", "</ds:DigestValue>", "<ds:X/></ds:DigestValue>".into()),
        ("text in the signature", "<ds:SignedInfo>", "x<ds:SignedInfo>".into()),
        ("truncation", "<ds:Reference ", "<ds:HMACOutputLength>8</ds:HMACOutputLength><ds:Reference ".into()),
    ]
}

#[tokio::test]
async fn a_signature_that_asks_for_more_than_a_signature_needs_never_reaches_the_library() {
    let bench = Bench::new();
    let good = bench.response(Signed::Assertion);
    for (name, from, to) in [references(), algorithms(), contents()].into_iter().flatten() {
        refused(name, &edited(&good, from, &to), "saml_structure").await;
    }
    let reference = cut(&good, "<ds:Reference ", "</ds:Reference>");
    let manifest = format!("<ds:Manifest>{reference}</ds:Manifest>");
    for (name, to) in
        [("two references", reference.repeat(2)), ("none", String::new()), ("a manifest", manifest)]
    {
        refused(name, &edited(&good, reference, &to), "saml_structure").await;
    }
}

#[tokio::test]
async fn a_key_that_a_signature_carries_is_not_looked_at() {
    let bench = Bench::new();
    let key = "<ds:KeyInfo><ds:X509Data><ds:X509Certificate>AAAA</ds:X509Certificate></ds:X509Data></ds:KeyInfo></ds:Signature>";
    let carried = edited(&bench.response(Signed::Assertion), "</ds:Signature>", key);
    assert!(judged(&saml(|_| ()), &carried).await.outcome.is_ok());
}
