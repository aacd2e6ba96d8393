//! What never stands in a message, and messages that cost too much (SAM-03, SAM-04, DOS-02).

use std::fmt::Write as _;

use gatehouse_domain::connection::Denial;
use gatehouse_spi::upstream::Upstream as _;

use super::provider::{Bench, Signed, edited};
use super::world::{WORLD, ask, begin, form, judged, refused, saml};

type Case = (&'static str, String);

/// Fields of a form, and the check that they fail.
type Post<'a> = (&'a str, &'a [(&'a str, &'a str)], Option<&'static str>);

fn markup(good: &str) -> Vec<Case> {
    let named = |name: &str| edited(good, "alice-7", name);
    let entity = "<!DOCTYPE x [<!ENTITY a \"alice\">]>";
    let external = "<!DOCTYPE x [<!ENTITY a SYSTEM \"file:///etc/passwd\">]>";
    vec![
        ("comment in the name", named("alice<!---->-7")),
        ("comment elsewhere", edited(good, "<saml:Subject>", "<!-- x --><saml:Subject>")),
        ("CDATA", named("<![CDATA[alice-7]]>")),
        ("instruction in the name", named("alice<?x?>-7")),
        ("stylesheet", format!("<?xml-stylesheet href=\"x\"?>{good}")),
        ("document type", format!("<!DOCTYPE x>{good}")),
        ("entity", format!("{entity}{}", named("&a;-7"))),
        ("external entity", format!("{external}{}", named("&a;"))),
        ("undeclared entity", named("&alice;")),
        ("another encoding", format!("<?xml version=\"1.0\" encoding=\"UTF-7\"?>{good}")),
        ("another version", format!("<?xml version=\"1.1\"?>{good}")),
        ("late declaration", format!(" <?xml version=\"1.0\"?>{good}")),
        ("text behind", format!("{good}x")),
        ("text before", format!("x{good}")),
        ("second root", format!("{good}{good}")),
        ("missing end", good.strip_suffix("</samlp:Response>").unwrap().to_owned()),
        ("crossed ends", edited(good, "</saml:Subject>", "</saml:Subjekt>")),
        ("no XML", "x".to_owned()),
    ]
}

fn characters(good: &str) -> Vec<Case> {
    let named = |name: &str| edited(good, "alice-7", name);
    vec![
        ("loose ampersand", named("alice&-7")),
        ("null", named("alice\0-7")),
        ("null by reference", named("alice&#0;-7")),
        ("escape by reference", named("alice&#x1b;-7")),
        ("surrogate by reference", named("alice&#xD800;-7")),
        ("signed number by reference", named("alice&#+45;7")),
        ("end of CDATA in text", named("alice]]>-7")),
    ]
}

fn attributes(good: &str) -> Vec<Case> {
    let with = |attributes: &str| edited(good, "<saml:Subject>", &format!("<saml:Subject {attributes}>"));
    vec![
        ("xml:id", with("xml:id=\"_a2\"")),
        ("xml:base", with("xml:base=\"urn:x:x\"")),
        ("relative namespace", with("xmlns:e=\"e\"")),
        ("long namespace", with(&format!("xmlns:e=\"urn:{}\"", "x".repeat(256)))),
        ("empty namespace", with("xmlns=\"\"")),
        ("the prefix xml elsewhere", with("xmlns:xml=\"urn:x:x\"")),
        ("the namespace of XML elsewhere", with("xmlns:e=\"http://www.w3.org/XML/1998/namespace\"")),
        ("undeclared prefix", with("e:e=\"e\"")),
        ("twice", with("e=\"1\" e=\"2\"")),
        ("twice by namespace", with("xmlns:a=\"urn:x:x\" xmlns:b=\"urn:x:x\" a:e=\"1\" b:e=\"2\"")),
        ("tag in a value", with("e=\"<\"")),
        ("no blank between", with("e=\"1\"f=\"2\"")),
        ("no quotes", with("e=1")),
        ("name with a sign", with("é=\"1\"")),
    ]
}

fn budgets(good: &str) -> Vec<Case> {
    let wide = (0..65).fold(String::new(), |mut all, n| write!(all, " a{n}=\"\"").map(|()| all).unwrap());
    let spaces = (0..33)
        .fold(String::new(), |mut all, n| write!(all, " xmlns:a{n}=\"urn:x:x\"").map(|()| all).unwrap());
    let many = format!("<e{}/>", " a=\"\"".repeat(40_000));
    let path = "<e xmlns:a=\"urn:x:x\" xmlns:b=\"urn:x:x\">".repeat(20) + &"</e>".repeat(20);
    [
        ("depth", "<e>".repeat(40) + &"</e>".repeat(40)),
        ("elements", "<e/>".repeat(5001)),
        ("attributes", format!("<e{wide}/>")),
        ("namespaces", format!("<e{spaces}/>")),
        ("namespaces along a path", path),
        ("tens of thousands of attributes", many),
        ("size", " ".repeat(300_000)),
    ]
    .map(|(name, hidden)| (name, edited(good, "<samlp:Status>", &format!("{hidden}<samlp:Status>"))))
    .into()
}

#[tokio::test]
async fn the_gate_keeps_out_what_parsers_disagree_about_and_what_costs_too_much() {
    let good = Bench::new().response(Signed::Assertion);
    let all = [markup(&good), characters(&good), attributes(&good), budgets(&good)];
    for (name, response) in all.into_iter().flatten() {
        refused(name, &response, "saml_xml").await;
    }
    refused("nothing", "", "saml_message").await;
}

#[tokio::test]
async fn other_ways_to_write_the_same_document_are_the_same() {
    let good = Bench::new().response(Signed::Assertion);
    for (name, same) in [
        ("a declaration", format!("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n{good}\n")),
        ("a mark of order", format!("\u{FEFF}{good}")),
        ("references of characters", edited(&good, "ID=\"_r1\"", "ID=\"&#95;r1\"")),
        ("ends of lines", edited(&good, "<samlp:Response ", "<samlp:Response\r\n\t")),
    ] {
        let judged = judged(&saml(|_| ()), &same).await;
        assert!(judged.outcome.is_ok(), "{name}: {:?}", judged.trace);
    }
}

#[tokio::test]
async fn a_post_that_is_not_one_response_in_strict_base64_is_refused() {
    let bench = Bench::new();
    let good = data_encoding::BASE64.encode(bench.response(Signed::Both).as_bytes());
    let lines: String = good
        .as_bytes()
        .chunks(76)
        .flat_map(|line| [String::from_utf8_lossy(line).into_owned(), "\r\n".into()])
        .collect();
    let state = ("RelayState", "flow-1");
    let url = data_encoding::BASE64URL.encode(b"<<<???>>>");
    let message = Some("saml_message");
    let cases: [Post<'_>; 12] = [
        ("good", &[("SAMLResponse", &good), state], None),
        ("line ends", &[("SAMLResponse", &lines), state], None),
        ("twice", &[("SAMLResponse", &good), ("SAMLResponse", &good), state], message),
        ("a request too", &[("SAMLResponse", &good), ("SAMLRequest", &good), state], message),
        ("a request", &[("SAMLRequest", &good), state], message),
        ("nothing", &[state], message),
        ("of URLs", &[("SAMLResponse", &url), state], message),
        ("unpadded", &[("SAMLResponse", "YQ"), state], message),
        ("trailing bits", &[("SAMLResponse", "YR=="), state], message),
        (
            "another handle",
            &[("SAMLResponse", &good), ("RelayState", "https://evil.example/")],
            Some("saml_relay_state"),
        ),
        ("no handle", &[("SAMLResponse", &good)], Some("saml_relay_state")),
        ("two handles", &[("SAMLResponse", &good), state, state], message),
    ];
    for (name, fields, code) in cases {
        let saml = saml(|_| ());
        let (_, memo) = begin(&saml, &ask()).await;
        let judged = saml.resume(&ask(), memo, form(fields), WORLD()).await;
        assert_eq!(judged.outcome.err(), code.map(Denial::Invalid), "{name}: {:?}", judged.trace);
    }
}
