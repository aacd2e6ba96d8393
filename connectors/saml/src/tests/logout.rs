//! Single logout: ours towards the provider, and the provider's towards us.

use data_encoding::BASE64;
use gatehouse_domain::connection::{Denial, SamlEndpoints};
use gatehouse_domain::secret::Secret;
use gatehouse_spi::upstream::{Reply, Step};
use openssl::ecdsa::EcdsaSig;
use openssl::hash::MessageDigest;
use openssl::sign::Signer;
use url::form_urlencoded::byte_serialize;

use super::provider::{Bench, Signed, draft, edited, template};
use super::world::{IDP, REQUEST, SLO, WORLD, form, judged, keys, saml};
use crate::decode::{Field, arrived};
use crate::query::address;
use crate::xml::{ASSERTION, Element, Limits, PROTOCOL, parse};
use crate::{Saml, SpKey};

const HEAD: &str = "xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\" ID=\"_l1\" Version=\"2.0\" IssueInstant=\"2026-03-01T12:00:00Z\"";

fn asking(signature: &str) -> String {
    format!(
        "<samlp:LogoutRequest {HEAD} Destination=\"{SLO}\"><saml:Issuer>{IDP}</saml:Issuer>{signature}<saml:NameID Format=\"urn:oasis:names:tc:SAML:2.0:nameid-format:persistent\">alice-7</saml:NameID><samlp:SessionIndex>s-1</samlp:SessionIndex><samlp:SessionIndex>s-2</samlp:SessionIndex></samlp:LogoutRequest>"
    )
}

fn answering(status: &str) -> String {
    format!(
        "<samlp:LogoutResponse {HEAD} Destination=\"{SLO}\" InResponseTo=\"{REQUEST}\"><saml:Issuer>{IDP}</saml:Issuer><samlp:Status><samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:{status}\"/></samlp:Status></samlp:LogoutResponse>"
    )
}

/// A message in a query that this key has signed.
fn query(text: &str, field: Field, key: Option<&SpKey>) -> String {
    address(&SLO.parse().unwrap(), field, text, "back", key).unwrap().query().unwrap().to_owned()
}

fn reply(query: &str) -> Reply {
    Reply::Query(Secret::new(query.to_owned()))
}

async fn asked(saml: &Saml, reply: Reply) -> Result<crate::LogoutAsked, Denial> {
    saml.logout_asked(reply, WORLD()).await.outcome
}

fn message(step: Step, field: Field) -> (Element, String) {
    let Step::Redirect(url) = step else { panic!("no redirect") };
    let query = url.query().unwrap().strip_prefix("x=1&").unwrap().to_owned();
    let document = arrived(&reply(&query), field).unwrap().document;
    (parse(&document, Limits::MESSAGE).unwrap().root, query)
}

#[tokio::test]
async fn our_logout_names_the_session_as_the_assertion_did_and_takes_one_answer() {
    let bench = Bench::new();
    let saml = saml(|_| ());
    let assertion = judged(&saml, &bench.response(Signed::Both)).await.outcome.unwrap();
    let session = assertion.session.unwrap();
    let (step, memo) = saml.logout(&session, "flow-2", WORLD()).await.outcome.unwrap().unwrap();
    let (request, _) = message(step, Field::Request);
    assert_eq!(request.attribute("Destination"), Some("https://idp.corp.example/slo?x=1"));
    assert_eq!(request.only(PROTOCOL, "SessionIndex").unwrap().plain_text(), Some("s-1"));
    let name = request.only(ASSERTION, "NameID").unwrap();
    assert_eq!((name.plain_text(), name.attribute("NameQualifier")), (Some("alice-7"), Some(IDP)));
    let provider = Some(&keys().provider);
    let good = answering("Success");
    for (name, text, key, denial) in [
        ("good", good.clone(), provider, None),
        ("unsigned", good.clone(), None, Some("saml_signature")),
        ("a stranger's", good.clone(), Some(&keys().stranger), Some("saml_signature")),
        ("another request's", edited(&good, REQUEST, "_other"), provider, Some("saml_in_response_to")),
        ("a refusal", answering("Requester"), provider, Some("saml_status")),
        ("another issuer's", edited(&good, IDP, "https://x.example"), provider, Some("saml_issuer")),
    ] {
        let query = query(&text, Field::Response, key);
        let judged = saml.logged_out(memo.clone(), reply(&query), WORLD()).await;
        assert_eq!(judged.outcome.err(), denial.map(Denial::Invalid), "{name}");
    }
    let alone = super::world::saml(|config| config.slo = None);
    assert!(alone.logout(&session, "flow-2", WORLD()).await.outcome.unwrap().is_none());
}

#[tokio::test]
async fn a_providers_logout_names_sessions_as_assertions_do_and_is_answered() {
    let bench = Bench::new();
    let saml = saml(|_| ());
    let bare = draft(Signed::Both).replace(&format!(" NameQualifier=\"{IDP}\""), "");
    let bare = bare.replace(" SPNameQualifier=", " x=");
    let assertion = judged(&saml, &bench.signed(&bare, Signed::Both)).await.outcome.unwrap();
    let posted = bench.sign(&asking(&template("_l1")), &keys().provider, &["_l1"]);
    let posted = BASE64.encode(posted.as_bytes());
    for reply in [
        reply(&query(&asking(""), Field::Request, Some(&keys().provider))),
        form(&[("SAMLRequest", &posted), ("RelayState", "back")]),
    ] {
        let asked = asked(&saml, reply).await.unwrap();
        assert_eq!(asked.subject, assertion.subject);
        assert_eq!(asked.sessions.len(), 2);
        assert_eq!(Some(&asked.sessions[0]), assertion.session.as_ref());
        assert_eq!((asked.once.id.as_str(), asked.relay_state.as_deref()), ("_l1", Some("back")));
        for (done, codes) in [(true, 1), (false, 2)] {
            let step = saml.logout_answer(&asked, done, WORLD()).await.unwrap();
            let (answer, query) = message(step, Field::Response);
            assert!(answer.is(PROTOCOL, "LogoutResponse") && query.contains("&RelayState=back&SigAlg="));
            assert_eq!(answer.attribute("InResponseTo"), Some("_l1"));
            let count = answer.walk().filter(|element| element.name == "StatusCode").count();
            assert_eq!(count, codes);
        }
    }
    let by_form = super::world::saml(|config| {
        config.slo = Some(SamlEndpoints {
            redirect: None,
            post: Some("https://idp.corp.example/slo".parse().unwrap()),
        });
        config.sign_requests = false;
    });
    let session = assertion.session.unwrap();
    let (step, _) = by_form.logout(&session, "flow-2", WORLD()).await.outcome.unwrap().unwrap();
    let Step::PostForm(posted) = step else { panic!("no form") };
    let text = String::from_utf8(BASE64.decode(posted.fields[0].1.as_bytes()).unwrap()).unwrap();
    assert!(bench.verifies(&text, &keys().ours, REQUEST), "logout is signed whatever sign-in is");
}

#[tokio::test]
async fn nobody_but_the_provider_signs_people_out() {
    let saml = saml(|config| config.certificates.push(keys().provider_ec.certificate().clone()));
    let provider = Some(&keys().provider);
    let good = query(&asking(""), Field::Request, provider);
    let signed = good.split("&Signature=").next().unwrap();
    let old = edited(&asking(""), "12:00:00Z", "11:50:00Z");
    let late = edited(&asking(""), "Version=", "NotOnOrAfter=\"2026-03-01T11:55:00Z\" Version=");
    let inside = Bench::new().sign(&asking(&template("_l1")), &keys().provider, &["_l1"]);
    let ask = |text: &str, key| query(text, Field::Request, key);
    let cases = [
        ("unsigned", ask(&asking(""), None), "saml_signature"),
        ("a stranger's", ask(&asking(""), Some(&keys().stranger)), "saml_signature"),
        ("another handle", edited(&good, "RelayState=back", "RelayState=evil"), "saml_signature"),
        ("no algorithm", edited(&good, "&SigAlg=", "&x="), "saml_message"),
        ("no signature", signed.to_owned(), "saml_message"),
        ("an unknown algorithm", edited(&good, "rsa-sha256", "rsa-sha1"), "saml_signature"),
        ("another family", edited(&good, "%23rsa-sha256", "%23ecdsa-sha256"), "saml_signature"),
        ("two messages", format!("{good}&SAMLRequest=x"), "saml_message"),
        ("a message under another spelling", format!("{good}&SAMLReques%74=x"), "saml_message"),
        (
            "a message under no other spelling",
            edited(&good, "SAMLRequest=", "SAMLReques%74="),
            "saml_message",
        ),
        ("an answer too", format!("{good}&SAMLResponse=x"), "saml_message"),
        ("another encoding", format!("{good}&SAMLEncoding=x"), "saml_message"),
        ("a signature inside too", ask(&inside, provider), "saml_signature"),
        ("old", ask(&old, provider), "saml_issue_instant"),
        ("over", ask(&late, provider), "saml_logout_time"),
        ("for another", ask(&edited(&asking(""), SLO, "https://x.example/"), provider), "saml_destination"),
        ("an answer instead", ask(&answering("Success"), provider), "saml_structure"),
    ];
    for (name, query, code) in cases {
        assert_eq!(asked(&saml, reply(&query)).await.err(), Some(Denial::Invalid(code)), "{name}");
    }
    let unsigned = BASE64.encode(asking("").as_bytes());
    let outcome = asked(&saml, form(&[("SAMLRequest", &unsigned)])).await;
    assert_eq!(outcome.err(), Some(Denial::Invalid("saml_signature")));
    assert!(asked(&saml, reply(&good)).await.is_ok());
}

/// A signature covers the octets as they came, however their sender escapes, and both ways to write one of ECDSA are read.
#[tokio::test]
async fn a_query_is_verified_as_it_came() {
    let saml = saml(|config| config.certificates.push(keys().provider_ec.certificate().clone()));
    let packed = query(&asking(""), Field::Request, None);
    let lower = packed.replace("%2B", "%2b").replace("%2F", "%2f").replace("%3D", "%3d");
    assert_ne!(packed, lower);
    let signature = |key: &SpKey, octets: &str| {
        Signer::new(MessageDigest::sha384(), key.key())
            .unwrap()
            .sign_oneshot_to_vec(octets.as_bytes())
            .unwrap()
    };
    let escaped = |bytes: &[u8]| byte_serialize(BASE64.encode(bytes).as_bytes()).collect::<String>();
    let rsa = format!("{lower}&SigAlg=http://www.w3.org/2001/04/xmldsig-more%23rsa-sha384");
    let rsa = format!("{rsa}&Signature={}", escaped(&signature(&keys().provider, &rsa)));
    let ec = format!("{lower}&SigAlg=http://www.w3.org/2001/04/xmldsig-more%23ecdsa-sha384");
    let der = signature(&keys().provider_ec, &ec);
    let parts = EcdsaSig::from_der(&der).unwrap();
    let halves = [parts.r().to_vec_padded(32).unwrap(), parts.s().to_vec_padded(32).unwrap()].concat();
    for query in
        [rsa, format!("{ec}&Signature={}", escaped(&der)), format!("{ec}&Signature={}", escaped(&halves))]
    {
        assert!(asked(&saml, reply(&query)).await.is_ok(), "{query}");
        let other = edited(&query, "RelayState=back", "RelayState=bac%6b");
        assert_eq!(asked(&saml, reply(&other)).await.err(), Some(Denial::Invalid("saml_signature")));
    }
}

/// DOS-02: what inflates without end is not inflated to its end.
#[tokio::test]
async fn a_deflate_bomb_goes_nowhere() {
    let bomb = format!("<x>{}</x>", " ".repeat(50_000_000));
    let bomb = query(&bomb, Field::Request, Some(&keys().provider));
    assert!(bomb.len() < 256 * 1024);
    assert_eq!(asked(&saml(|_| ()), reply(&bomb)).await.err(), Some(Denial::Invalid("saml_message")));
}
