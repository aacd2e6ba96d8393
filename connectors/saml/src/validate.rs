//! What a response and its assertion must say (rule 19.5.9), each by exact match.

use chrono::{DateTime, Duration};
use gatehouse_domain::connection::{Denial, Trace};
use gatehouse_domain::time::Timestamp;

use crate::open::Opened;
use crate::peer::Peer;
use crate::trace::Checks;
use crate::xml::{ASSERTION, Element, PROTOCOL};

/// How far clocks may be apart (decision 33).
pub(crate) const SKEW: Duration = Duration::seconds(120);

/// The longest life of an assertion (decision 33).
pub(crate) const LIFE: Duration = Duration::hours(1);

/// Our request, as far as the answer has to fit it.
#[derive(Debug, Clone)]
pub(crate) struct Requested {
    /// Its id.
    pub(crate) id: String,
    /// When it was made.
    pub(crate) at: Timestamp,
    /// Whether it asked for a new authentication.
    pub(crate) fresh: bool,
    /// The context classes it asked for.
    pub(crate) contexts: Vec<String>,
}

/// What was found good.
#[derive(Debug)]
pub(crate) struct Valid<'a> {
    /// The id of the assertion.
    pub(crate) id: &'a str,
    /// Until when it could be used again.
    pub(crate) until: Timestamp,
    /// The name.
    pub(crate) name_id: &'a Element,
    /// How and when the person was authenticated.
    pub(crate) statement: &'a Element,
    /// When.
    pub(crate) instant: Timestamp,
}

/// Checks everything. Without a request it is a response that nobody asked for.
///
/// # Errors
/// With the first check that fails.
pub(crate) fn validate<'a>(
    opened: &'a Opened,
    peer: &Peer,
    request: Option<&Requested>,
    now: Timestamp,
    trace: &mut Trace,
) -> Result<Valid<'a>, Denial> {
    let mut checks = Checks::new(trace);
    response(&mut checks, opened, peer, request, now)?;
    let assertion = checks.found("saml_assertion", opened.assertion.as_ref())?;
    checks.same("saml_version", "2.0", assertion.attribute("Version"))?;
    let issuer = assertion.only(ASSERTION, "Issuer");
    check_issuer(&mut checks, issuer, peer)?;
    let issued = issue_instant(&mut checks, assertion, request, now)?;
    let (name_id, confirmed) = subject(&mut checks, assertion, peer, request, issued, now)?;
    let ends = conditions(&mut checks, assertion, peer, issued, now)?;
    let (statement, instant) = authn_statement(&mut checks, assertion, request, now)?;
    let id = checks.found("saml_assertion", assertion.attribute("ID"))?;
    Ok(Valid { id, until: confirmed.max(ends) + SKEW, name_id, statement, instant })
}

fn response(
    checks: &mut Checks<'_>,
    opened: &Opened,
    peer: &Peer,
    request: Option<&Requested>,
    now: Timestamp,
) -> Result<(), Denial> {
    let response = &opened.response;
    checks.same("saml_version", "2.0", response.attribute("Version"))?;
    if response.children.iter().any(|child| child.name == "Issuer") {
        check_issuer(checks, response.only(ASSERTION, "Issuer"), peer)?;
    }
    let destination = response.attribute("Destination");
    if opened.response_signed || destination.is_some() {
        checks.same("saml_destination", peer.sp.acs.as_str(), destination)?;
    }
    in_response_to(checks, response.attribute("InResponseTo"), request)?;
    status(checks, response)?;
    issue_instant(checks, response, request, now).map(drop)
}

/// A refusal ends here, with the provider's own code for it.
fn status(checks: &mut Checks<'_>, response: &Element) -> Result<(), Denial> {
    let status = checks.found("saml_status", response.only(PROTOCOL, "Status"))?;
    let code = checks.found("saml_status", status.only(PROTOCOL, "StatusCode"))?;
    let top = code.attribute("Value").unwrap_or_default();
    let second = code.only(PROTOCOL, "StatusCode").and_then(|code| code.attribute("Value"));
    let came = [("came", top), ("further", second.unwrap_or_default())];
    let Err(denied) = checks.that("saml_status", top == SUCCESS, &came) else { return Ok(()) };
    let known = [second, Some(top)].into_iter().flatten().find_map(|value| {
        let name = value.strip_prefix("urn:oasis:names:tc:SAML:2.0:status:")?;
        STATUSES.iter().find(|(known, _)| *known == name).map(|(_, code)| *code)
    });
    Err(match known {
        Some("saml_authn_failed" | "saml_request_denied") => Denial::Cancelled,
        Some(code) => Denial::Upstream(code),
        None => denied,
    })
}

fn check_issuer(checks: &mut Checks<'_>, issuer: Option<&Element>, peer: &Peer) -> Result<(), Denial> {
    let format = issuer.and_then(|issuer| issuer.attribute("Format"));
    checks.that(
        "saml_issuer",
        format.is_none_or(|format| format == ENTITY),
        &[("format", format.unwrap_or_default())],
    )?;
    checks.same("saml_issuer", &peer.config.entity_id, issuer.and_then(Element::plain_text))
}

fn in_response_to(
    checks: &mut Checks<'_>,
    came: Option<&str>,
    request: Option<&Requested>,
) -> Result<(), Denial> {
    match request {
        Some(request) => checks.same("saml_in_response_to", &request.id, came),
        // An answer to somebody's request is not one that nobody asked for.
        None => checks.that("saml_in_response_to", came.is_none(), &[("came", came.unwrap_or_default())]),
    }
}

fn issue_instant(
    checks: &mut Checks<'_>,
    element: &Element,
    request: Option<&Requested>,
    now: Timestamp,
) -> Result<Timestamp, Denial> {
    let text = element.attribute("IssueInstant").unwrap_or_default();
    let earliest = request.map_or(now - Duration::minutes(10), |request| request.at) - SKEW;
    let instant = checks.found("saml_issue_instant", instant(text))?;
    checks.that("saml_issue_instant", (earliest..=now + SKEW).contains(&instant), &[("came", text)])?;
    Ok(instant)
}

/// The name, and until when its bearer is confirmed (SAML profiles, section 4.1.4.2).
fn subject<'a>(
    checks: &mut Checks<'_>,
    assertion: &'a Element,
    peer: &Peer,
    request: Option<&Requested>,
    issued: Timestamp,
    now: Timestamp,
) -> Result<(&'a Element, Timestamp), Denial> {
    let subject = checks.found("saml_subject", assertion.only(ASSERTION, "Subject"))?;
    let name_id = checks.found("saml_name_id", subject.only(ASSERTION, "NameID"))?;
    let format = name_id.attribute("Format").unwrap_or(UNSPECIFIED);
    checks.same("saml_name_id_format", peer.config.name_id_format.uri(), Some(format))?;
    let value = name_id.plain_text().is_some_and(|value| !value.is_empty() && value.len() <= 1024);
    checks.that("saml_name_id", value, &[])?;
    let mut bearers = subject
        .all(ASSERTION, "SubjectConfirmation")
        .filter(|confirmation| confirmation.attribute("Method") == Some(BEARER))
        .filter_map(|confirmation| confirmation.only(ASSERTION, "SubjectConfirmationData"));
    let data = checks.found("saml_confirmation", bearers.next())?;
    checks.that("saml_confirmation", bearers.next().is_none(), &[("problem", "several bearers")])?;
    checks.same("saml_recipient", peer.sp.acs.as_str(), data.attribute("Recipient"))?;
    in_response_to(checks, data.attribute("InResponseTo"), request)?;
    let early = data.attribute("NotBefore");
    checks.that("saml_confirmation_time", early.is_none(), &[("not before", early.unwrap_or_default())])?;
    let text = data.attribute("NotOnOrAfter").unwrap_or_default();
    let end = checks.found("saml_confirmation_time", instant(text))?;
    checks.that("saml_confirmation_time", ends_well(end, issued, now), &[("not on or after", text)])?;
    Ok((name_id, end))
}

/// Until when the assertion may be used, and by whom (SAML core, section 2.5).
fn conditions(
    checks: &mut Checks<'_>,
    assertion: &Element,
    peer: &Peer,
    issued: Timestamp,
    now: Timestamp,
) -> Result<Timestamp, Denial> {
    let conditions = checks.found("saml_conditions", assertion.only(ASSERTION, "Conditions"))?;
    let (from, to) = (conditions.attribute("NotBefore"), conditions.attribute("NotOnOrAfter"));
    let details = [("not before", from.unwrap_or_default()), ("not on or after", to.unwrap_or_default())];
    let end = to.and_then(instant);
    let start = from.and_then(instant);
    let begun = start.is_some_and(|start| start <= now + SKEW && start >= now - LIFE - SKEW);
    let good = begun && end.is_some_and(|end| ends_well(end, issued, now));
    checks.that("saml_conditions_time", good, &details)?;
    let known =
        |child: &&Element| child.is(ASSERTION, "AudienceRestriction") || child.is(ASSERTION, "OneTimeUse");
    let unknown = conditions.children.iter().find(|child| !known(child));
    checks.that(
        "saml_conditions",
        unknown.is_none(),
        &[("unknown", unknown.map_or("", |child| child.name.as_str()))],
    )?;
    let mut restrictions = 0;
    for restriction in conditions.all(ASSERTION, "AudienceRestriction") {
        restrictions += 1;
        let audiences: Vec<_> =
            restriction.all(ASSERTION, "Audience").filter_map(Element::plain_text).collect();
        let ours = audiences.contains(&peer.sp.entity_id.as_str());
        let details = [("expected", peer.sp.entity_id.as_str()), ("came", &audiences.join(" "))];
        checks.that("saml_audience", ours, &details)?;
    }
    checks.that("saml_audience", restrictions > 0, &[("expected", &peer.sp.entity_id)])?;
    end.ok_or(Denial::Invalid("saml_conditions_time"))
}

fn ends_well(end: Timestamp, issued: Timestamp, now: Timestamp) -> bool {
    end > now - SKEW && end > issued && end <= issued + LIFE + SKEW
}

/// That the person was authenticated, when and how (SAML core, section 2.7.2).
fn authn_statement<'a>(
    checks: &mut Checks<'_>,
    assertion: &'a Element,
    request: Option<&Requested>,
    now: Timestamp,
) -> Result<(&'a Element, Timestamp), Denial> {
    let statement = checks.found("saml_authn_statement", assertion.only(ASSERTION, "AuthnStatement"))?;
    let text = statement.attribute("AuthnInstant").unwrap_or_default();
    let authenticated = checks.found("saml_authn_instant", instant(text))?;
    checks.that("saml_authn_instant", authenticated <= now + SKEW, &[("came", text)])?;
    if let Some(text) = statement.attribute("SessionNotOnOrAfter") {
        let going_on = instant(text).is_some_and(|end| end > now - SKEW);
        checks.that("saml_session_time", going_on, &[("came", text)])?;
    }
    let Some(request) = request else { return Ok((statement, authenticated)) };
    if request.fresh {
        checks.that("saml_fresh", authenticated >= request.at - SKEW, &[("came", text)])?;
    }
    if !request.contexts.is_empty() {
        let came = context(statement).unwrap_or_default();
        checks.that("saml_context", request.contexts.iter().any(|asked| asked == came), &[("came", came)])?;
    }
    Ok((statement, authenticated))
}

/// The authentication context class of a statement.
pub(crate) fn context(statement: &Element) -> Option<&str> {
    statement.only(ASSERTION, "AuthnContext")?.only(ASSERTION, "AuthnContextClassRef")?.plain_text()
}

/// An instant in UTC, written as SAML core, section 1.3.3 demands.
pub(crate) fn instant(text: &str) -> Option<Timestamp> {
    let shape = text.len() <= 40 && text.ends_with('Z') && text.as_bytes().get(10) == Some(&b'T');
    shape.then(|| DateTime::parse_from_rfc3339(text).ok().map(|time| time.to_utc()))?
}

const SUCCESS: &str = "urn:oasis:names:tc:SAML:2.0:status:Success";
const BEARER: &str = "urn:oasis:names:tc:SAML:2.0:cm:bearer";
const ENTITY: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:entity";
const UNSPECIFIED: &str = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified";

/// The codes of SAML core, section 3.2.2.2, and ours for them.
const STATUSES: [(&str, &str); 10] = [
    ("AuthnFailed", "saml_authn_failed"),
    ("RequestDenied", "saml_request_denied"),
    ("InvalidNameIDPolicy", "saml_invalid_name_id_policy"),
    ("NoAuthnContext", "saml_no_authn_context"),
    ("NoPassive", "saml_no_passive"),
    ("UnknownPrincipal", "saml_unknown_principal"),
    ("RequestUnsupported", "saml_request_unsupported"),
    ("Requester", "saml_requester"),
    ("Responder", "saml_responder"),
    ("VersionMismatch", "saml_version_mismatch"),
];
