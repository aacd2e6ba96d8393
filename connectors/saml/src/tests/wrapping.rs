//! Forged documents around a genuine signature: refused for their structure, before the signature is looked at.

use super::provider::{Bench, Signed, assertion, edited};
use super::world::{cut, judged, refused, saml};

/// A genuine response whose assertion is signed, in pieces.
struct Pieces {
    part: String,
    signed: String,
    signature: String,
    bare: String,
    evil: String,
}

impl Pieces {
    fn of(part: &str) -> Self {
        let signed = cut(part, "<saml:Assertion", "</saml:Assertion>");
        let signature = cut(signed, "<ds:Signature ", "</ds:Signature>");
        Self {
            part: part.to_owned(),
            signed: signed.to_owned(),
            signature: signature.to_owned(),
            bare: signed.replace(signature, ""),
            evil: assertion("").replace("_a1", "_evil").replace("alice", "admin"),
        }
    }

    /// The response with something in the place of the signed assertion.
    fn with(&self, instead: &str) -> String {
        edited(&self.part, &self.signed, instead)
    }

    /// The evil assertion with something inside.
    fn evil_with(&self, inside: &str) -> String {
        edited(&self.evil, "<saml:Subject>", &format!("{inside}<saml:Subject>"))
    }

    /// The signature with something inside.
    fn signature_with(&self, inside: &str) -> String {
        edited(&self.signature, "</ds:Signature>", &format!("{inside}</ds:Signature>"))
    }
}

/// Those of Somorovsky and others, "On Breaking SAML", 2012, that move a signed response.
fn around_the_response(whole: &str) -> Vec<(&'static str, String)> {
    let bare = whole.replace(cut(whole, "<ds:Signature ", "</ds:Signature>"), "");
    let evil = edited(&edited(whole, "ID=\"_r1\"", "ID=\"_r2\""), "alice", "admin");
    let object = format!("<ds:Object>{bare}</ds:Object></ds:Signature>");
    let root = "<samlp:Response xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" ID=\"_x\">";
    vec![
        ("1: original inside the signature", edited(&evil, "</ds:Signature>", &object)),
        (
            "2: original beside the signature",
            edited(&evil, "<ds:Signature ", &format!("{bare}<ds:Signature ")),
        ),
        ("a signed response as the message's child", format!("{root}{whole}</samlp:Response>")),
    ]
}

/// Those that move a signed assertion.
fn around_the_assertion(of: &Pieces) -> Vec<(&'static str, String)> {
    let Pieces { signed, signature, bare, evil, .. } = of;
    let object = of.signature_with(&format!("<ds:Object>{bare}</ds:Object>"));
    vec![
        ("3: evil assertion before the signed one", of.with(&format!("{evil}{signed}"))),
        ("3b: evil assertion behind the signed one", of.with(&format!("{signed}{evil}"))),
        ("4: signed assertion inside the evil one", of.with(&of.evil_with(signed))),
        ("5: signature moved to the evil one", of.with(&format!("{}{bare}", of.evil_with(signature)))),
        ("6: original inside the signature", of.with(&of.evil_with(&of.signature_with(bare)))),
        (
            "7: evil assertion in Extensions",
            of.with(&format!("<samlp:Extensions>{evil}</samlp:Extensions>{signed}")),
        ),
        (
            "7b: signed assertion in Extensions",
            of.with(&format!("<samlp:Extensions>{signed}</samlp:Extensions>{evil}")),
        ),
        ("8: original in an Object", of.with(&of.evil_with(&object))),
    ]
}

fn relatives(of: &Pieces) -> Vec<(&'static str, String)> {
    let Pieces { part, signed, signature, evil, .. } = of;
    let moved = edited(&edited(part, signature, ""), "<samlp:Status>", &format!("{signature}<samlp:Status>"));
    let unnamed =
        edited(part, "xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\"", "xmlns:samlp=\"urn:e:e\"");
    vec![
        ("assertion of another namespace", of.with(&format!("{signed}<e:Assertion xmlns:e=\"urn:e:e\"/>"))),
        ("a second response", of.with(&format!("{signed}<e:Response xmlns:e=\"urn:e:e\"/>"))),
        ("two ids alike", of.with(&format!("{}{signed}", evil.replace("_evil", "_a1")))),
        ("an id under another spelling", edited(part, "<saml:Subject>", "<saml:Subject id=\"_a1\">")),
        ("an encrypted assertion beside it", of.with(&format!("{signed}<saml:EncryptedAssertion/>"))),
        ("signature of the assertion at the response", moved),
        ("a second signature", edited(part, signature, &signature.repeat(2))),
        ("the root of another namespace", unnamed),
        ("no id", edited(part, "ID=\"_r1\"", "")),
    ]
}

/// SAM-01.
#[tokio::test]
async fn wrapped_signatures_are_refused_for_their_structure_and_the_original_still_works() {
    let bench = Bench::new();
    let whole = bench.response(Signed::Response);
    let part = bench.response(Signed::Assertion);
    let pieces = Pieces::of(&part);
    let all = [around_the_response(&whole), around_the_assertion(&pieces), relatives(&pieces)];
    for (name, response) in all.into_iter().flatten() {
        refused(name, &response, "saml_structure").await;
    }
    assert!(judged(&saml(|_| ()), &whole).await.outcome.is_ok());
    assert!(judged(&saml(|_| ()), &part).await.outcome.is_ok());
}
