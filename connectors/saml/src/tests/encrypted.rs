//! Encrypted assertions: both orders of signing, every algorithm that is accepted, and one failure for all others.

use data_encoding::BASE64;
use gatehouse_domain::connection::{Denial, Trace};
use openssl::encrypt::Encrypter;
use openssl::hash::MessageDigest;
use openssl::rsa::Padding;
use openssl::symm::{Cipher, encrypt, encrypt_aead};

use super::provider::{Bench, Signed, assertion, draft, edited, template};
use super::world::{config, cut, failure, judged, keys, saml, us, work};
use crate::{Saml, SpKey, SpKeys};

const GCM: &str = "http://www.w3.org/2009/xmlenc11#aes256-gcm";
const CBC: &str = "http://www.w3.org/2001/04/xmlenc#aes256-cbc";
const OAEP: &str = "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p";
const OAEP11: &str = "http://www.w3.org/2009/xmlenc11#rsa-oaep";
const SHA1: &str = "<ds:DigestMethod Algorithm=\"http://www.w3.org/2000/09/xmldsig#sha1\"/>";
const SHA256: &str = "<ds:DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"/>";
const MASK256: &str = "<e11:MGF xmlns:e11=\"http://www.w3.org/2009/xmlenc11#\" Algorithm=\"http://www.w3.org/2009/xmlenc11#mgf1sha256\"/>";

/// Encrypted data as a document, its values given or left to the xmlsec1 program.
fn data(content: &str, transport: &str, parameters: &str, values: [&str; 2]) -> String {
    let [wrapped, sealed] = values;
    format!(
        r#"<xenc:EncryptedData xmlns:xenc="http://www.w3.org/2001/04/xmlenc#" Type="http://www.w3.org/2001/04/xmlenc#Element"><xenc:EncryptionMethod Algorithm="{content}"/><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><xenc:EncryptedKey><xenc:EncryptionMethod Algorithm="{transport}">{parameters}</xenc:EncryptionMethod><xenc:CipherData><xenc:CipherValue>{wrapped}</xenc:CipherValue></xenc:CipherData></xenc:EncryptedKey></ds:KeyInfo><xenc:CipherData><xenc:CipherValue>{sealed}</xenc:CipherValue></xenc:CipherData></xenc:EncryptedData>"#
    )
}

/// A response with that in the place of its assertion.
fn carrying(response: &str, data: &str) -> String {
    let assertion = cut(response, "<saml:Assertion", "</saml:Assertion>");
    edited(response, assertion, &format!("<saml:EncryptedAssertion>{data}</saml:EncryptedAssertion>"))
}

fn wrap(key: &SpKey, content_key: &[u8], hashes: [MessageDigest; 2]) -> String {
    let mut encrypter = Encrypter::new(key.key()).unwrap();
    encrypter.set_rsa_padding(Padding::PKCS1_OAEP).unwrap();
    encrypter.set_rsa_oaep_md(hashes[0]).unwrap();
    encrypter.set_rsa_mgf1_md(hashes[1]).unwrap();
    let mut out = vec![0; encrypter.encrypt_len(content_key).unwrap()];
    let length = encrypter.encrypt(content_key, &mut out).unwrap();
    BASE64.encode(&out[..length])
}

fn gcm(content_key: &[u8], plain: &str) -> Vec<u8> {
    let mut tag = [0; 16];
    let body =
        encrypt_aead(Cipher::aes_256_gcm(), content_key, Some(&[1; 12]), &[], plain.as_bytes(), &mut tag)
            .unwrap();
    [&[1; 12][..], &body, &tag].concat()
}

/// A response whose assertion hides this, with the usual algorithms.
fn hiding(plain: &str) -> String {
    let sha1 = MessageDigest::sha1();
    let values = [wrap(&keys().ours, &[3; 32], [sha1, sha1]), BASE64.encode(&gcm(&[3; 32], plain))];
    carrying(&draft(Signed::Nothing), &data(GCM, OAEP, "", [&values[0], &values[1]]))
}

fn signed_assertion(bench: &Bench) -> String {
    bench.sign(&assertion(&template("_a1")), &keys().provider, &["_a1"])
}

#[tokio::test]
async fn what_xmlsec1_encrypts_is_read_in_both_orders_of_signing() {
    let bench = Bench::new();
    let aes128 = GCM.replace("256", "128");
    for (content, session) in [(GCM, "aes-256"), (aes128.as_str(), "aes-128")] {
        let template = data(content, OAEP, "", ["", ""]);
        for order in [Signed::Assertion, Signed::Response, Signed::Both] {
            let inner = if order == Signed::Response { Signed::Nothing } else { Signed::Assertion };
            let plain = bench.signed(&draft(order), inner);
            let mut response = bench.encrypt(&plain, &keys().ours, session, &template);
            if order != Signed::Assertion {
                response = bench.sign(&response, &keys().provider, &["_r1"]);
            }
            assert!(!response.contains("alice"));
            let judged = judged(&saml(|config| config.require_encryption = true), &response).await;
            let assertion = judged.outcome.unwrap_or_else(|_| panic!("{order:?}: {:?}", judged.trace));
            assert_eq!(assertion.name.unwrap(), "Alice & Co");
        }
    }
    let plain = judged(&saml(|config| config.require_encryption = true), &bench.response(Signed::Both)).await;
    assert_eq!(plain.outcome.err(), Some(Denial::Invalid("saml_encryption")));
}

#[tokio::test]
async fn cbc_is_read_only_where_it_is_allowed_and_under_a_signature_verified_before() {
    let bench = Bench::new();
    let aes128 = CBC.replace("256", "128");
    for (content, session) in [(CBC, "aes-256"), (aes128.as_str(), "aes-128")] {
        let plain = bench.signed(&draft(Signed::Both), Signed::Assertion);
        let inner = bench.encrypt(&plain, &keys().ours, session, &data(content, OAEP, "", ["", ""]));
        let unsigned = edited(&inner, &template("_r1"), "");
        let outer = bench.sign(&inner, &keys().provider, &["_r1"]);
        let allowed = saml(|config| config.allow_cbc = true);
        assert!(judged(&allowed, &outer).await.outcome.is_ok());
        let refused = Some(Denial::Invalid("saml_encryption"));
        assert_eq!(judged(&allowed, &unsigned).await.outcome.err(), refused);
        assert_eq!(judged(&saml(|_| ()), &outer).await.outcome.err(), refused);
    }
}

#[tokio::test]
async fn every_accepted_key_transport_is_read_with_either_of_our_keys() {
    let bench = Bench::new();
    let sealed = BASE64.encode(&gcm(&[3; 32], &signed_assertion(&bench)));
    let (sha1, sha256) = (MessageDigest::sha1(), MessageDigest::sha256());
    let both = SpKeys::new(vec![keys().ours_ec.clone()], vec![keys().ours_next.clone(), keys().ours.clone()]);
    let rotating = Saml::new(config(), us(), both.unwrap(), work()).unwrap();
    for (transport, parameters, hashes) in [
        (OAEP, String::new(), [sha1, sha1]),
        (OAEP, SHA1.to_owned(), [sha1, sha1]),
        (OAEP, SHA256.to_owned(), [sha256, sha1]),
        (OAEP11, SHA256.to_owned(), [sha256, sha1]),
        (OAEP11, format!("{SHA256}{MASK256}"), [sha256, sha256]),
        (OAEP11, format!("{SHA1}{MASK256}"), [sha1, sha256]),
    ] {
        for key in [&keys().ours, &keys().ours_next] {
            let data = data(GCM, transport, &parameters, [&wrap(key, &[3; 32], hashes), &sealed]);
            let judged = judged(&rotating, &carrying(&draft(Signed::Nothing), &data)).await;
            assert!(judged.outcome.is_ok(), "{transport} {parameters}: {:?}", judged.trace);
        }
    }
}

#[tokio::test]
async fn other_algorithms_and_shapes_are_refused_before_a_key_is_touched() {
    let good = hiding(&signed_assertion(&Bench::new()));
    assert!(judged(&saml(|_| ()), &good).await.outcome.is_ok());
    let value = "<xenc:CipherValue>";
    let beside = "<xenc:CipherData><xenc:CipherReference URI=\"http://127.0.0.1:1/\"/>";
    let key = cut(&good, "<xenc:EncryptedKey>", "</xenc:EncryptedKey>");
    let foreign =
        format!("{OAEP}\"><ds:DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha512\"/>");
    for (name, from, to) in [
        ("RSA 1.5", OAEP, "http://www.w3.org/2001/04/xmlenc#rsa-1_5"),
        ("triple DES", GCM, "http://www.w3.org/2001/04/xmlenc#tripledes-cbc"),
        ("AES-192", GCM, "http://www.w3.org/2009/xmlenc11#aes192-gcm"),
        ("another hash", &format!("{OAEP}\">"), &foreign),
        ("a mask of another kind", &format!("{OAEP}\">"), &format!("{OAEP}\"><e:MGF xmlns:e=\"urn:e:e\"/>")),
        ("a label", &format!("{OAEP}\">"), &format!("{OAEP}\"><xenc:OAEPparams>AAAA</xenc:OAEPparams>")),
        ("a reference", "<xenc:CipherData>", beside),
        ("no base64", value, "<xenc:CipherValue>!"),
        ("two keys", key, &key.repeat(2)),
        ("no key", key, ""),
        ("content", "xmlenc#Element", "xmlenc#Content"),
    ] {
        let judged = judged(&saml(|_| ()), &edited(&good, from, to)).await;
        assert_eq!(judged.outcome.err(), Some(Denial::Invalid("saml_encryption")), "{name}");
    }
    let keyless = SpKeys::new(vec![keys().ours.clone()], Vec::new()).unwrap();
    let keyless = Saml::new(config(), us(), keyless, work()).unwrap();
    assert_eq!(judged(&keyless, &good).await.outcome.err(), Some(Denial::Invalid("saml_decryption_key")));
}

/// What a forger sees is the same whatever was wrong: with the key, with the ciphertext, with what was hidden.
#[tokio::test]
async fn every_failure_behind_the_ciphertext_is_one() {
    let bench = Bench::new();
    let good = signed_assertion(&bench);
    let sha1 = MessageDigest::sha1();
    let wrapped = wrap(&keys().ours, &[3; 32], [sha1, sha1]);
    let made = |wrapped: &str, sealed: &[u8]| {
        carrying(&draft(Signed::Nothing), &data(GCM, OAEP, "", [wrapped, &BASE64.encode(sealed)]))
    };
    let sealed = gcm(&[3; 32], &good);
    let mut flipped = sealed.clone();
    *flipped.last_mut().unwrap() ^= 1;
    let stranger = bench.sign(&assertion(&template("_a1")), &keys().stranger, &["_a1"]);
    let mut cases = vec![
        ("wrapped for a stranger", made(&wrap(&keys().stranger, &[3; 32], [sha1, sha1]), &sealed)),
        (
            "wrapped with another hash",
            made(&wrap(&keys().ours, &[3; 32], [MessageDigest::sha256(), sha1]), &sealed),
        ),
        ("a key too short", made(&wrap(&keys().ours, &[3; 16], [sha1, sha1]), &sealed)),
        ("a key too long", made(&wrap(&keys().ours, &[3; 48], [sha1, sha1]), &sealed)),
        ("another key", made(&wrap(&keys().ours, &[4; 32], [sha1, sha1]), &sealed)),
        ("no wrapped key at all", made("AAAA", &sealed)),
        ("another tag", made(&wrapped, &flipped)),
        ("nothing hidden", hiding("")),
        ("no XML", hiding("alice")),
        ("no UTF-8 element", hiding("\u{0}")),
        ("an unsigned assertion", hiding(&assertion(""))),
        ("an assertion signed by a stranger", hiding(&stranger)),
        ("a changed assertion", hiding(&edited(&good, "alice-7", "bob-1"))),
        ("two assertions", hiding(&good.repeat(2))),
        ("a response", hiding(&bench.response(Signed::Response))),
        ("a comment", hiding(&edited(&good, "alice", "<!---->alice"))),
        ("a document type", hiding(&format!("<!DOCTYPE x>{good}"))),
    ];
    for length in 0..30 {
        cases.push(("cut short", made(&wrapped, &sealed[..length])));
    }
    let mut seen: Option<Trace> = None;
    for (name, response) in cases {
        let judged = judged(&saml(|_| ()), &response).await;
        let empty = name == "cut short" && response.contains("<xenc:CipherValue></xenc:CipherValue>");
        assert_eq!(
            judged.outcome.err(),
            Some(Denial::Invalid("saml_decryption")),
            "{name} {empty}: {:?}",
            judged.trace
        );
        assert_eq!(failure(&judged.trace).unwrap(), ("saml_decryption", String::new()));
        assert_eq!(seen.get_or_insert_with(|| judged.trace.clone()), &judged.trace, "{name}");
    }
}

/// CBC under a signature: what is wrong with the padding shows no more than anything else.
#[tokio::test]
async fn padding_is_no_oracle() {
    let bench = Bench::new();
    let sha1 = MessageDigest::sha1();
    let wrapped = wrap(&keys().ours, &[3; 32], [sha1, sha1]);
    let good = signed_assertion(&bench);
    let whole = encrypt(Cipher::aes_256_cbc(), &[3; 32], Some(&[1; 16]), good.as_bytes()).unwrap();
    let sealed = [&[1; 16][..], &whole].concat();
    let mut changed = sealed.clone();
    let at = changed.len() - 17;
    changed[at] ^= 0x55;
    let allowed = saml(|config| config.allow_cbc = true);
    let mut seen: Option<Trace> = None;
    for (name, sealed) in [
        ("padding", &changed[..]),
        ("half a block", &sealed[..40]),
        ("iv alone", &sealed[..16]),
        ("less", &sealed[..3]),
    ] {
        let data = data(CBC, OAEP, "", [&wrapped, &BASE64.encode(sealed)]);
        let response = bench.sign(&carrying(&draft(Signed::Response), &data), &keys().provider, &["_r1"]);
        let judged = judged(&allowed, &response).await;
        assert_eq!(judged.outcome.err(), Some(Denial::Invalid("saml_decryption")), "{name}");
        assert_eq!(seen.get_or_insert_with(|| judged.trace.clone()), &judged.trace, "{name}");
    }
}

/// XML Encryption, section 4.4: the plaintext stands in the place of what hid it.
#[tokio::test]
async fn plaintext_takes_the_namespaces_of_the_place_it_was_hidden_in() {
    let bench = Bench::new();
    let good = signed_assertion(&bench);
    let declared = " xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\"";
    let leaning = edited(&good, &format!("<saml:Assertion{declared}"), "<saml:Assertion");
    let judged = judged(&saml(|_| ()), &hiding(&leaning)).await;
    assert!(judged.outcome.is_ok(), "{:?}", judged.trace);
}
