//! The ID token (OIDC Core, section 3.1.3.7), and the assertion it is turned into.

use chrono::TimeDelta;
use gatehouse_domain::connection::{Assertion, Denial, Preset, Trace, guid};
use gatehouse_domain::secret::Secret;
use gatehouse_spi::upstream::{Ask, Memo, Reply, World};
use serde_json::{Map, Value};

use crate::claims::{
    MOST_OF_A_NAME, MOST_OF_A_SUBJECT, SKEW, Said, Time, judge_audience, judge_issuer, judge_times, text,
    time,
};
use crate::jws::{Proven, Types};
use crate::memo::Begun;
use crate::outcome::{check, invalid};
use crate::token::Grant;
use crate::{Oidc, apple};

impl Oidc {
    pub(crate) async fn resume_oidc(
        &self,
        ask: &Ask,
        memo: &Memo,
        reply: &Reply,
        world: World<'_>,
        trace: &mut Trace,
    ) -> Result<Assertion, Denial> {
        let begun = self.read_memo(memo, trace)?;
        let provider = self.provider(world, trace).await?;
        let callback = self.read_callback(ask, reply, provider.announces_issuer, trace)?;
        let grant =
            Grant { code: callback.code, callback: ask.callback.clone(), verifier: begun.verifier.clone() };
        let tokens = self.exchange(&provider.token, grant, world, trace).await?;
        let Some(id) = &tokens.id else { return Err(invalid(trace, "oidc_id_token", &[])) };
        let proven = self.prove(id.expose(), TYPES, &provider, world, trace).await?;
        let issuer = self.judge_id_token(&proven, (ask, &begun), world, trace)?;
        judge_access_token(&proven, &tokens.access, trace)?;
        let said = self.ask_userinfo(proven.claims, &provider, &tokens, world, trace).await?;
        let first = callback.user.as_deref().and_then(apple::name);
        self.assertion(issuer, &said, first, trace)
    }

    /// The memo of a try that was begun with the settings of now.
    pub(crate) fn read_memo(&self, memo: &Memo, trace: &mut Trace) -> Result<Begun, Denial> {
        let begun = Begun::read(memo).ok_or_else(|| invalid(trace, "oidc_memo", &[]))?;
        let details = [("expected", self.config.issuer()), ("came", begun.issuer.as_str())];
        check(trace, begun.issuer == self.config.issuer(), "oidc_settings_changed", &details)?;
        Ok(begun)
    }

    /// Every check of a token whose signature holds; gives its issuer.
    fn judge_id_token(
        &self,
        proven: &Proven,
        (ask, begun): (&Ask, &Begun),
        world: World<'_>,
        trace: &mut Trace,
    ) -> Result<String, Denial> {
        let claims = &proven.claims;
        let issuer = judge_issuer(&self.config, claims, trace)?;
        self.judge_key_issuer(proven, &issuer, trace)?;
        judge_audience(&self.config.settings().client_id, claims, trace)?;
        judge_times(claims, begun.at, world.now, trace)?;
        let nonce = claims.get("nonce").and_then(Value::as_str).unwrap_or_default();
        check(trace, begun.nonce.matches(nonce.as_bytes()), "oidc_nonce", &[])?;
        judge_auth_time(claims, ask, begun, world, trace)?;
        if !ask.contexts.is_empty() {
            let came = claims.get("acr").and_then(Value::as_str).unwrap_or_default();
            let expected = ask.contexts.join(" ");
            let details = [("expected", expected.as_str()), ("came", came)];
            check(trace, ask.contexts.iter().any(|context| context == came), "oidc_acr", &details)?;
        }
        if let Some(domain) = &self.config.settings().hosted_domain {
            let came = claims.get("hd").and_then(Value::as_str).unwrap_or_default();
            let details = [("expected", domain.as_str()), ("came", came)];
            check(trace, came.parse().as_ref() == Ok(domain), "oidc_hosted_domain", &details)?;
        }
        Ok(issuer)
    }

    /// Among Microsoft's keys some sign for one directory only, and say so.
    fn judge_key_issuer(&self, proven: &Proven, issuer: &str, trace: &mut Trace) -> Result<(), Denial> {
        let Preset::Microsoft { .. } = self.config.settings().preset else { return Ok(()) };
        let Some(own) = proven.key().and_then(|key| key.issuer.as_deref()) else { return Ok(()) };
        let directory = text(&proven.claims, "tid", 64).unwrap_or_default();
        let holds = own.replace("{tenantid}", directory) == issuer;
        check(trace, holds, "oidc_key_issuer", &[("expected", issuer), ("came", own)])
    }

    /// Puts together what is handed over; the subject comes from the preset's own claim, or the one that the settings name.
    fn assertion(
        &self,
        issuer: String,
        said: &Said,
        first_name: Option<String>,
        trace: &mut Trace,
    ) -> Result<Assertion, Denial> {
        let settings = self.config.settings();
        let (name, from) = match (&settings.preset, &settings.claims.subject) {
            (Preset::Microsoft { .. }, _) => ("oid", said.text("oid", 64).filter(|id| guid(id).is_some())),
            (_, Some(name)) => (name.as_str(), said.text(name, MOST_OF_A_SUBJECT)),
            _ => ("sub", said.text("sub", MOST_OF_A_SUBJECT)),
        };
        let Some(subject) = from else {
            return Err(invalid(trace, "oidc_subject", &[("claim", name)]));
        };
        trace.pass("oidc_subject", &[("claim", name), ("came", subject)]);
        let address = said.address(&self.config);
        let shown = address.as_ref().map(|asserted| asserted.address.to_string()).unwrap_or_default();
        trace.note("oidc_address", &[("came", shown.as_str())]);
        // Microsoft names the place of groups that are too many for a token (`_claim_names`); nobody goes there.
        if said.get("_claim_names").is_some_and(|elsewhere| elsewhere.get("groups").is_some()) {
            trace.note("oidc_groups_elsewhere", &[]);
        }
        let claim = |name: &Option<String>, own: &'static str| name.clone().unwrap_or_else(|| own.to_owned());
        let groups = said.list(&claim(&settings.claims.groups, "groups"), MOST_GROUPS + 1);
        check(trace, groups.len() <= MOST_GROUPS, "oidc_groups", &[])?;
        let name = said.text(&claim(&settings.claims.name, "name"), MOST_OF_A_NAME).map(str::to_owned);
        let locale =
            said.text("locale", 35).filter(|tag| tag.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'));
        Ok(Assertion {
            issuer,
            subject: subject.to_owned(),
            address,
            name: name.or(first_name),
            locale: locale.map(str::to_owned),
            groups,
            auth_time: time(&said.id, "auth_time").at(),
            amr: said.list("amr", 16),
            acr: text(&said.id, "acr", 255).map(str::to_owned),
            session: text(&said.id, "sid", MOST_OF_A_SUBJECT).map(str::to_owned),
            once: None,
        })
    }
}

/// The access token belongs to the ID token, if that says so.
fn judge_access_token(proven: &Proven, access: &Secret<String>, trace: &mut Trace) -> Result<(), Denial> {
    let Some(given) = proven.claims.get("at_hash") else { return Ok(()) };
    let expected = proven.key().and_then(|key| key.half_hash(proven.alg, access.expose()));
    check(trace, expected.is_some() && expected.as_deref() == given.as_str(), "oidc_at_hash", &[])
}

/// Where a fresh credential was asked for, the upstream has to say that it saw one since.
fn judge_auth_time(
    claims: &Map<String, Value>,
    ask: &Ask,
    begun: &Begun,
    world: World<'_>,
    trace: &mut Trace,
) -> Result<(), Denial> {
    let at = match time(claims, "auth_time") {
        Time::Mistyped => return Err(invalid(trace, "oidc_claims", &[("claim", "auth_time")])),
        Time::Absent if ask.fresh => return Err(invalid(trace, "oidc_auth_time", &[])),
        Time::Absent => return Ok(()),
        Time::At(at) => at,
    };
    let earliest = if ask.fresh { begun.at - FRESH_SKEW } else { at };
    let came = at.to_rfc3339();
    check(trace, at <= world.now + SKEW && at >= earliest, "oidc_auth_time", &[("came", came.as_str())])
}

/// An ID token has no type of its own; those of others are not taken for it (RFC 8725, section 3.11).
const TYPES: Types = &[None, Some("JWT")];
/// How far the upstream's clock may be behind when it says that a credential is fresh.
const FRESH_SKEW: TimeDelta = TimeDelta::seconds(30);
/// More than an upstream puts into a token, and than a map of ours needs.
const MOST_GROUPS: usize = 1000;
