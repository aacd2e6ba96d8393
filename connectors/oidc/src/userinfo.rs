//! What the upstream tells about a person on request (OIDC Core, section 5.3).

use gatehouse_domain::connection::{Denial, Preset, Trace};
use gatehouse_domain::strict_json;
use gatehouse_spi::upstream::World;
use gatehouse_spi::{Authorization, Call, Room};
use serde_json::{Map, Value};

use crate::Oidc;
use crate::claims::{MOST_OF_A_SUBJECT, Said, text};
use crate::discovery::Provider;
use crate::outcome::{check, failed_call, invalid};
use crate::token::Tokens;

impl Oidc {
    /// Asks for what the ID token lacks. What comes is about the person of the ID token, or the sign-in ends (section 5.3.2).
    pub(crate) async fn ask_userinfo(
        &self,
        id: Map<String, Value>,
        provider: &Provider,
        tokens: &Tokens,
        world: World<'_>,
        trace: &mut Trace,
    ) -> Result<Said, Denial> {
        let endpoint = provider.userinfo.as_ref().filter(|_| self.lacks_something(&id));
        let Some(url) = endpoint else { return Ok(Said { id, more: None }) };
        let call = Call {
            url,
            form: None,
            authorization: Some(Authorization::Bearer(tokens.access.clone())),
            accept: "application/json",
            headers: &[],
            most: MOST,
            room: Room::SignIns,
        };
        let answer = world.outbound.send(call).await;
        let answer = answer.map_err(|error| failed_call(trace, "oidc_userinfo", url.as_str(), error))?;
        let status = answer.status.to_string();
        let details =
            [("url", url.as_str()), ("status", status.as_str()), ("type", answer.media_type.as_str())];
        let json = answer.status == 200 && answer.media_type == "application/json";
        let Some(more) = json.then(|| strict_json::object(&answer.body)).flatten() else {
            return Err(invalid(trace, "oidc_userinfo", &details));
        };
        trace.pass("oidc_userinfo", &details);
        let same = text(&more, "sub", MOST_OF_A_SUBJECT);
        let same = same.is_some() && same == text(&id, "sub", MOST_OF_A_SUBJECT);
        check(trace, same, "oidc_userinfo_subject", &[])?;
        Ok(Said { id, more: Some(more) })
    }

    /// Google, Microsoft and Apple put what they have into the ID token.
    fn lacks_something(&self, id: &Map<String, Value>) -> bool {
        let settings = self.config.settings();
        if settings.preset != Preset::Generic {
            return false;
        }
        let named = [&settings.claims.groups, &settings.claims.subject].into_iter().flatten();
        let standard = [(&settings.claims.email, "email"), (&settings.claims.name, "name")];
        let standard = standard.into_iter().map(|(own, standard)| own.as_deref().unwrap_or(standard));
        named.map(String::as_str).chain(standard).any(|name| !id.contains_key(name))
    }
}

const MOST: usize = 128 * 1024;
