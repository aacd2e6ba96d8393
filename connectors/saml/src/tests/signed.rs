//! What is accepted, and that nothing without the provider's own signature is.

use gatehouse_domain::connection::{Assertion, Denial};

use super::provider::{Bench, Signed, draft, edited};
use super::world::{ENTITY, IDP, failure, judged, keys, now, saml};

#[tokio::test]
async fn a_good_response_becomes_an_assertion_wherever_its_signature_stands() {
    let bench = Bench::new();
    for signed in [Signed::Assertion, Signed::Response, Signed::Both] {
        let judged = judged(&saml(|_| ()), &bench.response(signed)).await;
        let assertion: Assertion =
            judged.outcome.unwrap_or_else(|_| panic!("{signed:?}: {:?}", judged.trace));
        assert_eq!(assertion.issuer, IDP);
        let subject = format!(
            r#"["urn:oasis:names:tc:SAML:2.0:nameid-format:persistent","{IDP}","{ENTITY}","alice-7"]"#
        );
        assert_eq!(assertion.subject, subject);
        assert_eq!(assertion.address.unwrap().address.to_string(), "alice@corp.example");
        assert_eq!(assertion.name.unwrap(), "Alice & Co");
        assert_eq!(assertion.groups, ["staff", "ops"]);
        assert_eq!(assertion.auth_time.unwrap(), now() - chrono::Duration::minutes(1));
        assert_eq!(
            assertion.acr.unwrap(),
            "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"
        );
        let once = assertion.once.unwrap();
        assert_eq!(once.id, "_a1");
        assert_eq!(once.until, now() + chrono::Duration::minutes(7));
    }
}

#[tokio::test]
async fn nothing_but_a_pinned_key_of_the_connection_makes_a_response_good() {
    let bench = Bench::new();
    let unsigned = bench.response(Signed::Nothing);
    let stranger = bench.sign(&draft(Signed::Both), &keys().stranger, &["_a1", "_r1"]);
    let signed = bench.response(Signed::Both);
    let cases = [
        ("unsigned", unsigned, "saml_signed"),
        ("signed by a stranger", stranger.clone(), "saml_signature"),
        ("another name", edited(&signed, "alice-7", "bob-1"), "saml_signature"),
        ("another group", edited(&signed, ">ops<", ">root<"), "saml_signature"),
    ];
    for (name, response, code) in cases {
        let judged = judged(&saml(|_| ()), &response).await;
        assert_eq!(judged.outcome.clone().unwrap_err(), Denial::Invalid(code), "{name}");
        assert_eq!(failure(&judged.trace).unwrap().0, code, "{name}");
    }
    let both = saml(|config| {
        config.certificates.insert(0, keys().provider_ec.certificate().clone());
        config.certificates.insert(0, keys().stranger.certificate().clone());
    });
    assert!(judged(&both, &signed).await.outcome.is_ok(), "the right pin is found behind others");
    assert!(judged(&both, &stranger).await.outcome.is_ok(), "each pin counts while certificates overlap");
}

#[tokio::test]
async fn every_accepted_algorithm_is_verified_by_the_kind_of_key_it_names() {
    let bench = Bench::new();
    let both = saml(|config| config.certificates.push(keys().provider_ec.certificate().clone()));
    let signed = |algorithm: &str, digest: &str, inside: &str| {
        let draft = edited(&draft(Signed::Both), "xmldsig-more#rsa-sha256", algorithm);
        let draft = edited(&draft, "http://www.w3.org/2001/04/xmlenc#sha256", digest);
        edited(
            &draft,
            "exc-c14n#\"/><ds:SignatureMethod",
            &format!("exc-c14n#\">{inside}</ds:CanonicalizationMethod><ds:SignatureMethod"),
        )
    };
    let sha384 = "http://www.w3.org/2001/04/xmldsig-more#sha384";
    let sha512 = "http://www.w3.org/2001/04/xmlenc#sha512";
    let prefixes = "<ec:InclusiveNamespaces xmlns:ec=\"http://www.w3.org/2001/10/xml-exc-c14n#\" PrefixList=\"xs xsi\"/>";
    for (algorithm, digest, inside, key) in [
        ("xmldsig-more#rsa-sha384", sha384, "", &keys().provider),
        ("xmldsig-more#rsa-sha512", sha512, prefixes, &keys().provider),
        ("xmldsig-more#ecdsa-sha256", sha512, "", &keys().provider_ec),
        ("xmldsig-more#ecdsa-sha384", sha384, prefixes, &keys().provider_ec),
        ("xmldsig-more#ecdsa-sha512", sha512, "", &keys().provider_ec),
    ] {
        let response = bench.sign(&signed(algorithm, digest, inside), key, &["_a1", "_r1"]);
        let judged = judged(&both, &response).await;
        assert!(judged.outcome.is_ok(), "{algorithm}: {:?}", judged.trace);
    }
    let mixed = bench.sign(&draft(Signed::Both), &keys().provider, &["_a1"]);
    let mixed = bench.sign(&mixed, &keys().stranger, &["_r1"]);
    let pinned = saml(|config| config.certificates.push(keys().stranger.certificate().clone()));
    assert_eq!(
        judged(&pinned, &mixed).await.outcome.err(),
        Some(Denial::Invalid("saml_signature")),
        "all signatures of a message are by one key"
    );
}
