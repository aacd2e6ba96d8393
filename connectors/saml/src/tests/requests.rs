//! Our requests, verified by the xmlsec1 program, by xml-crypto, and by the openssl program.

use std::process::Command;

use data_encoding::BASE64;
use gatehouse_domain::connection::{Denial, SamlEndpoints};
use gatehouse_spi::upstream::{Ask, Step, Upstream as _};
use url::Url;

use super::provider::{Bench, path};
use super::world::{ACS, ENTITY, REQUEST, WORLD, ask, begin, config, keys, saml, us, work};
use crate::decode::{Field, arrived};
use crate::xml::{ASSERTION, Element, Limits, PROTOCOL, parse};
use crate::{Family, Saml, SpKey, SpKeys};

/// A connection whose requests this key signs, and that takes them in a form.
fn posting(key: &SpKey, to: &str) -> Saml {
    let mut config = config();
    config.sso = SamlEndpoints { redirect: None, post: Some(to.parse().unwrap()) };
    Saml::new(config, us(), SpKeys::new(vec![key.clone()], Vec::new()).unwrap(), work()).unwrap()
}

fn root(text: &[u8]) -> Element {
    parse(text, Limits::MESSAGE).unwrap().root
}

/// The document in the query of an address, and the query.
fn queried(step: Step) -> (Element, String) {
    let Step::Redirect(url) = step else { panic!("no redirect") };
    let query = url.query().unwrap().to_owned();
    let reply = gatehouse_spi::upstream::Reply::Query(gatehouse_domain::secret::Secret::new(query.clone()));
    (root(&arrived(&reply, Field::Request).unwrap().document), query)
}

#[tokio::test]
async fn a_request_says_what_is_asked_and_no_value_escapes_its_place() {
    let kind = "urn:oasis:names:tc:SAML:2.0:ac:classes:\"><x>&";
    let asked = Ask { fresh: true, contexts: vec![kind.into(), "urn:b".into()], ..ask() };
    let (request, _) = queried(begin(&saml(|_| ()), &asked).await.0);
    assert!(request.is(PROTOCOL, "AuthnRequest"));
    for (name, value) in [
        ("ID", REQUEST),
        ("Version", "2.0"),
        ("IssueInstant", "2026-03-01T12:00:00.000Z"),
        ("Destination", "https://idp.corp.example/sso"),
        ("AssertionConsumerServiceURL", ACS),
        ("ProtocolBinding", "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"),
        ("ForceAuthn", "true"),
    ] {
        assert_eq!(request.attribute(name), Some(value), "{name}");
    }
    assert_eq!(request.only(ASSERTION, "Issuer").unwrap().plain_text(), Some(ENTITY));
    let contexts = request.only(PROTOCOL, "RequestedAuthnContext").unwrap();
    assert_eq!(contexts.attribute("Comparison"), Some("exact"));
    let classes: Vec<_> = contexts.children.iter().filter_map(Element::plain_text).collect();
    assert_eq!(classes, [kind, "urn:b"]);
    let policy = request.only(PROTOCOL, "NameIDPolicy").unwrap();
    assert_eq!(policy.attribute("Format"), Some("urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"));
    let (plain, query) = queried(begin(&saml(|config| config.sign_requests = false), &ask()).await.0);
    assert_eq!((plain.attribute("ForceAuthn"), plain.only(PROTOCOL, "RequestedAuthnContext")), (None, None));
    assert!(!query.contains("SigAlg") && query.ends_with("&RelayState=flow-1"), "{query}");
}

#[tokio::test]
async fn a_posted_request_is_verified_by_two_stacks_that_are_not_ours() {
    let bench = Bench::new();
    let hostile = "https://idp.corp.example/sso?a=1&b=%22%3E%3Cx%3E";
    for key in [&keys().ours, &keys().ours_ec] {
        let asked = Ask { contexts: vec!["urn:é<&>\"".to_owned()], ..ask() };
        let (step, _) = begin(&posting(key, hostile), &asked).await;
        let Step::PostForm(form) = step else { panic!("no form") };
        assert_eq!(form.action.as_str(), hostile);
        assert_eq!(form.fields[1], ("RelayState", "flow-1".to_owned()));
        let text = String::from_utf8(BASE64.decode(form.fields[0].1.as_bytes()).unwrap()).unwrap();
        assert_eq!(root(text.as_bytes()).attribute("Destination"), Some(hostile));
        let classes = root(text.as_bytes());
        let class = classes.walk().find(|element| element.name == "AuthnContextClassRef").unwrap();
        assert_eq!(class.plain_text(), Some("urn:é<&>\""));
        assert!(bench.verifies(&text, key, REQUEST), "{text}");
        assert!(!bench.verifies(&text.replace("ForceAuthn", "x").replace(ACS, "https://x/"), key, REQUEST));
        let file = bench.file("request.xml", &text);
        let certificate = bench.file("ours.pem", &key.certificate().to_string());
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/interop/xml-signature.mjs");
        let argument =
            serde_json::json!({ "file": path(&file), "certificate": path(&certificate), "id": REQUEST });
        let done = Command::new("node").args([script, &argument.to_string()]).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }
}

#[tokio::test]
async fn a_redirected_request_is_signed_over_its_query() {
    let bench = Bench::new();
    for (key, algorithm) in [(&keys().ours, "rsa-sha256"), (&keys().ours_ec, "ecdsa-sha256")] {
        let keys = SpKeys::new(vec![key.clone()], Vec::new()).unwrap();
        let saml = Saml::new(config(), us(), keys, work()).unwrap();
        let (_, query) = queried(begin(&saml, &ask()).await.0);
        let (signed, signature) = query.split_once("&Signature=").unwrap();
        assert!(signed.starts_with("SAMLRequest="));
        let end = format!(
            "&RelayState=flow-1&SigAlg=http%3A%2F%2Fwww.w3.org%2F2001%2F04%2Fxmldsig-more%23{algorithm}"
        );
        assert!(signed.ends_with(&end), "{signed}");
        let signature: String =
            url::form_urlencoded::parse(format!("={signature}").as_bytes()).next().unwrap().1.into();
        let signature = BASE64.decode(signature.as_bytes()).unwrap();
        let certificate = bench.file("ours.pem", &key.certificate().to_string());
        let raw = certificate.with_file_name("signature.bin");
        std::fs::write(&raw, signature).unwrap();
        let public = certificate.with_file_name("public.pem");
        let script = "openssl x509 -in \"$1\" -pubkey -noout > \"$2\" && openssl dgst -sha256 -verify \"$2\" -signature \"$3\" \"$4\"";
        let signed = bench.file("signed.txt", signed);
        let files = [path(&certificate), path(&public), path(&raw), path(&signed)];
        let done = Command::new("sh").args(["-c", script, "sh"]).args(files).output().unwrap();
        assert!(done.status.success(), "{algorithm}: {}", String::from_utf8_lossy(&done.stderr));
    }
}

#[tokio::test]
async fn a_connection_that_cannot_work_is_not_put_together() {
    let keys = keys();
    let ours = || SpKeys::new(vec![keys.ours.clone()], Vec::new()).unwrap();
    let mut config = config();
    config.certificates.clear();
    assert!(Saml::new(config, us(), ours(), work()).is_err(), "SAM-07");
    assert!(SpKeys::new(Vec::new(), Vec::new()).is_err());
    assert!(SpKeys::new(vec![keys.ours.clone()], vec![keys.ours_ec.clone()]).is_err(), "EC decrypts nothing");
    assert!(SpKeys::new(vec![keys.ours.clone(); 3], Vec::new()).is_err());
    let mixed = SpKey::new(keys.ours.certificate().clone(), keys.ours_next.pkcs8().clone());
    assert_eq!(mixed.unwrap_err(), crate::BadKey::Mismatch);
    assert_eq!(keys.ours_ec.family(), Family::Ec);
    let elsewhere: Url = "https://other.example/acs".parse().unwrap();
    let judged = saml(|_| ()).begin(&Ask { callback: elsewhere, ..ask() }, WORLD()).await;
    assert_eq!(judged.outcome.err(), Some(Denial::Misconfigured("saml_callback")));
}
