//! Metadata, ours and the provider's.

use std::sync::Mutex;

use gatehouse_domain::connection::{Certificate, Denial, NameIdFormat};
use gatehouse_spi::{Answer, Call, Outbound, OutboundError, Room, Sending};
use openssl::asn1::Asn1Time;
use openssl::hash::MessageDigest;
use openssl::pkey::PKey;
use openssl::rsa::Rsa;
use openssl::x509::X509;

use super::provider::{Bench, edited, template};
use super::world::{ACS, ENTITY, IDP, SLO, config, keys, now, us, work};
use crate::SpKeys;
use crate::metadata::{BadMetadata, IdpMetadata, describe, fetch, read};
use crate::xml::{DSIG, Limits, METADATA, parse};

fn described(signature: &str) -> String {
    let key = |purpose: &str, certificate: &Certificate| {
        format!(
            "<KeyDescriptor{purpose}><ds:KeyInfo><ds:X509Data><ds:X509Certificate>\n{}\n</ds:X509Certificate></ds:X509Data></ds:KeyInfo></KeyDescriptor>",
            certificate.base64()
        )
    };
    let keys = keys();
    let all = [
        key(" use=\"signing\"", keys.provider.certificate()),
        key("", keys.provider_ec.certificate()),
        key(" use=\"encryption\"", keys.stranger.certificate()),
        key(" use=\"signing\"", keys.provider.certificate()),
    ]
    .concat();
    let service = |name: &str, binding: &str, to: &str| {
        format!("<{name} Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:{binding}\" Location=\"{to}\"/>")
    };
    let services = [
        service("SingleLogoutService", "HTTP-Redirect", "https://idp.corp.example/slo?x=1"),
        "<NameIDFormat>urn:oasis:names:tc:SAML:2.0:nameid-format:persistent</NameIDFormat>".to_owned(),
        service("SingleSignOnService", "SOAP", "https://idp.corp.example/soap"),
        service("SingleSignOnService", "HTTP-POST", "https://idp.corp.example/post"),
        service("SingleSignOnService", "HTTP-Redirect", "https://idp.corp.example/sso"),
    ]
    .concat();
    format!(
        "<?xml version=\"1.0\"?>\n<!-- as exported -->\n<EntityDescriptor xmlns=\"urn:oasis:names:tc:SAML:2.0:metadata\" xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\" ID=\"_m1\" entityID=\"{IDP}\" validUntil=\"2027-01-01T00:00:00Z\">{signature}<IDPSSODescriptor WantAuthnRequestsSigned=\"true\" protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:1.1:protocol urn:oasis:names:tc:SAML:2.0:protocol\"><!-- keys -->{all}{services}</IDPSSODescriptor></EntityDescriptor>"
    )
}

async fn taken(text: &str, signer: Option<&Certificate>) -> Result<IdpMetadata, BadMetadata> {
    read(&work(), text.as_bytes().to_vec(), signer.cloned(), now()).await
}

#[tokio::test]
async fn a_providers_metadata_propose_what_a_connection_trusts() {
    let found = taken(&described(""), None).await.unwrap();
    assert_eq!(found.entity_id, IDP);
    assert_eq!(found.sso.redirect.as_ref().unwrap().as_str(), "https://idp.corp.example/sso");
    assert_eq!(found.sso.post.as_ref().unwrap().as_str(), "https://idp.corp.example/post");
    let certificates: Vec<_> =
        found.certificates.iter().map(|(certificate, _)| certificate.clone()).collect();
    assert_eq!(
        certificates,
        [keys().provider.certificate().clone(), keys().provider_ec.certificate().clone()]
    );
    let ends = found.certificates[0].1.not_after;
    assert_eq!(ends, now() + chrono::Duration::days(3 * 365));
    assert!(found.wants_signed_requests && !found.signed);
    assert_eq!(found.name_id_formats, [NameIdFormat::Persistent]);
    assert!(found.valid_until.is_some());

    let change = found.change(&config());
    assert_eq!(change.added, [keys().provider_ec.certificate().clone()]);
    assert!(change.removed.is_empty() && !change.entity_id && change.endpoints);
    let mut pinned = config();
    pinned.entity_id = "https://other.example".into();
    pinned.certificates = vec![keys().stranger.certificate().clone()];
    pinned.sso = found.sso.clone();
    let change = found.change(&pinned);
    assert!(change.entity_id && !change.endpoints);
    assert_eq!((change.added.len(), change.removed), (2, vec![keys().stranger.certificate().fingerprint()]));
}

fn short_key() -> String {
    let key = PKey::from_rsa(Rsa::generate(1024).unwrap()).unwrap();
    let mut x509 = X509::builder().unwrap();
    x509.set_pubkey(&key).unwrap();
    x509.set_not_before(&Asn1Time::from_unix(0).unwrap()).unwrap();
    x509.set_not_after(&Asn1Time::from_unix(4_000_000_000).unwrap()).unwrap();
    x509.sign(&key, MessageDigest::sha256()).unwrap();
    Certificate::from_der(x509.build().to_der().unwrap()).unwrap().base64()
}

/// SAM-17.
#[tokio::test]
async fn metadata_that_cannot_be_used_are_refused_with_a_reason() {
    let good = described("");
    let provider = keys().provider.certificate().base64();
    let bomb =
        format!("<!DOCTYPE x [<!ENTITY a \"{}\">]>{}", "a".repeat(100), good.split_once("?>").unwrap().1);
    let many = format!(
        "<EntitiesDescriptor xmlns=\"{METADATA}\">{}</EntitiesDescriptor>",
        good.split_once("-->\n").unwrap().1
    );
    let cases = [
        ("a bomb", bomb, BadMetadata::Xml("declaration")),
        ("CDATA", edited(&good, "<!-- keys -->", "<![CDATA[x]]>"), BadMetadata::Xml("declaration")),
        ("a page", "<!DOCTYPE html><html></html>".into(), BadMetadata::Xml("declaration")),
        ("too large", edited(&good, "<!-- keys -->", &" ".repeat(300_000)), BadMetadata::Xml("size")),
        ("many", many, BadMetadata::NotOneProvider),
        ("a service provider's", good.replace("IDPSSO", "SPSSO"), BadMetadata::NotOneProvider),
        (
            "of SAML 1.1",
            edited(&good, " urn:oasis:names:tc:SAML:2.0:protocol\"", "\""),
            BadMetadata::NotOneProvider,
        ),
        ("expired", edited(&good, "2027-01-01", "2026-01-01"), BadMetadata::Expired),
        ("until some day", edited(&good, "2027-01-01T00:00:00Z", "some day"), BadMetadata::Expired),
        ("without certificate", good.replace("X509Certificate", "X509CRL"), BadMetadata::Certificates),
        ("with a broken one", edited(&good, &provider, "AAAA"), BadMetadata::Certificates),
        ("with a short key", edited(&good, &provider, &short_key()), BadMetadata::Certificates),
        ("without sign-in", good.replace("SingleSignOnService", "ArtifactService"), BadMetadata::Endpoint),
    ];
    for (name, text, problem) in cases {
        assert_eq!(taken(&text, None).await.err(), Some(problem), "{name}");
    }
}

#[tokio::test]
async fn a_signature_of_metadata_counts_only_by_the_key_that_was_asked_for() {
    let bench = Bench::new();
    let keys = keys();
    let signed = bench.sign(&described(&template("_m1")), &keys.stranger, &["_m1"]);
    let trusted = Some(keys.stranger.certificate());
    assert!(taken(&signed, trusted).await.unwrap().signed);
    assert!(!taken(&signed, None).await.unwrap().signed, "a signature nobody asked for");
    let changed = edited(&signed, "idp.corp.example/sso", "evil.example/sso");
    for (name, text, signer) in [
        ("unsigned", &described(""), trusted),
        ("by another", &signed, Some(keys.ours.certificate())),
        ("changed", &changed, trusted),
    ] {
        assert_eq!(taken(text, signer).await.err(), Some(BadMetadata::Signature), "{name}");
    }
}

#[test]
fn our_metadata_show_two_certificates_of_a_use_while_keys_change() {
    let keys = keys();
    let rotating = SpKeys::new(
        vec![keys.ours_ec.clone(), keys.ours.clone()],
        vec![keys.ours.clone(), keys.ours_next.clone()],
    )
    .unwrap();
    let text = describe(&us(), &rotating, None);
    let root = parse(text.as_bytes(), Limits::METADATA).unwrap().root;
    assert_eq!(root.attribute("entityID"), Some(ENTITY));
    let role = root.only(METADATA, "SPSSODescriptor").unwrap();
    assert_eq!(role.attribute("AuthnRequestsSigned"), Some("true"));
    let shown = |purpose: &str| -> Vec<String> {
        role.all(METADATA, "KeyDescriptor")
            .filter(|key| key.attribute("use") == Some(purpose))
            .flat_map(crate::xml::Element::walk)
            .filter(|element| element.is(DSIG, "X509Certificate"))
            .map(|element| element.text.clone())
            .collect()
    };
    let base64 = |keys: [&crate::SpKey; 2]| keys.map(|key| key.certificate().base64()).to_vec();
    assert_eq!(shown("signing"), base64([&keys.ours_ec, &keys.ours]));
    assert_eq!(shown("encryption"), base64([&keys.ours, &keys.ours_next]));
    assert_eq!(role.only(METADATA, "AssertionConsumerService").unwrap().attribute("Location"), Some(ACS));
    assert!(role.all(METADATA, "SingleLogoutService").all(|one| one.attribute("Location") == Some(SLO)));
    assert!(!text.contains("cbc"), "CBC is offered only where it is allowed");
    let mut allowed = config();
    allowed.allow_cbc = true;
    allowed.want_assertions_signed = true;
    let text = describe(&us(), &rotating, Some(&allowed));
    assert!(text.contains("aes256-cbc") && text.contains("WantAssertionsSigned=\"true\""));
}

/// An answer prepared beforehand, and what was asked.
#[derive(Debug)]
struct Prepared(Result<u16, OutboundError>, Mutex<Vec<String>>);

impl Outbound for Prepared {
    fn send<'a>(&'a self, call: Call<'a>) -> Sending<'a> {
        self.1.lock().unwrap().push(format!("{} {} {}", call.url, call.most, call.form.is_none()));
        let body = described("").into_bytes();
        let answer = self.0.map(|status| Answer { status, media_type: "application/xml".into(), body });
        Box::pin(async move { answer })
    }
}

#[tokio::test]
async fn metadata_are_fetched_through_the_guarded_client_alone() {
    let url = "https://idp.corp.example/metadata".parse().unwrap();
    for (answer, denial) in [
        (Ok(200), None),
        (Ok(404), Some(Denial::Upstream("saml_metadata_answer"))),
        (Ok(302), Some(Denial::Upstream("saml_metadata_answer"))),
        (Err(OutboundError::BadAnswer), Some(Denial::Upstream("saml_metadata_answer"))),
        (Err(OutboundError::Blocked), Some(Denial::Misconfigured("saml_metadata_address"))),
        (Err(OutboundError::Unreachable), Some(Denial::Unreachable)),
        (Err(OutboundError::Busy), Some(Denial::Busy)),
    ] {
        let outbound = Prepared(answer, Mutex::default());
        let fetched = fetch(&url, &outbound, Room::Jobs).await;
        assert_eq!(fetched.err(), denial, "{answer:?}");
        assert_eq!(*outbound.1.lock().unwrap(), ["https://idp.corp.example/metadata 262144 true"]);
    }
}
