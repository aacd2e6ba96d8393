//! GitHub: OAuth 2 without ID tokens. Who signed in, and which addresses GitHub has proven, comes from its API.

use std::borrow::Cow;

use gatehouse_domain::connection::{AddressClaims, Assertion, Denial, Flag, Trace};
use gatehouse_domain::secret::Secret;
use gatehouse_spi::upstream::{Ask, Memo, Reply, Step, World};
use gatehouse_spi::{Authorization, Call, Room};
use oauth2::basic::BasicClient;
use oauth2::{AuthUrl, ClientId, CsrfToken, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use url::Url;

use crate::Oidc;
use crate::begin::note_request;
use crate::claims::{MOST_OF_A_NAME, is_sound};
use crate::memo::Begun;
use crate::outcome::{failed_call, invalid, misconfigured};
use crate::token::Grant;

/// A person of the API; `id` stays, `login` can pass to another person.
#[derive(Deserialize)]
struct User {
    id: u64,
    login: String,
    name: Option<String>,
}

#[derive(Deserialize)]
struct Email {
    email: String,
    primary: bool,
    verified: bool,
}

impl Oidc {
    pub(crate) fn begin_github(
        &self,
        ask: &Ask,
        world: World<'_>,
        trace: &mut Trace,
    ) -> Result<(Step, Memo), Denial> {
        // It cannot be told to ask for a credential again, and says nothing about when it did.
        if ask.fresh || !ask.contexts.is_empty() {
            return Err(misconfigured(trace, "github_cannot_be_fresh", &[]));
        }
        let endpoint = self.github("login/oauth/authorize", trace)?;
        let settings = self.config.settings();
        let begun = Begun::new(world.rng, self.config.issuer(), world.now);
        let verifier = PkceCodeVerifier::new(begun.verifier.expose().clone());
        let client = BasicClient::new(ClientId::new(settings.client_id.clone()))
            .set_auth_uri(AuthUrl::from_url(endpoint.clone()));
        let state = ask.state.clone();
        let mut request = client
            .authorize_url(|| CsrfToken::new(state))
            .set_redirect_uri(Cow::Owned(RedirectUrl::from_url(ask.callback.clone())))
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
            .add_scopes(self.config.scopes().into_iter().map(|scope| Scope::new(scope.to_owned())));
        if let Some(hint) = &ask.hint {
            request = request.add_extra_param("login", hint.to_string());
        }
        for (parameter, value) in &settings.parameters {
            request = request.add_extra_param(parameter.as_str(), value.clone());
        }
        note_request(trace, &endpoint, &self.config);
        Ok((Step::Redirect(request.url().0), begun.write()))
    }

    pub(crate) async fn resume_github(
        &self,
        ask: &Ask,
        memo: &Memo,
        reply: &Reply,
        world: World<'_>,
        trace: &mut Trace,
    ) -> Result<Assertion, Denial> {
        let begun = self.read_memo(memo, trace)?;
        let callback = self.read_callback(ask, reply, false, trace)?;
        let endpoint = self.github("login/oauth/access_token", trace)?;
        let grant = Grant { code: callback.code, callback: ask.callback.clone(), verifier: begun.verifier };
        let tokens = self.exchange(&endpoint, grant, world, trace).await?;
        let user: User = self.api("user", &tokens.access, world, trace).await?;
        let emails: Vec<Email> = self.api("user/emails", &tokens.access, world, trace).await?;
        let subject = user.id.to_string();
        trace.pass("github_user", &[("id", subject.as_str()), ("login", user.login.as_str())]);
        let proven = emails.iter().filter(|email| email.verified);
        let best = proven.max_by_key(|email| email.primary);
        let address = best.and_then(|email| {
            let claims =
                AddressClaims { email: Some(&email.email), verified: Flag::True, ..AddressClaims::default() };
            self.config.settings().preset.vouches(&claims)
        });
        let sound = |text: &String| is_sound(text, MOST_OF_A_NAME);
        Ok(Assertion {
            issuer: self.config.issuer().to_owned(),
            subject,
            address,
            name: user.name.filter(sound).or(Some(user.login).filter(sound)),
            locale: None,
            groups: Vec::new(),
            auth_time: None,
            amr: Vec::new(),
            acr: None,
            session: None,
            once: None,
        })
    }

    /// An endpoint of github.com, or of an Enterprise Server.
    fn github(&self, path: &str, trace: &mut Trace) -> Result<Url, Denial> {
        let base = self.config.issuer().trim_end_matches('/');
        format!("{base}/{path}").parse().map_err(|_| misconfigured(trace, "github_address", &[]))
    }

    async fn api<T: DeserializeOwned>(
        &self,
        path: &str,
        token: &Secret<String>,
        world: World<'_>,
        trace: &mut Trace,
    ) -> Result<T, Denial> {
        let url = if self.config.issuer() == PUBLIC {
            format!("{PUBLIC_API}/{path}").parse().map_err(|_| misconfigured(trace, "github_address", &[]))?
        } else {
            self.github(&format!("api/v3/{path}"), trace)?
        };
        let call = Call {
            url: &url,
            form: None,
            authorization: Some(Authorization::Bearer(token.clone())),
            accept: "application/vnd.github+json",
            headers: &[("x-github-api-version", "2022-11-28")],
            most: MOST,
            room: Room::SignIns,
        };
        let answer = world.outbound.send(call).await;
        let answer = answer.map_err(|error| failed_call(trace, "github_api", url.as_str(), error))?;
        let status = answer.status.to_string();
        let details =
            [("url", url.as_str()), ("status", status.as_str()), ("type", answer.media_type.as_str())];
        let good = answer.status == 200 && JSON.contains(&answer.media_type.as_str());
        let parsed = good.then(|| serde_json::from_slice(&answer.body).ok()).flatten();
        let parsed = parsed.ok_or_else(|| invalid(trace, "github_api", &details))?;
        trace.pass("github_api", &details);
        Ok(parsed)
    }
}

const PUBLIC: &str = "https://github.com";
const PUBLIC_API: &str = "https://api.github.com";
const JSON: [&str; 2] = ["application/json", "application/vnd.github+json"];
/// A person may have many addresses, some 100 bytes each.
const MOST: usize = 128 * 1024;
