//! Where the browser is sent (OIDC Core, section 3.1.2.1).

use std::borrow::Cow;
use std::time::Duration;

use gatehouse_domain::connection::{Denial, OidcConfig, Preset, Prompt, Trace};
use gatehouse_spi::upstream::{Ask, Memo, Step, World};
use openidconnect::core::{CoreAuthPrompt, CoreAuthenticationFlow, CoreClient, CoreResponseType};
use openidconnect::{
    AuthUrl, AuthenticationContextClass, ClientId, CsrfToken, IssuerUrl, JsonWebKeySet, LoginHint, Nonce,
    PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope,
};
use url::Url;

use crate::Oidc;
use crate::memo::Begun;
use crate::outcome::misconfigured;

impl Oidc {
    pub(crate) async fn begin_oidc(
        &self,
        ask: &Ask,
        world: World<'_>,
        trace: &mut Trace,
    ) -> Result<(Step, Memo), Denial> {
        let provider = self.provider(world, trace).await?;
        let begun = Begun::new(world.rng, self.config.issuer(), world.now);
        let Some(url) = authorization_url(&self.config, &provider.authorization, ask, &begun) else {
            return Err(misconfigured(trace, "oidc_authorization_endpoint", &[]));
        };
        note_request(trace, &provider.authorization, &self.config);
        Ok((Step::Redirect(url), begun.write()))
    }
}

/// What was asked for, without the values that are secrets.
pub(crate) fn note_request(trace: &mut Trace, endpoint: &Url, config: &OidcConfig) {
    let scopes = config.scopes().join(" ");
    let client_id = config.settings().client_id.as_str();
    let details = [("url", endpoint.as_str()), ("client_id", client_id), ("scope", scopes.as_str())];
    trace.note("oidc_request", &details);
}

fn authorization_url(config: &OidcConfig, endpoint: &Url, ask: &Ask, begun: &Begun) -> Option<Url> {
    let settings = config.settings();
    let client = CoreClient::new(
        ClientId::new(settings.client_id.clone()),
        // Not in the request, and nothing is verified with this client.
        IssuerUrl::new(endpoint.as_str().to_owned()).ok()?,
        JsonWebKeySet::new(Vec::new()),
    )
    .set_auth_uri(AuthUrl::from_url(endpoint.clone()));
    let (state, nonce) = (ask.state.clone(), begun.nonce.expose().clone());
    let verifier = PkceCodeVerifier::new(begun.verifier.expose().clone());
    let callback = RedirectUrl::from_url(ask.callback.clone());
    let flow: CoreAuthenticationFlow = CoreAuthenticationFlow::AuthorizationCode;
    let mut request = client
        .authorize_url::<_, CoreResponseType, _>(flow, || CsrfToken::new(state), || Nonce::new(nonce))
        .set_redirect_uri(Cow::Owned(callback))
        .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
        .add_scopes(config.scopes().into_iter().map(|scope| Scope::new(scope.to_owned())));
    if let Some(hint) = &ask.hint {
        request = request.set_login_hint(LoginHint::new(hint.to_string()));
    }
    if ask.fresh {
        request = request.set_max_age(Duration::ZERO);
    }
    for prompt in prompts(settings.prompt, ask.fresh) {
        request = request.add_prompt(prompt);
    }
    for context in &ask.contexts {
        request = request.add_auth_context_value(AuthenticationContextClass::new(context.clone()));
    }
    for (parameter, value) in &settings.parameters {
        request = request.add_extra_param(parameter.as_str(), value.clone());
    }
    if let Some(domain) = &settings.hosted_domain {
        request = request.add_extra_param("hd", domain.to_string());
    }
    if matches!(settings.preset, Preset::Apple { .. }) {
        request = request.add_extra_param("response_mode", "form_post");
    }
    Some(request.url().0)
}

fn prompts(set: Option<Prompt>, fresh: bool) -> Vec<CoreAuthPrompt> {
    let mut prompts = Vec::new();
    if fresh || set == Some(Prompt::Login) {
        prompts.push(CoreAuthPrompt::Login);
    }
    match set {
        Some(Prompt::Consent) => prompts.push(CoreAuthPrompt::Consent),
        Some(Prompt::SelectAccount) => prompts.push(CoreAuthPrompt::SelectAccount),
        Some(Prompt::Login) | None => {}
    }
    prompts
}
