//! What the browser came back with (RFC 6749, section 4.1.2; RFC 9207), read once and strictly.

use std::collections::BTreeMap;

use gatehouse_domain::connection::{Denial, Preset, Trace};
use gatehouse_domain::secret::Secret;
use gatehouse_spi::upstream::{Ask, Reply};
use url::form_urlencoded;

use crate::Oidc;
use crate::claims::issuer_matches;
use crate::outcome::{check, invalid};

/// An answer that is good for a call to the token endpoint.
#[derive(Debug)]
pub(crate) struct Callback {
    /// The authorization code.
    pub(crate) code: Secret<String>,
    /// Apple's `user`: JSON that no signature covers.
    pub(crate) user: Option<String>,
}

impl Oidc {
    /// Judges an answer. `announced` says whether the upstream promises an `iss` in every answer.
    ///
    /// The state comes first, and the issuer before anything else is believed, errors included: whoever mixes two servers up is
    /// told nothing about either (RFC 9207, section 2.4).
    pub(crate) fn read_callback(
        &self,
        ask: &Ask,
        reply: &Reply,
        announced: bool,
        trace: &mut Trace,
    ) -> Result<Callback, Denial> {
        let posted = matches!(self.config.settings().preset, Preset::Apple { .. });
        let text = match reply {
            Reply::Query(text) | Reply::Form(text) => text.expose(),
        };
        check(trace, matches!(reply, Reply::Form(_)) == posted, "oidc_callback_method", &[])?;
        let mut fields = parse(text).ok_or_else(|| invalid(trace, "oidc_callback_form", &[]))?;
        let state = fields.remove("state").unwrap_or_default();
        check(trace, Secret::new(state).matches(ask.state.as_bytes()), "oidc_state", &[])?;
        self.judge_issuer(fields.get("iss").map(String::as_str), announced, trace)?;
        if let Some(error) = fields.get("error") {
            let description = fields.get("error_description").map_or("", String::as_str);
            return Err(refused_by_upstream(error, description, trace));
        }
        let code = fields.remove("code").unwrap_or_default();
        // RFC 6749, appendix A.11.
        let fits =
            (1..=MOST_OF_A_CODE).contains(&code.len()) && code.bytes().all(|b| (0x20..0x7f).contains(&b));
        check(trace, fits, "oidc_code", &[])?;
        Ok(Callback { code: Secret::new(code), user: fields.remove("user").filter(|_| posted) })
    }

    fn judge_issuer(&self, given: Option<&str>, announced: bool, trace: &mut Trace) -> Result<(), Denial> {
        let Some(given) = given else {
            return if announced { Err(invalid(trace, "oidc_callback_issuer", &[])) } else { Ok(()) };
        };
        let details = [("expected", self.config.issuer()), ("came", given)];
        check(trace, issuer_matches(&self.config, given), "oidc_callback_issuer", &details)
    }
}

/// No name twice, whatever it is, and none too many.
fn parse(text: &str) -> Option<BTreeMap<String, String>> {
    if text.len() > MOST {
        return None;
    }
    let mut fields = BTreeMap::new();
    for (name, value) in form_urlencoded::parse(text.as_bytes()) {
        if fields.len() == MOST_FIELDS || fields.insert(name.into_owned(), value.into_owned()).is_some() {
            return None;
        }
    }
    Some(fields)
}

fn refused_by_upstream(error: &str, description: &str, trace: &mut Trace) -> Denial {
    trace.fail("oidc_upstream_error", &[("error", error), ("description", description)]);
    if CANCELLED.contains(&error) {
        return Denial::Cancelled;
    }
    let known = ERRORS.into_iter().find(|(name, _)| *name == error);
    Denial::Upstream(known.map_or("upstream_error_unknown", |(_, code)| code))
}

/// The longest answer: Apple's has a name in it, Microsoft's codes have over a thousand characters.
const MOST: usize = 16 * 1024;
const MOST_OF_A_CODE: usize = 4096;
const MOST_FIELDS: usize = 32;
/// The person turned back; the second is Apple's word.
const CANCELLED: [&str; 2] = ["access_denied", "user_cancelled_authorize"];
/// RFC 6749, section 4.1.2.1; OIDC Core, section 3.1.2.6; OpenID Connect Unmet Authentication Requirements.
const ERRORS: [(&str, &str); 15] = [
    ("invalid_request", "upstream_invalid_request"),
    ("unauthorized_client", "upstream_unauthorized_client"),
    ("unsupported_response_type", "upstream_unsupported_response_type"),
    ("invalid_scope", "upstream_invalid_scope"),
    ("server_error", "upstream_server_error"),
    ("temporarily_unavailable", "upstream_temporarily_unavailable"),
    ("interaction_required", "upstream_interaction_required"),
    ("login_required", "upstream_login_required"),
    ("account_selection_required", "upstream_account_selection_required"),
    ("consent_required", "upstream_consent_required"),
    ("request_not_supported", "upstream_request_not_supported"),
    ("registration_not_supported", "upstream_registration_not_supported"),
    ("unmet_authentication_requirements", "upstream_unmet_authentication_requirements"),
    ("redirect_uri_mismatch", "upstream_redirect_uri_mismatch"),
    ("application_suspended", "upstream_application_suspended"),
];
