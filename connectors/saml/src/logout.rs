//! Single logout (SAML profiles, section 4.4), through the browser.

use std::sync::Arc;

use chrono::Duration;
use gatehouse_domain::connection::{Denial, Once, SamlEndpoints, Trace};
use gatehouse_domain::secret::Secret;
use gatehouse_domain::time::Timestamp;
use gatehouse_spi::upstream::{Judged, Memo, Reply, Step, World};
use url::Url;

use crate::connector::Saml;
use crate::decode::{Arrived, Field, arrived};
use crate::keys::SpKey;
use crate::name::{NameId, Session, indices, named};
use crate::peer::Peer;
use crate::query::is_signed;
use crate::request::{fresh_id, place_for_signature, step, written};
use crate::structure::{Kind, check};
use crate::trace::Checks;
use crate::validate::{SKEW, instant};
use crate::verify::verified;
use crate::xml::{ASSERTION, Element, Limits, PROTOCOL, Writer, XmlFault, parse};

/// How old a message of logout may be.
const LIFE: Duration = Duration::minutes(5);

/// A provider asks to end sessions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogoutAsked {
    /// The id of its request, for the answer; good once.
    pub once: Once,
    /// Whose sessions: the subject of an assertion, where it comes of the name and not of an attribute.
    pub subject: String,
    /// Which sessions, as assertions named them; empty for all of the subject.
    pub sessions: Vec<String>,
    /// What has to go back beside the answer.
    pub relay_state: Option<String>,
}

impl Saml {
    /// Starts the logout of a session that an assertion named. None if the provider takes no part in logout, or knows the session
    /// under no name.
    pub async fn logout(&self, session: &str, state: &str, world: World<'_>) -> Judged<Option<(Step, Memo)>> {
        let mut trace = Trace::default();
        let Some((to, session)) = self.peer.config.slo.clone().zip(Session::parse(session)) else {
            return Judged { outcome: Ok(None), trace };
        };
        let (peer, state) = (Arc::clone(&self.peer), state.to_owned());
        let (id, now) = (fresh_id(world.rng), world.now);
        trace.note("saml_logout_request", &[("id", &id)]);
        let work = move || {
            let write = |to: &Url, signer: Option<&SpKey>| {
                let mut out = Writer::default();
                open(
                    &mut out,
                    "samlp:LogoutRequest",
                    &Head { to, id: &id, answers: None, now },
                    &peer,
                    signer,
                );
                session.name.write(&mut out);
                if let Some(index) = &session.index {
                    out.leaf("samlp:SessionIndex", &[], index);
                }
                out.finish()
            };
            let step = step(&peer, &to, Field::Request, &state, write)?;
            Ok(Some((step, Memo(Secret::new(id.into_bytes())))))
        };
        Judged { outcome: self.work.run(work).await.and_then(|done| done), trace }
    }

    /// Judges the provider's answer to our request. The session here has ended before: this is for the page and the event.
    pub async fn logged_out(&self, memo: Memo, reply: Reply, world: World<'_>) -> Judged<()> {
        let now = world.now;
        self.off(move |peer, trace| {
            let (message, _) = received(&reply, Kind::LogoutResponse, peer, now, trace)?;
            let mut checks = Checks::new(trace);
            let id = checks.found("saml_memo", std::str::from_utf8(memo.0.expose()).ok())?;
            checks.same("saml_in_response_to", id, message.attribute("InResponseTo"))?;
            let status =
                message.only(PROTOCOL, "Status").and_then(|status| status.only(PROTOCOL, "StatusCode"));
            checks.same("saml_status", SUCCESS, status.and_then(|status| status.attribute("Value")))
        })
        .await
    }

    /// Judges a provider's request to end sessions. Without a signature by a pinned key nobody is signed out.
    pub async fn logout_asked(&self, reply: Reply, world: World<'_>) -> Judged<LogoutAsked> {
        let now = world.now;
        self.off(move |peer, trace| {
            let (message, arrived) = received(&reply, Kind::LogoutRequest, peer, now, trace)?;
            let mut checks = Checks::new(trace);
            if let Some(text) = message.attribute("NotOnOrAfter") {
                let good = instant(text).is_some_and(|end| end > now - SKEW);
                checks.that("saml_logout_time", good, &[("not on or after", text)])?;
            }
            let name = checks.found("saml_name_id", named(&message))?;
            let id = checks.found("saml_structure", message.attribute("ID"))?;
            let indexed = |index| Session { index: Some(index), name: NameId::clone(&name) }.text();
            Ok(LogoutAsked {
                once: Once { id: id.to_owned(), until: now + LIFE + SKEW + SKEW },
                subject: name.subject(),
                sessions: indices(&message).into_iter().filter_map(indexed).collect(),
                relay_state: arrived.relay_state,
            })
        })
        .await
    }

    /// Answers a provider's request: whether all sessions it meant have ended.
    ///
    /// # Errors
    /// If there is nowhere to send the answer, or signing fails.
    pub async fn logout_answer(
        &self,
        asked: &LogoutAsked,
        done: bool,
        world: World<'_>,
    ) -> Result<Step, Denial> {
        let to: SamlEndpoints = self.peer.config.slo.clone().ok_or(Denial::Misconfigured("saml_endpoint"))?;
        let (peer, asked) = (Arc::clone(&self.peer), asked.clone());
        let (id, now) = (fresh_id(world.rng), world.now);
        let work = move || {
            let write = |to: &Url, signer: Option<&SpKey>| {
                let mut out = Writer::default();
                let head = Head { to, id: &id, answers: Some(&asked.once.id), now };
                open(&mut out, "samlp:LogoutResponse", &head, &peer, signer);
                let (value, further) = if done { (SUCCESS, None) } else { (RESPONDER, Some(PARTIAL)) };
                out.open("samlp:Status", &[]).open("samlp:StatusCode", &[("Value", Some(value))]);
                if further.is_some() {
                    out.empty("samlp:StatusCode", &[("Value", further)]);
                }
                out.finish()
            };
            step(&peer, &to, Field::Response, asked.relay_state.as_deref().unwrap_or_default(), write)
        };
        self.work.run(work).await?
    }

    async fn off<T: Send + 'static>(
        &self,
        judge: impl FnOnce(&Peer, &mut Trace) -> Result<T, Denial> + Send + 'static,
    ) -> Judged<T> {
        let peer = Arc::clone(&self.peer);
        let work = move || {
            let mut trace = Trace::default();
            let outcome = judge(&peer, &mut trace);
            Judged { outcome, trace }
        };
        self.work
            .run(work)
            .await
            .unwrap_or_else(|denial| Judged { outcome: Err(denial), trace: Trace::default() })
    }
}

/// A signed message of logout: its root, as it was verified.
fn received(
    reply: &Reply,
    kind: Kind,
    peer: &Peer,
    now: Timestamp,
    trace: &mut Trace,
) -> Result<(Element, Arrived), Denial> {
    let mut checks = Checks::new(trace);
    let field = if kind == Kind::LogoutRequest { Field::Request } else { Field::Response };
    let arrived = checks.take("saml_message", arrived(reply, field))?;
    let xml = checks.take("saml_xml", parse(&arrived.document, Limits::MESSAGE).map_err(XmlFault::word))?;
    let shape = checks.take("saml_structure", check(&xml.root, kind))?;
    let message = match (reply, &arrived.query) {
        (Reply::Query(_), Some(query)) if !shape.root_signed && is_signed(query, &peer.pins) => {
            Some(xml.root)
        }
        (Reply::Form(_), _) if shape.root_signed => verified(&xml, shape, &peer.pins),
        _ => None,
    };
    let message = checks.found("saml_signature", message)?;
    checks.same("saml_version", "2.0", message.attribute("Version"))?;
    let issuer = message.only(ASSERTION, "Issuer").and_then(Element::plain_text);
    checks.same("saml_issuer", &peer.config.entity_id, issuer)?;
    let slo = peer.sp.slo.as_ref().map_or("", Url::as_str);
    checks.same("saml_destination", slo, message.attribute("Destination"))?;
    let text = message.attribute("IssueInstant").unwrap_or_default();
    let issued = instant(text).is_some_and(|at| at <= now + SKEW && at >= now - LIFE - SKEW);
    checks.that("saml_issue_instant", issued, &[("came", text)])?;
    Ok((message, arrived))
}

struct Head<'a> {
    to: &'a Url,
    id: &'a str,
    answers: Option<&'a str>,
    now: Timestamp,
}

fn open(out: &mut Writer, name: &'static str, head: &Head<'_>, peer: &Peer, signer: Option<&SpKey>) {
    let instant = written(head.now);
    let end = head.answers.is_none().then(|| written(head.now + LIFE));
    out.open(
        name,
        &[
            ("xmlns:saml", Some(ASSERTION)),
            ("xmlns:samlp", Some(PROTOCOL)),
            ("Destination", Some(head.to.as_str())),
            ("ID", Some(head.id)),
            ("InResponseTo", head.answers),
            ("IssueInstant", Some(&instant)),
            ("NotOnOrAfter", end.as_deref()),
            ("Version", Some("2.0")),
        ],
    );
    out.leaf("saml:Issuer", &[], &peer.sp.entity_id);
    if let Some(signer) = signer {
        place_for_signature(out, head.id, signer);
    }
}

const SUCCESS: &str = "urn:oasis:names:tc:SAML:2.0:status:Success";
const RESPONDER: &str = "urn:oasis:names:tc:SAML:2.0:status:Responder";
const PARTIAL: &str = "urn:oasis:names:tc:SAML:2.0:status:PartialLogout";
