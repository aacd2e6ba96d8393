//! Claims by type, and what an assertion is made of.

use chrono::{DateTime, TimeDelta};
use gatehouse_domain::connection::{
    AddressClaims, AssertedAddress, Denial, Flag, OidcConfig, Preset, Trace, guid,
};
use gatehouse_domain::time::Timestamp;
use serde_json::{Map, Value};

use crate::outcome::{check, invalid};

/// How far clocks may differ.
pub(crate) const SKEW: TimeDelta = TimeDelta::seconds(60);
/// The longest subject (OIDC Core, section 2) and session id.
pub(crate) const MOST_OF_A_SUBJECT: usize = 255;
/// The longest name of a person or a group.
pub(crate) const MOST_OF_A_NAME: usize = 256;

/// A claim that is text of 1 to `most` bytes without control characters; anything else counts as absent.
pub(crate) fn text<'a>(claims: &'a Map<String, Value>, name: &str, most: usize) -> Option<&'a str> {
    claims.get(name)?.as_str().filter(|text| is_sound(text, most))
}

/// Whether text has 1 to `most` bytes and no control characters.
pub(crate) fn is_sound(text: &str, most: usize) -> bool {
    (1..=most).contains(&text.len()) && !text.chars().any(char::is_control)
}

/// A claim that is a time (RFC 7519, section 2): a number of seconds, possibly with a fraction.
pub(crate) fn time(claims: &Map<String, Value>, name: &str) -> Time {
    let Some(value) = claims.get(name) else { return Time::Absent };
    let fraction = || value.as_f64().filter(|seconds| (0.0..1e11).contains(seconds));
    #[expect(clippy::cast_possible_truncation, reason = "the range fits")]
    let seconds = value.as_i64().or_else(|| fraction().map(|seconds| seconds as i64));
    seconds.and_then(|seconds| DateTime::from_timestamp(seconds, 0)).map_or(Time::Mistyped, Time::At)
}

/// A claim that is to be a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Time {
    Absent,
    Mistyped,
    At(Timestamp),
}

impl Time {
    pub(crate) const fn at(self) -> Option<Timestamp> {
        match self {
            Self::At(at) => Some(at),
            Self::Absent | Self::Mistyped => None,
        }
    }
}

/// Judges who issued a token, and for which directory where Microsoft issues for many.
pub(crate) fn judge_issuer(
    config: &OidcConfig,
    claims: &Map<String, Value>,
    trace: &mut Trace,
) -> Result<String, Denial> {
    let directory = match &config.settings().preset {
        Preset::Microsoft { directory } => {
            let came = claims.get("tid").and_then(Value::as_str).unwrap_or_default();
            let admitted = guid(came).is_some_and(|id| directory.admits(id));
            check(
                trace,
                admitted,
                "oidc_directory",
                &[("expected", directory.to_string().as_str()), ("came", came)],
            )?;
            Some(came)
        }
        _ => None,
    };
    let expected = config.issuer_for(directory);
    let came = claims.get("iss").and_then(Value::as_str).unwrap_or_default();
    check(trace, came == expected, "oidc_issuer", &[("expected", expected.as_str()), ("came", came)])?;
    Ok(expected)
}

/// Whether the issuer in an answer is the upstream's; any directory's that may sign in, where several may.
pub(crate) fn issuer_matches(config: &OidcConfig, given: &str) -> bool {
    if given == config.issuer() {
        return true;
    }
    let Preset::Microsoft { directory } = &config.settings().preset else { return false };
    given
        .split('/')
        .filter_map(guid)
        .any(|id| directory.admits(id) && config.issuer_for(Some(&id.hyphenated().to_string())) == given)
}

/// Judges that a token is for us: our name alone, or among others if we are the one it was made for.
pub(crate) fn judge_audience(
    client_id: &str,
    claims: &Map<String, Value>,
    trace: &mut Trace,
) -> Result<(), Denial> {
    let list: Option<Vec<&str>> = match claims.get("aud") {
        Some(Value::String(one)) => Some(vec![one]),
        Some(Value::Array(list)) => list.iter().map(Value::as_str).collect(),
        _ => None,
    };
    let list = list.ok_or_else(|| invalid(trace, "oidc_claims", &[("claim", "aud")]))?;
    let came = list.join(" ");
    let details = [("expected", client_id), ("came", came.as_str())];
    check(trace, list.contains(&client_id), "oidc_audience", &details)?;
    match claims.get("azp") {
        Some(azp) => {
            let details = [("expected", client_id), ("came", azp.as_str().unwrap_or_default())];
            check(trace, azp.as_str() == Some(client_id), "oidc_azp", &details)
        }
        None if list.len() > 1 => Err(invalid(trace, "oidc_azp", &details)),
        None => Ok(()),
    }
}

/// Judges when a token was made and when it ends; none made before `earliest` is taken.
pub(crate) fn judge_times(
    claims: &Map<String, Value>,
    earliest: Timestamp,
    now: Timestamp,
    trace: &mut Trace,
) -> Result<Timestamp, Denial> {
    let mut needed =
        |name| time(claims, name).at().ok_or_else(|| invalid(trace, "oidc_claims", &[("claim", name)]));
    let (expires, issued) = (needed("exp")?, needed("iat")?);
    let mut judge = |holds, code, at: Timestamp| {
        let (now, at) = (now.to_rfc3339(), at.to_rfc3339());
        check(trace, holds, code, &[("now", now.as_str()), ("came", at.as_str())])
    };
    judge(expires > now - SKEW, "oidc_expired", expires)?;
    judge(issued <= now + SKEW && issued >= earliest - SKEW && issued < expires, "oidc_issued", issued)?;
    match time(claims, "nbf") {
        Time::Absent => Ok(expires),
        Time::At(start) => judge(start <= now + SKEW, "oidc_not_before", start).map(|()| expires),
        Time::Mistyped => Err(invalid(trace, "oidc_claims", &[("claim", "nbf")])),
    }
}

/// What the upstream says about a person: in the ID token, and in userinfo if that was asked for.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) id: Map<String, Value>,
    pub(crate) more: Option<Map<String, Value>>,
}

impl Said {
    /// A claim; the ID token comes first.
    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        self.document_with(name)?.get(name)
    }

    pub(crate) fn text(&self, name: &str, most: usize) -> Option<&str> {
        text(self.document_with(name)?, name, most)
    }

    /// The address with everything that was said beside it, in the same document.
    pub(crate) fn address(&self, config: &OidcConfig) -> Option<AssertedAddress> {
        let name = config.settings().claims.email.as_deref().unwrap_or("email");
        let document = self.document_with(name)?;
        let claims = AddressClaims {
            email: text(document, name, 1024),
            verified: Flag::of(document.get("email_verified")),
            hosted_domain: text(document, "hd", 255),
            domain_verified: Flag::of(document.get("xms_edov")),
        };
        config.settings().preset.vouches(&claims)
    }

    /// A list of names, or one name; what is no text in it is passed over.
    pub(crate) fn list(&self, name: &str, most: usize) -> Vec<String> {
        let fits = |text: &&str| is_sound(text, MOST_OF_A_NAME);
        match self.get(name) {
            Some(Value::Array(list)) => {
                list.iter().filter_map(Value::as_str).filter(fits).take(most).map(str::to_owned).collect()
            }
            Some(Value::String(one)) => {
                Some(one.as_str()).filter(fits).map(str::to_owned).into_iter().collect()
            }
            _ => Vec::new(),
        }
    }

    fn document_with(&self, name: &str) -> Option<&Map<String, Value>> {
        [Some(&self.id), self.more.as_ref()]
            .into_iter()
            .flatten()
            .find(|document| document.contains_key(name))
    }
}
