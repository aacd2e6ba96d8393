//! What a signed response must say: each value of a good one changed before it is signed.

use gatehouse_domain::connection::{Denial, NameIdFormat};
use gatehouse_spi::upstream::{Ask, Upstream as _};

use super::provider::{Bench, Signed, draft, edited};
use super::world::{ACS, ENTITY, IDP, REQUEST, WORLD, ask, begin, failure, judged, now, posted, saml};

/// When an assertion may be used.
const TIMES: &str = "NotBefore=\"2026-03-01T11:55:00Z\" NotOnOrAfter=\"2026-03-01T12:05:00Z\"";

/// What is changed, from what, into what, and the check that fails.
struct Case(&'static str, String, String, &'static str);

fn case(name: &'static str, from: &str, to: &str, code: &'static str) -> Case {
    Case(name, from.to_owned(), to.to_owned(), code)
}

fn audiences() -> Vec<Case> {
    const CODE: &str = "saml_audience";
    let restricted = |to: &str| {
        format!("<saml:AudienceRestriction><saml:Audience>{to}</saml:Audience></saml:AudienceRestriction>")
    };
    let (ours, foreign) = (restricted(ENTITY), restricted("https://other.example"));
    let unknown = format!("{ours}<saml:ProxyRestriction Count=\"0\"/>");
    let conditions = format!("<saml:Conditions {TIMES}>{ours}</saml:Conditions>");
    vec![
        case("audience of another", &ours, &foreign, CODE),
        case("audience with a slash more", ENTITY, &format!("{ENTITY}/"), CODE),
        case("second restriction of another", &ours, &format!("{ours}{foreign}"), CODE),
        case("no restriction", &ours, "", CODE),
        case("no conditions", &conditions, "", "saml_conditions"),
        case("conditions twice", &conditions, &conditions.repeat(2), "saml_conditions"),
        case("unknown condition", &ours, &unknown, "saml_conditions"),
    ]
}

fn times() -> Vec<Case> {
    const CODE: &str = "saml_conditions_time";
    const CONFIRMATION: &str = "saml_confirmation_time";
    let ten_years = TIMES.replace("2026-03-01T12:05", "2036-03-01T12:05");
    let end = "NotOnOrAfter=\"2026-03-01T12:05:00Z\" Recipient";
    let instant = "IssueInstant=\"2026-03-01T12:00:01Z\"";
    let session = "SessionIndex=\"s-1\"";
    let over = format!("{session} SessionNotOnOrAfter=\"2026-03-01T11:00:00Z\"");
    vec![
        case("no end", TIMES, "NotBefore=\"2026-03-01T11:55:00Z\"", CODE),
        case("no begin", TIMES, "NotOnOrAfter=\"2026-03-01T12:05:00Z\"", CODE),
        case("expired", TIMES, &TIMES.replace("12:05", "11:57"), CODE),
        case("not yet", TIMES, &TIMES.replace("11:55", "12:03"), CODE),
        case("for ten years", TIMES, &ten_years, CODE),
        case("for two hours", TIMES, &TIMES.replace("12:05", "14:00"), CODE),
        case("in local time", TIMES, &TIMES.replace("12:05:00Z", "12:05:00+00:00"), CODE),
        case("no time", TIMES, &TIMES.replace("2026-03-01T12:05:00Z", "soon"), CODE),
        case("confirmation expired", end, &end.replace("12:05", "11:58"), CONFIRMATION),
        case("confirmation without end", end, "Recipient", CONFIRMATION),
        case("confirmation for ten years", end, &end.replace("2026", "2036"), CONFIRMATION),
        case("confirmation with a begin", end, &format!("NotBefore=\"x\" {end}"), CONFIRMATION),
        case("old", instant, &instant.replace("12:00", "11:50"), "saml_issue_instant"),
        case("from the future", "12:00:01.250Z", "12:03:00Z", "saml_issue_instant"),
        case(
            "authenticated in the future",
            "AuthnInstant=\"2026",
            "AuthnInstant=\"2027",
            "saml_authn_instant",
        ),
        case("session over", session, &over, "saml_session_time"),
    ]
}

fn addresses() -> Vec<Case> {
    let recipient = format!("Recipient=\"{ACS}\"");
    let destination = format!("Destination=\"{ACS}\"");
    let elsewhere = recipient.replace("acme", "globex");
    let answer = format!("InResponseTo=\"{REQUEST}\"");
    let confirmed = format!("{recipient} {answer}");
    let bearer = "urn:oasis:names:tc:SAML:2.0:cm:bearer";
    let other = "InResponseTo=\"_other\"";
    vec![
        case("recipient of another tenant", &recipient, &elsewhere, "saml_recipient"),
        case("no recipient", &recipient, "", "saml_recipient"),
        case("holder of key", bearer, &bearer.replace("bearer", "holder-of-key"), "saml_confirmation"),
        case("answer to another request", &answer, other, "saml_in_response_to"),
        case("answer to no request", &answer, "", "saml_in_response_to"),
        case(
            "confirmed for another request",
            &confirmed,
            &format!("{recipient} {other}"),
            "saml_in_response_to",
        ),
        case("confirmed for no request", &confirmed, &recipient, "saml_in_response_to"),
        case(
            "destination of another",
            &destination,
            "Destination=\"https://other.example\"",
            "saml_destination",
        ),
        case("no destination though signed", &destination, "", "saml_destination"),
    ]
}

fn the_rest() -> Vec<Case> {
    let issuer = format!("12:00:01.250Z\"><saml:Issuer>{IDP}</saml:Issuer>");
    let statement = "<saml:AuthnStatement AuthnInstant";
    let twice = format!("<saml:AuthnStatement AuthnInstant=\"2026-03-01T11:59:00Z\"/>{statement}");
    let status = "<samlp:Status><samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"/></samlp:Status>";
    let named = "</saml:NameID>";
    vec![
        case("issuer of another", IDP, &IDP.replace("corp", "evil"), "saml_issuer"),
        case("assertion of another issuer", &issuer, &issuer.replace("/saml<", "/saml2<"), "saml_issuer"),
        case("assertion without issuer", &issuer, "12:00:01.250Z\">", "saml_issuer"),
        case("version 1.1", "Version=\"2.0\"", "Version=\"1.1\"", "saml_version"),
        case("no status", status, "", "saml_status"),
        case("unknown status", "status:Success", "status:Fine", "saml_status"),
        case("two statements", statement, &twice, "saml_authn_statement"),
        case(
            "name of another form",
            "nameid-format:persistent",
            "nameid-format:transient",
            "saml_name_id_format",
        ),
        case("empty name", ">alice-7<", "> <", "saml_name_id"),
        case("two names", named, &format!("{named}<saml:NameID>x</saml:NameID>"), "saml_name_id"),
        case("no subject", "saml:Subject>", "saml:Subjekt>", "saml_subject"),
        case("no statement", "saml:AuthnStatement", "saml:AuthzDecisionStatement", "saml_authn_statement"),
    ]
}

/// SAM-10, SAM-11, SAM-12, SAM-14, and what the library behind would let through.
#[tokio::test]
async fn every_value_of_a_response_is_checked_exactly() {
    let bench = Bench::new();
    for Case(name, from, to, code) in [audiences(), times(), addresses(), the_rest()].into_iter().flatten() {
        let changed = edited(&draft(Signed::Both), &from, &to);
        let judged = judged(&saml(|_| ()), &bench.signed(&changed, Signed::Both)).await;
        assert_eq!(judged.outcome.clone().err(), Some(Denial::Invalid(code)), "{name}: {:?}", judged.trace);
        assert_eq!(failure(&judged.trace).unwrap().0, code, "{name}");
    }
}

/// With only the assertion signed nothing of the response is vouched for; it has to fit nevertheless.
#[tokio::test]
async fn an_unsigned_response_around_a_signed_assertion_has_to_fit_it() {
    let bench = Bench::new();
    let good = bench.response(Signed::Assertion);
    let before = |from: &str, to: &str| {
        let (head, tail) = good.split_once("<saml:Assertion").unwrap();
        format!("{}<saml:Assertion{tail}", edited(head, from, to))
    };
    let cases = [
        ("status", before("status:Success", "status:Responder"), Denial::Upstream("saml_responder")),
        ("destination", before(ACS, "https://other.example/"), Denial::Invalid("saml_destination")),
        ("issuer", before(IDP, "https://other.example/"), Denial::Invalid("saml_issuer")),
        ("request", before(REQUEST, "_other"), Denial::Invalid("saml_in_response_to")),
        (
            "no request",
            before(&format!("InResponseTo=\"{REQUEST}\""), ""),
            Denial::Invalid("saml_in_response_to"),
        ),
    ];
    for (name, response, denial) in cases {
        assert_eq!(judged(&saml(|_| ()), &response).await.outcome.err(), Some(denial), "{name}");
    }
    let strict = saml(|config| config.want_assertions_signed = true);
    assert!(judged(&strict, &good).await.outcome.is_ok());
    let whole = bench.response(Signed::Response);
    assert_eq!(judged(&strict, &whole).await.outcome.err(), Some(Denial::Invalid("saml_signed")));
}

#[tokio::test]
async fn a_providers_refusal_is_told_from_a_forgery() {
    let refusal = |code: &str, second: &str| {
        let text = draft(Signed::Nothing);
        let start = text.find("<saml:Assertion").unwrap();
        let end = text.find("</samlp:Response>").unwrap();
        let second = format!(
            "<samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:{second}\"/></samlp:StatusCode>"
        );
        let text = format!("{}{}", &text[..start], &text[end..]);
        edited(&text, "status:Success\"/>", &format!("status:{code}\">{second}"))
    };
    let cases = [
        ("Responder", "AuthnFailed", Denial::Cancelled),
        ("Responder", "RequestDenied", Denial::Cancelled),
        ("Requester", "InvalidNameIDPolicy", Denial::Upstream("saml_invalid_name_id_policy")),
        ("Responder", "SomethingOfTheirOwn", Denial::Upstream("saml_responder")),
        ("Success", "AuthnFailed", Denial::Invalid("saml_assertion")),
    ];
    for (code, second, denial) in cases {
        assert_eq!(
            judged(&saml(|_| ()), &refusal(code, second)).await.outcome.err(),
            Some(denial),
            "{second}"
        );
    }
}

#[tokio::test]
async fn a_step_up_is_answered_by_a_new_authentication_of_the_kind_asked_for() {
    let bench = Bench::new();
    let kind = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport";
    let good = bench.response(Signed::Both);
    let later = edited(
        &draft(Signed::Both),
        "AuthnInstant=\"2026-03-01T11:59:00Z\"",
        "AuthnInstant=\"2026-03-01T11:50:00Z\"",
    );
    let stale = bench.signed(&later, Signed::Both);
    let asks = [
        (Ask { fresh: true, ..ask() }, &good, None),
        (Ask { fresh: true, ..ask() }, &stale, Some("saml_fresh")),
        (ask(), &stale, None),
        (Ask { contexts: vec!["urn:other".into(), kind.into()], ..ask() }, &good, None),
        (Ask { contexts: vec!["urn:other".into()], ..ask() }, &good, Some("saml_context")),
    ];
    for (ask, response, code) in asks {
        let saml = saml(|_| ());
        let (_, memo) = begin(&saml, &ask).await;
        let judged = saml.resume(&ask, memo, posted(response), WORLD()).await;
        assert_eq!(judged.outcome.err(), code.map(Denial::Invalid), "{ask:?}");
    }
}

#[tokio::test]
async fn the_subject_is_the_name_or_the_attribute_that_the_connection_names() {
    let bench = Bench::new();
    let good = bench.response(Signed::Both);
    let by = |attribute: &'static str| {
        saml(move |config| {
            config.attributes.email = None;
            config.attributes.subject = Some(attribute.into());
        })
    };
    let assertion = judged(&by("mail"), &good).await.outcome.unwrap();
    assert_eq!(assertion.subject, r#"["attribute","mail","alice@corp.example"]"#);
    assert_eq!(assertion.address, None, "what is not named is not read");
    for missing in ["uid", "Mail"] {
        assert_eq!(
            judged(&by(missing), &good).await.outcome.err(),
            Some(Denial::Invalid("saml_subject_attribute"))
        );
    }
    let mut several = saml(|config| {
        config.attributes.groups = None;
        config.attributes.subject = Some("memberOf".into());
    });
    assert_eq!(judged(&several, &good).await.outcome.err(), Some(Denial::Invalid("saml_subject_attribute")));
    several = saml(|config| config.name_id_format = NameIdFormat::Unspecified);
    let unnamed =
        edited(&draft(Signed::Both), "Format=\"urn:oasis:names:tc:SAML:2.0:nameid-format:persistent\" ", "");
    let assertion = judged(&several, &bench.signed(&unnamed, Signed::Both)).await.outcome.unwrap();
    assert!(assertion.subject.starts_with(r#"["urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified","#));
}

/// Rule 19.5.13 and SAM-14.
#[tokio::test]
async fn a_response_nobody_asked_for_is_refused_or_begins_a_sign_in_and_never_ends_one() {
    let bench = Bench::new();
    let unasked = draft(Signed::Both).replace(&format!(" InResponseTo=\"{REQUEST}\""), "");
    let unasked = bench.signed(&unasked, Signed::Both);
    let asked = bench.response(Signed::Both);
    let closed = saml(|_| ());
    let open = saml(|config| config.allow_idp_initiated = true);
    let outcome = closed.unsolicited(posted(&unasked), WORLD()).await.outcome;
    assert_eq!(outcome, Err(Denial::Invalid("saml_idp_initiated")));
    assert_eq!(open.unsolicited(posted(&unasked), WORLD()).await.outcome, Ok(()));
    let stolen = open.unsolicited(posted(&asked), WORLD()).await.outcome;
    assert_eq!(
        stolen,
        Err(Denial::Invalid("saml_in_response_to")),
        "an answer to somebody's request is none of these"
    );
    assert_eq!(judged(&open, &unasked).await.outcome.err(), Some(Denial::Invalid("saml_in_response_to")));
    let forged = edited(&unasked, "alice-7", "bob-1");
    assert_eq!(
        open.unsolicited(posted(&forged), WORLD()).await.outcome,
        Err(Denial::Invalid("saml_signature"))
    );
}

/// The answer to a request of ten minutes ago: what was good then has ended since.
#[tokio::test]
async fn an_answer_that_comes_late_has_to_be_good_still() {
    let bench = Bench::new();
    let asked = gatehouse_spi::upstream::World { now: now() - chrono::Duration::minutes(10), ..WORLD() };
    let early = draft(Signed::Both).replace("2026-03-01T12:00:01", "2026-03-01T11:51:00");
    let early = edited(&early, "AuthnInstant=\"2026-03-01T11:59", "AuthnInstant=\"2026-03-01T11:51");
    let confirmed = "NotOnOrAfter=\"2026-03-01T12:05:00Z\" Recipient";
    let over = TIMES.replace("12:05", "11:58");
    for (name, text, code) in [
        ("both go on", early.clone(), None),
        ("conditions over", edited(&early, TIMES, &over), Some("saml_conditions_time")),
        (
            "confirmation over",
            edited(&early, confirmed, &confirmed.replace("12:05", "11:58")),
            Some("saml_confirmation_time"),
        ),
    ] {
        let saml = saml(|_| ());
        let memo = saml.begin(&ask(), asked).await.outcome.unwrap().1;
        let judged = saml.resume(&ask(), memo, posted(&bench.signed(&text, Signed::Both)), WORLD()).await;
        assert_eq!(judged.outcome.err(), code.map(Denial::Invalid), "{name}: {:?}", judged.trace);
    }
}
